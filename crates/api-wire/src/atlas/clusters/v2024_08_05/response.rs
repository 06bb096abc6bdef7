//! What every call about a cluster answers. What is not set is left out. It must not know how it comes about.

use serde::Serialize;

use super::parts::{
    ADAPTIVE, ADVANCED_CONFIGURATION, AUTO_SCALING, AdvancedConfiguration, AutoScaling, BI_CONNECTOR, BiConnector,
    CLUSTER_TYPE, CONFIG_SERVER, DISK_SIZE, DISK_WARMING, EBS_VOLUME, ENCRYPTION_PROVIDER, IOPS, NAME, NODE_COUNT,
    PRIORITY, ROOT_CERTIFICATE, SCALING, SIZE, TAGS, Tag, VERSION_RELEASE, ZONE,
};
use crate::atlas::cloud_provider_access::PROVIDER_NAME;
use crate::atlas::links;
use crate::paging::Link;
use crate::schema::{DATE_TIME, FLAG, Field, Kind, OBJECT_ID, Schema, TEXT};
use crate::wire_time::WireTime;

/// A cluster.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Cluster {
    /// When the risk of a forced reconfiguration was taken.
    #[serde(rename = "acceptDataRisksAndForceReplicaSetReconfig", skip_serializing_if = "Option::is_none")]
    pub accept_data_risks_at: Option<WireTime>,
    /// `ENABLED` or `DISABLED`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub adaptive_capacity: Option<&'static str>,
    /// How nodes speak TLS.
    pub advanced_configuration: AdvancedConfiguration,
    /// Whether snapshots are taken.
    pub backup_enabled: bool,
    /// The connector for BI tools.
    pub bi_connector: BiConnector,
    /// Replica set or sharded.
    pub cluster_type: &'static str,
    /// Where config servers run.
    pub config_server_management_mode: &'static str,
    /// How to connect, as far as it is known.
    pub connection_strings: ConnectionStrings,
    /// When it was created.
    pub create_date: WireTime,
    /// When a new node is shown.
    pub disk_warming_mode: &'static str,
    /// The shards as they are, if they were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effective_replication_specs: Option<Vec<ReplicationSpec>>,
    /// Whose customer key it uses.
    pub encryption_at_rest_provider: &'static str,
    /// The series whose features its data may use.
    pub feature_compatibility_version: String,
    /// Whether a global cluster is sharded by hand.
    pub global_cluster_self_managed_sharding: bool,
    /// Its project.
    pub group_id: String,
    /// Its id.
    pub id: String,
    /// What it is for; ours are for their owners.
    pub internal_cluster_role: &'static str,
    /// Marks in the older way.
    pub labels: Vec<Tag>,
    /// Its links.
    pub links: Vec<Link>,
    /// The release series.
    #[serde(rename = "mongoDBMajorVersion")]
    pub mongo_db_major_version: String,
    /// The release.
    #[serde(rename = "mongoDBVersion")]
    pub mongo_db_version: String,
    /// Its name.
    pub name: String,
    /// Whether it is paused.
    pub paused: bool,
    /// Whether it can be restored to any moment.
    pub pit_enabled: bool,
    /// Whether client data is kept out of logs.
    pub redact_client_log_data: bool,
    /// In which order nodes are resized.
    pub replica_set_scaling_strategy: &'static str,
    /// Its shards as they were asked for.
    pub replication_specs: Vec<ReplicationSpec>,
    /// Whether snapshots outlive it.
    pub retain_backups: bool,
    /// The root that node certificates lead to.
    pub root_cert_type: &'static str,
    /// What is happening to it.
    pub state_name: &'static str,
    /// Marks.
    pub tags: Vec<Tag>,
    /// Whether it refuses to be deleted.
    pub termination_protection_enabled: bool,
    /// Whether new nodes are filled from snapshots by time.
    pub use_aws_time_based_snapshot_copy_for_fast_initial_sync: bool,
    /// How nodes follow releases.
    pub version_release_system: &'static str,
}

/// How to connect to a cluster: nothing, until its nodes are known.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ConnectionStrings {
    /// By the addresses of its nodes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub standard: Option<String>,
}

/// One shard.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ReplicationSpec {
    /// Its id.
    pub id: String,
    /// Its nodes, region by region.
    pub region_configs: Vec<RegionConfig>,
    /// The id of its zone.
    pub zone_id: String,
    /// The zone it lies in.
    pub zone_name: String,
}

/// A shard's nodes in one region.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RegionConfig {
    /// Within which bounds analytics nodes grow.
    pub analytics_auto_scaling: AutoScaling,
    /// Analytics nodes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub analytics_specs: Option<Hardware>,
    /// Within which bounds the other nodes grow.
    pub auto_scaling: AutoScaling,
    /// Analytics nodes as they are, if they were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effective_analytics_specs: Option<Hardware>,
    /// Electable nodes as they are, if they were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effective_electable_specs: Option<Hardware>,
    /// Read-only nodes as they are, if they were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effective_read_only_specs: Option<Hardware>,
    /// Nodes that can become primary.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub electable_specs: Option<Hardware>,
    /// How gladly a primary is elected there.
    pub priority: u8,
    /// The cloud.
    pub provider_name: &'static str,
    /// Nodes that cannot become primary.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read_only_specs: Option<Hardware>,
    /// The region.
    pub region_name: String,
}

/// Nodes of one kind.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Hardware {
    /// The speed promised for their disks.
    #[serde(rename = "diskIOPS", skip_serializing_if = "Option::is_none")]
    pub disk_iops: Option<u32>,
    /// How large their disks are; written as a float, as the API does.
    #[serde(rename = "diskSizeGB", skip_serializing_if = "Option::is_none")]
    pub disk_size_gb: Option<f64>,
    /// What kind of disk they have, on AWS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ebs_volume_type: Option<&'static str>,
    /// How large they are.
    pub instance_size: String,
    /// How many there are.
    pub node_count: u32,
}

/// The shape of a cluster.
pub static SCHEMA: Schema =
    Schema { name: Some("Cluster"), description: "A cluster.", kind: Kind::Object { fields: FIELDS, open: false } };

static FIELDS: &[Field] = &[
    Field::optional(
        "acceptDataRisksAndForceReplicaSetReconfig",
        &DATE_TIME,
        "When the risk of a forced reconfiguration was taken.",
    ),
    Field::optional("adaptiveCapacity", &ADAPTIVE, "Whether it takes up slack by itself."),
    Field::required("advancedConfiguration", &ADVANCED_CONFIGURATION, "How the nodes speak TLS."),
    Field::required("backupEnabled", &FLAG, "Whether snapshots are taken."),
    Field::required("biConnector", &BI_CONNECTOR, "The connector for BI tools."),
    Field::required("clusterType", &CLUSTER_TYPE, "Replica set or sharded."),
    Field::required("configServerManagementMode", &CONFIG_SERVER, "Who decides where config servers run."),
    Field::required("connectionStrings", &CONNECTION_STRINGS, "How to connect; empty until its nodes are known."),
    Field::required("createDate", &DATE_TIME, "When it was created."),
    Field::required("diskWarmingMode", &DISK_WARMING, "When a new node is shown."),
    Field::optional("effectiveReplicationSpecs", &REPLICATION_SPECS, "The shards as they are, if asked for."),
    Field::required(
        "encryptionAtRestProvider",
        &ENCRYPTION_PROVIDER,
        "Whose customer key it uses. With NONE its storage is encrypted by the operator's own disks, or not at all.",
    ),
    Field::required("featureCompatibilityVersion", &TEXT, "The series whose features its data may use."),
    Field::required("globalClusterSelfManagedSharding", &FLAG, "Whether a global cluster is sharded by hand."),
    Field::required("groupId", &OBJECT_ID, "Its project."),
    Field::required("id", &OBJECT_ID, "Its id."),
    Field::required("internalClusterRole", &ROLE, "What it is for."),
    Field::required("labels", &TAGS, "Marks in the older way."),
    Field::required("links", &links::LINKS, links::DESCRIPTION),
    Field::required("mongoDBMajorVersion", &TEXT, "The release series the nodes run."),
    Field::required("mongoDBVersion", &TEXT, "The release the nodes run, as far as it is known."),
    Field::required("name", &NAME, "Its name."),
    Field::required("paused", &FLAG, "Whether it is paused."),
    Field::required("pitEnabled", &FLAG, "Whether it can be restored to any moment."),
    Field::required("redactClientLogData", &FLAG, "Whether client data is kept out of the nodes' logs."),
    Field::required("replicaSetScalingStrategy", &SCALING, "In which order nodes are resized."),
    Field::required("replicationSpecs", &REPLICATION_SPECS, "Its shards, one element each."),
    Field::required("retainBackups", &FLAG, "Whether snapshots outlive it."),
    Field::required("rootCertType", &ROOT_CERTIFICATE, "The root of node certificates."),
    Field::required("stateName", &STATE, "What is happening to it."),
    Field::required("tags", &TAGS, "Marks."),
    Field::required("terminationProtectionEnabled", &FLAG, "Whether it refuses to be deleted."),
    Field::required(
        "useAwsTimeBasedSnapshotCopyForFastInitialSync",
        &FLAG,
        "Whether new nodes are filled from snapshots by time.",
    ),
    Field::required("versionReleaseSystem", &VERSION_RELEASE, "How nodes follow releases."),
];

pub(in crate::atlas) static STATE: Schema =
    Schema::inline(Kind::OneOf(&["IDLE", "CREATING", "UPDATING", "DELETING", "REPAIRING"]));
static ROLE: Schema = Schema::inline(Kind::OneOf(&["NONE", "SYSTEM_CLUSTER", "INTERNAL_SHADOW_CLUSTER"]));
pub(in crate::atlas) static CONNECTION_STRINGS: Schema = Schema {
    name: Some("ClusterConnectionStrings"),
    description: "How to connect to a cluster.",
    kind: Kind::Object { fields: CONNECTION_STRINGS_FIELDS, open: false },
};

static CONNECTION_STRINGS_FIELDS: &[Field] =
    &[Field::optional("standard", &TEXT, "By the addresses of its nodes, as far as they were told.")];

static REPLICATION_SPECS: Schema = Schema::inline(Kind::List { items: &REPLICATION_SPEC, max: 50 });

static REPLICATION_SPEC: Schema = Schema {
    name: Some("ClusterReplicationSpec"),
    description: "One shard.",
    kind: Kind::Object { fields: REPLICATION_SPEC_FIELDS, open: false },
};

static REPLICATION_SPEC_FIELDS: &[Field] = &[
    Field::required("id", &OBJECT_ID, "The shard's id."),
    Field::required("regionConfigs", &REGION_CONFIGS, "Its nodes, region by region."),
    Field::required("zoneId", &OBJECT_ID, "The id of its zone."),
    Field::required("zoneName", &ZONE, "The zone it lies in."),
];

static REGION_CONFIGS: Schema = Schema::inline(Kind::List { items: &REGION_CONFIG, max: 50 });

static REGION_CONFIG: Schema = Schema {
    name: Some("ClusterRegionConfig"),
    description: "A shard's nodes in one region.",
    kind: Kind::Object { fields: REGION_CONFIG_FIELDS, open: false },
};

static REGION_CONFIG_FIELDS: &[Field] = &[
    Field::required("analyticsAutoScaling", &AUTO_SCALING, "The bounds within which analytics nodes grow."),
    Field::optional("analyticsSpecs", &HARDWARE, "Nodes for heavy reads."),
    Field::required("autoScaling", &AUTO_SCALING, "The bounds within which the other nodes grow."),
    Field::optional("effectiveAnalyticsSpecs", &HARDWARE, "Analytics nodes as they are, if asked for."),
    Field::optional("effectiveElectableSpecs", &HARDWARE, "Electable nodes as they are, if asked for."),
    Field::optional("effectiveReadOnlySpecs", &HARDWARE, "Read-only nodes as they are, if asked for."),
    Field::optional("electableSpecs", &HARDWARE, "Nodes that can become primary."),
    Field::required("priority", &PRIORITY, "How gladly a primary is elected there."),
    Field::required("providerName", &PROVIDER_NAME, "The cloud the machines run in."),
    Field::optional("readOnlySpecs", &HARDWARE, "Nodes for reads nearby."),
    Field::required("regionName", &SIZE, "The region."),
];

static HARDWARE: Schema = Schema {
    name: Some("ClusterHardware"),
    description: "Nodes of one kind.",
    kind: Kind::Object { fields: HARDWARE_FIELDS, open: false },
};

static HARDWARE_FIELDS: &[Field] = &[
    Field::optional("diskIOPS", &IOPS, "The speed promised for their disks."),
    Field::optional("diskSizeGB", &DISK_SIZE, "The size of their disks."),
    Field::optional("ebsVolumeType", &EBS_VOLUME, "The kind of their disks, on AWS."),
    Field::required("instanceSize", &SIZE, "How large they are."),
    Field::required("nodeCount", &NODE_COUNT, "How many there are."),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::atlas::clusters::v2024_08_05::{ComputeAutoScaling, DiskGbAutoScaling};
    use crate::body::{Limits, parse};

    fn id() -> String {
        "32b6e34b3d91647abb20e7b8".to_owned()
    }

    fn hardware() -> Hardware {
        Hardware {
            disk_iops: Some(3000),
            disk_size_gb: Some(10.0),
            ebs_volume_type: Some("STANDARD"),
            instance_size: "M10".to_owned(),
            node_count: 3,
        }
    }

    fn spec(effective: bool) -> ReplicationSpec {
        let scaling = AutoScaling {
            compute: ComputeAutoScaling {
                enabled: false,
                max_instance_size: effective.then(|| "M40".to_owned()),
                min_instance_size: None,
                scale_down_enabled: false,
            },
            disk_gb: DiskGbAutoScaling { enabled: false },
        };
        let config = RegionConfig {
            analytics_auto_scaling: scaling.clone(),
            analytics_specs: None,
            auto_scaling: scaling,
            effective_analytics_specs: None,
            effective_electable_specs: effective.then(hardware),
            effective_read_only_specs: None,
            electable_specs: Some(hardware()),
            priority: 7,
            provider_name: "AWS",
            read_only_specs: None,
            region_name: "US_EAST_1".to_owned(),
        };
        ReplicationSpec { id: id(), region_configs: vec![config], zone_id: id(), zone_name: "Zone 1".to_owned() }
    }

    fn cluster(effective: bool) -> Cluster {
        let at = WireTime::from_epoch_millis(0);
        Cluster {
            accept_data_risks_at: effective.then_some(at),
            adaptive_capacity: effective.then_some("ENABLED"),
            advanced_configuration: AdvancedConfiguration {
                ciphers_of_tls12: Vec::new(),
                ciphers_of_tls13: Vec::new(),
                minimum_enabled_tls_protocol: effective.then_some("TLS1_2"),
                tls_cipher_config_mode: None,
            },
            backup_enabled: false,
            bi_connector: BiConnector { enabled: false, read_preference: None },
            cluster_type: "REPLICASET",
            config_server_management_mode: "ATLAS_MANAGED",
            connection_strings: ConnectionStrings::default(),
            create_date: at,
            disk_warming_mode: "FULLY_WARMED",
            effective_replication_specs: effective.then(|| vec![spec(false)]),
            encryption_at_rest_provider: "NONE",
            feature_compatibility_version: "8.0".to_owned(),
            global_cluster_self_managed_sharding: false,
            group_id: id(),
            id: id(),
            internal_cluster_role: "NONE",
            labels: Vec::new(),
            links: vec![Link::to_self("http://h")],
            mongo_db_major_version: "8.0".to_owned(),
            mongo_db_version: "8.0.0".to_owned(),
            name: "cluster0".to_owned(),
            paused: false,
            pit_enabled: false,
            redact_client_log_data: false,
            replica_set_scaling_strategy: "WORKLOAD_TYPE",
            replication_specs: vec![spec(effective)],
            retain_backups: false,
            root_cert_type: "ISRGROOTX1",
            state_name: "IDLE",
            tags: vec![Tag { key: "a".to_owned(), value: "b".to_owned() }],
            termination_protection_enabled: false,
            use_aws_time_based_snapshot_copy_for_fast_initial_sync: false,
            version_release_system: "LTS",
        }
    }

    #[test]
    fn writes_what_its_shape_says_in_alphabetical_order() {
        for effective in [false, true] {
            let text = serde_json::to_string(&cluster(effective)).unwrap();
            parse(text.as_bytes(), &SCHEMA, Limits::default()).unwrap();
            assert!(text.contains(r#""diskSizeGB":10.0"#), "{text}");
            assert_eq!(text.contains("effective"), effective);
        }
        let names: Vec<&str> = FIELDS.iter().map(|field| field.name).collect();
        assert!(names.is_sorted(), "{names:?}");
    }
}
