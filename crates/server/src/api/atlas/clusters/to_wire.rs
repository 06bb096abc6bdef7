//! From a cluster to the wire's, in the shape of the version that answers: the newest here, the older ones beside it. What
//! is real and what was asked for are one, until nodes tell otherwise.

mod v2023_01_01;
mod v2023_02_01;

use api_wire::atlas::clusters::v2023_01_01::Cluster as OldestCluster;
use api_wire::atlas::clusters::v2023_02_01::Cluster as OlderCluster;
use api_wire::atlas::clusters::v2024_08_05::{
    AdvancedConfiguration as WireAdvanced, AutoScaling as WireAutoScaling, BiConnector as WireBiConnector,
    Cluster as WireCluster, ComputeAutoScaling, ConnectionStrings, DiskGbAutoScaling, Hardware, RegionConfig,
    ReplicationSpec, Tag as WireTag,
};
use api_wire::atlas::version::ApiVersion;
use api_wire::header::{EFFECTIVE_INSTANCE_FIELDS, EFFECTIVE_REPLICATION_SPECS};
use api_wire::paging::Link;
use api_wire::wire_time::WireTime;
use control::cluster::ClusterView;
use domain::cluster::{
    AdvancedConfiguration, AutoScaling, BiConnector, Cluster, Disk, Grain, Nodes, Options, Placement, Refusal,
    Settings, Shard, Tag, TooCoarse, Zone,
};
use domain::customer_key::ProviderKind;
use serde::Serialize;

use crate::api::call::Call;
use crate::api::error::Refused;

/// Gives the address a cluster is found at.
pub(in crate::api) fn address_of(base_url: &str, cluster: &Cluster) -> String {
    format!("{base_url}/api/atlas/v2/groups/{}/clusters/{}", cluster.project, cluster.name)
}

/// A cluster in one of its dated shapes.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(in crate::api) enum Shown {
    /// That of 2023-01-01.
    AsOne(Box<OldestCluster>),
    /// That of 2023-02-01.
    ByZone(Box<OlderCluster>),
    /// That of 2024-08-05 and later.
    ByShard(Box<WireCluster>),
}

/// What is the same in all shapes, taken apart.
struct Parts {
    id: String,
    project: String,
    name: String,
    created_at: WireTime,
    links: Vec<Link>,
    connection_strings: ConnectionStrings,
    paused: bool,
    settings: Settings,
    options: Options,
}

/// The root that node certificates lead to; there is one.
const ROOT_CERTIFICATE: &str = "ISRGROOTX1";
/// Without agents a cluster is at once what it is said to be.
const STATE: &str = "IDLE";

/// Tells how finely the version that answers tells nodes apart. Our own operations speak as the newest does.
pub(in crate::api) fn grain_of(call: &Call) -> Grain {
    match call.version.entry.version {
        Some(version) if version < ApiVersion::V2023_02_01 => Grain::Cluster,
        Some(version) if version < ApiVersion::V2024_08_05 => Grain::Zone,
        Some(_) | None => Grain::Shard,
    }
}

/// Translates a cluster into the shape of the version that answers, with what the call's headers ask for beside it. One
/// that is stopped is shown as paused.
/// Errors: `ClusterRefused` if the shape cannot tell what the cluster is.
pub(in crate::api) fn to_wire(call: &Call, view: ClusterView) -> Result<Shown, Refused> {
    let name = view.cluster.name.clone();
    shown(call, view).map_err(|why| {
        Refused::Control(control::Error::ClusterRefused { name: Some(name), refusal: Refusal::TooCoarse(why) })
    })
}

/// Does the same for a list.
/// Errors: why the shape cannot tell what the cluster is.
pub(super) fn shown(call: &Call, view: ClusterView) -> Result<Shown, TooCoarse> {
    let ClusterView { cluster, stopped, hosts } = view;
    let links = vec![Link::to_self(address_of(&call.base_url, &cluster))];
    let Cluster { id, project, name, settings, revision: _, created_at } = cluster;
    let parts = Parts {
        id: id.to_string(),
        project: project.to_string(),
        name: name.to_string(),
        created_at: WireTime::from_epoch_millis(created_at.as_millis()),
        links,
        connection_strings: ConnectionStrings { standard: address_of_hosts(&hosts) },
        paused: settings.paused || stopped.is_some(),
        options: settings.options.clone(),
        settings,
    };
    Ok(match grain_of(call) {
        Grain::Cluster => Shown::AsOne(Box::new(v2023_01_01::to_wire(parts)?)),
        Grain::Zone => Shown::ByZone(Box::new(v2023_02_01::to_wire(parts)?)),
        Grain::Shard => Shown::ByShard(Box::new(newest(call, parts))),
    })
}

/// Names hosts as drivers take them. Of ports and replica sets nothing is known, and nothing said.
fn address_of_hosts(hosts: &[String]) -> Option<String> {
    (!hosts.is_empty()).then(|| format!("mongodb://{}/", hosts.join(",")))
}

fn newest(call: &Call, parts: Parts) -> WireCluster {
    let Parts { id, project, name, created_at, links, connection_strings, paused, settings, options } = parts;
    let Options {
        adaptive_capacity,
        advanced,
        bi_connector,
        config_server_management,
        disk_warming,
        data_risks_accepted_at,
        fast_initial_sync,
        redact_client_log_data,
        scaling_strategy,
        self_managed_sharding,
        version_release,
        process: _,
    } = options;
    let effective = call.header(&EFFECTIVE_INSTANCE_FIELDS);
    let specs = |effective| {
        settings.shards.iter().map(|shard| shard_to_wire(shard, settings.disk_size_gb, effective)).collect()
    };
    WireCluster {
        accept_data_risks_at: data_risks_accepted_at.map(|at| WireTime::from_epoch_millis(at.as_millis())),
        adaptive_capacity: adaptive_capacity.map(|word| word.name()),
        advanced_configuration: advanced_to_wire(advanced),
        backup_enabled: settings.backup,
        bi_connector: connector_to_wire(bi_connector),
        cluster_type: settings.cluster_type.name(),
        config_server_management_mode: config_server_management.name(),
        connection_strings,
        create_date: created_at,
        disk_warming_mode: disk_warming.name(),
        effective_replication_specs: call.header(&EFFECTIVE_REPLICATION_SPECS).then(|| specs(false)),
        encryption_at_rest_provider: encryption_to_wire(settings.encryption),
        feature_compatibility_version: settings.major_version.as_str().to_owned(),
        global_cluster_self_managed_sharding: self_managed_sharding,
        group_id: project,
        id,
        internal_cluster_role: "NONE",
        links,
        mongo_db_major_version: settings.major_version.as_str().to_owned(),
        mongo_db_version: settings.major_version.first_release(),
        name,
        paused,
        pit_enabled: settings.point_in_time_backup,
        redact_client_log_data,
        replica_set_scaling_strategy: scaling_strategy.name(),
        replication_specs: specs(effective),
        retain_backups: settings.retain_backups,
        root_cert_type: ROOT_CERTIFICATE,
        state_name: STATE,
        termination_protection_enabled: settings.termination_protection,
        use_aws_time_based_snapshot_copy_for_fast_initial_sync: fast_initial_sync,
        version_release_system: version_release.name(),
        labels: marks_to_wire(settings.labels),
        tags: marks_to_wire(settings.tags),
    }
}

/// Spells whose customer key a cluster uses.
pub(in crate::api) const fn encryption_to_wire(encryption: Option<ProviderKind>) -> &'static str {
    match encryption {
        None => "NONE",
        Some(ProviderKind::AwsKms) => "AWS",
        Some(ProviderKind::AzureKeyVault) => "AZURE",
        Some(ProviderKind::GcpKms) => "GCP",
    }
}

fn marks_to_wire(tags: Vec<Tag>) -> Vec<WireTag> {
    tags.into_iter().map(|Tag { key, value }| WireTag { key, value }).collect()
}

fn advanced_to_wire(advanced: AdvancedConfiguration) -> WireAdvanced {
    let AdvancedConfiguration { ciphers_of_tls12, ciphers_of_tls13, minimum_tls, cipher_mode } = advanced;
    WireAdvanced {
        ciphers_of_tls12,
        ciphers_of_tls13,
        minimum_enabled_tls_protocol: minimum_tls.map(|word| word.name()),
        tls_cipher_config_mode: cipher_mode.map(|word| word.name()),
    }
}

fn connector_to_wire(connector: BiConnector) -> WireBiConnector {
    let BiConnector { enabled, read_preference } = connector;
    WireBiConnector { enabled, read_preference: read_preference.map(|word| word.name()) }
}

fn shard_to_wire(shard: &Shard, disk_size_gb: Option<u32>, effective: bool) -> ReplicationSpec {
    let Shard { id, zone: Zone { id: zone_id, name }, placements } = shard;
    ReplicationSpec {
        id: id.to_string(),
        region_configs: placements
            .iter()
            .map(|placement| placement_to_wire(placement, disk_size_gb, effective))
            .collect(),
        zone_id: zone_id.to_string(),
        zone_name: name.clone(),
    }
}

fn placement_to_wire(placement: &Placement, disk_size_gb: Option<u32>, effective: bool) -> RegionConfig {
    let Placement { cloud, region, priority, electable, read_only, analytics, auto_scaling, analytics_auto_scaling } =
        placement;
    let hardware = |nodes: &Option<Nodes>| nodes.as_ref().map(|nodes| nodes_to_wire(nodes, disk_size_gb));
    let real = |nodes: &Option<Nodes>| hardware(nodes).filter(|_| effective);
    RegionConfig {
        analytics_auto_scaling: scaling_to_wire(analytics_auto_scaling),
        analytics_specs: hardware(analytics),
        auto_scaling: scaling_to_wire(auto_scaling),
        effective_analytics_specs: real(analytics),
        effective_electable_specs: real(electable),
        effective_read_only_specs: real(read_only),
        electable_specs: hardware(electable),
        priority: *priority,
        provider_name: cloud.name(),
        read_only_specs: hardware(read_only),
        region_name: region.as_str().to_owned(),
    }
}

fn nodes_to_wire(nodes: &Nodes, disk_size_gb: Option<u32>) -> Hardware {
    let Nodes { size, count, disk: Disk { iops, volume } } = nodes;
    Hardware {
        disk_iops: *iops,
        disk_size_gb: disk_size_gb.map(f64::from),
        ebs_volume_type: volume.map(|volume| volume.name()),
        instance_size: size.as_str().to_owned(),
        node_count: *count,
    }
}

fn scaling_to_wire(scaling: &AutoScaling) -> WireAutoScaling {
    let AutoScaling { compute, scale_down, smallest, largest, disk } = scaling;
    WireAutoScaling {
        compute: ComputeAutoScaling {
            enabled: *compute,
            max_instance_size: largest.as_ref().map(|size| size.as_str().to_owned()),
            min_instance_size: smallest.as_ref().map(|size| size.as_str().to_owned()),
            scale_down_enabled: *scale_down,
        },
        disk_gb: DiskGbAutoScaling { enabled: *disk },
    }
}
