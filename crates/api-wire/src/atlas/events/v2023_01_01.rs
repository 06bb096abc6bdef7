//! An event as dated 2023-01-01. It must not know what makes one.

use serde::Serialize;

use crate::atlas::event_types::{EVENT_TYPE, EventType};
use crate::atlas::links;
use crate::paging::Link;
use crate::schema::{DATE_TIME, FLAG, Field, Kind, OBJECT_ID, Schema, TEXT};
use crate::wire_time::WireTime;

/// One event. What does not apply to it is left out.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// Who did it; written as fields of the event itself. None for the service itself.
    #[serde(flatten)]
    pub actor: Option<Actor>,
    /// The cluster it happened to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cluster_name: Option<String>,
    /// When it happened.
    pub created: WireTime,
    /// What happened.
    #[serde(serialize_with = "name_of")]
    pub event_type_name: EventType,
    /// The project it happened in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_id: Option<String>,
    /// Its id.
    pub id: String,
    /// Whether somebody of the operator's did it.
    pub is_global_admin: bool,
    /// Its links.
    pub links: Vec<Link>,
    /// The organization it happened in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub org_id: Option<String>,
    /// Its raw document, if it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub raw: Option<serde_json::Map<String, serde_json::Value>>,
    /// The address it was done from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remote_address: Option<String>,
}

/// Who did it: a key or a person, never both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged, rename_all_fields = "camelCase")]
pub enum Actor {
    /// An API key, or a service account. The API has no fields of its own for an account: its id's
    /// 24 digits stand in `apiKeyId` and its client id in `publicKey`.
    Key {
        /// The key's id, 24 hexadecimal digits.
        api_key_id: String,
        /// The key's public half, or the account's client id.
        public_key: String,
    },
    /// A signed-in person.
    Person {
        /// The person's id.
        user_id: String,
        /// The person's mail address.
        username: String,
    },
}

fn name_of<S: serde::Serializer>(event_type: &EventType, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(event_type.as_str())
}

/// The shape of an event.
pub static SCHEMA: Schema = Schema {
    name: Some("Event"),
    description: "Something that happened. Either a key or a person did it, or the service itself.",
    kind: Kind::Object { fields: FIELDS, open: false },
};

static FIELDS: &[Field] = &[
    Field::optional("apiKeyId", &OBJECT_ID, "The id of the API key or service account that did it."),
    Field::optional("clusterName", &TEXT, "The cluster it happened to."),
    Field::required("created", &DATE_TIME, "When it happened."),
    Field::required("eventTypeName", &EVENT_TYPE, "What happened."),
    Field::optional("groupId", &OBJECT_ID, "The project it happened in."),
    Field::required("id", &OBJECT_ID, "The event's id."),
    Field::required("isGlobalAdmin", &FLAG, "Whether somebody of the operator's did it."),
    Field::required("links", &links::LINKS, links::DESCRIPTION),
    Field::optional("orgId", &OBJECT_ID, "The organization it happened in."),
    Field::optional("publicKey", &TEXT, "The public half of the key, or the client id of the account, that did it."),
    Field::optional("raw", &RAW, "The raw document, if it was asked for."),
    Field::optional("remoteAddress", &TEXT, "The address it was done from."),
    Field::optional("userId", &OBJECT_ID, "The id of the person who did it."),
    Field::optional("username", &TEXT, "The mail address of the person who did it."),
];

static RAW: Schema = Schema::inline(Kind::Object { fields: &[], open: true });

#[cfg(test)]
mod tests {
    use super::{Actor, Event, SCHEMA};
    use crate::atlas::event_types::EventType;
    use crate::body::{Limits, parse};
    use crate::wire_time::WireTime;

    fn check(event: &Event, expected: &str) {
        let text = serde_json::to_string(event).unwrap();
        assert_eq!(text, expected);
        parse(text.as_bytes(), &SCHEMA, Limits::default()).unwrap();
    }

    #[test]
    fn writes_who_did_it_as_one_of_two() {
        let id = "32b6e34b3d91647abb20e7b8".to_owned();
        let mut event = Event {
            actor: None,
            cluster_name: None,
            created: WireTime::from_epoch_millis(1_786_331_054_000),
            event_type_name: EventType::AwsEncryptionKeyValid,
            group_id: None,
            id: id.clone(),
            is_global_admin: false,
            links: Vec::new(),
            org_id: None,
            raw: None,
            remote_address: None,
        };
        check(
            &event,
            r#"{"created":"2026-08-10T03:04:14Z","eventTypeName":"AWS_ENCRYPTION_KEY_VALID","id":"32b6e34b3d91647abb20e7b8","isGlobalAdmin":false,"links":[]}"#,
        );
        event.actor =
            Some(Actor::Key { api_key_id: id.clone(), public_key: "mdb_sa_id_32b6e34b3d91647abb20e7b8".to_owned() });
        event.group_id = Some(id.clone());
        event.cluster_name = Some("cluster0".to_owned());
        event.remote_address = Some("127.0.0.1".to_owned());
        event.raw = serde_json::json!({"_t": "X", "deep": {"a": [1]}}).as_object().cloned();
        check(
            &event,
            r#"{"apiKeyId":"32b6e34b3d91647abb20e7b8","publicKey":"mdb_sa_id_32b6e34b3d91647abb20e7b8","clusterName":"cluster0","created":"2026-08-10T03:04:14Z","eventTypeName":"AWS_ENCRYPTION_KEY_VALID","groupId":"32b6e34b3d91647abb20e7b8","id":"32b6e34b3d91647abb20e7b8","isGlobalAdmin":false,"links":[],"raw":{"_t":"X","deep":{"a":[1]}},"remoteAddress":"127.0.0.1"}"#,
        );
        event.actor = Some(Actor::Person { user_id: id, username: "a@b.c".to_owned() });
        event.raw = None;
        event.cluster_name = None;
        check(
            &event,
            r#"{"userId":"32b6e34b3d91647abb20e7b8","username":"a@b.c","created":"2026-08-10T03:04:14Z","eventTypeName":"AWS_ENCRYPTION_KEY_VALID","groupId":"32b6e34b3d91647abb20e7b8","id":"32b6e34b3d91647abb20e7b8","isGlobalAdmin":false,"links":[],"remoteAddress":"127.0.0.1"}"#,
        );
    }
}
