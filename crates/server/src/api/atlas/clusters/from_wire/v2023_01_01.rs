//! From the cluster of 2023-01-01 to the domain's change: what all nodes have in common, and how many there are where.

use api_wire::atlas::clusters::v2023_01_01::{
    AZURE_DISKS, AutoScalingBody, ClusterBody, ProviderSettingsBody, RegionSpecBody, ReplicationSpecBody,
};
use domain::cluster::{
    AlikeChange, AlikePlace, AlikeZone, AutoScalingChange, ClusterChange, EbsVolumeType, Grain, HostingCloud,
    InstanceSize, RegionName, WantedCloud, WantedShards,
};
use domain::violation::Violation;

use super::{NOT_AS_CHECKED, number, word};
use crate::api::error::Refused;

/// Translates a body whose shape was checked, also against its cloud. Null says as little as nothing does.
/// Errors: `Violations` if a disk's name and size do not fit; `Bug` if a checked field is not what its schema says.
pub(in crate::api::atlas::clusters) fn from_wire(body: ClusterBody) -> Result<ClusterChange, Refused> {
    let ClusterBody {
        auto_scaling,
        backup_enabled,
        disk_size_gb,
        num_shards,
        provider_backup_enabled,
        provider_settings,
        replication_factor,
        replication_spec,
        replication_specs,
        same,
    } = body;
    let has_settings = provider_settings.as_ref().value().is_some();
    let ProviderSettingsBody {
        backing_provider_name: _of_shared_machines,
        disk_iops,
        disk_type_name,
        instance_size_name,
        max_instance_size,
        min_instance_size,
        provider_name,
        region_name,
        volume_type,
    } = provider_settings.value().unwrap_or_default();
    let AutoScalingBody { compute_enabled, scale_down_enabled, disk_gb_enabled } =
        auto_scaling.value().unwrap_or_default();
    let zones = match (replication_specs.value(), replication_spec.value()) {
        (Some(specs), _) => Some(specs.into_iter().map(zone).collect::<Result<_, _>>()?),
        (None, Some(regions)) => Some(vec![AlikeZone { name: None, shards: None, places: places(regions)? }]),
        (None, None) => None,
    };
    let cloud = |name: String| HostingCloud::by_name(&name).map_or(WantedCloud::Shared, WantedCloud::Own);
    let wanted = AlikeChange {
        cloud: provider_name.value().map(cloud),
        size: word(instance_size_name, InstanceSize::parse)?,
        iops: number(disk_iops)?,
        volume: word(volume_type, EbsVolumeType::by_name)?,
        region: word(region_name, RegionName::parse)?,
        shards: number(num_shards)?,
        electable: number(replication_factor)?,
        zones,
        auto_scaling: AutoScalingChange {
            compute: compute_enabled.value(),
            scale_down: scale_down_enabled.value(),
            smallest: word(min_instance_size, InstanceSize::parse)?,
            largest: word(max_instance_size, InstanceSize::parse)?,
            disk: disk_gb_enabled.value(),
        },
    };
    Ok(ClusterChange {
        grain: Grain::Cluster,
        shards: (has_settings || wanted != AlikeChange::default()).then_some(WantedShards::Alike(wanted)),
        disk_size_gb: disk(number(disk_size_gb)?, disk_type_name.value().as_deref())?,
        backup: provider_backup_enabled.value(),
        legacy_backup: backup_enabled.value(),
        ..super::from_wire(same)?
    })
}

/// Gives the size that a number and the name of a disk agree on.
fn disk(size: Option<u32>, name: Option<&str>) -> Result<Option<u32>, Refused> {
    let named = name.and_then(|name| AZURE_DISKS.iter().find(|(known, _)| *known == name)).map(|(_, size)| *size);
    match (size, named) {
        (Some(size), Some(named)) if size != named => {
            let sentence = "It is a disk of another size than diskSizeGB says; leave one of the two out.";
            let violation = Violation::rule("providerSettings.diskTypeName", sentence);
            Err(control::Error::Violations(vec![violation]).into())
        }
        (size, named) => Ok(size.or(named)),
    }
}

fn zone(body: ReplicationSpecBody) -> Result<AlikeZone, Refused> {
    let ReplicationSpecBody { num_shards, regions_config, zone_name } = body;
    let places = places(regions_config.value().unwrap_or_default())?;
    Ok(AlikeZone { name: zone_name.value(), shards: number(num_shards)?, places })
}

fn places(regions: Vec<(String, RegionSpecBody)>) -> Result<Vec<AlikePlace>, Refused> {
    regions.into_iter().map(place).collect()
}

fn place((region, body): (String, RegionSpecBody)) -> Result<AlikePlace, Refused> {
    let RegionSpecBody { analytics_nodes, electable_nodes, priority, read_only_nodes } = body;
    Ok(AlikePlace {
        region: RegionName::parse(&region).ok_or(NOT_AS_CHECKED)?,
        priority: number(priority)?,
        electable: number(electable_nodes)?.unwrap_or_default(),
        read_only: number(read_only_nodes)?.unwrap_or_default(),
        analytics: number(analytics_nodes)?.unwrap_or_default(),
    })
}
