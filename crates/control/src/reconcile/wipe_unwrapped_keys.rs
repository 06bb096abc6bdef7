//! Wipes unwrapped master keys that will not be served any more. Nothing is served for want of a wipe: each release
//! decides anew.

use std::time::Duration;

use crate::Control;

/// How often memory is looked through.
const EVERY: Duration = Duration::from_secs(5);

pub(super) async fn run(control: Control) {
    loop {
        tokio::select! {
            () = control.tasks().stopping() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
        control.wipe_unwrapped_keys().await;
    }
}
