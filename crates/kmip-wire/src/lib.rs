//! The spelling of KMIP 1.0 to 1.4: bytes become typed messages and typed messages become bytes.
//!
//! Pure: no I/O, no clock, no randomness, no serde, and no other room of ours. It must not know
//! what an operation does, who may ask for it, or which failure deserves which Result Reason.
//!
//! Read it from the top: `message` (a request or an answer), `operation` (one batch item),
//! `payload` (one file per operation), `attribute` and `object` (what payloads are made of),
//! `ttlv` (items and their bytes). Every hostile length, depth and count is refused in `ttlv`,
//! before anything is interpreted.

pub mod attribute;
pub mod cryptographic_parameters;
pub mod enumeration;
pub mod error;
pub mod limits;
pub mod mask;
pub mod message;
pub mod object;
pub mod operation;
pub mod payload;
pub mod secret;
pub mod tag;
pub mod template;
pub mod ttlv;
pub mod version;

pub use error::{Blame, DecodeError, EncodeError};
pub use limits::Limits;
pub use message::{RequestMessage, ResponseMessage};
pub use operation::{Answer, Operation};
pub use secret::{MessageBytes, SecretBytes, SecretText};
pub use tag::Tag;
pub use version::{ProtocolVersion, Version};
