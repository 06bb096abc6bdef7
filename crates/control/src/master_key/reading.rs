//! What the store says about the customer key behind a master key, not older than a second, in the words of leases.
//! Must not know what is decided by it.

use std::sync::Arc;
use std::time::Duration;

use domain::customer_key::{CustomerKey, ProviderKind};
use domain::master_key::backing::Backing;
use domain::master_key::lease::{BootTime, Reading};
use domain::master_key::wrapped::WrappedKey;
use domain::time::Timestamp;
use domain::validity::{State, Validity};
use providers::RoleFault;
use quick_cache::sync::Cache;
use storage::{ProjectSnapshot, RetiredCustomerKey, StoredMasterKey};
use tokio::sync::watch;

use super::CustomerKeyId;
use crate::key_path::{RoutedKey, Seen};
use crate::{Control, Error};

/// How old a copy can be where others write to the database too. Half of what the rule allows, so that what is decided
/// by it is decided in time.
const COPY_MAX_AGE: Duration = Duration::from_millis(500);
/// How many checks and customer keys are remembered.
const CAPACITY: usize = 20_000;

/// What is remembered between two readings.
#[derive(Debug)]
pub(super) struct Readings {
    /// When checks began that this process made: on the clock since boot, by the time of day.
    begun: Cache<Timestamp, BootTime>,
    successes: Cache<CustomerKeyId, Success>,
}

/// The last successful check of a customer key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Success {
    generation: i64,
    checked_at: Timestamp,
    start: BootTime,
}

/// Where a customer key stands, as the store says.
#[derive(Debug, Clone)]
pub(crate) struct Standing {
    pub(crate) of: CustomerKeyId,
    pub(crate) reading: Reading,
    snapshot: Arc<ProjectSnapshot>,
    key: Which,
    checked_at: Option<Timestamp>,
}

/// Which of the project's customer keys it is.
#[derive(Debug, Clone)]
enum Which {
    /// The one in use.
    Current,
    /// One that was in use before.
    Retired(Arc<RetiredCustomerKey>),
    /// None that the store knows at this instant.
    Nowhere,
}

impl Readings {
    pub(super) fn empty() -> Self {
        Self { begun: Cache::new(CAPACITY), successes: Cache::new(CAPACITY) }
    }

    /// Notes that a check begins. If the time of day comes twice, the earlier one counts.
    fn note(&self, at: Timestamp, boot_now: BootTime) {
        if self.begun.get(&at).is_none() {
            self.begun.insert(at, boot_now);
        }
    }

    /// Gives the start of the last successful check on the clock since boot. A check of another process is brought over
    /// from the store's clock. Remembers it, because a failed check
    /// that follows overwrites the store's.
    fn last_success(
        &self,
        of: CustomerKeyId,
        validity: &Validity,
        generation: i64,
        store_now: Timestamp,
        now: BootTime,
    ) -> Option<BootTime> {
        let known = self.successes.get(&of).filter(|known| known.generation == generation);
        let (State::Valid, Some(checked_at)) = (&validity.state, validity.checked_at) else {
            return known.map(|known| known.start);
        };
        let before = known.filter(|known| known.checked_at == checked_at).map(|known| known.start);
        let begun = self.begun.get(&checked_at).map(|begun| before.map_or(begun, |before| before.min(begun)));
        let start = begun.or_else(|| BootTime::of_check(checked_at, store_now, now, before))?;
        let success = Success { generation, checked_at, start };
        if known != Some(success) {
            self.successes.insert(of, success);
        }
        Some(start)
    }
}

impl Standing {
    /// Tells whether the customer key was last checked longer ago than this.
    pub(super) fn is_older_than(&self, freshness: Duration, now: Timestamp) -> bool {
        self.checked_at.is_none_or(|at| now.since(at) > freshness)
    }

    /// Tells whether there is nothing to reach the customer key with any more.
    pub(super) fn is_bare(&self) -> bool {
        self.customer_key().is_none()
    }

    /// Gives the key's settings with its credentials, if we have them.
    fn customer_key(&self) -> Option<&CustomerKey> {
        match &self.key {
            Which::Current => self.snapshot.setting.customer_keys.get(&self.of.provider),
            Which::Retired(retired) => retired.key.as_ref(),
            Which::Nowhere => None,
        }
    }
}

impl Control {
    /// Tells the time, at which a check of a customer key begins.
    pub(crate) fn check_begins(&self) -> Timestamp {
        let at = self.now();
        self.keys().readings.note(at, self.boot_now());
        at
    }

    /// Reads where the customer key stands that a master key is wrapped by.
    /// Errors: those of the store; `NotFound` if the project is gone.
    pub(crate) async fn standing(&self, of: CustomerKeyId) -> Result<Standing, Error> {
        let now = self.boot_now();
        let standing = self.standing_since(of, now.minus(COPY_MAX_AGE)).await?;
        // A copy from before a change of keys may not know the one that came.
        match standing.key {
            Which::Nowhere => self.standing_since(of, now).await,
            Which::Current | Which::Retired(_) => Ok(standing),
        }
    }

    /// Reads it as it is now, or was since this call began.
    /// Errors: as `standing`.
    pub(super) async fn fresh_standing(&self, of: CustomerKeyId) -> Result<Standing, Error> {
        self.standing_since(of, self.boot_now()).await
    }

    /// Reads it from what was read of the store since a moment, or reads the store.
    async fn standing_since(&self, of: CustomerKeyId, since: BootTime) -> Result<Standing, Error> {
        let (snapshot, read) = self.snapshot_since(of.project, since).await?;
        let CustomerKeyId { project, provider, number } = of;
        if let Some(stored) = snapshot.validities.get(&provider).filter(|stored| stored.number == number) {
            let (validity, key_revision) = (&stored.validity, stored.key_revision);
            let (reading, checked_at) = self.read_validity(of, validity, key_revision, stored.definite_since, read);
            return Ok(Standing { of, reading, key: Which::Current, checked_at, snapshot });
        }
        let Some(retired) = self.store().retired_customer_key(project, provider, number).await? else {
            let reading = Reading { backing: Backing::Unknown, generation: 0, last_success: None, read };
            return Ok(Standing { of, reading, key: Which::Nowhere, checked_at: None, snapshot });
        };
        let (mut reading, checked_at) =
            self.read_validity(of, &retired.validity, retired.key_revision, retired.definite_since, read);
        if retired.key.is_none() {
            // Its credentials were destroyed when the provider was disabled.
            reading.backing = Backing::Lost { since: retired.retired_at };
        }
        Ok(Standing { of, reading, key: Which::Retired(retired), checked_at, snapshot })
    }

    fn read_validity(
        &self,
        of: CustomerKeyId,
        validity: &Validity,
        key_revision: i64,
        definite_since: Option<Timestamp>,
        read: BootTime,
    ) -> (Reading, Option<Timestamp>) {
        let (now, boot_now) = (self.now(), self.boot_now());
        let generation = generation(key_revision, validity.generation);
        let last_success = self.keys().readings.last_success(of, validity, generation, now, boot_now);
        let since = definite_since.or(validity.checked_at).unwrap_or(now);
        (Reading { backing: Backing::of(validity, since), generation, last_success, read }, validity.checked_at)
    }

    /// Opens a customer key as it stands, by the path that its calls take. None if its credentials are gone.
    pub(crate) fn open_customer_key(&self, standing: &Standing) -> Option<Result<RoutedKey, RoleFault>> {
        let key = standing.customer_key()?;
        let role = key.provider_role();
        let role = role.and_then(|role| match &standing.key {
            Which::Current | Which::Nowhere => standing.snapshot.roles.get(&role),
            Which::Retired(retired) => retired.role.as_ref(),
        });
        let seen = Some(Seen::of(&standing.snapshot, key, standing.reading.read));
        Some(self.open_routed(standing.of.project, key, role, seen))
    }

    /// Begins a check of the customer key, or joins the one under way. Who waits for it waits until it is saved.
    pub(super) fn begin_check_of(&self, standing: &Standing) -> Option<watch::Receiver<()>> {
        let CustomerKeyId { project, provider, number } = standing.of;
        match &standing.key {
            Which::Current => Some(self.begin_check(project, provider)),
            Which::Retired(retired) if retired.key.is_some() => {
                Some(self.begin_retired_check(project, provider, number))
            }
            Which::Retired(_) | Which::Nowhere => None,
        }
    }

    /// Has the customer key checked if it was not lately, and reads again what came of it before the deadline of
    /// readers.
    /// Errors: those of the store.
    pub(super) async fn freshened(&self, standing: Standing) -> Result<Standing, Error> {
        if !standing.is_older_than(self.timings().check_freshness, self.now()) {
            return Ok(standing);
        }
        let Some(mut done) = self.begin_check_of(&standing) else { return Ok(standing) };
        // The sender says nothing; it goes when the check is over. At the deadline the last known answer is given.
        let _in_time = tokio::time::timeout(self.timings().read_deadline, done.changed()).await;
        self.fresh_standing(standing.of).await
    }

    /// Reads a key again if the last credentials of the customer key that it was wrapped by are gone: a re-wrapping may
    /// have moved the key to another before it took them away. None if the key is where it was.
    /// Errors: those of the store.
    pub(super) async fn rewrapped_meanwhile(
        &self,
        stored: &StoredMasterKey,
        standing: &Standing,
    ) -> Result<Option<Arc<StoredMasterKey>>, Error> {
        if !standing.is_bare() {
            return Ok(None);
        }
        let again = self.store().master_key(stored.key.id).await?;
        Ok(again.filter(|again| wrapped_by(again) != Some(standing.of)))
    }

    /// Names the customer key that a project uses at a provider now.
    pub(super) fn current_customer_key(snapshot: &ProjectSnapshot, provider: ProviderKind) -> Option<CustomerKeyId> {
        let number = snapshot.validities.get(&provider)?.number;
        Some(CustomerKeyId { project: snapshot.project.id, provider, number })
    }
}

/// Names the customer key that a key is wrapped by; none if its bytes are gone.
pub(super) fn wrapped_by(stored: &StoredMasterKey) -> Option<CustomerKeyId> {
    let WrappedKey { provider, customer_key, .. } = stored.wrapped.as_ref()?;
    Some(CustomerKeyId { project: stored.key.project, provider: *provider, number: *customer_key })
}

/// Counts the answers about a customer key over all its credentials: other credentials are another generation too.
const fn generation(key_revision: i64, generation: i64) -> i64 {
    (key_revision << 20) | (generation & 0xf_ffff)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::customer_key::CustomerKeyNumber;
    use domain::id::ProjectId;

    const SECOND: Duration = Duration::from_secs(1);

    fn at(seconds: u64) -> (Timestamp, BootTime) {
        let wall = Timestamp::from_millis(1_790_000_000_000) + SECOND * u32::try_from(seconds).unwrap();
        (wall, BootTime::since_boot(Duration::from_secs(1_000_000 + seconds)))
    }

    fn of() -> CustomerKeyId {
        CustomerKeyId {
            project: ProjectId::from_random([1; 12]),
            provider: ProviderKind::AwsKms,
            number: CustomerKeyNumber::FIRST,
        }
    }

    fn valid(checked_at: Timestamp) -> Validity {
        Validity { state: State::Valid, checked_at: Some(checked_at), ..Validity::unchecked() }
    }

    fn unknown(checked_at: Timestamp) -> Validity {
        let state = State::Unknown { failure: None, was: Some(domain::validity::Definite::Valid) };
        Validity { state, checked_at: Some(checked_at), ..Validity::unchecked() }
    }

    #[test]
    fn a_success_is_remembered_through_an_outage() {
        let readings = Readings::empty();
        let ask = |validity: &Validity, generation, (now, boot_now)| {
            readings.last_success(of(), validity, generation, now, boot_now)
        };
        assert_eq!(ask(&unknown(at(0).0), 1, at(0)), None);
        assert_eq!(ask(&valid(at(5).0), 1, at(7)), Some(at(5).1));
        assert_eq!(ask(&unknown(at(60).0), 1, at(70)), Some(at(5).1));
        assert_eq!(ask(&unknown(at(60).0), 2, at(70)), None, "another generation is another story");
    }

    #[test]
    fn a_jump_of_the_time_of_day_only_shortens() {
        let readings = Readings::empty();
        let ask = |now, boot_now| readings.last_success(of(), &valid(at(10).0), 1, now, boot_now);
        assert_eq!(ask(at(12).0, at(12).1), Some(at(10).1));
        // Set back by a second, the check seems younger: it is not.
        assert_eq!(ask(at(11).0, at(12).1), Some(at(10).1));
        // Set back beyond the check, it is worth nothing.
        assert_eq!(ask(at(9).0, at(12).1), None);
        // Set ahead, it is older for good.
        assert_eq!(ask(at(20).0, at(12).1), Some(at(2).1));
        assert_eq!(ask(at(12).0, at(12).1), Some(at(2).1));
    }

    #[test]
    fn a_check_of_our_own_counts_from_its_start_whatever_the_time_of_day_does() {
        let readings = Readings::empty();
        readings.note(at(10).0, at(10).1);
        readings.note(at(10).0, at(400).1);
        for said in [12, 10, 0, 5_000] {
            let start = readings.last_success(of(), &valid(at(10).0), 1, at(said).0, at(12).1);
            assert_eq!(start, Some(at(10).1), "the time of day says {said}");
        }
    }

    #[test]
    fn other_credentials_are_another_generation() {
        let all = [generation(1, 0), generation(1, 1), generation(2, 0), generation(2, 1)];
        assert!(all.is_sorted() && all.windows(2).all(|pair| pair[0] != pair[1]));
    }
}
