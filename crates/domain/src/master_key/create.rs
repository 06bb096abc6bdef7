//! Making a master key: what Create and Register need, take and refuse.
//!
//! Clients are sloppy, and taken as they are: a usage mask that is missing or empty, secrets without algorithm and
//! length, the same thing said twice. What cannot be kept, or would be kept and not heeded, is refused by name.
//! Must not know key material beyond its length, nor what seals it.

use crate::customer_key::ProviderKind;
use crate::master_key::attribute::{self, Attribute, AttributeName, AttributeRefusal, Instance, Name};
use crate::master_key::limits::MATERIAL_MAX;
use crate::master_key::state::{Life, Schedule, ScheduleRefusal};
use crate::master_key::usage::UsageMask;
use crate::master_key::{Algorithm, Content, KeyFormat, MasterKey, MasterKeyId, ObjectType, Owner};
use crate::node::Node;
use crate::time::Timestamp;

/// Who makes it, and what it shall be called.
#[derive(Debug, Clone, Copy)]
pub struct Making<'a> {
    /// Its id, fresh from random bytes.
    pub id: MasterKeyId,
    /// Who makes it, and owns it.
    pub node: &'a Node,
    /// Whose customer key the node's cluster uses.
    pub encryption: Option<ProviderKind>,
    /// The names that the owner's other objects have, as far as they are in question.
    pub taken: &'a [Name],
    /// The time.
    pub now: Timestamp,
}

/// What is registered, without its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Registered {
    /// What kind of object it is.
    pub content: Content,
    /// How many bytes there are.
    pub bytes: usize,
    /// What it is a key for, as said beside the bytes.
    pub algorithm: Option<Algorithm>,
    /// How long the key is, as said beside the bytes. Unit: bits.
    pub length: Option<u32>,
}

/// Why nothing is made. Whose fault it is stands with each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CreateRefusal {
    /// The operator's: the cluster uses no customer key. Its `encryptionAtRestProvider` has to be set first.
    EncryptionOff,
    /// The request's: keys are made here, other objects are registered.
    NotMade(ObjectType),
    /// The request's: without it we do not know what to make or keep.
    Missing(AttributeName),
    /// The request's: keys of this algorithm can be registered; AES alone is made.
    AlgorithmNotMade(Algorithm),
    /// The request's: an AES key has 128, 192 or 256 bits.
    LengthNotAes {
        /// What was asked for. Unit: bits.
        length: u32,
    },
    /// The request's: the bytes are not as long as is said of them.
    LengthNotOfMaterial {
        /// What is said. Unit: bits.
        said: u32,
        /// What there is. Unit: bytes.
        bytes: usize,
    },
    /// The request's: there are no bytes.
    NoMaterial,
    /// The request's: there are too many bytes.
    MaterialTooLong {
        /// How many can be kept.
        most: usize,
    },
    /// The request's: secrets are laid out raw or opaque.
    FormatNotForObject {
        /// The layout.
        format: KeyFormat,
        /// The object.
        object: ObjectType,
    },
    /// The request's: it says two different things.
    Contradiction(AttributeName),
    /// The request's: one attribute cannot be set.
    Attribute(AttributeRefusal),
    /// The request's: its dates are in the wrong order.
    Schedule(ScheduleRefusal),
}

/// Makes a symmetric key. Its bytes are still to be drawn: as many as its length says.
/// Errors: why not.
pub fn create(making: Making<'_>, object: ObjectType, attributes: Vec<Attribute>) -> Result<MasterKey, CreateRefusal> {
    refuse_unencrypted(making)?;
    if object != ObjectType::SymmetricKey {
        return Err(CreateRefusal::NotMade(object));
    }
    let said = Said::read(object, attributes, making.taken)?;
    let algorithm = said.algorithm.ok_or(CreateRefusal::Missing(AttributeName::CryptographicAlgorithm))?;
    if algorithm != Algorithm::Aes {
        return Err(CreateRefusal::AlgorithmNotMade(algorithm));
    }
    let length = said.length.ok_or(CreateRefusal::Missing(AttributeName::CryptographicLength))?;
    refuse_length(length)?;
    said.into_key(making, Content::SymmetricKey { format: KeyFormat::Raw })
}

/// Takes an object in.
/// Errors: why not.
pub fn register(
    making: Making<'_>,
    registered: Registered,
    attributes: Vec<Attribute>,
) -> Result<MasterKey, CreateRefusal> {
    refuse_unencrypted(making)?;
    let Registered { content, bytes, algorithm, length } = registered;
    let object = content.object_type();
    match bytes {
        0 => return Err(CreateRefusal::NoMaterial),
        1..=MATERIAL_MAX => {}
        _ => return Err(CreateRefusal::MaterialTooLong { most: MATERIAL_MAX }),
    }
    let mut said = Said::read(object, attributes, making.taken)?;
    agree(&mut said.algorithm, algorithm, AttributeName::CryptographicAlgorithm)?;
    agree(&mut said.length, length, AttributeName::CryptographicLength)?;
    match content {
        Content::SymmetricKey { format } => said.refuse_key(format, bytes)?,
        Content::SecretData { format: KeyFormat::Raw | KeyFormat::Opaque, .. } | Content::OpaqueObject { .. } => {}
        Content::SecretData { format: format @ KeyFormat::TransparentSymmetricKey, .. } => {
            return Err(CreateRefusal::FormatNotForObject { format, object });
        }
    }
    said.into_key(making, content)
}

/// What a request says about an object to be.
#[derive(Default)]
struct Said {
    algorithm: Option<Algorithm>,
    length: Option<u32>,
    usage: Option<UsageMask>,
    fresh: Option<bool>,
    schedule: Schedule,
    described: Vec<Instance>,
}

impl Said {
    fn read(object: ObjectType, attributes: Vec<Attribute>, taken: &[Name]) -> Result<Self, CreateRefusal> {
        let mut said = Self::default();
        for attribute in attributes {
            said.take(object, attribute, taken)?;
        }
        Ok(said)
    }

    fn take(&mut self, object: ObjectType, attribute: Attribute, taken: &[Name]) -> Result<(), CreateRefusal> {
        let name = attribute.name();
        match attribute {
            Attribute::CryptographicAlgorithm(algorithm) => agree(&mut self.algorithm, Some(algorithm), name),
            Attribute::CryptographicLength(length) => agree(&mut self.length, Some(length), name),
            Attribute::CryptographicUsageMask(usage) => agree(&mut self.usage, Some(usage), name),
            Attribute::Fresh(fresh) => agree(&mut self.fresh, Some(fresh), name),
            Attribute::ObjectType(said) => agree(&mut Some(object), Some(said), name),
            Attribute::ActivationDate(_)
            | Attribute::ProcessStartDate(_)
            | Attribute::ProtectStopDate(_)
            | Attribute::DeactivationDate(_) => {
                let mut schedule = self.schedule;
                attribute::set_date(&mut schedule, &attribute);
                agree(&mut self.schedule.activation, schedule.activation, name.clone())?;
                agree(&mut self.schedule.process_start, schedule.process_start, name.clone())?;
                agree(&mut self.schedule.protect_stop, schedule.protect_stop, name.clone())?;
                agree(&mut self.schedule.deactivation, schedule.deactivation, name)
            }
            Attribute::UniqueIdentifier(_)
            | Attribute::State(_)
            | Attribute::InitialDate(_)
            | Attribute::DestroyDate(_)
            | Attribute::CompromiseOccurrenceDate(_)
            | Attribute::CompromiseDate(_)
            | Attribute::RevocationReason(_)
            | Attribute::LastChangeDate(_) => Err(refused(AttributeRefusal::ServerAlone(name))),
            Attribute::Custom { name: ref custom, .. } if custom.is_servers() => {
                Err(refused(AttributeRefusal::ServerAlone(name)))
            }
            Attribute::Name(_)
            | Attribute::AlternativeName(_)
            | Attribute::OperationPolicyName(_)
            | Attribute::ObjectGroup(_)
            | Attribute::ApplicationSpecificInformation(_)
            | Attribute::ContactInformation(_)
            | Attribute::Description(_)
            | Attribute::Comment(_)
            | Attribute::Custom { .. } => {
                attribute::refuse_taken(&attribute, taken).map_err(refused)?;
                attribute::admit(&mut self.described, attribute).map(|_| ()).map_err(refused)
            }
        }
    }

    /// Checks a symmetric key's length against its bytes, and fills in what is not said.
    fn refuse_key(&mut self, format: KeyFormat, bytes: usize) -> Result<(), CreateRefusal> {
        let algorithm = self.algorithm.ok_or(CreateRefusal::Missing(AttributeName::CryptographicAlgorithm))?;
        let bits = u32::try_from(bytes.saturating_mul(8)).unwrap_or(u32::MAX);
        let length = *self.length.get_or_insert(bits);
        // Other algorithms count their bits in their own ways, and opaque bytes are the client's affair.
        if algorithm == Algorithm::Aes && format != KeyFormat::Opaque {
            refuse_length(length)?;
            if length != bits {
                return Err(CreateRefusal::LengthNotOfMaterial { said: length, bytes });
            }
        }
        Ok(())
    }

    fn into_key(self, making: Making<'_>, content: Content) -> Result<MasterKey, CreateRefusal> {
        let Self { algorithm, length, usage, fresh, schedule, described } = self;
        let Making { id, node, encryption: _, taken: _, now } = making;
        Ok(MasterKey {
            id,
            project: node.project,
            cluster: node.cluster,
            owner: Owner { node: node.id, role: node.role },
            content,
            algorithm,
            length,
            usage: usage.unwrap_or(UsageMask::NONE),
            fresh,
            life: Life::begin(schedule, now).map_err(CreateRefusal::Schedule)?,
            described,
            revision: 1,
        })
    }
}

const fn refuse_unencrypted(making: Making<'_>) -> Result<(), CreateRefusal> {
    if making.encryption.is_none() { Err(CreateRefusal::EncryptionOff) } else { Ok(()) }
}

const fn refuse_length(length: u32) -> Result<(), CreateRefusal> {
    if matches!(length, 128 | 192 | 256) { Ok(()) } else { Err(CreateRefusal::LengthNotAes { length }) }
}

const fn refused(refusal: AttributeRefusal) -> CreateRefusal {
    CreateRefusal::Attribute(refusal)
}

/// Lets a thing be said twice if it is the same thing.
fn agree<T: PartialEq>(known: &mut Option<T>, said: Option<T>, name: AttributeName) -> Result<(), CreateRefusal> {
    match (&*known, &said) {
        (Some(known), Some(said)) if known != said => Err(CreateRefusal::Contradiction(name)),
        (Some(_), Some(_) | None) | (None, None) => Ok(()),
        (None, Some(_)) => {
            *known = said;
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests;
