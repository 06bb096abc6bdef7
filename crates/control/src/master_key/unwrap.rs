//! Having a provider wrap and unwrap. One unwrap of a key is under way at a time, and whoever wants it meanwhile waits
//! for it; so many at once in all, and half as many for one customer. It goes on when nobody waits any more: what it
//! brings is remembered. Must not know whether what it brings may be served.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::Bug;
use domain::customer_key::ProviderKind;
use domain::id::ProjectId;
use domain::master_key::lease::{BootTime, Memory};
use domain::master_key::wrapped::WrappedKey;
use domain::master_key::{MasterKey, MasterKeyId};
use domain::secret::{SecretBytes, SecretSlice};
use domain::validity::{DefiniteReason, Failure, Reason, TransientReason};
use providers::{Deadline, KeyProvider, WrapContext};
use quick_cache::sync::Cache;
use storage::{StoreError, StoredMasterKey};
use tokio::sync::{Semaphore, SemaphorePermit, watch};

use super::memory::Unwrapped;
use super::reading::Standing;
use super::{CustomerKeyId, seal};
use crate::{Control, Error};

/// How many customers are remembered that were away, and whose turns are counted.
const CAPACITY: usize = 20_000;

/// The state of all wrapping and unwrapping.
#[derive(Debug)]
pub(crate) struct Unwrapping {
    flights: Mutex<HashMap<Flight, watch::Receiver<Option<Landed>>>>,
    turns: Semaphore,
    turns_of_one: usize,
    turns_of: Cache<(ProjectId, ProviderKind), Arc<Semaphore>>,
    away: Cache<CustomerKeyId, BootTime>,
}

/// What one unwrap is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Flight {
    key: MasterKeyId,
    by: CustomerKeyId,
    sealing: i64,
    generation: i64,
}

/// What came of an unwrap.
#[derive(Debug, Clone)]
pub(super) enum Landed {
    /// The key.
    Unwrapped(Arc<Unwrapped>),
    /// The provider could not be reached.
    Away,
    /// The provider said no.
    Refused,
    /// The provider unwrapped the data key, and the sealed bytes do not open with it.
    Broken,
}

impl Unwrapping {
    pub(crate) fn new(at_once: usize) -> Self {
        Self {
            flights: Mutex::default(),
            turns: Semaphore::new(at_once.max(1)),
            turns_of_one: at_once.div_ceil(2).max(1),
            turns_of: Cache::new(CAPACITY),
            away: Cache::new(CAPACITY),
        }
    }

    /// Tells whether the provider was found away so lately that it need not be asked again.
    pub(super) fn is_away(&self, by: CustomerKeyId, within: Duration, now: BootTime) -> bool {
        self.away.get(&by).is_some_and(|since| since.is_within(within, now))
    }

    fn turns_of(&self, by: CustomerKeyId) -> Arc<Semaphore> {
        let make = || Ok::<_, std::convert::Infallible>(Arc::new(Semaphore::new(self.turns_of_one)));
        let Ok(turns) = self.turns_of.get_or_insert_with(&(by.project, by.provider), make);
        turns
    }

    async fn turn(&self) -> Result<SemaphorePermit<'_>, Error> {
        self.turns.acquire().await.map_err(|_| Error::Bug(Bug("turns of unwrapping are never closed")))
    }

    fn note(&self, by: CustomerKeyId, failure: Option<&Failure>, now: BootTime) {
        match failure.map(|failure| &failure.reason) {
            Some(Reason::Transient(_)) => self.away.insert(by, now),
            Some(Reason::Definite(_)) | None => {
                self.away.remove(&by);
            }
        }
    }
}

/// Ends a flight however it ends, a panic included.
struct Landing {
    control: Control,
    flight: Flight,
}

impl Drop for Landing {
    fn drop(&mut self) {
        let flights = &self.control.keys().unwrapping.flights;
        flights.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.flight);
    }
}

impl Control {
    /// Has a key unwrapped, or joins the unwrap under way. It counts from its own start, and under the generation of
    /// the standing that was read before it.
    /// Cancel: safe; it goes on and is remembered.
    pub(super) async fn unwrap_master_key(
        &self,
        stored: &Arc<StoredMasterKey>,
        wrapped: &WrappedKey,
        standing: &Standing,
    ) -> Landed {
        let (by, generation) = (standing.of, standing.reading.generation);
        let flight = Flight { key: stored.key.id, by, sealing: wrapped.revision, generation };
        let mut landing = {
            let mut flights = self.keys().unwrapping.flights.lock().unwrap_or_else(PoisonError::into_inner);
            match flights.get(&flight) {
                Some(landing) => landing.clone(),
                None => {
                    let (landed, landing) = watch::channel(None);
                    flights.insert(flight, landing.clone());
                    self.spawn_unwrap(flight, stored.clone(), standing.clone(), landed);
                    landing
                }
            }
        };
        // A flight that ends without a word, as at shutdown, is a provider out of reach.
        let landed = landing.wait_for(Option::is_some).await;
        landed.ok().and_then(|landed| landed.clone()).unwrap_or(Landed::Away)
    }

    fn spawn_unwrap(
        &self,
        flight: Flight,
        stored: Arc<StoredMasterKey>,
        standing: Standing,
        landed: watch::Sender<Option<Landed>>,
    ) {
        let control = self.clone();
        self.tasks().spawn(async move {
            let landing = Landing { control, flight };
            let control = &landing.control;
            let outcome = tokio::select! {
                outcome = control.unwrap_once(&stored, &standing) => outcome,
                () = control.tasks().stopping() => Ok(Landed::Away),
            };
            let outcome = outcome.unwrap_or_else(|error| {
                tracing::error!(key = %flight.key, error = error.chain(), "unwrapping a master key failed through our fault");
                Landed::Away
            });
            if let Landed::Unwrapped(unwrapped) = &outcome {
                control.keys().memories.remember(flight.key, unwrapped.clone());
            }
            // Off the board first: whoever comes from here on finds it in memory, or asks anew.
            drop(landing);
            let _nobody_waits = landed.send(Some(outcome));
        });
    }

    async fn unwrap_once(&self, stored: &StoredMasterKey, standing: &Standing) -> Result<Landed, Error> {
        let Some(wrapped) = &stored.wrapped else { return Ok(Landed::Away) };
        let unwrapping = &self.keys().unwrapping;
        let of_one = unwrapping.turns_of(standing.of);
        let _turn_of_one =
            of_one.acquire().await.map_err(|_| Error::Bug(Bug("a customer's turns are never closed")))?;
        let _turn = unwrapping.turn().await?;
        let start = self.boot_now();
        let deadline = Deadline::after(self.timings().read_deadline);
        let opened = match self.open_customer_key(standing) {
            None => return Ok(Landed::Away),
            Some(Ok(opened)) => opened,
            Some(Err(_)) => return Ok(Landed::Refused),
        };
        let context = wrap_context(&stored.key, wrapped.cluster_name.clone());
        let answer = opened.unwrap(&context, &wrapped.data_key, deadline).await;
        unwrapping.note(standing.of, answer.as_ref().err(), self.boot_now());
        let data_key = match answer {
            Ok(data_key) => data_key,
            Err(failure) => {
                let landed = turned_away(stored.key.id, &failure);
                let outcome = if matches!(landed, Landed::Refused) { "refused" } else { "away" };
                self.observed().count_unwrap(standing.of.provider, outcome);
                return Ok(landed);
            }
        };
        self.observed().count_unwrap(standing.of.provider, "unwrapped");
        let Ok(material) = seal::open(&stored.key, wrapped, &data_key) else {
            tracing::error!(key = %stored.key.id, "the sealed bytes of a master key do not open with its data key");
            return Ok(Landed::Broken);
        };
        let memory = Memory { unwrapped: start, generation: standing.reading.generation };
        let (material, sealing) = (Arc::new(material), wrapped.revision);
        Ok(Landed::Unwrapped(Arc::new(Unwrapped { material, by: standing.of, sealing, memory })))
    }

    /// Seals a new key's bytes and has its data key wrapped, and unwrapped again to prove that it will open. Gives
    /// what to keep, and what to remember.
    /// Errors: what the provider said, or ours.
    pub(super) async fn wrap_master_key(
        &self,
        key: &MasterKey,
        cluster_name: &str,
        material: &Arc<SecretSlice>,
        standing: &Standing,
    ) -> Result<Result<(WrappedKey, Arc<Unwrapped>), Failure>, Error> {
        const FIRST_SEALING: i64 = 1;
        let data_key = seal::new_data_key()?;
        let sealed = seal::seal(&data_key, key, FIRST_SEALING, material)?;
        let unwrapping = &self.keys().unwrapping;
        let of_one = unwrapping.turns_of(standing.of);
        let _turn_of_one =
            of_one.acquire().await.map_err(|_| Error::Bug(Bug("a customer's turns are never closed")))?;
        let _turn = unwrapping.turn().await?;
        let start = self.boot_now();
        let deadline = Deadline::after(self.timings().check_deadline);
        let context = wrap_context(key, cluster_name.to_owned());
        let wrapped = match self.open_customer_key(standing) {
            None => Err(Failure::silent(Reason::Transient(TransientReason::UnexpectedAnswer))),
            Some(Err(_)) => Err(Failure::silent(Reason::Definite(DefiniteReason::RoleNotAssumable))),
            Some(Ok(opened)) => wrap_and_prove(&opened, &context, &data_key, deadline).await,
        };
        unwrapping.note(standing.of, wrapped.as_ref().err(), self.boot_now());
        let data_key = match wrapped {
            Ok(data_key) => data_key,
            Err(failure) => return Ok(Err(failure)),
        };
        let CustomerKeyId { project: _, provider, number } = standing.of;
        let wrapped = WrappedKey {
            provider,
            customer_key: number,
            cluster_name: cluster_name.to_owned(),
            data_key,
            sealed,
            revision: FIRST_SEALING,
        };
        let memory = Memory { unwrapped: start, generation: standing.reading.generation };
        let (material, sealing) = (material.clone(), FIRST_SEALING);
        Ok(Ok((wrapped, Arc::new(Unwrapped { material, by: standing.of, sealing, memory }))))
    }
}

/// Wraps a data key and unwraps it again: some providers wrap with a key that no longer unwraps.
async fn wrap_and_prove(
    provider: &dyn KeyProvider,
    context: &WrapContext,
    data_key: &SecretBytes<32>,
    deadline: Deadline,
) -> Result<domain::customer_key::WrappedDataKey, Failure> {
    let wrapped = provider.wrap(context, data_key, deadline).await?;
    let again = provider.unwrap(context, &wrapped, deadline).await?;
    if again.matches(data_key.expose()) {
        Ok(wrapped)
    } else {
        Err(Failure::silent(Reason::Transient(TransientReason::UnexpectedAnswer)))
    }
}

/// Names what a data key is bound to at the provider.
pub(crate) fn wrap_context(key: &MasterKey, cluster_name: String) -> WrapContext {
    WrapContext { project: key.project, cluster: Some(cluster_name), key: key.id.to_string() }
}

fn turned_away(key: MasterKeyId, failure: &Failure) -> Landed {
    tracing::warn!(%key, reason = failure.reason.code(), "a provider did not unwrap a master key");
    match failure.reason {
        Reason::Transient(_) => Landed::Away,
        Reason::Definite(_) => Landed::Refused,
    }
}

/// Says that a row's sealed bytes are not what was sealed.
pub(super) const fn broken() -> Error {
    Error::Store(StoreError::Corrupt { table: "master_keys", what: "sealed bytes" })
}
