//! From a cluster to that of 2023-02-01: its shards zone by zone.

use api_wire::atlas::clusters::v2023_02_01::{Cluster as WireCluster, RegionConfig, ReplicationSpec};
use api_wire::wire_time::WireTime;
use domain::cluster::{Nodes, Placement, Shard, TooCoarse, Zone, ZoneShards, by_zone};

use super::{
    Parts, advanced_to_wire, connector_to_wire, encryption_to_wire, marks_to_wire, nodes_to_wire, scaling_to_wire,
};

/// Translates a cluster.
/// Errors: the shards of a zone are not alike.
pub(super) fn to_wire(parts: Parts) -> Result<WireCluster, TooCoarse> {
    let Parts { id, project, name, created_at, links, connection_strings, paused, settings, options } = parts;
    let replication_specs = by_zone(&settings.shards)?.iter().map(zone_to_wire).collect();
    Ok(WireCluster {
        accept_data_risks_at: options.data_risks_accepted_at.map(|at| WireTime::from_epoch_millis(at.as_millis())),
        advanced_configuration: advanced_to_wire(options.advanced),
        backup_enabled: settings.backup,
        bi_connector: connector_to_wire(options.bi_connector),
        cluster_type: settings.cluster_type.name(),
        config_server_management_mode: options.config_server_management.name(),
        connection_strings,
        create_date: created_at,
        disk_size_gb: settings.disk_size_gb.map(f64::from),
        disk_warming_mode: options.disk_warming.name(),
        encryption_at_rest_provider: encryption_to_wire(settings.encryption),
        feature_compatibility_version: settings.major_version.as_str().to_owned(),
        global_cluster_self_managed_sharding: options.self_managed_sharding,
        group_id: project,
        id,
        labels: marks_to_wire(settings.labels),
        links,
        mongo_db_major_version: settings.major_version.as_str().to_owned(),
        mongo_db_version: settings.major_version.first_release(),
        name,
        paused,
        pit_enabled: settings.point_in_time_backup,
        replica_set_scaling_strategy: options.scaling_strategy.name(),
        replication_specs,
        root_cert_type: super::ROOT_CERTIFICATE,
        state_name: super::STATE,
        tags: marks_to_wire(settings.tags),
        termination_protection_enabled: settings.termination_protection,
        version_release_system: options.version_release.name(),
    })
}

fn zone_to_wire(zone: &ZoneShards<'_>) -> ReplicationSpec {
    let ZoneShards { first: Shard { id, zone: Zone { id: zone_id, name }, placements }, count } = zone;
    ReplicationSpec {
        id: id.to_string(),
        num_shards: *count,
        region_configs: placements.iter().map(placement_to_wire).collect(),
        zone_id: zone_id.to_string(),
        zone_name: name.clone(),
    }
}

fn placement_to_wire(placement: &Placement) -> RegionConfig {
    let Placement { cloud, region, priority, electable, read_only, analytics, auto_scaling, analytics_auto_scaling } =
        placement;
    let hardware = |nodes: &Option<Nodes>| nodes.as_ref().map(|nodes| nodes_to_wire(nodes, None));
    RegionConfig {
        analytics_auto_scaling: scaling_to_wire(analytics_auto_scaling),
        analytics_specs: hardware(analytics),
        auto_scaling: scaling_to_wire(auto_scaling),
        electable_specs: hardware(electable),
        priority: *priority,
        provider_name: cloud.name(),
        read_only_specs: hardware(read_only),
        region_name: region.as_str().to_owned(),
    }
}
