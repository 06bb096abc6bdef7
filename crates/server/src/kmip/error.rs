//! The one table of this door's refusals: Result Reason and words. Nothing else here chooses a Result Reason, and
//! every match is exhaustive, so that a new error cannot do without its row. A failure always has words, which say
//! what to do next: clients print them, and libkmip crashes without. What master keys refuse is in
//! `error/master_key.rs`.
//!
//! Two rules stand above the others. Item Not Found is said of what is not there, or is another's, and of nothing
//! else: a database process that hears it stops. What passes by itself is General Failure. All reasons here exist
//! since KMIP 1.0. The page is docs/kmip.md.

mod master_key;

use control::node::Unrecognised;
use domain::master_key::effective::Untold;
use kmip_wire::enumeration::{KeyFormatType, ObjectType, OperationCode, ResultReason, RevocationReasonCode};
use kmip_wire::message::Failure;
use kmip_wire::{Blame, DecodeError, Version};

use super::from_wire::AttributeFault;

/// How much of a client's text is said back to it. Unit: characters.
const QUOTED_MOST: usize = 100;

/// Why a batch item, or a whole message, is not carried out.
#[derive(Debug)]
pub(super) enum Refused {
    // -- the whole message --
    /// The certificate stands for no node.
    Unrecognised(Unrecognised),
    /// The node has as many connections as it may.
    TooManyConnections { most: usize },
    /// Answers come at once.
    Asynchronous,
    /// What was done is not undone.
    Undo,
    /// Nobody is asked to attest.
    Attestation,

    // -- one item --
    /// An extension that must be understood is not.
    CriticalExtension(String),
    /// We do not know the operation.
    UnknownOperation(OperationCode),
    /// The payload cannot be read.
    Payload(DecodeError),
    /// The answer is longer than the client takes.
    ResponseTooLarge { most: usize },
    /// The answer could not be written.
    Unwritable,

    // -- what an operation asks --
    /// The identifier is none of ours.
    NotFound,
    /// No object is named, and none was made or found before.
    NoPlaceholder,
    /// An object of a kind that is not kept here.
    ObjectType(ObjectType),
    /// Stored templates.
    Template,
    /// A key that comes wrapped.
    WrappedKeyGiven,
    /// A layout that is not kept here.
    KeyFormat(KeyFormatType),
    /// Another layout than the object has.
    FormatWanted { wanted: KeyFormatType, stored: Option<KeyFormatType> },
    /// A key that shall go out wrapped.
    WrappingWanted,
    /// A compressed point.
    CompressionWanted,
    /// An attribute that is not kept here, or cannot be so.
    Attribute(AttributeFault),
    /// An index where the server gives it.
    IndexGiven,
    /// A reason that nobody knows.
    RevocationReason(RevocationReasonCode),
    /// A part of an object group that nobody knows.
    ObjectGroupMember,
    /// A way to encrypt that is not offered.
    Cipher(String),
    /// The version has no field for the tag.
    TagNotInVersion(Version),
    /// Data in parts.
    Stream,
    /// No data.
    NoData,
    /// An initialization vector, and the wish for a random one.
    IvTwice,
    /// A state that cannot be told at the moment.
    Untold(Untold),
    /// A use case refused.
    Control(control::Error),
}

impl From<control::Error> for Refused {
    fn from(error: control::Error) -> Self {
        Self::Control(error)
    }
}

/// A row of the table.
type Row = (ResultReason, String);

/// Gives the row of a refusal.
pub(super) fn failure(refused: &Refused) -> Failure {
    let (reason, words) = row(refused);
    Failure::new(reason, words)
}

/// Gives the row of a message that is none, or that is in a version that we do not speak.
pub(super) fn broken(error: &DecodeError) -> Failure {
    Failure::new(ResultReason::INVALID_MESSAGE, sentence(&error.sentence()))
}

fn row(refused: &Refused) -> Row {
    match refused {
        Refused::Unrecognised(why) => (ResultReason::AUTHENTICATION_NOT_SUCCESSFUL, unrecognised(*why).to_owned()),
        Refused::TooManyConnections { most } => (
            ResultReason::GENERAL_FAILURE,
            format!(
                "This node has {most} connections open, which is the most. Close some, or use one for several requests."
            ),
        ),
        Refused::Asynchronous => said(
            ResultReason::FEATURE_NOT_SUPPORTED,
            "Asynchronous Indicator true is not supported: answers come at once. Leave it out or send false.",
        ),
        Refused::Undo => said(
            ResultReason::FEATURE_NOT_SUPPORTED,
            "This Batch Error Continuation Option is not supported: what was done stays done. Send Stop or Continue. Nothing was carried out.",
        ),
        Refused::Attestation => said(
            ResultReason::FEATURE_NOT_SUPPORTED,
            "Attestation is not supported. Leave the Attestation credential out; the certificate says who asks.",
        ),
        Refused::CriticalExtension(vendor) => (
            ResultReason::FEATURE_NOT_SUPPORTED,
            format!(
                "The Message Extension of {} is critical and not understood. Leave it out or mark it uncritical.",
                quoted(vendor)
            ),
        ),
        Refused::UnknownOperation(operation) => (
            ResultReason::OPERATION_NOT_SUPPORTED,
            format!("The operation {operation} is not supported. Ask Query for those that are."),
        ),
        Refused::Payload(error) => (payload_reason(error), sentence(&error.sentence())),
        Refused::ResponseTooLarge { most } => (
            ResultReason::RESPONSE_TOO_LARGE,
            format!(
                "The answer is longer than the Maximum Response Size of {most} bytes. Ask for less at once, or allow more."
            ),
        ),
        Refused::Unwritable => said(
            ResultReason::GENERAL_FAILURE,
            "The answer cannot be written in this protocol version. It is a fault of the server; its log has more.",
        ),
        Refused::NotFound => said(ResultReason::ITEM_NOT_FOUND, master_key::NOT_FOUND),
        Refused::NoPlaceholder => said(
            ResultReason::ITEM_NOT_FOUND,
            "No Unique Identifier was sent, and no earlier item of the batch made or found exactly one object. Send one.",
        ),
        Refused::ObjectType(kind) => (
            ResultReason::INVALID_FIELD,
            format!("Object Type {kind} is not kept here. Send Symmetric Key, Secret Data or Opaque Object."),
        ),
        Refused::Template => {
            said(ResultReason::FEATURE_NOT_SUPPORTED, "Templates are not supported. Send the attributes themselves.")
        }
        Refused::WrappedKeyGiven => said(
            ResultReason::FEATURE_NOT_SUPPORTED,
            "Key Wrapping Data is not supported. Register the key's own bytes; the connection is encrypted, and the key is stored wrapped.",
        ),
        Refused::KeyFormat(format) => (
            ResultReason::KEY_FORMAT_TYPE_NOT_SUPPORTED,
            format!("Key Format Type {format} is not supported. Send Raw, Opaque or Transparent Symmetric Key."),
        ),
        Refused::FormatWanted { wanted, stored: Some(stored) } => (
            ResultReason::KEY_FORMAT_TYPE_NOT_SUPPORTED,
            format!("The object was registered as {stored} and is not given as {wanted}. Leave Key Format Type out."),
        ),
        Refused::FormatWanted { wanted, stored: None } => (
            ResultReason::KEY_FORMAT_TYPE_NOT_SUPPORTED,
            format!("An Opaque Object has no format and is not given as {wanted}. Leave Key Format Type out."),
        ),
        Refused::WrappingWanted => said(
            ResultReason::FEATURE_NOT_SUPPORTED,
            "Key Wrapping Specification is not supported. Leave it out; the connection is encrypted.",
        ),
        Refused::CompressionWanted => said(
            ResultReason::KEY_COMPRESSION_TYPE_NOT_SUPPORTED,
            "Key Compression Type is for points on curves, which are not kept here. Leave it out.",
        ),
        Refused::Attribute(fault) => attribute_row(fault),
        Refused::IndexGiven => {
            said(ResultReason::INVALID_FIELD, "The server gives an added attribute its Attribute Index. Leave it out.")
        }
        Refused::RevocationReason(code) => {
            (ResultReason::INVALID_FIELD, format!("Revocation Reason Code {code} is unknown. Send one of KMIP 1.4."))
        }
        Refused::ObjectGroupMember => {
            said(ResultReason::INVALID_FIELD, "This Object Group Member is unknown. Send Fresh or Default.")
        }
        Refused::Cipher(what) => (
            ResultReason::FEATURE_NOT_SUPPORTED,
            format!(
                "{what} is not supported. Use AES in CBC with PKCS5 or no padding, or in GCM with a tag of 12 to 16 bytes and a vector of 96 bits."
            ),
        ),
        Refused::TagNotInVersion(version) => (
            ResultReason::FEATURE_NOT_SUPPORTED,
            format!(
                "GCM needs the Authenticated Encryption Tag, which version {version} does not have. Use version 1.4, or CBC."
            ),
        ),
        Refused::Stream => said(
            ResultReason::FEATURE_NOT_SUPPORTED,
            "Data in several parts is not supported. Send all of it in one request, without a Correlation Value.",
        ),
        Refused::NoData => {
            said(ResultReason::MISSING_DATA, "Data is missing. Send what is to be encrypted or decrypted.")
        }
        Refused::IvTwice => said(
            ResultReason::INVALID_FIELD,
            "An IV/Counter/Nonce was sent, and Random IV is true. Send one of the two.",
        ),
        Refused::Untold(Untold) => said(ResultReason::GENERAL_FAILURE, master_key::UNTOLD),
        Refused::Control(error) => control_row(error),
    }
}

/// What comes from the use cases of other doors cannot happen here; it would be a fault of ours.
fn control_row(error: &control::Error) -> Row {
    match error {
        control::Error::MasterKey(error) => master_key::row(error),
        control::Error::StoreAway(_) => said(
            ResultReason::GENERAL_FAILURE,
            "The store cannot be reached at the moment, and without it no key is given. Try again.",
        ),
        control::Error::Conflict | control::Error::UpdateInProgress => {
            said(ResultReason::GENERAL_FAILURE, "Somebody else changed the same thing at the same time. Try again.")
        }
        control::Error::Store(_)
        | control::Error::Bug(_)
        | control::Error::ProjectNotFound(_)
        | control::Error::OrganizationNotFound(_)
        | control::Error::ClusterNotFound { .. }
        | control::Error::ClusterNameTaken { .. }
        | control::Error::ClusterRefused { .. }
        | control::Error::ClusterConflict(_)
        | control::Error::Node(_)
        | control::Error::External(_)
        | control::Error::Snapshot(_)
        | control::Error::Grant(_)
        | control::Error::PrivateEndpoint(_)
        | control::Error::Project(_)
        | control::Error::Alert(_)
        | control::Error::ProviderRole(_)
        | control::Error::ContainerNotFound(_)
        | control::Error::SearchDeployment(_)
        | control::Error::Compliance(_)
        | control::Error::Access(_)
        | control::Error::ClusterUnsupported { .. }
        | control::Error::RotationNotFound(_)
        | control::Error::DeletedClusterNotFound(_)
        | control::Error::DeletedProjectNotFound(_)
        | control::Error::ProjectNameTaken(_)
        | control::Error::ProjectHasClusters(_)
        | control::Error::ProjectHasPrivateEndpoints(_)
        | control::Error::ClusterPlacementRefused { .. }
        | control::Error::EventNotFound(_)
        | control::Error::OrgEventNotFound(_)
        | control::Error::ProjectRoleMissing { .. }
        | control::Error::OrgRoleMissing { .. }
        | control::Error::NothingMentioned
        | control::Error::Violations(_)
        | control::Error::EnvironmentNotSupported(_)
        | control::Error::RegionNotSupported(_)
        | control::Error::StaticCredentialsRefused { .. }
        | control::Error::RoleNotAuthorized(_)
        | control::Error::CustomerKeyNotEnabled { .. }
        | control::Error::CustomerKeyNotProven(_)
        | control::Error::CustomerKeyInUse { .. }
        | control::Error::PresentKeyInvalid(_)
        | control::Error::PrivateEndpointsExist(_)
        | control::Error::PrivateNetworkingInUse { .. }
        | control::Error::PrivateEndpointFieldsImmutable { .. }
        | control::Error::PrivateNetworkingInactiveProject(_)
        | control::Error::CandidateRefused(_) => said(
            ResultReason::GENERAL_FAILURE,
            "The server failed. Try again; if it stays so, its operator finds the cause in its log.",
        ),
    }
}

fn payload_reason(error: &DecodeError) -> ResultReason {
    match error {
        DecodeError::Missing { .. } => ResultReason::MISSING_DATA,
        DecodeError::InAttribute { source, .. } => payload_reason(source),
        DecodeError::Truncated { .. }
        | DecodeError::Trailing { .. }
        | DecodeError::UnexpectedTag { .. }
        | DecodeError::Leftover { .. }
        | DecodeError::BadTag { .. }
        | DecodeError::UnknownType { .. }
        | DecodeError::WrongType { .. }
        | DecodeError::WrongLength { .. }
        | DecodeError::Padding { .. }
        | DecodeError::BadValue { .. }
        | DecodeError::TooLong { .. }
        | DecodeError::TooDeep { .. }
        | DecodeError::TooMany { .. }
        | DecodeError::UnsupportedVersion { .. }
        | DecodeError::Unsupported { .. } => match error.blame() {
            Blame::Malformed | Blame::OverLimit => ResultReason::INVALID_MESSAGE,
            Blame::Field => ResultReason::INVALID_FIELD,
            Blame::NotSupported => ResultReason::FEATURE_NOT_SUPPORTED,
        },
    }
}

fn attribute_row(fault: &AttributeFault) -> Row {
    match fault {
        AttributeFault::NotKept { name } => (
            ResultReason::FEATURE_NOT_SUPPORTED,
            format!(
                "The attribute {} is not kept here, so it would be a promise that nobody keeps. Leave it out.",
                quoted(name)
            ),
        ),
        AttributeFault::Unknown { name } => (
            ResultReason::INVALID_FIELD,
            format!("There is no attribute {}. Names that you make up begin with x-.", quoted(name)),
        ),
        AttributeFault::Impossible { name } => (
            ResultReason::INVALID_FIELD,
            format!("The attribute {} has a value that no object here has. Send another.", quoted(name)),
        ),
    }
}

const fn unrecognised(why: Unrecognised) -> &'static str {
    match why {
        Unrecognised::Unknown => {
            "The certificate belongs to no node. Enrol a node, and use the certificate that it gets."
        }
        Unrecognised::ForeignIssuer => {
            "The certificate is on file under another authority. Use it with the chain that it was issued with."
        }
        Unrecognised::Ambiguous => {
            "The certificate's names are mapped to more than one node. Ask a project owner to map each name to one."
        }
        Unrecognised::NodeRevoked => {
            "The node was revoked, for which there is no way back. Enrol another in its place."
        }
        Unrecognised::Ended => "A successor ended the certificate. Use the newest certificate of the node.",
        Unrecognised::Expired => "The certificate has expired. Enrol the node again with a new key.",
    }
}

fn said(reason: ResultReason, words: &str) -> Row {
    (reason, words.to_owned())
}

/// Makes a sentence of what the wire says about itself.
fn sentence(text: &str) -> String {
    let mut words = tame(text, usize::MAX);
    words.push('.');
    words
}

/// Repeats a client's text without what could spoil a line, and not much of it.
fn quoted(text: &str) -> String {
    format!("\"{}\"", tame(text, QUOTED_MOST))
}

fn tame(text: &str, most: usize) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).take(most).collect()
}

#[cfg(test)]
mod tests;
