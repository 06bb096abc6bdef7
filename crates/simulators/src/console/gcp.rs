//! What the console's paths mean for the simulated Google Cloud. It must not know how an act is done.

use super::{Refusal, no_such_path};
use crate::door::Incoming;
use crate::gcp::Change;

/// Reads the act that a POST under `gcp/` asks for.
pub(super) fn change(_path: &[&str], _request: &Incoming) -> Result<Change, Refusal> {
    Err(no_such_path())
}
