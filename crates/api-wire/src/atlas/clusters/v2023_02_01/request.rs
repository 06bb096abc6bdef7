//! The body of POST and PATCH of a cluster: that of the later date, but for the shards of a zone, which it counts,
//! and the size of disks. It must not know which description makes sense.

use super::schema::{CREATE_SCHEMA, UPDATE_SCHEMA};
use crate::atlas::clusters::v2024_08_05 as later;
use crate::atlas::clusters::v2024_08_05::request::check;
use crate::body::{Limits, Object, parse};
use crate::fault::Fault;
use crate::patch::Patch;
use crate::schema::Schema;

/// What a POST or PATCH says about a cluster.
#[derive(Debug, Default)]
pub struct ClusterBody {
    /// How large all disks are.
    pub disk_size_gb: Patch<i64>,
    /// All its zones.
    pub replication_specs: Patch<Vec<ReplicationSpecBody>>,
    /// What the later date says in the same words. It says nothing of shards.
    pub same: later::ClusterBody,
}

/// What a body says of a zone.
#[derive(Debug)]
pub struct ReplicationSpecBody {
    /// How many shards it has.
    pub num_shards: Patch<i64>,
    /// Each of them.
    pub shard: later::ReplicationSpecBody,
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
        let faults = match &body.replication_specs {
            Patch::Value(specs) => check::faults_of(specs.iter().map(|spec| &spec.shard)),
            Patch::Absent | Patch::Null => Vec::new(),
        };
        if faults.is_empty() { Ok(body) } else { Err(faults) }
    }

    fn from_object(mut body: Object) -> Result<Self, Fault> {
        Ok(Self {
            disk_size_gb: body.integer("diskSizeGB")?,
            replication_specs: body.many("replicationSpecs", ReplicationSpecBody::from_object)?,
            same: later::ClusterBody::from_object(body)?,
        })
    }
}

impl ReplicationSpecBody {
    fn from_object(mut body: Object) -> Result<Self, Fault> {
        let num_shards = body.integer("numShards")?;
        Ok(Self { num_shards, shard: later::ReplicationSpecBody::from_object(body)? })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn cluster() -> Value {
        json!({
            "name": "cluster0", "clusterType": "SHARDED", "diskSizeGB": 40.0, "encryptionAtRestProvider": "AWS",
            "replicationSpecs": [{"numShards": 2, "zoneName": "Zone 1", "regionConfigs": [{
                "providerName": "AWS", "regionName": "US_EAST_1", "priority": 7,
                "electableSpecs": {"instanceSize": "M30", "nodeCount": 3, "diskIOPS": 3000},
            }]}],
        })
    }

    fn paths(body: &Value) -> Vec<String> {
        let read = ClusterBody::read_new(body.to_string().as_bytes());
        read.err().unwrap_or_default().into_iter().map(|fault| fault.path).collect()
    }

    #[test]
    fn reads_a_cluster() {
        let body = ClusterBody::read_new(cluster().to_string().as_bytes()).unwrap();
        assert_eq!((body.disk_size_gb, body.same.name), (Patch::Value(40), Patch::Value("cluster0".to_owned())));
        assert!(body.same.replication_specs.is_absent());
        let Patch::Value(specs) = body.replication_specs else { panic!("specs") };
        assert_eq!(specs[0].num_shards, Patch::Value(2));
        assert_eq!(specs[0].shard.zone_name, Patch::Value("Zone 1".to_owned()));
    }

    #[test]
    fn finds_every_fault_and_what_a_later_date_brought() {
        let mut body = cluster();
        body["adaptiveCapacity"] = json!("ENABLED");
        body["retainBackups"] = json!(true);
        body["diskSizeGB"] = json!(9);
        body["replicationSpecs"][0]["numShards"] = json!(0);
        body["replicationSpecs"][0]["regionConfigs"][0]["electableSpecs"]["diskSizeGB"] = json!(10);
        let mut found = paths(&body);
        found.sort();
        let electable = "replicationSpecs[0].regionConfigs[0].electableSpecs.diskSizeGB";
        assert_eq!(
            found,
            ["adaptiveCapacity", "diskSizeGB", "replicationSpecs[0].numShards", electable, "retainBackups"]
        );
        let mut body = cluster();
        body["replicationSpecs"][0]["regionConfigs"][0]["regionName"] = json!("EASTERN_US");
        assert_eq!(paths(&body), ["replicationSpecs[0].regionConfigs[0].regionName"]);
        assert_eq!(paths(&json!({})), ["clusterType", "name", "replicationSpecs"]);
    }
}
