//! A snapshot as dated 2023-01-01. It must not know the domain.

use serde::Serialize;

use crate::atlas::cloud_provider_access::PROVIDER_NAME;
use crate::atlas::links;
use crate::body::{Limits, parse};
use crate::fault::Fault;
use crate::paging::Link;
use crate::schema::{COUNT, DATE_TIME, Field, Kind, OBJECT_ID, Schema, TEXT, TextRule};
use crate::text_format::UUID as UUID_FORMAT;
use crate::wire_time::WireTime;

/// One snapshot. What this service does not know of it, when it ends above all, is left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BackupSnapshot {
    /// The cloud that the cluster's first region is in.
    pub cloud_provider: &'static str,
    /// The regions it was copied to.
    pub copy_regions: Vec<String>,
    /// When it was registered.
    pub created_at: WireTime,
    /// What its owner says about it.
    pub description: String,
    /// Its id.
    pub id: String,
    /// Its links.
    pub links: Vec<Link>,
    /// The master key it is encrypted with, if it is.
    #[serde(rename = "masterKeyUUID", skip_serializing_if = "Option::is_none")]
    pub master_key_uuid: Option<String>,
    /// The schedules it is kept by.
    pub policy_items: Vec<String>,
    /// The name of its cluster.
    pub replica_set_name: String,
    /// What made it.
    pub snapshot_type: &'static str,
    /// How far it is.
    pub status: &'static str,
    /// Its size, as far as it is known here. Unit: bytes.
    pub storage_size_bytes: u64,
    /// What it is of.
    #[serde(rename = "type")]
    pub cluster_type: &'static str,
}

/// Reads a body of which nothing is kept.
/// Errors: every fault of shape, at least one.
pub fn check(bytes: &[u8], schema: &Schema) -> Result<(), Vec<Fault>> {
    parse(bytes, schema, Limits::default()).map(drop)
}

/// The shape of a snapshot.
pub static SCHEMA: Schema = Schema {
    name: Some("BackupSnapshot"),
    description: "A snapshot of a cluster's data that the operator took and registered here.",
    kind: Kind::Object { fields: FIELDS, open: false },
};

static FIELDS: &[Field] = &[
    Field::required("cloudProvider", &PROVIDER_NAME, "The cloud that the cluster's first region is in."),
    Field::required("copyRegions", &TEXTS, "The regions it was copied to: none that are known here."),
    Field::required("createdAt", &DATE_TIME, "When it was registered."),
    Field::required("description", &TEXT, "Its owner's words about it."),
    Field::required("id", &OBJECT_ID, "The snapshot's id."),
    Field::required("links", &links::LINKS, links::DESCRIPTION),
    Field::optional(
        "masterKeyUUID",
        &UUID,
        "The master key that the data is encrypted with; the first, where every node has its own. Absent without one.",
    ),
    Field::required("policyItems", &TEXTS, "The schedules it is kept by: none here."),
    Field::required("replicaSetName", &TEXT, "The name of its cluster."),
    Field::required("snapshotType", &SNAPSHOT_TYPE, "What made it: the operator, always."),
    Field::required("status", &STATUS, "How far it is: it was taken when it was registered."),
    Field::required("storageSizeBytes", &COUNT, "Its size; 0, because this service does not hold it."),
    Field::required("type", &TYPE, "What it is of."),
];

/// The shape of the body that asks for a snapshot.
pub static TAKE_SCHEMA: Schema = Schema {
    name: Some("BackupSnapshotTake"),
    description: "A snapshot to be taken. This service takes none.",
    kind: Kind::Object { fields: TAKE_FIELDS, open: false },
};

static TAKE_FIELDS: &[Field] = &[
    Field::optional("description", &TEXT, "Words about it.").nullable(),
    Field::optional("links", &links::LINKS, links::DESCRIPTION).read_only(),
    Field::optional("retentionInDays", &DAYS, "How many days it is kept.").nullable(),
];

/// The shape of the body that keeps a snapshot longer.
pub static RETENTION_SCHEMA: Schema = Schema {
    name: Some("BackupSnapshotRetention"),
    description: "How long a snapshot is to be kept. This service does not keep it.",
    kind: Kind::Object { fields: RETENTION_FIELDS, open: false },
};

static RETENTION_FIELDS: &[Field] = &[
    Field::optional("links", &links::LINKS, links::DESCRIPTION).read_only(),
    Field::required("retentionUnit", &RETENTION_UNIT, "In what the time is counted."),
    Field::required("retentionValue", &DAYS, "How long it is kept."),
];

static RETENTION_UNIT: Schema = Schema::inline(Kind::OneOf(&["DAYS", "WEEKS", "MONTHS", "YEARS"]));
static DAYS: Schema = Schema::inline(Kind::Integer { min: 1, max: 2_147_483_647 });
static TEXTS: Schema = Schema::inline(Kind::List { items: &TEXT, max: 100 });
static UUID: Schema = Schema::inline(Kind::Text(TextRule { min: 36, max: 36, format: Some(&UUID_FORMAT) }));
static SNAPSHOT_TYPE: Schema = Schema::inline(Kind::OneOf(&["onDemand", "scheduled", "fallback"]));
static STATUS: Schema = Schema::inline(Kind::OneOf(&["queued", "inProgress", "completed", "failed"]));
static TYPE: Schema = Schema::inline(Kind::OneOf(&["replicaSet", "shardedCluster"]));

#[cfg(test)]
mod tests {
    use super::{BackupSnapshot, SCHEMA};
    use crate::body::{Limits, parse};
    use crate::paging::Link;
    use crate::wire_time::WireTime;

    #[test]
    fn writes_a_snapshot_with_and_without_a_key() {
        for key in [None, Some("632ff709-32a8-48a3-8224-30d2386fadaf".to_owned())] {
            let snapshot = BackupSnapshot {
                cloud_provider: "AWS",
                copy_regions: Vec::new(),
                created_at: WireTime::from_epoch_millis(0),
                description: "d".to_owned(),
                id: "32b6e34b3d91647abb20e7b8".to_owned(),
                links: vec![Link::to_self("http://h/x")],
                master_key_uuid: key.clone(),
                policy_items: Vec::new(),
                replica_set_name: "cluster0".to_owned(),
                snapshot_type: "onDemand",
                status: "completed",
                storage_size_bytes: 0,
                cluster_type: "replicaSet",
            };
            let text = serde_json::to_string(&snapshot).unwrap();
            assert_eq!(text.contains("masterKeyUUID"), key.is_some(), "{text}");
            assert!(text.ends_with(r#""type":"replicaSet"}"#), "{text}");
            parse(text.as_bytes(), &SCHEMA, Limits::default()).unwrap();
        }
    }
}
