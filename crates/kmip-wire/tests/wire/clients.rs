//! What real clients send and want to be answered: read into the values that are meant, and written
//! back byte for byte.

use kmip_wire::attribute::{AttributeName, AttributeValue, Name};
use kmip_wire::enumeration::{
    BatchErrorContinuation, BlockCipherMode, CryptographicAlgorithm, KeyCompressionType, KeyFormatType, ObjectType,
    OperationCode, PaddingMethod, QueryFunction, ResultReason, RevocationReasonCode, SecretDataType, State,
};
use kmip_wire::mask::{StorageStatusMask, UsageMask};
use kmip_wire::message::Credential;
use kmip_wire::object::{KeyBlock, KeyValue, Object};
use kmip_wire::ttlv::DateTime;
use kmip_wire::{Answer, Limits, Operation, RequestMessage, ResponseMessage, Version};

use crate::vectors::{self, Vector, named, request, response};

/// Every message of a client that we can read is written back as it was, and every answer too.
#[test]
fn every_vector_comes_back_byte_for_byte() {
    for Vector { name, bytes } in vectors::parsed(vectors::CLIENTS) {
        let limits = Limits::default();
        let again = if name.contains(" request") {
            let read = RequestMessage::decode(&bytes, &limits).unwrap_or_else(|error| panic!("{name}: {error:?}"));
            for item in &read.items {
                assert!(!matches!(item.operation, Operation::Unknown(_)), "{name}");
            }
            read.encode().unwrap_or_else(|error| panic!("{name}: {error}"))
        } else {
            let read = ResponseMessage::decode(&bytes, &limits).unwrap_or_else(|error| panic!("{name}: {error:?}"));
            read.encode().unwrap_or_else(|error| panic!("{name}: {error}"))
        };
        assert_eq!(hex::encode(again.expose()), hex::encode(&bytes), "{name}");
    }
}

/// The heads as they were written down from the wire, so that the vectors cannot drift with our codec.
#[test]
fn the_vectors_are_what_was_seen_on_the_wire() {
    let check = |name: &str, length: usize, fragments: &[&str]| {
        let bytes = named(name);
        assert_eq!(bytes.len(), length, "{name}");
        let text = hex::encode(&bytes);
        for fragment in fragments {
            assert!(text.contains(&fragment.replace(' ', "")), "{name}: {fragment}");
        }
    };
    let get = "42007801 00000070 42007701 00000038 42006901 00000020 42006a02 00000004 0000000100000000 42006b02 \
               00000004 0000000000000000 42000d02 00000004 0000000100000000 42000f01 00000028 42005c05 00000004 \
               0000000a00000000 42007901 00000010 42009407 00000001 3100000000000000";
    check("libmongocrypt Get 1.0 request", 120, &[get]);
    let usage_mask = hex::encode("Cryptographic Usage Mask");
    let register = [
        "42007801 00000150",
        "42000f01 00000108 42005c05 00000004 0000000300000000 42007901 000000f0 42005705 00000004 0000000700000000 \
         42009101 00000038 42000801 00000030 42000a07 00000018",
        &format!(
            "{usage_mask} 42000b02 00000004 0000000000000000 42008501 00000098 42008605 00000004 \
                  0000000200000000 42004001 00000080 42004205 00000004 0000000200000000 42004501 00000068 42004308 00000060"
        ),
    ];
    check("libmongocrypt Register 1.0 request", 344, &register);
    let answered = [
        "42007b01 00000090 42007a01 00000048",
        "42000f01 00000038 42005c05 00000004 0000000300000000 42007f05 00000004 0000000000000000 42007c01 00000010 \
         42009407 00000001 3100000000000000",
    ];
    check("libmongocrypt Register 1.0 response", 152, &answered);
    let encrypt = "42000f01 000000d8 42005c05 00000004 0000001f00000000 42007901 000000c0 42009407 00000002 \
                   3232000000000000 42002b01 00000040 42001105 00000004 0000000100000000 42005f05 00000004 \
                   0000000300000000 42002805 00000004 0000000300000000 4200c506 00000008 0000000000000001 4200c208 00000060";
    check("libmongocrypt delegated Encrypt 1.2 request", 296, &["42007801 00000120", encrypt]);
    let psmdb = [
        "42007801 000001b0 42007701 00000058",
        "42005002 00000004 0000200000000000 42009209 00000008",
        "42000f01 00000148 42005c05 00000004 0000000300000000 42007901 00000130 42005705 00000004 0000000200000000 \
         42009101 000000a8 42000801 00000030",
        "42008f01 00000068 42004001 00000060 42004205 00000004 0000000100000000 42004501 00000028 42004308 00000020",
        "42002805 00000004 0000000300000000 42002a02 00000004 0000010000000000",
    ];
    check("PSMDB Register 1.0 request", 440, &psmdb);
    let poll = [
        "42007801 000000a0",
        "42000f01 00000038 42005c05 00000004 0000000b00000000 42007901 00000020 42009407 00000001 3100000000000000 \
         42000a07 00000005 5374617465000000",
    ];
    check("PSMDB poll 1.0 request", 168, &poll);
    let polled = "42009407 00000001 3100000000000000 42000801 00000020 42000a07 00000005 5374617465000000 42000b05 \
                  00000004 0000000200000000";
    check("PSMDB poll 1.0 response", 192, &[polled]);
    check("mongod audit Encrypt 1.2 request", 160, &["42007801 00000098", "42007901 00000038", "4200c208 00000020"]);
    let locate = [
        "42007801 00000100",
        "42000f01 00000098 42005c05 00000004 0000000800000000 42007901 00000080 42004f02 00000004 0000001000000000 42000801 00000028",
        "42000801 00000038 42000a07 00000004 4e616d6500000000 42000b01 00000020 42005507",
    ];
    check("pg_tde Locate 1.0 request", 264, &locate);
}

#[test]
fn mongocrypt_registers_a_seed_without_algorithm_length_or_name() {
    let message = request("libmongocrypt Register 1.0 request");
    assert_eq!(message.header.version, Version::V1_0);
    assert_eq!(message.header.time_stamp, None);
    let [item] = &message.items[..] else { panic!() };
    let Operation::Register(register) = &item.operation else { panic!("{item:?}") };
    let [mask] = &register.template_attribute.attributes[..] else { panic!() };
    assert_eq!(mask.value, AttributeValue::CryptographicUsageMask(UsageMask::NONE));
    let Object::SecretData { kind, key_block } = &register.object else { panic!() };
    assert_eq!(*kind, SecretDataType::SEED);
    assert_eq!((key_block.format, key_block.algorithm, key_block.length), (KeyFormatType::OPAQUE, None, None));
    assert_eq!(material(key_block), (0..96).collect::<Vec<u8>>());
}

#[test]
fn mongocrypt_leaves_encryption_to_the_server() {
    let message = request("libmongocrypt delegated Encrypt 1.2 request");
    let Operation::Encrypt(encrypt) = &message.items[0].operation else { panic!() };
    let parameters = encrypt.parameters.as_ref().unwrap();
    assert_eq!(parameters.block_cipher_mode, Some(BlockCipherMode::CBC));
    assert_eq!(parameters.padding_method, Some(PaddingMethod::PKCS5));
    assert_eq!(parameters.cryptographic_algorithm, Some(CryptographicAlgorithm::AES));
    assert_eq!(parameters.random_iv, Some(true));
    assert_eq!(encrypt.data.as_ref().unwrap().len(), 96);

    let answer = response("libmongocrypt delegated Encrypt 1.2 response");
    let Ok(Answer::Encrypt(encrypted)) = &answer.items[0].outcome else { panic!() };
    assert_eq!(encrypted.data.as_ref().unwrap().len(), 112);
    assert_eq!(encrypted.iv_counter_nonce.as_ref().unwrap().len(), 16);

    let message = request("mongod audit Encrypt 1.2 request");
    let Operation::Encrypt(encrypt) = &message.items[0].operation else { panic!() };
    assert!(encrypt.parameters.is_none());
}

#[test]
fn percona_polls_the_state_within_8_kib() {
    let message = request("PSMDB poll 1.0 request");
    assert_eq!(message.header.maximum_response_size, Some(8192));
    assert_eq!(message.header.time_stamp, Some(DateTime(0x68a3_b0c0)));
    let Operation::GetAttributes(poll) = &message.items[0].operation else { panic!() };
    assert_eq!(poll.unique_identifier.as_deref(), Some("1"));
    assert_eq!(poll.attribute_names, [AttributeName::STATE]);

    let answer = response("PSMDB poll 1.0 response");
    let Ok(Answer::GetAttributes(polled)) = &answer.items[0].outcome else { panic!() };
    let [state] = &polled.attributes[..] else { panic!() };
    assert_eq!((state.index, &state.value), (None, &AttributeValue::State(State::ACTIVE)));
}

#[test]
fn a_get_answer_holds_the_key_and_nothing_else() {
    let answer = response("PSMDB Get 1.0 response");
    let Ok(Answer::Get(got)) = &answer.items[0].outcome else { panic!() };
    let Object::SymmetricKey(key_block) = &got.object else { panic!() };
    assert_eq!(key_block.algorithm, Some(CryptographicAlgorithm::AES));
    assert_eq!(key_block.length, Some(256));
    assert!(key_block.wrapping.is_none());
    assert_eq!(material(key_block), (0x80..0xa0).collect::<Vec<u8>>());
}

#[test]
fn a_failure_has_a_reason_and_words() {
    let answer = response("libmongocrypt Get failure 1.0 response");
    let failure = answer.items[0].outcome.as_ref().unwrap_err();
    assert_eq!(failure.reason(), ResultReason::ITEM_NOT_FOUND);
    assert_eq!(failure.message(), "no object has that id");
}

#[test]
fn sloppy_requests_are_read() {
    let message = request("old libkmip Register 1.0 request with Key Compression Type");
    let Operation::Register(register) = &message.items[0].operation else { panic!() };
    let Object::SymmetricKey(key_block) = &register.object else { panic!() };
    assert_eq!(key_block.compression, Some(KeyCompressionType::EC_PUBLIC_KEY_TYPE_UNCOMPRESSED));

    let message = request("MySQL component Locate with Offset Items 1.0 request");
    let Operation::Locate(locate) = &message.items[0].operation else { panic!() };
    assert_eq!((locate.maximum_items, locate.offset_items), (Some(16), Some(16)));
    assert_eq!(locate.attributes[1].value, AttributeValue::ObjectGroup("mysql".to_owned()));

    let message = request("MySQL okv Create 1.1 request with index 0");
    assert_eq!(message.header.maximum_response_size, Some(280_000));
    let Operation::Create(create) = &message.items[0].operation else { panic!() };
    assert!(create.template_attribute.attributes.iter().all(|attribute| attribute.index == Some(0)));

    let message = request("MySQL okv Locate 1.1 request with Storage Status Mask");
    let Operation::Locate(locate) = &message.items[0].operation else { panic!() };
    assert_eq!(locate.storage_status_mask, Some(StorageStatusMask::ONLINE_STORAGE));

    let message = request("MySQL component Revoke 1.0 request");
    let Operation::Revoke(revoke) = &message.items[0].operation else { panic!() };
    assert_eq!(revoke.revocation_reason.code, RevocationReasonCode::UNSPECIFIED);
    assert_eq!(revoke.revocation_reason.message.as_deref(), Some("Deleting the key"));
}

#[test]
fn a_credential_comes_beside_the_certificate() {
    for name in ["Ceph RGW Create 1.0 request with credential", "FortiGate batch of Locate 1.0 request"] {
        let message = request(name);
        let [Credential::UsernamePassword { username, password }] = &message.header.credentials[..] else { panic!() };
        assert_eq!(username, "forti");
        assert_eq!(password.as_ref().unwrap().expose(), "swordfish");
        assert!(!format!("{message:?}").contains("swordfish"), "{name}");
    }
}

#[test]
fn batches_keep_their_marks_and_options() {
    let message = request("vCenter batch of Add Attribute 1.1 request");
    let marks: Vec<_> = message.items.iter().map(|item| item.unique_batch_item_id.clone().unwrap()).collect();
    assert_eq!(marks, [b"QLKC0000001", b"QLKC0000002", b"QLKC0000003"]);
    let Operation::AddAttribute(add) = &message.items[0].operation else { panic!() };
    assert_eq!(add.attribute.name().as_str(), "x-Product_Version");

    let message = request("FortiGate batch of Locate 1.0 request");
    assert_eq!((message.items.len(), message.header.batch_order), (4, Some(true)));
    let Operation::Locate(locate) = &message.items[3].operation else { panic!() };
    assert_eq!(locate.attributes[0].value, AttributeValue::Name(Name::text("p1-3")));

    let message = request("batch with Create, placeholder Activate and Continue 1.2 request");
    assert_eq!(message.header.error_continuation, Some(BatchErrorContinuation::CONTINUE));
    let codes: Vec<_> = message.items.iter().map(|item| item.operation.code()).collect();
    assert_eq!(codes, [OperationCode::CREATE, OperationCode::ACTIVATE, OperationCode::GET]);
    let Operation::Activate(activate) = &message.items[1].operation else { panic!() };
    assert_eq!(activate.unique_identifier, None);
}

#[test]
fn the_rest_of_the_zoo_is_understood() {
    let message = request("vCenter Query and empty Discover Versions 1.1 request");
    let Operation::DiscoverVersions(discover) = &message.items[0].operation else { panic!() };
    assert_eq!(discover.protocol_versions, []);
    let Operation::Query(query) = &message.items[1].operation else { panic!() };
    assert_eq!(query.query_functions, [QueryFunction::QUERY_SERVER_INFORMATION]);

    let message = request("kmip-go Discover Versions 1.1 request");
    let Operation::DiscoverVersions(discover) = &message.items[0].operation else { panic!() };
    let known: Vec<_> = discover.protocol_versions.iter().filter_map(|version| version.known()).collect();
    assert_eq!(known, Version::NEWEST_FIRST);

    let message = request("kmip-go Client Correlation Value 1.4 request");
    assert_eq!(message.header.client_correlation_value.as_deref(), Some("trace-1"));

    let message = request("OpenBao Decrypt AES-GCM 1.4 request");
    let Operation::Decrypt(decrypt) = &message.items[0].operation else { panic!() };
    assert_eq!(decrypt.additional_data.as_deref(), Some(&b"aad"[..]));
    assert_eq!(decrypt.tag.as_ref().unwrap().len(), 16);
    let parameters = decrypt.parameters.as_ref().unwrap();
    assert_eq!((parameters.block_cipher_mode, parameters.tag_length), (Some(BlockCipherMode::GCM), Some(128)));

    let message = request("pg_tde Register 1.4 request");
    assert_eq!(message.header.version, Version::V1_4);
    let Operation::Register(register) = &message.items[0].operation else { panic!() };
    assert_eq!(register.object.object_type(), ObjectType::SYMMETRIC_KEY);
    assert_eq!(register.template_attribute.attributes[3].value, AttributeValue::Name(Name::text("pg-key-1")));
}

fn material(key_block: &KeyBlock) -> Vec<u8> {
    let KeyValue::Structure { material, attributes } = &key_block.value else { panic!("wrapped") };
    assert_eq!(attributes, &[]);
    material.bytes().expose().to_vec()
}
