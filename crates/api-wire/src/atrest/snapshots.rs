//! Snapshots of a cluster's data, as far as keys go: which master keys one needs. It must not know the domain.

use serde::Serialize;

use super::master_keys::{CLUSTER, UUID};
use crate::body::{Limits, parse};
use crate::fault::Fault;
use crate::schema::{DATE_TIME, Field, Kind, OBJECT_ID, Schema, TextRule};
use crate::text_format::ONE_LINE;
use crate::wire_time::WireTime;

/// One snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Snapshot {
    /// The name of its cluster.
    pub cluster_name: String,
    /// When it was registered.
    pub created_at: WireTime,
    /// What its owner says about it.
    pub description: Option<String>,
    /// The project.
    pub group_id: String,
    /// Its id.
    pub id: String,
    /// The master keys it needs.
    pub master_key_ids: Vec<String>,
    /// When it ceased to need them.
    pub released_at: Option<WireTime>,
}

/// What a POST says about a snapshot.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct SnapshotCreate {
    /// What its owner says about it.
    pub description: Option<String>,
    /// The master keys it needs; none said means all that the cluster has.
    pub master_key_ids: Option<Vec<String>>,
}

impl SnapshotCreate {
    /// Reads the body of a POST.
    /// Errors: every fault of shape, at least one.
    pub fn read(bytes: &[u8]) -> Result<Self, Vec<Fault>> {
        let mut body = parse(bytes, &CREATE_SCHEMA, Limits::default())?;
        let one = |fault| vec![fault];
        Ok(Self {
            description: body.text("description").map_err(one)?.value(),
            master_key_ids: body.texts("masterKeyIds").map_err(one)?.value(),
        })
    }
}

/// The shape of the body of a POST.
pub static CREATE_SCHEMA: Schema = Schema {
    name: Some("SnapshotCreate"),
    description: "A snapshot that was taken, or is about to be.",
    kind: Kind::Object { fields: CREATE_FIELDS, open: false },
};

static CREATE_FIELDS: &[Field] = &[
    Field::shown("clusterName"),
    Field::shown("createdAt"),
    Field::optional("description", &DESCRIPTION, "Your own words about it.").nullable(),
    Field::shown("groupId"),
    Field::shown("id"),
    Field::optional(
        "masterKeyIds",
        &KEYS,
        "The master keys of the cluster that it needs. Without it: all that the cluster has.",
    )
    .nullable(),
    Field::shown("releasedAt"),
];

/// The shape of a snapshot.
pub static SCHEMA: Schema = Schema {
    name: Some("Snapshot"),
    description: "A snapshot of a cluster's data, and the master keys without which nobody can read it.",
    kind: Kind::Object { fields: FIELDS, open: false },
};

static FIELDS: &[Field] = &[
    Field::required("clusterName", &CLUSTER, "The name of its cluster."),
    Field::required("createdAt", &DATE_TIME, "When it was registered."),
    Field::required("description", &DESCRIPTION, "Its owner's words about it.").nullable(),
    Field::required("groupId", &OBJECT_ID, "The project."),
    Field::required("id", &OBJECT_ID, "The snapshot's id."),
    Field::required("masterKeyIds", &KEYS, "The master keys it needs. Until it is released, they are kept."),
    Field::required("releasedAt", &DATE_TIME, "When it was released: it needs no keys any more.").nullable(),
];

/// Ours. Without masterKeyIds all keys of the cluster count, however many.
static KEYS: Schema = Schema::inline(Kind::List { items: &UUID, max: 10_000 });
/// Ours.
static DESCRIPTION: Schema = Schema::inline(Kind::Text(TextRule { min: 0, max: 256, format: Some(&ONE_LINE) }));

#[cfg(test)]
mod tests {
    use super::{CREATE_SCHEMA, SCHEMA, Snapshot, SnapshotCreate};
    use crate::body::{Limits, parse};
    use crate::wire_time::WireTime;

    const KEY: &str = "632ff709-32a8-48a3-8224-30d2386fadaf";

    #[test]
    fn writes_a_snapshot_as_its_schema_says_and_takes_it_back() {
        let id = "32b6e34b3d91647abb20e7b8".to_owned();
        let snapshot = Snapshot {
            cluster_name: "cluster0".to_owned(),
            created_at: WireTime::from_epoch_millis(0),
            description: Some("before the move".to_owned()),
            group_id: id.clone(),
            id,
            master_key_ids: vec![KEY.to_owned()],
            released_at: None,
        };
        let text = serde_json::to_string(&snapshot).unwrap();
        parse(text.as_bytes(), &SCHEMA, Limits::default()).unwrap();
        parse(text.as_bytes(), &CREATE_SCHEMA, Limits::default()).unwrap();
        let read = SnapshotCreate::read(text.as_bytes()).unwrap();
        assert_eq!((read.description, read.master_key_ids), (snapshot.description, Some(snapshot.master_key_ids)));
        assert_eq!(SnapshotCreate::read(b"{}").unwrap(), SnapshotCreate::default());
        assert_eq!(SnapshotCreate::read(br#"{"masterKeyIds":null}"#).unwrap(), SnapshotCreate::default());
    }

    #[test]
    fn tells_every_fault_at_once() {
        let body = format!(r#"{{"masterKeyIds":["{KEY}","x"],"description":"a\nb","keys":[]}}"#);
        let faults = SnapshotCreate::read(body.as_bytes()).unwrap_err();
        let paths: Vec<_> = faults.into_iter().map(|fault| fault.path).collect();
        assert_eq!(paths, ["masterKeyIds[1]", "description", "keys"]);
    }
}
