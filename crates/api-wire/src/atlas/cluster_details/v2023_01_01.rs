//! The clusters of a project as dated 2023-01-01. What this service does not know of nodes it has not seen is left out.

use serde::Serialize;

use crate::atlas::clusters::v2024_08_05::NAME;
use crate::schema::{COUNT, FLAG, Field, Kind, OBJECT_ID, Schema, TEXT};

/// A project and its clusters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProjectClusters {
    /// Its clusters, by name.
    pub clusters: Vec<ClusterDetails>,
    /// Its id.
    pub group_id: String,
    /// Its name.
    pub group_name: String,
    /// The id of its organization.
    pub org_id: String,
    /// The name of its organization.
    pub org_name: String,
    /// What it is paid by; there is nothing to pay.
    pub plan_type: &'static str,
    /// Its marks; none.
    pub tags: Vec<String>,
}

/// A cluster in a few words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ClusterDetails {
    /// How it does, as far as it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub availability: Option<&'static str>,
    /// Whether snapshots are taken.
    pub backup_enabled: bool,
    /// Its id.
    pub cluster_id: String,
    /// Its name.
    pub name: String,
    /// How many nodes it has.
    pub node_count: u32,
    /// Replica set or sharded.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The releases its nodes run, as far as they are known.
    pub versions: Vec<String>,
}

/// The shape of a project and its clusters.
pub static SCHEMA: Schema = Schema {
    name: Some("GroupClusters"),
    description: "A project and its clusters.",
    kind: Kind::Object { fields: FIELDS, open: false },
};

static FIELDS: &[Field] = &[
    Field::required("clusters", &CLUSTERS, "Its clusters, by name."),
    Field::required("groupId", &OBJECT_ID, "Its id."),
    Field::required("groupName", &TEXT, "Its name."),
    Field::required("orgId", &OBJECT_ID, "The id of its organization."),
    Field::required("orgName", &TEXT, "The name of its organization."),
    Field::required("planType", &TEXT, "What it is paid by."),
    Field::required("tags", &TAGS, "Always empty."),
];

static TAGS: Schema = Schema::inline(Kind::List { items: &TEXT, max: 0 });
static CLUSTERS: Schema = Schema::inline(Kind::List { items: &CLUSTER, max: 1_000_000 });

static CLUSTER: Schema = Schema {
    name: Some("ClusterDetails"),
    description: "A cluster in a few words.",
    kind: Kind::Object { fields: CLUSTER_FIELDS, open: false },
};

static CLUSTER_FIELDS: &[Field] = &[
    Field::optional("availability", &AVAILABILITY, "How it does, as far as it is known: unavailable while paused."),
    Field::required("backupEnabled", &FLAG, "Whether snapshots are taken."),
    Field::required("clusterId", &OBJECT_ID, "Its id."),
    Field::required("name", &NAME, "Its name."),
    Field::required("nodeCount", &COUNT, "How many nodes it has."),
    Field::required("type", &TYPE, "Replica set or sharded."),
    Field::required("versions", &VERSIONS, "The releases its nodes run, as far as they are known."),
];

static AVAILABILITY: Schema = Schema::inline(Kind::OneOf(&["available", "dead", "unavailable", "warning"]));
static TYPE: Schema = Schema::inline(Kind::OneOf(&["REPLICA_SET", "SHARDED_CLUSTER"]));
static VERSIONS: Schema = Schema::inline(Kind::List { items: &TEXT, max: 1 });
