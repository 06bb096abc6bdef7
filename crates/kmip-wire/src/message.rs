//! Whole messages: a header and batch items. It must not know what the items are about, nor
//! which header fields a server honours.

mod credential;
mod extension;
mod request;
mod response;

pub use credential::Credential;
pub use extension::MessageExtension;
pub use request::{RequestError, RequestHeader, RequestItem, RequestMessage};
pub use response::{Failure, ResponseItem, ResponseMessage};
