//! All figures, in the OpenMetrics text format. Every label is one of our own words: the types let
//! no text of a tenant, caller or provider in. Must not know how a figure comes about.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use control::Control;
use domain::customer_key::ProviderKind;
use domain::private_endpoint::EndpointState;
use http::StatusCode;
use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;

use crate::api::auth::AuthFailure;

/// All figures of this process. Clones share them.
#[derive(Debug, Clone)]
pub struct Metrics(Arc<Figures>);

#[derive(Debug)]
struct Figures {
    registry: Registry,
    requests: Family<Request, Counter>,
    request_seconds: Family<Operation, Histogram, fn() -> Histogram>,
    auth_failures: Family<Kind, Counter>,
    provider_checks: Family<ProviderCheck, Counter>,
    unwraps: Family<Unwrap, Counter>,
    validity: Family<Validity, Gauge>,
    private_endpoints: Family<Endpoint, Gauge>,
    notices: Family<Notice, Gauge>,
    operator_identity_broken: Gauge,
    clock_skewed: Gauge,
    connections: Gauge,
    kmip_connections: Gauge,
    kmip_requests: Family<KmipRequest, Counter>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Request {
    operation: &'static str,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Notice {
    state: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct KmipRequest {
    operation: &'static str,
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Operation {
    operation: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Kind {
    kind: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Unwrap {
    provider: &'static str,
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ProviderCheck {
    provider: &'static str,
    outcome: &'static str,
    reason: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Validity {
    provider: &'static str,
    state: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Endpoint {
    provider: &'static str,
    state: &'static str,
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Metrics {
    /// Makes figures that are all zero.
    #[must_use]
    pub fn new() -> Self {
        let mut figures = Figures {
            registry: Registry::with_prefix("atrest"),
            requests: Family::default(),
            request_seconds: Family::new_with_constructor(request_buckets),
            auth_failures: Family::default(),
            provider_checks: Family::default(),
            unwraps: Family::default(),
            validity: Family::default(),
            private_endpoints: Family::default(),
            notices: Family::default(),
            operator_identity_broken: Gauge::default(),
            clock_skewed: Gauge::default(),
            connections: Gauge::default(),
            kmip_connections: Gauge::default(),
            kmip_requests: Family::default(),
        };
        figures.register();
        Self(Arc::new(figures))
    }

    /// Counts an answered request under its operation's name.
    pub fn count_request(&self, operation: &'static str, status: StatusCode, duration: Duration) {
        self.0.requests.get_or_create(&Request { operation, status: status.as_u16() }).inc();
        self.0.request_seconds.get_or_create(&Operation { operation }).observe(duration.as_secs_f64());
    }

    /// Counts a caller who was not recognised. One who sent no credentials is asked for them, which
    /// is how most clients begin; he counts as `no_credentials`.
    pub fn count_auth_failure(&self, failure: &AuthFailure) {
        self.0.auth_failures.get_or_create(&Kind { kind: failure.kind() }).inc();
    }

    /// Gives the gauge of open connections, for a listener to turn.
    #[must_use]
    pub fn open_connections(&self) -> Gauge {
        self.0.connections.clone()
    }

    /// Gives the gauge of connections that nodes have open.
    #[must_use]
    pub fn open_kmip_connections(&self) -> Gauge {
        self.0.kmip_connections.clone()
    }

    /// Counts an answered batch item of a node. Both labels are names of the standard's.
    pub fn count_kmip_request(&self, operation: &'static str, outcome: &'static str) {
        self.0.kmip_requests.get_or_create(&KmipRequest { operation, outcome }).inc();
    }

    /// Shows how many configured keys of each provider are in each state.
    pub fn show_validities(&self, counts: &[(ProviderKind, &'static str, u64)]) {
        self.0.validity.clear();
        for (provider, state, count) in counts {
            let gauge = self.0.validity.get_or_create(&Validity { provider: provider.name(), state });
            gauge.set(i64::try_from(*count).unwrap_or(i64::MAX));
        }
    }

    /// Shows how many private endpoints to each provider are in each state.
    pub fn show_private_endpoints(&self, counts: &[(ProviderKind, EndpointState, u64)]) {
        self.0.private_endpoints.clear();
        for (provider, state, count) in counts {
            let labels = Endpoint { provider: provider.name(), state: state.name() };
            self.0.private_endpoints.get_or_create(&labels).set(i64::try_from(*count).unwrap_or(i64::MAX));
        }
    }

    /// Shows how many notices wait, went out, or could not be delivered.
    pub fn show_notices(&self, counts: &[(String, u64)]) {
        self.0.notices.clear();
        for (state, count) in counts {
            let gauge = self.0.notices.get_or_create(&Notice { state: state.clone() });
            gauge.set(i64::try_from(*count).unwrap_or(i64::MAX));
        }
    }

    /// Takes over what the use cases observed.
    pub(super) fn take_over(&self, control: &Control) {
        for ((provider, reason), count) in control.observed().checks() {
            let outcome = if reason == "USABLE" { "usable" } else { "failed" };
            let labels = ProviderCheck { provider: provider.name(), outcome, reason };
            self.0.provider_checks.get_or_create(&labels).inner().store(count, Ordering::Relaxed);
        }
        for ((provider, outcome), count) in control.observed().unwraps() {
            let labels = Unwrap { provider: provider.name(), outcome };
            self.0.unwraps.get_or_create(&labels).inner().store(count, Ordering::Relaxed);
        }
        let health = ProviderKind::ALL.map(|provider| control.providers().operator_health(provider));
        let broken = health.iter().any(|health| health.identity_broken());
        self.0.operator_identity_broken.set(i64::from(broken));
        self.0.clock_skewed.set(i64::from(health.iter().any(|health| health.clock_skewed())));
    }

    /// Writes all figures down.
    /// Errors: `fmt::Error`, which writing to memory never gives.
    pub(super) fn text(&self) -> Result<String, std::fmt::Error> {
        let mut written = String::new();
        text::encode(&mut written, &self.0.registry)?;
        Ok(written)
    }
}

impl Figures {
    fn register(&mut self) {
        let registry = &mut self.registry;
        let build = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
        registry.register("build", "What is running", build);
        registry.register("http_requests", "Answered API requests", self.requests.clone());
        registry.register(
            "http_request_duration_seconds",
            "Time from a request's head to its answer",
            self.request_seconds.clone(),
        );
        registry.register("auth_failures", "Requests whose caller was not recognised", self.auth_failures.clone());
        registry.register("http_connections", "Open connections of the API door", self.connections.clone());
        registry.register("kmip_connections", "Connections that nodes have open", self.kmip_connections.clone());
        registry.register("kmip_requests", "Answered requests of nodes", self.kmip_requests.clone());
        registry.register("provider_checks", "Checks of customer keys", self.provider_checks.clone());
        registry.register(
            "unwraps",
            "Data keys of master keys that providers were asked to unwrap",
            self.unwraps.clone(),
        );
        registry.register("customer_keys", "Configured customer keys by validity", self.validity.clone());
        registry.register("private_endpoints", "Private endpoints by state", self.private_endpoints.clone());
        registry.register("notices", "Notices by state, of the last 30 days", self.notices.clone());
        registry.register(
            "operator_identity_broken",
            "1 while a provider refuses the operator's own identity: mend it, tenants are held at Unknown",
            self.operator_identity_broken.clone(),
        );
        registry.register(
            "clock_skewed",
            "1 while a provider's clock is more than 60 s from ours: mend ours",
            self.clock_skewed.clone(),
        );
    }
}

/// Half a millisecond to about half a minute: a GET takes one, a proof at a provider the other.
fn request_buckets() -> Histogram {
    Histogram::new(prometheus_client::metrics::histogram::exponential_buckets(0.0005, 2.0, 17))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_every_figure_down() {
        let metrics = Metrics::new();
        metrics.count_request("getEncryptionAtRest", StatusCode::OK, Duration::from_millis(3));
        metrics.count_auth_failure(&AuthFailure::Throttled { retry_after: Duration::from_secs(3) });
        metrics.show_validities(&[(ProviderKind::AwsKms, "valid", 7)]);
        metrics.show_private_endpoints(&[(ProviderKind::AzureKeyVault, EndpointState::PendingAcceptance, 4)]);
        metrics.show_notices(&[("FAILED".to_owned(), 3)]);
        metrics.open_connections().set(2);
        metrics.open_kmip_connections().set(3);
        metrics.count_kmip_request("Get", "Success");
        let text = metrics.text().unwrap();
        for line in [
            "atrest_http_requests_total{operation=\"getEncryptionAtRest\",status=\"200\"} 1",
            "atrest_http_request_duration_seconds_count{operation=\"getEncryptionAtRest\"} 1",
            "atrest_auth_failures_total{kind=\"throttled\"} 1",
            "atrest_customer_keys{provider=\"aws_kms\",state=\"valid\"} 7",
            "atrest_notices{state=\"FAILED\"} 3",
            "atrest_private_endpoints{provider=\"azure_key_vault\",state=\"PENDING_ACCEPTANCE\"} 4",
            "atrest_http_connections 2",
            "atrest_kmip_connections 3",
            "atrest_kmip_requests_total{operation=\"Get\",outcome=\"Success\"} 1",
            "atrest_operator_identity_broken 0",
            "atrest_clock_skewed 0",
            "atrest_build_info{version=\"",
            "# EOF",
        ] {
            assert!(text.contains(line), "{line} is missing from\n{text}");
        }
    }
}
