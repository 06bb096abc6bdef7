//! The operations we understand, with their payloads. A payload that cannot be read spoils its
//! batch item, not the message; so does an operation we do not know. It must not know who carries
//! an operation out.

use crate::enumeration::OperationCode;
use crate::error::{DecodeError, EncodeError};
use crate::payload::{
    activate, add_attribute, check, create, decrypt, delete_attribute, destroy, discover_versions, encrypt, get,
    get_attribute_list, get_attributes, locate, modify_attribute, query, register, revoke,
};
use crate::tag::Tag;
use crate::ttlv::{Item, Reader, Writer};

macro_rules! operations {
    ($($operation:ident($payload:ident) = $code:ident,)*) => {
        /// What one batch item of a request asks.
        #[derive(Debug)]
        pub enum Operation {
            $(
                #[doc = concat!("`", stringify!($code), "`.")]
                $operation($payload::Request),
            )*
            /// An operation that we do not know. What it asks was not looked at.
            Unknown(OperationCode),
            /// An operation that we know, with a payload that cannot be read.
            Unreadable(OperationCode, DecodeError),
        }

        /// What one batch item of a response answers, if it went well.
        #[derive(Debug)]
        pub enum Answer {
            $(
                #[doc = concat!("`", stringify!($code), "`.")]
                $operation($payload::Response),
            )*
        }

        impl Operation {
            /// Every operation we understand.
            pub const UNDERSTOOD: &[OperationCode] = &[$(OperationCode::$code,)*];

            /// Says which operation it is.
            #[must_use]
            pub fn code(&self) -> OperationCode {
                match self {
                    $(Self::$operation(_) => OperationCode::$code,)*
                    Self::Unknown(code) | Self::Unreadable(code, _) => *code,
                }
            }

            /// Reads the payload of an operation, the next field of a batch item.
            pub(crate) fn read(code: OperationCode, payload: Option<&Item<'_>>) -> Self {
                let payload = payload.ok_or(MISSING_REQUEST);
                let read = match code {
                    $(OperationCode::$code => payload.and_then(Item::decoded).map(Self::$operation),)*
                    _ => return Self::Unknown(code),
                };
                read.unwrap_or_else(|error| Self::Unreadable(code, error))
            }

            /// Writes the payload; of an unknown operation an empty one.
            pub(crate) fn write(&self, to: &mut Writer) {
                match self {
                    $(Self::$operation(payload) => to.put(Tag::REQUEST_PAYLOAD, payload),)*
                    Self::Unknown(_) => to.structure(Tag::REQUEST_PAYLOAD, |_| ()),
                    Self::Unreadable(operation, _) => to.note(EncodeError::NoPayload { operation: *operation }),
                }
            }
        }

        impl Answer {
            /// Says which operation was answered.
            #[must_use]
            pub fn code(&self) -> OperationCode {
                match self {
                    $(Self::$operation(_) => OperationCode::$code,)*
                }
            }

            /// Reads the payload of an answer, the next field of a batch item.
            /// Errors: `Unsupported` for an operation we do not know; what is wrong with the payload.
            pub(crate) fn read(code: OperationCode, from: &mut Reader<'_>) -> Result<Self, DecodeError> {
                match code {
                    $(OperationCode::$code => from.required(Tag::RESPONSE_PAYLOAD).map(Self::$operation),)*
                    _ => Err(DecodeError::Unsupported {
                        field: Tag::OPERATION,
                        why: "the answer to this operation cannot be read here; do not ask for it",
                    }),
                }
            }

            pub(crate) fn write(&self, to: &mut Writer) {
                match self {
                    $(Self::$operation(payload) => to.put(Tag::RESPONSE_PAYLOAD, payload),)*
                }
            }
        }
    };
}

operations! {
    Create(create) = CREATE,
    Register(register) = REGISTER,
    Activate(activate) = ACTIVATE,
    Get(get) = GET,
    GetAttributes(get_attributes) = GET_ATTRIBUTES,
    GetAttributeList(get_attribute_list) = GET_ATTRIBUTE_LIST,
    AddAttribute(add_attribute) = ADD_ATTRIBUTE,
    ModifyAttribute(modify_attribute) = MODIFY_ATTRIBUTE,
    DeleteAttribute(delete_attribute) = DELETE_ATTRIBUTE,
    Locate(locate) = LOCATE,
    Check(check) = CHECK,
    Revoke(revoke) = REVOKE,
    Destroy(destroy) = DESTROY,
    Query(query) = QUERY,
    DiscoverVersions(discover_versions) = DISCOVER_VERSIONS,
    Encrypt(encrypt) = ENCRYPT,
    Decrypt(decrypt) = DECRYPT,
}

const MISSING_REQUEST: DecodeError = DecodeError::Missing { inside: Tag::BATCH_ITEM, expected: Tag::REQUEST_PAYLOAD };
