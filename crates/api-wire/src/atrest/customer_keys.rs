//! A project's customer keys: the present ones and those before, what each still protects, and whether it can be
//! disabled. It must not know how that is found out.

use serde::Serialize;

use super::rotations::NUMBER;
use super::validity::{PROVIDER, Provider};
use crate::schema::{COUNT, DATE_TIME, FLAG, Field, Kind, OBJECT_ID, Schema, TEXT};
use crate::wire_time::WireTime;

/// One customer key that a project has or had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CustomerKey {
    /// Whether it is the one in the settings.
    pub current: bool,
    /// The project.
    pub group_id: String,
    /// Its full name.
    pub key_name: String,
    /// How many master keys it protects.
    pub master_keys: u64,
    /// Which of the project's customer keys at that provider, from 1.
    pub number: i64,
    /// Which provider.
    pub provider: Provider,
    /// When another took its place, if one did.
    pub retired_at: Option<WireTime>,
    /// Whether it can be disabled without loss.
    pub safe_to_disable: bool,
    /// Why, and what to do.
    pub safe_to_disable_reason: String,
    /// Since when it was the one in the settings, if that is known.
    pub since: Option<WireTime>,
    /// How many snapshots need it.
    pub snapshots: u64,
    /// What the last check of it found.
    pub state: State,
}

/// What is known of a customer key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum State {
    /// It can be used.
    Valid,
    /// It cannot be used, and the provider said so.
    Invalid,
    /// The provider could not be asked, or was not yet.
    Unknown,
    /// There are no credentials for it any more, so nobody asks.
    NoCredentials,
}

/// The shape of a customer key.
pub static SCHEMA: Schema = Schema {
    name: Some("CustomerKey"),
    description: "A customer key that a project has or had, and what it still protects.",
    kind: Kind::Object { fields: FIELDS, open: false },
};

static FIELDS: &[Field] = &[
    Field::required("current", &FLAG, "Whether it is the key that the project's settings name now."),
    Field::required("groupId", &OBJECT_ID, "The project."),
    Field::required("keyName", &TEXT, "The key's full name at its provider, with its version where it has one."),
    Field::required("masterKeys", &COUNT, "How many master keys only this key can unwrap."),
    Field::required("number", &NUMBER, "Which of the project's customer keys at that provider, counted from 1."),
    Field::required("provider", &PROVIDER, "Which provider."),
    Field::required("retiredAt", &DATE_TIME, "Since when the project's settings no longer name it.").nullable(),
    Field::required("safeToDisable", &FLAG, "Whether it can be disabled or deleted at its provider without loss."),
    Field::required("safeToDisableReason", &TEXT, "Why, and what has to happen first."),
    Field::required("since", &DATE_TIME, "Since when the project's settings named it, if that is known.").nullable(),
    Field::required("snapshots", &COUNT, "How many snapshots need a master key that only this key can unwrap."),
    Field::required("state", &STATE, "What the last check of it found."),
];

static STATE: Schema = Schema::inline(Kind::OneOf(&["VALID", "INVALID", "UNKNOWN", "NO_CREDENTIALS"]));

#[cfg(test)]
mod tests {
    use super::{CustomerKey, Provider, SCHEMA, State};
    use crate::body::{Limits, parse};
    use crate::wire_time::WireTime;

    #[test]
    fn writes_a_customer_key_as_its_schema_says() {
        for state in [State::Valid, State::Invalid, State::Unknown, State::NoCredentials] {
            let key = CustomerKey {
                current: state == State::Valid,
                group_id: "32b6e34b3d91647abb20e7b8".to_owned(),
                key_name: "arn:aws:kms:us-east-1:1:key/a".to_owned(),
                master_keys: 3,
                number: 2,
                provider: Provider::Aws,
                retired_at: (state != State::Valid).then(|| WireTime::from_epoch_millis(0)),
                safe_to_disable: false,
                safe_to_disable_reason: "3 master keys".to_owned(),
                since: Some(WireTime::from_epoch_millis(0)),
                snapshots: 0,
                state,
            };
            let text = serde_json::to_string(&key).unwrap();
            parse(text.as_bytes(), &SCHEMA, Limits::default()).unwrap();
        }
    }
}
