//! An error as every Google API gives it (`google.rpc.Status`), and its JSON.
//! It must not know what an operation does.
//!
//! Source: "Errors", Google Cloud API design guide; answers of the services in public issues.

use http::{HeaderValue, StatusCode, header};
use serde_json::{Map, Value, json};

use crate::answer;
use crate::door::Answer;

/// The part of `google.rpc.Code` that is answered here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Code {
    InvalidArgument,
    FailedPrecondition,
    Unauthenticated,
    PermissionDenied,
    NotFound,
    AlreadyExists,
    Aborted,
    ResourceExhausted,
    Internal,
}

impl Code {
    fn name(self) -> &'static str {
        match self {
            Self::InvalidArgument => "INVALID_ARGUMENT",
            Self::FailedPrecondition => "FAILED_PRECONDITION",
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::PermissionDenied => "PERMISSION_DENIED",
            Self::NotFound => "NOT_FOUND",
            Self::AlreadyExists => "ALREADY_EXISTS",
            Self::Aborted => "ABORTED",
            Self::ResourceExhausted => "RESOURCE_EXHAUSTED",
            Self::Internal => "INTERNAL",
        }
    }

    fn http(self) -> StatusCode {
        match self {
            Self::InvalidArgument | Self::FailedPrecondition => StatusCode::BAD_REQUEST,
            Self::Unauthenticated => StatusCode::UNAUTHORIZED,
            Self::PermissionDenied => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::AlreadyExists | Self::Aborted => StatusCode::CONFLICT,
            Self::ResourceExhausted => StatusCode::TOO_MANY_REQUESTS,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

/// What a Google API refuses with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Status {
    pub(crate) code: Code,
    pub(crate) message: String,
    details: Vec<Value>,
    /// For the header `WWW-Authenticate`.
    challenge: Option<&'static str>,
}

impl Status {
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), details: Vec::new(), challenge: None }
    }

    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new(Code::InvalidArgument, message)
    }

    pub(crate) fn precondition(message: impl Into<String>) -> Self {
        Self::new(Code::FailedPrecondition, message)
    }

    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self::new(Code::NotFound, message)
    }

    /// A fault of ours.
    pub(crate) fn bug(believed: &'static str) -> Self {
        Self::new(Code::Internal, format!("bug in the simulator: {believed}"))
    }

    /// No method answers to this path and verb.
    pub(crate) fn no_method() -> Self {
        Self::not_found("Method not found, or not modelled by this simulator.")
    }

    /// A field of the body that cannot be bound.
    pub(crate) fn unbound(field: &str, words: String) -> Self {
        let detail = json!({
            "@type": "type.googleapis.com/google.rpc.BadRequest",
            "fieldViolations": [{ "field": field, "description": words }],
        });
        let mut status = Self::invalid(words);
        status.details.push(detail);
        status
    }

    pub(crate) fn with_info(mut self, reason: &str, domain: &str, metadata: &[(&str, &str)]) -> Self {
        let metadata: Map<String, Value> =
            metadata.iter().map(|(name, value)| ((*name).to_owned(), Value::from(*value))).collect();
        self.details.push(json!({
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": reason,
            "domain": domain,
            "metadata": metadata,
        }));
        self
    }

    pub(crate) fn with_violation(mut self, kind: &str, subject: &str) -> Self {
        self.details.push(json!({
            "@type": "type.googleapis.com/google.rpc.PreconditionFailure",
            "violations": [{ "type": kind, "subject": subject }],
        }));
        self
    }

    pub(crate) fn with_challenge(self, challenge: &'static str) -> Self {
        Self { challenge: Some(challenge), ..self }
    }

    pub(crate) fn to_answer(&self) -> Answer {
        let mut error = json!({
            "code": self.code.http().as_u16(),
            "message": self.message,
            "status": self.code.name(),
        });
        if let (false, Some(fields)) = (self.details.is_empty(), error.as_object_mut()) {
            fields.insert("details".to_owned(), Value::from(self.details.clone()));
        }
        let mut answer = answer::json(self.code.http(), &json!({ "error": error }));
        if let Some(challenge) = self.challenge {
            answer.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        answer
    }
}
