//! Reading projects. Must not know paging links.

use domain::access::ProjectRole;
use domain::id::ProjectId;
use domain::project::Project;

use crate::{Caller, Control, Error};

impl Control {
    /// Lists the projects the caller can see, by name.
    /// Errors: those of the store.
    pub async fn projects(&self, caller: &Caller) -> Result<Vec<Project>, Error> {
        let mut projects = self.store().projects_of(caller.grants.org, 0, i64::MAX).await?;
        projects.retain(|project| caller.grants.can_see(project.id, project.org));
        Ok(projects)
    }

    /// Finds a project the caller can see.
    /// Errors: `ProjectNotFound`.
    pub async fn project(&self, caller: &Caller, project: ProjectId) -> Result<Project, Error> {
        Ok(self.project_for(caller, project, ProjectRole::ReadOnly).await?.project.clone())
    }
}
