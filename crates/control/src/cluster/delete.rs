//! Deleting a cluster. Its use ends at once; its row stays, so that an owner can have it back while its
//! wrapped keys are kept (product.md 3.7).

use domain::access::ProjectRole;
use domain::cluster::{self, ClusterName};
use domain::event::EventKind;
use domain::id::ProjectId;
use storage::Outcome;

use super::refused;
use crate::{Caller, Control, Error};

impl Control {
    /// Deletes a cluster.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`, `ClusterNotFound`, `ClusterRefused` if it is
    /// protected, `ClusterConflict`.
    /// Cancel: it is deleted or it is not.
    pub async fn delete_cluster(&self, caller: &Caller, project: ProjectId, name: &ClusterName) -> Result<(), Error> {
        let snapshot = self.project_for(caller, project, ProjectRole::Owner).await?;
        let cluster = self.cluster_of(project, name).await?;
        cluster::may_delete(&cluster.settings).map_err(|refusal| refused(Some(name.clone()), refusal))?;
        let told = [
            self.cluster_event(Some(caller), &snapshot, name, EventKind::ClusterDeleteSubmitted, None)?,
            self.cluster_event(None, &snapshot, name, EventKind::ClusterDeleted, None)?,
        ];
        match self.store().delete_cluster(&cluster, self.now(), &told).await? {
            Outcome::Saved => Ok(()),
            Outcome::Conflict | Outcome::InUse => Err(Error::ClusterConflict(cluster.name)),
        }
    }
}
