//! Wipes the sealed bytes of master keys whose time is over: destroyed long ago, or of a cluster that was deleted long
//! ago, and needed by no snapshot (product.md 3.7). Running it twice changes nothing.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use domain::event::EventKind;
use domain::master_key::MasterKeyId;
use storage::{Outcome, StoreError, StoredMasterKey};

use crate::{Control, Error};

/// How often to look. Bytes that wait a minute longer than their 30 days harm nobody.
const EVERY: Duration = Duration::from_secs(60);
/// How many are listed at once.
const PAGE: i64 = 256;

pub(super) async fn run(control: Control) {
    loop {
        if let Err(error) = control.purge_master_keys().await {
            tracing::warn!(error = error.chain(), "master keys were not purged; trying again");
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = control.tasks().stopping() => return,
        }
    }
}

impl Control {
    /// Wipes every master key whose time is over, and gives how many.
    /// Errors: those of the store; what was wiped before stays so.
    /// Cancel: safe; the next run goes on.
    pub async fn purge_master_keys(&self) -> Result<u64, Error> {
        let mut purged: u64 = 0;
        let mut providers = BTreeSet::new();
        loop {
            let now = self.now();
            let due = self.store().master_keys_to_purge(now, self.kept_since(), PAGE).await?;
            let mut wiped = false;
            for id in &due {
                if let Some(stored) = self.purge(*id).await? {
                    (wiped, purged) = (true, purged.saturating_add(1));
                    providers.extend(stored.wrapped.iter().map(|wrapped| (stored.key.project, wrapped.provider)));
                }
            }
            // A page of which none could be wiped would come again and again.
            if !wiped || self.tasks().stop_signal().is_cancelled() {
                break;
            }
        }
        for (project, provider) in providers {
            self.forget_customer_keys(project, provider).await?;
        }
        Ok(purged)
    }

    /// Wipes one. Gives it as it was, unless somebody was faster or a snapshot needs it.
    async fn purge(&self, id: MasterKeyId) -> Result<Option<Arc<StoredMasterKey>>, Error> {
        let stored = match self.store().master_key(id).await {
            Ok(Some(stored)) => stored,
            Ok(None) => return Ok(None),
            // Somebody changed its row. It is left for whoever finds out, and holds up no other.
            Err(StoreError::Corrupt { .. } | StoreError::Sealed { .. }) => {
                tracing::error!(master_key = %id, "the row of a master key was changed by somebody else");
                return Ok(None);
            }
            Err(error) => return Err(error.into()),
        };
        let key = &stored.key;
        let Some(org) = self.store().org_of_project(key.project).await? else { return Ok(None) };
        let detail = Some(format!("master key {id} of node {}", key.owner.node));
        let told = [self.event_by_us(org, key.project, EventKind::MasterKeyPurged, detail)?];
        Ok(match self.store().purge_master_key(id, key.revision, self.now(), &told).await? {
            Outcome::Saved => Some(stored),
            Outcome::Conflict | Outcome::InUse => None,
        })
    }
}
