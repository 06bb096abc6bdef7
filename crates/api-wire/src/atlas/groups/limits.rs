//! Limits of a project as dated 2023-01-01. It must not know the domain.

use serde::Serialize;

use crate::body::{Limits, parse};
use crate::fault::{Fault, FaultKind};
use crate::schema::{COUNT, Field, Kind, Schema, TEXT};

/// One limit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GroupLimit {
    /// How much is used.
    pub current_usage: u64,
    /// What it is until somebody sets it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_limit: Option<u64>,
    /// The greatest value.
    pub maximum_limit: u64,
    /// Its name.
    pub name: &'static str,
    /// What it is.
    pub value: u64,
}

/// What a PATCH says about a limit.
#[derive(Debug)]
pub struct GroupLimitUpdate {
    /// What it is to be.
    pub value: u64,
}

impl GroupLimitUpdate {
    /// Reads the body of a PATCH.
    /// Errors: every fault of shape, at least one.
    pub fn read(bytes: &[u8]) -> Result<Self, Vec<Fault>> {
        let mut body = parse(bytes, &SCHEMA, Limits::default())?;
        let value = body.integer("value").map_err(|fault| vec![fault])?.value();
        let value = value.and_then(|value| u64::try_from(value).ok());
        Ok(Self { value: value.ok_or_else(|| vec![Fault::at("value", FaultKind::Missing)])? })
    }
}

/// The shape of a limit, in a PATCH and in answers.
pub static SCHEMA: Schema = Schema {
    name: Some("GroupLimit"),
    description: "A limit of a project.",
    kind: Kind::Object { fields: FIELDS, open: false },
};

/// The shape of all of them: a bare list.
pub static LIST_SCHEMA: Schema = Schema {
    name: Some("GroupLimits"),
    description: "The limits of a project.",
    kind: Kind::List { items: &SCHEMA, max: 100 },
};

static FIELDS: &[Field] = &[
    Field::optional("currentUsage", &COUNT, "How much is used.").read_only(),
    Field::optional("defaultLimit", &COUNT, "What it is until somebody sets it.").read_only(),
    Field::optional("maximumLimit", &COUNT, "The greatest value that can be set.").read_only(),
    Field::required("name", &TEXT, "Its name.").read_only(),
    Field::required("value", &COUNT, "What it is."),
];

#[cfg(test)]
mod tests {
    use super::GroupLimitUpdate;

    #[test]
    fn reads_a_value() {
        assert_eq!(GroupLimitUpdate::read(br#"{"name":"x","value":7}"#).unwrap().value, 7);
        for bad in ["{}", r#"{"value":-1}"#, r#"{"value":null}"#, r#"{"value":"7"}"#, r#"{"value":1.5}"#] {
            assert_eq!(GroupLimitUpdate::read(bad.as_bytes()).unwrap_err()[0].path, "value", "{bad}");
        }
    }
}
