//! Watches the operator's own identity, so that a fault of ours is told as ours, and told early: sessions
//! that were assumed before go on working for a while and would hide it.

use std::time::Duration;

use domain::customer_key::ProviderKind;
use futures_util::future;
use providers::Deadline;

use crate::Control;

/// How long one proof may take.
const PATIENCE: Duration = Duration::from_secs(10);

pub(super) async fn run(control: Control) {
    let mut seen = ProviderKind::ALL.map(|provider| Seen { provider, broken: false, skewed: false });
    loop {
        future::join_all(seen.iter_mut().map(|seen| look(&control, seen))).await;
        tokio::select! {
            () = tokio::time::sleep(control.timings().check_every) => {}
            () = control.tasks().stopping() => return,
        }
    }
}

/// What was told about one provider.
struct Seen {
    provider: ProviderKind,
    broken: bool,
    skewed: bool,
}

async fn look(control: &Control, seen: &mut Seen) {
    // What it finds is noted in the operator's health, which the checks add to as well.
    let _noted = control.providers().prove_operator(seen.provider, Deadline::after(PATIENCE)).await;
    let health = control.providers().operator_health(seen.provider);
    let provider = seen.provider.name();
    if let Some(fault) = health.identity_fault().filter(|_| !seen.broken) {
        let since = fault.since.as_secs();
        let said = fault.message.as_str();
        tracing::error!(
            provider,
            since,
            said,
            "operator alert: our own identity at a provider does not work; no customer is blamed"
        );
    } else if seen.broken && !health.identity_broken() {
        tracing::warn!(provider, "operator alert is over: our own identity works again");
    }
    if let Some(fault) = health.clock_fault().filter(|_| !seen.skewed) {
        let said = fault.message.as_str();
        tracing::error!(
            provider,
            said,
            "operator alert: our clock and a provider's are too far apart; no customer is blamed"
        );
    } else if seen.skewed && !health.clock_skewed() {
        tracing::warn!(provider, "operator alert is over: the clocks agree again");
    }
    (seen.broken, seen.skewed) = (health.identity_broken(), health.clock_skewed());
}
