//! Forgets what has expired: access tokens and used-up nonces. Running it twice changes nothing.

use std::time::Duration;

use crate::{Control, Error};

/// How often. Expired rows are refused anyway; this only keeps the tables small.
const EVERY: Duration = Duration::from_secs(60);

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
    Ok(())
}
