//! Adding, changing and deleting attributes of a master key. Must not know what they are called on the wire.

use domain::master_key::access::{Act, Scope};
use domain::master_key::attribute::{self, Attribute, AttributeName, Instance, Name};
use domain::master_key::{MasterKey, MasterKeyId};

use super::life::TRIES;
use super::{Asker, MasterKeyError};
use crate::{Control, Error};

impl Control {
    /// Adds an attribute, and gives it with its index.
    /// Errors: `NotFound`, `ReadOnly`, `Attribute`, `NameTaken`, `Conflict`.
    /// Cancel: it is there or it is not.
    pub async fn add_master_key_attribute(
        &self,
        asker: Asker<'_>,
        id: MasterKeyId,
        attribute: Attribute,
    ) -> Result<Instance, Error> {
        for _ in 0..TRIES {
            let stored = self.master_key_for(asker, Act::ChangeAttributes, id).await?;
            let taken = self.taken_by_others(&stored.key, &attribute).await?;
            let (changed, instance) = attribute::add(&stored.key, attribute.clone(), &taken, self.now())
                .map_err(MasterKeyError::Attribute)?;
            if self.save_changed(&changed, stored.purge_at, &[]).await? {
                return Ok(instance);
            }
        }
        Err(MasterKeyError::Conflict.into())
    }

    /// Gives one instance of an attribute another value.
    /// Errors: as `add_master_key_attribute`.
    /// Cancel: it changed or it did not.
    pub async fn modify_master_key_attribute(
        &self,
        asker: Asker<'_>,
        id: MasterKeyId,
        index: u32,
        attribute: Attribute,
    ) -> Result<Instance, Error> {
        for _ in 0..TRIES {
            let stored = self.master_key_for(asker, Act::ChangeAttributes, id).await?;
            let taken = self.taken_by_others(&stored.key, &attribute).await?;
            let changed = attribute::modify(&stored.key, index, attribute.clone(), &taken, self.now())
                .map_err(MasterKeyError::Attribute)?;
            if self.save_changed(&changed, stored.purge_at, &[]).await? {
                return Ok(Instance { index, attribute });
            }
        }
        Err(MasterKeyError::Conflict.into())
    }

    /// Deletes one instance of an attribute, and gives it as it was.
    /// Errors: `NotFound`, `ReadOnly`, `Attribute`, `Conflict`.
    /// Cancel: it is gone or it is not.
    pub async fn delete_master_key_attribute(
        &self,
        asker: Asker<'_>,
        id: MasterKeyId,
        name: AttributeName,
        index: u32,
    ) -> Result<Instance, Error> {
        for _ in 0..TRIES {
            let stored = self.master_key_for(asker, Act::ChangeAttributes, id).await?;
            let (changed, attribute) =
                attribute::delete(&stored.key, name.clone(), index, self.now()).map_err(MasterKeyError::Attribute)?;
            if self.save_changed(&changed, stored.purge_at, &[]).await? {
                return Ok(Instance { index, attribute });
            }
        }
        Err(MasterKeyError::Conflict.into())
    }

    /// Gives the name that an attribute is, if another key of the same owner has it.
    async fn taken_by_others(&self, key: &MasterKey, attribute: &Attribute) -> Result<Vec<Name>, Error> {
        let names: Vec<Name> = attribute.as_name().cloned().into_iter().collect();
        self.taken_names(Scope::of_key(key), &names, Some(key.id), self.now()).await
    }
}
