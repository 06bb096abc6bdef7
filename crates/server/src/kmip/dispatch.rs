//! One message: who asks, what holds for the whole batch, then item by item. Must not know what an operation does.
//!
//! Items are carried out in their order, whatever the Batch Order Option says. After a failure the rest is left
//! alone, unless the client wants to continue. The object that an item makes or finds (the ID placeholder) is the one
//! that later items mean when they name none.

use std::net::IpAddr;

use control::Control;
use control::master_key::Asker;
use control::node::NodeCaller;
use kmip_wire::enumeration::{BatchErrorContinuation, CredentialType, ErrorContinuation, OperationCode, ResultReason};
use kmip_wire::message::{Credential, Failure, RequestError, RequestHeader, RequestItem, ResponseItem};
use kmip_wire::ttlv::DateTime;
use kmip_wire::{Answer, DecodeError, MessageBytes, Operation, RequestMessage, ResponseMessage, Version};

use super::Inner;
use super::error::{self, Refused};
use super::identity::{Peer, Place};
use super::operation::{
    self, activate, add_attribute, check, create, decrypt, delete_attribute, destroy, discover_versions, encrypt, get,
    get_attribute_list, get_attributes, locate, modify_attribute, query, register, revoke,
};

/// What is sent back.
pub(super) struct Reply {
    /// The version that was spoken, if it could be seen.
    pub(super) version: Option<Version>,
    /// The answer.
    pub(super) bytes: MessageBytes,
    /// Whether the peer may go on.
    pub(super) goes_on: bool,
}

/// Answers one message. `place` is the peer's on the roll, taken at the first message.
/// Cancel: what was carried out stays; nobody hears of it.
pub(super) async fn answer(kmip: &Inner, peer: &Peer, place: &mut Option<Place>, message: MessageBytes) -> Reply {
    let request = RequestMessage::decode(message.expose(), &kmip.limits.message);
    drop(message);
    let identity = peer.recognise(&kmip.control).await;
    let admitted = match identity {
        Ok(Ok(node)) => admit(kmip, place, node, peer),
        Ok(Err(unrecognised)) => {
            tracing::info!(address = %peer.address, ?unrecognised, "a certificate that stands for no node was refused");
            Err(Refused::Unrecognised(unrecognised))
        }
        Err(error) => Err(Refused::Control(error)),
    };
    let goes_on = match &admitted {
        Ok(_) | Err(Refused::Control(_)) => true,
        Err(_) => false,
    };
    let request = match request {
        Ok(request) => request,
        Err(error) => {
            let (version, bytes) = broken(kmip, &error);
            return Reply { version, bytes, goes_on };
        }
    };
    let RequestMessage { header, items } = request;
    let refused = match admitted {
        Ok(node) => match refuse_header(&header) {
            None => {
                let items = carry_out_all(kmip, &node, peer.address.ip(), &header, items).await;
                return Reply { version: Some(header.version), bytes: encoded(kmip, &header, items), goes_on };
            }
            Some(refused) => refused,
        },
        Err(refused) => refused,
    };
    let failure = error::failure(&refused);
    let items = items.into_iter().map(|item| {
        let RequestItem { operation, unique_batch_item_id, extension: _ } = item;
        ResponseItem { operation: Some(operation.code()), unique_batch_item_id, outcome: Err(failure.clone()) }
    });
    Reply { version: Some(header.version), bytes: encoded(kmip, &header, items.collect()), goes_on }
}

/// Answers a head that announces what cannot be taken, in the version spoken last.
pub(super) fn unreadable(control: &Control, version: Version, error: &DecodeError) -> MessageBytes {
    let item = ResponseItem { operation: None, unique_batch_item_id: None, outcome: Err(error::broken(error)) };
    let message = ResponseMessage { version, time_stamp: time_stamp(control), items: vec![item] };
    message.encode().unwrap_or_else(|_| MessageBytes::zeroed(0))
}

/// Answers what is no request, in its own version, or in our newest if it is none of ours.
fn broken(kmip: &Inner, error: &RequestError) -> (Option<Version>, MessageBytes) {
    let RequestError { version, operation, unique_batch_item_id, error } = error;
    let item = ResponseItem {
        operation: *operation,
        unique_batch_item_id: unique_batch_item_id.clone(),
        outcome: Err(error::broken(error)),
    };
    let (answer_in, time_stamp) = (version.unwrap_or(Version::NEWEST), time_stamp(&kmip.control));
    let message = ResponseMessage { version: answer_in, time_stamp, items: vec![item] };
    (*version, message.encode().unwrap_or_else(|_| MessageBytes::zeroed(0)))
}

fn admit(kmip: &Inner, place: &mut Option<Place>, node: NodeCaller, peer: &Peer) -> Result<NodeCaller, Refused> {
    if place.is_none() {
        let most = kmip.limits.connections_per_node;
        let entered = kmip.roll.enter(node.node.id, most).ok_or(Refused::TooManyConnections { most })?;
        *place = Some(entered);
        kmip.control.note_node_seen(&node, peer.address.ip(), kmip.limits.fixed_addresses);
    }
    Ok(node)
}

/// Takes the header apart by name: what it asks of the whole batch is honoured, harmless, or refused.
fn refuse_header(header: &RequestHeader) -> Option<Refused> {
    let RequestHeader {
        version: _,
        // Held against the answer.
        maximum_response_size: _,
        // A mark for the client's own log. No answer has one: clients of 1.4 break on it.
        client_correlation_value: _,
        server_correlation_value: _,
        asynchronous,
        // Whoever can attest is not asked to.
        attestation_capable: _,
        attestation_types: _,
        credentials,
        error_continuation,
        // Items are in order always.
        batch_order: _,
        // Clocks of clients are off.
        time_stamp: _,
    } = header;
    if *asynchronous == Some(true) {
        return Some(Refused::Asynchronous);
    }
    if error_continuation.is_some_and(|option| continuation(option).is_none()) {
        return Some(Refused::Undo);
    }
    let attests = |credential: &Credential| match credential {
        // A name and a password are read and count for nothing: the certificate says who it is.
        Credential::UsernamePassword { username: _, password: _ } => false,
        Credential::Unsupported(kind) => *kind == CredentialType::ATTESTATION,
    };
    credentials.iter().any(attests).then_some(Refused::Attestation)
}

/// Tells whether to continue after a failure; none if the option is one that we do not offer.
fn continuation(option: BatchErrorContinuation) -> Option<bool> {
    match option.known()? {
        ErrorContinuation::Continue => Some(true),
        ErrorContinuation::Stop => Some(false),
        ErrorContinuation::Undo => None,
    }
}

async fn carry_out_all(
    kmip: &Inner,
    node: &NodeCaller,
    address: IpAddr,
    header: &RequestHeader,
    items: Vec<RequestItem>,
) -> Vec<ResponseItem> {
    let continues = header.error_continuation.and_then(continuation).unwrap_or(false);
    let mut scene = operation::Scene {
        control: &kmip.control,
        asker: Asker { node, address },
        version: header.version,
        placeholder: None,
    };
    let mut answers = Vec::with_capacity(items.len());
    for item in items {
        let RequestItem { operation, unique_batch_item_id, extension } = item;
        let code = operation.code();
        let outcome = match extension.filter(|extension| extension.critical) {
            Some(extension) => Err(Refused::CriticalExtension(extension.vendor_identification)),
            None => carry_out(&mut scene, operation).await,
        };
        let outcome = outcome.map_err(|refused| tell(&refused, code, node));
        count(kmip, code, outcome.as_ref().err());
        let failed = outcome.is_err();
        answers.push(ResponseItem { operation: Some(code), unique_batch_item_id, outcome });
        if failed && !continues {
            break;
        }
    }
    answers
}

/// Gives the row of the table, and tells the log what is ours to mend.
fn tell(refused: &Refused, operation: OperationCode, node: &NodeCaller) -> Failure {
    let failure = error::failure(refused);
    let (node, reason) = (node.node.id, failure.reason());
    if let Refused::Control(error) = refused
        && reason == ResultReason::GENERAL_FAILURE
    {
        tracing::warn!(%node, %operation, error = error.chain(), "a key operation failed for now");
    } else {
        tracing::debug!(%node, %operation, %reason, words = failure.message(), "a key operation was refused");
    }
    failure
}

/// Numbers that the standard does not name are one label: a client could make up any.
fn count(kmip: &Inner, operation: OperationCode, failure: Option<&Failure>) {
    const SUCCESS: &str = "Success";
    const UNNAMED: &str = "other";
    let outcome = failure.map_or(Some(SUCCESS), |failure| failure.reason().name());
    kmip.metrics.count_kmip_request(operation.name().unwrap_or(UNNAMED), outcome.unwrap_or(UNNAMED));
}

async fn carry_out(scene: &mut operation::Scene<'_>, operation: Operation) -> Result<Answer, Refused> {
    Ok(match operation {
        Operation::Create(request) => Answer::Create(create::run(scene, request).await?),
        Operation::Register(request) => Answer::Register(register::run(scene, request).await?),
        Operation::Activate(request) => Answer::Activate(activate::run(scene, request).await?),
        Operation::Get(request) => Answer::Get(get::run(scene, request).await?),
        Operation::GetAttributes(request) => Answer::GetAttributes(get_attributes::run(scene, request).await?),
        Operation::GetAttributeList(request) => {
            Answer::GetAttributeList(get_attribute_list::run(scene, request).await?)
        }
        Operation::AddAttribute(request) => Answer::AddAttribute(add_attribute::run(scene, request).await?),
        Operation::ModifyAttribute(request) => Answer::ModifyAttribute(modify_attribute::run(scene, request).await?),
        Operation::DeleteAttribute(request) => Answer::DeleteAttribute(delete_attribute::run(scene, request).await?),
        Operation::Locate(request) => Answer::Locate(locate::run(scene, request).await?),
        Operation::Check(request) => Answer::Check(check::run(scene, request).await?),
        Operation::Revoke(request) => Answer::Revoke(revoke::run(scene, request).await?),
        Operation::Destroy(request) => Answer::Destroy(destroy::run(scene, request).await?),
        Operation::Query(request) => Answer::Query(query::run(&request)),
        Operation::DiscoverVersions(request) => Answer::DiscoverVersions(discover_versions::run(&request)),
        Operation::Encrypt(request) => Answer::Encrypt(encrypt::run(scene, request).await?),
        Operation::Decrypt(request) => Answer::Decrypt(decrypt::run(scene, request).await?),
        Operation::Unknown(code) => return Err(Refused::UnknownOperation(code)),
        Operation::Unreadable(_, error) => return Err(Refused::Payload(error)),
    })
}

/// Writes an answer that the client can take. Where it would be too long, the longest items say so instead, one after
/// the other; what is left then is a message as short as one can be.
fn encoded(kmip: &Inner, header: &RequestHeader, items: Vec<ResponseItem>) -> MessageBytes {
    let most = header.maximum_response_size.and_then(|most| usize::try_from(most).ok());
    let mut message = ResponseMessage { version: header.version, time_stamp: time_stamp(&kmip.control), items };
    let mut bytes = written(&mut message);
    let Some(most) = most.filter(|most| bytes.len() > *most) else { return bytes };
    let mut lengths: Vec<(usize, usize)> = Vec::new();
    for (place, item) in std::mem::take(&mut message.items).into_iter().enumerate() {
        let mut alone = ResponseMessage { version: message.version, time_stamp: message.time_stamp, items: vec![item] };
        lengths.push((written(&mut alone).len(), place));
        message.items.append(&mut alone.items);
    }
    lengths.sort_unstable();
    while bytes.len() > most
        && let Some((_, place)) = lengths.pop()
    {
        if let Some(item) = message.items.get_mut(place) {
            item.outcome = Err(error::failure(&Refused::ResponseTooLarge { most }));
        }
        bytes = written(&mut message);
    }
    bytes
}

/// Writes an answer. One that cannot be written is a fault of ours; its items say so.
fn written(message: &mut ResponseMessage) -> MessageBytes {
    match message.encode() {
        Ok(bytes) => bytes,
        Err(error) => {
            tracing::error!(%error, version = %message.version, "an answer could not be written");
            for item in &mut message.items {
                item.outcome = Err(error::failure(&Refused::Unwritable));
            }
            message.encode().unwrap_or_else(|_| MessageBytes::zeroed(0))
        }
    }
}

fn time_stamp(control: &Control) -> DateTime {
    DateTime(control.now().as_secs())
}
