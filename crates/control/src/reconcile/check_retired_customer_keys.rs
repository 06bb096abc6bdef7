//! Checks former customer keys that master keys are still under, as often as the present ones: during a rotation, and
//! for as long as one is stalled.

use std::time::Duration;

use futures_util::{StreamExt, stream};

use crate::{Control, Error};

/// How many are checked at once.
const AT_ONCE: usize = 16;
/// The most that are looked at in one go: the longest unchecked first.
const PAGE: i64 = 1024;
/// The longest wait between two looks.
const NAP: Duration = Duration::from_secs(5);

pub(super) async fn run(control: Control) {
    let nap = (control.timings().check_every / 4).min(NAP);
    loop {
        if let Err(error) = control.check_retired_customer_keys().await {
            tracing::warn!(error = error.chain(), "former customer keys were not checked; trying again");
        }
        tokio::select! {
            () = tokio::time::sleep(nap) => {}
            () = control.tasks().stopping() => return,
        }
    }
}

impl Control {
    /// Checks every former customer key that is due, and returns when all findings are saved.
    /// Errors: those of the store.
    /// Cancel: safe; checks under way go on and are saved.
    pub async fn check_retired_customer_keys(&self) -> Result<(), Error> {
        let needed = self.store().all_needed_retired_customer_keys(PAGE).await?;
        let (now, every) = (self.now(), self.timings().check_every);
        let due = needed.into_iter().filter(|key| key.key.is_some() && key.validity.is_older_than(every, now));
        stream::iter(due)
            .for_each_concurrent(AT_ONCE, |key| self.check_retired_customer_key(key.project, key.provider, key.number))
            .await;
        Ok(())
    }
}
