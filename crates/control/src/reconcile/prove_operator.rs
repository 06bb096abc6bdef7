//! Watches the operator's own identity, so that a fault of ours is told as ours, and told early: sessions
//! that were assumed before go on working for a while and would hide it.

use std::time::Duration;

use providers::Deadline;

use crate::Control;

/// How long one proof may take.
const PATIENCE: Duration = Duration::from_secs(10);

pub(super) async fn run(control: Control) {
    let mut broken = false;
    let mut skewed = false;
    loop {
        // What it finds is noted in the operator's health, which the checks add to as well.
        let _noted = control.providers().prove_operator(Deadline::after(PATIENCE)).await;
        let health = control.providers().operator_health();
        if let Some(fault) = health.identity_fault().filter(|_| !broken) {
            let since = fault.since.as_secs();
            let said = fault.message.as_str();
            tracing::error!(
                since,
                said,
                "operator alert: our own identity at a provider does not work; no customer is blamed"
            );
        } else if broken && !health.identity_broken() {
            tracing::warn!("operator alert is over: our own identity works again");
        }
        if let Some(fault) = health.clock_fault().filter(|_| !skewed) {
            let said = fault.message.as_str();
            tracing::error!(
                said,
                "operator alert: our clock and a provider's are too far apart; no customer is blamed"
            );
        } else if skewed && !health.clock_skewed() {
            tracing::warn!("operator alert is over: the clocks agree again");
        }
        (broken, skewed) = (health.identity_broken(), health.clock_skewed());
        tokio::select! {
            () = tokio::time::sleep(control.timings().check_every) => {}
            () = control.tasks().stopping() => return,
        }
    }
}
