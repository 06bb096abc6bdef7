//! Rows of the table for master keys. Must not know the rules: they come as the domain's refusals.

use control::master_key::{CipherFault, MasterKeyError};
use domain::master_key::Algorithm;
use domain::master_key::attribute::{AttributeName, AttributeRefusal, Name};
use domain::master_key::create::CreateRefusal;
use domain::master_key::lease::NoKey;
use domain::master_key::state::{Move, MoveRefusal, ScheduleRefusal, State};
use domain::master_key::usage::UseRefusal;
use kmip_wire::enumeration::ResultReason;

use super::{Row, quoted, said};
use crate::kmip::to_wire;

/// Of what is not there and of what is another's, without a difference.
pub(super) const NOT_FOUND: &str = "There is no such object. Check the Unique Identifier, and that this node, or a client of its cluster, made the object.";
/// Of a state that is not known at the moment.
pub(super) const UNTOLD: &str =
    "The state cannot be told at the moment, because the provider of the customer's key cannot be reached. Try again.";

/// Gives the row of what went wrong with master keys.
pub(super) fn row(error: &MasterKeyError) -> Row {
    match error {
        MasterKeyError::NotFound => said(ResultReason::ITEM_NOT_FOUND, NOT_FOUND),
        MasterKeyError::ReadOnly => said(
            ResultReason::PERMISSION_DENIED,
            "An owner's grant lets this node read the object; the node that made it can change it.",
        ),
        MasterKeyError::Create(refusal) => create_row(refusal),
        MasterKeyError::Use(refusal) => use_row(refusal),
        MasterKeyError::Move(refusal) => move_row(refusal),
        MasterKeyError::Attribute(refusal) => attribute_row(refusal),
        MasterKeyError::NoKey(why) => no_key_row(*why),
        MasterKeyError::Untold => said(ResultReason::GENERAL_FAILURE, UNTOLD),
        MasterKeyError::NameTaken(names) => name_row(names.first()),
        MasterKeyError::Conflict => said(
            ResultReason::GENERAL_FAILURE,
            "Somebody else changed the object or its cluster at the same time. Try again.",
        ),
        MasterKeyError::TooManyKeys => said(
            ResultReason::PERMISSION_DENIED,
            "This owner has as many objects as it may. Destroy some, or ask the operator for more.",
        ),
        MasterKeyError::Cipher(fault) => cipher_row(*fault),
        MasterKeyError::Return(_) => {
            said(ResultReason::ILLEGAL_OPERATION, "An object is brought back by its owner, not here.")
        }
    }
}

/// Definitive loss is Permission Denied; what passes is General Failure. Neither is ever Item Not Found.
fn no_key_row(why: NoKey) -> Row {
    match why {
        NoKey::CustomerKeyLost { .. } => said(
            ResultReason::PERMISSION_DENIED,
            "The customer's key that protects this object cannot be used: its owner disabled, deleted or withdrew it. When it can be used again, so can the object.",
        ),
        NoKey::Unconfirmed => said(
            ResultReason::GENERAL_FAILURE,
            "The provider of the customer's key refused just now; that is being confirmed. Try again in some seconds.",
        ),
        NoKey::ProviderAway => said(
            ResultReason::GENERAL_FAILURE,
            "The provider of the customer's key cannot be reached, and has not been for longer than memory serves. Try again.",
        ),
        NoKey::StoreAway => said(
            ResultReason::GENERAL_FAILURE,
            "The store cannot be reached at the moment, and without it no key is given. Try again.",
        ),
    }
}

fn create_row(refusal: &CreateRefusal) -> Row {
    match refusal {
        CreateRefusal::EncryptionOff => said(
            ResultReason::PERMISSION_DENIED,
            "The node's cluster uses no customer key. Set its encryptionAtRestProvider to AWS, AZURE or GCP first.",
        ),
        CreateRefusal::NotMade(object) => (
            ResultReason::INVALID_FIELD,
            format!("Create makes a Symmetric Key. Register the {}.", to_wire::object_type(*object)),
        ),
        CreateRefusal::Missing(name) => {
            (ResultReason::MISSING_DATA, format!("The attribute {} is missing. Send it.", named(name)))
        }
        CreateRefusal::AlgorithmNotMade(algorithm) => (
            ResultReason::FEATURE_NOT_SUPPORTED,
            format!("Create makes AES keys. Register the {} key.", to_wire::algorithm(*algorithm)),
        ),
        CreateRefusal::LengthNotAes { length } => (
            ResultReason::INVALID_FIELD,
            format!("An {} key has no {length} bits. Send 128, 192 or 256.", to_wire::algorithm(Algorithm::Aes)),
        ),
        CreateRefusal::LengthNotOfMaterial { said, bytes } => (
            ResultReason::INVALID_FIELD,
            format!(
                "The key has {bytes} bytes, and its Cryptographic Length says {said} bits. Send the length that it has."
            ),
        ),
        CreateRefusal::NoMaterial => said(ResultReason::MISSING_DATA, "The object has no bytes. Send some."),
        CreateRefusal::MaterialTooLong { most } => {
            (ResultReason::INVALID_FIELD, format!("The object has more than {most} bytes, which is the most."))
        }
        CreateRefusal::FormatNotForObject { format: _, object } => (
            ResultReason::KEY_FORMAT_TYPE_NOT_SUPPORTED,
            format!(
                "Key Format Type Transparent Symmetric Key is not for {}. Send Raw or Opaque.",
                to_wire::object_type(*object)
            ),
        ),
        CreateRefusal::Contradiction(name) => (
            ResultReason::INVALID_FIELD,
            format!("The request says two different things about {}. Say one.", named(name)),
        ),
        CreateRefusal::Attribute(refusal) => attribute_row(refusal),
        CreateRefusal::Schedule(refusal) => schedule_row(*refusal),
    }
}

fn use_row(refusal: &UseRefusal) -> Row {
    match refusal {
        UseRefusal::Destroyed => said(
            ResultReason::PERMISSION_DENIED,
            "The object is destroyed. For a while a project owner can bring it back.",
        ),
        UseRefusal::WrongState { state } => (
            ResultReason::PERMISSION_DENIED,
            format!("The object is {}. Encrypt needs Active; Decrypt needs that it was active.", stated(*state)),
        ),
        UseRefusal::NotForThis { mask } => (
            ResultReason::PERMISSION_DENIED,
            format!(
                "The object's Cryptographic Usage Mask ({:#x}) does not allow this. Make an object that is for it.",
                mask.bits()
            ),
        ),
        UseRefusal::NotACipherKey => said(
            ResultReason::ILLEGAL_OPERATION,
            "The object is no AES key, so nothing is encrypted or decrypted with it here. It can be fetched.",
        ),
        UseRefusal::ProtectStopPassed { .. } => {
            said(ResultReason::PERMISSION_DENIED, "The object's Protect Stop Date has passed. It still decrypts.")
        }
        UseRefusal::ProcessStartAhead { .. } => {
            said(ResultReason::PERMISSION_DENIED, "The object's Process Start Date has not come yet.")
        }
    }
}

fn move_row(refusal: &MoveRefusal) -> Row {
    match refusal {
        MoveRefusal::NoWay { wanted: Move::Activate, from } => (
            ResultReason::PERMISSION_DENIED,
            format!("The object is {}; Pre-Active ones are activated.", stated(*from)),
        ),
        MoveRefusal::NoWay { wanted: Move::Destroy, from: State::Active } => said(
            ResultReason::PERMISSION_DENIED,
            "The object is Active. Revoke it first, so that nobody loses what he still uses.",
        ),
        MoveRefusal::NoWay { wanted: Move::Destroy, from } => {
            (ResultReason::PERMISSION_DENIED, format!("The object is {} already.", stated(*from)))
        }
        MoveRefusal::NoWay { wanted: Move::Deactivate, from } => (
            ResultReason::ILLEGAL_OPERATION,
            format!(
                "The object is {}; Active ones are deactivated. A Revocation Reason of compromise works in every state but one.",
                stated(*from)
            ),
        ),
        MoveRefusal::NoWay { wanted: Move::Compromise, from } => {
            (ResultReason::ILLEGAL_OPERATION, format!("The object is {} already.", stated(*from)))
        }
        MoveRefusal::DeactivationPassed { .. } => said(
            ResultReason::PERMISSION_DENIED,
            "The object's Deactivation Date has passed, so it cannot be activated. Make another.",
        ),
        MoveRefusal::OccurrenceAhead => {
            said(ResultReason::INVALID_FIELD, "The Compromise Occurrence Date lies ahead. Send one that has passed.")
        }
        MoveRefusal::MessageNotKept => said(
            ResultReason::INVALID_FIELD,
            "The Revocation Message is too long or has a NUL in it. Send at most 1024 bytes.",
        ),
    }
}

fn attribute_row(refusal: &AttributeRefusal) -> Row {
    match refusal {
        AttributeRefusal::Destroyed => {
            said(ResultReason::PERMISSION_DENIED, "The object is destroyed; what is said about it stays as it was.")
        }
        AttributeRefusal::ServerAlone(name) => {
            (ResultReason::PERMISSION_DENIED, format!("The server alone sets {}. Leave it out.", named(name)))
        }
        AttributeRefusal::Fixed(name) => (
            ResultReason::PERMISSION_DENIED,
            format!("{} is fixed when an object is made. Make another object.", named(name)),
        ),
        AttributeRefusal::AddedOnce(name) => {
            (ResultReason::PERMISSION_DENIED, format!("{} can be added, and not changed or deleted.", named(name)))
        }
        AttributeRefusal::NotDeleted(name) => {
            (ResultReason::PERMISSION_DENIED, format!("{} can be changed, and not deleted.", named(name)))
        }
        AttributeRefusal::TooLate { name, state } => (
            ResultReason::PERMISSION_DENIED,
            format!("The object is {}, so {} cannot be set any more.", stated(*state), named(name)),
        ),
        AttributeRefusal::ThereAlready(name) => (
            ResultReason::ILLEGAL_OPERATION,
            format!("The object has this {} already. Modify it instead.", named(name)),
        ),
        AttributeRefusal::NotThere { name, index } => (
            ResultReason::ITEM_NOT_FOUND,
            format!("The object has no {} with index {index}. Ask Get Attributes which it has.", named(name)),
        ),
        AttributeRefusal::Malformed { name, expected } => {
            (ResultReason::INVALID_FIELD, format!("{} must have {expected}.", named(name)))
        }
        AttributeRefusal::NameTaken(name) => name_row(Some(name)),
        AttributeRefusal::TooMany { most } => {
            (ResultReason::INVALID_FIELD, format!("The object would have more than {most} attributes. Delete some."))
        }
        AttributeRefusal::Schedule(refusal) => schedule_row(*refusal),
    }
}

fn schedule_row(refusal: ScheduleRefusal) -> Row {
    let words = match refusal {
        ScheduleRefusal::DeactivationBeforeActivation => "The Deactivation Date lies before the Activation Date.",
        ScheduleRefusal::ProcessStartBeforeActivation => "The Process Start Date lies before the Activation Date.",
        ScheduleRefusal::ProtectStopAfterDeactivation => "The Protect Stop Date lies after the Deactivation Date.",
    };
    (ResultReason::INVALID_FIELD, format!("{words} Send them in order."))
}

fn name_row(name: Option<&Name>) -> Row {
    let name = name.map_or("", |name| name.value.as_str());
    (
        ResultReason::INVALID_FIELD,
        format!(
            "Another object of the same owner has the Name {}. Choose another, or locate that object.",
            quoted(name)
        ),
    )
}

fn cipher_row(fault: CipherFault) -> Row {
    match fault {
        CipherFault::IvMissing => {
            said(ResultReason::MISSING_DATA, "IV/Counter/Nonce is missing. Send the one that Encrypt gave.")
        }
        CipherFault::IvLength { needed } => {
            (ResultReason::INVALID_FIELD, format!("IV/Counter/Nonce must have {needed} bytes."))
        }
        CipherFault::DataLength { block } => (
            ResultReason::INVALID_FIELD,
            format!("Data must be whole blocks of {block} bytes. Use padding, or send whole blocks."),
        ),
        CipherFault::TooLong { most } => {
            (ResultReason::INVALID_FIELD, format!("Data has more than {most} bytes. Send less at once."))
        }
        CipherFault::TagLength => said(
            ResultReason::INVALID_FIELD,
            "The Authenticated Encryption Tag must have as many bytes as the parameters say, 12 to 16.",
        ),
        CipherFault::TagMissing => said(
            ResultReason::MISSING_DATA,
            "The Authenticated Encryption Tag is missing. Send the one that Encrypt gave.",
        ),
        CipherFault::NotAuthenticated => said(
            ResultReason::INVALID_FIELD,
            "CBC authenticates nothing, so additional data and a tag are of no use. Leave them out, or use GCM.",
        ),
        CipherFault::NotDecrypted => said(
            ResultReason::CRYPTOGRAPHIC_FAILURE,
            "The data does not decrypt. Check that data, vector, tag and additional data are those of one Encrypt with this key.",
        ),
        CipherFault::KeyLength => said(
            ResultReason::CRYPTOGRAPHIC_FAILURE,
            "The key's bytes have no length that AES takes. It can be fetched.",
        ),
    }
}

fn named(name: &AttributeName) -> String {
    let name = to_wire::attribute_name(name);
    if name.is_custom() { quoted(name.as_str()) } else { name.as_str().to_owned() }
}

fn stated(state: State) -> String {
    to_wire::state(state).to_string()
}
