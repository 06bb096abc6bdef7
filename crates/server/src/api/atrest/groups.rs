//! `/groups/{groupId}`: whether a project is in use.

use api_wire::atrest::groups::{Activity as WireActivity, Group, GroupUpdate};
use control::project::ProjectView;
use domain::project::Activity;

use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Answers whether a project is in use.
/// Errors: those of the use case.
pub async fn view(api: &Api, call: &Call) -> Result<Answer, Refused> {
    call.single(&to_wire(api.control().project(call.caller()?, call.project()?).await?))
}

/// Sets a project aside, or takes it up again, and answers how it is then.
/// Errors: faults of the body's shape, all at once; those of the use case.
/// Cancel: it is so or it is not.
pub async fn update(api: &Api, mut call: Call) -> Result<Answer, Refused> {
    let body = std::mem::take(&mut call.body);
    let activity = match GroupUpdate::read(&body).map_err(Refused::BodyFaults)?.activity {
        WireActivity::Active => Activity::Active,
        WireActivity::Inactive => Activity::Inactive,
    };
    call.single(&to_wire(api.control().set_project_activity(call.caller()?, call.project()?, activity).await?))
}

fn to_wire(view: ProjectView) -> Group {
    let activity = match view.project.activity {
        Activity::Active => WireActivity::Active,
        Activity::Inactive => WireActivity::Inactive,
    };
    Group { activity, id: view.project.id.to_string(), name: view.project.name }
}
