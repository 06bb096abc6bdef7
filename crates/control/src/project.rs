//! Projects: reading, creating, changing and deleting them. Must not know paging links.

mod access_list;
mod activity;
mod bring_back;
mod create;
mod delete;
mod error;
mod limits;
mod update;

use domain::access::ProjectRole;
use domain::id::{OrgId, ProjectId};
use domain::project::{Project, ProjectSettings};
pub use storage::DeletedProject;
use storage::ProjectFilter;

pub use access_list::{AccessPage, NewAccessEntry};
pub use create::NewProject;
pub use error::ProjectError;
pub use limits::LimitView;

use crate::{Caller, Control, Error};

/// A project and what it owns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectView {
    /// The project.
    pub project: Project,
    /// What people set on it.
    pub settings: ProjectSettings,
    /// How many clusters it has.
    pub clusters: u64,
}

/// One page of projects, by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectPage {
    /// The page.
    pub projects: Vec<ProjectView>,
    /// How many there are on all pages.
    pub total: u64,
}

impl Control {
    /// Lists a page of the projects that the caller can see and whose names begin so, by name.
    /// Errors: those of the store.
    pub async fn projects(&self, caller: &Caller, prefix: &str, offset: u64, limit: u64) -> Result<ProjectPage, Error> {
        let own: Vec<ProjectId> = caller.grants.own_projects().collect();
        let among = (!caller.grants.see_every_project()).then_some(own.as_slice());
        let prefix = prefix.to_ascii_lowercase();
        let filter = ProjectFilter { org: caller.grants.org, among, prefix: &prefix };
        let (offset, limit) = (i64::try_from(offset).unwrap_or(i64::MAX), i64::try_from(limit).unwrap_or(i64::MAX));
        let (projects, total) = self.store().projects_page(filter, offset, limit).await?;
        Ok(ProjectPage { projects: self.views(projects).await?, total: u64::try_from(total).unwrap_or(0) })
    }

    /// Lists a page of an organization's projects that the caller can see, as [`Self::projects`] does.
    /// Errors: `OrganizationNotFound`.
    pub async fn projects_of(
        &self,
        caller: &Caller,
        org: OrgId,
        prefix: &str,
        offset: u64,
        limit: u64,
    ) -> Result<ProjectPage, Error> {
        self.organization(caller, org).await?;
        self.projects(caller, prefix, offset, limit).await
    }

    /// Finds a project the caller can see.
    /// Errors: `ProjectNotFound`.
    pub async fn project(&self, caller: &Caller, project: ProjectId) -> Result<ProjectView, Error> {
        let found = self.project_for(caller, project, ProjectRole::ReadOnly).await?.project.clone();
        self.project_view(found).await
    }

    /// Finds a project the caller can see by its name.
    /// Errors: `ProjectError::NameNotFound`.
    pub async fn project_by_name(&self, caller: &Caller, name: &str) -> Result<ProjectView, Error> {
        // What no name can hold is not asked for: not every database takes it.
        let found = match name.chars().any(char::is_control) {
            true => None,
            false => self.store().project_by_name(caller.grants.org, name).await?,
        };
        let found = found.filter(|found| caller.grants.can_see(found.id, found.org));
        self.project_view(found.ok_or_else(|| ProjectError::NameNotFound(name.to_owned()))?).await
    }

    pub(crate) async fn project_view(&self, project: Project) -> Result<ProjectView, Error> {
        let id = project.id;
        self.views(vec![project]).await?.pop().ok_or(Error::ProjectNotFound(id))
    }

    /// Gives what is set on a project.
    /// Errors: `ProjectNotFound` if it is gone.
    pub(crate) async fn settings_of(&self, project: ProjectId) -> Result<ProjectSettings, Error> {
        let mut found = self.store().project_settings(&[project]).await?;
        found.remove(&project).ok_or(Error::ProjectNotFound(project))
    }

    /// Leaves out those that went meanwhile.
    async fn views(&self, projects: Vec<Project>) -> Result<Vec<ProjectView>, Error> {
        let ids: Vec<ProjectId> = projects.iter().map(|project| project.id).collect();
        let counts = self.store().cluster_counts(&ids).await?;
        let mut settings = self.store().project_settings(&ids).await?;
        let view = |project: Project| {
            let clusters = counts.get(&project.id).copied().unwrap_or(0);
            let settings = settings.remove(&project.id)?;
            Some(ProjectView { project, settings, clusters: u64::try_from(clusters).unwrap_or(0) })
        };
        Ok(projects.into_iter().filter_map(view).collect())
    }
}
