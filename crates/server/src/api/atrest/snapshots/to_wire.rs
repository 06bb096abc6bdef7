//! From a snapshot to the wire's. Every struct is taken apart by name, so that a new field breaks the build here.

use api_wire::atrest::snapshots::Snapshot as WireSnapshot;
use api_wire::wire_time::WireTime;
use domain::cluster::ClusterName;
use domain::snapshot::Snapshot;
use domain::time::Timestamp;

/// Translates a snapshot of a cluster.
pub(super) fn to_wire(cluster_name: &ClusterName, snapshot: Snapshot) -> WireSnapshot {
    let Snapshot { id, project, cluster: _, description, taken_at, released_at, master_keys } = snapshot;
    WireSnapshot {
        cluster_name: cluster_name.to_string(),
        created_at: moment(taken_at),
        description,
        group_id: project.to_string(),
        id: id.to_string(),
        master_key_ids: master_keys.iter().map(ToString::to_string).collect(),
        released_at: released_at.map(moment),
    }
}

fn moment(at: Timestamp) -> WireTime {
    WireTime::from_epoch_millis(at.as_millis())
}
