//! Projects: reading, creating and deleting them. Must not know paging links.

mod bring_back;
mod create;
mod delete;

use domain::access::ProjectRole;
use domain::id::ProjectId;
use domain::project::Project;
pub use storage::DeletedProject;

use crate::{Caller, Control, Error};

/// A project and what it owns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectView {
    /// The project.
    pub project: Project,
    /// How many clusters it has.
    pub clusters: u64,
}

impl Control {
    /// Lists the projects the caller can see, by name.
    /// Errors: those of the store.
    pub async fn projects(&self, caller: &Caller) -> Result<Vec<ProjectView>, Error> {
        let mut projects = self.store().projects_of(caller.grants.org, 0, i64::MAX).await?;
        projects.retain(|project| caller.grants.can_see(project.id, project.org));
        self.with_clusters(projects).await
    }

    /// Finds a project the caller can see.
    /// Errors: `ProjectNotFound`.
    pub async fn project(&self, caller: &Caller, project: ProjectId) -> Result<ProjectView, Error> {
        let found = self.project_for(caller, project, ProjectRole::ReadOnly).await?.project.clone();
        let mut views = self.with_clusters(vec![found]).await?;
        views.pop().ok_or(Error::ProjectNotFound(project))
    }

    async fn with_clusters(&self, projects: Vec<Project>) -> Result<Vec<ProjectView>, Error> {
        let ids: Vec<ProjectId> = projects.iter().map(|project| project.id).collect();
        let counts = self.store().cluster_counts(&ids).await?;
        let view = |project: Project| {
            let clusters = counts.get(&project.id).copied().unwrap_or(0);
            ProjectView { project, clusters: u64::try_from(clusters).unwrap_or(0) }
        };
        Ok(projects.into_iter().map(view).collect())
    }
}
