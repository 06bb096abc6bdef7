//! Clusters. The shape of 2024-08-05 is also that of 2024-10-23. It must not know the domain.

pub mod sizes;
pub mod v2023_01_01;
pub mod v2023_02_01;
pub mod v2024_08_05;

use crate::query::QueryParameter;
use crate::schema::FLAG;

/// Asks to list deleted clusters too, as long as snapshots of theirs are kept.
pub static INCLUDE_DELETED: QueryParameter = QueryParameter {
    name: "includeDeletedWithRetainedBackups",
    schema: &FLAG,
    repeated: false,
    default: Some("false"),
    description: "Lists deleted clusters too whose snapshots are kept. There are none yet.",
};

/// Asks to keep the snapshots of a cluster that is deleted.
pub static RETAIN_BACKUPS: QueryParameter = QueryParameter {
    name: "retainBackups",
    schema: &FLAG,
    repeated: false,
    default: None,
    description: "Whether snapshots outlive the cluster. There are none yet.",
};
