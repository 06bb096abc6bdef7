//! Clusters that were deleted and can still be brought back. It must not know the domain.

use serde::Serialize;

use super::master_keys::CLUSTER;
use crate::schema::{DATE_TIME, Field, Kind, OBJECT_ID, Schema};
use crate::wire_time::WireTime;

/// One deleted cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DeletedCluster {
    /// When it was deleted.
    pub deleted_at: WireTime,
    /// The provider whose customer key it used.
    pub encryption_at_rest_provider: &'static str,
    /// The project.
    pub group_id: String,
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// When its master keys are wiped, and it can no longer be brought back.
    pub purge_at: WireTime,
}

/// The shape of a deleted cluster.
pub static SCHEMA: Schema = Schema {
    name: Some("DeletedCluster"),
    description: "A cluster that was deleted and can still be brought back, with its master keys.",
    kind: Kind::Object { fields: FIELDS, open: false },
};

static FIELDS: &[Field] = &[
    Field::required("deletedAt", &DATE_TIME, "When it was deleted."),
    Field::required("encryptionAtRestProvider", &PROVIDER, "The provider whose customer key it used."),
    Field::required("groupId", &OBJECT_ID, "The project."),
    Field::required("id", &OBJECT_ID, "The cluster's id: several of one name can have been deleted."),
    Field::required("name", &CLUSTER, "The cluster's name."),
    Field::required("purgeAt", &DATE_TIME, "Until when it can be brought back. Then its master keys are wiped."),
];

static PROVIDER: Schema = Schema::inline(Kind::OneOf(&["NONE", "AWS", "AZURE", "GCP"]));

#[cfg(test)]
mod tests {
    use super::{DeletedCluster, SCHEMA};
    use crate::body::{Limits, parse};
    use crate::wire_time::WireTime;

    #[test]
    fn writes_a_deleted_cluster_as_its_schema_says() {
        let id = "32b6e34b3d91647abb20e7b8".to_owned();
        let cluster = DeletedCluster {
            deleted_at: WireTime::from_epoch_millis(0),
            encryption_at_rest_provider: "AWS",
            group_id: id.clone(),
            id,
            name: "cluster0".to_owned(),
            purge_at: WireTime::from_epoch_millis(0),
        };
        let text = serde_json::to_string(&cluster).unwrap();
        parse(text.as_bytes(), &SCHEMA, Limits::default()).unwrap();
    }
}
