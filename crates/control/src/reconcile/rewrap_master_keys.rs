//! Re-wraps master keys after their customer key changed (product.md 4.4): whatever is under an older customer key is
//! taken straight to the present one, from wherever it is.
//!
//! Nothing is remembered between two passes but how long to wait: which master keys are left is asked of the store each
//! time, and each one is moved by itself. So a pass can end anywhere, by a kill too, and the next one goes on. A claim
//! keeps several processes from doing the same work twice; that no key is lost does not depend on it. A customer key
//! that nothing needs any more has its credentials destroyed.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::customer_key::{CustomerKeyNumber, ProviderKind};
use domain::event::EventKind;
use domain::id::ProjectId;
use domain::master_key::MasterKeyId;
use domain::rotation::Rotation;
use domain::validity::Reason;
use futures_util::{StreamExt, future, stream};
use providers::Deadline;
use storage::{Claim, Outcome, ProjectSnapshot, StoreError, WorkKind, validity_work};
use tokio::sync::Semaphore;
use tokio::time::Instant;

use crate::key_path::RoutedKey;
use crate::rotation::rewrap::{Move, Rewrapped, Stuck};
use crate::{Control, Error, random};

/// How many master keys are re-wrapped at once.
const AT_ONCE: usize = 8;
/// How many rotations are worked on at once.
const ROTATIONS: i64 = 4;
/// How many master keys are listed at once.
const PAGE: i64 = 256;
/// How long a claim holds: longer than a pass.
const CLAIM: Duration = Duration::from_secs(60);
/// How long a pass begins with further master keys. The rest is for the next pass.
const BUDGET: Duration = Duration::from_secs(30);
/// How long one master key may take: with [`BUDGET`] less than [`CLAIM`].
const PATIENCE: Duration = Duration::from_secs(20);
/// How often in a row a customer key may refuse before the rest of what it protects waits for the next pass.
const REFUSALS: u32 = 16;
/// How often to look whether there is something to do.
const NAP: Duration = Duration::from_millis(250);
/// How long to wait after a pass that did not get through; each further one twice as long.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// The longest such wait.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// How long work waits that has nothing to do.
const IDLE: Duration = Duration::from_secs(3600);

pub(super) async fn run(control: Control) {
    let mut name = [0; 8];
    if let Err(error) = random(&mut name) {
        tracing::error!(error = error.chain(), "the re-wrapping of master keys cannot start");
        return;
    }
    let mut worker =
        Worker { control, owner: hex::encode(name), slots: Semaphore::new(AT_ONCE), failed: HashMap::new() };
    loop {
        if let Err(error) = worker.turn().await {
            tracing::warn!(error = error.chain(), "the re-wrapping of master keys stumbled; going on");
        }
        tokio::select! {
            () = tokio::time::sleep(NAP) => {}
            () = worker.control.tasks().stopping() => return,
        }
    }
}

struct Worker {
    control: Control,
    /// Names this process in claims.
    owner: String,
    /// Bounds what all rotations ask of providers at once.
    slots: Semaphore,
    /// How many passes in a row did not get through, per piece of work.
    failed: HashMap<String, u32>,
}

/// How a pass ended.
enum Pass {
    /// The rotation is over, or there is none.
    Over,
    /// There is more to do.
    More,
    /// Something stands in the way.
    Failed,
}

impl Worker {
    async fn turn(&mut self) -> Result<(), Error> {
        let (kind, now) = (WorkKind::Rotation, self.control.now());
        // A look costs no write.
        if self.control.store().next_due(kind).await?.is_none_or(|due| due > now) {
            return Ok(());
        }
        let claims = self.control.store().claim_due(kind, now, &self.owner, ROTATIONS, CLAIM).await?;
        let passes = claims.iter().map(|claim| pass(&self.control, &self.slots, claim));
        let ended = future::join_all(passes).await;
        for (claim, ended) in claims.iter().zip(ended) {
            self.put_off(claim, ended).await?;
        }
        Ok(())
    }

    async fn put_off(&mut self, claim: &Claim, ended: Result<Pass, Error>) -> Result<(), Error> {
        let wait = match ended {
            Ok(Pass::Over) => {
                self.failed.remove(&claim.id);
                IDLE
            }
            Ok(Pass::More) => {
                self.failed.remove(&claim.id);
                Duration::ZERO
            }
            Ok(Pass::Failed) => self.pause(&claim.id),
            Err(error) => {
                tracing::warn!(work = claim.id, error = error.chain(), "a re-wrapping of master keys stumbled");
                self.pause(&claim.id)
            }
        };
        // If the claim was lost, or the work is done and gone, this changes nothing.
        let _held = self.control.store().finish_work(claim, self.control.now() + wait).await?;
        Ok(())
    }

    fn pause(&mut self, work: &str) -> Duration {
        let failed = self.failed.entry(work.to_owned()).or_default();
        let wait = pause_after(*failed);
        *failed = failed.saturating_add(1);
        wait
    }
}

/// How long to wait when so many passes before this one did not get through either.
fn pause_after(failed: u32) -> Duration {
    FIRST_PAUSE.saturating_mul(1 << failed.min(16)).min(LONGEST_PAUSE)
}

/// Works on one rotation until nothing is left, something stands in the way, or its time is over.
async fn pass(control: &Control, slots: &Semaphore, claim: &Claim) -> Result<Pass, Error> {
    let Some((project, provider)) = validity_work(&claim.id) else { return Ok(Pass::Over) };
    let Some(rotation) = control.store().unfinished_rotation(project, provider).await? else { return Ok(Pass::Over) };
    let Some(snapshot) = control.store().project_snapshots(&[project]).await?.pop() else { return Ok(Pass::Over) };
    let mover = match Mover::new(control, &snapshot, provider, slots) {
        Ok(mover) => mover,
        Err(why) => {
            control.note_what_stands_in_the_way(&rotation, Some(why)).await?;
            return Ok(Pass::Failed);
        }
    };
    let listed_all = mover.move_all().await?;
    control.forget_customer_keys(project, provider).await?;
    let stuck = mover.into_words();
    if stuck.is_none() && listed_all && control.finish_rotation(&snapshot, &rotation).await? {
        return Ok(Pass::Over);
    }
    let ended = if stuck.is_some() { Pass::Failed } else { Pass::More };
    control.note_what_stands_in_the_way(&rotation, stuck).await?;
    Ok(ended)
}

impl Control {
    /// Ends a rotation if no master key is left under an older customer key. Tells whether it is over.
    async fn finish_rotation(&self, snapshot: &ProjectSnapshot, rotation: &Rotation) -> Result<bool, Error> {
        let provider = rotation.provider;
        let detail =
            format!("customer key {} took over from {}: {} master keys", rotation.to, rotation.from, rotation.total);
        let kind = EventKind::KeyRotated(provider);
        let told = [self.event_by_us(snapshot.project.org, rotation.project, kind, Some(detail))?];
        let over = match self.store().finish_rotation(rotation.id, self.now(), &told).await? {
            Outcome::Saved => {
                tracing::info!(project = %rotation.project, provider = provider.name(), "every master key is under the new customer key");
                true
            }
            Outcome::InUse => false,
            // A later one took over, and has work of its own.
            Outcome::Conflict => return Ok(false),
        };
        Ok(over)
    }

    async fn note_what_stands_in_the_way(&self, rotation: &Rotation, stuck: Option<String>) -> Result<(), Error> {
        if rotation.last_failure == stuck {
            return Ok(());
        }
        if let Some(stuck) = &stuck {
            tracing::warn!(project = %rotation.project, provider = rotation.provider.name(), stuck, "a re-wrapping of master keys is stalled");
        }
        // A rotation that is over by now needs no note.
        let _noted = self.store().note_rotation_failure(rotation.id, stuck.as_deref()).await?;
        Ok(())
    }

    /// Destroys the credentials of customer keys that nothing is wrapped by any more.
    pub(super) async fn forget_customer_keys(&self, project: ProjectId, provider: ProviderKind) -> Result<(), Error> {
        let forgotten = self.store().forget_unneeded_retired_customer_keys(project, provider).await?;
        if forgotten > 0 {
            tracing::info!(%project, provider = provider.name(), forgotten, "credentials of former customer keys were destroyed");
        }
        Ok(())
    }
}

/// Moves the master keys of one project and provider.
struct Mover<'m> {
    control: &'m Control,
    snapshot: &'m ProjectSnapshot,
    provider: ProviderKind,
    number: CustomerKeyNumber,
    to: RoutedKey,
    slots: &'m Semaphore,
    begun: Instant,
    found: Mutex<Found>,
}

/// What a pass found.
#[derive(Default)]
struct Found {
    /// The customer keys that master keys come from, as far as they were needed; none without credentials.
    from: BTreeMap<CustomerKeyNumber, Option<Arc<RoutedKey>>>,
    /// What each of these said.
    said: BTreeMap<CustomerKeyNumber, Said>,
    /// What the present customer key said.
    wrapping: Said,
    /// Master keys whose bytes do not open.
    broken: Vec<MasterKeyId>,
}

/// How a customer key answered in this pass.
#[derive(Default)]
struct Said {
    refused_in_a_row: u32,
    /// Why it refused last, if it ever did.
    reason: Option<Reason>,
}

impl Said {
    /// Tells whether to ask no more: one refusal can be about one master key, many in a row are about the customer's.
    const fn gave_up(&self) -> bool {
        self.refused_in_a_row >= REFUSALS
    }

    const fn worked(&mut self) {
        self.refused_in_a_row = 0;
    }

    const fn refused(&mut self, reason: Reason) {
        self.refused_in_a_row = self.refused_in_a_row.saturating_add(1);
        self.reason = Some(reason);
    }
}

impl<'m> Mover<'m> {
    /// Opens the present customer key.
    /// Errors: why it cannot be opened, in our words.
    fn new(
        control: &'m Control,
        snapshot: &'m ProjectSnapshot,
        provider: ProviderKind,
        slots: &'m Semaphore,
    ) -> Result<Self, String> {
        let (key, stored) = (snapshot.setting.customer_keys.get(&provider), snapshot.validities.get(&provider));
        let (Some(key), Some(stored)) = (key, stored) else {
            return Err(format!("{} is disabled; enable it to go on", provider.title()));
        };
        let number = stored.number;
        let role = key.provider_role().and_then(|role| snapshot.roles.get(&role));
        let opened = control.open_routed(snapshot.project.id, key, role, None);
        let to = opened.map_err(|fault| {
            format!("the present customer key, {number}, cannot be reached: {}", fault.failure().reason.code())
        })?;
        let found = Mutex::default();
        Ok(Self { control, snapshot, provider, number, to, slots, begun: Instant::now(), found })
    }

    /// Moves what is left, page by page. Tells whether it came to the end of the list.
    async fn move_all(&self) -> Result<bool, Error> {
        let mut after = None;
        loop {
            let (project, number) = (self.snapshot.project.id, self.number);
            let page = self.control.store().master_keys_to_rewrap(project, self.provider, number, after, PAGE).await?;
            let Some(last) = page.last().copied() else { return Ok(true) };
            let moves = stream::iter(page).map(|id| self.move_one(id)).buffer_unordered(AT_ONCE);
            let all_begun = moves
                .fold(Ok(true), |all: Result<bool, Error>, one| future::ready(all.and_then(|all| Ok(one? && all))))
                .await?;
            if !all_begun {
                return Ok(false);
            }
            after = Some(last);
        }
    }

    /// Moves one master key. Tells whether it was tried: not any more when the time is over, or when nobody is
    /// there to wrap it.
    async fn move_one(&self, id: MasterKeyId) -> Result<bool, Error> {
        let Ok(_slot) = self.slots.acquire().await else { return Ok(false) };
        let stopping = self.control.tasks().stop_signal().is_cancelled();
        if stopping || self.begun.elapsed() >= BUDGET || self.found().wrapping.gave_up() {
            return Ok(false);
        }
        let stored = match self.control.store().master_key(id).await {
            Ok(Some(stored)) => stored,
            Ok(None) => return Ok(true),
            Err(StoreError::Corrupt { .. } | StoreError::Sealed { .. }) => {
                tracing::error!(master_key = %id, "the row of a master key was changed by somebody else");
                self.found().broken.push(id);
                return Ok(true);
            }
            Err(error) => return Err(error.into()),
        };
        let Some(wrapped) = &stored.wrapped else { return Ok(true) };
        if wrapped.customer_key == self.number || wrapped.provider != self.provider {
            return Ok(true);
        }
        let number = wrapped.customer_key;
        if self.found().said.get(&number).is_some_and(Said::gave_up) {
            return Ok(true);
        }
        let Some(from) = self.opened(number).await? else { return Ok(true) };
        let step = Move { from: from.as_ref(), to: &self.to, number: self.number };
        let moved = self.control.rewrap_master_key(&stored.key, wrapped, &step, Deadline::after(PATIENCE)).await;
        self.take_in(number, moved)?;
        Ok(true)
    }

    fn take_in(&self, number: CustomerKeyNumber, moved: Result<Rewrapped, Stuck>) -> Result<(), Error> {
        let mut found = self.found();
        match moved {
            Ok(Rewrapped::Moved | Rewrapped::Overtaken) => {
                found.wrapping.worked();
                found.said.entry(number).or_default().worked();
            }
            Err(Stuck::NotUnwrapped(failure)) => found.said.entry(number).or_default().refused(failure.reason),
            Err(Stuck::NotWrapped(failure)) => found.wrapping.refused(failure.reason),
            Err(Stuck::Broken(id)) => {
                tracing::error!(master_key = %id, "a master key does not open: its row or its data key was changed");
                found.broken.push(id);
            }
            Err(Stuck::NotProven(id)) => {
                tracing::error!(master_key = %id, "a customer key gave back another data key than it had wrapped");
                found.broken.push(id);
            }
            Err(Stuck::Us(error)) => return Err(error),
        }
        Ok(())
    }

    /// Opens a former customer key, once a pass.
    async fn opened(&self, number: CustomerKeyNumber) -> Result<Option<Arc<RoutedKey>>, Error> {
        if let Some(known) = self.found().from.get(&number) {
            return Ok(known.clone());
        }
        let project = self.snapshot.project.id;
        let retired = self.control.store().retired_customer_key(project, self.provider, number).await?;
        let opened = retired.as_ref().and_then(|retired| {
            let key = retired.key.as_ref()?;
            Some(self.control.open_routed(project, key, retired.role.as_ref(), None))
        });
        let mut found = self.found();
        let opened = match opened {
            Some(Ok(opened)) => Some(Arc::new(opened)),
            Some(Err(fault)) => {
                found.said.entry(number).or_default().refused(fault.failure().reason);
                None
            }
            None => None,
        };
        found.from.insert(number, opened.clone());
        Ok(opened)
    }

    fn found(&self) -> std::sync::MutexGuard<'_, Found> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says what stands in the way, in our words alone. Nothing, if nothing does.
    fn into_words(self) -> Option<String> {
        let Found { from, said, wrapping, broken } = self.found.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut words = Vec::new();
        if let Some(reason) = wrapping.reason {
            words.push(format!("the present customer key, {}, does not wrap: {}", self.number, reason.code()));
        }
        for (number, said) in &said {
            if let Some(reason) = said.reason {
                words.push(format!("customer key {number} does not unwrap: {}", reason.code()));
            }
        }
        for number in from
            .iter()
            .filter(|(number, opened)| opened.is_none() && !said.contains_key(number))
            .map(|(number, _)| number)
        {
            words.push(format!("customer key {number} has no credentials any more; configure that key once more"));
        }
        if let Some(first) = broken.first() {
            let mut text = format!("master key {first} does not open");
            if broken.len() > 1 {
                let _infallible = write!(text, ", and {} more", broken.len().saturating_sub(1));
            }
            words.push(text);
        }
        (!words.is_empty()).then(|| words.join("; "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::validity::{DefiniteReason, TransientReason};

    #[test]
    fn waits_longer_after_each_failed_pass_and_a_minute_at_most() {
        for (failed, seconds) in [(0, 1), (1, 2), (2, 4), (5, 32), (6, 60), (7, 60), (1000, 60)] {
            assert_eq!(pause_after(failed), Duration::from_secs(seconds), "after {failed}");
        }
    }

    #[test]
    fn a_pass_is_over_before_its_claim() {
        assert!(BUDGET + PATIENCE < CLAIM);
    }

    #[test]
    fn a_customer_key_is_given_up_after_refusals_in_a_row() {
        let (away, denied) =
            (Reason::Transient(TransientReason::Throttled), Reason::Definite(DefiniteReason::AccessDenied));
        let mut said = Said::default();
        for _ in 1..REFUSALS {
            said.refused(away);
            assert!(!said.gave_up());
        }
        said.worked();
        said.refused(denied);
        assert!(!said.gave_up(), "one that works begins the count again");
        for _ in 1..REFUSALS {
            said.refused(away);
        }
        assert!(said.gave_up());
        assert_eq!(said.reason, Some(away));
    }
}
