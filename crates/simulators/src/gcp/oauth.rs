//! The token endpoint: an access token for an assertion that a service account signed.
//! It must not know any service that takes such tokens.
//!
//! Source: "Using OAuth 2.0 for server to server applications", Google Identity, and its table of errors;
//! answers of the endpoint in public issues.

use std::collections::BTreeMap;

use http::StatusCode;
use serde_json::{Value, json};

use super::access_token::AccessToken;
use super::jwt::{Jwt, Unsigned};
use super::scope;
use super::state::State;
use crate::answer;
use crate::door::{Answer, Incoming};

pub(crate) const PATH: &str = "/token";
const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
/// What clients name as the audience wherever the endpoint is.
const AUDIENCE: &str = "https://oauth2.googleapis.com/token";
/// Seconds.
const LIFE: i64 = 3600;

/// An error as OAuth has it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    status: StatusCode,
    error: &'static str,
    description: String,
}

impl Refusal {
    fn new(error: &'static str, description: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, error, description: description.into() }
    }

    pub(crate) fn denied() -> Self {
        Self::new("invalid_grant", "Account restricted: an armed fault wants it.")
    }

    pub(crate) fn throttled() -> Self {
        Self { status: StatusCode::TOO_MANY_REQUESTS, ..Self::new("rate_limit_exceeded", "Too many requests.") }
    }

    pub(crate) fn internal() -> Self {
        let refusal = Self::new("internal_failure", "Backend error, as an armed fault or a full disk wants it.");
        Self { status: StatusCode::INTERNAL_SERVER_ERROR, ..refusal }
    }

    pub(crate) fn to_answer(&self) -> Answer {
        answer::json(self.status, &json!({ "error": self.error, "error_description": self.description }))
    }
}

/// Answers a request for a token. `endpoint` is what our own URLs begin with; `now` is in ms since 1970.
pub(crate) fn exchange(state: &State, request: &Incoming, endpoint: &str, now: i64) -> Result<Value, Refusal> {
    let assertion = assertion(request)?;
    let grant = |description: &str| Refusal::new("invalid_grant", description);
    let jwt = Jwt::read(&assertion)
        .ok_or_else(|| grant("Invalid JWT: it does not read, or has what this simulator does not model."))?;
    let account = jwt.signer(state).map_err(|unsigned| match unsigned {
        Unsigned::NoAccount | Unsigned::Disabled => grant("Invalid grant: account not found"),
        Unsigned::NoKey => grant("Invalid JWT Signature."),
    })?;
    if !jwt.is_timely(now) {
        return Err(grant(
            "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat \
             and exp values in the JWT claim.",
        ));
    }
    let audience = jwt.audience.as_deref();
    if audience != Some(AUDIENCE) && audience != Some(&format!("{endpoint}{PATH}")) {
        return Err(grant("Invalid JWT: Failed audience check."));
    }
    // Another subject is a person of a domain, for whom nobody here may speak.
    if jwt.subject.as_ref().is_some_and(|subject| *subject != jwt.issuer) {
        let refusal = Refusal::new(
            "unauthorized_client",
            "Client is unauthorized to retrieve access tokens using this method, or client not authorized for any of \
             the scopes requested.",
        );
        return Err(Refusal { status: StatusCode::UNAUTHORIZED, ..refusal });
    }
    let scopes = match jwt.scope.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
        None => return Err(Refusal::new("invalid_scope", "Empty or missing scope not allowed.")),
        Some(text) => scope::read(text)
            .ok_or_else(|| Refusal::new("invalid_scope", "Invalid OAuth scope or ID token audience provided."))?,
    };
    let token = AccessToken {
        email: account.email.clone(),
        unique_id: account.unique_id.clone(),
        scopes,
        expires: now.saturating_add(LIFE * 1000),
    };
    let token = token.seal(&state.token_key).ok_or_else(Refusal::internal)?;
    Ok(json!({ "access_token": token, "expires_in": LIFE - 1, "token_type": "Bearer" }))
}

/// Takes the assertion out of the form.
fn assertion(request: &Incoming) -> Result<String, Refusal> {
    let bad = |words: String| Refusal::new("invalid_request", words);
    let kind = request.header("content-type").unwrap_or_default();
    if kind.split(';').next().is_none_or(|kind| kind.trim() != "application/x-www-form-urlencoded") {
        return Err(bad("Send application/x-www-form-urlencoded.".to_owned()));
    }
    if !request.query.is_empty() {
        return Err(bad("The token endpoint takes no query.".to_owned()));
    }
    let mut form = BTreeMap::new();
    for (name, value) in form_urlencoded::parse(&request.body) {
        if form.insert(name.to_string(), value.into_owned()).is_some() {
            return Err(bad(format!("Parameter {name} comes twice.")));
        }
    }
    let grant = form.remove("grant_type").unwrap_or_default();
    if grant != GRANT_TYPE {
        return Err(Refusal::new("unsupported_grant_type", format!("Invalid grant_type: {grant}")));
    }
    let assertion = form.remove("assertion");
    match form.keys().next() {
        None => assertion.ok_or_else(|| bad("Missing required parameter: assertion".to_owned())),
        Some(name) => Err(bad(format!("Parameter {name} is unknown, or not modelled by this simulator."))),
    }
}
