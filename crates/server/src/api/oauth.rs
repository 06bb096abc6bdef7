//! The OAuth 2 endpoints: client credentials for an access token, and a token revoked.
//! Source: RFC 6749 4.4 and 5, RFC 7009; bodies as in contract.md 7.2, client habits as in clients.md 1.3.
//! Must not know how tokens are made or kept.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Instant;

use api_wire::presentation::Presentation;
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::post;
use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use domain::id::ServiceAccountId;
use domain::secret::SecretText;
use domain::service_account::{CLIENT_ID_PREFIX, ServiceAccount};
use http::StatusCode;
use http::header::{
    AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, HeaderMap, HeaderValue, PRAGMA, RETRY_AFTER, WWW_AUTHENTICATE,
};
use http_body_util::BodyExt;
use percent_encoding::percent_decode_str;
use serde::Serialize;

use super::Api;
use super::auth::{AuthFailure, bearer};
use super::error::{self, Refused};
use super::listener::is_slow_body;
use super::pipeline::{self, Origin};

const TOKEN: Endpoint = Endpoint { path: "/api/oauth/token", name: "oauthToken" };
const REVOKE: Endpoint = Endpoint { path: "/api/oauth/revoke", name: "oauthRevoke" };

/// How many requests a client may send from an address in a minute. Source: clients.md 1.3.
const PER_MINUTE: u32 = 50;
/// The longest form that is read. Unit: bytes.
const LONGEST_FORM: usize = 8 * 1024;

/// Some clients pad their Basic credentials, some do not.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Builds the router of both endpoints.
pub(super) fn routes(api: Api) -> Router {
    Router::new()
        .route(TOKEN.path, post(token))
        .route(REVOKE.path, post(revoke))
        .method_not_allowed_fallback(pipeline::method_not_allowed)
        .with_state(api)
}

#[derive(Clone, Copy)]
struct Endpoint {
    path: &'static str,
    /// Its name in figures and among the rate limits.
    name: &'static str,
}

async fn token(State(api): State<Api>, request: Request) -> Response {
    let (begun, origin) = (Instant::now(), origin_of(&request));
    let outcome = grant(&api, &origin, request).await;
    let response = outcome.unwrap_or_else(|refusal| refuse(&refusal, &origin));
    api.metrics().count_request(TOKEN.name, response.status(), begun.elapsed());
    response
}

async fn revoke(State(api): State<Api>, request: Request) -> Response {
    let (begun, origin) = (Instant::now(), origin_of(&request));
    let outcome = withdraw(&api, &origin, request).await;
    let response = outcome.unwrap_or_else(|refusal| refuse(&refusal, &origin));
    api.metrics().count_request(REVOKE.name, response.status(), begun.elapsed());
    response
}

async fn grant(api: &Api, origin: &Origin, request: Request) -> Result<Response, Refusal> {
    let (form, credentials) = read(request).await?;
    match form.grant_type.as_deref() {
        None => return Err(Refusal::Invalid("grant_type is missing; send grant_type=client_credentials")),
        Some("client_credentials") => {}
        Some(_) => return Err(Refusal::UnsupportedGrantType),
    }
    let account = prove(api, origin, TOKEN, credentials).await?;
    let access_token = api.authenticator().issue_token(&account).await.map_err(Refusal::Control)?;
    let expires_in = bearer::LIFETIME.as_secs();
    Ok(answer(StatusCode::OK, &Granted { access_token, expires_in, token_type: "Bearer" }))
}

async fn withdraw(api: &Api, origin: &Origin, request: Request) -> Result<Response, Refusal> {
    let (form, credentials) = read(request).await?;
    let account = prove(api, origin, REVOKE, credentials).await?;
    let token = form.token.ok_or(Refusal::Invalid("token is missing"))?;
    api.authenticator().revoke_token(&account, token.expose()).await.map_err(Refusal::Control)?;
    Ok(Response::new(Body::empty()))
}

/// Checks the client, after counting its request.
async fn prove(
    api: &Api,
    origin: &Origin,
    endpoint: Endpoint,
    credentials: Option<Credentials>,
) -> Result<Arc<ServiceAccount>, Refusal> {
    let client = credentials.as_ref().map_or("", |credentials| credentials.id.as_str());
    // Ids that cannot exist share one bucket, so inventing ids opens no new ones.
    let is_possible = client.strip_prefix(CLIENT_ID_PREFIX).is_some_and(|id| id.parse::<ServiceAccountId>().is_ok());
    let key = format!("{} {}", origin.address, if is_possible { client } else { "" });
    api.rate_limits()
        .check(endpoint.name, PER_MINUTE, PER_MINUTE, &key)
        .map_err(|limited| Refusal::Atlas(Refused::TokenRequestsLimited { path: endpoint.path, limited }))?;
    let Some(Credentials { id, secret, from_header }) = credentials else {
        return Err(Refusal::InvalidClient { from_header: false });
    };
    api.authenticator().prove_client(&id, &secret, origin.address).await.map_err(|failure| {
        api.metrics().count_auth_failure(&failure);
        match failure {
            AuthFailure::Challenge { .. } => Refusal::InvalidClient { from_header },
            AuthFailure::Control(error) => Refusal::Control(error),
            throttled @ (AuthFailure::Throttled { .. }
            | AuthFailure::AccessListMissing { .. }
            | AuthFailure::AddressNotAllowed { .. }) => Refusal::Atlas(throttled.into()),
        }
    })
}

/// What a client says it is.
struct Credentials {
    id: String,
    secret: SecretText,
    from_header: bool,
}

/// The parameters we know. Others (`scope`, `token_type_hint`) change nothing.
#[derive(Default)]
struct Form {
    grant_type: Option<String>,
    client_id: Option<String>,
    client_secret: Option<SecretText>,
    token: Option<SecretText>,
}

async fn read(request: Request) -> Result<(Form, Option<Credentials>), Refusal> {
    let (parts, body) = request.into_parts();
    require_form_type(&parts.headers)?;
    let from_header = parse_basic(&parts.headers)?;
    let text = read_text(body).await?;
    let mut form = Form::parse(&text)?;
    let credentials = choose(from_header, form.client_id.take(), form.client_secret.take())?;
    Ok((form, credentials))
}

fn require_form_type(headers: &HeaderMap) -> Result<(), Refusal> {
    let value = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = value.split(';').next().unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        Ok(())
    } else {
        Err(Refusal::Invalid("Content-Type must be application/x-www-form-urlencoded"))
    }
}

/// Reads a body into one place that does not move, so that it can be wiped.
async fn read_text(mut body: Body) -> Result<SecretText, Refusal> {
    let mut bytes = Vec::with_capacity(LONGEST_FORM);
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| {
            if is_slow_body(&error) {
                Refusal::Atlas(Refused::SlowBody)
            } else {
                Refusal::Invalid("the body ended before it was complete")
            }
        })?;
        let Ok(data) = frame.into_data() else { continue };
        if bytes.len().saturating_add(data.len()) > LONGEST_FORM {
            return Err(Refusal::TooLarge);
        }
        bytes.extend_from_slice(&data);
    }
    String::from_utf8(bytes).map(SecretText::new).map_err(|_| Refusal::Invalid("the body is not UTF-8"))
}

impl Form {
    fn parse(text: &SecretText) -> Result<Self, Refusal> {
        let mut form = Self::default();
        let mut seen = BTreeSet::new();
        for (name, value) in form_urlencoded::parse(text.expose().as_bytes()) {
            if !seen.insert(name.to_string()) {
                return Err(Refusal::Invalid("a parameter is sent twice"));
            }
            match name.as_ref() {
                "grant_type" => form.grant_type = Some(value.into_owned()),
                "client_id" => form.client_id = Some(value.into_owned()),
                "client_secret" => form.client_secret = Some(SecretText::new(value.into_owned())),
                "token" => form.token = Some(SecretText::new(value.into_owned())),
                _ => {}
            }
        }
        Ok(form)
    }
}

/// Reads `Authorization: Basic`, whose parts Go escapes and others do not. What we issue holds no
/// character that escaping would change, so unescaping is right for both.
fn parse_basic(headers: &HeaderMap) -> Result<Option<Credentials>, Refusal> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(Refusal::Invalid("Authorization is sent twice"));
    }
    let refused = || Refusal::InvalidClient { from_header: true };
    let (scheme, encoded) = value.to_str().ok().and_then(|text| text.split_once(' ')).ok_or_else(refused)?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err(refused());
    }
    let decoded = BASE64.decode(encoded.trim()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let decoded = decoded.map(SecretText::new).ok_or_else(refused)?;
    let (id, secret) = decoded.expose().split_once(':').ok_or_else(refused)?;
    let unescape = |text| percent_decode_str(text).decode_utf8().map(std::borrow::Cow::into_owned);
    match (unescape(id), unescape(secret)) {
        (Ok(id), Ok(secret)) => Ok(Some(Credentials { id, secret: SecretText::new(secret), from_header: true })),
        _ => Err(refused()),
    }
}

/// Credentials may stand in the header or in the form; in both only if they say the same.
fn choose(
    header: Option<Credentials>,
    form_id: Option<String>,
    form_secret: Option<SecretText>,
) -> Result<Option<Credentials>, Refusal> {
    const DIFFER: Refusal = Refusal::Invalid("the credentials in Authorization and in the form differ");
    let Some(header) = header else {
        let found = form_id.zip(form_secret);
        return Ok(found.map(|(id, secret)| Credentials { id, secret, from_header: false }));
    };
    if form_id.is_some_and(|id| id != header.id) || form_secret.is_some_and(|secret| !secret.matches(&header.secret)) {
        return Err(DIFFER);
    }
    Ok(Some(header))
}

/// Why a request got no token. The OAuth codes stand here, Atlas's in `error`.
enum Refusal {
    Invalid(&'static str),
    TooLarge,
    InvalidClient { from_header: bool },
    UnsupportedGrantType,
    Control(control::Error),
    Atlas(Refused),
}

#[derive(Serialize)]
struct Granted {
    access_token: String,
    expires_in: u64,
    token_type: &'static str,
}

#[derive(Serialize)]
struct OauthError {
    error: &'static str,
    error_description: &'static str,
}

/// The one table of this door. Source: RFC 6749 5.2 (and 4.1.2.1 for what is our fault); words as in contract.md 7.2.
fn refuse(refusal: &Refusal, origin: &Origin) -> Response {
    let oauth = |status, error, error_description| answer(status, &OauthError { error, error_description });
    match refusal {
        Refusal::Invalid(what) => oauth(StatusCode::BAD_REQUEST, "invalid_request", what),
        Refusal::TooLarge => oauth(StatusCode::PAYLOAD_TOO_LARGE, "invalid_request", "The body is larger than 8 KiB."),
        Refusal::UnsupportedGrantType => {
            oauth(StatusCode::BAD_REQUEST, "unsupported_grant_type", "The only grant type is client_credentials.")
        }
        Refusal::InvalidClient { from_header } => {
            let words = "Invalid credentials provided.";
            let mut response = oauth(StatusCode::UNAUTHORIZED, "invalid_client", words);
            if *from_header {
                // RFC 6749 5.2: who came with Authorization is told which scheme to use.
                let basic = HeaderValue::from_static(r#"Basic realm="MMS Public API""#);
                response.headers_mut().insert(WWW_AUTHENTICATE, basic);
            }
            response
        }
        Refusal::Control(error) => {
            tracing::error!(error = error.chain(), "a token request failed through our fault");
            if !matches!(error, control::Error::StoreAway(_)) {
                return oauth(StatusCode::INTERNAL_SERVER_ERROR, "server_error", "Unexpected error.");
            }
            let words = "The service cannot reach its database now. Try again shortly.";
            let mut response = oauth(StatusCode::SERVICE_UNAVAILABLE, "temporarily_unavailable", words);
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
            response
        }
        Refusal::Atlas(refused) => error::answer(refused, Presentation::guess(None), &origin.request_id),
    }
}

fn answer(status: StatusCode, body: &impl Serialize) -> Response {
    let mut response = Response::new(Body::from(serde_json::to_vec(body).unwrap_or_default()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(PRAGMA, HeaderValue::from_static("no-cache"));
    response
}

fn origin_of(request: &Request) -> Origin {
    // The outer layer puts it there; without that layer the caller counts as nobody in particular.
    request.extensions().get::<Origin>().cloned().unwrap_or_else(|| Origin {
        address: IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        secure: false,
        request_id: String::new(),
    })
}

#[cfg(test)]
mod tests;
