//! The regions and sizes of a cloud as dated 2023-01-01, off the same tables that clusters are held against.

use serde::Serialize;

use crate::atlas::cloud_provider_access::PROVIDER_NAME;
use crate::atlas::clusters::sizes::{AWS_SIZES, AZURE_SIZES, GCP_SIZES};
use crate::atlas::regions::{AWS_REGIONS, AZURE_REGIONS, GCP_REGIONS};
use crate::schema::{FLAG, Field, Kind, Schema, TEXT};

/// A name of a region that holds no cluster. Source: contract.md 3.2.
const NOWHERE: &str = "GLOBAL";

/// A cloud and what it has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProviderRegions {
    /// Its sizes.
    pub instance_sizes: Vec<InstanceSize>,
    /// Its name.
    pub provider: &'static str,
}

/// A size and where there is one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct InstanceSize {
    /// The regions that have it.
    pub available_regions: Vec<AvailableRegion>,
    /// Its name.
    pub name: &'static str,
}

/// A region.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AvailableRegion {
    /// Whether one begins there who does not care.
    pub default: bool,
    /// Its name.
    pub name: &'static str,
}

/// Lists every cloud that is wanted and has a size, all sizes if none is named.
pub fn list(wanted: impl Fn(&str) -> bool, size: Option<&str>) -> Vec<ProviderRegions> {
    let clouds = [
        ("AWS", AWS_SIZES, AWS_REGIONS, "US_EAST_1"),
        ("AZURE", AZURE_SIZES, AZURE_REGIONS, "US_EAST_2"),
        ("GCP", GCP_SIZES, GCP_REGIONS, "CENTRAL_US"),
    ];
    let mut found = Vec::new();
    for (provider, sizes, regions, usual) in clouds.into_iter().filter(|(name, ..)| wanted(name)) {
        let region = |name: &&'static str| AvailableRegion { default: *name == usual, name };
        let regions: Vec<_> = regions.iter().filter(|name| **name != NOWHERE).map(region).collect();
        let sizes = sizes.iter().filter(|name| size.is_none_or(|size| size == **name));
        let instance_sizes: Vec<_> =
            sizes.map(|name| InstanceSize { available_regions: regions.clone(), name }).collect();
        if !instance_sizes.is_empty() {
            found.push(ProviderRegions { instance_sizes, provider });
        }
    }
    found
}

/// The shape of a cloud and what it has.
pub static SCHEMA: Schema = Schema {
    name: Some("ProviderRegions"),
    description: "A cloud, its sizes and its regions.",
    kind: Kind::Object {
        fields: &[
            Field::required("instanceSizes", &SIZES, "Its sizes."),
            Field::required("provider", &PROVIDER_NAME, "Its name."),
        ],
        open: false,
    },
};
static SIZES: Schema = Schema::inline(Kind::List { items: &SIZE, max: 100 });

static SIZE: Schema = Schema {
    name: Some("ProviderInstanceSize"),
    description: "A size and the regions that have it.",
    kind: Kind::Object {
        fields: &[
            Field::required("availableRegions", &REGIONS, "The regions that have it."),
            Field::required("name", &TEXT, "Its name."),
        ],
        open: false,
    },
};

static REGIONS: Schema = Schema::inline(Kind::List { items: &REGION, max: 100 });

static REGION: Schema = Schema {
    name: Some("AvailableRegion"),
    description: "A region.",
    kind: Kind::Object {
        fields: &[
            Field::required("default", &FLAG, "Whether one begins there who does not care."),
            Field::required("name", &TEXT, "Its name."),
        ],
        open: false,
    },
};

#[cfg(test)]
mod tests {
    use super::list;

    #[test]
    fn each_cloud_has_one_usual_region_and_all_of_its_sizes() {
        let all = list(|_| true, None);
        let names: Vec<_> = all.iter().map(|cloud| (cloud.provider, cloud.instance_sizes.len())).collect();
        assert_eq!(names, [("AWS", 47), ("AZURE", 22), ("GCP", 34)]);
        for cloud in &all {
            let regions = &cloud.instance_sizes[0].available_regions;
            assert_eq!(regions.iter().filter(|region| region.default).count(), 1, "{}", cloud.provider);
            assert!(regions.iter().all(|region| region.name != "GLOBAL"));
        }
    }

    #[test]
    fn a_size_is_listed_where_there_is_one() {
        let found = |wanted: &'static str, size| -> Vec<&'static str> {
            list(|name| wanted.is_empty() || name == wanted, Some(size)).iter().map(|cloud| cloud.provider).collect()
        };
        assert_eq!(found("", "M10"), ["AWS", "AZURE", "GCP"]);
        assert_eq!(found("", "M90"), ["AZURE"]);
        assert!(found("AWS", "M90").is_empty());
        assert!(found("", "M11").is_empty());
    }
}
