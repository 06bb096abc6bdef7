//! From a cluster to the wire's. What is real and what was asked for are one, until nodes tell otherwise.

use api_wire::atlas::clusters::v2024_08_05::{
    AdvancedConfiguration as WireAdvanced, AutoScaling as WireAutoScaling, BiConnector as WireBiConnector,
    Cluster as WireCluster, ComputeAutoScaling, ConnectionStrings, DiskGbAutoScaling, Hardware, RegionConfig,
    ReplicationSpec, Tag as WireTag,
};
use api_wire::header::{EFFECTIVE_INSTANCE_FIELDS, EFFECTIVE_REPLICATION_SPECS};
use api_wire::paging::Link;
use api_wire::wire_time::WireTime;
use control::cluster::ClusterView;
use domain::cluster::{
    AdvancedConfiguration, AutoScaling, BiConnector, Cluster, Disk, Nodes, Options, Placement, Settings, Shard, Tag,
    Zone,
};
use domain::customer_key::ProviderKind;

use crate::api::call::Call;

/// Gives the address a cluster is found at.
pub(in crate::api) fn address_of(base_url: &str, cluster: &Cluster) -> String {
    format!("{base_url}/api/atlas/v2/groups/{}/clusters/{}", cluster.project, cluster.name)
}

/// Translates a cluster, with what the call's headers ask for beside it. One that private networking stops is shown as
/// paused.
pub(in crate::api) fn to_wire(call: &Call, view: ClusterView) -> WireCluster {
    let ClusterView { cluster, disabled } = view;
    let links = vec![Link::to_self(address_of(&call.base_url, &cluster))];
    let Cluster { id, project, name, settings, revision: _, created_at } = cluster;
    let Settings {
        cluster_type,
        encryption,
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
    let Options {
        adaptive_capacity,
        advanced,
        bi_connector,
        config_server_management,
        disk_warming,
        data_risks_accepted_at,
        fast_initial_sync,
        process: _,
        redact_client_log_data,
        scaling_strategy,
        self_managed_sharding,
        version_release,
    } = options;
    let effective = call.header(&EFFECTIVE_INSTANCE_FIELDS);
    let specs = |effective| shards.iter().map(|shard| shard_to_wire(shard, disk_size_gb, effective)).collect();
    WireCluster {
        accept_data_risks_at: data_risks_accepted_at.map(|at| WireTime::from_epoch_millis(at.as_millis())),
        adaptive_capacity: adaptive_capacity.map(|word| word.name()),
        advanced_configuration: advanced_to_wire(advanced),
        backup_enabled: backup,
        bi_connector: connector_to_wire(bi_connector),
        cluster_type: cluster_type.name(),
        config_server_management_mode: config_server_management.name(),
        connection_strings: ConnectionStrings::default(),
        create_date: WireTime::from_epoch_millis(created_at.as_millis()),
        disk_warming_mode: disk_warming.name(),
        effective_replication_specs: call.header(&EFFECTIVE_REPLICATION_SPECS).then(|| specs(false)),
        encryption_at_rest_provider: encryption_to_wire(encryption),
        feature_compatibility_version: major_version.as_str().to_owned(),
        global_cluster_self_managed_sharding: self_managed_sharding,
        group_id: project.to_string(),
        id: id.to_string(),
        internal_cluster_role: "NONE",
        labels: marks_to_wire(labels),
        links,
        mongo_db_major_version: major_version.as_str().to_owned(),
        mongo_db_version: major_version.first_release(),
        name: name.to_string(),
        paused: paused || disabled.is_some(),
        pit_enabled: point_in_time_backup,
        redact_client_log_data,
        replica_set_scaling_strategy: scaling_strategy.name(),
        replication_specs: specs(effective),
        retain_backups,
        root_cert_type: "ISRGROOTX1",
        state_name: "IDLE",
        tags: marks_to_wire(tags),
        termination_protection_enabled: termination_protection,
        use_aws_time_based_snapshot_copy_for_fast_initial_sync: fast_initial_sync,
        version_release_system: version_release.name(),
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
