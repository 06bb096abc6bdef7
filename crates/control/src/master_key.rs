//! Master keys: making, taking in, handing out, using, finding, ending and describing them, for nodes; reading them and
//! bringing them back, for owners (product.md 3). Must not know how a node asks on the wire.
//!
//! ```text
//!   release:  store's row ─► who asks (access) ─► what its state permits (usage) ─► lease ─┬─ memory ────────┐
//!                                                                                         └─ provider, lease ┴─► record ─► bytes
//! ```
//!
//! Nothing is handed out that was not recorded, and nothing is acknowledged that is not durable.

mod attribute;
mod attributes;
mod cipher;
mod copy;
mod create;
mod life;
mod locate;
mod memory;
mod owner;
mod reading;
mod release;
mod seal;

mod unwrap;
mod wipe;

#[cfg(test)]
mod fixture;

use std::net::IpAddr;
use std::sync::Arc;

use domain::customer_key::{CustomerKeyNumber, ProviderKind};
use domain::event::{Actor, Event, EventKind};
use domain::id::ProjectId;
use domain::master_key::MasterKeyId;
use domain::master_key::access::{self, AccessRefusal, Act};
use domain::master_key::attribute::{AttributeRefusal, Name};
use domain::master_key::create::CreateRefusal;
use domain::master_key::effective::Untold;
use domain::master_key::lease::{LEASE_MAX, LeaseTerms, NoKey};
use domain::master_key::state::{MoveRefusal, ReturnRefusal, State};
use domain::master_key::usage::{UsageMask, UseRefusal};
use domain::secret::SecretSlice;
pub use storage::{MasterKeyFilter, StoredMasterKey};

use crate::node::NodeCaller;
use crate::{Control, Error};

pub use cipher::{Cipher, CipherFault, Encrypted, Mode};
pub use owner::MasterKeyPage;
pub(crate) use reading::Standing;
pub(crate) use seal::open as open_sealed;
pub(crate) use unwrap::wrap_context;

/// Who asks for a master key, and from where.
#[derive(Debug, Clone, Copy)]
pub struct Asker<'a> {
    /// The node, recognised for this message.
    pub node: &'a NodeCaller,
    /// The address it asks from.
    pub address: IpAddr,
}

/// A master key that may be handed out. It was recorded.
#[derive(Debug, Clone)]
pub struct Released {
    /// What there is to say about it.
    pub key: Arc<StoredMasterKey>,
    /// Its bytes.
    pub material: Arc<SecretSlice>,
}

/// A master key, and the state that may be told of it.
#[derive(Debug, Clone)]
pub struct Attributes {
    /// The key.
    pub key: Arc<StoredMasterKey>,
    /// Its state to tell. Where it cannot be told, nothing else may be told in its place.
    pub told: Result<State, Untold>,
}

/// What a node wants to know before it uses a key, or what of that is refused. Objects have no limits of use and no
/// leases of the key protocol here, so whatever is asked of those is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Checked {
    /// What it wants to use the key for.
    pub usage: Option<UsageMask>,
}

/// What can go wrong with master keys. Whose fault it is stands with each refusal of the domain.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MasterKeyError {
    /// No such key, as far as whoever asks can tell.
    #[error("find a master key")]
    NotFound,
    /// An owner's grant lets the node read it, and no more.
    #[error("change a master key of another node")]
    ReadOnly,
    /// Nothing is made.
    #[error("make a master key: {0:?}")]
    Create(CreateRefusal),
    /// It may not be used so.
    #[error("use a master key: {0:?}")]
    Use(UseRefusal),
    /// It cannot go where it is to go.
    #[error("move a master key: {0:?}")]
    Move(MoveRefusal),
    /// An attribute is not set, changed or deleted.
    #[error("change what is said about a master key: {0:?}")]
    Attribute(AttributeRefusal),
    /// No key is served at the moment.
    #[error("serve a master key: {0:?}")]
    NoKey(NoKey),
    /// The state cannot be told at the moment.
    #[error("tell the state of a master key")]
    Untold,
    /// Other keys of the same owner have these names.
    #[error("name a master key as others are named")]
    NameTaken(Vec<Name>),
    /// Somebody else changed it, its cluster or its customer key meanwhile, again and again.
    #[error("change a master key that somebody else changes too")]
    Conflict,
    /// The owner has as many as there can be.
    #[error("keep one more master key")]
    TooManyKeys,
    /// Data cannot be encrypted or decrypted so.
    #[error("encrypt or decrypt with a master key: {0:?}")]
    Cipher(CipherFault),
    /// It is not brought back.
    #[error("bring a master key back: {0:?}")]
    Return(ReturnRefusal),
}

/// What is kept in memory for master keys.
#[derive(Debug)]
pub(crate) struct Keys {
    memories: memory::Memories,
    copies: copy::Copies,
    readings: reading::Readings,
    unwrapping: unwrap::Unwrapping,
}

impl Keys {
    /// Starts with nothing. `at_once` is how many are wrapped or unwrapped at once.
    pub(crate) fn new(at_once: usize) -> Self {
        Self {
            memories: memory::Memories::empty(),
            copies: copy::Copies::empty(),
            readings: reading::Readings::empty(),
            unwrapping: unwrap::Unwrapping::new(at_once),
        }
    }
}

impl From<NoKey> for Error {
    fn from(no_key: NoKey) -> Self {
        Self::MasterKey(MasterKeyError::NoKey(no_key))
    }
}

impl Control {
    /// Loads a key that the asker may do this with.
    /// Errors: `NotFound` for one that is not there as for one that is another's; `ReadOnly`.
    async fn master_key_for(&self, asker: Asker<'_>, act: Act, id: MasterKeyId) -> Result<Arc<StoredMasterKey>, Error> {
        let found = self.store().master_key(id).await?.ok_or(MasterKeyError::NotFound)?;
        let (node, now) = (&asker.node.node, self.now());
        if access::allow(act, node, &found.key, &[], now).is_ok() {
            return Ok(found);
        }
        if node.project != found.key.project {
            return Err(MasterKeyError::NotFound.into());
        }
        // Grants are rare, so they are asked for last.
        let grants = self.store().grants_for(id, node.id, now).await?;
        match access::allow(act, node, &found.key, &grants, now) {
            Ok(()) => Ok(found),
            Err(AccessRefusal::Unknown) => Err(MasterKeyError::NotFound.into()),
            Err(AccessRefusal::ReadOnly) => Err(MasterKeyError::ReadOnly.into()),
        }
    }

    /// Gives the terms that leases are served under.
    fn lease_terms(&self) -> LeaseTerms {
        let timings = self.timings();
        LeaseTerms::new(timings.lease_max.min(LEASE_MAX), timings.outage_grace).unwrap_or_default()
    }

    /// Makes an event that a node caused.
    fn event_by_node(&self, asker: Asker<'_>, kind: EventKind, detail: String) -> Result<Event, Error> {
        let NodeCaller { node, cluster_name, org, serial: _ } = asker.node;
        let event = self.event_by_us(*org, node.project, kind, Some(detail))?;
        let (actor, remote_address) = (Actor::Node { id: node.id }, Some(asker.address));
        Ok(Event { actor, remote_address, cluster: Some(cluster_name.clone()), ..event })
    }
}

/// Names one of the customer keys that a project has had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct CustomerKeyId {
    pub(crate) project: ProjectId,
    pub(crate) provider: ProviderKind,
    pub(crate) number: CustomerKeyNumber,
}
