//! From the wire's cluster to the domain's change. Every struct is taken apart by name, so that a new field
//! breaks the build here. This is the newest description; the older ones are beside it.

pub(super) mod v2023_01_01;
pub(super) mod v2023_02_01;

use api_wire::atlas::clusters::v2024_08_05::{
    AdvancedConfigurationBody, AutoScalingBody, BiConnectorBody, ClusterBody, ComputeAutoScalingBody, HardwareBody,
    RegionConfigBody, ReplicationSpecBody, TagBody,
};
use api_wire::patch::Patch;
use api_wire::text_format::parse_date_time;
use domain::cluster::{
    AdaptiveCapacity, AdvancedConfiguration, AutoScaling, BiConnector, CipherMode, ClusterChange, ClusterName,
    ClusterType, ConfigServerManagement, Disk, DiskWarming, EbsVolumeType, Encryption, Grain, HostingCloud,
    InstanceSize, MajorVersion, MinimumTls, OptionsChange, ReadPreference, RegionName, ScalingStrategy, Tag,
    VersionRelease, WantedNodes, WantedPlacement, WantedShard, WantedShards,
};
use domain::customer_key::ProviderKind;
use domain::time::Timestamp;

use crate::api::error::Refused;

/// Translates a body whose shape was checked. Null says as little as nothing does.
/// Errors: `Bug` if a checked field is not what its schema says.
pub(super) fn from_wire(body: ClusterBody) -> Result<ClusterChange, Refused> {
    let ClusterBody {
        accept_data_risks_at,
        adaptive_capacity,
        advanced_configuration,
        backup_enabled,
        bi_connector,
        cluster_type,
        config_server_management_mode,
        disk_warming_mode,
        encryption_at_rest_provider,
        global_cluster_self_managed_sharding,
        labels,
        mongo_db_major_version,
        name,
        paused,
        pit_enabled,
        redact_client_log_data,
        replica_set_scaling_strategy,
        replication_specs,
        retain_backups,
        root_cert_type: _only_one,
        tags,
        termination_protection_enabled,
        use_aws_time_based_snapshot_copy_for_fast_initial_sync,
        version_release_system,
    } = body;
    let shards = replication_specs.value().map(|specs| specs.into_iter().map(shard).collect::<Result<Vec<_>, _>>());
    Ok(ClusterChange {
        name: word(name, ClusterName::parse)?,
        cluster_type: word(cluster_type, ClusterType::by_name)?,
        encryption: word(encryption_at_rest_provider, encryption)?,
        grain: Grain::Shard,
        shards: shards.transpose()?.map(WantedShards::Each),
        disk_size_gb: None,
        backup: backup_enabled.value(),
        legacy_backup: None,
        point_in_time_backup: pit_enabled.value(),
        retain_backups: retain_backups.value(),
        paused: paused.value(),
        termination_protection: termination_protection_enabled.value(),
        major_version: word(mongo_db_major_version, MajorVersion::parse)?,
        tags: marks(tags)?,
        labels: marks(labels)?,
        options: OptionsChange {
            adaptive_capacity: word(adaptive_capacity, AdaptiveCapacity::by_name)?,
            advanced: advanced_configuration.value().map(advanced).transpose()?,
            bi_connector: bi_connector.value().map(connector).transpose()?,
            config_server_management: word(config_server_management_mode, ConfigServerManagement::by_name)?,
            disk_warming: word(disk_warming_mode, DiskWarming::by_name)?,
            data_risks_accepted_at: word(accept_data_risks_at, moment)?,
            fast_initial_sync: use_aws_time_based_snapshot_copy_for_fast_initial_sync.value(),
            redact_client_log_data: redact_client_log_data.value(),
            scaling_strategy: word(replica_set_scaling_strategy, ScalingStrategy::by_name)?,
            self_managed_sharding: global_cluster_self_managed_sharding.value(),
            version_release: word(version_release_system, VersionRelease::by_name)?,
        },
    })
}

const NOT_AS_CHECKED: Refused = Refused::Bug("the schema admits only what the domain can read");

/// Reads a text of a closed grammar, which the schema has checked.
fn word<T>(patch: Patch<String>, read: impl FnOnce(&str) -> Option<T>) -> Result<Option<T>, Refused> {
    patch.value().map(|text| read(&text).ok_or(NOT_AS_CHECKED)).transpose()
}

/// Reads a text that must be there.
fn needed<T>(patch: Patch<String>, read: impl FnOnce(&str) -> Option<T>) -> Result<T, Refused> {
    word(patch, read)?.ok_or(NOT_AS_CHECKED)
}

/// Reads a number that its schema keeps within bounds.
fn number<T: TryFrom<i64>>(patch: Patch<i64>) -> Result<Option<T>, Refused> {
    patch.value().map(|number| T::try_from(number).map_err(|_| NOT_AS_CHECKED)).transpose()
}

fn encryption(name: &str) -> Option<Encryption> {
    Some(match name {
        "NONE" => Encryption::Off,
        "AWS" => Encryption::By(ProviderKind::AwsKms),
        "AZURE" => Encryption::By(ProviderKind::AzureKeyVault),
        "GCP" => Encryption::By(ProviderKind::GcpKms),
        _ => return None,
    })
}

fn moment(text: &str) -> Option<Timestamp> {
    let millis = parse_date_time(text)?.unix_timestamp_nanos().div_euclid(1_000_000);
    i64::try_from(millis).ok().map(Timestamp::from_millis)
}

fn marks(tags: Patch<Vec<TagBody>>) -> Result<Option<Vec<Tag>>, Refused> {
    let own = |text: &str| Some(text.to_owned());
    let mark = |TagBody { key, value }| Ok(Tag { key: needed(key, own)?, value: needed(value, own)? });
    tags.value().map(|tags| tags.into_iter().map(mark).collect()).transpose()
}

fn advanced(body: AdvancedConfigurationBody) -> Result<AdvancedConfiguration, Refused> {
    let AdvancedConfigurationBody {
        ciphers_of_tls12,
        ciphers_of_tls13,
        minimum_enabled_tls_protocol,
        tls_cipher_config_mode,
    } = body;
    Ok(AdvancedConfiguration {
        ciphers_of_tls12: ciphers_of_tls12.value().unwrap_or_default(),
        ciphers_of_tls13: ciphers_of_tls13.value().unwrap_or_default(),
        minimum_tls: word(minimum_enabled_tls_protocol, MinimumTls::by_name)?,
        cipher_mode: word(tls_cipher_config_mode, CipherMode::by_name)?,
    })
}

fn connector(body: BiConnectorBody) -> Result<BiConnector, Refused> {
    let BiConnectorBody { enabled, read_preference } = body;
    let read_preference = word(read_preference, ReadPreference::by_name)?;
    Ok(BiConnector { enabled: enabled.value().unwrap_or_default(), read_preference })
}

fn shard(body: ReplicationSpecBody) -> Result<WantedShard, Refused> {
    let ReplicationSpecBody { region_configs, zone_name } = body;
    let placements = region_configs.value().unwrap_or_default().into_iter().map(placement).collect::<Result<_, _>>()?;
    Ok(WantedShard { zone: zone_name.value(), placements })
}

fn placement(body: RegionConfigBody) -> Result<WantedPlacement, Refused> {
    let RegionConfigBody {
        analytics_auto_scaling,
        analytics_specs,
        auto_scaling,
        backing_provider_name: _of_shared_machines,
        electable_specs,
        priority,
        provider_name,
        read_only_specs,
        region_name,
    } = body;
    Ok(WantedPlacement {
        cloud: provider_name.value().as_deref().and_then(HostingCloud::by_name),
        region: needed(region_name, RegionName::parse)?,
        priority: number(priority)?.ok_or(NOT_AS_CHECKED)?,
        electable: electable_specs.value().map(nodes).transpose()?,
        read_only: read_only_specs.value().map(nodes).transpose()?,
        analytics: analytics_specs.value().map(nodes).transpose()?,
        auto_scaling: auto_scaling.value().map(scaling).transpose()?.unwrap_or_default(),
        analytics_auto_scaling: analytics_auto_scaling.value().map(scaling).transpose()?.unwrap_or_default(),
    })
}

fn nodes(body: HardwareBody) -> Result<WantedNodes, Refused> {
    let HardwareBody { disk_iops, disk_size_gb, ebs_volume_type, instance_size, node_count } = body;
    Ok(WantedNodes {
        size: needed(instance_size, InstanceSize::parse)?,
        count: number(node_count)?,
        disk_size_gb: number(disk_size_gb)?,
        disk: Disk { iops: number(disk_iops)?, volume: word(ebs_volume_type, EbsVolumeType::by_name)? },
    })
}

fn scaling(body: AutoScalingBody) -> Result<AutoScaling, Refused> {
    let AutoScalingBody { compute, disk_gb_enabled } = body;
    let disk = disk_gb_enabled.value().unwrap_or_default();
    let Some(compute) = compute.value() else { return Ok(AutoScaling { disk, ..AutoScaling::default() }) };
    let ComputeAutoScalingBody { enabled, max_instance_size, min_instance_size, scale_down_enabled } = compute;
    Ok(AutoScaling {
        compute: enabled.value().unwrap_or_default(),
        scale_down: scale_down_enabled.value().unwrap_or_default(),
        smallest: word(min_instance_size, InstanceSize::parse)?,
        largest: word(max_instance_size, InstanceSize::parse)?,
        disk,
    })
}
