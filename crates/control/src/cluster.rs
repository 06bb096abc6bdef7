//! Clusters of a project: creating, changing, deleting and reading them, and when one may use a customer
//! key. Must not know how they are described on any wire, nor what their nodes do.

mod bring_back;
mod create;
mod delete;
mod details;
mod disablement;
mod encryption;
mod list;
mod process_arguments;
mod unsupported;
mod update;
mod validate;
mod view;

pub use bring_back::DeletedClusterPage;
pub use details::{ProjectClusters, ProjectClustersPage};
pub use disablement::{ClusterView, Stopped};
pub(crate) use disablement::{placement_refused, stopped};
pub use list::ClusterPage;
pub use process_arguments::ProcessView;
pub use storage::DeletedCluster;
pub use unsupported::Unsupported;

use domain::cluster::{self, ClusterChange, ClusterName, FreshIds};
use domain::event::{Event, EventKind};
use domain::id::{ShardId, ZoneId};
use storage::ProjectSnapshot;

use crate::backup_compliance::ComplianceError;
use crate::{Caller, Control, Error, random_id};

impl Control {
    /// Makes an event of a cluster, caused by a caller, or by nobody but us.
    pub(crate) fn cluster_event(
        &self,
        caller: Option<&Caller>,
        snapshot: &ProjectSnapshot,
        cluster: &ClusterName,
        kind: EventKind,
        detail: Option<String>,
    ) -> Result<Event, Error> {
        let (org, project) = (snapshot.project.org, snapshot.project.id);
        let event = match caller {
            Some(caller) => self.event_by(caller, org, project, kind, detail)?,
            None => self.event_by_us(org, project, kind, detail)?,
        };
        Ok(Event { cluster: Some(cluster.clone()), ..event })
    }
}

/// Makes random ids for every shard that a change asks for.
fn fresh_ids(change: &ClusterChange) -> Result<Vec<FreshIds>, Error> {
    let make = |_| Ok(FreshIds { shard: ShardId::from_random(random_id()?), zone: ZoneId::from_random(random_id()?) });
    (0..change.most_shards()).map(make).collect()
}

/// Tells that a rule stands against a cluster.
const fn refused(name: Option<ClusterName>, refusal: cluster::Refusal) -> Error {
    Error::ClusterRefused { name, refusal }
}

/// Tells that the project demands a customer key of every cluster.
pub(crate) fn encryption_demanded(name: ClusterName) -> Error {
    ComplianceError::EncryptionDemanded(name).into()
}
