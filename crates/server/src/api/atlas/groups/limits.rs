//! `/groups/{groupId}/limits`.

pub mod delete;
pub mod list;
pub mod set;
pub mod view;

use control::project::ProjectError;
use domain::project::ProjectLimit;

use crate::api::call::Call;
use crate::api::error::Refused;

/// Gives the limit of the path.
/// Errors: `LimitNotFound` if there is none of that name.
fn named(call: &Call) -> Result<ProjectLimit, Refused> {
    let name = call.parameter("limitName");
    let missing = || control::Error::from(ProjectError::LimitNotFound(name.to_owned()));
    Ok(ProjectLimit::by_name(name).ok_or_else(missing)?)
}
