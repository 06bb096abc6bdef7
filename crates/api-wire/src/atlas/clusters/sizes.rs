//! The machine sizes of the Atlas API, by the cloud that has them. It must not know what a size costs or holds.

/// Every size on AWS.
/// Source: contract.md 3.2.
pub static AWS_SIZES: &[&str] = &[
    "M10",
    "M20",
    "M30",
    "M40",
    "M50",
    "M60",
    "M80",
    "M100",
    "M140",
    "M200",
    "M300",
    "R40",
    "R50",
    "R60",
    "R80",
    "R200",
    "R300",
    "R400",
    "R700",
    "M40_NVME",
    "M50_NVME",
    "M60_NVME",
    "M80_NVME",
    "M200_NVME",
    "M400_NVME",
    "M30_GEN_2",
    "M40_GEN_2",
    "M50_GEN_2",
    "M60_GEN_2",
    "M80_GEN_2",
    "M140_GEN_2",
    "M200_GEN_2",
    "M300_GEN_2",
    "R40_GEN_2",
    "R50_GEN_2",
    "R60_GEN_2",
    "R80_GEN_2",
    "R200_GEN_2",
    "R300_GEN_2",
    "R400_GEN_2",
    "R700_GEN_2",
    "M40_NVME_GEN_2",
    "M50_NVME_GEN_2",
    "M60_NVME_GEN_2",
    "M80_NVME_GEN_2",
    "M200_NVME_GEN_2",
    "M400_NVME_GEN_2",
];

/// Every size on Azure.
/// Source: contract.md 3.2.
pub static AZURE_SIZES: &[&str] = &[
    "M10",
    "M20",
    "M30",
    "M40",
    "M50",
    "M60",
    "M80",
    "M90",
    "M200",
    "R40",
    "R50",
    "R60",
    "R80",
    "R200",
    "R300",
    "R400",
    "M60_NVME",
    "M80_NVME",
    "M200_NVME",
    "M300_NVME",
    "M400_NVME",
    "M600_NVME",
];

/// Every size on Google Cloud.
/// Source: contract.md 3.2.
pub static GCP_SIZES: &[&str] = &[
    "M10",
    "M20",
    "M30",
    "M40",
    "M50",
    "M60",
    "M80",
    "M140",
    "M200",
    "M250",
    "M300",
    "M400",
    "R40",
    "R50",
    "R60",
    "R80",
    "R200",
    "R300",
    "R400",
    "R600",
    "M30_GEN_2",
    "M40_GEN_2",
    "M50_GEN_2",
    "M60_GEN_2",
    "M80_GEN_2",
    "M140_GEN_2",
    "M200_GEN_2",
    "R40_GEN_2",
    "R50_GEN_2",
    "R60_GEN_2",
    "R80_GEN_2",
    "R200_GEN_2",
    "R300_GEN_2",
    "R400_GEN_2",
];

/// Every size that shares its machines.
/// Source: contract.md 3.2; `FLEX` as answers show it.
pub static SHARED_SIZES: &[&str] = &["M0", "M2", "M5", "FLEX"];

#[cfg(test)]
mod tests {
    use super::{AWS_SIZES, AZURE_SIZES, GCP_SIZES, SHARED_SIZES};

    #[test]
    fn knows_each_size_once() {
        for (sizes, count) in [(AWS_SIZES, 47), (AZURE_SIZES, 22), (GCP_SIZES, 34)] {
            let names: std::collections::HashSet<_> = sizes.iter().collect();
            assert_eq!((names.len(), sizes.len()), (count, count));
            assert!(SHARED_SIZES.iter().all(|size| !names.contains(size)));
        }
    }
}
