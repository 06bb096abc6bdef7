//! GET `/api/atrest/v1/openapi.json`: both APIs, described from the registry.

use api_wire::openapi;

use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Answers with the document, naming the address we were reached by.
/// Errors: none in practice.
pub fn handle(call: &Call) -> Result<Answer, Refused> {
    call.single(&openapi::document(&call.base_url))
}
