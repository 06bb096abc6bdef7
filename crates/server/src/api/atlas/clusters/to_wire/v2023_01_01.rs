//! From a cluster to that of 2023-01-01: all its nodes as one.

use api_wire::atlas::clusters::v2023_01_01::{
    AZURE_DISKS, AutoScaling as WireAutoScaling, Cluster as WireCluster, ComputeAutoScaling, ComputeBounds,
    ProviderAutoScaling, ProviderSettings, RegionSpec, ReplicationSpec,
};
use api_wire::wire_time::WireTime;
use domain::cluster::{
    Alike, AutoScaling, Disk, HostingCloud, InstanceSize, Nodes, Placement, Shard, TooCoarse, Zone, ZoneShards, alike,
};

use super::{Parts, advanced_to_wire, connector_to_wire, encryption_to_wire, marks_to_wire};

/// Translates a cluster.
/// Errors: its nodes are not alike.
pub(super) fn to_wire(parts: Parts) -> Result<WireCluster, TooCoarse> {
    let Parts { id, project, name, created_at, links, connection_strings, paused, settings, options } = parts;
    let Alike { zones, cloud, size, disk, auto_scaling } = alike(&settings.shards)?;
    let AutoScaling { compute, scale_down, smallest, largest, disk: disks_grow } = auto_scaling;
    let bound = |size: &Option<InstanceSize>| size.as_ref().map(|size| size.as_str().to_owned());
    let electable = |zone: &ZoneShards<'_>| {
        zone.first.placements.iter().map(Placement::electable_count).fold(0, u32::saturating_add)
    };
    let Disk { iops, volume } = disk;
    let named =
        AZURE_DISKS.iter().find(|(_, size)| cloud == HostingCloud::Azure && Some(*size) == settings.disk_size_gb);
    Ok(WireCluster {
        accept_data_risks_at: options.data_risks_accepted_at.map(|at| WireTime::from_epoch_millis(at.as_millis())),
        advanced_configuration: advanced_to_wire(options.advanced),
        auto_scaling: WireAutoScaling {
            compute: ComputeAutoScaling { enabled: *compute, scale_down_enabled: *scale_down },
            disk_gb_enabled: *disks_grow,
        },
        backup_enabled: false,
        bi_connector: connector_to_wire(options.bi_connector),
        cluster_type: settings.cluster_type.name(),
        config_server_management_mode: options.config_server_management.name(),
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
        mongo_uri: connection_strings.standard.clone(),
        connection_strings,
        name,
        num_shards: zones.iter().map(|zone| zone.count).fold(0, u32::saturating_add),
        paused,
        pit_enabled: settings.point_in_time_backup,
        provider_backup_enabled: settings.backup,
        provider_settings: ProviderSettings {
            auto_scaling: ProviderAutoScaling {
                compute: ComputeBounds { max_instance_size: bound(largest), min_instance_size: bound(smallest) },
            },
            disk_iops: iops,
            disk_type_name: named.map(|(name, _)| *name),
            instance_size_name: size.as_str().to_owned(),
            provider_name: cloud.name(),
            region_name: only_region(&zones),
            volume_type: volume.map(|volume| volume.name()),
        },
        replica_set_scaling_strategy: options.scaling_strategy.name(),
        replication_factor: zones.first().map_or(0, electable),
        replication_specs: zones.iter().map(zone_to_wire).collect(),
        root_cert_type: super::ROOT_CERTIFICATE,
        state_name: super::STATE,
        tags: marks_to_wire(settings.tags),
        termination_protection_enabled: settings.termination_protection,
        version_release_system: options.version_release.name(),
    })
}

fn only_region(zones: &[ZoneShards<'_>]) -> Option<String> {
    let mut regions = zones.iter().flat_map(|zone| &zone.first.placements).map(|placement| &placement.region);
    let first = regions.next()?;
    regions.all(|region| region == first).then(|| first.as_str().to_owned())
}

fn zone_to_wire(zone: &ZoneShards<'_>) -> ReplicationSpec {
    let ZoneShards { first: Shard { id, zone: Zone { id: _, name }, placements }, count } = zone;
    ReplicationSpec {
        id: id.to_string(),
        num_shards: *count,
        regions_config: placements.iter().map(place_to_wire).collect(),
        zone_name: name.clone(),
    }
}

fn place_to_wire(placement: &Placement) -> (String, RegionSpec) {
    let count = |nodes: &Option<Nodes>| nodes.as_ref().map_or(0, |nodes| nodes.count);
    let spec = RegionSpec {
        analytics_nodes: count(&placement.analytics),
        electable_nodes: count(&placement.electable),
        priority: placement.priority,
        read_only_nodes: count(&placement.read_only),
    };
    (placement.region.as_str().to_owned(), spec)
}
