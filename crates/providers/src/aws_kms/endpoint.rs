//! Where AWS is: the SDK's own endpoint of a region's partition, or the one the operator set for
//! emulators and sovereign clouds. Must not know what is asked there.

pub(super) use crate::endpoint::check;

/// Gives a region whose STS answers for an ARN's partition.
/// Source: AWS General Reference, service endpoints; the first region of each partition.
pub(super) fn home_region(arn: &str) -> &'static str {
    match arn.split(':').nth(1) {
        Some("aws-cn") => "cn-north-1",
        Some("aws-us-gov") => "us-gov-west-1",
        _ => "us-east-1",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_partition_has_a_home() {
        assert_eq!(home_region("arn:aws:iam::1:role/r"), "us-east-1");
        assert_eq!(home_region("arn:aws-cn:iam::1:role/r"), "cn-north-1");
        assert_eq!(home_region("arn:aws-us-gov:iam::1:role/r"), "us-gov-west-1");
    }
}
