//! How what is said about a cluster lies in its column: JSON, in words of the domain. Every part is taken
//! apart by name, so that a new one breaks the build here. Must not know SQL.

use domain::cluster::{
    AdaptiveCapacity, AdvancedConfiguration, AutoScaling, BiConnector, CipherMode, ClusterType, ConfigServerManagement,
    Disk, DiskWarming, EbsVolumeType, HostingCloud, InstanceSize, MajorVersion, MinimumTls, Nodes, Options, Placement,
    ReadPreference, RegionName, ScalingStrategy, Settings, Shard, Tag, VersionRelease, Zone,
};
use domain::customer_key::ProviderKind;
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::process_text::{self, ProcessText};
use crate::error::Result;
use crate::sql::to_json;

/// The column.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct SettingsText {
    cluster_type: String,
    shards: Vec<ShardText>,
    disk_size_gb: Option<u32>,
    backup: bool,
    point_in_time_backup: bool,
    retain_backups: bool,
    paused: bool,
    termination_protection: bool,
    major_version: String,
    tags: Vec<(String, String)>,
    labels: Vec<(String, String)>,
    options: OptionsText,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ShardText {
    id: String,
    zone_id: String,
    zone: String,
    placements: Vec<PlacementText>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct PlacementText {
    cloud: String,
    region: String,
    priority: u8,
    electable: Option<NodesText>,
    read_only: Option<NodesText>,
    analytics: Option<NodesText>,
    auto_scaling: AutoScalingText,
    analytics_auto_scaling: AutoScalingText,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct NodesText {
    size: String,
    count: u32,
    disk_iops: Option<u32>,
    volume: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct AutoScalingText {
    compute: bool,
    scale_down: bool,
    smallest: Option<String>,
    largest: Option<String>,
    disk: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct OptionsText {
    adaptive_capacity: Option<String>,
    ciphers_of_tls12: Vec<String>,
    ciphers_of_tls13: Vec<String>,
    minimum_tls: Option<String>,
    cipher_mode: Option<String>,
    bi_connector: bool,
    bi_connector_reads: Option<String>,
    config_server_management: String,
    disk_warming: String,
    data_risks_accepted_at: Option<i64>,
    fast_initial_sync: bool,
    redact_client_log_data: bool,
    scaling_strategy: String,
    self_managed_sharding: bool,
    version_release: String,
    /// Absent in rows of a time when nobody could say it.
    #[serde(default)]
    process: ProcessText,
}

/// Writes the column. The provider has one of its own.
pub(super) fn write(settings: &Settings) -> Result<String> {
    let Settings {
        cluster_type,
        encryption: _,
        shards,
        disk_size_gb,
        backup,
        point_in_time_backup,
        retain_backups,
        paused,
        termination_protection,
        major_version,
        tags,
        labels,
        options,
    } = settings;
    let marks = |tags: &[Tag]| tags.iter().map(|tag| (tag.key.clone(), tag.value.clone())).collect();
    to_json(&SettingsText {
        cluster_type: cluster_type.name().to_owned(),
        shards: shards.iter().map(write_shard).collect(),
        disk_size_gb: *disk_size_gb,
        backup: *backup,
        point_in_time_backup: *point_in_time_backup,
        retain_backups: *retain_backups,
        paused: *paused,
        termination_protection: *termination_protection,
        major_version: major_version.as_str().to_owned(),
        tags: marks(tags),
        labels: marks(labels),
        options: write_options(options),
    })
}

fn write_shard(shard: &Shard) -> ShardText {
    let Shard { id, zone: Zone { id: zone_id, name }, placements } = shard;
    ShardText {
        id: id.to_string(),
        zone_id: zone_id.to_string(),
        zone: name.clone(),
        placements: placements.iter().map(write_placement).collect(),
    }
}

fn write_placement(placement: &Placement) -> PlacementText {
    let Placement { cloud, region, priority, electable, read_only, analytics, auto_scaling, analytics_auto_scaling } =
        placement;
    PlacementText {
        cloud: cloud.name().to_owned(),
        region: region.as_str().to_owned(),
        priority: *priority,
        electable: electable.as_ref().map(write_nodes),
        read_only: read_only.as_ref().map(write_nodes),
        analytics: analytics.as_ref().map(write_nodes),
        auto_scaling: write_auto_scaling(auto_scaling),
        analytics_auto_scaling: write_auto_scaling(analytics_auto_scaling),
    }
}

fn write_nodes(nodes: &Nodes) -> NodesText {
    let Nodes { size, count, disk: Disk { iops, volume } } = nodes;
    let volume = volume.map(|volume| volume.name().to_owned());
    NodesText { size: size.as_str().to_owned(), count: *count, disk_iops: *iops, volume }
}

fn write_auto_scaling(auto_scaling: &AutoScaling) -> AutoScalingText {
    let AutoScaling { compute, scale_down, smallest, largest, disk } = auto_scaling;
    let size = |size: &Option<InstanceSize>| size.as_ref().map(|size| size.as_str().to_owned());
    AutoScalingText {
        compute: *compute,
        scale_down: *scale_down,
        smallest: size(smallest),
        largest: size(largest),
        disk: *disk,
    }
}

fn write_options(options: &Options) -> OptionsText {
    let Options {
        adaptive_capacity,
        advanced: AdvancedConfiguration { ciphers_of_tls12, ciphers_of_tls13, minimum_tls, cipher_mode },
        bi_connector: BiConnector { enabled, read_preference },
        config_server_management,
        disk_warming,
        data_risks_accepted_at,
        fast_initial_sync,
        redact_client_log_data,
        scaling_strategy,
        self_managed_sharding,
        version_release,
        process,
    } = options;
    OptionsText {
        adaptive_capacity: adaptive_capacity.map(|word| word.name().to_owned()),
        ciphers_of_tls12: ciphers_of_tls12.clone(),
        ciphers_of_tls13: ciphers_of_tls13.clone(),
        minimum_tls: minimum_tls.map(|word| word.name().to_owned()),
        cipher_mode: cipher_mode.map(|word| word.name().to_owned()),
        bi_connector: *enabled,
        bi_connector_reads: read_preference.map(|word| word.name().to_owned()),
        config_server_management: config_server_management.name().to_owned(),
        disk_warming: disk_warming.name().to_owned(),
        data_risks_accepted_at: data_risks_accepted_at.map(Timestamp::as_millis),
        fast_initial_sync: *fast_initial_sync,
        redact_client_log_data: *redact_client_log_data,
        scaling_strategy: scaling_strategy.name().to_owned(),
        self_managed_sharding: *self_managed_sharding,
        version_release: version_release.name().to_owned(),
        process: process_text::write(process),
    }
}

/// What a part is called when it cannot have been written by us.
type Corrupt = &'static str;

/// Reads the column.
/// Errors: the part that cannot have been written by us.
pub(super) fn read(text: SettingsText, encryption: Option<ProviderKind>) -> std::result::Result<Settings, Corrupt> {
    let SettingsText {
        cluster_type,
        shards,
        disk_size_gb,
        backup,
        point_in_time_backup,
        retain_backups,
        paused,
        termination_protection,
        major_version,
        tags,
        labels,
        options,
    } = text;
    let marks = |tags: Vec<(String, String)>| tags.into_iter().map(|(key, value)| Tag { key, value }).collect();
    Ok(Settings {
        cluster_type: ClusterType::by_name(&cluster_type).ok_or("cluster type")?,
        encryption,
        shards: shards.into_iter().map(read_shard).collect::<std::result::Result<_, _>>()?,
        disk_size_gb,
        backup,
        point_in_time_backup,
        retain_backups,
        paused,
        termination_protection,
        major_version: MajorVersion::parse(&major_version).ok_or("major version")?,
        tags: marks(tags),
        labels: marks(labels),
        options: read_options(options)?,
    })
}

fn read_shard(text: ShardText) -> std::result::Result<Shard, Corrupt> {
    let ShardText { id, zone_id, zone, placements } = text;
    Ok(Shard {
        id: id.parse().map_err(|_| "shard id")?,
        zone: Zone { id: zone_id.parse().map_err(|_| "zone id")?, name: zone },
        placements: placements.into_iter().map(read_placement).collect::<std::result::Result<_, _>>()?,
    })
}

fn read_placement(text: PlacementText) -> std::result::Result<Placement, Corrupt> {
    let PlacementText {
        cloud,
        region,
        priority,
        electable,
        read_only,
        analytics,
        auto_scaling,
        analytics_auto_scaling,
    } = text;
    Ok(Placement {
        cloud: HostingCloud::by_name(&cloud).ok_or("cloud")?,
        region: RegionName::parse(&region).ok_or("region")?,
        priority,
        electable: electable.map(read_nodes).transpose()?,
        read_only: read_only.map(read_nodes).transpose()?,
        analytics: analytics.map(read_nodes).transpose()?,
        auto_scaling: read_auto_scaling(auto_scaling)?,
        analytics_auto_scaling: read_auto_scaling(analytics_auto_scaling)?,
    })
}

fn read_nodes(text: NodesText) -> std::result::Result<Nodes, Corrupt> {
    let NodesText { size, count, disk_iops, volume } = text;
    let volume = word_if_any(volume, EbsVolumeType::by_name)?;
    Ok(Nodes { size: read_size(&size)?, count, disk: Disk { iops: disk_iops, volume } })
}

fn read_auto_scaling(text: AutoScalingText) -> std::result::Result<AutoScaling, Corrupt> {
    let AutoScalingText { compute, scale_down, smallest, largest, disk } = text;
    let size = |size: Option<String>| size.as_deref().map(read_size).transpose();
    Ok(AutoScaling { compute, scale_down, smallest: size(smallest)?, largest: size(largest)?, disk })
}

fn read_size(text: &str) -> std::result::Result<InstanceSize, Corrupt> {
    InstanceSize::parse(text).ok_or("instance size")
}

fn read_options(text: OptionsText) -> std::result::Result<Options, Corrupt> {
    let OptionsText {
        adaptive_capacity,
        ciphers_of_tls12,
        ciphers_of_tls13,
        minimum_tls,
        cipher_mode,
        bi_connector,
        bi_connector_reads,
        config_server_management,
        disk_warming,
        data_risks_accepted_at,
        fast_initial_sync,
        redact_client_log_data,
        scaling_strategy,
        self_managed_sharding,
        version_release,
        process,
    } = text;
    Ok(Options {
        adaptive_capacity: word_if_any(adaptive_capacity, AdaptiveCapacity::by_name)?,
        advanced: AdvancedConfiguration {
            ciphers_of_tls12,
            ciphers_of_tls13,
            minimum_tls: word_if_any(minimum_tls, MinimumTls::by_name)?,
            cipher_mode: word_if_any(cipher_mode, CipherMode::by_name)?,
        },
        bi_connector: BiConnector {
            enabled: bi_connector,
            read_preference: word_if_any(bi_connector_reads, ReadPreference::by_name)?,
        },
        config_server_management: word(&config_server_management, ConfigServerManagement::by_name)?,
        disk_warming: word(&disk_warming, DiskWarming::by_name)?,
        data_risks_accepted_at: data_risks_accepted_at.map(Timestamp::from_millis),
        fast_initial_sync,
        redact_client_log_data,
        scaling_strategy: word(&scaling_strategy, ScalingStrategy::by_name)?,
        self_managed_sharding,
        version_release: word(&version_release, VersionRelease::by_name)?,
        process: process_text::read(process)?,
    })
}

fn word<T>(name: &str, by_name: fn(&str) -> Option<T>) -> std::result::Result<T, Corrupt> {
    by_name(name).ok_or("word of a closed list")
}

fn word_if_any<T>(name: Option<String>, by_name: fn(&str) -> Option<T>) -> std::result::Result<Option<T>, Corrupt> {
    name.map(|name| word(&name, by_name)).transpose()
}
