//! Listing private endpoints.

use domain::access::ProjectRole;
use domain::id::ProjectId;
use domain::private_endpoint::{PrivateEndpoint, PrivateProvider};

use crate::{Caller, Control, Error};

/// One page of a project's private endpoints to one provider, oldest first.
#[derive(Debug)]
pub struct PrivateEndpointPage {
    /// The page.
    pub endpoints: Vec<PrivateEndpoint>,
    /// How many there are on all pages.
    pub total: u64,
}

impl Control {
    /// Lists a project's private endpoints to a provider, oldest first.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`.
    pub async fn private_endpoints(
        &self,
        caller: &Caller,
        project: ProjectId,
        provider: PrivateProvider,
        offset: u64,
        limit: u64,
    ) -> Result<PrivateEndpointPage, Error> {
        self.project_for(caller, project, ProjectRole::Owner).await?;
        let (offset, limit) = (i64::try_from(offset).unwrap_or(i64::MAX), i64::try_from(limit).unwrap_or(i64::MAX));
        let (endpoints, total) = self.store().private_endpoint_page(project, provider, offset, limit).await?;
        Ok(PrivateEndpointPage { endpoints, total: u64::try_from(total).unwrap_or(0) })
    }
}
