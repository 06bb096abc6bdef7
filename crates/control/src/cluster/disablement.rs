//! Clusters that private networking stops (product.md 5.4): shown as paused, and told once when it begins and once when
//! it ends. Nothing of it is stored: it follows from the paths and the cluster. Must not know how it is shown.

use std::collections::BTreeMap;

use domain::cluster::{Cluster, ClusterName, Settings};
use domain::customer_key::ProviderKind;
use domain::event::{Event, EventKind};
use domain::private_endpoint::{Disablement, KeyPath, Networking, PlacementRefusal, disabled, may_run};
use storage::ProjectSnapshot;

use crate::{Caller, Control, Error};

/// A cluster, and whether private networking stops it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterView {
    /// The cluster, with a person's own pause and no other.
    pub cluster: Cluster,
    /// Why private networking stops it, if it does.
    pub disabled: Option<Disablement>,
}

impl ClusterView {
    /// Shows a cluster under the paths of its project.
    pub(super) fn of(cluster: Cluster, snapshot: &ProjectSnapshot) -> Self {
        Self { disabled: disabled(&cluster.settings, &Networking { paths: &snapshot.paths }), cluster }
    }
}

impl Control {
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
