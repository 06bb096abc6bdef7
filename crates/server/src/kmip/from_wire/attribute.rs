//! Attributes, from the wire's to the domain's. Must not know what may be set or found.

use domain::master_key::attribute::{
    AlternativeName, ApplicationSpecificInformation, Attribute, AttributeName, CustomName, CustomValue, Name, NameKind,
};
use domain::master_key::state::State;
use domain::master_key::usage::UsageMask;
use kmip_wire::attribute::{self as wire, AttributeValue};
use kmip_wire::enumeration::{self, LifecycleState, NameType};
use kmip_wire::ttlv::{DateTime, Interval, Value};

use super::{algorithm, ending, object_type, timestamp};
use crate::kmip::error::Refused;

/// Why an attribute is none of the domain's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::kmip) enum AttributeFault {
    /// The standard has it, and it is not kept here.
    NotKept {
        /// Its name.
        name: String,
    },
    /// Nobody knows an attribute of that name.
    Unknown {
        /// The name.
        name: String,
    },
    /// It has a value that no object here has.
    Impossible {
        /// Its name.
        name: String,
    },
}

/// Reads an attribute. Its index is left to whoever asks.
/// Errors: it is not kept here, or cannot be so.
pub(in crate::kmip) fn attribute(attribute: wire::Attribute) -> Result<Attribute, Refused> {
    let wire::Attribute { index: _, value } = attribute;
    let name = value.name();
    let impossible = || fault(AttributeFault::Impossible { name: name.as_str().to_owned() });
    Ok(match value {
        AttributeValue::UniqueIdentifier(text) => Attribute::UniqueIdentifier(text.parse().map_err(|_| impossible())?),
        AttributeValue::Name(name) => {
            let wire::Name { value, kind } = name;
            let kind = match kind {
                NameType::UNINTERPRETED_TEXT_STRING => NameKind::Text,
                NameType::URI => NameKind::Uri,
                _ => return Err(impossible()),
            };
            Attribute::Name(Name { value, kind })
        }
        AttributeValue::ObjectType(kind) => Attribute::ObjectType(object_type(kind).map_err(|_| impossible())?),
        AttributeValue::CryptographicAlgorithm(which) => Attribute::CryptographicAlgorithm(algorithm(which)),
        AttributeValue::CryptographicLength(bits) => Attribute::CryptographicLength(bits),
        AttributeValue::OperationPolicyName(text) => Attribute::OperationPolicyName(text),
        AttributeValue::CryptographicUsageMask(mask) => {
            Attribute::CryptographicUsageMask(UsageMask::from_bits(mask.bits()))
        }
        AttributeValue::State(state) => Attribute::State(self::state(state).ok_or_else(impossible)?),
        AttributeValue::InitialDate(date) => Attribute::InitialDate(timestamp(date)),
        AttributeValue::ActivationDate(date) => Attribute::ActivationDate(timestamp(date)),
        AttributeValue::ProcessStartDate(date) => Attribute::ProcessStartDate(timestamp(date)),
        AttributeValue::ProtectStopDate(date) => Attribute::ProtectStopDate(timestamp(date)),
        AttributeValue::DeactivationDate(date) => Attribute::DeactivationDate(timestamp(date)),
        AttributeValue::DestroyDate(date) => Attribute::DestroyDate(timestamp(date)),
        AttributeValue::CompromiseOccurrenceDate(date) => Attribute::CompromiseOccurrenceDate(timestamp(date)),
        AttributeValue::CompromiseDate(date) => Attribute::CompromiseDate(timestamp(date)),
        AttributeValue::RevocationReason(reason) => {
            Attribute::RevocationReason(ending(reason).map_err(|_| impossible())?)
        }
        AttributeValue::ObjectGroup(text) => Attribute::ObjectGroup(text),
        AttributeValue::Fresh(fresh) => Attribute::Fresh(fresh),
        AttributeValue::ApplicationSpecificInformation(kept) => {
            let wire::ApplicationSpecificInformation { namespace, data } = kept;
            Attribute::ApplicationSpecificInformation(ApplicationSpecificInformation { namespace, data })
        }
        AttributeValue::ContactInformation(text) => Attribute::ContactInformation(text),
        AttributeValue::LastChangeDate(date) => Attribute::LastChangeDate(timestamp(date)),
        AttributeValue::AlternativeName(name) => {
            let wire::AlternativeName { value, kind } = name;
            Attribute::AlternativeName(AlternativeName { value, kind: kind.number() })
        }
        AttributeValue::Description(text) => Attribute::Description(text),
        AttributeValue::Comment(text) => Attribute::Comment(text),
        AttributeValue::CryptographicParameters(_)
        | AttributeValue::Digest(_)
        | AttributeValue::LeaseTime(_)
        | AttributeValue::UsageLimits(_)
        | AttributeValue::ArchiveDate(_)
        | AttributeValue::Link(_)
        | AttributeValue::KeyValuePresent(_)
        | AttributeValue::OriginalCreationDate(_)
        | AttributeValue::Sensitive(_)
        | AttributeValue::AlwaysSensitive(_)
        | AttributeValue::Extractable(_)
        | AttributeValue::NeverExtractable(_) => return Err(not_kept(&name)),
        AttributeValue::Other { name, value } => {
            let custom = CustomName::parse(name.as_str()).ok_or_else(|| not_kept(&name))?;
            Attribute::Custom { name: custom, value: custom_value(value).ok_or_else(impossible)? }
        }
    })
}

/// Tells whether an attribute of a new object says what is so of every object here: it can be handed out, and is to
/// nobody but its owner in any case.
pub(super) fn goes_without_saying(value: &AttributeValue) -> bool {
    matches!(value, AttributeValue::Sensitive(false) | AttributeValue::Extractable(true))
}

/// Reads the name of an attribute. Errors: it is not kept here.
pub(in crate::kmip) fn attribute_name(name: &wire::AttributeName) -> Result<AttributeName, Refused> {
    use wire::AttributeName as Wire;

    use AttributeName as Ours;
    let known: [(Wire, Ours); 25] = [
        (Wire::UNIQUE_IDENTIFIER, Ours::UniqueIdentifier),
        (Wire::OBJECT_TYPE, Ours::ObjectType),
        (Wire::NAME, Ours::Name),
        (Wire::ALTERNATIVE_NAME, Ours::AlternativeName),
        (Wire::CRYPTOGRAPHIC_ALGORITHM, Ours::CryptographicAlgorithm),
        (Wire::CRYPTOGRAPHIC_LENGTH, Ours::CryptographicLength),
        (Wire::CRYPTOGRAPHIC_USAGE_MASK, Ours::CryptographicUsageMask),
        (Wire::OPERATION_POLICY_NAME, Ours::OperationPolicyName),
        (Wire::STATE, Ours::State),
        (Wire::INITIAL_DATE, Ours::InitialDate),
        (Wire::ACTIVATION_DATE, Ours::ActivationDate),
        (Wire::PROCESS_START_DATE, Ours::ProcessStartDate),
        (Wire::PROTECT_STOP_DATE, Ours::ProtectStopDate),
        (Wire::DEACTIVATION_DATE, Ours::DeactivationDate),
        (Wire::DESTROY_DATE, Ours::DestroyDate),
        (Wire::COMPROMISE_OCCURRENCE_DATE, Ours::CompromiseOccurrenceDate),
        (Wire::COMPROMISE_DATE, Ours::CompromiseDate),
        (Wire::REVOCATION_REASON, Ours::RevocationReason),
        (Wire::OBJECT_GROUP, Ours::ObjectGroup),
        (Wire::FRESH, Ours::Fresh),
        (Wire::APPLICATION_SPECIFIC_INFORMATION, Ours::ApplicationSpecificInformation),
        (Wire::CONTACT_INFORMATION, Ours::ContactInformation),
        (Wire::DESCRIPTION, Ours::Description),
        (Wire::COMMENT, Ours::Comment),
        (Wire::LAST_CHANGE_DATE, Ours::LastChangeDate),
    ];
    if let Some(custom) = CustomName::parse(name.as_str()) {
        return Ok(Ours::Custom(custom));
    }
    let ours = known.into_iter().find_map(|(wire, ours)| (wire == *name).then_some(ours));
    ours.ok_or_else(|| not_kept(name))
}

fn state(state: enumeration::State) -> Option<State> {
    Some(match state.known()? {
        LifecycleState::PreActive => State::PreActive,
        LifecycleState::Active => State::Active,
        LifecycleState::Deactivated => State::Deactivated,
        LifecycleState::Compromised => State::Compromised,
        LifecycleState::Destroyed => State::Destroyed,
        LifecycleState::DestroyedCompromised => State::DestroyedCompromised,
    })
}

fn custom_value(value: Value) -> Option<CustomValue> {
    Some(match value {
        // Nobody reads a structure without knowing whose it is.
        Value::Structure(_) => return None,
        Value::Integer(number) => CustomValue::Integer(number),
        Value::LongInteger(number) => CustomValue::LongInteger(number),
        Value::BigInteger(number) => CustomValue::BigInteger(number.as_bytes().to_vec()),
        Value::Enumeration(number) => CustomValue::Enumeration(number),
        Value::Boolean(truth) => CustomValue::Boolean(truth),
        Value::Text(text) => CustomValue::Text(text),
        Value::Bytes(bytes) => CustomValue::Bytes(bytes),
        Value::DateTime(DateTime(seconds)) => CustomValue::DateTime(seconds),
        Value::Interval(Interval(seconds)) => CustomValue::Interval(seconds),
    })
}

fn not_kept(name: &wire::AttributeName) -> Refused {
    let text = name.as_str().to_owned();
    let is_standard = name.since().is_some();
    fault(if is_standard { AttributeFault::NotKept { name: text } } else { AttributeFault::Unknown { name: text } })
}

const fn fault(fault: AttributeFault) -> Refused {
    Refused::Attribute(fault)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_attribute_that_is_kept_has_its_name_on_the_wire() {
        for ours in AttributeName::STANDARD {
            let wires = wire::AttributeName::new(crate::kmip::to_wire::attribute_name(ours).as_str().to_owned());
            assert_eq!(attribute_name(&wires).unwrap(), *ours);
        }
        assert!(attribute_name(&wire::AttributeName::LINK).is_err());
        assert!(attribute_name(&wire::AttributeName::new("x-".to_owned())).is_err());
        assert!(attribute_name(&wire::AttributeName::new("x-mine".to_owned())).is_ok());
    }
}
