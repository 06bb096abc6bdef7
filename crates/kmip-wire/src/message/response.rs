//! Responses. They carry the version of their request, never a correlation value, and never a
//! failure without words: clients crash on those. It must not know which failure deserves which words.

use crate::enumeration::{AttestationType, OperationCode, ResultReason, ResultStatus};
use crate::error::{DecodeError, EncodeError};
use crate::limits::Limits;
use crate::message::MessageExtension;
use crate::message::request::read_batch;
use crate::operation::Answer;
use crate::secret::MessageBytes;
use crate::tag::Tag;
use crate::ttlv::{DateTime, Fields, Reader, Writer};
use crate::version::{ProtocolVersion, Version};

/// A whole response.
#[derive(Debug)]
pub struct ResponseMessage {
    /// The version, which is that of the request.
    pub version: Version,
    /// When the server thinks it is.
    pub time_stamp: DateTime,
    /// The answers, in the order of the request.
    pub items: Vec<ResponseItem>,
}

/// One answer.
#[derive(Debug)]
pub struct ResponseItem {
    /// Which operation is answered. None only if the request could not be read that far.
    pub operation: Option<OperationCode>,
    /// The client's mark on the item, echoed.
    pub unique_batch_item_id: Option<Vec<u8>>,
    /// How it went.
    pub outcome: Result<Answer, Failure>,
}

/// How a batch item failed. It always has words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    status: ResultStatus,
    reason: ResultReason,
    message: String,
}

impl Failure {
    /// Makes a failure. Without words it says the name of its reason.
    #[must_use]
    pub fn new(reason: ResultReason, message: impl Into<String>) -> Self {
        Self::with_status(ResultStatus::OPERATION_FAILED, reason, message.into())
    }

    fn with_status(status: ResultStatus, reason: ResultReason, message: String) -> Self {
        let message = if message.is_empty() { reason.to_string() } else { message };
        Self { status, reason, message }
    }

    /// Says whether it failed, is pending or was undone; ours always failed.
    #[must_use]
    pub fn status(&self) -> ResultStatus {
        self.status
    }

    /// Says why, in the standard's terms.
    #[must_use]
    pub fn reason(&self) -> ResultReason {
        self.reason
    }

    /// Says why, in words. Never empty.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl ResponseMessage {
    /// Writes a whole response in its version. Fields that the version does not know are left out
    /// where they only inform, and a fault where they matter.
    /// Errors: a field that cannot be written.
    pub fn encode(&self) -> Result<MessageBytes, EncodeError> {
        let mut to = Writer::answer(self.version);
        to.structure(Tag::RESPONSE_MESSAGE, |to| {
            to.structure(Tag::RESPONSE_HEADER, |to| {
                to.put(Tag::PROTOCOL_VERSION, &ProtocolVersion::from(self.version));
                to.put(Tag::TIME_STAMP, &self.time_stamp);
                to.put(Tag::BATCH_COUNT, &u32::try_from(self.items.len()).unwrap_or(u32::MAX));
            });
            to.put_each(Tag::BATCH_ITEM, &self.items);
        });
        to.finish()
    }

    /// Reads a whole response. Correlation values and nonces of the header are skipped.
    /// Errors: the message is broken, exceeds a limit, or is in a version or about an operation that we do not know.
    pub fn decode(bytes: &[u8], limits: &Limits) -> Result<Self, DecodeError> {
        let mut message = Reader::open(bytes, Tag::RESPONSE_MESSAGE, Version::NEWEST, limits)?;
        let mut header = message.structure(Tag::RESPONSE_HEADER)?;
        let found: ProtocolVersion = header.required(Tag::PROTOCOL_VERSION)?;
        let version = found.known().ok_or(DecodeError::UnsupportedVersion { found })?;
        let time_stamp = header.required(Tag::TIME_STAMP)?;
        header.optional_item(Tag::NONCE)?;
        header.many::<AttestationType>(Tag::ATTESTATION_TYPE)?;
        header.optional_item(Tag::CLIENT_CORRELATION_VALUE)?;
        header.optional_item(Tag::SERVER_CORRELATION_VALUE)?;
        let batch_count = header.required(Tag::BATCH_COUNT)?;
        header.finish()?;
        let mut message = message.spelled_in(version);
        let items = read_batch(&mut message, batch_count, limits)?;
        message.finish()?;
        Ok(Self { version, time_stamp, items })
    }
}

impl Fields for ResponseItem {
    fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let operation = from.optional(Tag::OPERATION)?;
        let unique_batch_item_id = from.optional(Tag::UNIQUE_BATCH_ITEM_ID)?;
        let status = from.required(Tag::RESULT_STATUS)?;
        let reason = from.optional(Tag::RESULT_REASON)?;
        let message: Option<String> = from.optional(Tag::RESULT_MESSAGE)?;
        from.optional_item(Tag::ASYNCHRONOUS_CORRELATION_VALUE)?;
        let outcome = if status == ResultStatus::SUCCESS {
            let code = operation.ok_or(DecodeError::Missing { inside: from.inside(), expected: Tag::OPERATION })?;
            Ok(Answer::read(code, from)?)
        } else {
            from.optional_item(Tag::RESPONSE_PAYLOAD)?;
            let reason = reason.unwrap_or(ResultReason::GENERAL_FAILURE);
            Err(Failure::with_status(status, reason, message.unwrap_or_default()))
        };
        from.optional::<MessageExtension>(Tag::MESSAGE_EXTENSION)?;
        Ok(Self { operation, unique_batch_item_id, outcome })
    }

    fn write(&self, to: &mut Writer) {
        to.put_optional(Tag::OPERATION, &self.operation);
        to.put_optional(Tag::UNIQUE_BATCH_ITEM_ID, &self.unique_batch_item_id);
        match &self.outcome {
            Ok(answer) => {
                to.put(Tag::RESULT_STATUS, &ResultStatus::SUCCESS);
                answer.write(to);
            }
            Err(failure) => {
                to.put(Tag::RESULT_STATUS, &failure.status);
                to.put(Tag::RESULT_REASON, &failure.reason);
                to.put(Tag::RESULT_MESSAGE, &failure.message);
            }
        }
    }
}
