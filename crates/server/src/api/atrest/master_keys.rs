//! Master keys as their owner sees them: a file per operation.

pub mod bring_back;
pub mod list;
mod to_wire;
pub mod view;

use control::master_key::MasterKeyError;
use domain::master_key::MasterKeyId;

use crate::api::call::Call;
use crate::api::error::Refused;

/// Gives the master key of the path.
/// Errors: `NoSuchMasterKey` if it is no id; `NoSuchProject` before that.
pub(super) fn master_key(call: &Call) -> Result<MasterKeyId, Refused> {
    call.project()?;
    let id = call.parameter("masterKeyId");
    id.parse().map_err(|_| Refused::NoSuchMasterKey(id.to_owned()))
}

/// Names the key that was not found. The use cases do not: nodes, which call them too, are told of no id.
fn naming(error: control::Error, id: MasterKeyId) -> Refused {
    if matches!(error, control::Error::MasterKey(MasterKeyError::NotFound)) {
        return Refused::NoSuchMasterKey(id.to_string());
    }
    error.into()
}
