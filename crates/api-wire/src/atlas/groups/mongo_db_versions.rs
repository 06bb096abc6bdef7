//! The release series that a cluster can be described with, as dated 2023-01-01. It must not know the domain.

use serde::Serialize;

use crate::atlas::clusters::sizes::{AWS_SIZES, AZURE_SIZES, GCP_SIZES};
use crate::query::QueryParameter;
use crate::schema::{Field, Kind, Schema, TEXT};

/// A release series for one size of machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AvailableVersion {
    /// The cloud.
    pub cloud_provider: &'static str,
    /// Whether it is the one that a cluster gets which names none.
    pub default_status: &'static str,
    /// The size.
    pub instance_size: &'static str,
    /// The release series.
    pub version: &'static str,
}

/// The series that are offered, the oldest first. A cluster may name any other.
static SERIES: &[&str] = &["7.0", "8.0"];
static CLOUDS: &[(&str, &[&str])] = &[("AWS", AWS_SIZES), ("AZURE", AZURE_SIZES), ("GCP", GCP_SIZES)];

const DEFAULT: &str = "DEFAULT";
const NOT_DEFAULT: &str = "NOT_DEFAULT";

/// Lists what there is for these filters. `default` is the series that a cluster gets which names none.
pub fn available(cloud: Option<&str>, size: Option<&str>, only_default: bool, default: &str) -> Vec<AvailableVersion> {
    let clouds = CLOUDS.iter().filter(|(name, _)| cloud.is_none_or(|cloud| cloud == *name));
    let sized = clouds.flat_map(|(name, sizes)| sizes.iter().map(move |size| (*name, *size)));
    let fitting = sized.filter(|(_, found)| size.is_none_or(|size| size == *found));
    let all = fitting.flat_map(|(cloud_provider, instance_size)| {
        SERIES.iter().map(move |version| AvailableVersion {
            cloud_provider,
            default_status: if *version == default { DEFAULT } else { NOT_DEFAULT },
            instance_size,
            version,
        })
    });
    all.filter(|found| !only_default || found.default_status == DEFAULT).collect()
}

/// Asks for one cloud alone.
pub static CLOUD_PROVIDER: QueryParameter = QueryParameter {
    name: "cloudProvider",
    schema: &CLOUD,
    repeated: false,
    default: None,
    description: "Lists only what this cloud has.",
};

/// Asks for one size alone.
pub static INSTANCE_SIZE: QueryParameter = QueryParameter {
    name: "instanceSize",
    schema: &TEXT,
    repeated: false,
    default: None,
    description: "Lists only what there is for this size.",
};

/// Asks for the default alone.
pub static DEFAULT_STATUS: QueryParameter = QueryParameter {
    name: "defaultStatus",
    schema: &ONLY_DEFAULT,
    repeated: false,
    default: None,
    description: "Lists only what a cluster gets that names no release series.",
};

static CLOUD: Schema = Schema::inline(Kind::OneOf(&["AWS", "AZURE", "GCP", "TENANT"]));
static ONLY_DEFAULT: Schema = Schema::inline(Kind::OneOf(&[DEFAULT]));
static STATUS: Schema = Schema::inline(Kind::OneOf(&[DEFAULT, NOT_DEFAULT]));

/// The shape of one.
pub static SCHEMA: Schema = Schema {
    name: Some("MdbAvailableVersion"),
    description: "A release series of MongoDB for one size of machine.",
    kind: Kind::Object {
        fields: &[
            Field::required("cloudProvider", &CLOUD, "The cloud."),
            Field::required("defaultStatus", &STATUS, "Whether a cluster gets it that names none."),
            Field::required("instanceSize", &TEXT, "The size."),
            Field::required("version", &TEXT, "The release series."),
        ],
        open: false,
    },
};

#[cfg(test)]
mod tests {
    use super::available;

    #[test]
    fn lists_by_cloud_size_and_default() {
        let found = available(Some("AWS"), Some("M10"), false, "8.0");
        assert_eq!(found.iter().map(|it| it.version).collect::<Vec<_>>(), ["7.0", "8.0"]);
        assert_eq!(available(None, Some("M10"), true, "8.0").len(), 3);
        assert!(available(Some("TENANT"), None, false, "8.0").is_empty());
        assert!(available(None, Some("M0"), false, "8.0").is_empty());
    }
}
