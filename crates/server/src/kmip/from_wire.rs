//! From the wire's words to the domain's, where values are taken apart by name, so that a new field breaks the build.
//! Attributes are in `from_wire/attribute.rs`, ciphers in `from_wire/cipher.rs`. Must not know who asks.

mod attribute;
mod cipher;

use domain::master_key::attribute::Attribute;
use domain::master_key::create::Registered;
use domain::master_key::locate::{Criteria, ObjectGroupMember, StorageStatus};
use domain::master_key::state::{Cause, Ending};
use domain::master_key::{Algorithm, Content, KeyFormat, ObjectType};
use domain::secret::SecretSlice;
use domain::time::Timestamp;
use kmip_wire::SecretBytes;
use kmip_wire::attribute::RevocationReason;
use kmip_wire::enumeration::{self, CryptographicAlgorithm, KeyFormatType, ObjectKind, RevocationCause};
use kmip_wire::mask::StorageStatusMask;
use kmip_wire::object::{KeyBlock, KeyValue, Object};
use kmip_wire::payload::locate;
use kmip_wire::template::TemplateAttribute;
use kmip_wire::ttlv::DateTime;

pub(super) use self::attribute::{AttributeFault, attribute, attribute_name};
pub(super) use self::cipher::{cipher, cipher_mode, refuse_stream};
use super::error::Refused;

/// An object to be registered.
#[derive(Debug)]
pub(super) struct Taken {
    /// What it is.
    pub(super) registered: Registered,
    /// Its bytes.
    pub(super) material: SecretSlice,
    /// Attributes that came inside its Key Value.
    pub(super) inside: Vec<Attribute>,
}

/// Reads a kind of object. Errors: one that is not kept here.
pub(super) fn object_type(kind: enumeration::ObjectType) -> Result<ObjectType, Refused> {
    match kind.known() {
        Some(ObjectKind::SymmetricKey) => Ok(ObjectType::SymmetricKey),
        Some(ObjectKind::SecretData) => Ok(ObjectType::SecretData),
        Some(ObjectKind::OpaqueObject) => Ok(ObjectType::OpaqueObject),
        None => Err(Refused::ObjectType(kind)),
    }
}

/// Reads the attributes of an object to be. What it would be like anyway need not be kept.
/// Errors: names of templates, which are not kept here; attributes that are not.
pub(super) fn template(template: TemplateAttribute) -> Result<Vec<Attribute>, Refused> {
    let TemplateAttribute { names, attributes } = template;
    if !names.is_empty() {
        return Err(Refused::Template);
    }
    new_attributes(attributes)
}

fn new_attributes(attributes: Vec<kmip_wire::attribute::Attribute>) -> Result<Vec<Attribute>, Refused> {
    attributes.into_iter().filter(|one| !attribute::goes_without_saying(&one.value)).map(attribute).collect()
}

/// Reads an object with its bytes.
/// Errors: it is wrapped, or laid out in a way that is not kept here.
pub(super) fn object(object: Object) -> Result<Taken, Refused> {
    match object {
        Object::SymmetricKey(block) => key_block(block, |format| Content::SymmetricKey { format }),
        Object::SecretData { kind, key_block: block } => {
            key_block(block, |format| Content::SecretData { kind: kind.number(), format })
        }
        Object::OpaqueObject { kind, value } => Ok(Taken {
            registered: Registered {
                content: Content::OpaqueObject { kind: kind.number() },
                bytes: value.len(),
                algorithm: None,
                length: None,
            },
            material: secret(&value),
            inside: Vec::new(),
        }),
    }
}

fn key_block(block: KeyBlock, content: impl FnOnce(KeyFormat) -> Content) -> Result<Taken, Refused> {
    let KeyBlock {
        format,
        // Means something for points on curves alone; old clients send it with every key.
        compression: _,
        value,
        algorithm,
        length,
        wrapping,
    } = block;
    let (material, attributes) = match (value, wrapping) {
        (KeyValue::Structure { material, attributes }, None) => (material.into_bytes(), attributes),
        (KeyValue::Structure { .. }, Some(_)) | (KeyValue::Wrapped(_), _) => return Err(Refused::WrappedKeyGiven),
    };
    Ok(Taken {
        registered: Registered {
            content: content(key_format(format)?),
            bytes: material.len(),
            algorithm: algorithm.map(self::algorithm),
            length,
        },
        material: secret(&material),
        inside: new_attributes(attributes)?,
    })
}

fn key_format(format: KeyFormatType) -> Result<KeyFormat, Refused> {
    match format {
        KeyFormatType::RAW => Ok(KeyFormat::Raw),
        KeyFormatType::OPAQUE => Ok(KeyFormat::Opaque),
        KeyFormatType::TRANSPARENT_SYMMETRIC_KEY => Ok(KeyFormat::TransparentSymmetricKey),
        other => Err(Refused::KeyFormat(other)),
    }
}

pub(super) fn algorithm(algorithm: CryptographicAlgorithm) -> Algorithm {
    if algorithm == CryptographicAlgorithm::AES { Algorithm::Aes } else { Algorithm::Other(algorithm.number()) }
}

/// Copies a secret into the domain's type. The wire's wipes itself.
pub(super) fn secret(bytes: &SecretBytes) -> SecretSlice {
    SecretSlice::copied(bytes.expose())
}

/// Reads a moment. The wire counts seconds.
pub(super) const fn timestamp(moment: DateTime) -> Timestamp {
    Timestamp::from_millis(moment.0.saturating_mul(1000))
}

/// Reads why the use of an object ends. Errors: a reason that nobody knows.
pub(super) fn ending(reason: RevocationReason) -> Result<Ending, Refused> {
    let RevocationReason { code, message } = reason;
    let cause = match code.known().ok_or(Refused::RevocationReason(code))? {
        RevocationCause::Unspecified => Cause::Unspecified,
        RevocationCause::KeyCompromise => Cause::KeyCompromise,
        RevocationCause::CaCompromise => Cause::CaCompromise,
        RevocationCause::AffiliationChanged => Cause::AffiliationChanged,
        RevocationCause::Superseded => Cause::Superseded,
        RevocationCause::CessationOfOperation => Cause::CessationOfOperation,
        RevocationCause::PrivilegeWithdrawn => Cause::PrivilegeWithdrawn,
    };
    Ok(Ending { cause, message })
}

/// Reads what to look for; none if nothing here can be like that.
/// Errors: attributes that are not kept here: leaving them out would find too much.
pub(super) fn criteria(request: locate::Request) -> Result<Option<Criteria>, Refused> {
    let locate::Request { maximum_items, offset_items, storage_status_mask, object_group_member, attributes } = request;
    if storage_status_mask.is_some_and(is_archive_alone) {
        return Ok(None);
    }
    let mut wanted = Vec::with_capacity(attributes.len());
    for one in attributes {
        match attribute(one) {
            Ok(attribute) => wanted.push(attribute),
            Err(Refused::Attribute(AttributeFault::Impossible { .. })) => return Ok(None),
            Err(other) => return Err(other),
        }
    }
    let object_group_member = match object_group_member {
        None => None,
        Some(enumeration::ObjectGroupMember::FRESH) => Some(ObjectGroupMember::Fresh),
        Some(enumeration::ObjectGroupMember::DEFAULT) => Some(ObjectGroupMember::Default),
        Some(_) => return Err(Refused::ObjectGroupMember),
    };
    Ok(Some(Criteria {
        attributes: wanted,
        storage: storage_status_mask.map(|mask| StorageStatus {
            online: mask.contains(StorageStatusMask::ONLINE_STORAGE),
            destroyed: mask.contains(StorageStatusMask::DESTROYED_STORAGE),
        }),
        object_group_member,
        offset: count(offset_items).unwrap_or(0),
        maximum: count(maximum_items),
    }))
}

fn count(items: Option<u32>) -> Option<usize> {
    items.map(|items| usize::try_from(items).unwrap_or(usize::MAX))
}

/// Nothing is ever archived here.
fn is_archive_alone(mask: StorageStatusMask) -> bool {
    let elsewhere = [StorageStatusMask::ONLINE_STORAGE, StorageStatusMask::DESTROYED_STORAGE];
    mask.contains(StorageStatusMask::ARCHIVAL_STORAGE) && !elsewhere.into_iter().any(|place| mask.contains(place))
}
