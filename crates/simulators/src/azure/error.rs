//! A refusal of Key Vault or Resource Manager before it is sent: status, code, words, and what goes into
//! headers. Both speak `{"error":{"code","message","innererror"}}`. It must not know why.

use http::{HeaderName, HeaderValue, StatusCode, header};
use serde_json::{Value, json};

use crate::answer;
use crate::door::Answer;

/// Seconds that a throttled client is told to wait.
pub(crate) const RETRY_AFTER: u32 = 1;

/// What a service refuses with. `code` is the service's own spelling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ApiError {
    pub(crate) status: u16,
    pub(crate) code: &'static str,
    pub(crate) message: String,
    /// The code of `innererror`, which tells apart what share a code.
    pub(crate) inner: Option<&'static str>,
    /// The header WWW-Authenticate.
    pub(crate) challenge: Option<String>,
    /// Unit: seconds.
    pub(crate) retry_after: Option<u32>,
}

impl ApiError {
    pub(crate) fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), inner: None, challenge: None, retry_after: None }
    }

    /// 403 `Forbidden` with what stands behind it.
    pub(crate) fn forbidden(inner: &'static str, message: impl Into<String>) -> Self {
        Self { inner: Some(inner), ..Self::new(403, "Forbidden", message) }
    }

    /// 400 `BadParameter`, Key Vault's answer to whatever it cannot read.
    pub(crate) fn bad_parameter(message: impl Into<String>) -> Self {
        Self::new(400, "BadParameter", message)
    }

    /// 500, a fault of ours.
    pub(crate) fn bug(believed: &'static str) -> Self {
        Self::new(500, "InternalServerError", format!("bug in the simulator: {believed}"))
    }

    pub(crate) fn answer(&self) -> Answer {
        let mut error = json!({ "code": self.code, "message": self.message });
        if let (Some(inner), Some(fields)) = (self.inner, error.as_object_mut()) {
            fields.insert("innererror".to_owned(), json!({ "code": inner }));
        }
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut answer = answer::json(status, &json!({ "error": error }));
        if let Some(challenge) = &self.challenge {
            put(&mut answer, header::WWW_AUTHENTICATE, challenge);
        }
        if let Some(seconds) = self.retry_after {
            answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        answer
    }
}

/// A success with a body, or with none where that is null.
pub(crate) fn success(status: StatusCode, body: &Value) -> Answer {
    if !body.is_null() {
        return answer::json(status, body);
    }
    let mut answer = Answer::default();
    *answer.status_mut() = status;
    answer
}

/// Puts a header; a value that cannot stand in one is left out.
pub(crate) fn put(answer: &mut Answer, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        answer.headers_mut().insert(name, value);
    }
}
