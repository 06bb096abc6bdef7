//! Rotations: how far master keys are wrapped by a new customer key. It must not know how that is done.

use serde::Serialize;

use super::validity::{PROVIDER, Provider};
use crate::schema::{COUNT, DATE_TIME, Field, Kind, OBJECT_ID, Schema, TEXT};
use crate::wire_time::WireTime;

/// One rotation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Rotation {
    /// How many master keys are wrapped by the new customer key; none said once another rotation took over.
    pub done: Option<u64>,
    /// When all of them were.
    pub finished_at: Option<WireTime>,
    /// The customer key before.
    pub from: NumberedKey,
    /// The project.
    pub group_id: String,
    /// Its id.
    pub id: String,
    /// What stood in the way last; none since it went on.
    pub last_failure: Option<String>,
    /// Which provider.
    pub provider: Provider,
    /// When the new customer key was taken up.
    pub started_at: WireTime,
    /// Where it is.
    pub state: State,
    /// When a later rotation took over.
    pub superseded_at: Option<WireTime>,
    /// The customer key after.
    pub to: NumberedKey,
    /// How many master keys there are to wrap.
    pub total: u64,
}

/// Where a rotation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum State {
    /// Master keys are being wrapped.
    UnderWay,
    /// Something stands in the way; it is tried again.
    Stalled,
    /// A later rotation took over.
    Superseded,
    /// All master keys are wrapped by the new customer key.
    Finished,
}

/// A customer key, by its number and name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NumberedKey {
    /// Its full name, as long as it is known.
    pub key_name: Option<String>,
    /// Which of the project's customer keys at that provider, from 1.
    pub number: i64,
}

/// The shape of a rotation.
pub static SCHEMA: Schema = Schema {
    name: Some("Rotation"),
    description: "A rotation: after a change of the customer key, every master key is wrapped by the new one.",
    kind: Kind::Object { fields: FIELDS, open: false },
};

static FIELDS: &[Field] = &[
    Field::required(
        "done",
        &COUNT,
        "How many master keys are wrapped by the new customer key. Null once a later rotation counts them.",
    )
    .nullable(),
    Field::required("finishedAt", &DATE_TIME, "When all master keys were wrapped by the new customer key.").nullable(),
    Field::required("from", &NUMBERED_KEY, "The customer key before."),
    Field::required("groupId", &OBJECT_ID, "The project."),
    Field::required("id", &OBJECT_ID, "The rotation's id."),
    Field::required("lastFailure", &TEXT, "What stands in the way. It is tried again by itself.").nullable(),
    Field::required("provider", &PROVIDER, "Which provider."),
    Field::required("startedAt", &DATE_TIME, "When the new customer key was taken up."),
    Field::required("state", &STATE, "Where it is. A stalled one is tried again by itself."),
    Field::required("supersededAt", &DATE_TIME, "When a later rotation took over what was left.").nullable(),
    Field::required("to", &NUMBERED_KEY, "The customer key after."),
    Field::required("total", &COUNT, "How many master keys there are to wrap."),
];

static STATE: Schema = Schema::inline(Kind::OneOf(&["UNDER_WAY", "STALLED", "SUPERSEDED", "FINISHED"]));

static NUMBERED_KEY: Schema = Schema {
    name: Some("NumberedCustomerKey"),
    description: "A customer key of a project, by its number and name.",
    kind: Kind::Object { fields: NUMBERED_KEY_FIELDS, open: false },
};

static NUMBERED_KEY_FIELDS: &[Field] = &[
    Field::required("keyName", &TEXT, "The key's full name at its provider, with its version where it has one.")
        .nullable(),
    Field::required("number", &NUMBER, "Which of the project's customer keys at that provider, counted from 1."),
];

/// Which of a project's customer keys at a provider.
pub(super) static NUMBER: Schema = Schema::inline(Kind::Integer { min: 1, max: 9_007_199_254_740_991 });

#[cfg(test)]
mod tests {
    use super::{NumberedKey, Provider, Rotation, SCHEMA, State};
    use crate::body::{Limits, parse};
    use crate::wire_time::WireTime;

    #[test]
    fn writes_a_rotation_as_its_schema_says() {
        let id = "32b6e34b3d91647abb20e7b8".to_owned();
        let at = WireTime::from_epoch_millis(0);
        for state in [State::UnderWay, State::Stalled, State::Superseded, State::Finished] {
            let ended = (state == State::Finished).then_some(at);
            let rotation = Rotation {
                done: (state != State::Superseded).then_some(7),
                finished_at: ended,
                from: NumberedKey { key_name: None, number: 1 },
                group_id: id.clone(),
                id: id.clone(),
                last_failure: (state == State::Stalled).then(|| "AWS KMS: THROTTLED".to_owned()),
                provider: Provider::Gcp,
                started_at: at,
                state,
                superseded_at: ended,
                to: NumberedKey { key_name: Some("projects/p".to_owned()), number: 2 },
                total: 9,
            };
            let text = serde_json::to_string(&rotation).unwrap();
            parse(text.as_bytes(), &SCHEMA, Limits::default()).unwrap();
        }
    }
}
