//! Brings the alerts of projects in line with what happened: one look per waking and project.

use std::time::Duration;

use storage::WorkKind;

use super::claimed::{self, NAP, Work};
use crate::Control;

/// A claim holds longer than a look, providers' answers included.
const WORK: Work = Work { kind: WorkKind::Alerts, name: "alerts", slots: 16, claim: Duration::from_secs(60), nap: NAP };

pub(super) async fn run(control: Control) {
    claimed::run(control, WORK, |control, claim| async move { control.look_at_alerts(&claim).await }).await;
}
