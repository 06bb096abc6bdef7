//! What an answer says in which version: never a field, an attribute or an operation that came later.

use kmip_wire::enumeration::OperationCode;
use kmip_wire::payload::{create, encrypt, get_attribute_list, get_attributes, locate, query};
use kmip_wire::template::TemplateAttribute;
use kmip_wire::{Answer, EncodeError, Operation, ResponseMessage, Tag, Version};

use crate::requests::every_attribute;
use crate::responses::of;

fn decoded(message: &ResponseMessage) -> ResponseMessage {
    ResponseMessage::decode(message.encode().unwrap().expose(), &kmip_wire::Limits::default()).unwrap()
}

#[test]
fn an_answer_echoes_the_version_of_its_request() {
    for version in Version::NEWEST_FIRST {
        let message = of(version, Answer::Locate(locate::Response::default()));
        assert_eq!(decoded(&message).version, version);
    }
}

#[test]
fn located_items_are_told_since_1_3() {
    let check = |version, expected| {
        let answer = locate::Response { located_items: Some(7), unique_identifiers: vec!["1".to_owned()] };
        let read = decoded(&of(version, Answer::Locate(answer)));
        let Ok(Answer::Locate(located)) = &read.items[0].outcome else { panic!() };
        assert_eq!((located.located_items, located.unique_identifiers.len()), (expected, 1));
    };
    check(Version::V1_0, None);
    check(Version::V1_2, None);
    check(Version::V1_3, Some(7));
    check(Version::V1_4, Some(7));
}

#[test]
fn attributes_and_their_names_wait_for_their_version() {
    let known = |version| {
        let mut names: Vec<_> = every_attribute().iter().map(|one| one.name()).collect();
        names.retain(|name| name.exists_in(version));
        names
    };
    let uid = || "1".to_owned();
    for version in Version::NEWEST_FIRST {
        let answer = get_attributes::Response { unique_identifier: uid(), attributes: every_attribute() };
        let read = decoded(&of(version, Answer::GetAttributes(answer)));
        let Ok(Answer::GetAttributes(got)) = &read.items[0].outcome else { panic!() };
        let names: Vec<_> = got.attributes.iter().map(|one| one.name()).collect();
        assert_eq!(names, known(version));

        let attribute_names = every_attribute().iter().map(|one| one.name()).collect();
        let answer = get_attribute_list::Response { unique_identifier: uid(), attribute_names };
        let read = decoded(&of(version, Answer::GetAttributeList(answer)));
        let Ok(Answer::GetAttributeList(got)) = &read.items[0].outcome else { panic!() };
        assert_eq!(got.attribute_names, known(version));

        let answer = create::Response {
            object_type: kmip_wire::enumeration::ObjectType::SYMMETRIC_KEY,
            unique_identifier: uid(),
            template_attribute: Some(TemplateAttribute::of(every_attribute())),
        };
        let read = decoded(&of(version, Answer::Create(answer)));
        let Ok(Answer::Create(created)) = &read.items[0].outcome else { panic!() };
        let names: Vec<_> =
            created.template_attribute.as_ref().unwrap().attributes.iter().map(|one| one.name()).collect();
        assert_eq!(names, known(version));
    }
    assert!(known(Version::V1_0).len() < known(Version::V1_4).len());
}

#[test]
fn query_names_operations_of_the_version_alone() {
    let operations = |version| {
        let answer = query::Response { operations: Operation::UNDERSTOOD.to_vec(), ..query::Response::default() };
        let read = decoded(&of(version, Answer::Query(answer)));
        let Ok(Answer::Query(told)) = &read.items[0].outcome else { panic!() };
        told.operations.clone()
    };
    let old = operations(Version::V1_0);
    assert!(!old.contains(&OperationCode::DISCOVER_VERSIONS) && !old.contains(&OperationCode::ENCRYPT));
    let newer = operations(Version::V1_1);
    assert!(newer.contains(&OperationCode::DISCOVER_VERSIONS) && !newer.contains(&OperationCode::ENCRYPT));
    assert_eq!(operations(Version::V1_2), Operation::UNDERSTOOD);
}

/// Leaving a tag out would lose data that nobody can open again, so it is a fault and not a silence.
#[test]
fn a_tag_is_never_dropped_silently() {
    let message = of(
        Version::V1_2,
        Answer::Encrypt(encrypt::Response {
            unique_identifier: "1".to_owned(),
            data: Some(vec![1]),
            iv_counter_nonce: Some(vec![2]),
            correlation_value: None,
            tag: Some(vec![3; 16]),
        }),
    );
    assert_eq!(
        message.encode().unwrap_err(),
        EncodeError::FieldTooNew { field: Tag::AUTHENTICATED_ENCRYPTION_TAG, version: Version::V1_2 }
    );
}
