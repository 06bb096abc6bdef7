//! Reading a project's certificate authorities.

use domain::access::ProjectRole;
use domain::external_authority::ExternalAuthority;
use domain::id::{ExternalAuthorityId, ProjectId};

use super::ExternalAuthorityError;
use crate::{Caller, Control, Error};

impl Control {
    /// Lists the authorities that vouch for a project's nodes, oldest first.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`.
    pub async fn external_authorities(
        &self,
        caller: &Caller,
        project: ProjectId,
    ) -> Result<Vec<ExternalAuthority>, Error> {
        self.project_for(caller, project, ProjectRole::ReadOnly).await?;
        Ok(self.store().external_authorities(project).await?)
    }

    /// Finds one of them.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`, `External(NotFound)`.
    pub async fn external_authority(
        &self,
        caller: &Caller,
        project: ProjectId,
        id: ExternalAuthorityId,
    ) -> Result<ExternalAuthority, Error> {
        self.project_for(caller, project, ProjectRole::ReadOnly).await?;
        self.external_authority_of(project, id).await
    }

    pub(super) async fn external_authority_of(
        &self,
        project: ProjectId,
        id: ExternalAuthorityId,
    ) -> Result<ExternalAuthority, Error> {
        let found = self.store().external_authority(project, id).await?;
        found.ok_or_else(|| ExternalAuthorityError::NotFound { project, id: id.to_string() }.into())
    }
}
