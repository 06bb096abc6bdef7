//! What every call about a cluster answers, as dated 2023-02-01. What is not set is left out. It must not know how it
//! comes about.

use serde::Serialize;

use crate::atlas::cloud_provider_access::PROVIDER_NAME;
use crate::atlas::clusters::v2024_08_05::parts::{
    ADVANCED_CONFIGURATION, AUTO_SCALING, BI_CONNECTOR, CLUSTER_TYPE, CONFIG_SERVER, DISK_SIZE, DISK_WARMING,
    EBS_VOLUME, ENCRYPTION_PROVIDER, IOPS, NAME, NODE_COUNT, PRIORITY, ROOT_CERTIFICATE, SCALING, SIZE, TAGS,
    VERSION_RELEASE, ZONE,
};
use crate::atlas::clusters::v2024_08_05::response::{CONNECTION_STRINGS, STATE};
use crate::atlas::clusters::v2024_08_05::{
    AdvancedConfiguration, AutoScaling, BiConnector, ConnectionStrings, Hardware, Tag,
};
use crate::atlas::links;
use crate::paging::Link;
use crate::schema::{COUNT, DATE_TIME, FLAG, Field, Kind, OBJECT_ID, Schema, TEXT};
use crate::wire_time::WireTime;

/// A cluster, told zone by zone.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Cluster {
    /// When the risk of a forced reconfiguration was taken.
    #[serde(rename = "acceptDataRisksAndForceReplicaSetReconfig", skip_serializing_if = "Option::is_none")]
    pub accept_data_risks_at: Option<WireTime>,
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
    /// How large all disks are; written as a float, as the API does.
    #[serde(rename = "diskSizeGB", skip_serializing_if = "Option::is_none")]
    pub disk_size_gb: Option<f64>,
    /// When a new node is shown.
    pub disk_warming_mode: &'static str,
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
    /// In which order nodes are resized.
    pub replica_set_scaling_strategy: &'static str,
    /// Its zones.
    pub replication_specs: Vec<ReplicationSpec>,
    /// The root that node certificates lead to.
    pub root_cert_type: &'static str,
    /// What is happening to it.
    pub state_name: &'static str,
    /// Marks.
    pub tags: Vec<Tag>,
    /// Whether it refuses to be deleted.
    pub termination_protection_enabled: bool,
    /// How nodes follow releases.
    pub version_release_system: &'static str,
}

/// A zone.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ReplicationSpec {
    /// The id of its first shard.
    pub id: String,
    /// How many shards it has.
    pub num_shards: u32,
    /// The nodes of each, region by region.
    pub region_configs: Vec<RegionConfig>,
    /// Its id.
    pub zone_id: String,
    /// Its name.
    pub zone_name: String,
}

/// A shard's nodes in one region. They have no size of disk: that stands with the cluster.
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

/// The shape of a cluster.
pub static SCHEMA: Schema = Schema {
    name: Some("ClusterByZone"),
    description: "A cluster, told zone by zone.",
    kind: Kind::Object { fields: FIELDS, open: false },
};

static FIELDS: &[Field] = &[
    Field::optional(
        "acceptDataRisksAndForceReplicaSetReconfig",
        &DATE_TIME,
        "When the risk of a forced reconfiguration was taken.",
    ),
    Field::required("advancedConfiguration", &ADVANCED_CONFIGURATION, "How the nodes speak TLS."),
    Field::required("backupEnabled", &FLAG, "Whether snapshots are taken."),
    Field::required("biConnector", &BI_CONNECTOR, "The connector for BI tools."),
    Field::required("clusterType", &CLUSTER_TYPE, "Replica set or sharded."),
    Field::required("configServerManagementMode", &CONFIG_SERVER, "Who decides where config servers run."),
    Field::required("connectionStrings", &CONNECTION_STRINGS, "How to connect, as far as its nodes are known."),
    Field::required("createDate", &DATE_TIME, "When it was created."),
    Field::optional("diskSizeGB", &DISK_SIZE, "The size of all disks."),
    Field::required("diskWarmingMode", &DISK_WARMING, "When a new node is shown."),
    Field::required(
        "encryptionAtRestProvider",
        &ENCRYPTION_PROVIDER,
        "Whose customer key it uses. With NONE its storage is encrypted by the operator's own disks, or not at all.",
    ),
    Field::required("featureCompatibilityVersion", &TEXT, "The series whose features its data may use."),
    Field::required("globalClusterSelfManagedSharding", &FLAG, "Whether a global cluster is sharded by hand."),
    Field::required("groupId", &OBJECT_ID, "Its project."),
    Field::required("id", &OBJECT_ID, "Its id."),
    Field::required("labels", &TAGS, "Marks in the older way."),
    Field::required("links", &links::LINKS, links::DESCRIPTION),
    Field::required("mongoDBMajorVersion", &TEXT, "The release series the nodes run."),
    Field::required("mongoDBVersion", &TEXT, "The release the nodes run, as far as it is known."),
    Field::required("name", &NAME, "Its name."),
    Field::required("paused", &FLAG, "Whether it is paused."),
    Field::required("pitEnabled", &FLAG, "Whether it can be restored to any moment."),
    Field::required("replicaSetScalingStrategy", &SCALING, "In which order nodes are resized."),
    Field::required("replicationSpecs", &REPLICATION_SPECS, "Its zones, one element each."),
    Field::required("rootCertType", &ROOT_CERTIFICATE, "The root of node certificates."),
    Field::required("stateName", &STATE, "What is happening to it."),
    Field::required("tags", &TAGS, "Marks."),
    Field::required("terminationProtectionEnabled", &FLAG, "Whether it refuses to be deleted."),
    Field::required("versionReleaseSystem", &VERSION_RELEASE, "How nodes follow releases."),
];

static REPLICATION_SPECS: Schema = Schema::inline(Kind::List { items: &REPLICATION_SPEC, max: 50 });

static REPLICATION_SPEC: Schema = Schema {
    name: Some("ClusterZone"),
    description: "A zone; all of its shards are alike.",
    kind: Kind::Object { fields: REPLICATION_SPEC_FIELDS, open: false },
};

static REPLICATION_SPEC_FIELDS: &[Field] = &[
    Field::required("id", &OBJECT_ID, "The id of its first shard."),
    Field::required("numShards", &COUNT, "How many shards it has."),
    Field::required("regionConfigs", &REGION_CONFIGS, "The nodes of each shard, region by region."),
    Field::required("zoneId", &OBJECT_ID, "Its id."),
    Field::required("zoneName", &ZONE, "Its name."),
];

static REGION_CONFIGS: Schema = Schema::inline(Kind::List { items: &REGION_CONFIG, max: 50 });

static REGION_CONFIG: Schema = Schema {
    name: Some("ClusterZoneRegion"),
    description: "A shard's nodes in one region.",
    kind: Kind::Object { fields: REGION_CONFIG_FIELDS, open: false },
};

static REGION_CONFIG_FIELDS: &[Field] = &[
    Field::required("analyticsAutoScaling", &AUTO_SCALING, "The bounds within which analytics nodes grow."),
    Field::optional("analyticsSpecs", &HARDWARE, "Nodes for heavy reads."),
    Field::required("autoScaling", &AUTO_SCALING, "The bounds within which the other nodes grow."),
    Field::optional("electableSpecs", &HARDWARE, "Nodes that can become primary."),
    Field::required("priority", &PRIORITY, "How gladly a primary is elected there."),
    Field::required("providerName", &PROVIDER_NAME, "The cloud the machines run in."),
    Field::optional("readOnlySpecs", &HARDWARE, "Nodes for reads nearby."),
    Field::required("regionName", &SIZE, "The region."),
];

static HARDWARE: Schema = Schema {
    name: Some("ClusterZoneHardware"),
    description: "Nodes of one kind.",
    kind: Kind::Object { fields: HARDWARE_FIELDS, open: false },
};

static HARDWARE_FIELDS: &[Field] = &[
    Field::optional("diskIOPS", &IOPS, "The speed promised for their disks."),
    Field::optional("ebsVolumeType", &EBS_VOLUME, "The kind of their disks, on AWS."),
    Field::required("instanceSize", &SIZE, "How large they are."),
    Field::required("nodeCount", &NODE_COUNT, "How many there are."),
];
