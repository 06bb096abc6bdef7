//! Looking a cluster's description over: the way of a creation or a change, up to the save.

use domain::cluster::{ClusterChange, ClusterName};
use domain::id::ProjectId;

use crate::{Caller, Control, Error};

impl Control {
    /// Goes the way of a creation, or of a change of a present cluster, and saves nothing. What only the store
    /// finds is found too: that the name is taken, and that the project demands a customer key.
    /// Errors: those of the creation or the change.
    pub async fn validate_cluster(
        &self,
        caller: &Caller,
        project: ProjectId,
        present: Option<&ClusterName>,
        change: ClusterChange,
    ) -> Result<(), Error> {
        if let Some(name) = present {
            let prepared = self.describe_change(caller, project, name, change).await?;
            let Some(settings) = prepared.next else { return Ok(()) };
            return self.require_key_if_demanded(project, name, &settings).await;
        }
        let (cluster, _) = self.describe_new(caller, project, change).await?;
        self.require_key_if_demanded(project, &cluster.name, &cluster.settings).await?;
        match self.store().cluster(project, &cluster.name).await? {
            None => Ok(()),
            Some(_) => Err(Error::ClusterNameTaken { project, name: cluster.name }),
        }
    }
}
