//! Grants: leave for another node to read one master key for a while, to restore. It must not know the domain.

use serde::Serialize;

use super::master_keys::UUID;
use crate::body::{Limits, parse};
use crate::fault::{Fault, FaultKind};
use crate::schema::{DATE_TIME, Field, Kind, OBJECT_ID, Schema, TEXT};
use crate::wire_time::WireTime;

/// One grant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Grant {
    /// When it was given.
    pub created_at: WireTime,
    /// Who gave it.
    pub created_by: String,
    /// When it ends by itself.
    pub expires_at: WireTime,
    /// The project.
    pub group_id: String,
    /// Its id.
    pub id: String,
    /// The master key that may be read.
    pub master_key_id: String,
    /// The node that may read it.
    pub node_id: String,
}

/// What a POST says about a grant to be.
#[derive(Debug, PartialEq, Eq)]
pub struct GrantCreate {
    /// How long it is to last. Unit: hours.
    pub expires_in_hours: u32,
    /// The node that is to read the key.
    pub node_id: String,
}

impl GrantCreate {
    /// Reads the body of a POST.
    /// Errors: every fault of shape, at least one.
    pub fn read(bytes: &[u8]) -> Result<Self, Vec<Fault>> {
        let mut body = parse(bytes, &CREATE_SCHEMA, Limits::default())?;
        let missing = |name: &str| vec![Fault::at(name, FaultKind::Missing)];
        let hours = body.integer("expiresInHours").map_err(|fault| vec![fault])?.value();
        let node = body.text("nodeId").map_err(|fault| vec![fault])?.value();
        Ok(Self {
            expires_in_hours: hours
                .and_then(|hours| u32::try_from(hours).ok())
                .ok_or_else(|| missing("expiresInHours"))?,
            node_id: node.ok_or_else(|| missing("nodeId"))?,
        })
    }
}

/// The shape of the body of a POST.
pub static CREATE_SCHEMA: Schema = Schema {
    name: Some("GrantCreate"),
    description: "Leave to be given to a node.",
    kind: Kind::Object { fields: CREATE_FIELDS, open: false },
};

static CREATE_FIELDS: &[Field] = &[
    Field::required("expiresInHours", &HOURS, "For how many hours the node may read the key; 720 are 30 days."),
    Field::required("nodeId", &OBJECT_ID, "The node of this project that may read the key."),
];

/// Ours: a restore that takes longer than 30 days can be given leave again.
static HOURS: Schema = Schema::inline(Kind::Integer { min: 1, max: 720 });

/// The shape of a grant.
pub static SCHEMA: Schema = Schema {
    name: Some("Grant"),
    description: "Leave for a node to read, and not to change, a master key of another's.",
    kind: Kind::Object { fields: FIELDS, open: false },
};

static FIELDS: &[Field] = &[
    Field::required("createdAt", &DATE_TIME, "When it was given."),
    Field::required("createdBy", &TEXT, "Who gave it."),
    Field::required("expiresAt", &DATE_TIME, "When it ends by itself."),
    Field::required("groupId", &OBJECT_ID, "The project."),
    Field::required("id", &OBJECT_ID, "The grant's id."),
    Field::required("masterKeyId", &UUID, "The master key that may be read."),
    Field::required("nodeId", &OBJECT_ID, "The node that may read it."),
];

#[cfg(test)]
mod tests {
    use super::{Grant, GrantCreate, SCHEMA};
    use crate::body::{Limits, parse};
    use crate::wire_time::WireTime;

    const ID: &str = "32b6e34b3d91647abb20e7b8";

    #[test]
    fn writes_a_grant_as_its_schema_says() {
        let grant = Grant {
            created_at: WireTime::from_epoch_millis(0),
            created_by: "abcdefgh".to_owned(),
            expires_at: WireTime::from_epoch_millis(3_600_000),
            group_id: ID.to_owned(),
            id: ID.to_owned(),
            master_key_id: "632ff709-32a8-48a3-8224-30d2386fadaf".to_owned(),
            node_id: ID.to_owned(),
        };
        let text = serde_json::to_string(&grant).unwrap();
        parse(text.as_bytes(), &SCHEMA, Limits::default()).unwrap();
    }

    #[test]
    fn reads_a_grant_to_be_and_tells_every_fault() {
        let body = format!(r#"{{"nodeId":"{ID}","expiresInHours":24}}"#);
        let expected = GrantCreate { expires_in_hours: 24, node_id: ID.to_owned() };
        assert_eq!(GrantCreate::read(body.as_bytes()).unwrap(), expected);
        let paths = |body: &str| {
            let faults = GrantCreate::read(body.as_bytes()).unwrap_err();
            faults.into_iter().map(|fault| fault.path).collect::<Vec<_>>()
        };
        assert_eq!(paths("{}"), ["expiresInHours", "nodeId"]);
        assert_eq!(paths(r#"{"nodeId":"x","expiresInHours":0,"hours":1}"#), ["nodeId", "expiresInHours", "hours"]);
        assert_eq!(paths(&format!(r#"{{"nodeId":"{ID}","expiresInHours":721}}"#)), ["expiresInHours"]);
        assert_eq!(paths(&format!(r#"{{"nodeId":"{ID}","expiresInHours":1.5}}"#)), ["expiresInHours"]);
    }
}
