//! Projects that were deleted and can still be brought back. It must not know the domain.

use serde::Serialize;

use crate::schema::{DATE_TIME, Field, Kind, OBJECT_ID, Schema, TEXT};
use crate::wire_time::WireTime;

/// One deleted project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DeletedGroup {
    /// When it was deleted.
    pub deleted_at: WireTime,
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its organization.
    pub org_id: String,
    /// When it can no longer be brought back.
    pub purge_at: WireTime,
}

/// The shape of a deleted project.
pub static SCHEMA: Schema = Schema {
    name: Some("DeletedGroup"),
    description: "A project that was deleted and can still be brought back.",
    kind: Kind::Object { fields: FIELDS, open: false },
};

static FIELDS: &[Field] = &[
    Field::required("deletedAt", &DATE_TIME, "When it was deleted."),
    Field::required("id", &OBJECT_ID, "The project's id."),
    Field::required("name", &TEXT, "The project's name."),
    Field::required("orgId", &OBJECT_ID, "The project's organization."),
    Field::required("purgeAt", &DATE_TIME, "Until when it can be brought back."),
];

#[cfg(test)]
mod tests {
    use super::{DeletedGroup, SCHEMA};
    use crate::body::{Limits, parse};
    use crate::wire_time::WireTime;

    #[test]
    fn writes_a_deleted_project_as_its_schema_says() {
        let id = "32b6e34b3d91647abb20e7b8".to_owned();
        let at = WireTime::from_epoch_millis(0);
        let group = DeletedGroup { deleted_at: at, id: id.clone(), name: "first".to_owned(), org_id: id, purge_at: at };
        let text = serde_json::to_string(&group).unwrap();
        parse(text.as_bytes(), &SCHEMA, Limits::default()).unwrap();
    }
}
