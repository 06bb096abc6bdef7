//! GET `/alertConfigs/matchers/fieldNames`.

use api_wire::atlas::alert_configs::MATCHER_FIELD_NAMES;

use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Answers with the fields that matchers can compare.
/// Errors: `Bug` if they cannot be written.
pub fn handle(call: &Call) -> Result<Answer, Refused> {
    call.single(&MATCHER_FIELD_NAMES)
}
