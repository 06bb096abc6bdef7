//! AWS JSON 1.1, as KMS speaks it: how an answer, an error and a refused signature are spelled.
//! It must not know what an operation does.

use bytes::Bytes;
use http::{HeaderValue, StatusCode, header};
use http_body_util::Full;
use serde_json::{Value, json};

use super::error::ServiceError;
use super::sigv4::Refusal;
use crate::door::Answer;

const CONTENT_TYPE: HeaderValue = HeaderValue::from_static("application/x-amz-json-1.1");

/// An operation without an answer of its own has an empty body.
pub(crate) fn answer(value: &Value, request_id: &str) -> Answer {
    let body = if value.is_null() { Vec::new() } else { value.to_string().into_bytes() };
    build(StatusCode::OK, body, request_id)
}

pub(crate) fn error(error: &ServiceError, request_id: &str) -> Answer {
    let mut body = json!({ "__type": error.code });
    if let (Some(message), Some(fields)) = (&error.message, body.as_object_mut()) {
        fields.insert("message".to_owned(), Value::String(message.clone()));
    }
    let status = StatusCode::from_u16(error.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    build(status, body.to_string().into_bytes(), request_id)
}

/// Spells a refused signature as KMS does.
/// Source: "Common errors", KMS API reference; answers of the service.
pub(crate) fn refused(refusal: Refusal) -> ServiceError {
    match refusal {
        Refusal::Missing => ServiceError::new("MissingAuthenticationTokenException", "Missing Authentication Token"),
        Refusal::Incomplete(words) => ServiceError::new("IncompleteSignatureException", words),
        Refusal::Scope(words) | Refusal::Date(words) => ServiceError::new("InvalidSignatureException", words),
        Refusal::UnknownKey => {
            ServiceError::new("UnrecognizedClientException", "The security token included in the request is invalid.")
        }
        Refusal::ExpiredSession => {
            ServiceError::new("ExpiredTokenException", "The security token included in the request is expired")
        }
        Refusal::Mismatch => ServiceError::new(
            "InvalidSignatureException",
            "The request signature we calculated does not match the signature you provided. Check your AWS Secret \
             Access Key and signing method. Consult the service documentation for details.",
        ),
    }
}

fn build(status: StatusCode, body: Vec<u8>, request_id: &str) -> Answer {
    let mut answer = Answer::new(Full::new(Bytes::from(body)));
    *answer.status_mut() = status;
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, CONTENT_TYPE);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache, no-store, must-revalidate, private"));
    if let Ok(id) = HeaderValue::from_str(request_id) {
        headers.insert("x-amzn-requestid", id);
    }
    answer
}
