//! Master keys as their owner sees them: everything but the key. It must not know the domain.

use serde::Serialize;

use super::rotations::NUMBER;
use super::validity::{PROVIDER, Provider};
use crate::query::QueryParameter;
use crate::schema::{COUNT, DATE_TIME, FLAG, Field, Kind, OBJECT_ID, Schema, TEXT, TextRule};
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
    /// That cluster's name; none once the key is purged.
    pub cluster_name: Option<String>,
    /// When it was made.
    pub created_at: WireTime,
    /// The number of the customer key that protects it; none once it is purged.
    pub customer_key: Option<i64>,
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
    /// Whose customer key protects it; none once it is purged.
    pub provider: Option<Provider>,
    /// When its sealed bytes are wiped, if nothing keeps them.
    pub purge_at: Option<WireTime>,
    /// Whether its sealed bytes are wiped.
    pub purged: bool,
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

/// Only keys that are gone, or only those that are not.
pub static DESTROYED_FILTER: QueryParameter = QueryParameter {
    name: "destroyed",
    schema: &FLAG,
    repeated: false,
    default: None,
    description: "Only master keys that are destroyed (true), or only those that are not (false).",
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
    Field::required("clusterName", &CLUSTER, "The name of that cluster. Null once the key is purged.").nullable(),
    Field::required("createdAt", &DATE_TIME, "When it was made."),
    Field::required("customerKey", &NUMBER, "The number of the customer key that protects it. Null once it is purged.")
        .nullable(),
    Field::required("destroyedAt", &DATE_TIME, "When it was destroyed.").nullable(),
    Field::required("groupId", &OBJECT_ID, "The project."),
    Field::required("id", &UUID, "Its id, which is the Unique Identifier of the key protocol."),
    Field::required("length", &COUNT, "Its length in bits.").nullable(),
    Field::required("names", &NAMES, "The names its node gave it."),
    Field::required("nodeId", &OBJECT_ID, "The node that made it."),
    Field::required("nodeRole", &ROLE, "What that node was: the keys of a cluster's clients are for all of them."),
    Field::required("objectType", &OBJECT_TYPE, "What kind of object it is."),
    Field::required(
        "provider",
        &PROVIDER,
        "The provider of the customer key that protects it. Null once it is purged.",
    )
    .nullable(),
    Field::required("purgeAt", &DATE_TIME, "When its sealed bytes are wiped for good, unless a snapshot needs them.")
        .nullable(),
    Field::required("purged", &FLAG, "Whether its sealed bytes are wiped: nothing brings it back."),
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

    /// In the order of `STATES`.
    const ALL: [KeyState; 6] = [
        KeyState::PreActive,
        KeyState::Active,
        KeyState::Deactivated,
        KeyState::Compromised,
        KeyState::Destroyed,
        KeyState::DestroyedCompromised,
    ];

    #[test]
    fn writes_a_master_key_as_its_schema_says() {
        let id = "32b6e34b3d91647abb20e7b8".to_owned();
        let at = WireTime::from_epoch_millis(0);
        for (word, state) in STATES.iter().zip(ALL) {
            let gone = matches!(state, KeyState::Destroyed | KeyState::DestroyedCompromised);
            let key = MasterKey {
                algorithm: Some("AES".to_owned()),
                cluster_id: id.clone(),
                cluster_name: (!gone).then(|| "cluster0".to_owned()),
                created_at: at,
                customer_key: (!gone).then_some(1),
                destroyed_at: gone.then_some(at),
                group_id: id.clone(),
                id: "632ff709-32a8-48a3-8224-30d2386fadaf".to_owned(),
                length: Some(256),
                names: vec!["backup".to_owned()],
                node_id: id.clone(),
                node_role: "mongod",
                object_type: ObjectType::SymmetricKey,
                provider: (!gone).then_some(Provider::Aws),
                purge_at: gone.then_some(at),
                purged: gone,
                state,
                state_told: (!gone).then_some(KeyState::Deactivated),
            };
            let text = serde_json::to_string(&key).unwrap();
            assert!(text.contains(&format!(r#""state":"{word}""#)), "{text}");
            parse(text.as_bytes(), &SCHEMA, Limits::default()).unwrap();
        }
    }
}
