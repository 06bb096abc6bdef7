//! The Admin API's door. A request's way is `router` → `pipeline` → one handler → `error` or answer.

pub mod address;
pub mod atlas;
pub mod atrest;
pub mod auth;
pub mod call;
pub mod error;
pub mod listener;
pub mod oauth;
pub mod pipeline;
mod private;
pub mod rate_limit;
pub mod router;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use control::Control;
use ipnet::IpNet;

use crate::probes::Metrics;
use address::TrustedProxies;
use auth::throttle::Throttle;
use auth::{AuthSettings, Authenticator};
use rate_limit::RateLimits;

/// What an operator can set about this door.
#[derive(Debug, Clone)]
pub struct ApiSettings {
    /// Answer requests that name no date with 406, as Atlas does today.
    pub strict_versions: bool,
    /// Count calls and refuse those above the published limits.
    pub rate_limits: bool,
    /// How callers may prove who they are.
    pub auth: AuthSettings,
    /// The proxies whose word about the caller's address counts.
    pub trusted_proxies: TrustedProxies,
    /// The address clients know us by, without a slash at the end; else the `Host` they sent.
    pub base_url: Option<String>,
    /// Whether this door itself speaks TLS.
    pub speaks_tls: bool,
    /// Admit only requests whose `Host` is a loopback name. Dev mode does.
    pub loopback_only: bool,
    /// The networks that we call key providers from, as far as the operator named them.
    pub outbound_addresses: Vec<IpNet>,
    /// The most bytes a body may have.
    pub body_cap: usize,
}

impl ApiSettings {
    /// The most bytes a body may have unless set otherwise: a hundred times the largest real one.
    pub const BODY_CAP: usize = 1024 * 1024;
}

/// Everything a request meets on its way. Clones share it.
#[derive(Clone)]
pub struct Api(Arc<Inner>);

struct Inner {
    control: Control,
    settings: ApiSettings,
    authenticator: Authenticator,
    rate_limits: RateLimits,
    /// Apart from that of sign-ins: a fleet that enrols and a person who mistypes are not one.
    enrolment_throttle: Throttle,
    metrics: Metrics,
    /// Random per process; what tells its request ids from another's.
    process: String,
    requests: AtomicU64,
}

impl Api {
    /// Wires the door up.
    /// Errors: those of the control when it derives the keys for sign-in.
    pub fn new(control: Control, settings: ApiSettings, metrics: Metrics) -> Result<Self, control::Error> {
        let authenticator = Authenticator::new(control.clone(), settings.auth)?;
        let rate_limits = RateLimits::new(settings.rate_limits);
        let enrolment_throttle = Throttle::new(settings.auth.throttle);
        let mut process = [0; 8];
        control.random(&mut process)?;
        let (process, requests) = (hex::encode(process), AtomicU64::new(0));
        Ok(Self(Arc::new(Inner {
            control,
            settings,
            authenticator,
            rate_limits,
            enrolment_throttle,
            metrics,
            process,
            requests,
        })))
    }

    /// Names the next request: which process, and its how manieth. Unique, and cheap to make.
    pub(crate) fn next_request_id(&self) -> String {
        format!("{}{:08x}", self.0.process, self.0.requests.fetch_add(1, Ordering::Relaxed))
    }

    pub(crate) fn control(&self) -> &Control {
        &self.0.control
    }

    pub(crate) fn settings(&self) -> &ApiSettings {
        &self.0.settings
    }

    pub(crate) fn authenticator(&self) -> &Authenticator {
        &self.0.authenticator
    }

    pub(crate) fn rate_limits(&self) -> &RateLimits {
        &self.0.rate_limits
    }

    pub(crate) fn enrolment_throttle(&self) -> &Throttle {
        &self.0.enrolment_throttle
    }

    pub(crate) fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }
}
