//! Notices that the authorities that may vouch for nodes changed, here or on another replica, and tells the doors.

use std::time::Duration;

use crate::Control;

/// How often other replicas' changes are looked for. An authority that was removed vouches for nobody at once, for
/// each message is checked against the store; this is only about handshakes.
const EVERY: Duration = Duration::from_secs(5);

pub(super) async fn run(control: Control) {
    loop {
        if let Err(error) = control.look_at_trust().await {
            tracing::warn!(error = error.chain(), "the certificate authorities were not read; trying again");
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = control.trust().changed_here() => {}
            () = control.tasks().stopping() => return,
        }
    }
}
