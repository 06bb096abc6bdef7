//! The body of POST and PATCH of a cluster, as dated 2023-01-01. It must not know which description makes sense.

use super::check;
use super::schema::{CREATE_SCHEMA, UPDATE_SCHEMA};
use crate::atlas::clusters::v2024_08_05 as later;
use crate::body::{Limits, Object, parse};
use crate::fault::Fault;
use crate::patch::Patch;

/// What a POST or PATCH says about a cluster.
#[derive(Debug, Default)]
pub struct ClusterBody {
    /// Whether nodes grow.
    pub auto_scaling: Patch<AutoScalingBody>,
    /// Whether it is backed up in the way before snapshots.
    pub backup_enabled: Patch<bool>,
    /// How large all disks are.
    pub disk_size_gb: Patch<i64>,
    /// How many shards there are.
    pub num_shards: Patch<i64>,
    /// Whether snapshots are taken.
    pub provider_backup_enabled: Patch<bool>,
    /// What all nodes have in common.
    pub provider_settings: Patch<ProviderSettingsBody>,
    /// How many nodes of a shard can become primary.
    pub replication_factor: Patch<i64>,
    /// The nodes of each shard of the only zone, by region.
    pub replication_spec: Patch<Vec<(String, RegionSpecBody)>>,
    /// All its zones.
    pub replication_specs: Patch<Vec<ReplicationSpecBody>>,
    /// What the later dates say in the same words. It says nothing of shards and of backups.
    pub same: later::ClusterBody,
}

/// What a body says of whether nodes grow.
#[derive(Debug, Default)]
pub struct AutoScalingBody {
    /// Whether sizes change.
    pub compute_enabled: Patch<bool>,
    /// Whether they also shrink.
    pub scale_down_enabled: Patch<bool>,
    /// Whether disks grow.
    pub disk_gb_enabled: Patch<bool>,
}

/// What a body says that all nodes have in common.
#[derive(Debug, Default)]
pub struct ProviderSettingsBody {
    /// Whose machines shared ones are.
    pub backing_provider_name: Patch<String>,
    /// The speed promised for their disks.
    pub disk_iops: Patch<i64>,
    /// The name of their disks on Azure.
    pub disk_type_name: Patch<String>,
    /// How large they are.
    pub instance_size_name: Patch<String>,
    /// The largest size they grow to.
    pub max_instance_size: Patch<String>,
    /// The smallest size they shrink to.
    pub min_instance_size: Patch<String>,
    /// The cloud.
    pub provider_name: Patch<String>,
    /// The only region.
    pub region_name: Patch<String>,
    /// What kind of disk they have, on AWS.
    pub volume_type: Patch<String>,
}

/// What a body says of a zone.
#[derive(Debug)]
pub struct ReplicationSpecBody {
    /// How many shards it has.
    pub num_shards: Patch<i64>,
    /// How many nodes each has, by region.
    pub regions_config: Patch<Vec<(String, RegionSpecBody)>>,
    /// Its name.
    pub zone_name: Patch<String>,
}

/// What a body says of a shard's nodes in a region.
#[derive(Debug)]
pub struct RegionSpecBody {
    /// Nodes for heavy reads.
    pub analytics_nodes: Patch<i64>,
    /// Nodes that can become primary.
    pub electable_nodes: Patch<i64>,
    /// How gladly a primary is elected there.
    pub priority: Patch<i64>,
    /// Nodes for reads nearby.
    pub read_only_nodes: Patch<i64>,
}

impl ClusterBody {
    /// Reads the body of a POST.
    /// Errors: every fault of shape, at least one.
    pub fn read_new(bytes: &[u8]) -> Result<Self, Vec<Fault>> {
        let body = Self::from_object(parse(bytes, &CREATE_SCHEMA, Limits::default())?).map_err(|fault| vec![fault])?;
        body.fits_on(None)?;
        Ok(body)
    }

    /// Reads the body of a PATCH. Whether it fits its cloud is another question if it does not say which that is.
    /// Errors: every fault of shape, at least one.
    pub fn read_change(bytes: &[u8]) -> Result<Self, Vec<Fault>> {
        Self::from_object(parse(bytes, &UPDATE_SCHEMA, Limits::default())?).map_err(|fault| vec![fault])
    }

    /// Tells whether the body speaks of what clouds have, without saying of which cloud.
    pub fn leaves_cloud_open(&self) -> bool {
        let Patch::Value(settings) = &self.provider_settings else { return self.names_regions() };
        settings.provider_name.as_ref().value().is_none()
    }

    fn names_regions(&self) -> bool {
        self.replication_specs.as_ref().value().is_some() || self.replication_spec.as_ref().value().is_some()
    }

    /// Holds the body against the cloud it names, or else against the cluster's present one.
    /// Errors: every fault that depends on the cloud, at least one.
    pub fn fits_on(&self, present: Option<&str>) -> Result<(), Vec<Fault>> {
        let faults = check::faults(self, present);
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }

    fn from_object(mut body: Object) -> Result<Self, Fault> {
        Ok(Self {
            auto_scaling: body.one("autoScaling", AutoScalingBody::from_object)?,
            backup_enabled: body.flag("backupEnabled")?,
            disk_size_gb: body.integer("diskSizeGB")?,
            num_shards: body.integer("numShards")?,
            provider_backup_enabled: body.flag("providerBackupEnabled")?,
            provider_settings: body.one("providerSettings", ProviderSettingsBody::from_object)?,
            replication_factor: body.integer("replicationFactor")?,
            replication_spec: by_region(body.named_objects("replicationSpec")?)?,
            replication_specs: body.many("replicationSpecs", ReplicationSpecBody::from_object)?,
            same: later::ClusterBody::from_object(body)?,
        })
    }
}

impl AutoScalingBody {
    fn from_object(mut body: Object) -> Result<Self, Fault> {
        let (compute_enabled, scale_down_enabled) = match body.object("compute")? {
            Patch::Value(mut compute) => (compute.flag("enabled")?, compute.flag("scaleDownEnabled")?),
            Patch::Null | Patch::Absent => (Patch::Absent, Patch::Absent),
        };
        Ok(Self { compute_enabled, scale_down_enabled, disk_gb_enabled: body.flag("diskGBEnabled")? })
    }
}

impl ProviderSettingsBody {
    fn from_object(mut body: Object) -> Result<Self, Fault> {
        let compute = match body.object("autoScaling")? {
            Patch::Value(mut scaling) => scaling.object("compute")?,
            Patch::Null | Patch::Absent => Patch::Absent,
        };
        let (max_instance_size, min_instance_size) = match compute {
            Patch::Value(mut bounds) => (bounds.text("maxInstanceSize")?, bounds.text("minInstanceSize")?),
            Patch::Null | Patch::Absent => (Patch::Absent, Patch::Absent),
        };
        Ok(Self {
            backing_provider_name: body.text("backingProviderName")?,
            disk_iops: body.integer("diskIOPS")?,
            disk_type_name: body.text("diskTypeName")?,
            instance_size_name: body.text("instanceSizeName")?,
            max_instance_size,
            min_instance_size,
            provider_name: body.text("providerName")?,
            region_name: body.text("regionName")?,
            volume_type: body.text("volumeType")?,
        })
    }
}

impl ReplicationSpecBody {
    fn from_object(mut body: Object) -> Result<Self, Fault> {
        Ok(Self {
            num_shards: body.integer("numShards")?,
            regions_config: by_region(body.named_objects("regionsConfig")?)?,
            zone_name: body.text("zoneName")?,
        })
    }
}

impl RegionSpecBody {
    fn from_object(mut body: Object) -> Result<Self, Fault> {
        Ok(Self {
            analytics_nodes: body.integer("analyticsNodes")?,
            electable_nodes: body.integer("electableNodes")?,
            priority: body.integer("priority")?,
            read_only_nodes: body.integer("readOnlyNodes")?,
        })
    }
}

type ByRegion = Patch<Vec<(String, RegionSpecBody)>>;

fn by_region(objects: Patch<Vec<(String, Object)>>) -> Result<ByRegion, Fault> {
    let read = |(region, object)| Ok((region, RegionSpecBody::from_object(object)?));
    objects.try_map(|objects| objects.into_iter().map(read).collect())
}

#[cfg(test)]
mod tests;
