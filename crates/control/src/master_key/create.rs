//! Making a master key here, or taking one in. The order keeps it safe: nothing is stored that was not proved to open,
//! nothing is acknowledged that is not stored. Must not know how either was asked for.

use std::sync::Arc;

use domain::Bug;
use domain::customer_key::ProviderKind;
use domain::master_key::access::Scope;
use domain::master_key::attribute::{Attribute, Name, taken_names};
use domain::master_key::backing::Backing;
use domain::master_key::create::{self, CreateRefusal, Making, Registered};
use domain::master_key::lease::NoKey;
use domain::master_key::{MasterKey, MasterKeyId, ObjectType};
use domain::secret::SecretSlice;
use domain::time::Timestamp;
use domain::validity::Reason;
use storage::{MasterKeyOutcome, StoredMasterKey};

use super::{Asker, MasterKeyError};
use crate::{Control, Error, random};

/// How often a key is wrapped anew because the cluster or its customer key changed meanwhile.
const TRIES: u32 = 5;

/// What is to be made.
enum Wanted {
    Made(ObjectType),
    TakenIn(Registered, Arc<SecretSlice>),
}

impl Control {
    /// Makes a key for a node.
    /// Errors: `Create`, `NoKey` if the customer key cannot wrap it, `NameTaken`, `TooManyKeys`, `Conflict`.
    /// Cancel: it is there or it is not; nobody knows its id if it is.
    pub async fn create_master_key(
        &self,
        asker: Asker<'_>,
        object: ObjectType,
        attributes: Vec<Attribute>,
    ) -> Result<Arc<StoredMasterKey>, Error> {
        self.make(asker, &Wanted::Made(object), attributes).await
    }

    /// Takes in what a node brings.
    /// Errors: as `create_master_key`.
    /// Cancel: as `create_master_key`.
    pub async fn register_master_key(
        &self,
        asker: Asker<'_>,
        registered: Registered,
        material: SecretSlice,
        attributes: Vec<Attribute>,
    ) -> Result<Arc<StoredMasterKey>, Error> {
        let registered = Registered { bytes: material.expose().len(), ..registered };
        self.make(asker, &Wanted::TakenIn(registered, Arc::new(material)), attributes).await
    }

    async fn make(
        &self,
        asker: Asker<'_>,
        wanted: &Wanted,
        attributes: Vec<Attribute>,
    ) -> Result<Arc<StoredMasterKey>, Error> {
        let names: Vec<Name> = attributes.iter().filter_map(Attribute::as_name).cloned().collect();
        let id = new_id()?;
        for _ in 0..TRIES {
            let encryption = self.encryption_of(asker).await?;
            let now = self.now();
            let taken = self.taken_names(Scope::of_node(&asker.node.node), &names, None, now).await?;
            let making = Making { id, node: &asker.node.node, encryption, taken: &taken, now };
            let (key, material) = decide(wanted, making, attributes.clone())?;
            let provider = encryption.ok_or(MasterKeyError::Create(CreateRefusal::EncryptionOff))?;
            let Some(made) = self.wrap_and_keep(asker, key, provider, &material, &names).await? else { continue };
            return Ok(made);
        }
        Err(MasterKeyError::Conflict.into())
    }

    /// Tells whose customer key the asker's cluster uses.
    async fn encryption_of(&self, asker: Asker<'_>) -> Result<Option<ProviderKind>, Error> {
        let node = &asker.node.node;
        let cluster = self.store().cluster(node.project, &asker.node.cluster_name).await?;
        // Another cluster of that name is not the node's.
        let cluster = cluster.filter(|cluster| cluster.id == node.cluster).ok_or(MasterKeyError::NotFound)?;
        Ok(cluster.settings.encryption)
    }

    /// Picks those of some names that other living keys of a scope have.
    pub(super) async fn taken_names(
        &self,
        scope: Scope,
        names: &[Name],
        but: Option<MasterKeyId>,
        now: Timestamp,
    ) -> Result<Vec<Name>, Error> {
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let texts: Vec<String> = names.iter().map(|name| name.value.clone()).collect();
        let others = self.store().master_keys_named(scope, &texts).await?;
        let others = others.iter().map(|other| &other.key).filter(|other| Some(other.id) != but);
        Ok(taken_names(names, others, now))
    }

    /// Wraps a key and stores it. None if something changed meanwhile that it was wrapped by.
    async fn wrap_and_keep(
        &self,
        asker: Asker<'_>,
        key: MasterKey,
        provider: ProviderKind,
        material: &Arc<SecretSlice>,
        names: &[Name],
    ) -> Result<Option<Arc<StoredMasterKey>>, Error> {
        let snapshot = self.store().project_snapshot(key.project).await?.ok_or(MasterKeyError::NotFound)?;
        // Disabled between the two reads: the cluster says so at the next look.
        let Some(by) = Self::current_customer_key(&snapshot, provider) else { return Ok(None) };
        let standing = self.fresh_standing(by).await?;
        if let Backing::Lost { since } = standing.reading.backing {
            return Err(NoKey::CustomerKeyLost { since }.into());
        }
        let cluster_name = asker.node.cluster_name.as_str();
        let (wrapped, unwrapped) = match self.wrap_master_key(&key, cluster_name, material, &standing).await? {
            Ok(done) => done,
            Err(failure) => {
                let no_key = match failure.reason {
                    Reason::Transient(_) => NoKey::ProviderAway,
                    Reason::Definite(_) => {
                        let _goes_on = self.begin_check_of(&standing);
                        NoKey::Unconfirmed
                    }
                };
                return Err(no_key.into());
            }
        };
        let stored = StoredMasterKey { key, wrapped: Some(wrapped), purge_at: None };
        match self.store().insert_master_key(&stored, &[]).await? {
            MasterKeyOutcome::Saved => {
                self.keys().memories.remember(stored.key.id, unwrapped);
                Ok(Some(Arc::new(stored)))
            }
            MasterKeyOutcome::NameTaken => Err(MasterKeyError::NameTaken(names.to_vec()).into()),
            MasterKeyOutcome::TooMany => Err(MasterKeyError::TooManyKeys.into()),
            MasterKeyOutcome::Conflict => Ok(None),
        }
    }
}

/// Lets the domain decide, and gives the bytes: drawn for a key that is made.
fn decide(
    wanted: &Wanted,
    making: Making<'_>,
    attributes: Vec<Attribute>,
) -> Result<(MasterKey, Arc<SecretSlice>), Error> {
    match wanted {
        Wanted::Made(object) => {
            let key = create::create(making, *object, attributes).map_err(MasterKeyError::Create)?;
            let bytes = key.length.and_then(|bits| usize::try_from(bits / 8).ok());
            let bytes = bytes.ok_or(Error::Bug(Bug("a key that is made has a length")))?;
            Ok((key, Arc::new(SecretSlice::fill(bytes, random)?)))
        }
        Wanted::TakenIn(registered, material) => {
            let key = create::register(making, *registered, attributes).map_err(MasterKeyError::Create)?;
            Ok((key, material.clone()))
        }
    }
}

fn new_id() -> Result<MasterKeyId, Error> {
    let mut bytes = [0; 16];
    random(&mut bytes)?;
    Ok(MasterKeyId::from_random(bytes))
}
