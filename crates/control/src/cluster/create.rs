//! Creating a cluster.

use std::sync::Arc;

use domain::access::ProjectRole;
use domain::cluster::{self, Cluster, ClusterChange, Encryption};
use domain::event::EventKind;
use domain::id::{ClusterId, ProjectId};
use storage::{ClusterOutcome, ProjectSnapshot};

use super::disablement::require_runnable;
use super::{ClusterView, encryption_demanded, fresh_ids, refused};
use crate::project::ProjectError;
use crate::{Caller, Control, Error, random_id};

impl Control {
    /// Creates a cluster as the caller describes it. Without nodes it is at once what it is said to be.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`, `ClusterRefused`, `ClusterNameTaken`,
    /// `CustomerKeyNotEnabled`, `CustomerKeyNotProven`, `ClusterPlacementRefused`, `ProjectError::TooManyClusters`.
    /// Cancel: nothing is created, or all of it.
    pub async fn create_cluster(
        &self,
        caller: &Caller,
        project: ProjectId,
        change: ClusterChange,
    ) -> Result<ClusterView, Error> {
        let (cluster, snapshot) = self.describe_new(caller, project, change).await?;
        let told = [
            self.cluster_event(Some(caller), &snapshot, &cluster.name, EventKind::ClusterCreated, None)?,
            self.cluster_event(None, &snapshot, &cluster.name, EventKind::ClusterReady, None)?,
        ];
        match self.store().create_cluster(&cluster, &told).await? {
            ClusterOutcome::Saved => Ok(self.view_of(cluster, &snapshot).await?),
            ClusterOutcome::NameTaken => Err(Error::ClusterNameTaken { project, name: cluster.name }),
            ClusterOutcome::Conflict => Err(Error::ProjectNotFound(project)),
            ClusterOutcome::ProviderNotEnabled => Err(not_enabled(&cluster)),
            ClusterOutcome::EncryptionDemanded => Err(encryption_demanded(cluster.name)),
            ClusterOutcome::TooMany(at_most) => Err(ProjectError::TooManyClusters(at_most).into()),
        }
    }

    /// Goes the way of a creation up to the save.
    pub(super) async fn describe_new(
        &self,
        caller: &Caller,
        project: ProjectId,
        change: ClusterChange,
    ) -> Result<(Cluster, Arc<ProjectSnapshot>), Error> {
        let needed = match change.encryption {
            Some(Encryption::By(_)) => ProjectRole::Owner,
            Some(Encryption::Off) | None => ProjectRole::ClusterCreator,
        };
        let snapshot = self.project_for(caller, project, needed).await?;
        self.require_room_for_a_cluster(project).await?;
        let (fresh, wanted_name) = (fresh_ids(&change)?, change.name.clone());
        let (name, settings) = cluster::create(change, &fresh).map_err(|refusal| refused(wanted_name, refusal))?;
        if let Some(provider) = settings.encryption {
            let snapshot = self.require_proven(&snapshot, provider).await?;
            require_runnable(&snapshot, &name, &settings, None)?;
        }
        let id = ClusterId::from_random(random_id()?);
        Ok((Cluster { id, project, name, settings, revision: 1, created_at: self.now() }, snapshot))
    }
}

/// Tells that the provider was disabled just now.
pub(super) fn not_enabled(cluster: &Cluster) -> Error {
    match cluster.settings.encryption {
        Some(provider) => Error::CustomerKeyNotEnabled { project: cluster.project, provider },
        None => Error::ClusterConflict(cluster.name.clone()),
    }
}
