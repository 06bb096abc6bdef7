//! What Atlas does to clusters and nobody can do from here: nodes get no commands, and no machines are shared
//! (product.md 4.1, 4.2).

use domain::access::ProjectRole;
use domain::cluster::ClusterName;
use domain::id::ProjectId;

use crate::{Caller, Control, Error};

/// What cannot be done to a cluster from here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unsupported {
    /// Electing other primaries.
    RestartPrimaries,
    /// Holding on to a release series, or letting go of it.
    PinFeatureCompatibilityVersion,
    /// Moving off shared machines.
    TenantUpgrade,
}

impl Control {
    /// Refuses what cannot be done to a cluster, after the caller and the cluster.
    /// Errors: always; `ProjectNotFound`, `ProjectRoleMissing` and `ClusterNotFound` before `ClusterUnsupported`.
    pub async fn refuse_to(
        &self,
        what: Unsupported,
        caller: &Caller,
        project: ProjectId,
        name: &ClusterName,
    ) -> Result<(), Error> {
        let needed = match what {
            Unsupported::RestartPrimaries | Unsupported::TenantUpgrade => ProjectRole::ClusterManager,
            Unsupported::PinFeatureCompatibilityVersion => ProjectRole::Owner,
        };
        self.project_for(caller, project, needed).await?;
        let name = self.cluster_of(project, name).await?.name;
        Err(Error::ClusterUnsupported { name, what })
    }
}
