//! Reading one private endpoint.

use domain::access::ProjectRole;
use domain::id::{PrivateEndpointId, ProjectId};
use domain::private_endpoint::{PrivateEndpoint, PrivateProvider};

use super::PrivateEndpointError;
use crate::{Caller, Control, Error};

impl Control {
    /// Finds one private endpoint of a project.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`, `PrivateEndpoint` if there is none.
    pub async fn private_endpoint(
        &self,
        caller: &Caller,
        project: ProjectId,
        provider: PrivateProvider,
        id: PrivateEndpointId,
    ) -> Result<PrivateEndpoint, Error> {
        self.project_for(caller, project, ProjectRole::Owner).await?;
        let found = self.store().private_endpoint(id).await?;
        let ours = found.filter(|found| found.project == project && found.region.provider() == provider);
        Ok(ours.ok_or_else(|| PrivateEndpointError::NotFound { project, provider, id: id.to_string() })?)
    }
}
