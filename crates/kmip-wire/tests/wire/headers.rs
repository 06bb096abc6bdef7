//! Headers and batches: what is kept so that a server can refuse it by name, what spoils a message,
//! and what spoils one item alone.

use kmip_wire::enumeration::{
    AttestationType, BatchErrorContinuation, CredentialType, ErrorContinuation, OperationCode, ResultReason,
};
use kmip_wire::message::{Credential, Failure, MessageExtension, RequestHeader, RequestItem, ResponseItem};
use kmip_wire::payload::{activate, query};
use kmip_wire::ttlv::DateTime;
use kmip_wire::{
    Blame, DecodeError, Limits, Operation, ProtocolVersion, RequestMessage, ResponseMessage, SecretText, Tag, Version,
};

use crate::vectors::named;

fn activate() -> Operation {
    Operation::Activate(activate::Request { unique_identifier: Some("1".to_owned()) })
}

fn decoded(message: &RequestMessage) -> RequestMessage {
    RequestMessage::decode(message.encode().unwrap().expose(), &Limits::default()).unwrap()
}

/// Writes a request and changes the first place where `from` stands.
fn patched(message: &RequestMessage, from: &str, to: &str) -> Vec<u8> {
    let text = hex::encode(message.encode().unwrap().expose());
    let (from, to) = (from.replace(' ', ""), to.replace(' ', ""));
    assert_eq!(from.len(), to.len());
    assert!(text.contains(&from), "{from} is not in {text}");
    hex::decode(text.replacen(&from, &to, 1)).unwrap()
}

#[test]
fn every_header_field_comes_back() {
    let header = RequestHeader {
        version: Version::V1_4,
        maximum_response_size: Some(8192),
        client_correlation_value: Some("client".to_owned()),
        server_correlation_value: Some("server".to_owned()),
        asynchronous: Some(true),
        attestation_capable: Some(true),
        attestation_types: vec![AttestationType::TPM_QUOTE, AttestationType::from_number(9)],
        credentials: vec![
            Credential::UsernamePassword { username: "ann".to_owned(), password: Some(SecretText::copy_of("fish")) },
            Credential::UsernamePassword { username: "bob".to_owned(), password: None },
            Credential::Unsupported(CredentialType::DEVICE),
        ],
        error_continuation: Some(BatchErrorContinuation::UNDO),
        batch_order: Some(false),
        time_stamp: Some(DateTime(-1)),
    };
    let item = RequestItem {
        operation: activate(),
        unique_batch_item_id: Some(vec![1, 2, 3]),
        extension: Some(MessageExtension { vendor_identification: "acme".to_owned(), critical: true }),
    };
    let message = RequestMessage { header, items: vec![item, RequestItem::new(activate())] };
    let again = decoded(&message);
    assert_eq!(format!("{again:?}"), format!("{message:?}"));
    assert_eq!(again.encode().unwrap().expose(), message.encode().unwrap().expose());
    assert_eq!(again.header.error_continuation.unwrap().known(), Some(ErrorContinuation::Undo));
    assert!(again.items[0].extension.as_ref().unwrap().critical);
}

#[test]
fn an_unknown_operation_spoils_nothing() {
    let unknown = OperationCode::from_number(0x8000_0001);
    let mut message = RequestMessage::one(RequestHeader::new(Version::V1_2), Operation::Unknown(unknown));
    message.items[0].unique_batch_item_id = Some(b"mark".to_vec());
    message.items.push(RequestItem::new(activate()));
    let again = decoded(&message);
    assert!(matches!(again.items[0].operation, Operation::Unknown(code) if code == unknown));
    assert_eq!(again.items[0].unique_batch_item_id.as_deref(), Some(&b"mark"[..]));
    assert_eq!(again.items[1].operation.code(), OperationCode::ACTIVATE);
}

#[test]
fn an_unreadable_payload_spoils_its_item_alone() {
    let check = |from: &str, to: &str, expected: DecodeError| {
        let message = RequestMessage {
            header: RequestHeader::new(Version::V1_0),
            items: vec![RequestItem::new(activate()), RequestItem::new(activate())],
        };
        let read = RequestMessage::decode(&patched(&message, from, to), &Limits::default()).unwrap();
        let Operation::Unreadable(code, error) = &read.items[0].operation else { panic!("{read:?}") };
        assert_eq!((*code, error), (OperationCode::ACTIVATE, &expected));
        assert!(matches!(read.items[1].operation, Operation::Activate(_)));
        assert!(read.encode().is_err());
    };
    // Private Key Unique Identifier instead of Unique Identifier.
    check(
        "42009407 00000001",
        "42006607 00000001",
        DecodeError::Leftover { inside: Tag::REQUEST_PAYLOAD, found: Tag::PRIVATE_KEY_UNIQUE_IDENTIFIER },
    );
    // A Byte String instead of a Text String.
    check(
        "42009407 00000001",
        "42009408 00000001",
        DecodeError::WrongType {
            field: Tag::UNIQUE_IDENTIFIER,
            found: kmip_wire::ttlv::ItemType::ByteString,
            expected: kmip_wire::ttlv::ItemType::TextString,
        },
    );
    // No Request Payload at all: its head becomes that of a Message Extension, which must not be there either,
    // so that spoils the message. Without any field after Operation it is the payload that is missing.
    let bare = hex::decode(
        "42007801 00000058 42007701 00000038 42006901 00000020 42006a02 00000004 0000000100000000 42006b02 00000004 \
         0000000000000000 42000d02 00000004 0000000100000000 42000f01 00000010 42005c05 00000004 0000000a00000000"
            .replace(' ', ""),
    )
    .unwrap();
    let read = RequestMessage::decode(&bare, &Limits::default()).unwrap();
    let Operation::Unreadable(code, error) = &read.items[0].operation else { panic!("{read:?}") };
    assert_eq!(*code, OperationCode::GET);
    assert_eq!(*error, DecodeError::Missing { inside: Tag::BATCH_ITEM, expected: Tag::REQUEST_PAYLOAD });
}

#[test]
fn the_batch_count_is_held_against_the_batch() {
    let message = RequestMessage::one(RequestHeader::new(Version::V1_0), activate());
    let check = |count: &str, expected: DecodeError| {
        let bytes = patched(&message, "42000d02 00000004 00000001", &format!("42000d02 00000004 {count}"));
        let refused = RequestMessage::decode(&bytes, &Limits::default()).unwrap_err();
        assert_eq!(refused.error, expected);
        assert_eq!(refused.version, Some(Version::V1_0));
        assert_eq!(refused.operation, Some(OperationCode::ACTIVATE));
    };
    let why = "it must be the number of Batch Items that follow, at least 1";
    check("00000000", DecodeError::BadValue { field: Tag::BATCH_COUNT, why });
    check("00000002", DecodeError::BadValue { field: Tag::BATCH_COUNT, why });
    check("00000080", DecodeError::BadValue { field: Tag::BATCH_COUNT, why });
    check("000003e8", DecodeError::TooMany { what: "batch items", limit: 128 });
    check("000f4240", DecodeError::TooMany { what: "batch items", limit: 128 });
    check("ffffffff", DecodeError::BadValue { field: Tag::BATCH_COUNT, why: "it must not be negative" });

    let two = RequestMessage {
        header: RequestHeader::new(Version::V1_0),
        items: vec![RequestItem::new(activate()), RequestItem::new(activate())],
    };
    let bytes = patched(&two, "42000d02 00000004 00000002", "42000d02 00000004 00000001");
    let refused = RequestMessage::decode(&bytes, &Limits::default()).unwrap_err();
    assert_eq!(refused.error, DecodeError::BadValue { field: Tag::BATCH_COUNT, why });
}

#[test]
fn a_foreign_version_is_told_with_what_can_be_echoed() {
    let mut message = RequestMessage::one(RequestHeader::new(Version::V1_0), activate());
    message.items[0].unique_batch_item_id = Some(vec![7]);
    let check = |major: &str, minor: &str, found: ProtocolVersion| {
        let bytes = patched(
            &message,
            "42006a02 00000004 0000000100000000 42006b02 00000004 00000000",
            &format!("42006a02 00000004 {major}00000000 42006b02 00000004 {minor}"),
        );
        let refused = RequestMessage::decode(&bytes, &Limits::default()).unwrap_err();
        assert_eq!(refused.error, DecodeError::UnsupportedVersion { found });
        assert_eq!(refused.error.blame(), Blame::NotSupported);
        assert_eq!(refused.version, None);
        assert_eq!(refused.operation, Some(OperationCode::ACTIVATE));
        assert_eq!(refused.unique_batch_item_id, Some(vec![7]));
    };
    check("00000002", "00000001", ProtocolVersion { major: 2, minor: 1 });
    check("00000001", "00000005", ProtocolVersion { major: 1, minor: 5 });
    check("00000000", "00000000", ProtocolVersion { major: 0, minor: 0 });
    check("ffffffff", "ffffffff", ProtocolVersion { major: -1, minor: -1 });
}

#[test]
fn a_broken_message_still_tells_its_version() {
    let mut bytes = named("PSMDB poll 1.0 request");
    let last = bytes.len() - 1;
    bytes[last] = 1;
    let refused = RequestMessage::decode(&bytes, &Limits::default()).unwrap_err();
    assert_eq!(refused.error, DecodeError::Padding { field: Tag::ATTRIBUTE_NAME });
    assert_eq!((refused.version, refused.operation), (Some(Version::V1_0), Some(OperationCode::GET_ATTRIBUTES)));

    let refused = RequestMessage::decode(b"GET / HTTP/1.1\r\n\r\n", &Limits::default()).unwrap_err();
    assert_eq!(refused.error.blame(), Blame::Malformed);
    assert_eq!((refused.version, refused.operation), (None, None));
}

#[test]
fn a_header_out_of_order_is_refused() {
    // Time Stamp before Maximum Response Size: the two heads and values change places.
    let header = RequestHeader {
        maximum_response_size: Some(8192),
        time_stamp: Some(DateTime(1)),
        ..RequestHeader::new(Version::V1_0)
    };
    let message = RequestMessage::one(header, activate());
    let bytes = patched(
        &message,
        "42005002 00000004 0000200000000000 42009209 00000008 0000000000000001",
        "42009209 00000008 0000000000000001 42005002 00000004 0000200000000000",
    );
    let refused = RequestMessage::decode(&bytes, &Limits::default()).unwrap_err();
    assert_eq!(
        refused.error,
        DecodeError::UnexpectedTag {
            inside: Tag::REQUEST_HEADER,
            found: Tag::MAXIMUM_RESPONSE_SIZE,
            expected: Tag::BATCH_COUNT,
        }
    );
}

#[test]
fn a_response_without_operation_or_words_can_be_told() {
    let item = ResponseItem {
        operation: None,
        unique_batch_item_id: None,
        outcome: Err(Failure::new(ResultReason::INVALID_MESSAGE, "")),
    };
    let message = ResponseMessage { version: Version::NEWEST, time_stamp: DateTime(1), items: vec![item] };
    let bytes = message.encode().unwrap();
    let again = ResponseMessage::decode(bytes.expose(), &Limits::default()).unwrap();
    let failure = again.items[0].outcome.as_ref().unwrap_err();
    assert_eq!(failure.message(), "Invalid Message");
    assert_eq!(again.items[0].operation, None);
    // Result Status, Result Reason, Result Message, in that order and with nothing after them.
    let expected = "42000f01 00000038 42007f05 00000004 0000000100000000 42007e05 00000004 0000000400000000 42007d07 \
                    0000000f 496e76616c6964204d65737361676500";
    assert!(hex::encode(bytes.expose()).ends_with(&expected.replace(' ', "")));
}

#[test]
fn foreign_responses_may_carry_what_ours_never_do() {
    // Server Correlation Value and Client Correlation Value in the header, no words with the failure.
    let bytes = hex::decode(
        "42007b01 00000098 42007a01 00000068 42006901 00000020 42006a02 00000004 0000000100000000 42006b02 00000004 \
         0000000400000000 42009209 00000008 0000000000000001 42010507 00000001 6100000000000000 42010607 00000001 \
         6200000000000000 42000d02 00000004 0000000100000000 42000f01 00000020 42005c05 00000004 0000000a00000000 \
         42007f05 00000004 0000000100000000"
            .replace(' ', ""),
    )
    .unwrap();
    let answer = ResponseMessage::decode(&bytes, &Limits::default()).unwrap();
    let failure = answer.items[0].outcome.as_ref().unwrap_err();
    assert_eq!((failure.reason(), failure.message()), (ResultReason::GENERAL_FAILURE, "General Failure"));
    let ours = hex::encode(answer.encode().unwrap().expose());
    assert!(!ours.contains("420105") && !ours.contains("420106"));
}

#[test]
fn limits_are_parameters() {
    let message = RequestMessage::one(
        RequestHeader::new(Version::V1_0),
        Operation::Query(query::Request { query_functions: Vec::new() }),
    );
    let bytes = message.encode().unwrap();
    let check = |limits: Limits, expected: Option<Blame>| {
        let refused = RequestMessage::decode(bytes.expose(), &limits).err();
        assert_eq!(refused.map(|refused| refused.error.blame()), expected);
    };
    let exact = Limits { message_bytes: bytes.len(), depth: 3, items: 9, batch_items: 1 };
    check(exact.clone(), None);
    check(Limits { message_bytes: bytes.len() - 1, ..exact.clone() }, Some(Blame::OverLimit));
    check(Limits { depth: 2, ..exact.clone() }, Some(Blame::OverLimit));
    check(Limits { items: 8, ..exact.clone() }, Some(Blame::OverLimit));
    check(Limits { batch_items: 0, ..exact }, Some(Blame::OverLimit));
}
