//! Certificate authorities that a project brings along: a file per operation.

pub mod create;
pub mod delete;
pub mod list;
mod to_wire;
pub mod view;

use control::external_authority::ExternalAuthorityError;
use domain::id::ExternalAuthorityId;

use crate::api::call::Call;
use crate::api::error::Refused;

/// Gives the authority of the path.
/// Errors: not found if it is no id; `NoSuchProject` before that.
fn authority(call: &Call) -> Result<ExternalAuthorityId, Refused> {
    let (project, id) = (call.project()?, call.parameter("authorityId"));
    let not_found = |_| ExternalAuthorityError::NotFound { project, id: id.to_owned() };
    id.parse().map_err(not_found).map_err(|error| control::Error::from(error).into())
}
