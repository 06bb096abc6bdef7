//! Forgets what has expired: access tokens, used-up nonces, enrolment tokens, leave to read a key, and old notices.
//! Running it twice changes nothing.

use std::time::Duration;

use crate::{Control, Error};

/// How often. Expired rows are refused anyway; this only keeps the tables small.
const EVERY: Duration = Duration::from_secs(60);

/// How long an enrolment token is kept once it was used or its hour is over. Long enough for its answer to be repeated
/// (10 minutes), and for a node that comes late to hear why it is refused.
const ENROLMENT_TOKENS_KEPT: Duration = Duration::from_secs(24 * 3600);

/// How long alerts that are over can be read.
const ALERTS_KEPT: Duration = Duration::from_secs(90 * 24 * 3600);
/// How many of them go at once.
const ALERTS_AT_ONCE: i64 = 10_000;

pub(super) async fn run(control: Control) {
    loop {
        if let Err(error) = purge(&control).await {
            tracing::warn!(error = error.chain(), "expired rows were not purged; trying again");
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = control.tasks().stopping() => return,
        }
    }
}

async fn purge(control: &Control) -> Result<(), Error> {
    control.store().purge_access_tokens(control.now()).await?;
    control.store().purge_burned_nonces(control.now()).await?;
    control.store().purge_enrolment_tokens(control.now() - ENROLMENT_TOKENS_KEPT).await?;
    control.store().purge_release_grants(control.now()).await?;
    control.forget_old_notices(control.now()).await?;
    control.store().trim_alerts(control.now() - ALERTS_KEPT, ALERTS_AT_ONCE).await?;
    Ok(())
}
