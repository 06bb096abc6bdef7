//! One step of one private endpoint: read the row, ask the cloud, save what changed. A step can end anywhere, by a kill
//! too, and the next one goes on: what may exist in the cloud is written down before the cloud is asked for it, and is
//! asked for by a name that never changes. Must not know when steps are due.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use domain::customer_key::ProviderKind;
use domain::event::Event;
use domain::id::PrivateEndpointId;
use domain::private_endpoint::{EndpointState, KeyPath, PrivateEndpoint, PrivateProvider, Route};
use providers::private_endpoint::Asked;
use storage::{Claim, EndpointStep, Outcome, ProjectSnapshot};
use tokio::sync::{OnceCell, Semaphore};
use tokio::time::Instant;

use super::change::{Change, Finding, change};
use super::look::{Look, keyless, unplaced};
use super::removal::{abandoned, needs_no_removal, succeeded};
use crate::{Control, Error, random_id};

/// How long work waits that has nothing to do.
const IDLE: Duration = Duration::from_secs(24 * 3600);

/// What a process remembers of endpoints from one step to the next. Losing it costs a few questions to the cloud.
#[derive(Debug)]
pub struct EndpointMemory {
    /// When a removal was accepted.
    pub(super) removals: Moments,
    /// When an endpoint was first found absent.
    pub(super) absences: Moments,
    /// When the name of a connection was last asked for.
    pub(super) names: Moments,
    instance: OnceCell<String>,
    /// Lets one path be changed at a time.
    paths: Semaphore,
}

impl Default for EndpointMemory {
    fn default() -> Self {
        let (removals, absences, names) = Default::default();
        Self { removals, absences, names, instance: OnceCell::new(), paths: Semaphore::new(1) }
    }
}

/// When something happened to an endpoint, on a clock that nobody sets.
#[derive(Debug, Default)]
pub(super) struct Moments(Mutex<HashMap<PrivateEndpointId, Instant>>);

impl Moments {
    /// How long a moment is remembered.
    const KEPT: Duration = Duration::from_secs(3600);

    pub(super) fn note(&self, id: PrivateEndpointId) {
        let mut moments = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        moments.retain(|_, moment| moment.elapsed() < Self::KEPT);
        moments.insert(id, Instant::now());
    }

    pub(super) fn age(&self, id: PrivateEndpointId) -> Option<Duration> {
        let moments = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        moments.get(&id).map(Instant::elapsed)
    }

    /// Gives how long ago it happened first, which may be now.
    pub(super) fn first(&self, id: PrivateEndpointId) -> Duration {
        self.age(id).unwrap_or_else(|| {
            self.note(id);
            Duration::ZERO
        })
    }

    pub(super) fn forget(&self, id: PrivateEndpointId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
    }
}

impl Control {
    /// Takes one step with a claimed private endpoint and ends the claim.
    /// Errors: those of the store; the claim then holds on until it ends by itself.
    /// Cancel: safe; whatever the step did in the cloud is found by the next one.
    pub async fn step_private_endpoint(&self, memory: &EndpointMemory, claim: &Claim) -> Result<(), Error> {
        let id = claim.id.parse::<PrivateEndpointId>().ok();
        let seen = match id {
            Some(id) => self.store().private_endpoint(id).await?,
            None => None,
        };
        let Some(seen) = seen else {
            let _held = self.store().finish_work(claim, self.now() + IDLE).await?;
            return Ok(());
        };
        let (now, begins) = (self.now(), seen.start_at);
        if seen.state == EndpointState::Initiating && now < begins {
            return self.put_off(claim, &seen, begins.since(now)).await;
        }
        if now + 2 * self.timings().endpoint_call > claim.until {
            // This process stood still, or its clock was set: others may have the work by now.
            let _held = self.store().release_work(claim).await?;
            return Ok(());
        }
        let Some(snapshot) = self.store().project_snapshot(seen.project).await? else {
            return self.put_off(claim, &seen, IDLE).await;
        };
        let finding = self.find_out(memory, &seen, &snapshot).await?;
        let successor = PrivateEndpointId::from_random(random_id()?);
        let change = change(&seen, finding, successor, self.now(), self.timings());
        if change.is_none(&seen) {
            return self.put_off(claim, &seen, change.wait).await;
        }
        self.save_step(memory, claim, &seen, &snapshot, &change).await
    }

    /// Ends a claim of a row that stays as it is. If the row changed meanwhile, it is due at once; if the claim was lost,
    /// somebody else decides when.
    async fn put_off(&self, claim: &Claim, seen: &PrivateEndpoint, wait: Duration) -> Result<(), Error> {
        let now = self.now();
        let next = Some(seen);
        let nothing = EndpointStep {
            claim,
            seen,
            next,
            successor: None,
            next_due: now + wait,
            told: &[],
            at: now,
            check_at: None,
        };
        let _outcome = self.store().save_private_endpoint_step(nothing).await?;
        Ok(())
    }

    /// Asks the cloud what its state calls for.
    async fn find_out(
        &self,
        memory: &EndpointMemory,
        seen: &PrivateEndpoint,
        snapshot: &ProjectSnapshot,
    ) -> Result<Finding, Error> {
        let going = match seen.state {
            EndpointState::Failed => return Ok(Finding::nothing(seen.cloud.clone())),
            EndpointState::PendingRecreation if seen.cloud.resource_gone => {
                return Ok(succeeded(seen, &self.store().private_endpoints(seen.project).await?));
            }
            EndpointState::PendingRecreation | EndpointState::Deleting => true,
            EndpointState::Initiating | EndpointState::PendingAcceptance | EndpointState::Active => false,
        };
        if going && let Some(gone) = needs_no_removal(seen) {
            return Ok(gone);
        }
        let placed = self.providers().place(&seen.region);
        if !placed && !going {
            return Ok(unplaced(seen));
        }
        // Azure names its resources so that one is found without its place.
        let known = seen.region.provider() == PrivateProvider::AzureKeyVault && seen.cloud.resource.is_some();
        if !placed && !known {
            return Ok(abandoned(seen));
        }
        let Some(key) = snapshot.setting.customer_keys.get(&seen.region.provider().provider()) else {
            return Ok(keyless(seen));
        };
        let instance = memory.instance.get_or_try_init(|| self.instance_id()).await?;
        let look = Look { control: self, memory, seen, snapshot, key, instance };
        Ok(match seen.state {
            // On the heap: what is needed to speak to a cloud is large.
            EndpointState::Initiating => Box::pin(look.make()).await,
            EndpointState::PendingAcceptance | EndpointState::Active | EndpointState::Failed => {
                Box::pin(look.watch()).await
            }
            EndpointState::PendingRecreation | EndpointState::Deleting => Box::pin(look.remove()).await,
        })
    }

    /// Saves what a step changed, with everything that follows from it, and ends the claim.
    async fn save_step(
        &self,
        memory: &EndpointMemory,
        claim: &Claim,
        seen: &PrivateEndpoint,
        snapshot: &ProjectSnapshot,
        change: &Change,
    ) -> Result<(), Error> {
        let now = self.now();
        let mut told = Vec::new();
        for (kind, detail) in &change.told {
            told.push(self.event_by_us(snapshot.project.org, seen.project, *kind, Some(detail.clone()))?);
        }
        let moves_path = change.moves_path(seen);
        // One at a time, so that what the first one does to clusters is told once.
        let alone = if moves_path { memory.paths.acquire().await.ok() } else { None };
        if moves_path {
            told.extend(self.told_of_clusters(seen, change.next.as_ref()).await?);
        }
        let step = EndpointStep {
            claim,
            seen,
            next: change.next.as_ref(),
            successor: change.successor.as_ref(),
            next_due: now + change.wait,
            told: &told,
            at: now,
            check_at: moves_path.then_some(now),
        };
        let saved = self.store().save_private_endpoint_step(step).await?;
        drop(alone);
        match saved {
            Outcome::Saved => {
                note(seen, change);
                if change.next.is_none() {
                    for moments in [&memory.removals, &memory.absences, &memory.names] {
                        moments.forget(seen.id);
                    }
                }
                Ok(())
            }
            Outcome::Conflict | Outcome::InUse => self.clear_up(memory, seen, snapshot).await,
        }
    }

    /// Removes what was asked for when nobody wants it any more: somebody deleted the row meanwhile, found nothing in the
    /// cloud and let it go, or is about to.
    async fn clear_up(
        &self,
        memory: &EndpointMemory,
        seen: &PrivateEndpoint,
        snapshot: &ProjectSnapshot,
    ) -> Result<(), Error> {
        let left = self.store().private_endpoint(seen.id).await?;
        let unwanted = left.as_ref().is_none_or(|row| row.state == EndpointState::Deleting);
        if seen.state != EndpointState::Initiating || !seen.cloud.asked || !unwanted {
            return Ok(());
        }
        let Some(key) = snapshot.setting.customer_keys.get(&seen.region.provider().provider()) else { return Ok(()) };
        let instance = memory.instance.get_or_try_init(|| self.instance_id()).await?;
        let look = Look { control: self, memory, seen, snapshot, key, instance };
        let asked = self.providers().remove_endpoint(&look.wanted(seen), look.deadline()).await;
        if let Asked::Refused(why) | Asked::Later { why, .. } = asked
            && left.is_none()
        {
            tracing::error!(
                project = %seen.project,
                endpoint = %seen.id,
                resource = seen.resource_name(),
                why = why.as_str(),
                "a private endpoint may be left in the cloud that nobody wants any more: remove it by hand"
            );
        }
        Ok(())
    }

    /// Tells which clusters are disabled by the paths as they will be, or are no more.
    async fn told_of_clusters(
        &self,
        seen: &PrivateEndpoint,
        next: Option<&PrivateEndpoint>,
    ) -> Result<Vec<Event>, Error> {
        let Some(snapshot) = self.store().project_snapshot(seen.project).await? else { return Ok(Vec::new()) };
        let rows = self.store().private_endpoints(seen.project).await?;
        let after = paths_after(&snapshot.paths, &rows, seen, next);
        self.cluster_events_of_paths(&snapshot, &after).await
    }
}

/// Gives the paths as they are once the row is as it will be.
fn paths_after(
    before: &BTreeMap<ProviderKind, KeyPath>,
    rows: &[PrivateEndpoint],
    seen: &PrivateEndpoint,
    next: Option<&PrivateEndpoint>,
) -> BTreeMap<ProviderKind, KeyPath> {
    let provider = seen.region.provider();
    let staying = rows.iter().filter(|row| row.id != seen.id).chain(next);
    let mut active: Vec<_> =
        staying.filter(|row| row.state == EndpointState::Active && row.region.provider() == provider).collect();
    active.sort_by_key(|row| (row.created_at, row.id));
    let mut after = before.clone();
    if active.is_empty() && !before.contains_key(&provider.provider()) {
        return after;
    }
    let routes = active.into_iter().map(|row| Route {
        endpoint: row.id,
        region: row.region.clone(),
        addresses: row.cloud.addresses.clone(),
        dns_name: row.cloud.dns_name.clone(),
    });
    after.insert(provider.provider(), KeyPath::Private(routes.collect()));
    after
}

/// Logs what became of an endpoint, one line a change of state.
fn note(seen: &PrivateEndpoint, change: &Change) {
    let (region, provider) = (seen.region.as_str(), seen.region.provider().name());
    let state = change.next.as_ref().map(|next| next.state);
    if state == Some(seen.state) {
        return;
    }
    let why = change.next.as_ref().and_then(|next| next.error_message.as_deref());
    tracing::info!(
        project = %seen.project,
        endpoint = %seen.id,
        provider,
        region,
        from = seen.state.name(),
        to = state.map_or("gone", EndpointState::name),
        successor = change.successor.as_ref().map(|made| tracing::field::display(made.id)),
        why,
        "private endpoint"
    );
}
