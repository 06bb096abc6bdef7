//! What was observed since start, for metrics and readiness. Labels are ours, never a tenant's text.
//! Must not know how metrics are spelled.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};

use domain::customer_key::ProviderKind;
use domain::time::Timestamp;
use domain::validity::Finding;

/// What was observed since start.
#[derive(Debug, Default)]
pub struct Observed {
    checks: Mutex<BTreeMap<(ProviderKind, &'static str), u64>>,
    unwraps: Mutex<BTreeMap<(ProviderKind, &'static str), u64>>,
    last_sweep: AtomicI64,
}

impl Observed {
    /// Counts a finding under its reason; `USABLE` for none.
    pub(crate) fn count_check(&self, provider: ProviderKind, finding: &Finding) {
        let reason = match finding {
            Finding::Usable => "USABLE",
            Finding::Failed(failure) => failure.reason.code(),
        };
        let mut checks = self.checks.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let count = checks.entry((provider, reason)).or_default();
        *count = count.saturating_add(1);
    }

    /// Counts a master key's data key that a provider was asked to unwrap, under what came of it.
    pub(crate) fn count_unwrap(&self, provider: ProviderKind, outcome: &'static str) {
        let mut unwraps = self.unwraps.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let count = unwraps.entry((provider, outcome)).or_default();
        *count = count.saturating_add(1);
    }

    /// Notes that the sweep of customer keys is alive.
    pub(crate) fn beat(&self, now: Timestamp) {
        self.last_sweep.store(now.as_millis(), Ordering::Relaxed);
    }

    /// Gives how often each provider's checks ended in each reason.
    #[must_use]
    pub fn checks(&self) -> BTreeMap<(ProviderKind, &'static str), u64> {
        self.checks.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    /// Gives how often each provider was asked to unwrap for a master key, and what came of it.
    #[must_use]
    pub fn unwraps(&self) -> BTreeMap<(ProviderKind, &'static str), u64> {
        self.unwraps.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    /// Tells when the sweep of customer keys last turned.
    #[must_use]
    pub fn last_sweep(&self) -> Timestamp {
        Timestamp::from_millis(self.last_sweep.load(Ordering::Relaxed))
    }
}
