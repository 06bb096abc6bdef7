//! What operators ask: are we alive, are we ready, what are the figures. The details have a door of
//! their own; the API's door answers with a status only. Must not know a tenant.

mod metrics;

use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use control::Control;
use domain::time::Timestamp;
use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use serde::Serialize;

pub use self::metrics::Metrics;

/// How long the store may take to give a sign of life.
const PING_DEADLINE: Duration = Duration::from_secs(2);
/// How long the sweep of customer keys may be silent. Its longest step is about 40 s: 256 checks,
/// 64 at once, 10 s each.
const SWEEP_SILENCE: Duration = Duration::from_secs(90);

/// Builds the router of the operations door. It tells more than strangers should know: bind it to
/// loopback unless the operator says otherwise.
pub fn router(control: Control, metrics: Metrics) -> Router {
    Router::new()
        .route("/healthz", get(healthz))
        .route("/readyz", get(readyz_details))
        .route("/metrics", get(show_metrics))
        .with_state(Operations { control, metrics })
}

/// Answers that the process is alive; it asks nobody else.
pub async fn healthz() -> StatusCode {
    StatusCode::OK
}

/// Tells whether requests can be served, without saying why not.
pub async fn readyz_status(control: &Control) -> StatusCode {
    readiness(control).await.status()
}

#[derive(Clone)]
struct Operations {
    control: Control,
    metrics: Metrics,
}

async fn readyz_details(State(operations): State<Operations>) -> Response {
    let readiness = readiness(&operations.control).await;
    let body = serde_json::to_vec(&readiness).unwrap_or_default();
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (readiness.status(), headers, body).into_response()
}

async fn show_metrics(State(operations): State<Operations>) -> Response {
    operations.metrics.take_over(&operations.control);
    match operations.control.customer_key_counts().await {
        Ok(counts) => operations.metrics.show_validities(&counts),
        // The last figures stay; readiness tells that the store is away.
        Err(error) => tracing::warn!(error = error.chain(), "customer keys were not counted"),
    }
    match operations.control.private_endpoint_counts().await {
        Ok(counts) => operations.metrics.show_private_endpoints(&counts),
        Err(error) => tracing::warn!(error = error.chain(), "private endpoints were not counted"),
    }
    match operations.control.notice_counts().await {
        Ok(counts) => operations.metrics.show_notices(&counts),
        Err(error) => tracing::warn!(error = error.chain(), "notices were not counted"),
    }
    match operations.metrics.text() {
        Ok(text) => {
            let media_type = HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");
            ([(CONTENT_TYPE, media_type)], text).into_response()
        }
        Err(std::fmt::Error) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// What stands between us and serving requests.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Readiness {
    ready: bool,
    /// Opening the store brings its schema up to date, so a store that answers has the right one.
    store: Check,
    /// The sweep of customer keys, which every process runs.
    sweep: Check,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
struct Check {
    ok: bool,
    detail: String,
}

impl Readiness {
    const fn status(&self) -> StatusCode {
        if self.ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }
    }
}

async fn readiness(control: &Control) -> Readiness {
    let store = match tokio::time::timeout(PING_DEADLINE, control.ping()).await {
        Ok(Ok(())) => Check { ok: true, detail: "answers; schema up to date".to_owned() },
        Ok(Err(error)) => {
            let error: &dyn std::error::Error = &error;
            tracing::warn!(error, "the store gives no sign of life");
            Check { ok: false, detail: "fails; the log says how".to_owned() }
        }
        Err(_) => Check { ok: false, detail: format!("gives no sign of life within {} s", PING_DEADLINE.as_secs()) },
    };
    let sweep = sweep_check(control.observed().last_sweep(), control.now());
    Readiness { ready: store.ok && sweep.ok, store, sweep }
}

fn sweep_check(last: Timestamp, now: Timestamp) -> Check {
    if last == Timestamp::EPOCH {
        return Check { ok: false, detail: "has not started".to_owned() };
    }
    let silence = now.since(last);
    Check { ok: silence <= SWEEP_SILENCE, detail: format!("turned {} s ago", silence.as_secs()) }
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use http::Request;
    use tower::ServiceExt;

    use super::*;
    use crate::api::auth::tests::{House, NOW};

    async fn ask(house: &House, path: &str) -> (StatusCode, String) {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let response = router(house.control.clone(), Metrics::new()).oneshot(request).await.unwrap();
        let status = response.status();
        (status, String::from_utf8(to_bytes(response.into_body(), 1 << 20).await.unwrap().to_vec()).unwrap())
    }

    #[tokio::test]
    async fn is_ready_once_the_store_answers_and_the_sweep_turns() {
        let house = House::build().await;
        assert_eq!(ask(&house, "/healthz").await.0, StatusCode::OK);
        let (status, body) = ask(&house, "/readyz").await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(body.contains(r#""sweep":{"ok":false,"detail":"has not started"}"#), "{body}");
        assert_eq!(readyz_status(&house.control).await, StatusCode::SERVICE_UNAVAILABLE);

        house.control.start();
        while house.control.observed().last_sweep() != NOW {
            tokio::task::yield_now().await;
        }
        let (status, body) = ask(&house, "/readyz").await;
        assert_eq!(status, StatusCode::OK, "{body}");
        assert_eq!(readyz_status(&house.control).await, StatusCode::OK);

        house.control.tasks().shut_down().await;
        house.set_clock(NOW + Duration::from_secs(91));
        assert_eq!(ask(&house, "/readyz").await.0, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(ask(&house, "/healthz").await.0, StatusCode::OK, "alive it is");
        house.store.close().await;
        let (_, body) = ask(&house, "/readyz").await;
        assert!(body.contains(r#""store":{"ok":false"#), "{body}");
    }

    #[tokio::test]
    async fn shows_the_figures() {
        let (status, body) = ask(&House::build().await, "/metrics").await;
        assert_eq!(status, StatusCode::OK);
        assert!(body.contains("atrest_operator_identity_broken 0\n") && body.ends_with("# EOF\n"), "{body}");
    }

    #[test]
    fn the_sweep_must_have_turned_lately() {
        let at = |millis| Timestamp::from_millis(millis);
        assert!(!sweep_check(Timestamp::EPOCH, at(1_000)).ok);
        assert!(sweep_check(at(1_000), at(91_000)).ok);
        assert!(!sweep_check(at(1_000), at(92_000)).ok);
        assert_eq!(sweep_check(at(1_000), at(8_500)).detail, "turned 7 s ago");
        assert!(sweep_check(at(5_000), at(1_000)).ok, "a clock set back is no fault of the sweep");
    }
}
