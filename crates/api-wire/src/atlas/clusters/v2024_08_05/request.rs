//! The body of POST and PATCH of a cluster. It must not know which description makes sense.

pub(in crate::atlas) mod check;
pub(in crate::atlas) mod schema;

pub use schema::{CREATE_SCHEMA, UPDATE_SCHEMA};

use crate::body::{Limits, Object, parse};
use crate::fault::Fault;
use crate::patch::Patch;
use crate::schema::Schema;

/// What a POST or PATCH says about a cluster.
#[derive(Debug, Default)]
pub struct ClusterBody {
    /// When the risk of a forced reconfiguration was taken.
    pub accept_data_risks_at: Patch<String>,
    /// `ENABLED` or `DISABLED`.
    pub adaptive_capacity: Patch<String>,
    /// How nodes speak TLS.
    pub advanced_configuration: Patch<AdvancedConfigurationBody>,
    /// Whether snapshots are taken.
    pub backup_enabled: Patch<bool>,
    /// The connector for BI tools.
    pub bi_connector: Patch<BiConnectorBody>,
    /// Replica set or sharded.
    pub cluster_type: Patch<String>,
    /// Where config servers run.
    pub config_server_management_mode: Patch<String>,
    /// When a new node is shown.
    pub disk_warming_mode: Patch<String>,
    /// Whose customer key it uses.
    pub encryption_at_rest_provider: Patch<String>,
    /// Whether a global cluster is sharded by hand.
    pub global_cluster_self_managed_sharding: Patch<bool>,
    /// Marks in the older way.
    pub labels: Patch<Vec<TagBody>>,
    /// The release series.
    pub mongo_db_major_version: Patch<String>,
    /// Its name.
    pub name: Patch<String>,
    /// Whether it is paused.
    pub paused: Patch<bool>,
    /// Whether it can be restored to any moment.
    pub pit_enabled: Patch<bool>,
    /// Whether client data is kept out of logs.
    pub redact_client_log_data: Patch<bool>,
    /// In which order nodes are resized.
    pub replica_set_scaling_strategy: Patch<String>,
    /// All its shards.
    pub replication_specs: Patch<Vec<ReplicationSpecBody>>,
    /// Whether snapshots outlive it.
    pub retain_backups: Patch<bool>,
    /// The root that node certificates lead to; there is one.
    pub root_cert_type: Patch<String>,
    /// Marks.
    pub tags: Patch<Vec<TagBody>>,
    /// Whether it refuses to be deleted.
    pub termination_protection_enabled: Patch<bool>,
    /// Whether new nodes are filled from snapshots by time.
    pub use_aws_time_based_snapshot_copy_for_fast_initial_sync: Patch<bool>,
    /// How nodes follow releases.
    pub version_release_system: Patch<String>,
}

/// What a body says of how nodes speak TLS.
#[derive(Debug, Default)]
pub struct AdvancedConfigurationBody {
    /// The ciphers of TLS 1.2.
    pub ciphers_of_tls12: Patch<Vec<String>>,
    /// The ciphers of TLS 1.3.
    pub ciphers_of_tls13: Patch<Vec<String>>,
    /// The oldest TLS.
    pub minimum_enabled_tls_protocol: Patch<String>,
    /// Which ciphers count.
    pub tls_cipher_config_mode: Patch<String>,
}

/// What a body says of the connector for BI tools.
#[derive(Debug, Default)]
pub struct BiConnectorBody {
    /// Whether there is one.
    pub enabled: Patch<bool>,
    /// Where it reads.
    pub read_preference: Patch<String>,
}

/// A mark.
#[derive(Debug)]
pub struct TagBody {
    /// Its key.
    pub key: Patch<String>,
    /// Its value.
    pub value: Patch<String>,
}

/// What a body says of one shard.
#[derive(Debug)]
pub struct ReplicationSpecBody {
    /// Its nodes, region by region.
    pub region_configs: Patch<Vec<RegionConfigBody>>,
    /// The zone it lies in.
    pub zone_name: Patch<String>,
}

/// What a body says of a shard's nodes in one region.
#[derive(Debug)]
pub struct RegionConfigBody {
    /// Within which bounds analytics nodes grow.
    pub analytics_auto_scaling: Patch<AutoScalingBody>,
    /// Analytics nodes.
    pub analytics_specs: Patch<HardwareBody>,
    /// Within which bounds the other nodes grow.
    pub auto_scaling: Patch<AutoScalingBody>,
    /// Whose machines shared ones are.
    pub backing_provider_name: Patch<String>,
    /// Nodes that can become primary.
    pub electable_specs: Patch<HardwareBody>,
    /// How gladly a primary is elected there.
    pub priority: Patch<i64>,
    /// The cloud.
    pub provider_name: Patch<String>,
    /// Nodes that cannot become primary.
    pub read_only_specs: Patch<HardwareBody>,
    /// The region.
    pub region_name: Patch<String>,
}

/// What a body says of nodes of one kind.
#[derive(Debug)]
pub struct HardwareBody {
    /// The speed promised for their disks.
    pub disk_iops: Patch<i64>,
    /// How large their disks are.
    pub disk_size_gb: Patch<i64>,
    /// What kind of disk they have, on AWS.
    pub ebs_volume_type: Patch<String>,
    /// How large they are.
    pub instance_size: Patch<String>,
    /// How many there are.
    pub node_count: Patch<i64>,
}

/// What a body says of the bounds within which nodes grow.
#[derive(Debug)]
pub struct AutoScalingBody {
    /// Their sizes.
    pub compute: Patch<ComputeAutoScalingBody>,
    /// Whether their disks grow.
    pub disk_gb_enabled: Patch<bool>,
}

/// What a body says of the bounds of sizes.
#[derive(Debug)]
pub struct ComputeAutoScalingBody {
    /// Whether they change.
    pub enabled: Patch<bool>,
    /// The largest.
    pub max_instance_size: Patch<String>,
    /// The smallest.
    pub min_instance_size: Patch<String>,
    /// Whether they also shrink.
    pub scale_down_enabled: Patch<bool>,
}

impl ClusterBody {
    /// Reads the body of a POST.
    /// Errors: every fault of shape, at least one.
    pub fn read_new(bytes: &[u8]) -> Result<Self, Vec<Fault>> {
        Self::read(bytes, &CREATE_SCHEMA)
    }

    /// Reads the body of a PATCH.
    /// Errors: every fault of shape, at least one.
    pub fn read_change(bytes: &[u8]) -> Result<Self, Vec<Fault>> {
        Self::read(bytes, &UPDATE_SCHEMA)
    }

    fn read(bytes: &[u8], schema: &Schema) -> Result<Self, Vec<Fault>> {
        let object = parse(bytes, schema, Limits::default())?;
        let body = Self::from_object(object).map_err(|fault| vec![fault])?;
        let faults = check::faults(&body);
        if faults.is_empty() { Ok(body) } else { Err(faults) }
    }

    pub(in crate::atlas) fn from_object(mut body: Object) -> Result<Self, Fault> {
        Ok(Self {
            accept_data_risks_at: body.text("acceptDataRisksAndForceReplicaSetReconfig")?,
            adaptive_capacity: body.text("adaptiveCapacity")?,
            advanced_configuration: body.one("advancedConfiguration", AdvancedConfigurationBody::from_object)?,
            backup_enabled: body.flag("backupEnabled")?,
            bi_connector: body.one("biConnector", BiConnectorBody::from_object)?,
            cluster_type: body.text("clusterType")?,
            config_server_management_mode: body.text("configServerManagementMode")?,
            disk_warming_mode: body.text("diskWarmingMode")?,
            encryption_at_rest_provider: body.text("encryptionAtRestProvider")?,
            global_cluster_self_managed_sharding: body.flag("globalClusterSelfManagedSharding")?,
            labels: body.many("labels", TagBody::from_object)?,
            mongo_db_major_version: body.text("mongoDBMajorVersion")?,
            name: body.text("name")?,
            paused: body.flag("paused")?,
            pit_enabled: body.flag("pitEnabled")?,
            redact_client_log_data: body.flag("redactClientLogData")?,
            replica_set_scaling_strategy: body.text("replicaSetScalingStrategy")?,
            replication_specs: body.many("replicationSpecs", ReplicationSpecBody::from_object)?,
            retain_backups: body.flag("retainBackups")?,
            root_cert_type: body.text("rootCertType")?,
            tags: body.many("tags", TagBody::from_object)?,
            termination_protection_enabled: body.flag("terminationProtectionEnabled")?,
            use_aws_time_based_snapshot_copy_for_fast_initial_sync: body
                .flag("useAwsTimeBasedSnapshotCopyForFastInitialSync")?,
            version_release_system: body.text("versionReleaseSystem")?,
        })
    }
}

impl AdvancedConfigurationBody {
    fn from_object(mut body: Object) -> Result<Self, Fault> {
        Ok(Self {
            ciphers_of_tls12: body.texts("customOpensslCipherConfigTls12")?,
            ciphers_of_tls13: body.texts("customOpensslCipherConfigTls13")?,
            minimum_enabled_tls_protocol: body.text("minimumEnabledTlsProtocol")?,
            tls_cipher_config_mode: body.text("tlsCipherConfigMode")?,
        })
    }
}

impl BiConnectorBody {
    fn from_object(mut body: Object) -> Result<Self, Fault> {
        Ok(Self { enabled: body.flag("enabled")?, read_preference: body.text("readPreference")? })
    }
}

impl TagBody {
    fn from_object(mut body: Object) -> Result<Self, Fault> {
        Ok(Self { key: body.text("key")?, value: body.text("value")? })
    }
}

impl ReplicationSpecBody {
    pub(in crate::atlas) fn from_object(mut body: Object) -> Result<Self, Fault> {
        Ok(Self {
            region_configs: body.many("regionConfigs", RegionConfigBody::from_object)?,
            zone_name: body.text("zoneName")?,
        })
    }
}

impl RegionConfigBody {
    fn from_object(mut body: Object) -> Result<Self, Fault> {
        Ok(Self {
            analytics_auto_scaling: body.one("analyticsAutoScaling", AutoScalingBody::from_object)?,
            analytics_specs: body.one("analyticsSpecs", HardwareBody::from_object)?,
            auto_scaling: body.one("autoScaling", AutoScalingBody::from_object)?,
            backing_provider_name: body.text("backingProviderName")?,
            electable_specs: body.one("electableSpecs", HardwareBody::from_object)?,
            priority: body.integer("priority")?,
            provider_name: body.text("providerName")?,
            read_only_specs: body.one("readOnlySpecs", HardwareBody::from_object)?,
            region_name: body.text("regionName")?,
        })
    }
}

impl HardwareBody {
    fn from_object(mut body: Object) -> Result<Self, Fault> {
        Ok(Self {
            disk_iops: body.integer("diskIOPS")?,
            disk_size_gb: body.integer("diskSizeGB")?,
            ebs_volume_type: body.text("ebsVolumeType")?,
            instance_size: body.text("instanceSize")?,
            node_count: body.integer("nodeCount")?,
        })
    }
}

impl AutoScalingBody {
    fn from_object(mut body: Object) -> Result<Self, Fault> {
        let disk_gb_enabled = match body.object("diskGB")? {
            Patch::Value(mut disk) => disk.flag("enabled")?,
            Patch::Null => Patch::Null,
            Patch::Absent => Patch::Absent,
        };
        Ok(Self { compute: body.one("compute", ComputeAutoScalingBody::from_object)?, disk_gb_enabled })
    }
}

impl ComputeAutoScalingBody {
    fn from_object(mut body: Object) -> Result<Self, Fault> {
        Ok(Self {
            enabled: body.flag("enabled")?,
            max_instance_size: body.text("maxInstanceSize")?,
            min_instance_size: body.text("minInstanceSize")?,
            scale_down_enabled: body.flag("scaleDownEnabled")?,
        })
    }
}

#[cfg(test)]
mod tests;
