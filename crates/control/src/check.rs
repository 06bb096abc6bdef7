//! Checking one customer key: ask its provider, take the finding into its validity, save both with
//! the events they make. One check of a key is under way at a time; whoever asks meanwhile waits for
//! it. Must not know when checks are due; that is the sweep's and the readers' matter.

mod retired;

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use domain::customer_key::ProviderKind;
use domain::event::{self, Event, KeyNews};
use domain::id::ProjectId;
use domain::master_key::lease::BootTime;
use domain::private_endpoint::awaiting_endpoint;
use domain::time::Timestamp;
use domain::validity::{CONFIRM_AFTER, Finding, MassFailure, Recheck, State, Step, Validity, mass_failure};
use providers::{Deadline, KeyProvider, Tokens};
use storage::{ProjectSnapshot, ValidityOutcome, ValidityUpdate};
use tokio::sync::watch;

use crate::key_path::Seen;
use crate::{Control, Error, random};

pub(crate) use retired::RetiredChecksInFlight;

/// The checks under way. Whoever wants one of these waits for its sender to go.
#[derive(Debug, Default)]
pub(crate) struct ChecksInFlight(Mutex<HashMap<(ProjectId, ProviderKind), watch::Receiver<()>>>);

/// A finding, and when the check that made it began.
#[derive(Debug, Clone)]
pub(crate) struct Observation {
    pub(crate) finding: Finding,
    pub(crate) at: Timestamp,
    /// Whether the provider was asked by its public address: what that says holds for nobody whose path is private.
    pub(crate) public: bool,
}

impl Control {
    /// Checks a key now, or joins the check under way, and returns when its finding is saved.
    /// Cancel: safe; the check goes on and is saved.
    pub(crate) async fn check_customer_key(&self, project: ProjectId, provider: ProviderKind) {
        let mut done = self.begin_check(project, provider);
        // The sender says nothing; it goes when the check is over.
        let _gone = done.changed().await;
    }

    /// Begins a check of a key, or joins the one under way. The sender goes when its finding is saved, a confirmation
    /// included.
    pub(crate) fn begin_check(&self, project: ProjectId, provider: ProviderKind) -> watch::Receiver<()> {
        let mut checks = self.0.checks.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(done) = checks.get(&(project, provider)) {
            return done.clone();
        }
        let (sender, done) = watch::channel(());
        checks.insert((project, provider), done.clone());
        self.spawn_check(project, provider, sender);
        done
    }

    fn spawn_check(&self, project: ProjectId, provider: ProviderKind, done: watch::Sender<()>) {
        let control = self.clone();
        self.tasks().spawn(async move {
            if let Err(error) = control.check_and_confirm(project, provider).await {
                tracing::error!(%project, provider = provider.name(), error = error.chain(), "check of a customer key failed");
            }
            control.0.checks.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&(project, provider));
            drop(done);
        });
    }

    async fn check_and_confirm(&self, project: ProjectId, provider: ProviderKind) -> Result<(), Error> {
        let recheck = self.check_once(project, provider, Tokens::MayBeCached).await?;
        if recheck == Some(Recheck::After(CONFIRM_AFTER)) {
            tokio::select! {
                () = tokio::time::sleep(CONFIRM_AFTER) => {}
                () = self.tasks().stopping() => return Ok(()),
            }
            self.check_once(project, provider, Tokens::Fresh).await?;
        }
        Ok(())
    }

    async fn check_once(
        &self,
        project: ProjectId,
        provider: ProviderKind,
        tokens: Tokens,
    ) -> Result<Option<Recheck>, Error> {
        let read = self.boot_now();
        let Some(snapshot) = self.store().project_snapshot(project).await? else { return Ok(None) };
        let Some(observation) = self.observe_customer_key(&snapshot, read, provider, tokens).await else {
            return Ok(None);
        };
        let Some((mut update, recheck)) = self.take_in(&snapshot, provider, observation).await? else {
            return Ok(None);
        };
        if recheck == Recheck::After(CONFIRM_AFTER) {
            // Confirmed by this task; by the sweep only if this process does not live to do it.
            update.next_check_at = update.next_check_at + self.timings().check_deadline;
        }
        self.save_validities(&[update]).await?;
        Ok(Some(recheck))
    }

    /// Asks the provider once, by the path that the project's key calls take. The snapshot was read at `read`. Gives
    /// none if the provider is not enabled; whatever it does is a finding.
    pub(crate) async fn observe_customer_key(
        &self,
        snapshot: &ProjectSnapshot,
        read: BootTime,
        provider: ProviderKind,
        tokens: Tokens,
    ) -> Option<Observation> {
        let key = snapshot.setting.customer_keys.get(&provider)?;
        let role = key.provider_role().and_then(|role| snapshot.roles.get(&role));
        let at = self.check_begins();
        let seen = Some(Seen::of(snapshot, key, read));
        let (finding, public) = match self.open_routed(snapshot.project.id, key, role, seen) {
            Ok(opened) => {
                let deadline = Deadline::after(self.timings().check_deadline);
                (opened.check(tokens, deadline).await, opened.is_public())
            }
            Err(fault) => (Finding::Failed(fault.failure()), true),
        };
        self.observed().count_check(provider, &finding);
        Some(Observation { finding, at, public })
    }

    /// Takes an observation into the stored validity. Gives none if the key is not configured any more.
    pub(crate) async fn take_in(
        &self,
        snapshot: &ProjectSnapshot,
        provider: ProviderKind,
        observation: Observation,
    ) -> Result<Option<(ValidityUpdate, Recheck)>, Error> {
        let Some(stored) = snapshot.validities.get(&provider) else { return Ok(None) };
        let mass = self.mass_failure(&stored.validity, &observation).await?;
        let finding = match snapshot.setting.customer_keys.get(&provider) {
            Some(key) if observation.public => awaiting_endpoint(observation.finding, key, &snapshot.path(provider)),
            Some(_) | None => observation.finding,
        };
        let step = stored.validity.clone().observe(finding, observation.at, mass);
        if mass == MassFailure::Yes && matches!(step.next.state, State::Held { .. }) {
            tracing::error!(
                provider = provider.name(),
                "many customer keys fail at once: they are held at Unknown for a minute"
            );
        }
        let events = self.events_of(snapshot, provider, &step).await?;
        let next_check_at = self.next_check_at(observation.at, step.recheck)?;
        let update = ValidityUpdate {
            project: snapshot.project.id,
            provider,
            expected_row_revision: stored.row_revision,
            key_revision: stored.key_revision,
            next: step.next,
            next_check_at,
            claim: None,
            events,
        };
        Ok(Some((update, step.recheck)))
    }

    /// Saves a batch. A stale update is dropped: somebody saved a newer finding or other settings.
    pub(crate) async fn save_validities(&self, updates: &[ValidityUpdate]) -> Result<(), Error> {
        for update in updates {
            for event in &update.events {
                tracing::info!(project = %update.project, event = event.kind.name(), detail = event.detail, "customer key");
            }
        }
        let outcomes = self.store().save_validities(updates).await?;
        let stale = outcomes.iter().filter(|outcome| **outcome == ValidityOutcome::Stale).count();
        if stale > 0 {
            tracing::debug!(stale, "findings came too late to count");
        }
        Ok(())
    }

    async fn mass_failure(&self, before: &Validity, observation: &Observation) -> Result<MassFailure, Error> {
        let confirming = matches!(before.state, State::Suspect { .. });
        let definite = matches!(&observation.finding, Finding::Failed(failure) if failure.reason.is_definite());
        if !(confirming && definite) {
            return Ok(MassFailure::No);
        }
        let since = observation.at - domain::validity::HOLD_FOR;
        let (turned, all) =
            tokio::try_join!(self.store().doubted_customer_keys(since), self.store().distinct_customer_keys(),)?;
        let count = |number: i64| usize::try_from(number).unwrap_or(0);
        Ok(mass_failure(count(turned), count(all)))
    }

    /// Makes the events that a finding is told by: those of the key, and those of the clusters that it stops or lets run
    /// again.
    /// Errors: those of the store.
    pub(crate) async fn events_of(
        &self,
        snapshot: &ProjectSnapshot,
        provider: ProviderKind,
        step: &Step,
    ) -> Result<Vec<Event>, Error> {
        let reason = step.next.failure().map(|failure| failure.reason);
        let detail = KeyNews { provider, reason, former: None }.to_string();
        let kinds = step.facts.iter().flat_map(|fact| event::kinds_of(*fact, provider));
        let of_key =
            kinds.map(|kind| self.event_by_us(snapshot.project.org, snapshot.project.id, *kind, Some(detail.clone())));
        let mut told: Vec<Event> = of_key.collect::<Result<_, Error>>()?;
        told.extend(self.cluster_events_of_key(snapshot, provider, &step.facts, &detail).await?);
        Ok(told)
    }

    /// Decides when to look again. Regular checks are spread by a tenth either way.
    pub(crate) fn next_check_at(&self, at: Timestamp, recheck: Recheck) -> Result<Timestamp, Error> {
        match recheck {
            Recheck::After(wait) => Ok(at + wait),
            Recheck::Regularly => {
                let mut dice = [0; 2];
                random(&mut dice)?;
                Ok(at + spread(self.timings().check_every, u16::from_le_bytes(dice)))
            }
        }
    }
}

/// Spreads an interval by a tenth either way; `dice` is evenly random.
fn spread(every: Duration, dice: u16) -> Duration {
    every * 9 / 10 + every / 5 * u32::from(dice) / u32::from(u16::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regular_checks_are_spread_by_a_tenth() {
        let minute = Duration::from_secs(60);
        assert_eq!(spread(minute, 0), Duration::from_secs(54));
        assert_eq!(spread(minute, u16::MAX), Duration::from_secs(66));
    }
}
