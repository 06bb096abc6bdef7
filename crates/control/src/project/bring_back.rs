//! Bringing a deleted project back. Its customers' keys are not: their credentials were destroyed, and enabling a
//! provider again opens the wrapped keys that were kept. Its clusters are brought back one by one, after that.

use domain::access::OrgRole;
use domain::event::EventKind;
use domain::id::{OrgId, ProjectId};
use storage::{DeletedProject, Outcome};

use super::ProjectView;
use crate::{Caller, Control, Error};

impl Control {
    /// Lists an organization's deleted projects that can still be brought back, the last deleted first.
    /// Errors: `OrganizationNotFound`, `OrgRoleMissing`.
    pub async fn deleted_projects(&self, caller: &Caller, org: OrgId) -> Result<Vec<DeletedProject>, Error> {
        self.org_for(caller, org, OrgRole::Owner).await?;
        Ok(self.store().deleted_projects_of(org, self.kept_since()).await?)
    }

    /// Brings a deleted project back under its name, and gives it.
    /// Errors: `OrganizationNotFound`, `OrgRoleMissing`, `DeletedProjectNotFound`, `ProjectNameTaken`.
    /// Cancel: it is back or it is not.
    pub async fn bring_back_project(&self, caller: &Caller, org: OrgId, id: ProjectId) -> Result<ProjectView, Error> {
        self.org_for(caller, org, OrgRole::Owner).await?;
        let missing = || Error::DeletedProjectNotFound(id.to_string());
        let found = self.store().deleted_project(id, self.kept_since()).await?;
        let project = found.filter(|found| found.project.org == org).ok_or_else(missing)?.project;
        let told = [self.event_by(caller, org, id, EventKind::ProjectReturned, None)?];
        match self.store().bring_back_project(&project, &told).await? {
            Outcome::Saved => self.project_view(project).await,
            Outcome::Conflict => Err(missing()),
            Outcome::InUse => Err(Error::ProjectNameTaken(project.name)),
        }
    }
}
