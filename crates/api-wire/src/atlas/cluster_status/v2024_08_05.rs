//! How a cluster's shards grow, as dated 2024-08-05. It must not know the domain.

use serde::Serialize;

use crate::schema::{Field, Kind, Schema};

/// Whether shards grow together or each by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AutoScalingMode {
    /// `INDEPENDENT_SHARD_SCALING` or `CLUSTER_WIDE_SCALING`.
    pub auto_scaling_mode: &'static str,
}

/// The shape of the answer.
pub static SCHEMA: Schema = Schema {
    name: Some("AutoScalingMode"),
    description: "Whether a cluster's shards grow together or each by itself.",
    kind: Kind::Object { fields: FIELDS, open: false },
};

static FIELDS: &[Field] =
    &[Field::required("autoScalingMode", &MODE, "Each by itself where the shards are not all alike.")];

static MODE: Schema = Schema::inline(Kind::OneOf(&["INDEPENDENT_SHARD_SCALING", "CLUSTER_WIDE_SCALING"]));
