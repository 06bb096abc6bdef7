//! Registering a snapshot.

use domain::access::ProjectRole;
use domain::cluster::{Cluster, ClusterName};
use domain::event::EventKind;
use domain::id::{ProjectId, SnapshotId};
use domain::master_key::MasterKeyId;
use domain::snapshot::{self, MASTER_KEYS_MAX, Snapshot, SnapshotRefusal};
use storage::{MasterKeyFilter, Outcome};

use super::SnapshotError;
use crate::{Caller, Control, Error, random_id};

impl Control {
    /// Registers a snapshot that is taken of a cluster now, so that the master keys it needs are kept: those that
    /// are named, or else all that the cluster has.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`, `ClusterNotFound`, `Snapshot`.
    /// Cancel: it is registered or it is not.
    pub async fn register_snapshot(
        &self,
        caller: &Caller,
        project: ProjectId,
        name: &ClusterName,
        description: Option<String>,
        wanted: Option<Vec<MasterKeyId>>,
    ) -> Result<Snapshot, Error> {
        let loaded = self.project_for(caller, project, ProjectRole::Owner).await?;
        let cluster = self.cluster_of(project, name).await?;
        let description = snapshot::description(description).map_err(SnapshotError::Refused)?;
        let master_keys = match wanted {
            Some(wanted) => self.named_master_keys(&cluster, wanted).await?,
            None => self.master_keys_of_cluster(&cluster).await?,
        };
        let snapshot = Snapshot {
            id: SnapshotId::from_random(random_id()?),
            project,
            cluster: cluster.id,
            description,
            taken_at: self.now(),
            released_at: None,
            master_keys,
        };
        let detail = format!("snapshot {}: {} master keys", snapshot.id, snapshot.master_keys.len());
        let told = [self.cluster_event(Some(caller), &loaded, name, EventKind::SnapshotRegistered, Some(detail))?];
        match self.store().insert_snapshot(&snapshot, &told).await? {
            Outcome::Saved => Ok(snapshot),
            Outcome::Conflict | Outcome::InUse => Err(SnapshotError::Conflict(cluster.name).into()),
        }
    }

    /// Gives those master keys, each once, if the cluster has them all.
    async fn named_master_keys(
        &self,
        cluster: &Cluster,
        mut wanted: Vec<MasterKeyId>,
    ) -> Result<Vec<MasterKeyId>, Error> {
        wanted.sort_unstable();
        wanted.dedup();
        if wanted.is_empty() {
            return Err(refused(SnapshotRefusal::NoMasterKeys));
        }
        if wanted.len() > MASTER_KEYS_MAX {
            return Err(refused(SnapshotRefusal::TooManyMasterKeys));
        }
        for id in &wanted {
            let stored = self.store().master_key(*id).await?;
            let kept = stored.is_some_and(|stored| {
                let key = &stored.key;
                key.project == cluster.project && key.cluster == cluster.id && stored.wrapped.is_some()
            });
            if !kept {
                return Err(refused(SnapshotRefusal::MasterKey(*id)));
            }
        }
        Ok(wanted)
    }

    async fn master_keys_of_cluster(&self, cluster: &Cluster) -> Result<Vec<MasterKeyId>, Error> {
        let filter = MasterKeyFilter { cluster: Some(cluster.id), ..MasterKeyFilter::default() };
        let most = i64::try_from(MASTER_KEYS_MAX).unwrap_or(i64::MAX);
        let (keys, total) = self.store().master_keys_of_project(cluster.project, filter, 0, most).await?;
        if total > most {
            return Err(refused(SnapshotRefusal::TooManyMasterKeys));
        }
        let kept: Vec<_> = keys.iter().filter(|stored| stored.wrapped.is_some()).map(|stored| stored.key.id).collect();
        if kept.is_empty() { Err(refused(SnapshotRefusal::NoMasterKeys)) } else { Ok(kept) }
    }
}

fn refused(refusal: SnapshotRefusal) -> Error {
    SnapshotError::Refused(refusal).into()
}
