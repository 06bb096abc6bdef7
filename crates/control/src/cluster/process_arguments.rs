//! Reading and changing with which options a cluster's database processes run.

use domain::access::ProjectRole;
use domain::cluster::{
    AdvancedConfiguration, Cluster, ClusterName, ProcessArguments, ProcessChange, apply_process_change,
};
use domain::event::EventKind;
use domain::id::ProjectId;
use storage::ClusterOutcome;

use super::create::not_enabled;
use super::{encryption_demanded, refused};
use crate::{Caller, Control, Error};

/// With which options a cluster's processes run, and how they speak TLS.
#[derive(Debug)]
pub struct ProcessView {
    /// How they run.
    pub process: ProcessArguments,
    /// How they speak TLS.
    pub advanced: AdvancedConfiguration,
}

impl ProcessView {
    fn of(cluster: Cluster) -> Self {
        let options = cluster.settings.options;
        Self { process: options.process, advanced: options.advanced }
    }
}

impl Control {
    /// Finds how a cluster's processes run.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`, `ClusterNotFound`.
    pub async fn process_arguments(
        &self,
        caller: &Caller,
        project: ProjectId,
        name: &ClusterName,
    ) -> Result<ProcessView, Error> {
        self.project_for(caller, project, ProjectRole::ReadOnly).await?;
        Ok(ProcessView::of(self.cluster_of(project, name).await?))
    }

    /// Changes how a cluster's processes are to run, and gives that. A change of nothing records nothing.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`, `ClusterNotFound`, `ClusterRefused` if it is paused,
    /// `ClusterConflict`.
    /// Cancel: nothing is changed, or all of it.
    pub async fn update_process_arguments(
        &self,
        caller: &Caller,
        project: ProjectId,
        name: &ClusterName,
        change: ProcessChange,
    ) -> Result<ProcessView, Error> {
        let snapshot = self.project_for(caller, project, ProjectRole::ClusterManager).await?;
        let cluster = self.cluster_of(project, name).await?;
        let settings = apply_process_change(&cluster.settings, change)
            .map_err(|refusal| refused(Some(cluster.name.clone()), refusal))?;
        if settings == cluster.settings {
            return Ok(ProcessView::of(cluster));
        }
        let told = [self.cluster_event(Some(caller), &snapshot, name, EventKind::ProcessArgumentsUpdated, None)?];
        let next = Cluster { settings, revision: cluster.revision.saturating_add(1), ..cluster };
        match self.store().save_cluster(&next, &told).await? {
            ClusterOutcome::Saved => Ok(ProcessView::of(next)),
            ClusterOutcome::Conflict | ClusterOutcome::NameTaken | ClusterOutcome::TooMany(_) => {
                Err(Error::ClusterConflict(next.name))
            }
            ClusterOutcome::ProviderNotEnabled => Err(not_enabled(&next)),
            ClusterOutcome::EncryptionDemanded => Err(encryption_demanded(next.name)),
        }
    }
}
