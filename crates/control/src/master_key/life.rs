//! Moving a master key on in its life: activating it, ending its use, destroying it, and an owner's bringing it back.
//! Two who move one key at once are told apart by its revision: one moves it, the other sees what became of it. Must
//! not know the drawing of lives; `domain` has it.

use std::sync::Arc;

use domain::access::ProjectRole;
use domain::event::{Event, EventKind};
use domain::id::ProjectId;
use domain::master_key::access::Act;
use domain::master_key::state::Ending;
use domain::master_key::{MasterKey, MasterKeyId};
use domain::time::Timestamp;
use storage::{MasterKeyOutcome, StoredMasterKey};

use super::{Asker, Attributes, MasterKeyError};
use crate::{Caller, Control, Error};

/// How often a key that others change too is read again.
pub(super) const TRIES: u32 = 8;

impl Control {
    /// Takes a key into use.
    /// Errors: `NotFound`, `ReadOnly`, `Move`, `Conflict`.
    /// Cancel: it moved or it did not.
    pub async fn activate_master_key(&self, asker: Asker<'_>, id: MasterKeyId) -> Result<(), Error> {
        for _ in 0..TRIES {
            let stored = self.master_key_for(asker, Act::Activate, id).await?;
            let life = stored.key.life.clone().activate(self.now()).map_err(MasterKeyError::Move)?;
            let changed = MasterKey { life, ..stored.key.clone() };
            if self.save_changed(&changed, stored.purge_at, &[]).await? {
                return Ok(());
            }
        }
        Err(MasterKeyError::Conflict.into())
    }

    /// Ends the use of a key, as its cause wants it.
    /// Errors: `NotFound`, `ReadOnly`, `Move`, `Conflict`.
    /// Cancel: it moved or it did not.
    pub async fn end_master_key_use(
        &self,
        asker: Asker<'_>,
        id: MasterKeyId,
        ending: Ending,
        compromise_occurred: Option<Timestamp>,
    ) -> Result<(), Error> {
        for _ in 0..TRIES {
            let stored = self.master_key_for(asker, Act::EndUse, id).await?;
            let life = stored.key.life.clone().end_use(ending.clone(), compromise_occurred, self.now());
            let changed = MasterKey { life: life.map_err(MasterKeyError::Move)?, ..stored.key.clone() };
            if self.save_changed(&changed, stored.purge_at, &[]).await? {
                return Ok(());
            }
        }
        Err(MasterKeyError::Conflict.into())
    }

    /// Destroys a key. It is of no use from now on; its sealed bytes stay for a while, for an owner to bring it back.
    /// Errors: `NotFound`, `ReadOnly`, `Move`, `Conflict`.
    /// Cancel: it is destroyed or it is not.
    pub async fn destroy_master_key(&self, asker: Asker<'_>, id: MasterKeyId) -> Result<(), Error> {
        for _ in 0..TRIES {
            let stored = self.master_key_for(asker, Act::Destroy, id).await?;
            let now = self.now();
            let life = stored.key.life.clone().destroy(now).map_err(MasterKeyError::Move)?;
            let changed = MasterKey { life, ..stored.key.clone() };
            let told = [self.event_by_node(asker, EventKind::MasterKeyDestroyed, format!("master key {id}"))?];
            if self.save_changed(&changed, Some(now + self.timings().purge_after), &told).await? {
                self.keys().memories.forget(id);
                return Ok(());
            }
        }
        Err(MasterKeyError::Conflict.into())
    }

    /// Brings a destroyed key back to where it was.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`, `NotFound`, `Return`, `NameTaken` if another key has one of
    /// its names by now, `Conflict`.
    /// Cancel: it is back or it is not.
    pub async fn return_master_key(
        &self,
        caller: &Caller,
        project: ProjectId,
        id: MasterKeyId,
    ) -> Result<Attributes, Error> {
        let snapshot = self.project_for(caller, project, ProjectRole::Owner).await?;
        for _ in 0..TRIES {
            let stored = self.master_key_of(project, id).await?;
            let life = stored.key.life.clone().bring_back(self.timings().purge_after, self.now());
            let changed = MasterKey { life: life.map_err(MasterKeyError::Return)?, ..stored.key.clone() };
            let Some(wrapped) = &stored.wrapped else {
                // Purged early, as with its cluster.
                let since = stored.key.life.destroyed.unwrap_or(stored.key.life.changed);
                return Err(MasterKeyError::Return(domain::master_key::state::ReturnRefusal::Purged { since }).into());
            };
            let detail = Some(format!("master key {id} of cluster {}", wrapped.cluster_name));
            let told = [self.event_by(caller, snapshot.project.org, project, EventKind::MasterKeyReturned, detail)?];
            if self.save_changed(&changed, None, &told).await? {
                return self.shown(self.master_key_of(project, id).await?).await;
            }
        }
        Err(MasterKeyError::Conflict.into())
    }

    /// Saves a key over the revision it was read at. Gives whether it did: if not, it changed meanwhile.
    /// Errors: `NameTaken`, `TooManyKeys`.
    pub(super) async fn save_changed(
        &self,
        changed: &MasterKey,
        purge_at: Option<Timestamp>,
        told: &[Event],
    ) -> Result<bool, Error> {
        match self.store().update_master_key(changed, purge_at, told).await? {
            MasterKeyOutcome::Saved => Ok(true),
            MasterKeyOutcome::Conflict => Ok(false),
            MasterKeyOutcome::NameTaken => Err(MasterKeyError::NameTaken(changed.names().cloned().collect()).into()),
            MasterKeyOutcome::TooMany => Err(MasterKeyError::TooManyKeys.into()),
        }
    }

    /// Finds a key of a project.
    /// Errors: `NotFound`.
    pub(super) async fn master_key_of(
        &self,
        project: ProjectId,
        id: MasterKeyId,
    ) -> Result<Arc<StoredMasterKey>, Error> {
        let found = self.store().master_key(id).await?.filter(|found| found.key.project == project);
        found.ok_or_else(|| MasterKeyError::NotFound.into())
    }
}
