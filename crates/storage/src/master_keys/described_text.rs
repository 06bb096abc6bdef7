//! How one thing that an owner says about his master key lies in the JSON of its row. Must not know who may say it.

use domain::Bug;
use domain::master_key::attribute::{
    AlternativeName, ApplicationSpecificInformation, Attribute, CustomName, CustomValue, Instance, Name, NameKind,
};
use serde::{Deserialize, Serialize};

use crate::error::Result;

/// One instance of an attribute.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct InstanceText {
    index: u32,
    is: AttributeText,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", deny_unknown_fields)]
enum AttributeText {
    Name { value: String, uri: bool },
    AlternativeName { value: String, kind: u32 },
    OperationPolicyName(String),
    ObjectGroup(String),
    Application { namespace: String, data: Option<String> },
    ContactInformation(String),
    Description(String),
    Comment(String),
    Custom { name: String, value: ValueText },
}

/// Bytes are in hex.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum ValueText {
    Integer(i32),
    LongInteger(i64),
    BigInteger(String),
    Enumeration(u32),
    Boolean(bool),
    Text(String),
    Bytes(String),
    DateTime(i64),
    Interval(u32),
}

/// Errors: a bug if it is something that has a place of its own.
pub(super) fn write(instance: &Instance) -> Result<InstanceText> {
    let Instance { index, attribute } = instance;
    let is = match attribute {
        Attribute::Name(Name { value, kind }) => {
            AttributeText::Name { value: value.clone(), uri: *kind == NameKind::Uri }
        }
        Attribute::AlternativeName(AlternativeName { value, kind }) => {
            AttributeText::AlternativeName { value: value.clone(), kind: *kind }
        }
        Attribute::OperationPolicyName(name) => AttributeText::OperationPolicyName(name.clone()),
        Attribute::ObjectGroup(name) => AttributeText::ObjectGroup(name.clone()),
        Attribute::ApplicationSpecificInformation(ApplicationSpecificInformation { namespace, data }) => {
            AttributeText::Application { namespace: namespace.clone(), data: data.clone() }
        }
        Attribute::ContactInformation(text) => AttributeText::ContactInformation(text.clone()),
        Attribute::Description(text) => AttributeText::Description(text.clone()),
        Attribute::Comment(text) => AttributeText::Comment(text.clone()),
        Attribute::Custom { name, value } => {
            AttributeText::Custom { name: name.as_str().to_owned(), value: value_to_text(value) }
        }
        Attribute::UniqueIdentifier(_)
        | Attribute::ObjectType(_)
        | Attribute::CryptographicAlgorithm(_)
        | Attribute::CryptographicLength(_)
        | Attribute::CryptographicUsageMask(_)
        | Attribute::State(_)
        | Attribute::InitialDate(_)
        | Attribute::ActivationDate(_)
        | Attribute::ProcessStartDate(_)
        | Attribute::ProtectStopDate(_)
        | Attribute::DeactivationDate(_)
        | Attribute::DestroyDate(_)
        | Attribute::CompromiseOccurrenceDate(_)
        | Attribute::CompromiseDate(_)
        | Attribute::RevocationReason(_)
        | Attribute::Fresh(_)
        | Attribute::LastChangeDate(_) => {
            return Err(Bug("what a key's own fields say is not described once more").into());
        }
    };
    Ok(InstanceText { index: *index, is })
}

/// Reads an instance; nothing if it cannot have been written by us.
pub(super) fn read(text: InstanceText) -> Option<Instance> {
    let InstanceText { index, is } = text;
    let attribute = match is {
        AttributeText::Name { value, uri } => {
            Attribute::Name(Name { value, kind: if uri { NameKind::Uri } else { NameKind::Text } })
        }
        AttributeText::AlternativeName { value, kind } => Attribute::AlternativeName(AlternativeName { value, kind }),
        AttributeText::OperationPolicyName(name) => Attribute::OperationPolicyName(name),
        AttributeText::ObjectGroup(name) => Attribute::ObjectGroup(name),
        AttributeText::Application { namespace, data } => {
            Attribute::ApplicationSpecificInformation(ApplicationSpecificInformation { namespace, data })
        }
        AttributeText::ContactInformation(text) => Attribute::ContactInformation(text),
        AttributeText::Description(text) => Attribute::Description(text),
        AttributeText::Comment(text) => Attribute::Comment(text),
        AttributeText::Custom { name, value } => {
            Attribute::Custom { name: CustomName::parse(&name)?, value: value_from_text(value)? }
        }
    };
    Some(Instance { index, attribute })
}

fn value_to_text(value: &CustomValue) -> ValueText {
    match value {
        CustomValue::Integer(number) => ValueText::Integer(*number),
        CustomValue::LongInteger(number) => ValueText::LongInteger(*number),
        CustomValue::BigInteger(bytes) => ValueText::BigInteger(hex::encode(bytes)),
        CustomValue::Enumeration(number) => ValueText::Enumeration(*number),
        CustomValue::Boolean(flag) => ValueText::Boolean(*flag),
        CustomValue::Text(text) => ValueText::Text(text.clone()),
        CustomValue::Bytes(bytes) => ValueText::Bytes(hex::encode(bytes)),
        CustomValue::DateTime(seconds) => ValueText::DateTime(*seconds),
        CustomValue::Interval(seconds) => ValueText::Interval(*seconds),
    }
}

fn value_from_text(text: ValueText) -> Option<CustomValue> {
    Some(match text {
        ValueText::Integer(number) => CustomValue::Integer(number),
        ValueText::LongInteger(number) => CustomValue::LongInteger(number),
        ValueText::BigInteger(bytes) => CustomValue::BigInteger(hex::decode(bytes).ok()?),
        ValueText::Enumeration(number) => CustomValue::Enumeration(number),
        ValueText::Boolean(flag) => CustomValue::Boolean(flag),
        ValueText::Text(text) => CustomValue::Text(text),
        ValueText::Bytes(bytes) => CustomValue::Bytes(hex::decode(bytes).ok()?),
        ValueText::DateTime(seconds) => CustomValue::DateTime(seconds),
        ValueText::Interval(seconds) => CustomValue::Interval(seconds),
    })
}
