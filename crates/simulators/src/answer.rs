//! Pieces of answers that every simulated cloud gives. It must not know any cloud's words.

use bytes::Bytes;
use http::{HeaderValue, StatusCode, header};
use http_body_util::Full;
use serde_json::Value;
use time::OffsetDateTime;

use crate::Error;
use crate::door::Answer;

/// A JSON body with a status.
pub(crate) fn json(status: StatusCode, body: &Value) -> Answer {
    let mut answer = Answer::new(Full::from(body.to_string()));
    *answer.status_mut() = status;
    let kind = HeaderValue::from_static("application/json; charset=utf-8");
    answer.headers_mut().insert(header::CONTENT_TYPE, kind);
    answer
}

/// HTTP 200 and a page of HTML, as a proxy between us and the cloud gives.
pub(crate) fn proxy_page() -> Answer {
    let mut answer = Answer::new(Full::new(Bytes::from_static(
        b"<!DOCTYPE html><html><head><title>Sign in</title></head><body><h1>Proxy sign-in required</h1></body></html>",
    )));
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    answer
}

/// The same answer, with the date that the simulated cloud believes it is.
pub(crate) fn dated(mut answer: Answer, now: OffsetDateTime) -> Answer {
    let text = httpdate::fmt_http_date(now.into());
    if let Ok(value) = HeaderValue::from_str(&text) {
        answer.headers_mut().insert(header::DATE, value);
    }
    answer
}

/// Unit: ms since 1970.
pub(crate) fn millis(at: OffsetDateTime) -> i64 {
    at.unix_timestamp().saturating_mul(1000).saturating_add(i64::from(at.millisecond()))
}

/// An error with its causes, for one log line.
pub(crate) struct Chain<'a>(pub(crate) &'a Error);

impl std::fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)?;
        let mut cause = std::error::Error::source(self.0);
        while let Some(next) = cause {
            write!(f, ": {next}")?;
            cause = next.source();
        }
        Ok(())
    }
}
