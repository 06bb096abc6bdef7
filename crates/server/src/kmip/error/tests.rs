//! The table, row by row: every refusal has words, and the words do not say what is nobody's business.

use super::*;

fn rows() -> Vec<Refused> {
    let missing = DecodeError::Missing { inside: kmip_wire::Tag::REQUEST_PAYLOAD, expected: kmip_wire::Tag::DATA };
    vec![
        Refused::Unrecognised(Unrecognised::Unknown),
        Refused::Unrecognised(Unrecognised::NodeRevoked),
        Refused::TooManyConnections { most: 2 },
        Refused::Asynchronous,
        Refused::Undo,
        Refused::Attestation,
        Refused::CriticalExtension("a\nb".to_owned()),
        Refused::UnknownOperation(OperationCode::from_number(0x99)),
        Refused::Payload(missing),
        Refused::ResponseTooLarge { most: 100 },
        Refused::Unwritable,
        Refused::NotFound,
        Refused::NoPlaceholder,
        Refused::ObjectType(ObjectType::CERTIFICATE),
        Refused::Template,
        Refused::WrappedKeyGiven,
        Refused::KeyFormat(KeyFormatType::PKCS_1),
        Refused::FormatWanted { wanted: KeyFormatType::RAW, stored: None },
        Refused::WrappingWanted,
        Refused::CompressionWanted,
        Refused::Attribute(AttributeFault::NotKept { name: "Link".to_owned() }),
        Refused::Attribute(AttributeFault::Unknown { name: "y".repeat(1000) }),
        Refused::IndexGiven,
        Refused::RevocationReason(RevocationReasonCode::from_number(9)),
        Refused::ObjectGroupMember,
        Refused::Cipher("Block Cipher Mode ECB".to_owned()),
        Refused::TagNotInVersion(Version::V1_2),
        Refused::Stream,
        Refused::NoData,
        Refused::IvTwice,
        Refused::Untold(Untold),
        Refused::Control(control::Error::Bug(domain::Bug("a secret of ours"))),
    ]
}

#[test]
fn every_row_has_words_of_one_line_that_end() {
    for refused in rows() {
        let failure = failure(&refused);
        let words = failure.message();
        assert!(words.ends_with('.') && words.len() < 400, "{refused:?}: {words}");
        assert!(!words.chars().any(char::is_control), "{refused:?}: {words}");
        assert!(!words.contains("secret of ours"), "{refused:?}: {words}");
    }
}

#[test]
fn what_passes_is_never_said_to_be_gone() {
    for refused in rows() {
        let gone = failure(&refused).reason() == ResultReason::ITEM_NOT_FOUND;
        assert_eq!(gone, matches!(refused, Refused::NotFound | Refused::NoPlaceholder), "{refused:?}");
    }
}
