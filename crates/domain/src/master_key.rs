//! Master keys: the managed objects that nodes keep here, and the rules of their lives, of who may have them and of
//! what may be told about them (product.md 3).
//!
//! Must not know how the key protocol spells any of this, what seals a key, tables, clocks or randomness. Key
//! material never comes into this module: its rules need a length at most.

pub mod access;
pub mod attribute;
pub mod backing;
pub mod create;
pub mod effective;
pub mod lease;
pub mod limits;
pub mod locate;
pub mod state;
pub mod usage;
pub mod wrapped;

mod id;

use crate::id::{ClusterId, NodeId, ProjectId};
use crate::node::NodeRole;
use crate::time::Timestamp;
use attribute::{Attribute, Instance, Name};
use state::{Life, State};
use usage::UsageMask;

pub use id::{MasterKeyId, NotAMasterKeyId};

/// A managed object, without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MasterKey {
    /// Its id.
    pub id: MasterKeyId,
    /// The project whose customer key protects it.
    pub project: ProjectId,
    /// The cluster whose node made it.
    pub cluster: ClusterId,
    /// Whose it is.
    pub owner: Owner,
    /// What kind of object it is, and how its bytes are laid out.
    pub content: Content,
    /// What it is a key for; secrets and opaque bytes may have none.
    pub algorithm: Option<Algorithm>,
    /// How long the key is, if it is said. Unit: bits.
    pub length: Option<u32>,
    /// What it may be used for.
    pub usage: UsageMask,
    /// Whether it was never released, if whoever made it wanted that watched.
    pub fresh: Option<bool>,
    /// Where it is in its life, and when it got there.
    pub life: Life,
    /// What its owner says about it: names, marks, words.
    pub described: Vec<Instance>,
    /// Counts the changes, from 1. Saving counts; the rules leave it alone, and a lost race is seen by it.
    pub revision: i64,
}

/// Whose a master key is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Owner {
    /// The node that created or registered it.
    pub node: NodeId,
    /// What that node was then.
    pub role: NodeRole,
}

/// What kind of object it is. Numbers are the key protocol's own, kept to be given back as they came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Content {
    /// A key for a symmetric cipher or a MAC.
    SymmetricKey {
        /// How its bytes are laid out.
        format: KeyFormat,
    },
    /// A password, a seed, any secret that is no key.
    SecretData {
        /// What it is.
        kind: u32,
        /// How its bytes are laid out.
        format: KeyFormat,
    },
    /// Bytes of a meaning that only the client knows.
    OpaqueObject {
        /// What they are.
        kind: u32,
    },
}

/// What kind of object it is, and nothing more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ObjectType {
    /// A key for a symmetric cipher or a MAC.
    SymmetricKey,
    /// A password, a seed, any secret that is no key.
    SecretData,
    /// Bytes of a meaning that only the client knows.
    OpaqueObject,
}

/// How a key's bytes are laid out. They are given back as they came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyFormat {
    /// The key's bytes.
    Raw,
    /// Bytes that only the client can read.
    Opaque,
    /// The key's bytes inside a structure of their own.
    TransparentSymmetricKey,
}

/// What a key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// AES, the one that we make keys for and encrypt with.
    Aes,
    /// Another one, by the number that the key protocol has for it; it is kept and given back.
    Other(u32),
}

impl Content {
    /// Says what kind of object it is.
    #[must_use]
    pub const fn object_type(self) -> ObjectType {
        match self {
            Self::SymmetricKey { .. } => ObjectType::SymmetricKey,
            Self::SecretData { .. } => ObjectType::SecretData,
            Self::OpaqueObject { .. } => ObjectType::OpaqueObject,
        }
    }
}

impl MasterKey {
    /// Gives its names.
    pub fn names(&self) -> impl Iterator<Item = &Name> {
        self.described.iter().filter_map(|instance| instance.attribute.as_name())
    }

    /// Gives everything there is to say about it, one instance after the other. `told` is the state that may be
    /// told at the moment, which need not be the stored one (see `effective`).
    #[must_use]
    pub fn attributes(&self, told: State) -> Vec<Instance> {
        let Self { id, project: _, cluster: _, owner: _, content, algorithm, length, usage, fresh, .. } = self;
        let Life { schedule, .. } = &self.life;
        let life = &self.life;
        let fixed = [
            Some(Attribute::UniqueIdentifier(*id)),
            Some(Attribute::ObjectType(content.object_type())),
            algorithm.map(Attribute::CryptographicAlgorithm),
            length.map(Attribute::CryptographicLength),
            Some(Attribute::CryptographicUsageMask(*usage)),
            Some(Attribute::State(told)),
            Some(Attribute::InitialDate(life.initial)),
            schedule.activation.map(Attribute::ActivationDate),
            schedule.process_start.map(Attribute::ProcessStartDate),
            schedule.protect_stop.map(Attribute::ProtectStopDate),
            schedule.deactivation.map(Attribute::DeactivationDate),
            life.destroyed.map(Attribute::DestroyDate),
            life.compromise_occurred.map(Attribute::CompromiseOccurrenceDate),
            life.compromised.map(Attribute::CompromiseDate),
            life.ending.clone().map(Attribute::RevocationReason),
            fresh.map(Attribute::Fresh),
            Some(Attribute::LastChangeDate(life.changed)),
        ];
        let fixed = fixed.into_iter().flatten().map(|attribute| Instance { index: 0, attribute });
        fixed.chain(self.described.iter().cloned()).collect()
    }

    /// Notes that it was released: it is fresh no more. None if that changes nothing, so nothing is to be saved.
    #[must_use]
    pub fn released(&self, now: Timestamp) -> Option<Self> {
        (self.fresh == Some(true)).then(|| {
            let mut key = self.clone();
            key.fresh = Some(false);
            key.life.changed = now;
            key
        })
    }
}

#[cfg(test)]
pub(crate) mod fixture;
#[cfg(test)]
mod tests;
