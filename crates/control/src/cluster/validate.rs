//! Looking a cluster's description over: the way of a creation or a change, up to the save.

use domain::cluster::{ClusterChange, ClusterName};
use domain::id::ProjectId;

use crate::{Caller, Control, Error};

impl Control {
    /// Goes the way of a creation, or of a change of a present cluster, and saves nothing. That the name is taken is
    /// found too.
    /// Errors: those of the creation or the change.
    pub async fn validate_cluster(
        &self,
        caller: &Caller,
        project: ProjectId,
        present: Option<&ClusterName>,
        change: ClusterChange,
    ) -> Result<(), Error> {
        if let Some(name) = present {
            return self.describe_change(caller, project, name, change).await.map(drop);
        }
        let (cluster, _) = self.describe_new(caller, project, change).await?;
        match self.store().cluster(project, &cluster.name).await? {
            None => Ok(()),
            Some(_) => Err(Error::ClusterNameTaken { project, name: cluster.name }),
        }
    }
}
