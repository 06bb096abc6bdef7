//! Requests. What a server may not support (asynchronous work, attestation, undoing a batch,
//! credentials of other kinds, critical extensions) is kept as a value, so that it can be refused
//! by name. It must not refuse it itself.

use crate::enumeration::{AttestationType, BatchErrorContinuation, OperationCode};
use crate::error::{DecodeError, EncodeError};
use crate::limits::Limits;
use crate::message::credential::Authentication;
use crate::message::{Credential, MessageExtension};
use crate::operation::Operation;
use crate::secret::MessageBytes;
use crate::tag::Tag;
use crate::ttlv::{DateTime, Fields, Reader, Writer};
use crate::version::{ProtocolVersion, Version};

/// A whole request.
#[derive(Debug)]
pub struct RequestMessage {
    /// What holds for all batch items.
    pub header: RequestHeader,
    /// What is asked, at least one thing.
    pub items: Vec<RequestItem>,
}

/// What holds for all batch items of a request.
#[derive(Debug)]
pub struct RequestHeader {
    /// The version of the request, and so of its answer.
    pub version: Version,
    /// The longest answer that the client can take.
    /// Unit: bytes.
    pub maximum_response_size: Option<u32>,
    /// The client's own mark on the request. Since 1.4. An answer never echoes it.
    pub client_correlation_value: Option<String>,
    /// A mark that the server gave an earlier answer. Since 1.4. We give none.
    pub server_correlation_value: Option<String>,
    /// Whether the client would take "pending" for an answer.
    pub asynchronous: Option<bool>,
    /// Whether the client can attest. Since 1.2.
    pub attestation_capable: Option<bool>,
    /// With what it can attest. Since 1.2.
    pub attestation_types: Vec<AttestationType>,
    /// Credentials beside the certificate.
    pub credentials: Vec<Credential>,
    /// What to do with the rest of the batch after a failure; none means stop.
    pub error_continuation: Option<BatchErrorContinuation>,
    /// Whether the items must be carried out in order.
    pub batch_order: Option<bool>,
    /// When the client thinks it is.
    pub time_stamp: Option<DateTime>,
}

impl RequestHeader {
    /// Makes a header that says its version and nothing else.
    #[must_use]
    pub fn new(version: Version) -> Self {
        Self {
            version,
            maximum_response_size: None,
            client_correlation_value: None,
            server_correlation_value: None,
            asynchronous: None,
            attestation_capable: None,
            attestation_types: Vec::new(),
            credentials: Vec::new(),
            error_continuation: None,
            batch_order: None,
            time_stamp: None,
        }
    }
}

/// One thing asked.
#[derive(Debug)]
pub struct RequestItem {
    /// What is asked, readable or not.
    pub operation: Operation,
    /// The client's mark on the item, to be echoed.
    pub unique_batch_item_id: Option<Vec<u8>>,
    /// A vendor's addition.
    pub extension: Option<MessageExtension>,
}

impl RequestItem {
    /// Makes an item without a mark, as it may stand alone in a batch.
    #[must_use]
    pub fn new(operation: Operation) -> Self {
        Self { operation, unique_batch_item_id: None, extension: None }
    }
}

/// Why a message is no request, with what little could be seen of it, for the answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("read a request")]
pub struct RequestError {
    /// The version to answer in, if it could be seen and is one of ours.
    pub version: Option<Version>,
    /// The first operation, if it could be seen.
    pub operation: Option<OperationCode>,
    /// The mark of the first item, if it could be seen.
    pub unique_batch_item_id: Option<Vec<u8>>,
    /// What is wrong.
    #[source]
    pub error: DecodeError,
}

impl RequestMessage {
    /// Makes a request of one item.
    #[must_use]
    pub fn one(header: RequestHeader, operation: Operation) -> Self {
        Self { header, items: vec![RequestItem::new(operation)] }
    }

    /// Reads a whole request. A payload that cannot be read spoils its item alone: `Operation::Unreadable`.
    /// Errors: the message is broken, exceeds a limit or is in a version that we do not speak.
    pub fn decode(bytes: &[u8], limits: &Limits) -> Result<Self, RequestError> {
        Self::read(bytes, limits).map_err(|error| RequestError::of(bytes, error))
    }

    fn read(bytes: &[u8], limits: &Limits) -> Result<Self, DecodeError> {
        let mut message = Reader::open(bytes, Tag::REQUEST_MESSAGE, Version::NEWEST, limits)?;
        let mut header = message.structure(Tag::REQUEST_HEADER)?;
        let (header, batch_count) = read_header(&mut header)?;
        let mut message = message.spelled_in(header.version);
        let items = read_batch(&mut message, batch_count, limits)?;
        message.finish()?;
        Ok(Self { header, items })
    }

    /// Writes a whole request, every field as it is given, in the header's version.
    /// Errors: a field that cannot be written.
    pub fn encode(&self) -> Result<MessageBytes, EncodeError> {
        let mut to = Writer::request(self.header.version);
        to.structure(Tag::REQUEST_MESSAGE, |to| {
            to.structure(Tag::REQUEST_HEADER, |to| write_header(&self.header, self.items.len(), to));
            to.put_each(Tag::BATCH_ITEM, &self.items);
        });
        to.finish()
    }
}

impl RequestError {
    /// Looks at a broken message once more, for what its answer should echo.
    fn of(bytes: &[u8], error: DecodeError) -> Self {
        let mut seen = Self { version: None, operation: None, unique_batch_item_id: None, error };
        let Ok(mut message) = Reader::glimpse(bytes, Version::NEWEST) else {
            return seen;
        };
        let version = message
            .structure(Tag::REQUEST_HEADER)
            .and_then(|mut header| header.required::<ProtocolVersion>(Tag::PROTOCOL_VERSION));
        seen.version = version.ok().and_then(ProtocolVersion::known);
        if let Ok(mut item) = message.structure(Tag::BATCH_ITEM) {
            seen.operation = item.required(Tag::OPERATION).ok();
            seen.unique_batch_item_id = item.optional(Tag::UNIQUE_BATCH_ITEM_ID).ok().flatten();
        }
        seen
    }
}

/// Reads the header and, apart from it, the number of batch items.
fn read_header(from: &mut Reader<'_>) -> Result<(RequestHeader, u32), DecodeError> {
    let found: ProtocolVersion = from.required(Tag::PROTOCOL_VERSION)?;
    let version = found.known().ok_or(DecodeError::UnsupportedVersion { found })?;
    let header = RequestHeader {
        version,
        maximum_response_size: from.optional(Tag::MAXIMUM_RESPONSE_SIZE)?,
        client_correlation_value: from.optional(Tag::CLIENT_CORRELATION_VALUE)?,
        server_correlation_value: from.optional(Tag::SERVER_CORRELATION_VALUE)?,
        asynchronous: from.optional(Tag::ASYNCHRONOUS_INDICATOR)?,
        attestation_capable: from.optional(Tag::ATTESTATION_CAPABLE_INDICATOR)?,
        attestation_types: from.many(Tag::ATTESTATION_TYPE)?,
        credentials: from.optional::<Authentication>(Tag::AUTHENTICATION)?.map_or_else(Vec::new, |all| all.0),
        error_continuation: from.optional(Tag::BATCH_ERROR_CONTINUATION_OPTION)?,
        batch_order: from.optional(Tag::BATCH_ORDER_OPTION)?,
        time_stamp: from.optional(Tag::TIME_STAMP)?,
    };
    let batch_count = from.required(Tag::BATCH_COUNT)?;
    from.finish()?;
    Ok((header, batch_count))
}

/// Takes the header apart by name, so that a new field must be written too.
fn write_header(header: &RequestHeader, items: usize, to: &mut Writer) {
    let RequestHeader {
        version,
        maximum_response_size,
        client_correlation_value,
        server_correlation_value,
        asynchronous,
        attestation_capable,
        attestation_types,
        credentials,
        error_continuation,
        batch_order,
        time_stamp,
    } = header;
    to.put(Tag::PROTOCOL_VERSION, &ProtocolVersion::from(*version));
    to.put_optional(Tag::MAXIMUM_RESPONSE_SIZE, maximum_response_size);
    to.put_optional(Tag::CLIENT_CORRELATION_VALUE, client_correlation_value);
    to.put_optional(Tag::SERVER_CORRELATION_VALUE, server_correlation_value);
    to.put_optional(Tag::ASYNCHRONOUS_INDICATOR, asynchronous);
    to.put_optional(Tag::ATTESTATION_CAPABLE_INDICATOR, attestation_capable);
    to.put_each(Tag::ATTESTATION_TYPE, attestation_types);
    if !credentials.is_empty() {
        to.structure(Tag::AUTHENTICATION, |to| to.put_each(Tag::CREDENTIAL, credentials));
    }
    to.put_optional(Tag::BATCH_ERROR_CONTINUATION_OPTION, error_continuation);
    to.put_optional(Tag::BATCH_ORDER_OPTION, batch_order);
    to.put_optional(Tag::TIME_STAMP, time_stamp);
    to.put(Tag::BATCH_COUNT, &u32::try_from(items).unwrap_or(u32::MAX));
}

/// Reads the batch items, of which there must be as many as the header says.
pub(super) fn read_batch<T: Fields>(
    from: &mut Reader<'_>,
    batch_count: u32,
    limits: &Limits,
) -> Result<Vec<T>, DecodeError> {
    let expected = usize::try_from(batch_count).unwrap_or(usize::MAX);
    if expected > limits.batch_items {
        return Err(DecodeError::TooMany { what: "batch items", limit: limits.batch_items });
    }
    let mut items = Vec::with_capacity(expected);
    while items.len() < expected
        && let Some(item) = from.optional(Tag::BATCH_ITEM)?
    {
        items.push(item);
    }
    if items.len() < expected || items.is_empty() || from.next_tag() == Some(Tag::BATCH_ITEM) {
        return Err(DecodeError::BadValue {
            field: Tag::BATCH_COUNT,
            why: "it must be the number of Batch Items that follow, at least 1",
        });
    }
    Ok(items)
}

impl Fields for RequestItem {
    fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let code = from.required(Tag::OPERATION)?;
        let unique_batch_item_id = from.optional(Tag::UNIQUE_BATCH_ITEM_ID)?;
        let payload = from.optional_item(Tag::REQUEST_PAYLOAD)?;
        let extension = from.optional(Tag::MESSAGE_EXTENSION)?;
        Ok(Self { operation: Operation::read(code, payload.as_ref()), unique_batch_item_id, extension })
    }

    fn write(&self, to: &mut Writer) {
        to.put(Tag::OPERATION, &self.operation.code());
        to.put_optional(Tag::UNIQUE_BATCH_ITEM_ID, &self.unique_batch_item_id);
        self.operation.write(to);
        to.put_optional(Tag::MESSAGE_EXTENSION, &self.extension);
    }
}
