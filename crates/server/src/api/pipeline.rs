//! The way of every request, read top-down: who asks, may they, how often, which version, which
//! query, which body; then the handler. Must not know any resource.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Instant;

use api_wire::atlas::not_offered::part_of;
use api_wire::atlas::version::{check_content_type, negotiate};
use api_wire::operations::rate_limit::Scope;
use api_wire::operations::{Access, Operation, OrgRole as WireOrgRole, ProjectRole as WireProjectRole};
use api_wire::presentation::Presentation;
use api_wire::query::Query;
use axum::body::Body;
use axum::extract::{OriginalUri, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use bytes::Bytes;
use control::Caller;
use domain::access::{OrgRole, ProjectRole};
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::{Method, StatusCode, Uri};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use tracing::Instrument;

use super::call::{Answer, Call};
use super::error::{self, Refused};
use super::listener::{Encrypted, is_slow_body};
use super::rate_limit::Allowance;
use super::{Api, auth, router};

const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit-limit");
const RATE_REMAINING: HeaderName = HeaderName::from_static("ratelimit-remaining");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What the outer layer found out about a request.
#[derive(Debug, Clone)]
pub(super) struct Origin {
    /// Where it comes from, proxies taken into account.
    pub(super) address: IpAddr,
    /// Whether the client speaks https to us or to a trusted proxy.
    pub(super) secure: bool,
    /// Names the request in logs and answers.
    pub(super) request_id: String,
}

/// Surrounds every request of the door: origin, request id, host check, trailing slash, log, metrics,
/// and the headers every answer has.
pub(super) async fn around_every_request(State(api): State<Api>, mut request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let origin = origin_of(&api, &request);
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let span = tracing::info_span!("request", id = %origin.request_id, %method, path, address = %origin.address);
    let presentation = Presentation::guess(request.uri().query());
    let response = if api.settings().loopback_only && !host_is_loopback(request.headers(), origin.secure) {
        error::answer(&Refused::ForeignHost, presentation, &origin.request_id)
    } else {
        let original = request.uri().clone();
        request.extensions_mut().insert(OriginalUri(original));
        request.extensions_mut().insert(origin.clone());
        strip_trailing_slash(request.uri_mut());
        next.run(request).instrument(span.clone()).await
    };
    let response = with_common_headers(&api, response, &origin);
    let status = response.status().as_u16();
    let millis = begun.elapsed().as_millis();
    span.in_scope(|| tracing::info!(status, duration_ms = u64::try_from(millis).unwrap_or(u64::MAX), "answered"));
    response
}

/// Serves one operation.
pub(super) async fn serve(
    api: &Api,
    operation: &'static Operation,
    path: Vec<(String, String)>,
    request: Request,
) -> Response {
    let begun = Instant::now();
    let presentation = Presentation::guess(request.uri().query());
    let request_id = request.extensions().get::<Origin>().map(|origin| origin.request_id.clone()).unwrap_or_default();
    let mut served = Served::default();
    let outcome = run(api, operation, path, request, &mut served).await;
    let mut response = match outcome {
        Ok(answer) => success(answer, &served),
        Err(refused) => {
            let mut response = error::answer(&refused, presentation, &request_id);
            if let Refused::Unauthenticated { stale } = refused {
                let challenge = api.authenticator().challenge_header(stale);
                response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
            }
            response
        }
    };
    if let Some(allowance) = served.allowance {
        let headers = response.headers_mut();
        headers.insert(RATE_LIMIT, HeaderValue::from(allowance.limit));
        headers.insert(RATE_REMAINING, HeaderValue::from(allowance.remaining));
    }
    api.metrics().count_request(operation.operation_id, response.status(), begun.elapsed());
    response
}

/// What a successful answer's headers are made of.
#[derive(Default)]
struct Served {
    status: u16,
    allowance: Option<Allowance>,
    content_type: Option<String>,
    deprecation: Option<String>,
    sunset: Option<String>,
}

async fn run(
    api: &Api,
    operation: &'static Operation,
    path: Vec<(String, String)>,
    request: Request,
    served: &mut Served,
) -> Result<Answer, Refused> {
    let (parts, body) = request.into_parts();
    let origin = parts.extensions.get::<Origin>().ok_or(Refused::Bug("every request has an origin"))?;
    let target = parts.extensions.get::<OriginalUri>().map_or(&parts.uri, |original| &original.0);

    let caller = authenticate(api, operation, &parts.method, target, &parts.headers, origin).await?;
    let access = match &caller {
        Some(caller) => require_access(api, operation, caller, &path).await,
        None => Ok(()),
    };
    let sees_it = !matches!(&access, Err(refused) if refused.hides_the_resource());
    served.allowance = Some(count(api, operation, caller.as_ref(), &path, sees_it, origin)?);
    let accept = joined(&parts.headers, &header::ACCEPT);
    let version =
        negotiate(accept.as_deref(), operation, api.settings().strict_versions).map_err(|_| Refused::NotAcceptable)?;
    let query = Query::read(parts.uri.query(), operation.query).map_err(Refused::QueryFaults)?;
    let headers = own_headers(operation, &parts.headers)?;
    let presentation = Presentation::of(&query);
    access?;
    let body = match version.entry.request {
        Some(_) => read_body(api, &parts.headers, body).await?,
        None => Bytes::new(),
    };
    served.status = operation.success_of(version.entry);
    served.content_type = Some(version.content_type().into_owned());
    served.deprecation = version.deprecation();
    served.sunset = version.sunset();
    let call = Call {
        operation,
        caller,
        address: origin.address,
        path,
        query,
        headers,
        body,
        version,
        presentation,
        base_url: base_url(api, &parts.headers, origin),
        url_path: parts.uri.path().to_owned(),
    };
    router::dispatch(api, call).await
}

async fn authenticate(
    api: &Api,
    operation: &Operation,
    method: &Method,
    target: &Uri,
    headers: &HeaderMap,
    origin: &Origin,
) -> Result<Option<Caller>, Refused> {
    if operation.access == Access::Public {
        return Ok(None);
    }
    let target = target.path_and_query().map_or("/", |target| target.as_str());
    let request = auth::Request {
        method: method.as_str(),
        target,
        headers,
        address: origin.address,
        writes: !matches!(*method, Method::GET | Method::HEAD),
    };
    let caller = api.authenticator().authenticate(request).await.map_err(|failure| {
        api.metrics().count_auth_failure(&failure);
        Refused::from(failure)
    })?;
    Ok(Some(caller))
}

fn count(
    api: &Api,
    operation: &Operation,
    caller: Option<&Caller>,
    path: &[(String, String)],
    sees_it: bool,
    origin: &Origin,
) -> Result<Allowance, Refused> {
    let set = operation.rate_limit;
    // What the caller cannot see counts with the caller: else strangers could empty a bucket, and
    // whoever walks through made-up ids would have a bucket for each.
    let named = |wanted: &str| {
        let found = path.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.clone());
        found.filter(|_| sees_it)
    };
    let caller_name = || caller.map(|caller| format!("{:?}", caller.identity));
    let key = match set.scope {
        Scope::Project => named("groupId").or_else(caller_name),
        Scope::Organization => named("orgId").or_else(caller_name),
        Scope::Caller => caller_name(),
        Scope::Address => None,
    };
    let key = key.unwrap_or_else(|| origin.address.to_string());
    api.rate_limits().check(set.id, set.capacity, set.refill, &key).map_err(|limited| Refused::RateLimited {
        path: format!("{}{}", operation.api.base(), operation.path),
        limited,
    })
}

/// Tells early whether the caller may call the operation at all; the use case asks again.
async fn require_access(
    api: &Api,
    operation: &Operation,
    caller: &Caller,
    path: &[(String, String)],
) -> Result<(), Refused> {
    let named = |name: &str| path.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str());
    match operation.access {
        Access::Public | Access::Authenticated => Ok(()),
        Access::Project(role) => {
            let id = named("groupId");
            let project = id.parse().map_err(|_| Refused::NoSuchProject(id.to_owned()))?;
            Ok(api.control().require_in_project(caller, project, project_role(role)).await?)
        }
        Access::Organization(role) => {
            let id = named("orgId");
            let org = id.parse().map_err(|_| Refused::NoSuchOrganization(id.to_owned()))?;
            Ok(api.control().require_in_org(caller, org, org_role(role)).await?)
        }
    }
}

const fn project_role(role: WireProjectRole) -> ProjectRole {
    match role {
        WireProjectRole::Owner => ProjectRole::Owner,
        WireProjectRole::AccessManager => ProjectRole::AccessManager,
        WireProjectRole::AlertsManager => ProjectRole::AlertsManager,
        WireProjectRole::NetworkAccessManager => ProjectRole::NetworkAccessManager,
        WireProjectRole::BackupManager => ProjectRole::BackupManager,
        WireProjectRole::BackupCreator => ProjectRole::BackupCreator,
        WireProjectRole::ClusterManager => ProjectRole::ClusterManager,
        WireProjectRole::ClusterCreator => ProjectRole::ClusterCreator,
        WireProjectRole::ReadOnly => ProjectRole::ReadOnly,
    }
}

const fn org_role(role: WireOrgRole) -> OrgRole {
    match role {
        WireOrgRole::Owner => OrgRole::Owner,
        WireOrgRole::ReadOnly => OrgRole::ReadOnly,
        WireOrgRole::Member => OrgRole::Member,
    }
}

/// Names the operation's own headers that are set.
fn own_headers(operation: &Operation, headers: &HeaderMap) -> Result<Vec<&'static str>, Refused> {
    let mut set = Vec::new();
    let mut faults = Vec::new();
    for flag in operation.headers {
        let given = headers.get(flag.name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
        match flag.read(given.as_deref()) {
            Ok(true) => set.push(flag.name),
            Ok(false) => {}
            Err(fault) => faults.push(fault),
        }
    }
    if faults.is_empty() { Ok(set) } else { Err(Refused::QueryFaults(faults)) }
}

async fn read_body(api: &Api, headers: &HeaderMap, body: Body) -> Result<Bytes, Refused> {
    let settings = api.settings();
    let limited = Limited::new(body, settings.body_cap);
    let bytes = limited.collect().await.map_err(|error| {
        if error.downcast_ref::<LengthLimitError>().is_some() {
            Refused::BodyTooLarge { cap: settings.body_cap }
        } else if is_slow_body(error.as_ref()) {
            Refused::SlowBody
        } else {
            Refused::BrokenBody
        }
    })?;
    let bytes = bytes.to_bytes();
    let content_type = joined(headers, &header::CONTENT_TYPE);
    check_content_type(content_type.as_deref(), !bytes.is_empty()).map_err(|_| Refused::UnsupportedMediaType)?;
    Ok(bytes)
}

fn success(answer: Answer, served: &Served) -> Response {
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() = StatusCode::from_u16(served.status).unwrap_or(StatusCode::OK);
    let mut put = |name: HeaderName, value: &Option<String>| {
        if let Some(value) = value.as_deref().and_then(|text| HeaderValue::from_str(text).ok()) {
            response.headers_mut().insert(name, value);
        }
    };
    put(header::CONTENT_TYPE, &served.content_type);
    put(header::LOCATION, &answer.location);
    put(HeaderName::from_static("deprecation"), &served.deprecation);
    put(HeaderName::from_static("sunset"), &served.sunset);
    response
}

/// Answers a path that exists with another method.
pub(super) async fn method_not_allowed(request: Request) -> Response {
    let refused = not_offered(&request).unwrap_or(Refused::MethodNotAllowed);
    early(&request, &refused)
}

/// Answers a path that does not exist.
pub(super) async fn no_such_path(request: Request) -> Response {
    let path = request.uri().path().to_owned();
    let refused = not_offered(&request).unwrap_or(Refused::NoSuchPath(path));
    early(&request, &refused)
}

/// Gives the refusal of a change of a part of Atlas that is not offered. Whatever is read there does not exist.
fn not_offered(request: &Request) -> Option<Refused> {
    let writes = matches!(*request.method(), Method::POST | Method::PUT | Method::PATCH | Method::DELETE);
    part_of(request.uri().path()).filter(|_| writes).map(Refused::PartNotOffered)
}

/// Answers before any operation was found.
pub(super) fn early(request: &Request, refused: &Refused) -> Response {
    let request_id = request.extensions().get::<Origin>().map_or("", |origin| origin.request_id.as_str());
    error::answer(refused, Presentation::guess(request.uri().query()), request_id)
}

fn origin_of(api: &Api, request: &Request) -> Origin {
    let peer = request.extensions().get::<SocketAddr>().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), SocketAddr::ip);
    let proxies = &api.settings().trusted_proxies;
    let encrypted = api.settings().speaks_tls || request.extensions().get::<Encrypted>().is_some();
    Origin {
        address: proxies.caller_address(peer, request.headers()),
        secure: encrypted || proxies.forwarded_https(peer, request.headers()),
        request_id: api.next_request_id(),
    }
}

fn host_is_loopback(headers: &HeaderMap, secure: bool) -> bool {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, port)| if port.ends_with(']') { host } else { name });
    let origin = headers.get(header::ORIGIN).map(|origin| origin.to_str().unwrap_or("null"));
    let scheme = if secure { "https" } else { "http" };
    let origin_fits = origin.is_none_or(|origin| origin == format!("{scheme}://{host}"));
    matches!(name, "localhost" | "127.0.0.1" | "[::1]") && origin_fits
}

fn strip_trailing_slash(uri: &mut Uri) {
    let path = uri.path();
    let Some(stripped) = path.strip_suffix('/').filter(|stripped| !stripped.is_empty()) else { return };
    let target = match uri.query() {
        Some(query) => format!("{stripped}?{query}"),
        None => stripped.to_owned(),
    };
    if let Ok(shorter) = target.parse() {
        *uri = shorter;
    }
}

pub(super) fn base_url(api: &Api, headers: &HeaderMap, origin: &Origin) -> String {
    if let Some(url) = &api.settings().base_url {
        return url.clone();
    }
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
    let scheme = if origin.secure { "https" } else { "http" };
    format!("{scheme}://{host}")
}

/// Joins all lines of a header by commas, as HTTP lets us. A line that is no text is left out.
fn joined(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let lines: Vec<&str> = headers.get_all(name).iter().filter_map(|line| line.to_str().ok()).collect();
    (!lines.is_empty()).then(|| lines.join(","))
}

/// The headers every answer has. Source: contract.md 6.4.
fn with_common_headers(api: &Api, mut response: Response, origin: &Origin) -> Response {
    static COMMON: [(HeaderName, HeaderValue); 6] = [
        (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::REFERRER_POLICY, HeaderValue::from_static("strict-origin-when-cross-origin")),
        (HeaderName::from_static("x-permitted-cross-domain-policies"), HeaderValue::from_static("none")),
        (header::VARY, HeaderValue::from_static("Accept-Encoding")),
        (
            HeaderName::from_static("x-mongodb-service-version"),
            HeaderValue::from_static(concat!("gitHash=atrest; versionString=v", env!("CARGO_PKG_VERSION"))),
        ),
    ];
    let headers = response.headers_mut();
    headers.reserve(COMMON.len() + 4);
    for (name, value) in &COMMON {
        headers.insert(name, value.clone());
    }
    // On loopback it would spoil every other port of that name for a browser.
    if origin.secure && !api.settings().loopback_only {
        let hsts = HeaderValue::from_static("max-age=31536000; includeSubdomains;");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, hsts);
    }
    if let Ok(id) = HeaderValue::from_str(&origin.request_id) {
        headers.insert(REQUEST_ID, id);
    }
    response
}
