//! Attributes: typed, custom and unknown ones, and which version knows which.

use super::*;
use crate::enumeration::{HashingAlgorithm, KeyFormatType, State};
use crate::limits::Limits;
use crate::ttlv::{ItemType, Value};
use crate::version::Version;

fn written(attribute: &Attribute, version: Version) -> Vec<u8> {
    let mut to = Writer::answer(version);
    to.put(Tag::ATTRIBUTE, attribute);
    to.finish().unwrap().expose().to_vec()
}

fn read(bytes: &[u8]) -> Result<Attribute, DecodeError> {
    Attribute::read(&mut Reader::open(bytes, Tag::ATTRIBUTE, Version::NEWEST, &Limits::default())?)
}

#[test]
fn a_value_implies_its_name() {
    let state = Attribute::new(AttributeValue::State(State::ACTIVE));
    assert_eq!(state.name(), AttributeName::STATE);
    // Source: the answer to Percona's poll.
    let expected = "42000801 00000020 42000a07 00000005 5374617465000000 42000b05 00000004 0000000200000000";
    assert_eq!(hex::encode(written(&state, Version::V1_0)), expected.replace(' ', ""));
    assert_eq!(read(&written(&state, Version::V1_0)), Ok(state));
}

#[test]
fn custom_and_unknown_names_keep_any_value() {
    for name in ["x-Product", "y-made-by-server", "Favourite Colour"] {
        let value = AttributeValue::Other { name: AttributeName::new(name.to_owned()), value: Value::Text("v".into()) };
        let attribute = Attribute { index: Some(0), value };
        assert_eq!(read(&written(&attribute, Version::V1_1)), Ok(attribute));
    }
    assert!(AttributeName::new("x-Product".to_owned()).exists_in(Version::V1_0));
    assert!(!AttributeName::new("Favourite Colour".to_owned()).exists_in(Version::V1_4));
}

#[test]
fn a_known_name_with_a_wrong_value_is_told_by_name() {
    let wrong = AttributeValue::Other { name: AttributeName::STATE, value: Value::Text("Active".to_owned()) };
    let error = read(&written(&wrong.into(), Version::V1_0)).unwrap_err();
    assert_eq!(
        error,
        DecodeError::InAttribute {
            attribute: "State",
            source: Box::new(DecodeError::WrongType {
                field: Tag::ATTRIBUTE_VALUE,
                found: ItemType::TextString,
                expected: ItemType::Enumeration,
            }),
        }
    );
    assert_eq!(
        error.sentence(),
        "attribute State cannot be read: Attribute Value is a Text String but must be a Enumeration; send that type"
    );
}

#[test]
fn an_answer_names_no_attribute_of_a_later_version() {
    let attributes = [
        Attribute::new(AttributeValue::State(State::ACTIVE)),
        Attribute::new(AttributeValue::Fresh(true)),
        Attribute::new(AttributeValue::Sensitive(false)),
    ];
    let names = |version| {
        let mut to = Writer::answer(version);
        to.structure(Tag::TEMPLATE_ATTRIBUTE, |to| write_known(&attributes, to));
        let bytes = to.finish().unwrap();
        let mut reader = Reader::open(bytes.expose(), Tag::TEMPLATE_ATTRIBUTE, version, &Limits::default()).unwrap();
        let read: Vec<Attribute> = reader.many(Tag::ATTRIBUTE).unwrap();
        read.iter().map(|one| one.name().to_string()).collect::<Vec<_>>()
    };
    assert_eq!(names(Version::V1_0), ["State"]);
    assert_eq!(names(Version::V1_1), ["State", "Fresh"]);
    assert_eq!(names(Version::V1_4), ["State", "Fresh", "Sensitive"]);
}

#[test]
fn an_attribute_shows_no_field_of_a_later_version() {
    let digest = Attribute::new(AttributeValue::Digest(Digest {
        hashing_algorithm: HashingAlgorithm::SHA_256,
        value: Some(vec![1; 32]),
        key_format_type: Some(KeyFormatType::RAW),
    }));
    let old = written(&digest, Version::V1_0);
    assert_eq!(old.len() + 16, written(&digest, Version::V1_1).len());
}
