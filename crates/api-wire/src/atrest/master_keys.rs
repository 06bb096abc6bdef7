//! Master keys as their owner sees them: everything but the key. It must not know the domain.

use serde::Serialize;

use super::rotations::NUMBER;
use super::validity::{PROVIDER, Provider};
use crate::query::QueryParameter;
use crate::schema::{COUNT, DATE_TIME, Field, Kind, OBJECT_ID, Schema, TEXT, TextRule};
use crate::text_format::{CLUSTER_NAME, UUID as UUID_FORMAT};
use crate::wire_time::WireTime;

/// One master key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MasterKey {
    /// What it is a key for, if it is said.
    pub algorithm: Option<String>,
    /// The cluster whose node made it.
    pub cluster_id: String,
    /// That cluster's name.
    pub cluster_name: String,
    /// When it was made.
    pub created_at: WireTime,
    /// The number of the customer key that protects it.
    pub customer_key: i64,
    /// When it was destroyed.
    pub destroyed_at: Option<WireTime>,
    /// The project.
    pub group_id: String,
    /// Its id.
    pub id: String,
    /// Its length, if it is said. Unit: bits.
    pub length: Option<u32>,
    /// Its names.
    pub names: Vec<String>,
    /// The node that made it.
    pub node_id: String,
    /// What that node was then.
    pub node_role: &'static str,
    /// What kind of object it is.
    pub object_type: ObjectType,
    /// Whose customer key protects it.
    pub provider: Provider,
    /// When its sealed bytes are wiped, if nothing keeps them.
    pub purge_at: Option<WireTime>,
    /// Where it is in its life.
    pub state: KeyState,
    /// What nodes are told of that; none if it cannot be told now.
    pub state_told: Option<KeyState>,
}

/// What kind of object a master key is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ObjectType {
    /// A key for a symmetric cipher.
    SymmetricKey,
    /// A secret that is no key.
    SecretData,
    /// Bytes of a meaning that only the client knows.
    OpaqueObject,
}

/// Where a master key is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum KeyState {
    /// Not yet in use.
    PreActive,
    /// In use.
    Active,
    /// No longer in use for protecting.
    Deactivated,
    /// Known, or feared, to be known to others.
    Compromised,
    /// Gone.
    Destroyed,
    /// Gone, and compromised.
    DestroyedCompromised,
}

const STATES: &[&str] = &["PRE_ACTIVE", "ACTIVE", "DEACTIVATED", "COMPROMISED", "DESTROYED", "DESTROYED_COMPROMISED"];

impl KeyState {
    /// Every state there is, in the order of `STATES`.
    const ALL: [Self; 6] = [
        Self::PreActive,
        Self::Active,
        Self::Deactivated,
        Self::Compromised,
        Self::Destroyed,
        Self::DestroyedCompromised,
    ];

    /// Finds a state by its word.
    pub fn parse(word: &str) -> Option<Self> {
        STATES.iter().zip(Self::ALL).find(|(known, _)| **known == word).map(|(_, state)| state)
    }
}

/// Only keys of this cluster.
pub static CLUSTER_NAME_FILTER: QueryParameter = QueryParameter {
    name: "clusterName",
    schema: &CLUSTER,
    repeated: false,
    default: None,
    description: "Only master keys that nodes of this cluster made.",
};

/// Only keys of this node.
pub static NODE_ID_FILTER: QueryParameter = QueryParameter {
    name: "nodeId",
    schema: &OBJECT_ID,
    repeated: false,
    default: None,
    description: "Only master keys that this node made.",
};

/// Only keys in this state.
pub static STATE_FILTER: QueryParameter = QueryParameter {
    name: "state",
    schema: &STATE,
    repeated: false,
    default: None,
    description: "Only master keys that are in this state, whatever nodes are told.",
};

/// The shape of a master key.
pub static SCHEMA: Schema = Schema {
    name: Some("MasterKey"),
    description: "A key that a node keeps here, without the key itself, which nodes alone are given.",
    kind: Kind::Object { fields: FIELDS, open: false },
};

static FIELDS: &[Field] = &[
    Field::required("algorithm", &TEXT, "What it is a key for: AES, or the number that the key protocol has for it.")
        .nullable(),
    Field::required("clusterId", &OBJECT_ID, "The cluster whose node made it."),
    Field::required("clusterName", &CLUSTER, "The name of that cluster."),
    Field::required("createdAt", &DATE_TIME, "When it was made."),
    Field::required("customerKey", &NUMBER, "The number of the customer key that protects it."),
    Field::required("destroyedAt", &DATE_TIME, "When it was destroyed.").nullable(),
    Field::required("groupId", &OBJECT_ID, "The project."),
    Field::required("id", &UUID, "Its id, which is the Unique Identifier of the key protocol."),
    Field::required("length", &COUNT, "Its length in bits.").nullable(),
    Field::required("names", &NAMES, "The names its node gave it."),
    Field::required("nodeId", &OBJECT_ID, "The node that made it."),
    Field::required("nodeRole", &ROLE, "What that node was: the keys of a cluster's clients are for all of them."),
    Field::required("objectType", &OBJECT_TYPE, "What kind of object it is."),
    Field::required("provider", &PROVIDER, "The provider of the customer key that protects it."),
    Field::required("purgeAt", &DATE_TIME, "When its sealed bytes are wiped for good, unless a snapshot needs them.")
        .nullable(),
    Field::required("state", &STATE, "Where it is in its life."),
    Field::required(
        "stateTold",
        &STATE,
        "What nodes are told: Deactivated while the customer key is lost, nothing while its provider cannot be asked.",
    )
    .nullable(),
];

/// The id of a master key.
pub(super) static UUID: Schema = Schema::inline(Kind::Text(TextRule { min: 36, max: 36, format: Some(&UUID_FORMAT) }));
/// The name of a cluster.
pub(super) static CLUSTER: Schema =
    Schema::inline(Kind::Text(TextRule { min: 1, max: 64, format: Some(&CLUSTER_NAME) }));
static NAMES: Schema = Schema::inline(Kind::List { items: &TEXT, max: 1000 });
static ROLE: Schema = Schema::inline(Kind::OneOf(&["mongod", "mongos", "client"]));
static OBJECT_TYPE: Schema = Schema::inline(Kind::OneOf(&["SYMMETRIC_KEY", "SECRET_DATA", "OPAQUE_OBJECT"]));
static STATE: Schema = Schema::inline(Kind::OneOf(STATES));

#[cfg(test)]
mod tests {
    use super::{KeyState, MasterKey, ObjectType, Provider, SCHEMA, STATES};
    use crate::body::{Limits, parse};
    use crate::wire_time::WireTime;

    #[test]
    fn writes_a_master_key_as_its_schema_says() {
        let id = "32b6e34b3d91647abb20e7b8".to_owned();
        let at = WireTime::from_epoch_millis(0);
        for (word, state) in STATES.iter().zip(KeyState::ALL) {
            let gone = matches!(state, KeyState::Destroyed | KeyState::DestroyedCompromised);
            let key = MasterKey {
                algorithm: Some("AES".to_owned()),
                cluster_id: id.clone(),
                cluster_name: "cluster0".to_owned(),
                created_at: at,
                customer_key: 1,
                destroyed_at: gone.then_some(at),
                group_id: id.clone(),
                id: "632ff709-32a8-48a3-8224-30d2386fadaf".to_owned(),
                length: Some(256),
                names: vec!["backup".to_owned()],
                node_id: id.clone(),
                node_role: "mongod",
                object_type: ObjectType::SymmetricKey,
                provider: Provider::Aws,
                purge_at: gone.then_some(at),
                state,
                state_told: (!gone).then_some(KeyState::Deactivated),
            };
            let text = serde_json::to_string(&key).unwrap();
            assert!(text.contains(&format!(r#""state":"{word}""#)), "{text}");
            assert_eq!(KeyState::parse(word), Some(state));
            parse(text.as_bytes(), &SCHEMA, Limits::default()).unwrap();
        }
        assert_eq!(KeyState::parse("Active"), None);
    }
}
