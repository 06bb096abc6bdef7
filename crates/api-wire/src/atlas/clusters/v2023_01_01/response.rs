//! What every call about a cluster answers, as dated 2023-01-01. What is not set is left out. It must not know how it
//! comes about.

use std::collections::BTreeMap;

use serde::Serialize;

use super::schema::DISK_SIZE;
use crate::atlas::cloud_provider_access::PROVIDER_NAME;
use crate::atlas::clusters::v2024_08_05::parts::{
    ADVANCED_CONFIGURATION, BI_CONNECTOR, CLUSTER_TYPE, CONFIG_SERVER, DISK_WARMING, EBS_VOLUME, ENCRYPTION_PROVIDER,
    IOPS, NAME, NODE_COUNT, PRIORITY, ROOT_CERTIFICATE, SCALING, SIZE, TAGS, VERSION_RELEASE, ZONE,
};
use crate::atlas::clusters::v2024_08_05::response::{CONNECTION_STRINGS, STATE};
use crate::atlas::clusters::v2024_08_05::{AdvancedConfiguration, BiConnector, ConnectionStrings, Tag};
use crate::atlas::links;
use crate::paging::Link;
use crate::schema::{COUNT, DATE_TIME, FLAG, Field, Kind, OBJECT_ID, Schema, TEXT};
use crate::wire_time::WireTime;

/// A cluster whose nodes are told as one.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Cluster {
    /// When the risk of a forced reconfiguration was taken.
    #[serde(rename = "acceptDataRisksAndForceReplicaSetReconfig", skip_serializing_if = "Option::is_none")]
    pub accept_data_risks_at: Option<WireTime>,
    /// How nodes speak TLS.
    pub advanced_configuration: AdvancedConfiguration,
    /// Whether nodes grow.
    pub auto_scaling: AutoScaling,
    /// Whether it is backed up in the way before snapshots.
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
    /// How to connect, as far as it is known.
    #[serde(rename = "mongoURI", skip_serializing_if = "Option::is_none")]
    pub mongo_uri: Option<String>,
    /// Its name.
    pub name: String,
    /// How many shards there are.
    pub num_shards: u32,
    /// Whether it is paused.
    pub paused: bool,
    /// Whether it can be restored to any moment.
    pub pit_enabled: bool,
    /// Whether snapshots are taken.
    pub provider_backup_enabled: bool,
    /// What all nodes have in common.
    pub provider_settings: ProviderSettings,
    /// In which order nodes are resized.
    pub replica_set_scaling_strategy: &'static str,
    /// How many nodes of a shard can become primary.
    pub replication_factor: u32,
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

/// Whether nodes grow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AutoScaling {
    /// Their sizes.
    pub compute: ComputeAutoScaling,
    /// Their disks.
    #[serde(rename = "diskGBEnabled")]
    pub disk_gb_enabled: bool,
}

/// Whether sizes change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ComputeAutoScaling {
    /// Whether they do.
    pub enabled: bool,
    /// Whether they also shrink.
    pub scale_down_enabled: bool,
}

/// What all nodes have in common.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProviderSettings {
    /// Within which bounds they grow.
    pub auto_scaling: ProviderAutoScaling,
    /// The speed promised for their disks.
    #[serde(rename = "diskIOPS", skip_serializing_if = "Option::is_none")]
    pub disk_iops: Option<u32>,
    /// The name of their disks on Azure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disk_type_name: Option<&'static str>,
    /// How large they are.
    pub instance_size_name: String,
    /// The cloud.
    pub provider_name: &'static str,
    /// The region, if it is the only one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region_name: Option<String>,
    /// What kind of disk they have, on AWS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub volume_type: Option<&'static str>,
}

/// Within which bounds nodes grow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProviderAutoScaling {
    /// Their sizes.
    pub compute: ComputeBounds,
}

/// Within which bounds sizes change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ComputeBounds {
    /// The largest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_instance_size: Option<String>,
    /// The smallest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_instance_size: Option<String>,
}

/// A zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ReplicationSpec {
    /// The id of its first shard.
    pub id: String,
    /// How many shards it has.
    pub num_shards: u32,
    /// How many nodes each has, by region.
    pub regions_config: BTreeMap<String, RegionSpec>,
    /// Its name.
    pub zone_name: String,
}

/// How many nodes a shard has in a region.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RegionSpec {
    /// Nodes for heavy reads.
    pub analytics_nodes: u32,
    /// Nodes that can become primary.
    pub electable_nodes: u32,
    /// How gladly a primary is elected there.
    pub priority: u8,
    /// Nodes for reads nearby.
    pub read_only_nodes: u32,
}

/// The shape of a cluster.
pub static SCHEMA: Schema = Schema {
    name: Some("ClusterAsOne"),
    description: "A cluster whose nodes are told as one.",
    kind: Kind::Object { fields: FIELDS, open: false },
};

static FIELDS: &[Field] = &[
    Field::optional(
        "acceptDataRisksAndForceReplicaSetReconfig",
        &DATE_TIME,
        "When the risk of a forced reconfiguration was taken.",
    ),
    Field::required("advancedConfiguration", &ADVANCED_CONFIGURATION, "How the nodes speak TLS."),
    Field::required("autoScaling", &AUTO_SCALING, "Whether nodes grow."),
    Field::required("backupEnabled", &FLAG, "Backup in the way before snapshots; never."),
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
    Field::optional("mongoURI", &TEXT, "How to connect, as far as its nodes are known."),
    Field::required("name", &NAME, "Its name."),
    Field::required("numShards", &COUNT, "How many shards there are."),
    Field::required("paused", &FLAG, "Whether it is paused."),
    Field::required("pitEnabled", &FLAG, "Whether it can be restored to any moment."),
    Field::required("providerBackupEnabled", &FLAG, "Whether snapshots are taken."),
    Field::required("providerSettings", &PROVIDER_SETTINGS, "What all nodes have in common."),
    Field::required("replicaSetScalingStrategy", &SCALING, "In which order nodes are resized."),
    Field::required("replicationFactor", &COUNT, "How many nodes of a shard can become primary."),
    Field::required("replicationSpecs", &REPLICATION_SPECS, "Its zones, one element each."),
    Field::required("rootCertType", &ROOT_CERTIFICATE, "The root of node certificates."),
    Field::required("stateName", &STATE, "What is happening to it."),
    Field::required("tags", &TAGS, "Marks."),
    Field::required("terminationProtectionEnabled", &FLAG, "Whether it refuses to be deleted."),
    Field::required("versionReleaseSystem", &VERSION_RELEASE, "How nodes follow releases."),
];

static AUTO_SCALING: Schema = Schema {
    name: Some("ClusterAsOneAutoScaling"),
    description: "Whether nodes grow.",
    kind: Kind::Object {
        fields: &[
            Field::required("compute", &COMPUTE, "Whether sizes change."),
            Field::required("diskGBEnabled", &FLAG, "Whether disks grow by themselves."),
        ],
        open: false,
    },
};

static COMPUTE: Schema = Schema {
    name: Some("ClusterAsOneCompute"),
    description: "Whether sizes change.",
    kind: Kind::Object {
        fields: &[
            Field::required("enabled", &FLAG, "Whether sizes change by themselves."),
            Field::required("scaleDownEnabled", &FLAG, "Whether they also shrink."),
        ],
        open: false,
    },
};

static PROVIDER_SETTINGS: Schema = Schema {
    name: Some("ClusterProviderSettings"),
    description: "What all nodes have in common.",
    kind: Kind::Object {
        fields: &[
            Field::required("autoScaling", &PROVIDER_AUTO_SCALING, "The bounds within which nodes grow."),
            Field::optional("diskIOPS", &IOPS, "The speed promised for their disks."),
            Field::optional("diskTypeName", &TEXT, "The name of their disks on Azure."),
            Field::required("instanceSizeName", &SIZE, "How large they are."),
            Field::required("providerName", &PROVIDER_NAME, "The cloud the machines run in."),
            Field::optional("regionName", &SIZE, "The region, if it is the only one."),
            Field::optional("volumeType", &EBS_VOLUME, "The kind of their disks, on AWS."),
        ],
        open: false,
    },
};

static PROVIDER_AUTO_SCALING: Schema = Schema {
    name: Some("ClusterProviderAutoScaling"),
    description: "The bounds within which nodes grow.",
    kind: Kind::Object { fields: &[Field::required("compute", &COMPUTE_BOUNDS, "The bounds of sizes.")], open: false },
};

static COMPUTE_BOUNDS: Schema = Schema {
    name: Some("ClusterComputeBounds"),
    description: "The bounds of sizes.",
    kind: Kind::Object {
        fields: &[
            Field::optional("maxInstanceSize", &SIZE, "The largest size."),
            Field::optional("minInstanceSize", &SIZE, "The smallest size."),
        ],
        open: false,
    },
};

static REPLICATION_SPECS: Schema = Schema::inline(Kind::List { items: &REPLICATION_SPEC, max: 50 });

static REPLICATION_SPEC: Schema = Schema {
    name: Some("ClusterZoneByRegion"),
    description: "A zone; all of its shards are alike.",
    kind: Kind::Object {
        fields: &[
            Field::required("id", &OBJECT_ID, "The id of its first shard."),
            Field::required("numShards", &COUNT, "How many shards it has."),
            Field::required("regionsConfig", &REGIONS_CONFIG, "How many nodes each shard has, by region."),
            Field::required("zoneName", &ZONE, "Its name."),
        ],
        open: false,
    },
};

static REGIONS_CONFIG: Schema = Schema::inline(Kind::Map { values: &REGION_SPEC, max: 50 });

static REGION_SPEC: Schema = Schema {
    name: Some("ClusterRegionNodes"),
    description: "How many nodes a shard has in a region.",
    kind: Kind::Object {
        fields: &[
            Field::required("analyticsNodes", &NODE_COUNT, "Nodes for heavy reads."),
            Field::required("electableNodes", &NODE_COUNT, "Nodes that can become primary."),
            Field::required("priority", &PRIORITY, "How gladly a primary is elected there."),
            Field::required("readOnlyNodes", &NODE_COUNT, "Nodes for reads nearby."),
        ],
        open: false,
    },
};
