//! What the console's paths mean for the simulated Azure. It must not know how an act is done.

use super::{Refusal, no_such_path};
use crate::azure::Change;
use crate::door::Incoming;

/// Reads the act that a POST under `azure/` asks for.
pub(super) fn change(_path: &[&str], _request: &Incoming) -> Result<Change, Refusal> {
    Err(no_such_path())
}
