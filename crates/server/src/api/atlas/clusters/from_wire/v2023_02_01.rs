//! From the cluster of 2023-02-01 to the domain's change: zones, and the shards that each counts.

use api_wire::atlas::clusters::v2023_02_01::{ClusterBody, ReplicationSpecBody};
use domain::cluster::{ClusterChange, Grain, WantedShards, WantedZone};

use super::{number, shard};
use crate::api::error::Refused;

/// Translates a body whose shape was checked. Null says as little as nothing does.
/// Errors: `Bug` if a checked field is not what its schema says.
pub(in crate::api::atlas::clusters) fn from_wire(body: ClusterBody) -> Result<ClusterChange, Refused> {
    let ClusterBody { disk_size_gb, replication_specs, same } = body;
    let zones = replication_specs.value().map(|specs| specs.into_iter().map(zone).collect::<Result<_, _>>());
    Ok(ClusterChange {
        grain: Grain::Zone,
        shards: zones.transpose()?.map(WantedShards::ByZone),
        disk_size_gb: number(disk_size_gb)?,
        ..super::from_wire(same)?
    })
}

fn zone(body: ReplicationSpecBody) -> Result<WantedZone, Refused> {
    let ReplicationSpecBody { num_shards, shard: each } = body;
    Ok(WantedZone { shard: shard(each)?, count: number(num_shards)?.unwrap_or(1) })
}
