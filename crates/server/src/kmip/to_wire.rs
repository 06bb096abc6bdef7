//! From the domain's words to the wire's, taken apart by name. Must not know who hears them.

use domain::master_key::attribute::{
    AlternativeName, ApplicationSpecificInformation, Attribute, AttributeName, CustomName, CustomValue, Instance, Name,
    NameKind,
};
use domain::master_key::state::{Cause, Ending, State};
use domain::master_key::{Algorithm, Content, KeyFormat, MasterKey, ObjectType};
use domain::secret::SecretSlice;
use domain::time::Timestamp;
use kmip_wire::SecretBytes;
use kmip_wire::attribute::{self as wire, AttributeValue};
use kmip_wire::enumeration::{
    self, AlternativeNameType, CryptographicAlgorithm, KeyFormatType, LifecycleState, NameType, ObjectKind,
    OpaqueDataType, RevocationCause, SecretDataType,
};
use kmip_wire::mask::UsageMask;
use kmip_wire::object::{KeyBlock, KeyMaterial, KeyValue, Object};
use kmip_wire::ttlv::{BigInteger, DateTime, Interval, Value};

/// Writes a kind of object.
pub(super) fn object_type(object: ObjectType) -> enumeration::ObjectType {
    enumeration::ObjectType::from(match object {
        ObjectType::SymmetricKey => ObjectKind::SymmetricKey,
        ObjectType::SecretData => ObjectKind::SecretData,
        ObjectType::OpaqueObject => ObjectKind::OpaqueObject,
    })
}

/// Writes an object as it was registered, without attributes inside: clients choke on them.
pub(super) fn object(key: &MasterKey, material: &SecretSlice) -> Object {
    let bytes = SecretBytes::copy_of(material.expose());
    match key.content {
        Content::SymmetricKey { format } => Object::SymmetricKey(key_block(key, format, bytes)),
        Content::SecretData { kind, format } => {
            Object::SecretData { kind: SecretDataType::from_number(kind), key_block: key_block(key, format, bytes) }
        }
        Content::OpaqueObject { kind } => {
            Object::OpaqueObject { kind: OpaqueDataType::from_number(kind), value: bytes }
        }
    }
}

fn key_block(key: &MasterKey, format: KeyFormat, bytes: SecretBytes) -> KeyBlock {
    let material = match format {
        KeyFormat::Raw | KeyFormat::Opaque => KeyMaterial::Bytes(bytes),
        KeyFormat::TransparentSymmetricKey => KeyMaterial::TransparentSymmetricKey(bytes),
    };
    KeyBlock {
        format: format_type(format),
        compression: None,
        value: KeyValue::Structure { material, attributes: Vec::new() },
        algorithm: key.algorithm.map(algorithm),
        length: key.length,
        wrapping: None,
    }
}

/// Says how an object's bytes are laid out; opaque objects say nothing about that.
pub(super) const fn key_format(content: Content) -> Option<KeyFormatType> {
    match content {
        Content::SymmetricKey { format } | Content::SecretData { format, .. } => Some(format_type(format)),
        Content::OpaqueObject { .. } => None,
    }
}

const fn format_type(format: KeyFormat) -> KeyFormatType {
    match format {
        KeyFormat::Raw => KeyFormatType::RAW,
        KeyFormat::Opaque => KeyFormatType::OPAQUE,
        KeyFormat::TransparentSymmetricKey => KeyFormatType::TRANSPARENT_SYMMETRIC_KEY,
    }
}

/// Names an algorithm.
pub(super) const fn algorithm(algorithm: Algorithm) -> CryptographicAlgorithm {
    match algorithm {
        Algorithm::Aes => CryptographicAlgorithm::AES,
        Algorithm::Other(number) => CryptographicAlgorithm::from_number(number),
    }
}

/// Names a state.
pub(super) fn state(state: State) -> enumeration::State {
    enumeration::State::from(match state {
        State::PreActive => LifecycleState::PreActive,
        State::Active => LifecycleState::Active,
        State::Deactivated => LifecycleState::Deactivated,
        State::Compromised => LifecycleState::Compromised,
        State::Destroyed => LifecycleState::Destroyed,
        State::DestroyedCompromised => LifecycleState::DestroyedCompromised,
    })
}

/// Writes an attribute. The first of its kind has no index: some clients read none.
pub(super) fn instance(instance: Instance) -> wire::Attribute {
    let Instance { index, attribute } = instance;
    wire::Attribute { index: (index > 0).then_some(index), value: value(attribute) }
}

fn value(attribute: Attribute) -> AttributeValue {
    match attribute {
        Attribute::UniqueIdentifier(id) => AttributeValue::UniqueIdentifier(id.to_string()),
        Attribute::ObjectType(object) => AttributeValue::ObjectType(object_type(object)),
        Attribute::Name(Name { value, kind }) => {
            let kind = match kind {
                NameKind::Text => NameType::UNINTERPRETED_TEXT_STRING,
                NameKind::Uri => NameType::URI,
            };
            AttributeValue::Name(wire::Name { value, kind })
        }
        Attribute::AlternativeName(AlternativeName { value, kind }) => {
            let kind = AlternativeNameType::from_number(kind);
            AttributeValue::AlternativeName(wire::AlternativeName { value, kind })
        }
        Attribute::CryptographicAlgorithm(which) => AttributeValue::CryptographicAlgorithm(algorithm(which)),
        Attribute::CryptographicLength(bits) => AttributeValue::CryptographicLength(bits),
        Attribute::CryptographicUsageMask(mask) => {
            AttributeValue::CryptographicUsageMask(UsageMask::from_bits(mask.bits()))
        }
        Attribute::OperationPolicyName(text) => AttributeValue::OperationPolicyName(text),
        Attribute::State(told) => AttributeValue::State(state(told)),
        Attribute::InitialDate(date) => AttributeValue::InitialDate(date_time(date)),
        Attribute::ActivationDate(date) => AttributeValue::ActivationDate(date_time(date)),
        Attribute::ProcessStartDate(date) => AttributeValue::ProcessStartDate(date_time(date)),
        Attribute::ProtectStopDate(date) => AttributeValue::ProtectStopDate(date_time(date)),
        Attribute::DeactivationDate(date) => AttributeValue::DeactivationDate(date_time(date)),
        Attribute::DestroyDate(date) => AttributeValue::DestroyDate(date_time(date)),
        Attribute::CompromiseOccurrenceDate(date) => AttributeValue::CompromiseOccurrenceDate(date_time(date)),
        Attribute::CompromiseDate(date) => AttributeValue::CompromiseDate(date_time(date)),
        Attribute::RevocationReason(ending) => AttributeValue::RevocationReason(reason(ending)),
        Attribute::ObjectGroup(text) => AttributeValue::ObjectGroup(text),
        Attribute::Fresh(fresh) => AttributeValue::Fresh(fresh),
        Attribute::ApplicationSpecificInformation(ApplicationSpecificInformation { namespace, data }) => {
            AttributeValue::ApplicationSpecificInformation(wire::ApplicationSpecificInformation { namespace, data })
        }
        Attribute::ContactInformation(text) => AttributeValue::ContactInformation(text),
        Attribute::Description(text) => AttributeValue::Description(text),
        Attribute::Comment(text) => AttributeValue::Comment(text),
        Attribute::LastChangeDate(date) => AttributeValue::LastChangeDate(date_time(date)),
        Attribute::Custom { name, value } => {
            AttributeValue::Other { name: custom_name(&name), value: custom_value(value) }
        }
    }
}

/// Names an attribute.
pub(super) fn attribute_name(name: &AttributeName) -> wire::AttributeName {
    match name {
        AttributeName::UniqueIdentifier => wire::AttributeName::UNIQUE_IDENTIFIER,
        AttributeName::ObjectType => wire::AttributeName::OBJECT_TYPE,
        AttributeName::Name => wire::AttributeName::NAME,
        AttributeName::AlternativeName => wire::AttributeName::ALTERNATIVE_NAME,
        AttributeName::CryptographicAlgorithm => wire::AttributeName::CRYPTOGRAPHIC_ALGORITHM,
        AttributeName::CryptographicLength => wire::AttributeName::CRYPTOGRAPHIC_LENGTH,
        AttributeName::CryptographicUsageMask => wire::AttributeName::CRYPTOGRAPHIC_USAGE_MASK,
        AttributeName::OperationPolicyName => wire::AttributeName::OPERATION_POLICY_NAME,
        AttributeName::State => wire::AttributeName::STATE,
        AttributeName::InitialDate => wire::AttributeName::INITIAL_DATE,
        AttributeName::ActivationDate => wire::AttributeName::ACTIVATION_DATE,
        AttributeName::ProcessStartDate => wire::AttributeName::PROCESS_START_DATE,
        AttributeName::ProtectStopDate => wire::AttributeName::PROTECT_STOP_DATE,
        AttributeName::DeactivationDate => wire::AttributeName::DEACTIVATION_DATE,
        AttributeName::DestroyDate => wire::AttributeName::DESTROY_DATE,
        AttributeName::CompromiseOccurrenceDate => wire::AttributeName::COMPROMISE_OCCURRENCE_DATE,
        AttributeName::CompromiseDate => wire::AttributeName::COMPROMISE_DATE,
        AttributeName::RevocationReason => wire::AttributeName::REVOCATION_REASON,
        AttributeName::ObjectGroup => wire::AttributeName::OBJECT_GROUP,
        AttributeName::Fresh => wire::AttributeName::FRESH,
        AttributeName::ApplicationSpecificInformation => wire::AttributeName::APPLICATION_SPECIFIC_INFORMATION,
        AttributeName::ContactInformation => wire::AttributeName::CONTACT_INFORMATION,
        AttributeName::Description => wire::AttributeName::DESCRIPTION,
        AttributeName::Comment => wire::AttributeName::COMMENT,
        AttributeName::LastChangeDate => wire::AttributeName::LAST_CHANGE_DATE,
        AttributeName::Custom(name) => custom_name(name),
    }
}

fn custom_name(name: &CustomName) -> wire::AttributeName {
    wire::AttributeName::new(name.as_str().to_owned())
}

fn custom_value(value: CustomValue) -> Value {
    match value {
        CustomValue::Integer(number) => Value::Integer(number),
        CustomValue::LongInteger(number) => Value::LongInteger(number),
        CustomValue::BigInteger(bytes) => Value::BigInteger(BigInteger::new(&bytes)),
        CustomValue::Enumeration(number) => Value::Enumeration(number),
        CustomValue::Boolean(truth) => Value::Boolean(truth),
        CustomValue::Text(text) => Value::Text(text),
        CustomValue::Bytes(bytes) => Value::Bytes(bytes),
        CustomValue::DateTime(seconds) => Value::DateTime(DateTime(seconds)),
        CustomValue::Interval(seconds) => Value::Interval(Interval(seconds)),
    }
}

fn reason(ending: Ending) -> wire::RevocationReason {
    let Ending { cause, message } = ending;
    let cause = match cause {
        Cause::Unspecified => RevocationCause::Unspecified,
        Cause::KeyCompromise => RevocationCause::KeyCompromise,
        Cause::CaCompromise => RevocationCause::CaCompromise,
        Cause::AffiliationChanged => RevocationCause::AffiliationChanged,
        Cause::Superseded => RevocationCause::Superseded,
        Cause::CessationOfOperation => RevocationCause::CessationOfOperation,
        Cause::PrivilegeWithdrawn => RevocationCause::PrivilegeWithdrawn,
    };
    wire::RevocationReason { code: cause.into(), message }
}

const fn date_time(at: Timestamp) -> DateTime {
    DateTime(at.as_secs())
}
