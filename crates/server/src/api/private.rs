//! Calls that clients make beside the API, answered with the least that lets them go on. They are no operations: no
//! version, no envelope, no credentials, and nothing is kept of what they send.
//! Source: clients.md 2. Must not know any resource.

use std::time::Instant;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::{any, get, post};
use domain::cluster::MajorVersion;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use http::{StatusCode, Uri};
use serde::Serialize;

use super::Api;
use super::error::Refused;
use super::pipeline::{self, Origin};

/// How many of these calls an address may make in a minute. Ours.
const PER_MINUTE: u32 = 300;
/// Their name in figures and among the rate limits.
const NAME: &str = "private";

/// Builds the router of all of them.
pub(super) fn routes(api: Api) -> Router {
    let mut router = Router::new()
        .route("/api/private/ipinfo", get(ip_info))
        .route("/api/private/unauth/nds/defaultMongoDBMajorVersion", get(default_major_version))
        .route("/api/private/v1.0/telemetry/events", post(telemetry))
        .route("/api/private/unauth/telemetry/events", post(telemetry));
    for step in ["authorize", "token", "revoke"] {
        router = router.route(&format!("/api/private/unauth/account/device/{step}"), post(device_sign_in));
    }
    for base in ["/api/atlas/v1.0", "/api/atlas/v1.5", "/api/public/v1.0"] {
        router = router.route(base, any(old_api)).route(&format!("{base}/{{*rest}}"), any(old_api));
    }
    router.method_not_allowed_fallback(pipeline::method_not_allowed).with_state(api)
}

/// Tells a client from which address it came to us.
async fn ip_info(State(api): State<Api>, request: Request) -> Response {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct IpInfo {
        current_ipv4_address: String,
    }
    attend(&api, &request, |origin| {
        let info = IpInfo { current_ipv4_address: origin.address.to_string() };
        answer("application/json", serde_json::to_vec(&info).unwrap_or_default())
    })
}

/// Tells the release series that a cluster gets which names none: bare text.
async fn default_major_version(State(api): State<Api>, request: Request) -> Response {
    attend(&api, &request, |_| answer("text/plain", MajorVersion::default().as_str().as_bytes().to_vec()))
}

/// Takes what a client tells of its use, and drops it unread.
async fn telemetry(State(api): State<Api>, request: Request) -> Response {
    attend(&api, &request, |_| {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::NO_CONTENT;
        response
    })
}

/// Says how else to sign in.
async fn device_sign_in(State(api): State<Api>, request: Request) -> Response {
    attend(&api, &request, |_| pipeline::early(&request, &Refused::UserSignInNotOffered))
}

/// Says where the API is.
async fn old_api(State(api): State<Api>, request: Request) -> Response {
    attend(&api, &request, |origin| {
        let base = format!("{}/api/atlas/v2", pipeline::base_url(&api, request.headers(), origin));
        pipeline::early(&request, &Refused::OldApi { path: path_of(request.uri()), base })
    })
}

fn path_of(uri: &Uri) -> String {
    uri.path().to_owned()
}

/// Counts a call, and answers it if there are not too many.
fn attend(api: &Api, request: &Request, respond: impl FnOnce(&Origin) -> Response) -> Response {
    let begun = Instant::now();
    let response = match request.extensions().get::<Origin>() {
        None => pipeline::early(request, &Refused::Bug("every request has an origin")),
        Some(origin) => match api.rate_limits().check(NAME, PER_MINUTE, PER_MINUTE, &origin.address.to_string()) {
            Ok(_) => respond(origin),
            Err(limited) => pipeline::early(request, &Refused::RateLimited { path: path_of(request.uri()), limited }),
        },
    };
    api.metrics().count_request(NAME, response.status(), begun.elapsed());
    response
}

fn answer(content_type: &'static str, bytes: Vec<u8>) -> Response {
    let mut response = Response::new(Body::from(bytes));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
