//! From a snapshot to Atlas's. Every struct is taken apart by name, so that a new field breaks the build here.

use api_wire::atlas::snapshots::v2023_01_01::BackupSnapshot;
use api_wire::paging::Link;
use api_wire::wire_time::WireTime;
use domain::cluster::{Cluster, ClusterType, HostingCloud};
use domain::snapshot::Snapshot;

/// Translates a snapshot of a cluster. Where every node has its own master key Atlas has room for one: the first.
pub(super) fn to_wire(base_url: &str, cluster: &Cluster, snapshot: Snapshot) -> BackupSnapshot {
    let Snapshot { id, project, cluster: _, description, taken_at, released_at: _, master_keys } = snapshot;
    let (name, settings) = (&cluster.name, &cluster.settings);
    let address = format!("{base_url}/api/atlas/v2/groups/{project}/clusters/{name}/backup/snapshots/{id}");
    let placement = settings.shards.first().and_then(|shard| shard.placements.first());
    BackupSnapshot {
        cloud_provider: placement.map_or(HostingCloud::Aws, |placement| placement.cloud).name(),
        copy_regions: Vec::new(),
        created_at: WireTime::from_epoch_millis(taken_at.as_millis()),
        description: description.unwrap_or_default(),
        id: id.to_string(),
        links: vec![Link::to_self(address)],
        master_key_uuid: master_keys.first().map(ToString::to_string),
        policy_items: Vec::new(),
        replica_set_name: name.to_string(),
        snapshot_type: "onDemand",
        status: "completed",
        storage_size_bytes: 0,
        cluster_type: match settings.cluster_type {
            ClusterType::ReplicaSet => "replicaSet",
            ClusterType::Sharded | ClusterType::GeoSharded => "shardedCluster",
        },
    }
}
