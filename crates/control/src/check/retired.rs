//! Checking one customer key that is not the present one any more, while master keys are still under it: they follow its
//! validity (product.md 3.3). As for the present one, a definitive failure is confirmed about a second later before it
//! counts, and one check of a key is under way at a time. Must not know when checks are due.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use domain::customer_key::{CustomerKeyNumber, ProviderKind};
use domain::event::{Event, EventKind, KeyNews};
use domain::id::ProjectId;
use domain::validity::{CONFIRM_AFTER, Fact, Finding, Recheck, Step};
use providers::{Deadline, KeyProvider, Tokens};
use storage::{RetiredCustomerKey, ValidityOutcome};
use tokio::sync::watch;

use super::Observation;
use crate::{Control, Error};

/// A customer key that a project had.
type Retired = (ProjectId, ProviderKind, CustomerKeyNumber);

/// The checks under way. Whoever wants one of these waits for its sender to go.
#[derive(Debug, Default)]
pub(crate) struct RetiredChecksInFlight(Mutex<HashMap<Retired, watch::Receiver<()>>>);

impl Control {
    /// Checks a former customer key now, or joins the check under way, and returns when its finding is saved, a
    /// confirmation included.
    /// Cancel: safe; the check goes on and is saved.
    pub(crate) async fn check_retired_customer_key(
        &self,
        project: ProjectId,
        provider: ProviderKind,
        number: CustomerKeyNumber,
    ) {
        let mut done = self.begin_retired_check(project, provider, number);
        // The sender says nothing; it goes when the check is over.
        let _gone = done.changed().await;
    }

    /// Begins a check of a former customer key, or joins the one under way. The sender goes when its finding is
    /// saved, a confirmation included.
    pub(crate) fn begin_retired_check(
        &self,
        project: ProjectId,
        provider: ProviderKind,
        number: CustomerKeyNumber,
    ) -> watch::Receiver<()> {
        let retired = (project, provider, number);
        let mut checks = self.0.retired_checks.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(done) = checks.get(&retired) {
            return done.clone();
        }
        let (sender, done) = watch::channel(());
        checks.insert(retired, done.clone());
        let control = self.clone();
        self.tasks().spawn(async move {
            if let Err(error) = control.check_and_confirm_retired(retired).await {
                tracing::error!(%project, provider = provider.name(), %number, error = error.chain(), "check of a former customer key failed");
            }
            control.0.retired_checks.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&retired);
            drop(sender);
        });
        done
    }

    async fn check_and_confirm_retired(&self, retired: Retired) -> Result<(), Error> {
        let recheck = self.check_retired_once(retired, Tokens::MayBeCached).await?;
        if recheck == Some(Recheck::After(CONFIRM_AFTER)) {
            tokio::select! {
                () = tokio::time::sleep(CONFIRM_AFTER) => {}
                () = self.tasks().stopping() => return Ok(()),
            }
            self.check_retired_once(retired, Tokens::Fresh).await?;
        }
        Ok(())
    }

    /// Gives none if there is nothing to ask with any more, or somebody else's finding came first.
    async fn check_retired_once(&self, retired: Retired, tokens: Tokens) -> Result<Option<Recheck>, Error> {
        let (project, provider, number) = retired;
        let Some(stored) = self.store().retired_customer_key(project, provider, number).await? else {
            return Ok(None);
        };
        let Some(observation) = self.observe_retired(&stored, tokens).await else { return Ok(None) };
        let mass = self.mass_failure(&stored.validity, &observation).await?;
        let step = stored.validity.clone().observe(observation.finding, observation.at, mass);
        let told = self.events_of_retired(&stored, &step).await?;
        let row_revision = stored.row_revision;
        match self.store().save_retired_validity(project, provider, number, row_revision, &step.next, &told).await? {
            ValidityOutcome::Saved => {}
            ValidityOutcome::Stale => return Ok(None),
        }
        for event in &told {
            tracing::info!(%project, event = event.kind.name(), detail = event.detail, "former customer key");
        }
        Ok(Some(step.recheck))
    }

    async fn observe_retired(&self, stored: &RetiredCustomerKey, tokens: Tokens) -> Option<Observation> {
        let key = stored.key.as_ref()?;
        let at = self.check_begins();
        let (finding, public) = match self.open_routed(stored.project, key, stored.role.as_ref(), None) {
            Ok(opened) => {
                let deadline = Deadline::after(self.timings().check_deadline);
                (opened.check(tokens, deadline).await, opened.is_public())
            }
            Err(fault) => (Finding::Failed(fault.failure()), true),
        };
        self.observed().count_check(stored.provider, &finding);
        Some(Observation { finding, at, public })
    }

    /// Tells of the key alone: the settings name another one, and that one's checks tell of the network.
    async fn events_of_retired(&self, stored: &RetiredCustomerKey, step: &Step) -> Result<Vec<Event>, Error> {
        let (project, provider) = (stored.project, stored.provider);
        let kinds: Vec<EventKind> = step
            .facts
            .iter()
            .filter_map(|fact| match fact {
                Fact::KeyInvalid => Some(EventKind::KeyInvalid(provider)),
                Fact::KeyValid => Some(EventKind::KeyValid(provider)),
                Fact::NetworkDenied | Fact::NetworkRestored | Fact::ProofSucceeded | Fact::ProofFailed => None,
            })
            .collect();
        if kinds.is_empty() {
            return Ok(Vec::new());
        }
        let Some(org) = self.store().org_of_project(project).await? else { return Ok(Vec::new()) };
        let reason = step.next.failure().map(|failure| failure.reason);
        let detail = KeyNews { provider, reason, former: Some(stored.number) }.to_string();
        kinds.into_iter().map(|kind| self.event_by_us(org, project, kind, Some(detail.clone()))).collect()
    }
}
