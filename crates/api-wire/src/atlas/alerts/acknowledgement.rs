//! Taking note of an alert, as dated 2023-01-01 and 2024-05-30. The later shape can take it back by a flag; the earlier
//! one is an alert, of which two fields count. It must not know what becomes of it.

use time::OffsetDateTime;

use crate::body::{Limits, parse};
use crate::fault::{Fault, FaultKind};
use crate::schema::{DATE_TIME, FLAG, Field, Kind, Schema, TextRule};
use crate::text_format::{ONE_LINE, parse_date_time};

/// What somebody says to an alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AcknowledgementBody {
    /// They know, until then.
    Until {
        /// Until when.
        until: OffsetDateTime,
        /// Their words.
        comment: Option<String>,
    },
    /// They want to hear of it again.
    TakeBack,
}

impl AcknowledgementBody {
    /// Reads the body of a PATCH in one of the two shapes.
    /// Errors: every fault of shape, at least one.
    pub fn read(bytes: &[u8], schema: &Schema) -> Result<Self, Vec<Fault>> {
        let mut body = parse(bytes, schema, Limits::default())?;
        let one = |fault| vec![fault];
        let until = body.text("acknowledgedUntil").map_err(one)?.value();
        let comment = body.text("acknowledgementComment").map_err(one)?.value();
        if body.flag("unacknowledgeAlert").map_err(one)?.value() == Some(true) {
            return Ok(Self::TakeBack);
        }
        let until = until.ok_or_else(|| one(Fault::at("acknowledgedUntil", FaultKind::Missing)))?;
        let until = parse_date_time(&until).ok_or_else(|| {
            let expected = crate::text_format::DATE_TIME.expected;
            one(Fault::at("acknowledgedUntil", FaultKind::Format { expected }))
        })?;
        Ok(Self::Until { until, comment: comment.filter(|comment| !comment.is_empty()) })
    }
}

const UNTIL: &str = "Until when nobody is told any more. A time that is over takes an acknowledgement back.";
const COMMENT: &str = "What to say to it.";

/// The shape of a PATCH as dated 2024-05-30.
pub static SCHEMA_2024_05_30: Schema = Schema {
    name: Some("AcknowledgeAlert"),
    description: "Takes note of an alert, or takes that back.",
    kind: Kind::Object { fields: FIELDS_2024_05_30, open: false },
};

static FIELDS_2024_05_30: &[Field] = &[
    Field::optional("acknowledgedUntil", &DATE_TIME, UNTIL).nullable(),
    Field::optional("acknowledgementComment", &WORDS, COMMENT).nullable(),
    Field::shown("links"),
    Field::optional("unacknowledgeAlert", &FLAG, "Whether to take an acknowledgement back.").nullable(),
];

/// The shape of a PATCH as dated 2023-01-01.
pub static SCHEMA_2023_01_01: Schema = Schema {
    name: Some("AlertToAcknowledge"),
    description: "An alert, to take note of it.",
    kind: Kind::Object { fields: FIELDS_2023_01_01, open: false },
};

static FIELDS_2023_01_01: &[Field] = &[
    Field::optional("acknowledgedUntil", &DATE_TIME, UNTIL).nullable(),
    Field::optional("acknowledgementComment", &WORDS, COMMENT).nullable(),
    Field::shown("acknowledgingUsername"),
    Field::shown("alertConfigId"),
    Field::shown("clusterName"),
    Field::shown("created"),
    Field::shown("eventTypeName"),
    Field::shown("groupId"),
    Field::shown("id"),
    Field::shown("lastNotified"),
    Field::shown("links"),
    Field::shown("orgId"),
    Field::shown("resolved"),
    Field::shown("status"),
    Field::shown("updated"),
];

/// Source: contract.md 4.3.
static WORDS: Schema = Schema::inline(Kind::Text(TextRule { min: 0, max: 200, format: Some(&ONE_LINE) }));

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    fn check(body: &str, schema: &Schema, expected: Result<AcknowledgementBody, &[&str]>) {
        let found = AcknowledgementBody::read(body.as_bytes(), schema);
        let paths = |faults: Vec<Fault>| faults.into_iter().map(|fault| fault.path).collect::<Vec<_>>();
        let expected = expected.map_err(|paths| paths.iter().map(|path| (*path).to_owned()).collect::<Vec<_>>());
        assert_eq!(found.map_err(paths), expected, "{body}");
    }

    #[test]
    fn reads_both_shapes() {
        let until = datetime!(2126-08-10 03:04:14 UTC);
        for schema in [&SCHEMA_2023_01_01, &SCHEMA_2024_05_30] {
            let known = AcknowledgementBody::Until { until, comment: Some("I know".to_owned()) };
            let body = r#"{"acknowledgedUntil":"2126-08-10T03:04:14Z","acknowledgementComment":"I know"}"#;
            check(body, schema, Ok(known));
            check("{}", schema, Err(&["acknowledgedUntil"]));
            check(r#"{"acknowledgedUntil":"soon","x":1}"#, schema, Err(&["acknowledgedUntil", "x"]));
            let long = format!(r#"{{"acknowledgementComment":"{}"}}"#, "x".repeat(201));
            check(&long, schema, Err(&["acknowledgementComment"]));
        }
        check(r#"{"unacknowledgeAlert":true}"#, &SCHEMA_2024_05_30, Ok(AcknowledgementBody::TakeBack));
        check(r#"{"unacknowledgeAlert":true}"#, &SCHEMA_2023_01_01, Err(&["unacknowledgeAlert"]));
        check(r#"{"unacknowledgeAlert":false}"#, &SCHEMA_2024_05_30, Err(&["acknowledgedUntil"]));
        // An alert that was read can be sent back with its acknowledgement.
        let echoed = r#"{"id":"32b6e34b3d91647abb20e7b8","status":"OPEN","acknowledgedUntil":"2126-08-10T03:04:14Z"}"#;
        check(echoed, &SCHEMA_2023_01_01, Ok(AcknowledgementBody::Until { until, comment: None }));
    }
}
