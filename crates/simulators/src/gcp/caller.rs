//! Who sent a request: the service account of its bearer token, be that an access token of ours or a token
//! that the account signed for one service.
//! It must not know what the caller may do.
//!
//! Source: "Authentication errors", Google Cloud documentation; AIP-4111 for tokens signed by their bearer.

use http::header;

use super::access_token::{AccessToken, PREFIX};
use super::error::{Code, Status};
use super::jwt::{Jwt, Unsigned};
use super::operation::Operation;
use super::policy::member_of;
use super::scope;
use super::state::{ServiceAccount, State};
use crate::door::Incoming;

const DOMAIN: &str = "googleapis.com";

/// An authenticated caller.
#[derive(Debug)]
pub(crate) struct Caller {
    /// As policies name it.
    pub(crate) member: String,
}

impl Caller {
    /// Authenticates a request. `endpoint` is what our own URLs begin with; `now` is in ms since 1970.
    /// Errors: UNAUTHENTICATED; PERMISSION_DENIED for scopes that do not open the service.
    pub(crate) fn identify(
        state: &State,
        request: &Incoming,
        operation: &Operation,
        endpoint: &str,
        now: i64,
    ) -> Result<Self, Status> {
        if request.headers.contains_key("x-goog-user-project") {
            return Err(Status::new(
                Code::PermissionDenied,
                "Caller does not have required permission to use the project of X-Goog-User-Project: quota projects \
                 are not modelled by this simulator.",
            )
            .with_info("USER_PROJECT_DENIED", DOMAIN, &[("service", operation.service.host())]));
        }
        let mut shown = request.headers.get_all(header::AUTHORIZATION).iter();
        let (first, second) = (shown.next(), shown.next());
        let Some(first) = first else { return Err(missing(operation)) };
        let token = first.to_str().ok().filter(|_| second.is_none()).and_then(|text| text.split_once(' '));
        let token = token.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")).map(|(_, token)| token);
        let Some(token) = token else { return Err(rejected(operation, "ACCESS_TOKEN_TYPE_UNSUPPORTED")) };
        let account = if token.starts_with(PREFIX) {
            by_access_token(state, token, operation, now)?
        } else {
            by_own_token(state, token, operation, endpoint, now)?
        };
        Ok(Self { member: member_of(&account.email) })
    }
}

fn by_access_token<'s>(
    state: &'s State,
    token: &str,
    operation: &Operation,
    now: i64,
) -> Result<&'s ServiceAccount, Status> {
    let token = AccessToken::open(token, &state.token_key)
        .ok_or_else(|| rejected(operation, "ACCESS_TOKEN_TYPE_UNSUPPORTED"))?;
    if token.expires <= now {
        return Err(rejected(operation, "ACCESS_TOKEN_EXPIRED"));
    }
    let account = state.accounts.get(&token.email);
    let account = account.filter(|account| account.unique_id == token.unique_id && !account.disabled);
    let account = account.ok_or_else(|| rejected(operation, "ACCOUNT_STATE_INVALID"))?;
    if !scope::opens(&token.scopes, operation.service) {
        return Err(insufficient(operation));
    }
    Ok(account)
}

/// A token that its bearer signed names either the service it is for, or scopes.
fn by_own_token<'s>(
    state: &'s State,
    token: &str,
    operation: &Operation,
    endpoint: &str,
    now: i64,
) -> Result<&'s ServiceAccount, Status> {
    let unsupported = || rejected(operation, "ACCESS_TOKEN_TYPE_UNSUPPORTED");
    let jwt = Jwt::read(token).ok_or_else(unsupported)?;
    let account = jwt.signer(state).map_err(|unsigned| match unsigned {
        Unsigned::Disabled | Unsigned::NoAccount => rejected(operation, "ACCOUNT_STATE_INVALID"),
        Unsigned::NoKey => unsupported(),
    })?;
    if jwt.subject.as_ref() != Some(&jwt.issuer) {
        return Err(unsupported());
    }
    if !jwt.is_timely(now) {
        return Err(rejected(operation, "ACCESS_TOKEN_EXPIRED"));
    }
    match (&jwt.audience, &jwt.scope) {
        (Some(audience), None) => {
            let bare = audience.strip_suffix('/').unwrap_or(audience);
            let service = bare.strip_prefix("https://") == Some(operation.service.host());
            if service || bare == endpoint { Ok(account) } else { Err(unsupported()) }
        }
        (None, Some(text)) => {
            let scopes = scope::read(text).ok_or_else(unsupported)?;
            if scope::opens(&scopes, operation.service) { Ok(account) } else { Err(insufficient(operation)) }
        }
        (None, None) | (Some(_), Some(_)) => Err(unsupported()),
    }
}

fn missing(operation: &Operation) -> Status {
    Status::new(
        Code::Unauthenticated,
        "Request is missing required authentication credential. Expected OAuth 2 access token, login cookie or other \
         valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.",
    )
    .with_info("CREDENTIALS_MISSING", DOMAIN, &metadata(operation, &operation.full_name()))
    .with_challenge("Bearer realm=\"https://accounts.google.com/\"")
}

fn rejected(operation: &Operation, reason: &str) -> Status {
    Status::new(
        Code::Unauthenticated,
        "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid \
         authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.",
    )
    .with_info(reason, DOMAIN, &metadata(operation, &operation.full_name()))
    .with_challenge("Bearer realm=\"https://accounts.google.com/\", error=\"invalid_token\"")
}

fn insufficient(operation: &Operation) -> Status {
    Status::new(Code::PermissionDenied, "Request had insufficient authentication scopes.")
        .with_info("ACCESS_TOKEN_SCOPE_INSUFFICIENT", DOMAIN, &metadata(operation, &operation.full_name()))
        .with_challenge("Bearer realm=\"https://accounts.google.com/\", error=\"insufficient_scope\"")
}

fn metadata<'a>(operation: &Operation, method: &'a str) -> [(&'a str, &'a str); 2] {
    [("service", operation.service.host()), ("method", method)]
}
