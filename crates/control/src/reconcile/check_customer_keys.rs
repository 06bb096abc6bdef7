//! The sweep: checks every customer key when it is due, each distinct key and credential once.
//!
//! Due keys are claimed in batches, so several processes share the work and a dead one's claims lapse.
//! Checks run side by side in a bounded number of slots: a provider that hangs holds a slot until its
//! deadline and delays nobody else. Findings are saved in batches: a quiet minute costs few commits.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::future::ready;
use std::sync::Arc;
use std::time::Duration;

use domain::customer_key::ProviderKind;
use domain::id::ProjectId;
use domain::master_key::lease::BootTime;
use domain::time::Timestamp;
use domain::validity::State;
use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use providers::Tokens;
use storage::{Claim, Fingerprint, ProjectSnapshot, StoredValidity, ValidityUpdate, WorkKind, validity_work};
use tokio::sync::oneshot;
use tokio::time::Instant;

use crate::check::Observation;
use crate::{Control, Error, random};

/// How many checks run at once.
const SLOTS: usize = 256;
/// How many slots must be free before the next keys are claimed early, so that claims stay few.
const WORTH_A_CLAIM: usize = 64;
/// How long a claim holds: well above a check's deadline and the wait for its batch.
const CLAIM: Duration = Duration::from_secs(60);
/// The longest wait between two claims; a due key waits at most this long for a free slot.
const NAP: Duration = Duration::from_millis(250);
/// How long a finding waits for others to be saved with it.
const GATHER: Duration = Duration::from_millis(50);
/// How many findings are saved at once at most.
const BATCH: usize = 256;

pub(super) async fn run(control: Control) {
    let mut name = [0; 8];
    if let Err(error) = random(&mut name) {
        tracing::error!(error = error.chain(), "the sweep of customer keys cannot start");
        return;
    }
    let sweep = Sweep {
        control,
        owner: hex::encode(name),
        recent: HashMap::new(),
        waiting: HashMap::new(),
        under_way: FuturesUnordered::new(),
        found: Vec::new(),
        claim_at: Instant::now(),
        save_at: None,
    };
    sweep.run().await;
}

struct Sweep {
    control: Control,
    /// Names this process in claims.
    owner: String,
    /// The latest finding per distinct key and credential, so that projects sharing one share its check.
    recent: HashMap<Fingerprint, Observation>,
    /// Checks that wait for one under way, of the same key with the same credentials.
    waiting: HashMap<Fingerprint, Vec<Arc<Due>>>,
    under_way: FuturesUnordered<BoxFuture<'static, Found>>,
    /// Findings that wait to be saved.
    found: Vec<Found>,
    claim_at: Instant,
    save_at: Option<Instant>,
}

/// One claimed check.
struct Due {
    claim: Claim,
    provider: ProviderKind,
    snapshot: ProjectSnapshot,
    /// When the snapshot was read.
    read: BootTime,
}

/// One check that was made. No observation: the provider was disabled meanwhile.
struct Found {
    due: Arc<Due>,
    observation: Option<Observation>,
    /// Whose key's waiting checks this one answers.
    leads: Option<Fingerprint>,
}

impl Due {
    fn stored(&self) -> Option<&StoredValidity> {
        self.snapshot.validities.get(&self.provider)
    }

    /// Gives what this check has in common with those it may share an answer with: a suspect is confirmed by its own
    /// check, never by another's answer, and a private path says nothing about anybody else's.
    fn shared(&self) -> Option<Fingerprint> {
        self.stored().filter(|_| !self.confirms() && self.is_public()).map(|stored| stored.fingerprint)
    }

    fn is_public(&self) -> bool {
        !self.snapshot.path(self.provider).is_private()
    }

    /// Tells whether an observation is news to this key.
    fn is_older_than(&self, observation: &Observation) -> bool {
        let checked_at = self.stored().and_then(|stored| stored.validity.checked_at);
        checked_at.is_none_or(|checked_at| observation.at > checked_at)
    }

    /// Tells whether a first definitive finding waits for this check.
    fn confirms(&self) -> bool {
        self.stored().is_some_and(|stored| matches!(stored.validity.state, State::Suspect { .. } | State::Held { .. }))
    }
}

impl Sweep {
    async fn run(mut self) {
        loop {
            let save_at = self.save_at.unwrap_or(self.claim_at);
            tokio::select! {
                () = self.control.tasks().stopping() => return,
                Some(found) = self.under_way.next() => {
                    self.answer_waiting(&found);
                    self.found.push(found);
                    self.save_at.get_or_insert(Instant::now() + GATHER);
                }
                () = tokio::time::sleep_until(self.claim_at) => {}
                () = tokio::time::sleep_until(save_at), if self.save_at.is_some() => {}
            }
            let stumbled = match self.turn().await {
                Ok(()) => continue,
                Err(error) => error,
            };
            tracing::warn!(error = stumbled.chain(), "the sweep of customer keys stumbled; going on");
        }
    }

    async fn turn(&mut self) -> Result<(), Error> {
        let now = Instant::now();
        if self.found.len() >= BATCH || self.save_at.is_some_and(|at| at <= now) {
            self.save_at = None;
            let found = std::mem::take(&mut self.found);
            self.save(found).await?;
        }
        let free = SLOTS.saturating_sub(self.under_way.len());
        if free > 0 && self.claim_at <= now {
            // Set first: a store that fails must not be asked again at once.
            self.claim_at = now + NAP;
            if self.claim(free).await? >= WORTH_A_CLAIM {
                self.claim_at = now;
            }
        }
        Ok(())
    }

    /// Claims due keys and starts their checks. Gives how many.
    async fn claim(&mut self, free: usize) -> Result<usize, Error> {
        let now = self.control.now();
        self.control.observed().beat(now);
        self.forget_old_findings(now);
        let limit = i64::try_from(free).unwrap_or(i64::MAX);
        let kind = WorkKind::ValidityCheck;
        let claims = self.control.store().claim_due(kind, now, &self.owner, limit, CLAIM).await?;
        let claimed = claims.len();
        for due in load(&self.control, claims).await? {
            if let Some(recent) = answered_by(&self.recent, &self.control, &due, now) {
                self.under_way.push(Box::pin(ready(Found { due, observation: Some(recent), leads: None })));
                continue;
            }
            let shared = due.shared();
            match shared.map(|shared| self.waiting.entry(shared)) {
                Some(Entry::Occupied(mut waiting)) => waiting.get_mut().push(due),
                Some(Entry::Vacant(nobody)) => {
                    nobody.insert(Vec::new());
                    self.start(due, shared);
                }
                None => self.start(due, None),
            }
        }
        Ok(claimed)
    }

    /// Starts a check in a task of its own: it may read the store, and one that nobody polls while the sweep itself waits
    /// for the store would keep a connection to it from everybody.
    fn start(&self, due: Arc<Due>, leads: Option<Fingerprint>) {
        let (control, asked) = (self.control.clone(), Arc::clone(&due));
        let (told, observed) = oneshot::channel();
        self.control.tasks().spawn(async move {
            let observation = tokio::select! {
                observation = ask(&control, &asked) => observation,
                () = control.tasks().stopping() => None,
            };
            // At the end nobody waits for it.
            let _nobody_waits = told.send(observation);
        });
        self.under_way.push(Box::pin(async move { Found { due, observation: observed.await.ok().flatten(), leads } }));
    }

    /// Gives a finding to the checks that waited for it. Those it says nothing to are made after all.
    fn answer_waiting(&mut self, found: &Found) {
        let waiting = found.leads.and_then(|shared| self.waiting.remove(&shared)).unwrap_or_default();
        for due in waiting {
            match found.observation.as_ref().filter(|found| found.public && due.is_older_than(found)) {
                Some(observation) => {
                    self.found.push(Found { due, observation: Some(observation.clone()), leads: None });
                }
                None => self.start(due, None),
            }
        }
    }

    async fn save(&mut self, found: Vec<Found>) -> Result<(), Error> {
        let mut updates = Vec::with_capacity(found.len());
        for Found { due, observation, leads: _ } in found {
            let Some(observation) = observation else { continue };
            if let Some(stored) = due.stored().filter(|_| observation.public) {
                self.recent.insert(stored.fingerprint, observation.clone());
            }
            if let Some((update, _)) = self.control.take_in(&due.snapshot, due.provider, observation).await? {
                updates.push(ValidityUpdate { claim: Some(due.claim.clone()), ..update });
            }
        }
        self.control.save_validities(&updates).await
    }

    fn forget_old_findings(&mut self, now: Timestamp) {
        let every = self.control.timings().check_every;
        self.recent.retain(|_, observation| now.since(observation.at) < every);
    }
}

/// Gives the answer of another project's check of the same key with the same credentials, if it is
/// young enough and both leave publicly. A suspect is confirmed by its own check, never by another's old answer. The next
/// check counts from that older one, so sharing never makes an answer older than the interval.
fn answered_by(
    recent: &HashMap<Fingerprint, Observation>,
    control: &Control,
    due: &Due,
    now: Timestamp,
) -> Option<Observation> {
    let stored = due.stored()?;
    let found = recent.get(&stored.fingerprint)?;
    let young = now.since(found.at) < control.timings().check_every / 2;
    (due.is_older_than(found) && young && due.is_public() && !due.confirms()).then(|| found.clone())
}

async fn ask(control: &Control, due: &Due) -> Option<Observation> {
    let tokens = if due.confirms() { Tokens::Fresh } else { Tokens::MayBeCached };
    control.observe_customer_key(&due.snapshot, due.read, due.provider, tokens).await
}

async fn load(control: &Control, claims: Vec<Claim>) -> Result<Vec<Arc<Due>>, Error> {
    if claims.is_empty() {
        return Ok(Vec::new());
    }
    let named: Vec<(Claim, ProjectId, ProviderKind)> = claims
        .into_iter()
        .filter_map(|claim| validity_work(&claim.id).map(|(project, provider)| (claim, project, provider)))
        .collect();
    let projects: Vec<ProjectId> = named.iter().map(|(_, project, _)| *project).collect();
    let read = control.boot_now();
    let snapshots = control.store().project_snapshots(&projects).await?;
    let snapshots: HashMap<ProjectId, ProjectSnapshot> =
        snapshots.into_iter().map(|snapshot| (snapshot.project.id, snapshot)).collect();
    let due = named.into_iter().filter_map(|(claim, project, provider)| {
        let snapshot = snapshots.get(&project)?.clone();
        Some(Arc::new(Due { claim, provider, snapshot, read }))
    });
    Ok(due.collect())
}
