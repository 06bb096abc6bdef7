//! GET `/orgs/{orgId}/deletedGroups`.

use std::time::Duration;

use api_wire::atrest::deleted_groups::DeletedGroup;
use api_wire::wire_time::WireTime;
use control::project::DeletedProject;
use domain::project::Project;
use domain::time::Timestamp;

use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Answers with one page of the projects that can be brought back.
/// Errors: those of the use case.
pub async fn handle(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let deleted = api.control().deleted_projects(call.caller()?, call.organization()?).await?;
    let (total, kept) = (u64::try_from(deleted.len()).unwrap_or(u64::MAX), api.control().timings().purge_after);
    let page = call.cut(deleted).into_iter().map(|deleted| to_wire(deleted, kept));
    call.page(page.collect(), total, &[])
}

fn to_wire(deleted: DeletedProject, kept: Duration) -> DeletedGroup {
    let DeletedProject { project, deleted_at } = deleted;
    let Project { id, org, name, created_at: _, activity: _ } = project;
    DeletedGroup {
        deleted_at: moment(deleted_at),
        id: id.to_string(),
        name,
        org_id: org.to_string(),
        purge_at: moment(deleted_at + kept),
    }
}

fn moment(at: Timestamp) -> WireTime {
    WireTime::from_epoch_millis(at.as_millis())
}
