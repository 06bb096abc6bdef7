//! Creating a project on a caller's behalf. What `atrest init` and dev mode create is in `bootstrap.rs`.

use domain::access::OrgRole;
use domain::event::EventKind;
use domain::id::{OrgId, ProjectId};
use domain::project::{Activity, Project, ProjectName};
use storage::{Creator, Outcome};

use super::ProjectView;
use crate::{Caller, Control, Error, Identity, random_id};

impl Control {
    /// Creates a project, which the caller's credential then owns.
    /// Errors: `OrganizationNotFound`, `OrgRoleMissing`, `ProjectNameTaken`.
    /// Cancel: nothing is created, or all of it.
    pub async fn add_project(&self, caller: &Caller, org: OrgId, name: ProjectName) -> Result<ProjectView, Error> {
        self.org_for(caller, org, OrgRole::ProjectCreator).await?;
        let id = ProjectId::from_random(random_id()?);
        let project =
            Project { id, org, name: name.as_str().to_owned(), created_at: self.now(), activity: Activity::Active };
        let creator = match &caller.identity {
            Identity::ApiKey { id, .. } => Creator::ApiKey(*id),
            Identity::ServiceAccount { id } => Creator::ServiceAccount(*id),
        };
        let told = [self.event_by(caller, org, id, EventKind::ProjectCreated, None)?];
        match self.store().create_project(&project, Some(creator), &told).await? {
            Outcome::Saved => Ok(ProjectView { project, clusters: 0 }),
            Outcome::Conflict | Outcome::InUse => Err(Error::ProjectNameTaken(project.name)),
        }
    }
}
