//! Clusters. The shape of 2024-08-05 is also that of 2024-10-23. It must not know the domain.

pub mod sizes;
pub mod v2023_01_01;
pub mod v2023_02_01;
pub mod v2024_08_05;

use crate::query::QueryParameter;
use crate::schema::{DATE_TIME, FLAG, Field, Kind, Schema};
use v2024_08_05::NAME;

/// Asks to list deleted clusters too, as long as snapshots of theirs are kept.
pub static INCLUDE_DELETED: QueryParameter = QueryParameter {
    name: "includeDeletedWithRetainedBackups",
    schema: &FLAG,
    repeated: false,
    default: Some("false"),
    description: "Accepted; deleted clusters are listed by themselves, at /api/atrest/v1/groups/{groupId}/deletedClusters.",
};

/// Asks to keep the snapshots of a cluster that is deleted.
pub static RETAIN_BACKUPS: QueryParameter = QueryParameter {
    name: "retainBackups",
    schema: &FLAG,
    repeated: false,
    default: None,
    description: "Accepted; a registered snapshot keeps the master keys it needs, whatever becomes of its cluster.",
};

/// The shape of a request to hold on to a release series.
pub static PIN_SCHEMA: Schema = Schema {
    name: Some("FeatureCompatibilityVersionPin"),
    description: "Until when a cluster is to hold on to the series whose features its data may use.",
    kind: Kind::Object {
        fields: &[
            Field::optional("expirationDate", &DATE_TIME, "Until when.").nullable(),
            Field::optional("links", &crate::atlas::links::LINKS, "Shown in answers; ignored here.").read_only(),
        ],
        open: false,
    },
};

/// The shape of a request to move a cluster off shared machines.
pub static TENANT_UPGRADE_SCHEMA: Schema = Schema {
    name: Some("TenantClusterUpgrade"),
    description: "A cluster on shared machines, and what it is to become.",
    kind: Kind::Object { fields: &[Field::required("name", &NAME, "The cluster's name.")], open: true },
};
