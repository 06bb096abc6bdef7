//! Limits of a project: what each is, and how much of it is used. Must not know how a limit is spelled.

use domain::access::ProjectRole;
use domain::id::ProjectId;
use domain::project::{ProjectChange, ProjectLimit, ProjectSettings};
use domain::violation::Violation;

use super::ProjectError;
use crate::{Caller, Control, Error};

/// A limit of one project.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LimitView {
    /// Which.
    pub limit: ProjectLimit,
    /// What it is.
    pub value: u64,
    /// How much is used.
    pub usage: u64,
}

impl Control {
    /// Lists the limits that a project has.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`.
    pub async fn project_limits(&self, caller: &Caller, project: ProjectId) -> Result<Vec<LimitView>, Error> {
        self.project_for(caller, project, ProjectRole::ReadOnly).await?;
        let settings = self.settings_of(project).await?;
        let mut limits = Vec::new();
        for limit in ProjectLimit::ALL {
            limits.extend(self.limit_view(project, &settings, limit).await?);
        }
        Ok(limits)
    }

    /// Gives one limit of a project.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`, `ProjectError::LimitNotFound`.
    pub async fn project_limit(
        &self,
        caller: &Caller,
        project: ProjectId,
        limit: ProjectLimit,
    ) -> Result<LimitView, Error> {
        self.project_for(caller, project, ProjectRole::ReadOnly).await?;
        let view = self.limit_view(project, &self.settings_of(project).await?, limit).await?;
        Ok(view.ok_or_else(|| ProjectError::LimitNotFound(limit.name().to_owned()))?)
    }

    /// Sets a limit of a project, and gives it as it is then.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`, `Violations` if it cannot be as great.
    /// Cancel: it is set or it is not.
    pub async fn set_project_limit(
        &self,
        caller: &Caller,
        project: ProjectId,
        limit: ProjectLimit,
        value: u64,
    ) -> Result<LimitView, Error> {
        self.project_for(caller, project, ProjectRole::Owner).await?;
        if value > limit.maximum() {
            let words = "It must not be greater than the limit's maximumLimit, which GET on this address tells.";
            return Err(Error::Violations(vec![Violation::rule("value", words)]));
        }
        let change = ProjectChange { limits: [(limit, Some(value))].into(), ..ProjectChange::default() };
        self.change_project(caller, project, change).await?;
        self.project_limit(caller, project, limit).await
    }

    /// Lets a limit be as if it had never been set.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`.
    /// Cancel: it is so or it is not.
    pub async fn forget_project_limit(
        &self,
        caller: &Caller,
        project: ProjectId,
        limit: ProjectLimit,
    ) -> Result<(), Error> {
        let change = ProjectChange { limits: [(limit, None)].into(), ..ProjectChange::default() };
        self.change_project(caller, project, change).await.map(drop)
    }

    /// Says whether a project may have one more cluster, before anything is done for it; the store counts again when it
    /// is made.
    /// Errors: `ProjectError::TooManyClusters`.
    pub(crate) async fn require_room_for_a_cluster(&self, project: ProjectId) -> Result<(), Error> {
        let view = self.limit_view(project, &self.settings_of(project).await?, ProjectLimit::Clusters).await?;
        match view.filter(|view| view.usage >= view.value) {
            Some(view) => Err(ProjectError::TooManyClusters(view.value).into()),
            None => Ok(()),
        }
    }

    async fn limit_view(
        &self,
        project: ProjectId,
        settings: &ProjectSettings,
        limit: ProjectLimit,
    ) -> Result<Option<LimitView>, Error> {
        let Some(value) = settings.limit(limit) else { return Ok(None) };
        let used = match limit {
            ProjectLimit::Clusters => {
                self.store().cluster_counts(&[project]).await?.get(&project).copied().unwrap_or(0)
            }
            ProjectLimit::NetworkAccessEntries => self.store().access_entries(project, self.now(), 0, 0).await?.1,
            // None of these can exist here.
            ProjectLimit::DatabaseUsers
            | ProjectLimit::CustomRoles
            | ProjectLimit::ServerlessInstances
            | ProjectLimit::CrossRegionEntries
            | ProjectLimit::NodesPerPrivateLinkRegion
            | ProjectLimit::PrivateServiceConnections
            | ProjectLimit::PrivateServiceConnectionsSubnetMask
            | ProjectLimit::FederatedBytesPerQuery
            | ProjectLimit::FederatedBytesPerDay
            | ProjectLimit::FederatedBytesPerWeek
            | ProjectLimit::FederatedBytesPerMonth => 0,
        };
        Ok(Some(LimitView { limit, value, usage: u64::try_from(used).unwrap_or(0) }))
    }
}
