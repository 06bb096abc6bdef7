//! Every answer there and back, in every version: once with all its fields, once with none it can do
//! without.

use kmip_wire::attribute::AttributeName;
use kmip_wire::enumeration::{ObjectType, OperationCode, ResultReason};
use kmip_wire::mask::UsageMask;
use kmip_wire::message::{Failure, ResponseItem};
use kmip_wire::payload::{
    activate, add_attribute, check, create, decrypt, delete_attribute, destroy, discover_versions, encrypt, get,
    get_attribute_list, get_attributes, locate, modify_attribute, query, register, revoke,
};
use kmip_wire::template::TemplateAttribute;
use kmip_wire::ttlv::{DateTime, Field, Interval, Value};
use kmip_wire::{Answer, Limits, Operation, ResponseMessage, SecretBytes, Tag, Version};

use crate::requests::{every_attribute, every_object};

pub(crate) fn of(version: Version, answer: Answer) -> ResponseMessage {
    let operation = Some(answer.code());
    let item = ResponseItem { operation, unique_batch_item_id: Some(vec![1]), outcome: Ok(answer) };
    ResponseMessage { version, time_stamp: DateTime(0x68a3_b0c0), items: vec![item] }
}

#[test]
fn every_answer_comes_back_in_every_version() {
    let mut seen = Vec::new();
    for version in Version::NEWEST_FIRST {
        for answer in full(version).into_iter().chain(bare()) {
            let code = answer.code();
            seen.push(code);
            let message = of(version, answer);
            let bytes = message.encode().unwrap_or_else(|error| panic!("{version} {code}: {error}"));
            let again = ResponseMessage::decode(bytes.expose(), &Limits::default())
                .unwrap_or_else(|error| panic!("{version} {code}: {error}"));
            if version == Version::NEWEST {
                assert_eq!(format!("{again:?}"), format!("{message:?}"), "{code}");
            }
            assert_eq!(again.encode().unwrap().expose(), bytes.expose(), "{version} {code}");
        }
    }
    let missing: Vec<_> = Operation::UNDERSTOOD.iter().filter(|code| !seen.contains(code)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn no_secret_shows_in_debug_output() {
    for answer in full(Version::NEWEST) {
        let shown = format!("{:?}", of(Version::NEWEST, answer));
        assert!(!shown.contains("83, 69, 67") && !shown.contains("SECRET BYTES"), "{shown}");
    }
}

#[test]
fn a_batch_mixes_answers_and_failures() {
    let failed = ResponseItem {
        operation: Some(OperationCode::from_number(0x2b)),
        unique_batch_item_id: Some(vec![2]),
        outcome: Err(Failure::new(ResultReason::OPERATION_NOT_SUPPORTED, "Export is not done here")),
    };
    let mut message = of(Version::V1_2, Answer::Activate(activate::Response { unique_identifier: uid() }));
    message.items.push(failed);
    let bytes = message.encode().unwrap();
    let again = ResponseMessage::decode(bytes.expose(), &Limits::default()).unwrap();
    assert_eq!(format!("{again:?}"), format!("{message:?}"));
}

fn uid() -> String {
    "00000000-1111-4222-8333-444444444444".to_owned()
}

fn full(version: Version) -> Vec<Answer> {
    let attribute = || every_attribute().remove(1);
    let template = || Some(TemplateAttribute::of(every_attribute()));
    let mut answers = vec![
        Answer::Create(create::Response {
            object_type: ObjectType::SYMMETRIC_KEY,
            unique_identifier: uid(),
            template_attribute: template(),
        }),
        Answer::Register(register::Response { unique_identifier: uid(), template_attribute: template() }),
        Answer::Activate(activate::Response { unique_identifier: uid() }),
        Answer::GetAttributes(get_attributes::Response { unique_identifier: uid(), attributes: every_attribute() }),
        Answer::GetAttributeList(get_attribute_list::Response {
            unique_identifier: uid(),
            attribute_names: every_attribute().iter().map(|one| one.name()).collect(),
        }),
        Answer::AddAttribute(add_attribute::Response { unique_identifier: uid(), attribute: attribute() }),
        Answer::ModifyAttribute(modify_attribute::Response { unique_identifier: uid(), attribute: attribute() }),
        Answer::DeleteAttribute(delete_attribute::Response { unique_identifier: uid(), attribute: attribute() }),
        Answer::Locate(locate::Response { located_items: Some(2), unique_identifiers: vec![uid(), uid()] }),
        Answer::Check(check::Response {
            unique_identifier: uid(),
            usage_limits_count: Some(1),
            cryptographic_usage_mask: Some(UsageMask::ENCRYPT),
            lease_time: Some(Interval(1)),
        }),
        Answer::Revoke(revoke::Response { unique_identifier: uid() }),
        Answer::Destroy(destroy::Response { unique_identifier: uid() }),
        Answer::Query(query::Response {
            operations: Operation::UNDERSTOOD.to_vec(),
            object_types: vec![ObjectType::SYMMETRIC_KEY, ObjectType::SECRET_DATA],
            vendor_identification: Some("Atrest".to_owned()),
            server_information: Some(vec![Field { tag: Tag::SERVER_INFORMATION, value: Value::Text("0".to_owned()) }]),
            application_namespaces: vec!["ns".to_owned(), String::new()],
        }),
        Answer::DiscoverVersions(discover_versions::Response {
            protocol_versions: Version::NEWEST_FIRST.map(Into::into).to_vec(),
        }),
        Answer::Encrypt(encrypt::Response {
            unique_identifier: uid(),
            data: Some(vec![1; 33]),
            iv_counter_nonce: Some(vec![2; 12]),
            correlation_value: (version >= Version::V1_3).then(|| vec![3]),
            tag: (version >= Version::V1_4).then(|| vec![4; 16]),
        }),
        Answer::Decrypt(decrypt::Response {
            unique_identifier: uid(),
            data: Some(SecretBytes::copy_of(b"SECRET BYTES")),
            correlation_value: (version >= Version::V1_3).then(|| vec![3]),
        }),
    ];
    let got = |object| Answer::Get(get::Response { unique_identifier: uid(), object });
    answers.extend(every_object().into_iter().map(got));
    answers
}

fn bare() -> Vec<Answer> {
    vec![
        Answer::Create(create::Response {
            object_type: ObjectType::SYMMETRIC_KEY,
            unique_identifier: String::new(),
            template_attribute: None,
        }),
        Answer::Register(register::Response { unique_identifier: uid(), template_attribute: None }),
        Answer::GetAttributes(get_attributes::Response { unique_identifier: uid(), attributes: Vec::new() }),
        Answer::GetAttributeList(get_attribute_list::Response {
            unique_identifier: uid(),
            attribute_names: vec![AttributeName::STATE],
        }),
        Answer::Locate(locate::Response::default()),
        Answer::Check(check::Response {
            unique_identifier: uid(),
            usage_limits_count: None,
            cryptographic_usage_mask: None,
            lease_time: None,
        }),
        Answer::Query(query::Response::default()),
        Answer::DiscoverVersions(discover_versions::Response::default()),
        Answer::Encrypt(encrypt::Response {
            unique_identifier: uid(),
            data: None,
            iv_counter_nonce: None,
            correlation_value: None,
            tag: None,
        }),
        Answer::Decrypt(decrypt::Response { unique_identifier: uid(), data: None, correlation_value: None }),
    ]
}
