//! Listing clusters.

use domain::access::ProjectRole;
use domain::id::ProjectId;

use super::ClusterView;
use crate::{Caller, Control, Error};

/// One page of clusters, by name.
#[derive(Debug)]
pub struct ClusterPage {
    /// The page.
    pub clusters: Vec<ClusterView>,
    /// How many there are on all pages.
    pub total: u64,
}

impl Control {
    /// Lists a project's clusters, by name.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`.
    pub async fn clusters(
        &self,
        caller: &Caller,
        project: ProjectId,
        offset: u64,
        limit: u64,
    ) -> Result<ClusterPage, Error> {
        let snapshot = self.project_for(caller, project, ProjectRole::ReadOnly).await?;
        let (offset, limit) = (i64::try_from(offset).unwrap_or(i64::MAX), i64::try_from(limit).unwrap_or(i64::MAX));
        let (clusters, total) = self.store().clusters_of(project, offset, limit).await?;
        let clusters = self.views_of(clusters, &snapshot).await?;
        Ok(ClusterPage { clusters, total: u64::try_from(total).unwrap_or(0) })
    }
}
