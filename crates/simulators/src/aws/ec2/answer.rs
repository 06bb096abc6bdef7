//! How EC2 spells answers, errors and refused signatures: the query protocol with shapes of its own.
//! It must not know what an operation does.
//!
//! Source: "Query requests" and "Error codes for the Amazon EC2 API", EC2 API reference; botocore's `ec2` protocol.

use http::StatusCode;
use quick_xml::escape::escape;

use crate::aws::error::ServiceError;
use crate::aws::query_protocol::{Xml, build};
use crate::aws::sigv4::Refusal;
use crate::door::Answer;

const NAMESPACE: &str = "http://ec2.amazonaws.com/doc/2016-11-15/";

pub(crate) fn answer(action: &str, result: Xml, request_id: &str) -> Answer {
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{action}Response xmlns=\"{NAMESPACE}\">\
         <requestId>{request_id}</requestId>{}</{action}Response>",
        result.into_text()
    );
    build(StatusCode::OK, body, request_id)
}

pub(crate) fn error(error: &ServiceError, request_id: &str) -> Answer {
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response><Errors><Error><Code>{}</Code><Message>{}</Message>\
         </Error></Errors><RequestID>{request_id}</RequestID></Response>",
        error.code,
        escape(error.message.as_deref().unwrap_or_default()),
    );
    build(StatusCode::from_u16(error.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), body, request_id)
}

/// Spells a refused signature as EC2 does: mostly with one code for all.
pub(crate) fn refused(refusal: Refusal) -> ServiceError {
    const UNKNOWN: &str = "AWS was not able to validate the provided access credentials";
    match refusal {
        Refusal::Missing => ServiceError::with_status("MissingAuthenticationToken", 401, "Not authenticated"),
        Refusal::Incomplete(words) | Refusal::Scope(words) => ServiceError::with_status("AuthFailure", 401, words),
        Refusal::Date(words) => ServiceError::new("RequestExpired", words),
        Refusal::UnknownKey | Refusal::Mismatch => ServiceError::with_status("AuthFailure", 401, UNKNOWN),
        Refusal::ExpiredSession => ServiceError::new("RequestExpired", "Request has expired."),
    }
}
