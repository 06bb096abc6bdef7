//! Changing a project's setting: synchronous, and all or nothing over the providers.
//!
//! Read [`Control::update_encryption_at_rest`] straight down. Nothing is saved before every changed
//! candidate made its round trip, and everything is saved in one transaction. Source: product.md 1.4.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use domain::access::ProjectRole;
use domain::customer_key::{
    self, Applied, CustomerKey, CustomerKeyChange, EncryptionAtRest, EncryptionAtRestChange, EndpointRegions, Move,
    Patch, ProviderKind,
};
use domain::event::{Event, EventKind};
use domain::id::ProjectId;
use domain::private_endpoint::{KeyPath, awaiting_endpoint};
use domain::provider_role::ProviderRole;
use domain::validity::{Definite, Finding, MassFailure, Reason, Recheck, TransientReason, Validity};
use futures_util::future;
use providers::Deadline;
use storage::{CustomerKeyUse, NewValidity, Outcome, ProjectSnapshot, SaveSetting};

use super::prove::{place_of, refused};
use super::view::{EncryptionAtRestView, view_of};
use crate::check::Observation;
use crate::{Caller, Control, Error};

/// The projects being changed. On several replicas the store's revision decides between them.
#[derive(Debug, Default, Clone)]
pub(crate) struct UpdatesInFlight(Arc<Mutex<HashSet<ProjectId>>>);

struct UpdateInFlight {
    all: UpdatesInFlight,
    project: ProjectId,
}

impl UpdatesInFlight {
    fn begin(&self, project: ProjectId) -> Result<UpdateInFlight, Error> {
        let begun = self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(project);
        if begun { Ok(UpdateInFlight { all: self.clone(), project }) } else { Err(Error::UpdateInProgress) }
    }
}

impl Drop for UpdateInFlight {
    fn drop(&mut self) {
        self.all.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.project);
    }
}

impl Control {
    /// Changes a project's setting and gives it as it is then.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`, `UpdateInProgress`, `Conflict`, the refusals of
    /// [`customer_key::apply`], `CustomerKeyInUse`, `ProviderRole`, `RoleNotAuthorized`, `CandidateRefused`. Nothing is
    /// changed then.
    /// Cancel: nothing is changed, or all of it.
    pub async fn update_encryption_at_rest(
        &self,
        caller: &Caller,
        project: ProjectId,
        change: EncryptionAtRestChange,
    ) -> Result<EncryptionAtRestView, Error> {
        self.project_for(caller, project, ProjectRole::Owner).await?;
        let _in_flight = self.0.updates.begin(project)?;
        let snapshot = self.project_for(caller, project, ProjectRole::Owner).await?;
        let applied = self.decide(&snapshot, change).await?;
        self.require_one_left(&snapshot, &applied.moves).await?;
        if !applied.changed {
            return self.encryption_at_rest(caller, project).await;
        }
        let (proofs, roles) = self.prove(caller, &snapshot, &applied).await?;
        let saved = self.save(caller, &snapshot, &applied, proofs, roles).await?;
        // Made of what was saved and not read again: once it is durable, nothing may turn the answer
        // into a refusal.
        Ok(view_of(&applied.next, self.policy(), |provider| {
            let before = || snapshot.validities.get(&provider).map(|stored| &stored.validity);
            let validity = saved.get(&provider).map(|saved| &saved.validity).or_else(before);
            validity.and_then(Validity::last_definite) == Some(Definite::Valid)
        }))
    }

    /// Decides by the rules what a change amounts to, and refuses what stands against it here. No provider is asked.
    /// Errors: the refusals of [`customer_key::apply`], `ProviderRole`, `CustomerKeyInUse`.
    pub(super) async fn decide(
        &self,
        snapshot: &ProjectSnapshot,
        mut change: EncryptionAtRestChange,
    ) -> Result<Applied, Error> {
        let project = snapshot.project.id;
        for wanted in change.customer_keys.values_mut() {
            self.find_role(project, wanted).await?;
        }
        let invalid = snapshot.validities.iter().filter(|(_, stored)| stored.validity.is_invalid());
        let invalid = invalid.map(|(provider, _)| *provider).collect();
        let endpoints = self.endpoint_regions(project).await?;
        let activity = snapshot.project.activity;
        let applied = customer_key::apply(&snapshot.setting, change, self.policy(), &invalid, &endpoints, activity)?;
        self.require_unused(project, &applied).await?;
        self.require_nothing_lost(snapshot, &applied).await?;
        Ok(applied)
    }

    /// Finds the role of the project that a change names by its ARN, and names it by its id.
    async fn find_role(&self, project: ProjectId, wanted: &mut CustomerKeyChange) -> Result<(), Error> {
        if let CustomerKeyChange::AwsKms(aws) = wanted
            && let Some(arn) = aws.role_arn.take()
        {
            aws.role_id = Patch::Value(self.role_by_arn(project, &arn).await?);
        }
        Ok(())
    }

    /// Lists the regions in which a project has private endpoints, whatever their state, per provider.
    async fn endpoint_regions(&self, project: ProjectId) -> Result<EndpointRegions, Error> {
        let mut regions = EndpointRegions::new();
        for row in self.store().private_endpoints(project).await? {
            let of_it = regions.entry(row.region.provider().provider()).or_default();
            of_it.insert(row.region.as_str().to_owned());
        }
        Ok(regions)
    }

    /// Refuses to disable a provider whose customer key a cluster uses. The store asks again, where no cluster can come in
    /// between; here the names are told, and no provider is asked for nothing.
    async fn require_unused(&self, project: ProjectId, applied: &Applied) -> Result<(), Error> {
        for (provider, step) in &applied.moves {
            if *step == Move::Disable {
                let clusters = self.store().clusters_using(project, *provider).await?;
                if !clusters.is_empty() {
                    return Err(Error::CustomerKeyInUse { provider: *provider, clusters });
                }
            }
        }
        Ok(())
    }

    /// Refuses to disable the last provider if the project demands customer keys: a rule of all providers together. The
    /// store asks again.
    /// Errors: `Compliance`.
    pub(super) async fn require_one_left(
        &self,
        snapshot: &ProjectSnapshot,
        moves: &BTreeMap<ProviderKind, Move>,
    ) -> Result<(), Error> {
        let disabled = |provider: &ProviderKind| moves.get(provider) == Some(&Move::Disable);
        let mut after = snapshot.setting.customer_keys.keys().chain(moves.keys());
        if !moves.keys().any(disabled) || after.any(|provider| !disabled(provider)) {
            return Ok(());
        }
        self.require_provider_left(snapshot.project.id).await
    }

    /// Refuses to disable an invalid key while master keys or snapshots depend on it: the credentials that could bring
    /// them back would be destroyed. Nothing new comes under an invalid key, so this needs no lock.
    async fn require_nothing_lost(&self, snapshot: &ProjectSnapshot, applied: &Applied) -> Result<(), Error> {
        for (provider, step) in &applied.moves {
            let invalid = snapshot.validities.get(provider).is_some_and(|stored| stored.validity.is_invalid());
            if *step == Move::Disable && invalid {
                let uses = self.store().customer_key_uses(snapshot.project.id).await?;
                let needed =
                    |used: &CustomerKeyUse| used.provider == *provider && used.master_keys + used.snapshots > 0;
                if uses.iter().any(needed) {
                    return Err(Error::PresentKeyInvalid(*provider));
                }
            }
        }
        Ok(())
    }

    /// Proves every changed candidate at the same time, under one deadline. Gives the roles too that it proved them with.
    async fn prove(
        &self,
        caller: &Caller,
        snapshot: &ProjectSnapshot,
        applied: &Applied,
    ) -> Result<(BTreeMap<ProviderKind, Observation>, Vec<ProviderRole>), Error> {
        let project = snapshot.project.id;
        let mut candidates = Vec::new();
        for (provider, step) in &applied.moves {
            let Some(candidate) = applied.next.customer_keys.get(provider) else { continue };
            candidates.push((*provider, *step, candidate, self.authorized_role(project, candidate).await?));
        }
        let deadline = Deadline::after(self.timings().update_deadline);
        let proofs = candidates
            .iter()
            .map(|(_, step, candidate, role)| self.prove_candidate(project, candidate, *step, role.as_ref(), deadline));
        let proofs = future::try_join_all(proofs).await?;
        let (mut proved, mut roles) = (BTreeMap::new(), Vec::new());
        for ((provider, step, candidate, role), observation) in candidates.into_iter().zip(proofs) {
            let observation = awaiting(snapshot, candidate, observation);
            if let Finding::Failed(failure) = &observation.finding
                && !may_stay_unknown(snapshot, provider, step, failure.reason)
            {
                let detail = format!("{}: {}", provider.title(), failure.reason.code());
                self.tell_refusal(caller, snapshot, detail).await;
                let role = candidate.provider_role();
                return Err(refused(provider, project, role, place_of(candidate), failure.clone()));
            }
            proved.insert(provider, observation);
            roles.extend(role);
        }
        Ok((proved, roles))
    }

    pub(super) async fn authorized_role(
        &self,
        project: ProjectId,
        candidate: &CustomerKey,
    ) -> Result<Option<ProviderRole>, Error> {
        let Some(id) = candidate.provider_role() else { return Ok(None) };
        let role = self.store().provider_role(project, id).await?;
        role.filter(|role| role.authorized_at.is_some()).map(Some).ok_or(Error::RoleNotAuthorized(id))
    }

    async fn save(
        &self,
        caller: &Caller,
        snapshot: &ProjectSnapshot,
        applied: &Applied,
        proofs: BTreeMap<ProviderKind, Observation>,
        roles: Vec<ProviderRole>,
    ) -> Result<BTreeMap<ProviderKind, NewValidity>, Error> {
        let project = snapshot.project.id;
        let detail = describe(applied, snapshot.setting.enabled_for_search_nodes);
        let updated =
            self.event_by(caller, snapshot.project.org, project, EventKind::ConfigurationUpdated, Some(detail))?;
        let mut events = vec![updated];
        for (provider, step) in &applied.moves {
            match step {
                Move::ChangeKey => {
                    let detail = Some(format!("{}: every master key is wrapped anew", provider.title()));
                    let kind = EventKind::KeyRotationStarted;
                    events.push(self.event_by(caller, snapshot.project.org, project, kind, detail)?);
                }
                Move::Enable | Move::ChangeCredentials | Move::ChangeOptions | Move::Disable => {}
            }
        }
        let mut validities = BTreeMap::new();
        for (provider, observation) in proofs {
            let step = applied.moves.get(&provider).copied();
            let (saved, told) = self.proved_validity(snapshot, provider, step, observation).await?;
            events.extend(told);
            validities.insert(provider, saved);
        }
        events.extend(self.cluster_events_of_paths(snapshot, &kept_paths(snapshot, &applied.next)).await?);
        let save = SaveSetting {
            expected_revision: snapshot.setting.revision,
            next: &applied.next,
            moves: &applied.moves,
            roles,
            validities: validities.clone(),
            events,
            at: self.now(),
        };
        match self.store().save_encryption_at_rest(save).await? {
            Outcome::Saved => {}
            Outcome::Conflict => return Err(Error::Conflict),
            Outcome::InUse => {
                self.require_unused(project, applied).await?;
                self.require_one_left(snapshot, &applied.moves).await?;
                let endpoints = self.endpoint_regions(project).await?;
                customer_key::require_no_endpoints(&snapshot.setting, &applied.next, &endpoints)?;
                // What stood against it is gone again.
                return Err(Error::Conflict);
            }
        }
        self.check_turned_paths(snapshot, &applied.next).await;
        for (provider, step) in &applied.moves {
            if *step != Move::ChangeOptions {
                self.providers().forget(project, *provider);
            }
        }
        Ok(validities)
    }

    /// Has keys checked whose path turned private while the change was under way: the endpoint that became active made a
    /// check due at once, and the change has put it off. Losing this costs no more than waiting for the regular check.
    async fn check_turned_paths(&self, before: &ProjectSnapshot, next: &EncryptionAtRest) {
        let waits = |(provider, key): &(&ProviderKind, &CustomerKey)| {
            key.requires_private_networking() && !before.path(**provider).is_private()
        };
        let waiting: Vec<ProviderKind> =
            next.customer_keys.iter().filter(waits).map(|(provider, _)| *provider).collect();
        if waiting.is_empty() {
            return;
        }
        if let Ok(Some(now)) = self.store().project_snapshot(before.project.id).await {
            for provider in waiting.into_iter().filter(|provider| now.path(*provider).is_private()) {
                let _goes_on = self.begin_check(before.project.id, provider);
            }
        }
    }

    async fn proved_validity(
        &self,
        snapshot: &ProjectSnapshot,
        provider: ProviderKind,
        step: Option<Move>,
        observation: Observation,
    ) -> Result<(NewValidity, Vec<Event>), Error> {
        let before = match (step, snapshot.validities.get(&provider)) {
            (Some(Move::Enable), _) | (_, None) => Validity::unchecked(),
            // What was known of the key before says nothing about another one.
            (Some(Move::ChangeKey), Some(stored)) if observation.finding != Finding::Usable => {
                Validity { state: Validity::unchecked().state, ..stored.validity.clone() }
            }
            (_, Some(stored)) => stored.validity.clone(),
        };
        let proved = observation.finding == Finding::Usable;
        let at = observation.at;
        let observed = before.observe(observation.finding, at, MassFailure::No);
        let events = self.events_of(snapshot, provider, &observed).await?;
        let validity = Validity { awaiting_proof: !proved, ..observed.next };
        Ok((NewValidity { validity, next_check_at: self.next_check_at(at, Recheck::Regularly)? }, events))
    }

    /// Records that a candidate was refused. Losing this record must not turn the refusal into a 500.
    async fn tell_refusal(&self, caller: &Caller, snapshot: &ProjectSnapshot, detail: String) {
        let kind = EventKind::ConfigurationValidationFailed;
        let recorded = match self.event_by(caller, snapshot.project.org, snapshot.project.id, kind, Some(detail)) {
            Ok(event) => self.store().record_events(&[event]).await.map_err(Error::from),
            Err(error) => Err(error),
        };
        if let Err(error) = recorded {
            tracing::warn!(project = %snapshot.project.id, error = error.chain(), "a refused candidate was not recorded");
        }
    }
}

/// Reads a refusal of our network as what it is for a candidate that requires private networking and has no endpoint
/// yet: the vault is closed to the public already, and the first endpoint will tell (product.md 5.3).
pub(super) fn awaiting(snapshot: &ProjectSnapshot, candidate: &CustomerKey, observation: Observation) -> Observation {
    if !observation.public {
        return observation;
    }
    let finding = awaiting_endpoint(observation.finding, candidate, &snapshot.path(candidate.provider()));
    Observation { finding, ..observation }
}

/// Gives the paths that stay private after a change of the settings: those whose key still requires it.
fn kept_paths(snapshot: &ProjectSnapshot, next: &EncryptionAtRest) -> BTreeMap<ProviderKind, KeyPath> {
    let required = |provider| next.customer_keys.get(provider).is_some_and(CustomerKey::requires_private_networking);
    let kept = snapshot.paths.iter().filter(|(provider, _)| required(*provider));
    kept.map(|(provider, path)| (*provider, path.clone())).collect()
}

/// Decides whether a change is saved without proof: one whose vault only an endpoint can reach that is still to come,
/// and other credentials of a key that we know nothing definite about now, when again we could not find out.
pub(super) fn may_stay_unknown(snapshot: &ProjectSnapshot, provider: ProviderKind, step: Move, reason: Reason) -> bool {
    if reason == Reason::Transient(TransientReason::AwaitingEndpoint) {
        return true;
    }
    let unknown = snapshot.validities.get(&provider).is_some_and(|stored| stored.validity.is_unknown());
    unknown && step == Move::ChangeCredentials && !reason.is_definite()
}

/// Says what changed, without a value.
fn describe(applied: &Applied, search_nodes_before: bool) -> String {
    let mut parts: Vec<String> = applied
        .moves
        .iter()
        .map(|(provider, step)| {
            let what = match step {
                Move::Enable => "enabled",
                Move::ChangeKey => "customer key changed",
                Move::ChangeCredentials => "credentials changed",
                Move::ChangeOptions => "options changed",
                Move::Disable => "disabled",
            };
            format!("{}: {what}", provider.title())
        })
        .collect();
    match (search_nodes_before, applied.next.enabled_for_search_nodes) {
        (false, true) => parts.push("search nodes: on".to_owned()),
        (true, false) => parts.push("search nodes: off".to_owned()),
        (true, true) | (false, false) => {}
    }
    parts.join("; ")
}
