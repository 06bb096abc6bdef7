//! Authorization, read as a sentence inside each use case. What a caller cannot see answers as if it
//! did not exist. Must not know routes.

use std::sync::Arc;

use domain::access::{OrgRole, ProjectRole};
use domain::id::{OrgId, ProjectId};
use domain::organization::Organization;
use storage::ProjectSnapshot;

use crate::{Caller, Control, Error};

impl Control {
    /// Loads a project that the caller may act on as `needed`.
    /// Errors: `ProjectNotFound` if the caller cannot see it; `ProjectRoleMissing` if they can.
    pub(crate) async fn project_for(
        &self,
        caller: &Caller,
        project: ProjectId,
        needed: ProjectRole,
    ) -> Result<Arc<ProjectSnapshot>, Error> {
        let snapshot = self.store().project_snapshot(project).await?.ok_or(Error::ProjectNotFound(project))?;
        let org = snapshot.project.org;
        if !caller.grants.can_see(project, org) {
            return Err(Error::ProjectNotFound(project));
        }
        if !caller.grants.allow_in_project(project, org, needed) {
            return Err(Error::ProjectRoleMissing { needed });
        }
        Ok(snapshot)
    }

    /// Tells whether the caller may act on a project as `needed`, loading nothing else.
    /// Errors: as the use cases themselves would answer.
    pub async fn require_in_project(
        &self,
        caller: &Caller,
        project: ProjectId,
        needed: ProjectRole,
    ) -> Result<(), Error> {
        self.project_for(caller, project, needed).await.map(drop)
    }

    /// Loads an organization that the caller may act on as `needed`.
    /// Errors: `OrganizationNotFound` if the caller does not belong to it; `OrgRoleMissing` if they do.
    pub(crate) async fn org_for(&self, caller: &Caller, org: OrgId, needed: OrgRole) -> Result<Organization, Error> {
        if !caller.grants.allow_in_org(org, OrgRole::Member) {
            return Err(Error::OrganizationNotFound(org));
        }
        if !caller.grants.allow_in_org(org, needed) {
            return Err(Error::OrgRoleMissing { needed });
        }
        self.store().organization(org).await?.ok_or(Error::OrganizationNotFound(org))
    }

    /// Tells whether the caller may act on an organization as `needed`.
    /// Errors: as the use cases themselves would answer.
    pub async fn require_in_org(&self, caller: &Caller, org: OrgId, needed: OrgRole) -> Result<(), Error> {
        self.org_for(caller, org, needed).await.map(drop)
    }
}
