//! The body of an error answer. It must not know any error code: the server's error table alone
//! spells them.

use serde::Serialize;

use crate::fault::Fault;
use crate::schema::{Field, Kind, Schema, TEXT};

/// The media type of every error, without a charset.
/// Source: contract.md 6.2, recorded.
pub const ERROR_CONTENT_TYPE: &str = "application/json";

/// What an error answer holds, in the order it is written.
/// Source: contract.md 2.6, recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ErrorBody {
    /// What is wrong and what to do next.
    pub detail: String,
    /// The HTTP status.
    pub error: u16,
    /// The stable name that clients branch on.
    pub error_code: &'static str,
    /// The values that the detail mentions.
    pub parameters: Vec<Parameter>,
    /// The HTTP status in words.
    pub reason: &'static str,
    /// All fields that are wrong, when several are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bad_request_detail: Option<BadRequestDetail>,
}

/// One value that an error mentions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Parameter {
    /// A text.
    Text(String),
    /// A whole number.
    Number(u64),
}

/// The fields of a body that are wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BadRequestDetail {
    /// One entry per fault.
    pub fields: Vec<FieldViolation>,
}

/// One field that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldViolation {
    /// What is wrong with it and what to do.
    pub description: String,
    /// Its camelCase dotted path.
    pub field: String,
}

impl ErrorBody {
    /// Makes an error without parameters.
    pub fn new(status: u16, reason: &'static str, error_code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            detail: detail.into(),
            error: status,
            error_code,
            parameters: Vec::new(),
            reason,
            bad_request_detail: None,
        }
    }

    /// Adds the values that the detail mentions.
    pub fn with_parameters<P: Into<Parameter>>(mut self, parameters: impl IntoIterator<Item = P>) -> Self {
        self.parameters.extend(parameters.into_iter().map(Into::into));
        self
    }

    /// Adds the fields that are wrong.
    pub fn with_faults(mut self, faults: &[Fault]) -> Self {
        let fields = faults.iter().map(FieldViolation::from).collect();
        self.bad_request_detail = Some(BadRequestDetail { fields });
        self
    }
}

impl From<&Fault> for FieldViolation {
    fn from(fault: &Fault) -> Self {
        Self { description: fault.describe(), field: fault.path.clone() }
    }
}

impl From<&str> for Parameter {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Parameter {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<u64> for Parameter {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

/// Describes `ErrorBody` in the OpenAPI document.
pub static ERROR_SCHEMA: Schema = Schema {
    name: Some("Error"),
    description: "What went wrong, and what to do about it.",
    kind: Kind::Object { fields: ERROR_FIELDS, open: false },
};

static ERROR_FIELDS: &[Field] = &[
    Field::optional("badRequestDetail", &BAD_REQUEST_DETAIL, "All fields that are wrong, when several are."),
    Field::required("detail", &TEXT, "What is wrong and what to do next."),
    Field::required("error", &STATUS, "The HTTP status."),
    Field::required("errorCode", &TEXT, "A stable name of the error, for programs."),
    // The 401 that carries a challenge has none.
    Field::optional("parameters", &PARAMETERS, "The values that the detail mentions."),
    Field::required("reason", &TEXT, "The HTTP status in words."),
];

static STATUS: Schema = Schema::inline(Kind::Integer { min: 400, max: 599 });
static PARAMETERS: Schema = Schema::inline(Kind::List { items: &PARAMETER, max: 1000 });
static PARAMETER: Schema = Schema::inline(Kind::Anything);
static BAD_REQUEST_DETAIL: Schema = Schema::inline(Kind::Object { fields: BAD_REQUEST_FIELDS, open: false });
static BAD_REQUEST_FIELDS: &[Field] = &[Field::required("fields", &VIOLATIONS, "One entry per fault.")];
static VIOLATIONS: Schema = Schema::inline(Kind::List { items: &VIOLATION, max: 1000 });
static VIOLATION: Schema = Schema::inline(Kind::Object { fields: VIOLATION_FIELDS, open: false });
static VIOLATION_FIELDS: &[Field] = &[
    Field::required("description", &TEXT, "What is wrong with the field and what to do."),
    Field::required("field", &TEXT, "The field's path in the body, or the parameter's name."),
];

#[cfg(test)]
mod tests {
    use super::{ERROR_SCHEMA, ErrorBody};
    use crate::body::{Limits, parse};
    use crate::fault::{Fault, FaultKind};

    #[test]
    fn lists_every_fault_and_keeps_to_its_schema() {
        let faults = [Fault::at("awsKms.region", FaultKind::Missing)];
        let error = ErrorBody::new(400, "Bad Request", "VALIDATION_ERROR", "Two fields are wrong.")
            .with_parameters([5_u64])
            .with_faults(&faults);
        let text = serde_json::to_string(&error).unwrap();
        assert_eq!(
            text,
            r#"{"detail":"Two fields are wrong.","error":400,"errorCode":"VALIDATION_ERROR","parameters":[5],"reason":"Bad Request","badRequestDetail":{"fields":[{"description":"awsKms.region is required; add it.","field":"awsKms.region"}]}}"#
        );
        parse(text.as_bytes(), &ERROR_SCHEMA, Limits::default()).unwrap();
    }
}
