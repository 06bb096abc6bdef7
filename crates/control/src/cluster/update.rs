//! Changing a cluster: all of it or nothing, and never over somebody else's change.

use std::sync::Arc;

use domain::access::ProjectRole;
use domain::cluster::{
    self, Applied, Cluster, ClusterChange, ClusterName, Encryption, EncryptionMove, FreshIds, Refusal, Settings,
};
use domain::customer_key::ProviderKind;
use domain::event::EventKind;
use domain::id::ProjectId;
use domain::private_endpoint::{Networking, PlacementRefusal, disabled};
use storage::{ClusterOutcome, ProjectSnapshot};

use super::create::not_enabled;
use super::disablement::{Stopped, require_runnable, stopped};
use super::{ClusterView, encryption_demanded, fresh_ids, placement_refused, refused};
use crate::{Caller, Control, Error};

impl Control {
    /// Changes a cluster and gives it as it is then. Without nodes the change is done at once.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`, `ClusterNotFound`, `ClusterRefused`,
    /// `ClusterConflict`, `CustomerKeyNotEnabled`, `CustomerKeyNotProven`, `ClusterPlacementRefused`. Nothing is changed
    /// then.
    /// Cancel: nothing is changed, or all of it.
    pub async fn update_cluster(
        &self,
        caller: &Caller,
        project: ProjectId,
        name: &ClusterName,
        change: ClusterChange,
    ) -> Result<ClusterView, Error> {
        let Prepared { snapshot, cluster, next } = self.describe_change(caller, project, name, change).await?;
        let Some(settings) = next else { return self.view_of(cluster, &snapshot).await };
        let networking = Networking { paths: &snapshot.paths };
        let (was, is) = (disabled(&cluster.settings, &networking), disabled(&settings, &networking));
        let detail = Some(describe(&cluster.settings, &settings));
        let mut told = vec![
            self.cluster_event(Some(caller), &snapshot, name, EventKind::ClusterUpdateSubmitted, detail)?,
            self.cluster_event(None, &snapshot, name, EventKind::ClusterUpdateStarted, None)?,
            self.cluster_event(None, &snapshot, name, EventKind::ClusterUpdateCompleted, None)?,
        ];
        told.extend(self.event_of_disablement(Some(caller), &snapshot, &cluster, was, is)?);
        let next = Cluster { settings, revision: cluster.revision.saturating_add(1), ..cluster };
        match self.store().save_cluster(&next, &told).await? {
            ClusterOutcome::Saved => self.view_of(next, &snapshot).await,
            ClusterOutcome::Conflict | ClusterOutcome::NameTaken | ClusterOutcome::TooMany(_) => {
                Err(Error::ClusterConflict(next.name))
            }
            ClusterOutcome::ProviderNotEnabled => Err(not_enabled(&next)),
            ClusterOutcome::EncryptionDemanded => Err(encryption_demanded(next.name)),
        }
    }

    /// Goes the way of a change up to the save.
    pub(super) async fn describe_change(
        &self,
        caller: &Caller,
        project: ProjectId,
        name: &ClusterName,
        change: ClusterChange,
    ) -> Result<Prepared, Error> {
        let mut snapshot = self.project_for(caller, project, ProjectRole::ClusterManager).await?;
        let cluster = self.cluster_of(project, name).await?;
        if change.encryption.is_some_and(|wanted| is_other(wanted, cluster.settings.encryption)) {
            self.project_for(caller, project, ProjectRole::Owner).await?;
        }
        let fresh = fresh_ids(&change)?;
        let was = stopped(&cluster.settings, &snapshot);
        let resumes = change.paused == Some(false);
        let applied = match was {
            None => cluster::apply(&cluster, change, &fresh),
            Some(_) => apply_to_stopped(&cluster, change, &fresh),
        };
        let applied = applied.map_err(|refusal| refused(Some(name.clone()), refusal))?;
        if !applied.changed {
            match was {
                Some(Stopped::Networking(reason)) if resumes => {
                    return Err(placement_refused(name, PlacementRefusal::Disabled(reason)));
                }
                Some(Stopped::KeyLost(provider)) if resumes => self.require_not_lost(&snapshot, provider).await?,
                Some(_) | None => {}
            }
            return Ok(Prepared { snapshot, cluster, next: None });
        }
        match applied.encryption {
            Some(EncryptionMove::On(provider)) => snapshot = self.require_proven(&snapshot, provider).await?,
            Some(EncryptionMove::Off(provider)) => self.require_not_lost(&snapshot, provider).await?,
            None => {}
        }
        if let (true, false, Some(provider)) = (cluster.settings.paused, applied.next.paused, applied.next.encryption) {
            self.require_not_lost(&snapshot, provider).await?;
        }
        if !only_gives_up_protection(&cluster.settings, &applied.next) {
            require_runnable(&snapshot, name, &applied.next, Some(&cluster.settings))?;
        }
        Ok(Prepared { snapshot, cluster, next: Some(applied.next) })
    }
}

/// A change that nothing stands against.
pub(super) struct Prepared {
    snapshot: Arc<ProjectSnapshot>,
    cluster: Cluster,
    /// What is said about the cluster then; none if that is nothing new.
    pub(super) next: Option<Settings>,
}

/// Applies a change to a cluster that is stopped. It is shown as paused, so a pause that comes back with
/// other changes is no wish; and a person's own pause keeps nobody from mending it.
fn apply_to_stopped(cluster: &Cluster, change: ClusterChange, fresh: &[FreshIds]) -> Result<Applied, Refusal> {
    let wish = change.paused;
    let awake = Cluster { settings: Settings { paused: false, ..cluster.settings.clone() }, ..cluster.clone() };
    let applied = cluster::apply(&awake, ClusterChange { paused: None, ..change }, fresh)?;
    if !applied.changed {
        return cluster::apply(cluster, ClusterChange { paused: wish, ..ClusterChange::default() }, &[]);
    }
    let paused = cluster.settings.paused && wish != Some(false);
    Ok(Applied { next: Settings { paused, ..applied.next }, ..applied })
}

/// Tells whether a change does no more than make a cluster deletable, which is a way out for one that is stopped.
fn only_gives_up_protection(before: &Settings, after: &Settings) -> bool {
    !after.termination_protection
        && Settings { termination_protection: before.termination_protection, ..after.clone() } == *before
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
