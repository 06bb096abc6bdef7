//! The shape of the body of POST and PATCH of a cluster, as dated 2023-01-01.

use crate::atlas::cloud_provider_access::PROVIDER_NAME;
use crate::atlas::clusters::v2023_02_01::NUM_SHARDS;
use crate::atlas::clusters::v2024_08_05::parts::{
    ADVANCED_CONFIGURATION, BI_CONNECTOR, CLUSTER_TYPE, CONFIG_SERVER, DISK_WARMING, EBS_VOLUME, ENCRYPTION_PROVIDER,
    IOPS, MAJOR_VERSION, NAME, NODE_COUNT, PRIORITY, ROOT_CERTIFICATE, SCALING, SIZE, TAGS, VERSION_RELEASE, ZONE,
};
use crate::atlas::clusters::v2024_08_05::request::schema::{KEPT, PROVIDER};
use crate::schema::{DATE_TIME, FLAG, Field, Kind, Schema};

/// The fields of both bodies, which differ in what must be there.
macro_rules! fields {
    ($needed:ident) => {
        &[
            Field::optional("acceptDataRisksAndForceReplicaSetReconfig", &DATE_TIME, KEPT).nullable(),
            Field::optional("advancedConfiguration", &ADVANCED_CONFIGURATION, KEPT).nullable(),
            Field::optional("autoScaling", &AUTO_SCALING, "Whether nodes grow. Kept as given.").nullable(),
            Field::optional("backupEnabled", &FLAG, "Backup in the way before snapshots, which is not served.")
                .nullable(),
            Field::optional("biConnector", &BI_CONNECTOR, KEPT).nullable(),
            Field::optional("clusterType", &CLUSTER_TYPE, "Replica set or sharded.").nullable(),
            Field::optional("configServerManagementMode", &CONFIG_SERVER, KEPT).nullable(),
            Field::shown("configServerType"),
            Field::shown("connectionStrings"),
            Field::shown("createDate"),
            Field::optional("deleteAfterCreationHours", &NEVER, "Nothing is deleted by itself here: 0.").nullable(),
            Field::shown("deleteAfterDate"),
            Field::optional("diskSizeGB", &DISK_SIZE, "The size of all disks.").nullable(),
            Field::optional("diskWarmingMode", &DISK_WARMING, KEPT).nullable(),
            Field::optional(
                "encryptionAtRestProvider",
                &ENCRYPTION_PROVIDER,
                "Whose customer key the cluster uses. From one provider to another the way leads through NONE. \
                 Needs the role Project Owner.",
            )
            .nullable(),
            Field::shown("featureCompatibilityVersion"),
            Field::shown("featureCompatibilityVersionExpirationDate"),
            Field::optional("globalClusterSelfManagedSharding", &FLAG, KEPT).nullable(),
            Field::shown("groupId"),
            Field::shown("id"),
            Field::optional("labels", &TAGS, "Marks in the older way; all of them.").nullable(),
            Field::shown("links"),
            Field::shown("mongoDBEmployeeAccessGrant"),
            Field::optional("mongoDBMajorVersion", &MAJOR_VERSION, "The release series the nodes run.").nullable(),
            Field::shown("mongoDBVersion"),
            Field::shown("mongoURI"),
            Field::shown("mongoURIUpdated"),
            Field::shown("mongoURIWithOptions"),
            Field::$needed("name", &NAME, "The cluster's name, which stays."),
            Field::optional("numShards", &NUM_SHARDS, "How many shards there are; 1 if nothing is said.").nullable(),
            Field::optional("paused", &FLAG, "Whether it is paused; goes alone, once it is there.").nullable(),
            Field::optional("pitEnabled", &FLAG, "Whether it can be restored to any moment.").nullable(),
            Field::optional("providerBackupEnabled", &FLAG, "Whether snapshots are taken.").nullable(),
            Field::$needed("providerSettings", &PROVIDER_SETTINGS, "What all nodes have in common."),
            Field::optional("replicaSetScalingStrategy", &SCALING, KEPT).nullable(),
            Field::optional(
                "replicationFactor",
                &REPLICATION_FACTOR,
                "How many nodes of a shard can become primary; 3 if nothing is said.",
            )
            .nullable(),
            Field::optional("replicationSpec", &REGIONS_CONFIG, "The nodes of each shard of the only zone, by region.")
                .nullable(),
            Field::optional("replicationSpecs", &REPLICATION_SPECS, "The zones, one element each; all of them.")
                .nullable(),
            Field::optional("rootCertType", &ROOT_CERTIFICATE, "The root of node certificates; there is one.")
                .nullable(),
            Field::shown("srvAddress"),
            Field::shown("stateName"),
            Field::optional("tags", &TAGS, "Marks; all of them.").nullable(),
            Field::optional("terminationProtectionEnabled", &FLAG, "Whether it refuses to be deleted.").nullable(),
            Field::optional("versionReleaseSystem", &VERSION_RELEASE, KEPT).nullable(),
        ]
    };
}

/// The shape of the body of a POST.
pub static CREATE_SCHEMA: Schema = Schema {
    name: Some("ClusterAsOneCreate"),
    description: "A cluster to be, whose nodes are told as one.",
    kind: Kind::Object { fields: CREATE_FIELDS, open: false },
};

/// The shape of the body of a PATCH.
pub static UPDATE_SCHEMA: Schema = Schema {
    name: Some("ClusterAsOneUpdate"),
    description: "Changes to a cluster, whose nodes are told as one. What is left out, or null, stays as it is; a list \
                  is replaced whole.",
    kind: Kind::Object { fields: UPDATE_FIELDS, open: false },
};

static CREATE_FIELDS: &[Field] = fields!(required);
static UPDATE_FIELDS: &[Field] = fields!(optional);

static NEVER: Schema = Schema::inline(Kind::Integer { min: 0, max: 0 });
/// Source: contract.md 3.1. Unit: GB.
pub(super) static DISK_SIZE: Schema = Schema::inline(Kind::Integer { min: 10, max: 4096 });
/// Source: contract.md 3.1.
static REPLICATION_FACTOR: Schema = Schema::inline(Kind::Integer { min: 3, max: 7 });

static AUTO_SCALING: Schema = Schema {
    name: Some("ClusterAsOneAutoScalingUpdate"),
    description: "Whether nodes grow.",
    kind: Kind::Object {
        fields: &[
            Field::optional("compute", &COMPUTE, "Whether sizes change.").nullable(),
            Field::optional("diskGBEnabled", &FLAG, "Whether disks grow by themselves.").nullable(),
        ],
        open: false,
    },
};

static COMPUTE: Schema = Schema {
    name: Some("ClusterAsOneComputeUpdate"),
    description: "Whether sizes change.",
    kind: Kind::Object {
        fields: &[
            Field::optional("enabled", &FLAG, "Whether sizes change by themselves.").nullable(),
            Field::optional("scaleDownEnabled", &FLAG, "Whether they also shrink.").nullable(),
        ],
        open: false,
    },
};

static PROVIDER_SETTINGS: Schema = Schema {
    name: Some("ClusterProviderSettingsUpdate"),
    description: "What all nodes have in common.",
    kind: Kind::Object { fields: PROVIDER_SETTINGS_FIELDS, open: false },
};

static PROVIDER_SETTINGS_FIELDS: &[Field] = &[
    Field::optional("autoScaling", &PROVIDER_AUTO_SCALING, "The bounds within which nodes grow.").nullable(),
    Field::optional("backingProviderName", &PROVIDER_NAME, "Whose machines shared ones are; for TENANT only.")
        .nullable(),
    Field::optional("diskIOPS", &IOPS, "The speed promised for their disks; on AWS and Azure.").nullable(),
    Field::optional("diskTypeName", &AZURE_DISK, "The size of all disks, by its name on Azure.").nullable(),
    Field::shown("effectiveInstanceSizeName"),
    Field::shown("encryptEBSVolume"),
    Field::optional("instanceSizeName", &SIZE, "How large they are.").nullable(),
    Field::optional("providerName", &PROVIDER, "The cloud the machines run in. Shared ones are not served here.")
        .nullable(),
    Field::optional("regionName", &SIZE, "The region, if it is the only one.").nullable(),
    Field::optional("volumeType", &EBS_VOLUME, "The kind of their disks; on AWS.").nullable(),
];

static AZURE_DISK: Schema =
    Schema::inline(Kind::OneOf(&["P2", "P3", "P4", "P6", "P10", "P15", "P20", "P30", "P40", "P50"]));

static PROVIDER_AUTO_SCALING: Schema = Schema {
    name: Some("ClusterProviderAutoScalingUpdate"),
    description: "The bounds within which nodes grow.",
    kind: Kind::Object {
        fields: &[Field::optional("compute", &COMPUTE_BOUNDS, "The bounds of sizes.").nullable()],
        open: false,
    },
};

static COMPUTE_BOUNDS: Schema = Schema {
    name: Some("ClusterComputeBoundsUpdate"),
    description: "The bounds of sizes.",
    kind: Kind::Object {
        fields: &[
            Field::optional("maxInstanceSize", &SIZE, "The largest size.").nullable(),
            Field::optional("minInstanceSize", &SIZE, "The smallest size.").nullable(),
        ],
        open: false,
    },
};

static REPLICATION_SPECS: Schema = Schema::inline(Kind::List { items: &REPLICATION_SPEC, max: 50 });

static REPLICATION_SPEC: Schema = Schema {
    name: Some("ClusterZoneByRegionUpdate"),
    description: "A zone; all of its shards are alike.",
    kind: Kind::Object {
        fields: &[
            Field::shown("id"),
            Field::optional("numShards", &NUM_SHARDS, "How many shards it has; 1 if nothing is said.").nullable(),
            Field::required("regionsConfig", &REGIONS_CONFIG, "How many nodes each shard has, by region."),
            Field::optional("zoneName", &ZONE, "Its name; Zone 1, Zone 2 and so on if nothing is said.").nullable(),
        ],
        open: false,
    },
};

static REGIONS_CONFIG: Schema = Schema::inline(Kind::Map { values: &REGION_SPEC, max: 50 });

static REGION_SPEC: Schema = Schema {
    name: Some("ClusterRegionNodesUpdate"),
    description: "How many nodes a shard has in a region.",
    kind: Kind::Object {
        fields: &[
            Field::optional("analyticsNodes", &NODE_COUNT, "Nodes for heavy reads.").nullable(),
            Field::optional("electableNodes", &NODE_COUNT, "Nodes that can become primary; 3, 5 or 7 in a shard.")
                .nullable(),
            Field::optional("priority", &PRIORITY, "How gladly a primary is elected there: 7, 6 and so on.").nullable(),
            Field::optional("readOnlyNodes", &NODE_COUNT, "Nodes for reads nearby.").nullable(),
        ],
        open: false,
    },
};
