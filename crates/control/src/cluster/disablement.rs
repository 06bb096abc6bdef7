//! Clusters that are stopped without anybody having paused them: their customer key is lost (product.md 4.3), or private
//! networking stops them (5.4). Each is told once when it begins and once when it ends. They are shown as paused. Nothing
//! of it is stored: it follows from the key's validity, the paths and the cluster. Must not know how it is shown.

use std::collections::BTreeMap;

use domain::Bug;
use domain::cluster::{Cluster, ClusterName, ClusterType, Settings};
use domain::customer_key::ProviderKind;
use domain::event::{Event, EventKind};
use domain::id::ClusterId;
use domain::node::NodeRole;
use domain::private_endpoint::{Disablement, KeyPath, Networking, PlacementRefusal, disabled, may_run};
use domain::validity::Fact;
use storage::ProjectSnapshot;

use crate::{Caller, Control, Error};

/// A cluster as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterView {
    /// The cluster, with a person's own pause and no other.
    pub cluster: Cluster,
    /// Why it is stopped, if it is.
    pub stopped: Option<Stopped>,
    /// The hosts to connect to: those of its enrolled routers if it is sharded, else of its enrolled database processes.
    /// Nodes whose names are no hosts' are left out.
    pub hosts: Vec<String>,
}

/// Why a cluster is stopped that nobody paused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopped {
    /// Its customer key is lost. It comes back by itself when the key does.
    KeyLost(ProviderKind),
    /// Private networking stops it.
    Networking(Disablement),
}

/// Tells why a cluster is stopped, if it is.
pub(crate) fn stopped(settings: &Settings, snapshot: &ProjectSnapshot) -> Option<Stopped> {
    let lost = settings
        .encryption
        .filter(|provider| snapshot.validities.get(provider).is_some_and(|stored| stored.validity.is_invalid()));
    let networking = || disabled(settings, &Networking { paths: &snapshot.paths }).map(Stopped::Networking);
    lost.map(Stopped::KeyLost).or_else(networking)
}

impl Control {
    /// Shows a cluster as its project is.
    pub(super) async fn view_of(&self, cluster: Cluster, snapshot: &ProjectSnapshot) -> Result<ClusterView, Error> {
        let mut views = self.views_of(vec![cluster], snapshot).await?;
        views.pop().ok_or(Error::Bug(Bug("one cluster gives one view")))
    }

    /// Shows clusters of a project.
    pub(super) async fn views_of(
        &self,
        clusters: Vec<Cluster>,
        snapshot: &ProjectSnapshot,
    ) -> Result<Vec<ClusterView>, Error> {
        let ids: Vec<ClusterId> = clusters.iter().map(|cluster| cluster.id).collect();
        let mut enrolled = if ids.is_empty() { BTreeMap::new() } else { self.store().enrolled_nodes(&ids).await? };
        let view = |cluster: Cluster| {
            let served_by = match cluster.settings.cluster_type {
                ClusterType::ReplicaSet => NodeRole::Mongod,
                ClusterType::Sharded | ClusterType::GeoSharded => NodeRole::Mongos,
            };
            let nodes = enrolled.remove(&cluster.id).unwrap_or_default();
            let nodes = nodes.iter().filter(|node| node.role == served_by);
            let hosts = nodes.filter_map(|node| node.name.host().map(str::to_owned)).collect();
            ClusterView { stopped: stopped(&cluster.settings, snapshot), cluster, hosts }
        };
        Ok(clusters.into_iter().map(view).collect())
    }

    /// Tells of every cluster that is stopped because its customer key is lost, or comes back with it.
    /// Errors: those of the store.
    pub(crate) async fn cluster_events_of_key(
        &self,
        snapshot: &ProjectSnapshot,
        provider: ProviderKind,
        facts: &[Fact],
        detail: &str,
    ) -> Result<Vec<Event>, Error> {
        let kind = facts.iter().find_map(|fact| match fact {
            Fact::KeyInvalid => Some(EventKind::ClusterFrozen),
            Fact::KeyValid => Some(EventKind::ClusterThawed),
            Fact::NetworkDenied | Fact::NetworkRestored | Fact::ProofSucceeded | Fact::ProofFailed => None,
        });
        let Some(kind) = kind else { return Ok(Vec::new()) };
        let clusters = self.store().clusters_using(snapshot.project.id, provider).await?;
        clusters.iter().map(|name| self.cluster_event(None, snapshot, name, kind, Some(detail.to_owned()))).collect()
    }

    /// Tells of every cluster that begins to be stopped, or ceases to be, when a project's paths become these.
    /// Errors: those of the store.
    pub(crate) async fn cluster_events_of_paths(
        &self,
        before: &ProjectSnapshot,
        after: &BTreeMap<ProviderKind, KeyPath>,
    ) -> Result<Vec<Event>, Error> {
        // What stops a cluster is that calls are private, not by which routes.
        if before.paths.keys().eq(after.keys()) {
            return Ok(Vec::new());
        }
        let (clusters, _) = self.store().clusters_of(before.project.id, 0, i64::MAX).await?;
        let (was, is) = (Networking { paths: &before.paths }, Networking { paths: after });
        let mut told = Vec::new();
        for cluster in &clusters {
            let (was, is) = (disabled(&cluster.settings, &was), disabled(&cluster.settings, &is));
            told.extend(self.event_of_disablement(None, before, cluster, was, is)?);
        }
        Ok(told)
    }

    /// Tells that a cluster begins to be stopped, or ceases to be; nothing if neither.
    pub(super) fn event_of_disablement(
        &self,
        caller: Option<&Caller>,
        snapshot: &ProjectSnapshot,
        cluster: &Cluster,
        was: Option<Disablement>,
        is: Option<Disablement>,
    ) -> Result<Option<Event>, Error> {
        let (kind, detail) = match (was, is) {
            (None, Some(reason)) => (EventKind::ClusterDisabledForPrivateNetworking, Some(words(reason).to_owned())),
            (Some(_), None) => (EventKind::ClusterNoLongerDisabled, None),
            (None, None) | (Some(_), Some(_)) => return Ok(None),
        };
        self.cluster_event(caller, snapshot, &cluster.name, kind, detail).map(Some)
    }
}

/// Refuses a cluster that private networking would stop, or that has new nodes where no endpoint is.
/// Errors: `ClusterPlacementRefused`.
pub(super) fn require_runnable(
    snapshot: &ProjectSnapshot,
    name: &ClusterName,
    next: &Settings,
    before: Option<&Settings>,
) -> Result<(), Error> {
    let networking = Networking { paths: &snapshot.paths };
    may_run(next, before, &networking).map_err(|refusal| placement_refused(name, refusal))
}

/// Tells that private networking stands against a cluster or a node.
pub(crate) fn placement_refused(name: &ClusterName, refusal: PlacementRefusal) -> Error {
    Error::ClusterPlacementRefused { name: name.clone(), refusal }
}

const fn words(reason: Disablement) -> &'static str {
    match reason {
        Disablement::MultiCloud => "its nodes are in several clouds, and key calls of the project are private",
        Disablement::HostedElsewhere => "its nodes are not in Azure, and calls to its key vault are private",
    }
}
