//! Entra: what a client discovers, and the token endpoint for client credentials.
//! It must not know what a token opens, but for the names of resources.
//!
//! Sure, from recordings and public reports: the shapes, AADSTS 7000215, 7000222, 700016, 7000229, 7000216, 500011
//! and 900144 with their words. From Microsoft's list of codes only: 90002, 70003, 1002012, 9002313, 50000, 90055,
//! and which of them come as 400 and which as 401.

use http::{HeaderValue, Method, StatusCode, header};
use serde_json::{Value, json};
use time::OffsetDateTime;

use super::error::{RETRY_AFTER, put};
use super::request::Query;
use super::state::{App, State, Tenant};
use super::token::{Claims, issuer};
use crate::answer;
use crate::door::{Answer, Incoming};
use crate::secret::same;

/// Seconds that an access token lives.
const LIFETIME: i64 = 3599;
/// Seconds that a token reaches back, for a clock a little behind.
const REACH_BACK: i64 = 300;

/// Operations of Entra, by names of ours.
pub(crate) const OPERATIONS: [&str; 3] = ["GetInstanceDiscovery", "GetOpenIdConfiguration", "GetToken"];

/// What a token can be for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Service {
    KeyVault,
    ResourceManager,
}

/// Resources of the public cloud, of China and of the US government.
const RESOURCES: [(&str, Service); 9] = [
    ("https://vault.azure.net", Service::KeyVault),
    ("https://vault.azure.cn", Service::KeyVault),
    ("https://vault.usgovcloudapi.net", Service::KeyVault),
    ("https://management.azure.com", Service::ResourceManager),
    ("https://management.core.windows.net", Service::ResourceManager),
    ("https://management.chinacloudapi.cn", Service::ResourceManager),
    ("https://management.core.chinacloudapi.cn", Service::ResourceManager),
    ("https://management.usgovcloudapi.net", Service::ResourceManager),
    ("https://management.core.usgovcloudapi.net", Service::ResourceManager),
];

impl Service {
    pub(crate) fn of_resource(resource: &str) -> Option<Self> {
        RESOURCES.iter().find(|(known, _)| *known == resource).map(|(_, service)| *service)
    }
}

/// Where a request goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Route {
    InstanceDiscovery,
    OpenIdConfiguration { tenant: String, v2: bool },
    Token { tenant: String },
}

impl Route {
    pub(crate) fn of(method: &Method, segments: &[&str]) -> Option<Self> {
        let tenant = |tenant: &str| tenant.to_ascii_lowercase();
        Some(match (method.as_str(), segments) {
            ("GET", ["common", "discovery", "instance"]) => Self::InstanceDiscovery,
            ("GET", [id, "v2.0", ".well-known", "openid-configuration"]) => {
                Self::OpenIdConfiguration { tenant: tenant(id), v2: true }
            }
            ("GET", [id, ".well-known", "openid-configuration"]) => {
                Self::OpenIdConfiguration { tenant: tenant(id), v2: false }
            }
            ("POST", [id, "oauth2", "v2.0", "token"]) => Self::Token { tenant: tenant(id) },
            _ => return None,
        })
    }

    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::InstanceDiscovery => "GetInstanceDiscovery",
            Self::OpenIdConfiguration { .. } => "GetOpenIdConfiguration",
            Self::Token { .. } => "GetToken",
        }
    }
}

/// What Entra refuses with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    status: u16,
    error: &'static str,
    /// The number behind AADSTS.
    code: u32,
    words: String,
    /// Unit: seconds.
    retry_after: Option<u32>,
}

impl Refusal {
    fn new(status: u16, error: &'static str, code: u32, words: impl Into<String>) -> Self {
        Self { status, error, code, words: words.into(), retry_after: None }
    }

    pub(crate) fn answer(&self, now: OffsetDateTime) -> Answer {
        let id = || uuid::Uuid::new_v4().to_string();
        let (trace, correlation) = (id(), id());
        let time = stamp(now);
        let Self { code, words, .. } = self;
        let description =
            format!("AADSTS{code}: {words} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {time}");
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut answer = answer::json(
            status,
            &json!({
                "error": self.error,
                "error_description": description,
                "error_codes": [code],
                "timestamp": time,
                "trace_id": trace,
                "correlation_id": correlation,
                "error_uri": format!("https://login.microsoftonline.com/error?code={code}"),
            }),
        );
        if let Some(seconds) = self.retry_after {
            answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        headed(answer)
    }

    /// What an armed fault makes of a token request.
    pub(crate) fn denied() -> Self {
        wrong_secret("an armed fault")
    }

    pub(crate) fn throttled() -> Self {
        let words = "The server is receiving too many requests. Please wait and try again.";
        Self { retry_after: Some(RETRY_AFTER), ..Self::new(429, "temporarily_unavailable", 90055, words) }
    }

    pub(crate) fn internal() -> Self {
        Self::new(
            500,
            "server_error",
            50000,
            "There was an error issuing a token or an issue with our sign-in service.",
        )
    }
}

/// Answers a request. `endpoint` is our own base URL. Unit: s since 1970.
pub(crate) fn run(
    state: &State,
    route: &Route,
    request: &Incoming,
    endpoint: &str,
    now: OffsetDateTime,
) -> Result<Answer, Refusal> {
    let body = match route {
        Route::InstanceDiscovery => discovery(request, endpoint)?,
        Route::OpenIdConfiguration { tenant, v2 } => configuration(find(state, tenant)?, *v2, endpoint),
        Route::Token { tenant } => token(state, find(state, tenant)?, request, now.unix_timestamp())?,
    };
    Ok(headed(answer::json(StatusCode::OK, &body)))
}

fn find<'a>(state: &'a State, tenant: &str) -> Result<&'a Tenant, Refusal> {
    state.tenants.get(tenant).ok_or_else(|| {
        let shown: String = tenant.chars().filter(char::is_ascii_graphic).take(100).collect();
        Refusal::new(
            400,
            "invalid_tenant",
            90002,
            format!(
                "Tenant '{shown}' not found. Check to make sure you have the correct tenant ID and are signing into the \
                 correct cloud. Check with your subscription administrator, this may happen if there are no active \
                 subscriptions for the tenant."
            ),
        )
    })
}

fn discovery(request: &Incoming, endpoint: &str) -> Result<Value, Refusal> {
    let mut query = Query::of(request);
    let (version, asked) = (query.take("api-version"), query.take("authorization_endpoint"));
    if version.as_deref() != Some("1.1") || query.left().is_some() {
        return Err(malformed("Instance discovery takes api-version=1.1 and authorization_endpoint."));
    }
    let asked = asked.ok_or_else(|| missing("authorization_endpoint"))?;
    let path = asked.strip_prefix(endpoint).and_then(|path| path.strip_prefix('/')).unwrap_or_default();
    let tenant = path.split('/').next().unwrap_or_default();
    if tenant.is_empty() {
        let words = "Unknown or invalid instance.";
        return Err(Refusal::new(400, "invalid_instance", 50049, words));
    }
    let host = endpoint.trim_start_matches("https://");
    Ok(json!({
        "tenant_discovery_endpoint": format!("{endpoint}/{tenant}/v2.0/.well-known/openid-configuration"),
        "api-version": "1.1",
        "metadata": [{ "preferred_network": host, "preferred_cache": host, "aliases": [host] }],
    }))
}

fn configuration(tenant: &Tenant, v2: bool, endpoint: &str) -> Value {
    let base = format!("{endpoint}/{}", tenant.id);
    let (issuer, version) = if v2 { (format!("{base}/v2.0"), "v2.0/") } else { (issuer(&tenant.id), "") };
    json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{base}/oauth2/{version}authorize"),
        "token_endpoint": format!("{base}/oauth2/{version}token"),
        "jwks_uri": format!("{base}/discovery/{version}keys"),
        "token_endpoint_auth_methods_supported": ["client_secret_post"],
        "response_types_supported": ["code"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "tenant_region_scope": null,
    })
}

fn token(state: &State, tenant: &Tenant, request: &Incoming, now: i64) -> Result<Value, Refusal> {
    let form = Form::read(request)?;
    match form.field("grant_type")? {
        "client_credentials" => {}
        _ => {
            let words = "The app requested an unsupported grant type. This simulator models client_credentials alone.";
            return Err(Refusal::new(400, "unsupported_grant_type", 70003, words));
        }
    }
    let client_id = form.field("client_id")?.to_ascii_lowercase();
    let scope = form.field("scope")?;
    let app = find_app(state, tenant, &client_id)?;
    let principal = tenant.principals.values().find(|known| known.client_id == app.client_id && !known.removed);
    let principal = principal.ok_or_else(|| {
        let words = format!(
            "The client application {client_id} is missing service principal in the tenant {}. See instructions here: \
             https://go.microsoft.com/fwlink/?linkid=2225119",
            tenant.id
        );
        Refusal::new(401, "invalid_client", 7_000_229, words)
    })?;
    check_secret(app, &form, now)?;
    let resource = resource_of(scope, tenant)?;
    let claims = Claims {
        aud: resource,
        iss: issuer(&tenant.id),
        iat: now,
        nbf: now - REACH_BACK,
        exp: now + LIFETIME,
        appid: app.client_id.clone(),
        oid: principal.object_id.clone(),
        tid: tenant.id.clone(),
        uti: uuid::Uuid::new_v4().simple().to_string(),
        ver: "1.0".to_owned(),
    };
    let access_token = claims.sign(&state.token_key).ok_or_else(Refusal::internal)?;
    Ok(json!({
        "token_type": "Bearer",
        "expires_in": LIFETIME,
        "ext_expires_in": LIFETIME,
        "access_token": access_token,
    }))
}

fn find_app<'a>(state: &'a State, tenant: &Tenant, client_id: &str) -> Result<&'a App, Refusal> {
    let found = state.apps.get(client_id).filter(|app| app.multi_tenant || app.tenant == tenant.id);
    found.ok_or_else(|| {
        let shown: String = client_id.chars().filter(char::is_ascii_graphic).take(100).collect();
        let words = format!(
            "Application with identifier '{shown}' was not found in the directory '{}'. This can happen if the \
             application has not been installed by the administrator of the tenant or consented to by any user in the \
             tenant. You may have sent your authentication request to the wrong tenant.",
            tenant.name
        );
        Refusal::new(400, "unauthorized_client", 700_016, words)
    })
}

fn check_secret(app: &App, form: &Form, now: i64) -> Result<(), Refusal> {
    if form.peek("client_assertion").is_some() || form.peek("client_assertion_type").is_some() {
        return Err(malformed("Client assertions are not modelled by this simulator."));
    }
    let Some(given) = form.peek("client_secret").filter(|given| !given.is_empty()) else {
        let words =
            "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type.";
        return Err(Refusal::new(401, "invalid_client", 7_000_216, words));
    };
    let known = app.secrets.iter().filter(|secret| !secret.removed);
    let mut matching = known.filter(|secret| same(secret.secret.expose().as_bytes(), given.as_bytes()));
    match matching.next() {
        Some(secret) if secret.expires > now => Ok(()),
        Some(_) => {
            let words = format!(
                "The provided client secret keys for app '{}' are expired. Visit the Azure portal to create new keys \
                 for your app: https://aka.ms/NewClientSecret, or consider using certificate credentials for added \
                 security: https://aka.ms/certCreds.",
                app.client_id
            );
            Err(Refusal::new(401, "invalid_client", 7_000_222, words))
        }
        None => Err(wrong_secret(&app.client_id)),
    }
}

fn wrong_secret(client_id: &str) -> Refusal {
    let words = format!(
        "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not \
         the client secret ID, for a secret added to app '{client_id}'."
    );
    Refusal::new(401, "invalid_client", 7_000_215, words)
}

fn resource_of(scope: &str, tenant: &Tenant) -> Result<String, Refusal> {
    let Some(resource) = scope.strip_suffix("/.default") else {
        let shown: String = scope.chars().filter(char::is_ascii_graphic).take(100).collect();
        let words = format!(
            "The provided value for scope {shown} is not valid. Client credential flows must have a scope value with \
             /.default suffixed to the resource identifier (application ID URI)."
        );
        return Err(Refusal::new(400, "invalid_scope", 1_002_012, words));
    };
    let resource = resource.strip_suffix('/').unwrap_or(resource);
    if Service::of_resource(resource).is_some() {
        return Ok(resource.to_owned());
    }
    let shown: String = resource.chars().filter(char::is_ascii_graphic).take(100).collect();
    let words = format!(
        "The resource principal named {shown} was not found in the tenant named {}. This can happen if the application \
         has not been installed by the administrator of the tenant or consented to by any user in the tenant. You \
         might have sent your authentication request to the wrong tenant.",
        tenant.name
    );
    Err(Refusal::new(400, "invalid_resource", 500_011, words))
}

/// A form of which unknown fields are ignored: the SDKs send `client_info` and `claims`, and Entra takes anything.
struct Form(Vec<(String, String)>);

impl Form {
    fn read(request: &Incoming) -> Result<Self, Refusal> {
        let kind = request.header("content-type").unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim();
        if !kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") || !request.query.is_empty() {
            return Err(malformed("The body of this request must be application/x-www-form-urlencoded."));
        }
        let fields: Vec<(String, String)> = form_urlencoded::parse(&request.body).into_owned().collect();
        let doubled =
            fields.iter().enumerate().any(|(at, (name, _))| fields.iter().skip(at + 1).any(|(other, _)| other == name));
        if doubled {
            return Err(malformed("Request is malformed or invalid: a parameter comes twice."));
        }
        Ok(Self(fields))
    }

    fn peek(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    fn field(&self, name: &'static str) -> Result<&str, Refusal> {
        self.peek(name).filter(|value| !value.is_empty()).ok_or_else(|| missing(name))
    }
}

fn missing(name: &str) -> Refusal {
    let words = format!("The request body must contain the following parameter: '{name}'.");
    Refusal::new(400, "invalid_request", 900_144, words)
}

fn malformed(words: &str) -> Refusal {
    Refusal::new(400, "invalid_request", 9_002_313, words)
}

fn headed(mut answer: Answer) -> Answer {
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store, no-cache"));
    answer.headers_mut().insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
    put(&mut answer, http::HeaderName::from_static("x-ms-request-id"), &uuid::Uuid::new_v4().to_string());
    answer
}

/// A time as Entra writes it: `2026-11-22 05:39:00Z`.
fn stamp(now: OffsetDateTime) -> String {
    let (date, time) = (now.date(), now.time());
    format!("{date} {:02}:{:02}:{:02}Z", time.hour(), time.minute(), time.second())
}
