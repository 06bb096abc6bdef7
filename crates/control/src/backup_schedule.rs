//! When backups of a cluster are to be taken: a note of the operator's for whoever takes them. Must not know who does.

use domain::access::ProjectRole;
use domain::backup::{BackupSchedule, ScheduleChange};
use domain::cluster::ClusterName;
use domain::event::EventKind;
use domain::id::{PolicyItemId, ProjectId};
use storage::Outcome;

use crate::{Caller, Control, Error, random_id};

impl Control {
    /// Finds a cluster's backup schedule; one that was never set takes nothing.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`, `ClusterNotFound`.
    pub async fn backup_schedule(
        &self,
        caller: &Caller,
        project: ProjectId,
        name: &ClusterName,
    ) -> Result<BackupSchedule, Error> {
        self.project_for(caller, project, ProjectRole::ReadOnly).await?;
        self.backup_schedule_of(project, name).await
    }

    /// Changes a cluster's backup schedule and gives it as it is then.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`, `ClusterNotFound`, `Violations`, `ClusterConflict`.
    /// Cancel: nothing is changed, or all of it.
    pub async fn update_backup_schedule(
        &self,
        caller: &Caller,
        project: ProjectId,
        name: &ClusterName,
        change: ScheduleChange,
    ) -> Result<BackupSchedule, Error> {
        let snapshot = self.project_for(caller, project, ProjectRole::BackupManager).await?;
        let present = self.backup_schedule_of(project, name).await?;
        let fresh = fresh_ids(change.items.as_ref().map_or(0, Vec::len))?;
        let next = present.apply(change, &fresh).map_err(Error::Violations)?;
        if (BackupSchedule { revision: present.revision, ..next.clone() }) == present {
            return Ok(present);
        }
        let told = [self.cluster_event(Some(caller), &snapshot, name, EventKind::BackupScheduleUpdated, None)?];
        match self.store().save_backup_schedule(&next, &told).await? {
            Outcome::Saved => Ok(next),
            Outcome::Conflict | Outcome::InUse => Err(Error::ClusterConflict(name.clone())),
        }
    }

    async fn backup_schedule_of(&self, project: ProjectId, name: &ClusterName) -> Result<BackupSchedule, Error> {
        let cluster = self.cluster_of(project, name).await?;
        let found = self.store().backup_schedule(project, cluster.id).await?;
        Ok(found.unwrap_or_else(|| BackupSchedule::unset(project, cluster.id, cluster.created_at)))
    }
}

/// Makes random ids for lines of a policy.
pub(crate) fn fresh_ids(count: usize) -> Result<Vec<PolicyItemId>, Error> {
    (0..count).map(|_| Ok(PolicyItemId::from_random(random_id()?))).collect()
}
