//! PyKMIP's own bytes: what its client sends and what its engine answers, in 1.0, 1.2 and 1.4.

use kmip_wire::enumeration::{OperationCode, ResultReason, WrappingMethod};
use kmip_wire::message::Credential;
use kmip_wire::object::{KeyValue, Object};
use kmip_wire::{Answer, Limits, Operation, RequestMessage, ResponseMessage};

use crate::vectors::{self, Vector, request, response};

/// PyKMIP pads and orders as the standard says, so its messages come back byte for byte.
#[test]
fn every_message_comes_back_byte_for_byte() {
    let mut unknown = Vec::new();
    for Vector { name, bytes } in vectors::parsed(vectors::PYKMIP) {
        let limits = Limits::default();
        if name.ends_with("request") {
            let read = RequestMessage::decode(&bytes, &limits).unwrap_or_else(|error| panic!("{name}: {error:?}"));
            let [item] = &read.items[..] else { panic!("{name}") };
            if let Operation::Unknown(code) = item.operation {
                unknown.push(code);
                continue;
            }
            let again = read.encode().unwrap_or_else(|error| panic!("{name}: {error}: {read:?}"));
            assert_eq!(hex::encode(again.expose()), hex::encode(&bytes), "{name}");
        } else {
            let read = ResponseMessage::decode(&bytes, &limits).unwrap_or_else(|error| panic!("{name}: {error:?}"));
            let again = read.encode().unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(hex::encode(again.expose()), hex::encode(&bytes), "{name}");
        }
    }
    unknown.sort_by_key(|code| code.number());
    unknown.dedup();
    assert_eq!(unknown, [OperationCode::CREATE_KEY_PAIR, OperationCode::MAC]);
}

/// The capture walks over everything we understand but Add Attribute, which PyKMIP 0.10 does not have.
#[test]
fn the_capture_holds_every_operation() {
    let sent: Vec<OperationCode> = vectors::parsed(vectors::PYKMIP)
        .iter()
        .filter(|vector| vector.is_request())
        .map(|vector| RequestMessage::decode(&vector.bytes, &Limits::default()).unwrap().items[0].operation.code())
        .collect();
    let missing: Vec<_> = Operation::UNDERSTOOD.iter().filter(|code| !sent.contains(code)).collect();
    assert_eq!(missing, [&OperationCode::ADD_ATTRIBUTE]);
}

#[test]
fn a_wrapped_key_keeps_its_wrapping() {
    let message = request("1.2 Register wrapped Symmetric Key request");
    let Operation::Register(register) = &message.items[0].operation else { panic!() };
    let Object::SymmetricKey(key_block) = &register.object else { panic!() };
    let wrapping = key_block.wrapping.as_ref().unwrap();
    assert_eq!(wrapping.method, WrappingMethod::ENCRYPT);
    assert_eq!(wrapping.encryption_key.as_ref().unwrap().unique_identifier, "42");
    let KeyValue::Structure { material, .. } = &key_block.value else { panic!() };
    assert_eq!(material.bytes().len(), 24);

    let message = request("1.2 Get with wrapping request");
    let Operation::Get(get) = &message.items[0].operation else { panic!() };
    assert_eq!(get.key_wrapping_specification.as_ref().unwrap().method, WrappingMethod::ENCRYPT);
}

#[test]
fn objects_and_failures_of_its_engine_are_read() {
    let answer = response("1.4 Get Opaque Object response");
    let Ok(Answer::Get(got)) = &answer.items[0].outcome else { panic!() };
    let Object::OpaqueObject { kind, value } = &got.object else { panic!() };
    assert_eq!((kind.number(), value.expose()), (0x8000_0000, &[1_u8, 2, 3][..]));

    let answer = response("1.0 Get unknown response");
    let failure = answer.items[0].outcome.as_ref().unwrap_err();
    assert_eq!(failure.reason(), ResultReason::ITEM_NOT_FOUND);
    assert_eq!(answer.items[0].operation, Some(OperationCode::GET));

    let answer = response("1.2 Decrypt response");
    let Ok(Answer::Decrypt(decrypted)) = &answer.items[0].outcome else { panic!() };
    assert_eq!(decrypted.data.as_ref().unwrap().expose(), b"sixteen bytes ok");
    assert!(!format!("{decrypted:?}").contains("115"), "a byte of the plaintext shows");
}

#[test]
fn its_client_sends_name_and_password() {
    let message = request("1.4 Locate request");
    let [Credential::UsernamePassword { username, password }] = &message.header.credentials[..] else { panic!() };
    assert_eq!((username.as_str(), password.as_ref().unwrap().expose()), ("ann", "swordfish"));
}
