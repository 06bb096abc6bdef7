//! Changing a cluster: all of it or nothing, and never over somebody else's change.

use domain::access::ProjectRole;
use domain::cluster::{self, Cluster, ClusterChange, ClusterName, Encryption, EncryptionMove, Settings};
use domain::customer_key::ProviderKind;
use domain::event::EventKind;
use domain::id::ProjectId;
use storage::ClusterOutcome;

use super::create::not_enabled;
use super::{fresh_ids, refused};
use crate::{Caller, Control, Error};

impl Control {
    /// Changes a cluster and gives it as it is then. Without nodes the change is done at once.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`, `ClusterNotFound`, `ClusterRefused`,
    /// `ClusterConflict`, `CustomerKeyNotEnabled`, `CustomerKeyNotProven`. Nothing is changed then.
    /// Cancel: nothing is changed, or all of it.
    pub async fn update_cluster(
        &self,
        caller: &Caller,
        project: ProjectId,
        name: &ClusterName,
        change: ClusterChange,
    ) -> Result<Cluster, Error> {
        let snapshot = self.project_for(caller, project, ProjectRole::ClusterManager).await?;
        let cluster = self.cluster_of(project, name).await?;
        if change.encryption.is_some_and(|wanted| is_other(wanted, cluster.settings.encryption)) {
            self.project_for(caller, project, ProjectRole::Owner).await?;
        }
        let fresh = fresh_ids(&change)?;
        let applied =
            cluster::apply(&cluster, change, &fresh).map_err(|refusal| refused(Some(name.clone()), refusal))?;
        if !applied.changed {
            return Ok(cluster);
        }
        match applied.encryption {
            Some(EncryptionMove::On(provider)) => self.require_proven(&snapshot, provider).await?,
            Some(EncryptionMove::Off(provider)) => self.require_not_lost(&snapshot, provider).await?,
            None => {}
        }
        if let (true, false, Some(provider)) = (cluster.settings.paused, applied.next.paused, applied.next.encryption) {
            self.require_not_lost(&snapshot, provider).await?;
        }
        let detail = Some(describe(&cluster.settings, &applied.next));
        let told = [
            self.cluster_event(Some(caller), &snapshot, name, EventKind::ClusterUpdateSubmitted, detail)?,
            self.cluster_event(None, &snapshot, name, EventKind::ClusterUpdateStarted, None)?,
            self.cluster_event(None, &snapshot, name, EventKind::ClusterUpdateCompleted, None)?,
        ];
        let next = Cluster { settings: applied.next, revision: cluster.revision.saturating_add(1), ..cluster };
        match self.store().save_cluster(&next, &told).await? {
            ClusterOutcome::Saved => Ok(next),
            ClusterOutcome::Conflict | ClusterOutcome::NameTaken => Err(Error::ClusterConflict(next.name)),
            ClusterOutcome::ProviderNotEnabled => Err(not_enabled(&next)),
        }
    }
}

fn is_other(wanted: Encryption, present: Option<ProviderKind>) -> bool {
    match wanted {
        Encryption::Off => present.is_some(),
        Encryption::By(provider) => present != Some(provider),
    }
}

/// Says which parts changed. Of values only the provider is told.
fn describe(before: &Settings, after: &Settings) -> String {
    let Settings {
        cluster_type,
        encryption,
        shards,
        disk_size_gb,
        backup,
        point_in_time_backup,
        retain_backups,
        paused,
        termination_protection,
        major_version,
        tags,
        labels,
        options,
    } = before;
    let mut parts = Vec::new();
    if *encryption != after.encryption {
        let provider = after.encryption.map_or("off", ProviderKind::title);
        parts.push(format!("encryption at rest: {provider}"));
    }
    let mut note = |is_new: bool, what: &str| {
        if is_new {
            parts.push(what.to_owned());
        }
    };
    note(*cluster_type != after.cluster_type, "type");
    note(*shards != after.shards || *disk_size_gb != after.disk_size_gb, "nodes");
    note(
        *backup != after.backup
            || *point_in_time_backup != after.point_in_time_backup
            || *retain_backups != after.retain_backups,
        "backup",
    );
    note(*paused != after.paused, if after.paused { "paused" } else { "resumed" });
    note(*termination_protection != after.termination_protection, "termination protection");
    note(*major_version != after.major_version, "release series");
    note(*tags != after.tags || *labels != after.labels, "tags");
    note(*options != after.options, "options");
    parts.join("; ")
}
