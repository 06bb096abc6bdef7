//! When a cluster may begin or cease to use a customer key. No cluster is switched on without a key that is
//! proven to work, nor off without one that its nodes can still read with (product.md 2.4, 4.1).

use std::sync::Arc;

use domain::customer_key::ProviderKind;
use domain::validity::State;
use storage::{ProjectSnapshot, StoredValidity};

use crate::error::NotProven;
use crate::{Control, Error};

impl Control {
    /// Makes sure that a project has a provider's customer key and that it works, as freshly checked as for
    /// a read. A vault that waits for its first private endpoint is not proven. Gives the project as it was read last.
    /// Errors: `CustomerKeyNotEnabled`, `CustomerKeyNotProven`.
    pub(super) async fn require_proven(
        &self,
        snapshot: &Arc<ProjectSnapshot>,
        provider: ProviderKind,
    ) -> Result<Arc<ProjectSnapshot>, Error> {
        let project = snapshot.project.id;
        if !snapshot.setting.customer_keys.contains_key(&provider) {
            return Err(Error::CustomerKeyNotEnabled { project, provider });
        }
        let (snapshot, stored) = self.fresh_validity(snapshot, provider).await?;
        match &stored.validity.state {
            State::Valid => Ok(snapshot),
            State::Unknown { .. } | State::Suspect { .. } | State::Held { .. } | State::Invalid { .. } => {
                Err(not_proven(provider, &stored))
            }
        }
    }

    /// Makes sure that a provider's customer key is not known to be lost: nodes need it to read their data.
    /// Errors: `CustomerKeyNotProven`.
    pub(super) async fn require_not_lost(
        &self,
        snapshot: &Arc<ProjectSnapshot>,
        provider: ProviderKind,
    ) -> Result<(), Error> {
        let (_, stored) = self.fresh_validity(snapshot, provider).await?;
        if stored.validity.is_invalid() { Err(not_proven(provider, &stored)) } else { Ok(()) }
    }

    async fn fresh_validity(
        &self,
        snapshot: &Arc<ProjectSnapshot>,
        provider: ProviderKind,
    ) -> Result<(Arc<ProjectSnapshot>, StoredValidity), Error> {
        let project = snapshot.project.id;
        let snapshot = if self.freshen(snapshot, &[provider]).await {
            self.store().project_snapshot(project).await?.ok_or(Error::ProjectNotFound(project))?
        } else {
            snapshot.clone()
        };
        let stored = snapshot.validities.get(&provider).cloned();
        // Disabled while it was checked.
        let gone = || Error::CustomerKeyNotEnabled { project, provider };
        let stored = stored.ok_or_else(gone)?;
        Ok((snapshot, stored))
    }
}

fn not_proven(provider: ProviderKind, stored: &StoredValidity) -> Error {
    let failure = stored.validity.failure().cloned();
    Error::CustomerKeyNotProven(Box::new(NotProven { provider, failure }))
}
