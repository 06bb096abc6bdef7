//! Handing a master key to a node, or using it for the node. Read straight down: the row, who asks, what its state
//! permits, the lease, the record, the bytes. Must not know what asked for it.

use std::sync::Arc;
use std::time::Duration;

use domain::Bug;
use domain::master_key::MasterKeyId;
use domain::master_key::access::Act;
use domain::master_key::backing::Backing;
use domain::master_key::lease::{Asked, Decision, NoKey, decide};
use domain::master_key::usage::{Use, UseRefusal, permit};
use domain::master_key::wrapped::WrappedKey;
use domain::release::{Release, ReleaseAct};
use domain::secret::SecretSlice;
use storage::{MasterKeyOutcome, StoredMasterKey};

use super::reading::wrapped_by;
use super::unwrap::{Landed, broken};
use super::{Asker, MasterKeyError, Released};
use crate::{Control, Error};

/// How often a row that changes meanwhile is read again.
const TRIES: u32 = 5;
/// How long a provider that was found away is not asked again for a key that is not in memory.
const AWAY_WITHOUT_MEMORY: Duration = Duration::from_secs(1);
/// The same for one that is: it is served, and nobody waits.
const AWAY_WITH_MEMORY: Duration = Duration::from_secs(5);

/// What a look at the lease came to.
enum Look {
    /// The bytes.
    Served(Arc<SecretSlice>),
    /// The row changed meanwhile: what was read of it is no use.
    ReadAgain,
}

impl Control {
    /// Hands a key to a node that may have it. It is recorded before this returns.
    /// Errors: `NotFound`, `Use`, `NoKey`.
    /// Cancel: nothing was handed out; a record of a release that nobody saw may remain.
    pub async fn release_master_key(&self, asker: Asker<'_>, id: MasterKeyId) -> Result<Released, Error> {
        self.release(asker, id, Act::Get, Use::Get, ReleaseAct::Get).await
    }

    /// Releases a key for one use of it.
    pub(super) async fn release(
        &self,
        asker: Asker<'_>,
        id: MasterKeyId,
        act: Act,
        wanted: Use,
        recorded_as: ReleaseAct,
    ) -> Result<Released, Error> {
        for _ in 0..TRIES {
            let stored = self.master_key_for(asker, act, id).await?;
            if let Err(refusal) = permit(wanted, &stored.key, self.now()) {
                if refusal == UseRefusal::Destroyed {
                    self.keys().memories.forget(id);
                }
                return Err(MasterKeyError::Use(refusal).into());
            }
            let Some(wrapped) = &stored.wrapped else {
                return Err(MasterKeyError::Use(UseRefusal::Destroyed).into());
            };
            let material = match self.look(&stored, wrapped).await? {
                Look::Served(material) => material,
                Look::ReadAgain => continue,
            };
            let Some(stored) = self.no_longer_fresh(stored.clone()).await? else { continue };
            self.recorder().record(self.release_of(asker, &stored, wrapped, recorded_as)).await?;
            return Ok(Released { key: stored, material });
        }
        Err(MasterKeyError::Conflict.into())
    }

    /// Gives a key's bytes from memory or from the provider, as the lease decides.
    async fn look(&self, stored: &Arc<StoredMasterKey>, wrapped: &WrappedKey) -> Result<Look, Error> {
        let id = stored.key.id;
        let by = wrapped_by(stored).ok_or(Error::Bug(Bug("a key that has bytes is wrapped")))?;
        let terms = self.lease_terms();
        let mut standing = self.standing(by).await?;
        let mut asked = Asked::NotYet;
        loop {
            if self.rewrapped_meanwhile(stored, &standing).await?.is_some() {
                return Ok(Look::ReadAgain);
            }
            let remembered = self.keys().memories.recall(id, by, wrapped.revision);
            let memory = remembered.as_ref().map(|unwrapped| unwrapped.memory);
            let now = self.boot_now();
            if asked == Asked::NotYet {
                let within = if memory.is_some() { AWAY_WITH_MEMORY } else { AWAY_WITHOUT_MEMORY };
                let decision = decide(memory, standing.reading, asked, terms, now);
                if decision == Decision::AskProvider && self.keys().unwrapping.is_away(by, within, now) {
                    asked = Asked::Away;
                }
            }
            match decide(memory, standing.reading, asked, terms, now) {
                Decision::Serve => {
                    let remembered = remembered.ok_or(Error::Bug(Bug("memory that is served is there")))?;
                    return Ok(Look::Served(remembered.material.clone()));
                }
                Decision::Refuse(no_key) => {
                    if no_key.is_definitive() {
                        self.keys().memories.forget(id);
                    }
                    return Err(no_key.into());
                }
                Decision::AskProvider => {}
            }
            // What no check has said lately is asked now, beside the unwrap and not before it.
            if standing.is_older_than(self.timings().check_freshness, self.now()) {
                let _goes_on = self.begin_check_of(&standing);
            }
            let landed = self.unwrap_master_key(stored, wrapped, &standing).await;
            let before = standing;
            standing = self.fresh_standing(by).await?;
            asked = match landed {
                Landed::Unwrapped(unwrapped) => {
                    // The provider's own word of this moment counts even where memory is never to serve.
                    let still = standing.reading.generation == unwrapped.memory.generation;
                    let lost = matches!(standing.reading.backing, Backing::Lost { .. });
                    if still && !lost {
                        return Ok(Look::Served(unwrapped.material.clone()));
                    }
                    Asked::NotYet
                }
                Landed::Away => Asked::Away,
                Landed::Refused => {
                    let _goes_on = self.begin_check_of(&before);
                    Asked::Refused
                }
                Landed::Broken => return Err(broken()),
            };
            if asked == Asked::NotYet && standing.reading.generation == before.reading.generation {
                return Err(NoKey::Unconfirmed.into());
            }
        }
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
