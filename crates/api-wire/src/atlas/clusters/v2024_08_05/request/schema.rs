//! The shape of the body of POST and PATCH of a cluster. What answers show and nobody can set is accepted and
//! ignored, so that an answer can be sent back.

use super::super::parts::{
    ADAPTIVE, ADVANCED_CONFIGURATION, AUTO_SCALING, BI_CONNECTOR, CLUSTER_TYPE, CONFIG_SERVER, DISK_SIZE, DISK_WARMING,
    EBS_VOLUME, ENCRYPTION_PROVIDER, IOPS, MAJOR_VERSION, NAME, NODE_COUNT, PRIORITY, ROOT_CERTIFICATE, SCALING, SIZE,
    TAGS, VERSION_RELEASE, ZONE,
};
use crate::atlas::cloud_provider_access::PROVIDER_NAME;
use crate::schema::{DATE_TIME, FLAG, Field, Kind, Schema};

pub(in crate::atlas) const KEPT: &str = "Kept as given; nothing of this service hangs on it.";

/// The fields of both bodies, which differ in what must be there.
macro_rules! fields {
    ($needed:ident) => {
        &[
            Field::optional("acceptDataRisksAndForceReplicaSetReconfig", &DATE_TIME, KEPT).nullable(),
            Field::optional("adaptiveCapacity", &ADAPTIVE, KEPT).nullable(),
            Field::optional("advancedConfiguration", &ADVANCED_CONFIGURATION, KEPT).nullable(),
            Field::optional("backupEnabled", &FLAG, "Whether snapshots are taken.").nullable(),
            Field::optional("biConnector", &BI_CONNECTOR, KEPT).nullable(),
            Field::$needed("clusterType", &CLUSTER_TYPE, "Replica set or sharded."),
            Field::optional("configServerManagementMode", &CONFIG_SERVER, KEPT).nullable(),
            Field::shown("configServerType"),
            Field::shown("connectionStrings"),
            Field::shown("createDate"),
            Field::optional("diskWarmingMode", &DISK_WARMING, KEPT).nullable(),
            Field::shown("effectiveReplicationSpecs"),
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
            Field::shown("internalClusterRole"),
            Field::optional("labels", &TAGS, "Marks in the older way; all of them.").nullable(),
            Field::shown("links"),
            Field::shown("mongoDBEmployeeAccessGrant"),
            Field::optional("mongoDBMajorVersion", &MAJOR_VERSION, "The release series the nodes run.").nullable(),
            Field::shown("mongoDBVersion"),
            Field::$needed("name", &NAME, "The cluster's name, which stays."),
            Field::optional("paused", &FLAG, "Whether it is paused; goes alone, once it is there.").nullable(),
            Field::optional("pitEnabled", &FLAG, "Whether it can be restored to any moment.").nullable(),
            Field::optional("redactClientLogData", &FLAG, KEPT).nullable(),
            Field::optional("replicaSetScalingStrategy", &SCALING, KEPT).nullable(),
            Field::$needed("replicationSpecs", &REPLICATION_SPECS, "The shards, one element each; all of them."),
            Field::optional("retainBackups", &FLAG, "Whether snapshots outlive the cluster.").nullable(),
            Field::optional("rootCertType", &ROOT_CERTIFICATE, "The root of node certificates; there is one.")
                .nullable(),
            Field::shown("stateName"),
            Field::optional("tags", &TAGS, "Marks; all of them.").nullable(),
            Field::optional("terminationProtectionEnabled", &FLAG, "Whether it refuses to be deleted.").nullable(),
            Field::optional("useAwsTimeBasedSnapshotCopyForFastInitialSync", &FLAG, KEPT).nullable(),
            Field::optional("versionReleaseSystem", &VERSION_RELEASE, KEPT).nullable(),
        ]
    };
}

/// The shape of the body of a POST.
pub static CREATE_SCHEMA: Schema = Schema {
    name: Some("ClusterCreate"),
    description: "A cluster to be.",
    kind: Kind::Object { fields: CREATE_FIELDS, open: false },
};

/// The shape of the body of a PATCH.
pub static UPDATE_SCHEMA: Schema = Schema {
    name: Some("ClusterUpdate"),
    description: "Changes to a cluster. What is left out, or null, stays as it is; a list is replaced whole.",
    kind: Kind::Object { fields: UPDATE_FIELDS, open: false },
};

static CREATE_FIELDS: &[Field] = fields!(required);
static UPDATE_FIELDS: &[Field] = fields!(optional);

static REPLICATION_SPECS: Schema = Schema::inline(Kind::List { items: &REPLICATION_SPEC, max: 50 });

static REPLICATION_SPEC: Schema = Schema {
    name: Some("ClusterReplicationSpecUpdate"),
    description: "One shard.",
    kind: Kind::Object { fields: REPLICATION_SPEC_FIELDS, open: false },
};

static REPLICATION_SPEC_FIELDS: &[Field] = &[
    Field::shown("id"),
    Field::required("regionConfigs", &REGION_CONFIGS, "The shard's nodes, region by region."),
    Field::shown("zoneId"),
    Field::optional("zoneName", &ZONE, "The zone it lies in; Zone 1 if nothing is said.").nullable(),
];

static REGION_CONFIGS: Schema = Schema::inline(Kind::List { items: &REGION_CONFIG, max: 50 });

static REGION_CONFIG: Schema = Schema {
    name: Some("ClusterRegionConfigUpdate"),
    description: "A shard's nodes in one region.",
    kind: Kind::Object { fields: REGION_CONFIG_FIELDS, open: false },
};

static REGION_CONFIG_FIELDS: &[Field] = &[
    Field::optional("analyticsAutoScaling", &AUTO_SCALING, "The bounds within which analytics nodes grow.").nullable(),
    Field::optional("analyticsSpecs", &HARDWARE, "Nodes for heavy reads.").nullable(),
    Field::optional("autoScaling", &AUTO_SCALING, "The bounds within which the other nodes grow.").nullable(),
    Field::optional("backingProviderName", &PROVIDER_NAME, "Whose machines shared ones are; for TENANT only.")
        .nullable(),
    Field::shown("effectiveAnalyticsSpecs"),
    Field::shown("effectiveElectableSpecs"),
    Field::shown("effectiveReadOnlySpecs"),
    Field::optional("electableSpecs", &HARDWARE, "Nodes that can become primary.").nullable(),
    Field::required("priority", &PRIORITY, "How gladly a primary is elected there: 7, 6 and so on; 0 for never."),
    Field::required("providerName", &PROVIDER, "The cloud the machines run in. Shared ones are not served here."),
    Field::optional("readOnlySpecs", &HARDWARE, "Nodes for reads nearby.").nullable(),
    Field::required("regionName", &SIZE, "The region, by its name in this API."),
];

pub(in crate::atlas) static PROVIDER: Schema = Schema::inline(Kind::OneOf(&["AWS", "AZURE", "GCP", "TENANT", "FLEX"]));

static HARDWARE: Schema = Schema {
    name: Some("ClusterHardwareUpdate"),
    description: "Nodes of one kind.",
    kind: Kind::Object { fields: HARDWARE_FIELDS, open: false },
};

static HARDWARE_FIELDS: &[Field] = &[
    Field::optional("diskIOPS", &IOPS, "The speed promised for their disks; on AWS and Azure.").nullable(),
    Field::optional("diskSizeGB", &DISK_SIZE, "The size of their disks, the same everywhere in the cluster.")
        .nullable(),
    Field::shown("diskThroughput"),
    Field::optional("ebsVolumeType", &EBS_VOLUME, "The kind of their disks; on AWS.").nullable(),
    Field::shown("effectiveInstanceSize"),
    Field::required("instanceSize", &SIZE, "How large they are."),
    Field::optional("nodeCount", &NODE_COUNT, "How many there are; electable ones 3, 5 or 7 in a shard.").nullable(),
];
