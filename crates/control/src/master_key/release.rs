//! Handing a master key to a node, or using it for the node. Read straight down: the row, who asks, what its state
//! permits, the lease, the record, the bytes. Must not know what asked for it.

use std::sync::Arc;
use std::time::Duration;

use domain::Bug;
use domain::master_key::MasterKeyId;
use domain::master_key::access::Act;
use domain::master_key::lease::{Asked, Decision, NoKey, decide};
use domain::master_key::usage::{Use, UseRefusal, permit};
use domain::master_key::wrapped::WrappedKey;
use domain::release::{Release, ReleaseAct};
use domain::secret::SecretSlice;
use storage::{MasterKeyOutcome, StoredMasterKey};

use super::reading::{Standing, wrapped_by};
use super::unwrap::{Landed, broken};
use super::{Asker, CustomerKeyId, MasterKeyError, Released};
use crate::{Control, Error};

/// How often what changed meanwhile is read again.
const TRIES: u32 = 8;
/// How long a provider that was found away is not asked again for a key that is not in memory.
const AWAY_WITHOUT_MEMORY: Duration = Duration::from_secs(1);
/// The same for one that is: it is served, and nobody waits.
const AWAY_WITH_MEMORY: Duration = Duration::from_secs(5);

/// What one look at the lease came to.
enum Look {
    /// These bytes may leave.
    Serve(Arc<SecretSlice>),
    /// The provider is to be asked.
    Ask,
    /// What was read is too old to decide by: the store is slow.
    TooOld,
}

impl Control {
    /// Hands a key to a node that may have it. It is recorded before this returns.
    /// Errors: `NotFound`, `Use`, `NoKey`.
    /// Cancel: nothing was handed out; a record of a release that nobody saw may remain.
    pub async fn release_master_key(&self, asker: Asker<'_>, id: MasterKeyId) -> Result<Released, Error> {
        self.release(asker, id, Act::Get, Use::Get, ReleaseAct::Get).await
    }

    /// Releases a key for one use of it. Whatever takes time, as a provider does, is followed by a new look at
    /// everything: what is served rests on what is so now.
    pub(super) async fn release(
        &self,
        asker: Asker<'_>,
        id: MasterKeyId,
        act: Act,
        wanted: Use,
        recorded_as: ReleaseAct,
    ) -> Result<Released, Error> {
        let mut heard: Option<(CustomerKeyId, Landed)> = None;
        let mut failed: Error = MasterKeyError::Conflict.into();
        for _ in 0..TRIES {
            let stored = self.master_key_for(asker, act, id).await?;
            if let Err(refusal) = permit(wanted, &stored.key, self.now()) {
                if refusal == UseRefusal::Destroyed {
                    self.keys().memories.forget(id);
                }
                return Err(MasterKeyError::Use(refusal).into());
            }
            let (Some(wrapped), Some(by)) = (&stored.wrapped, wrapped_by(&stored)) else {
                return Err(MasterKeyError::Use(UseRefusal::Destroyed).into());
            };
            let standing = self.standing(by).await?;
            if self.rewrapped_meanwhile(&stored, &standing).await?.is_some() {
                continue;
            }
            let word = heard.as_ref().filter(|(from, _)| *from == by).map(|(_, landed)| landed);
            match self.look(id, wrapped, &standing, word)? {
                Look::Serve(material) => {
                    let Some(stored) = self.no_longer_fresh(stored.clone()).await? else { continue };
                    self.recorder().record(self.release_of(asker, &stored, wrapped, recorded_as)).await?;
                    return Ok(Released { key: stored, material });
                }
                Look::TooOld => failed = NoKey::StoreAway.into(),
                Look::Ask => {
                    let landed = self.ask_provider(&stored, wrapped, &standing).await;
                    heard = Some((by, landed));
                }
            }
        }
        Err(failed)
    }

    /// Decides whether a key's bytes may leave now.
    /// Errors: `NoKey`; ours if the bytes cannot be opened.
    fn look(
        &self,
        id: MasterKeyId,
        wrapped: &WrappedKey,
        standing: &Standing,
        word: Option<&Landed>,
    ) -> Result<Look, Error> {
        let (by, reading, terms) = (standing.of, standing.reading, self.lease_terms());
        let remembered = self.keys().memories.recall(id, by, wrapped.revision);
        let memory = remembered.as_ref().map(|unwrapped| unwrapped.memory);
        let now = self.boot_now();
        let asked = match word {
            None | Some(Landed::Unwrapped(_)) => Asked::NotYet,
            Some(Landed::Away) => Asked::Away,
            Some(Landed::Refused) => Asked::Refused,
            Some(Landed::Broken) => return Err(broken()),
        };
        let mut decision = decide(memory, reading, asked, terms, now);
        if decision == Decision::AskProvider {
            // What it said a moment ago to this very release counts even where memory is never to serve.
            if let Some(Landed::Unwrapped(unwrapped)) = word
                && (unwrapped.sealing, unwrapped.memory.generation) == (wrapped.revision, reading.generation)
            {
                return Ok(Look::Serve(unwrapped.material.clone()));
            }
            let within = if memory.is_some() { AWAY_WITH_MEMORY } else { AWAY_WITHOUT_MEMORY };
            if self.keys().unwrapping.is_away(by, within, now) {
                decision = decide(memory, reading, Asked::Away, terms, now);
            }
        }
        match (decision, remembered) {
            (Decision::Serve, Some(remembered)) => Ok(Look::Serve(remembered.material.clone())),
            (Decision::Serve, None) => Err(Error::Bug(Bug("memory that is served is there"))),
            (Decision::AskProvider, _) => Ok(Look::Ask),
            (Decision::Refuse(NoKey::StoreAway), _) => Ok(Look::TooOld),
            (Decision::Refuse(no_key), _) => {
                if no_key.is_definitive() {
                    self.keys().memories.forget(id);
                }
                Err(no_key.into())
            }
        }
    }

    /// Has the provider unwrap a key. A check goes beside it if the last one was long ago, and after it if the
    /// provider said no.
    async fn ask_provider(&self, stored: &Arc<StoredMasterKey>, wrapped: &WrappedKey, standing: &Standing) -> Landed {
        if standing.is_older_than(self.timings().check_freshness, self.now()) {
            let _goes_on = self.begin_check_of(standing);
        }
        let landed = self.unwrap_master_key(stored, wrapped, standing).await;
        if matches!(landed, Landed::Refused) {
            let _goes_on = self.begin_check_of(standing);
        }
        landed
    }

    /// Writes down that a key was released, where that is watched. None if somebody else changed it meanwhile.
    async fn no_longer_fresh(&self, stored: Arc<StoredMasterKey>) -> Result<Option<Arc<StoredMasterKey>>, Error> {
        let Some(released) = stored.key.released(self.now()) else { return Ok(Some(stored)) };
        match self.store().update_master_key(&released, stored.purge_at, &[]).await? {
            MasterKeyOutcome::Saved => Ok(self.store().master_key(released.id).await?),
            MasterKeyOutcome::Conflict | MasterKeyOutcome::NameTaken | MasterKeyOutcome::TooMany => Ok(None),
        }
    }

    fn release_of(&self, asker: Asker<'_>, stored: &StoredMasterKey, wrapped: &WrappedKey, act: ReleaseAct) -> Release {
        let node = &asker.node.node;
        Release {
            project: stored.key.project,
            act,
            key: stored.key.id,
            provider: wrapped.provider,
            customer_key: wrapped.customer_key,
            customer_key_version: wrapped.data_key.customer_key_version.clone(),
            node: node.id,
            node_name: node.name.clone(),
            role: node.role,
            cluster: node.cluster,
            cluster_name: asker.node.cluster_name.clone(),
            serial: asker.node.serial,
            address: asker.address,
            at: self.now(),
            times: 1,
        }
    }
}
