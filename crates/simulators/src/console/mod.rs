//! The console door: a page where a person plays the customer, and the JSON behind its buttons.
//! What a path means for one cloud stands in that cloud's file. It must not know how the simulated clouds do
//! what it asks.

mod aws;
mod azure;
mod gcp;

use http::{HeaderName, HeaderValue, Method, StatusCode, header};
use http_body_util::Full;
use percent_encoding::percent_decode_str;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use subtle::ConstantTimeEq;

use crate::door::{Answer, Incoming, Outcome};
use crate::fault::{FaultRule, Faults};
use crate::{Aws, Azure, Gcp, Refused};

const TOKEN: HeaderName = HeaderName::from_static("x-console-token");
const PAGE: &str = include_str!("page.html");

#[derive(Clone)]
pub(crate) struct Console {
    token: String,
    faults: Faults,
    aws: Aws,
    azure: Azure,
    gcp: Gcp,
}

/// An answer that is an error: status, and words for whoever sent the request.
struct Refusal(StatusCode, String);

impl Console {
    pub(crate) fn new(token: String, faults: Faults, aws: Aws, azure: Azure, gcp: Gcp) -> Self {
        Self { token, faults, aws, azure, gcp }
    }

    pub(crate) async fn answer(&self, request: Incoming) -> Outcome {
        let answer = match self.route(&request).await {
            Ok(answer) => answer,
            Err(Refusal(status, words)) => json_answer(status, &json!({ "error": words })),
        };
        Outcome::Answer(answer)
    }

    async fn route(&self, request: &Incoming) -> Result<Answer, Refusal> {
        check_origin(request)?;
        let segments: Vec<String> = request
            .path
            .split('/')
            .filter(|segment| !segment.is_empty())
            .map(|segment| percent_decode_str(segment).decode_utf8_lossy().into_owned())
            .collect();
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        if segments.is_empty() {
            return match request.method {
                Method::GET => Ok(page()),
                _ => Err(Refusal(StatusCode::METHOD_NOT_ALLOWED, "the page is read with GET".to_owned())),
            };
        }
        self.check_token(request)?;
        match (request.method.as_str(), segments.as_slice()) {
            ("GET", ["faults"]) => Ok(json_answer(StatusCode::OK, &json!({ "faults": self.faults.list() }))),
            ("POST", ["faults"]) => self.arm(request),
            ("DELETE", ["faults"]) => {
                self.faults.clear();
                Ok(no_content())
            }
            ("DELETE", ["faults", id]) => match id.parse() {
                Ok(id) if self.faults.remove(id) => Ok(no_content()),
                _ => Err(not_found("there is no such fault")),
            },
            ("GET", ["aws"]) => Ok(json_answer(StatusCode::OK, &self.aws.overview())),
            ("GET", ["azure"]) => Ok(json_answer(StatusCode::OK, &self.azure.overview())),
            ("GET", ["gcp"]) => Ok(json_answer(StatusCode::OK, &self.gcp.overview())),
            ("POST", ["aws", act @ ..]) => {
                let done = self.aws.apply(aws::change(act, request)?).await;
                changed(done, || self.aws.overview())
            }
            ("POST", ["azure", act @ ..]) => {
                let done = self.azure.apply(azure::change(act, request)?).await;
                changed(done, || self.azure.overview())
            }
            ("POST", ["gcp", act @ ..]) => {
                let done = self.gcp.apply(gcp::change(act, request)?).await;
                changed(done, || self.gcp.overview())
            }
            _ => Err(no_such_path()),
        }
    }

    fn check_token(&self, request: &Incoming) -> Result<(), Refusal> {
        let shown = request.headers.get(TOKEN).map(HeaderValue::as_bytes).unwrap_or_default();
        if bool::from(shown.ct_eq(self.token.as_bytes())) {
            return Ok(());
        }
        Err(Refusal(StatusCode::UNAUTHORIZED, "header X-Console-Token is missing or wrong".to_owned()))
    }

    fn arm(&self, request: &Incoming) -> Result<Answer, Refusal> {
        let rule: FaultRule = parse(request)?;
        let id = self.faults.push(rule).map_err(|invalid| bad_request(&invalid.to_string()))?;
        let armed = self.faults.list().into_iter().find(|view| view.id == id);
        Ok(json_answer(StatusCode::CREATED, &json!(armed)))
    }
}

/// After an act: what the cloud looks like now, or why nothing happened.
fn changed(done: Result<(), Refused>, overview: impl FnOnce() -> Value) -> Result<Answer, Refusal> {
    match done {
        Ok(()) => Ok(json_answer(StatusCode::OK, &overview())),
        Err(refused @ Refused::NotFound(_)) => Err(not_found(&refused.to_string())),
        Err(refused @ Refused::State(_)) => Err(Refusal(StatusCode::CONFLICT, refused.to_string())),
        Err(refused @ Refused::Save(_)) => {
            tracing::error!(error = %refused, "the console could not save a change");
            Err(Refusal(StatusCode::INTERNAL_SERVER_ERROR, "the change could not be saved".to_owned()))
        }
    }
}

fn no_such_path() -> Refusal {
    not_found("the console has no such path, or not with this method")
}

/// Browsers say where a page comes from; programs say nothing.
fn check_origin(request: &Incoming) -> Result<(), Refusal> {
    let foreign = || Refusal(StatusCode::FORBIDDEN, "another page's requests are refused".to_owned());
    let mut origins = request.headers.get_all(header::ORIGIN).iter();
    let Some(origin) = origins.next() else { return Ok(()) };
    let host = request.header("host").unwrap_or_default();
    let same = origin.to_str().is_ok_and(|origin| origin == format!("http://{host}"));
    if same && origins.next().is_none() { Ok(()) } else { Err(foreign()) }
}

/// Strict: an object, no unknown or doubled names, right types.
fn parse<T: for<'de> Deserialize<'de>>(request: &Incoming) -> Result<T, Refusal> {
    let kind = request.header("content-type").unwrap_or_default();
    if !kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json")) {
        return Err(Refusal(StatusCode::UNSUPPORTED_MEDIA_TYPE, "send application/json".to_owned()));
    }
    // The derived reader would take an array for an object.
    if let Err(broken) = serde_json::from_slice::<Map<String, Value>>(&request.body) {
        return Err(bad_request(&format!("the body is no JSON object: {broken}")));
    }
    serde_json::from_slice(&request.body).map_err(|broken| bad_request(&broken.to_string()))
}

fn empty(request: &Incoming) -> Result<(), Refusal> {
    if request.body.is_empty() { Ok(()) } else { Err(bad_request("this act takes no body")) }
}

fn bad_request(words: &str) -> Refusal {
    Refusal(StatusCode::BAD_REQUEST, words.to_owned())
}

fn not_found(words: &str) -> Refusal {
    Refusal(StatusCode::NOT_FOUND, words.to_owned())
}

fn page() -> Answer {
    let nonce = uuid::Uuid::new_v4().simple().to_string();
    let mut answer = Answer::new(Full::from(PAGE.replace("{{nonce}}", &nonce)));
    let policy = format!(
        "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; connect-src 'self'; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    harden(&mut answer);
    answer
}

fn json_answer(status: StatusCode, body: &Value) -> Answer {
    let mut answer = Answer::new(Full::from(body.to_string()));
    *answer.status_mut() = status;
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    harden(&mut answer);
    answer
}

fn no_content() -> Answer {
    let mut answer = Answer::default();
    *answer.status_mut() = StatusCode::NO_CONTENT;
    harden(&mut answer);
    answer
}

fn harden(answer: &mut Answer) {
    let headers = answer.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
}
