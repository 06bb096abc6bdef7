//! Tells people what the outbox holds: mails and webhooks, lane by lane, one turn per waking.

use std::time::Duration;

use storage::{Claim, WorkKind};

use super::claimed::{self, NAP, Work};
use crate::Control;
use crate::notice::{Hosts, NOTICES_AT_ONCE};

/// A claim holds longer than a turn, whose last mail may take half a minute.
const WORK: Work =
    Work { kind: WorkKind::Notice, name: "outbox", slots: NOTICES_AT_ONCE, claim: Duration::from_secs(180), nap: NAP };

pub(super) async fn run(control: Control) {
    let hosts = Hosts::default();
    let tell = move |control: Control, claim: Claim| {
        let hosts = hosts.clone();
        async move { control.tell_lane(&hosts, &claim).await }
    };
    claimed::run(control, WORK, tell).await;
}
