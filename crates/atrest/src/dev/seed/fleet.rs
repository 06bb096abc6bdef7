//! Dev mode's second project: AWS's and Azure's customer keys enabled, a cluster for each, and nodes that fetch keys.
//! Made once; a start that was cut off is taken up where it stopped. Must not know where certificates are kept.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};

use anyhow::Context as _;
use control::node::NodeError;
use control::{Caller, Control, Error, Identity};
use domain::cluster::{
    AutoScaling, ClusterChange, ClusterName, ClusterType, Disk, Encryption, HostingCloud, InstanceSize, RegionName,
    WantedNodes, WantedPlacement, WantedShard,
};
use domain::customer_key::{EncryptionAtRestChange, Patch, ProviderKind};
use domain::id::{OrgId, ProjectId};
use domain::node::{NewNode, NodeName, NodeRole};

use super::SeededClouds;

const PROJECT: &str = "fleet";

/// A cluster of the second project.
pub(in crate::dev) struct FleetCluster {
    pub(in crate::dev) name: &'static str,
    provider: ProviderKind,
    cloud: HostingCloud,
    region: &'static str,
    pub(in crate::dev) nodes: &'static [FleetNode],
}

/// A node of one.
pub(in crate::dev) struct FleetNode {
    pub(in crate::dev) name: &'static str,
    pub(in crate::dev) role: NodeRole,
}

/// All there is. Source: product.md 8.
pub(in crate::dev) const CLUSTERS: [FleetCluster; 2] = [
    FleetCluster {
        name: "cluster0",
        provider: ProviderKind::AwsKms,
        cloud: HostingCloud::Aws,
        region: "US_EAST_1",
        nodes: &[
            FleetNode { name: "cluster0-0", role: NodeRole::Client },
            FleetNode { name: "cluster0-1", role: NodeRole::Client },
            FleetNode { name: "cluster0-mongod", role: NodeRole::Mongod },
        ],
    },
    FleetCluster {
        name: "cluster1",
        provider: ProviderKind::AzureKeyVault,
        cloud: HostingCloud::Azure,
        region: "US_EAST_2",
        nodes: &[
            FleetNode { name: "cluster1-0", role: NodeRole::Client },
            FleetNode { name: "cluster1-mongod", role: NodeRole::Mongod },
        ],
    },
];

/// Finds the organization's owner by the API key that dev.json names.
/// Errors: there is no such key.
pub(in crate::dev) async fn owner(control: &Control, public_key: &str) -> anyhow::Result<Caller> {
    let record = control.api_key(public_key).await?.context("dev.json names an API key that is gone")?;
    Ok(Caller {
        identity: Identity::ApiKey { id: record.key.id, public_key: record.key.public_key.clone() },
        grants: record.key.grants.clone(),
        address: IpAddr::V4(Ipv4Addr::LOCALHOST),
    })
}

/// Makes the project with its clusters and nodes, or what is missing of it.
/// Errors: those of the use cases.
pub(in crate::dev) async fn seed(
    control: &Control,
    owner: &Caller,
    org: OrgId,
    clouds: &SeededClouds,
) -> anyhow::Result<ProjectId> {
    let begun = control
        .projects(owner, PROJECT, 0, 500)
        .await?
        .projects
        .into_iter()
        .find(|found| found.project.name == PROJECT);
    let project = match begun {
        Some(found) => found.project.id,
        None => control.create_project(org, PROJECT).await?.id,
    };
    let change = EncryptionAtRestChange {
        customer_keys: BTreeMap::from([
            (ProviderKind::AwsKms, clouds.aws.change()),
            (ProviderKind::AzureKeyVault, clouds.azure.change()),
        ]),
        enabled_for_search_nodes: Patch::Absent,
        mentions_something: true,
    };
    control.update_encryption_at_rest(owner, project, change).await.context("enable the customer keys")?;
    for cluster in &CLUSTERS {
        match control.create_cluster(owner, project, described(cluster)?).await {
            Ok(_) | Err(Error::ClusterNameTaken { .. }) => {}
            Err(error) => return Err(error).with_context(|| format!("create {}", cluster.name)),
        }
        for node in cluster.nodes {
            let region = match node.role {
                NodeRole::Mongod | NodeRole::Mongos => Some(region(cluster)?),
                NodeRole::Client => None,
            };
            let name = NodeName::parse(node.name).with_context(|| format!("{} is no node's name", node.name))?;
            let wanted = NewNode { name, role: node.role, region };
            match control.create_node(owner, project, &self::name(cluster)?, wanted).await {
                Ok(_) | Err(Error::Node(NodeError::NameTaken { .. })) => {}
                Err(error) => return Err(error).with_context(|| format!("create {}", node.name)),
            }
        }
    }
    Ok(project)
}

fn described(cluster: &FleetCluster) -> anyhow::Result<ClusterChange> {
    let electable = WantedNodes {
        size: InstanceSize::parse("M10").context("M10 is a size")?,
        count: Some(3),
        disk_size_gb: None,
        disk: Disk::default(),
    };
    let placement = WantedPlacement {
        cloud: Some(cluster.cloud),
        region: region(cluster)?,
        priority: 7,
        electable: Some(electable),
        read_only: None,
        analytics: None,
        auto_scaling: AutoScaling::default(),
        analytics_auto_scaling: AutoScaling::default(),
    };
    Ok(ClusterChange {
        name: Some(name(cluster)?),
        cluster_type: Some(ClusterType::ReplicaSet),
        encryption: Some(Encryption::By(cluster.provider)),
        shards: Some(vec![WantedShard { zone: None, placements: vec![placement] }].into()),
        ..ClusterChange::default()
    })
}

/// Gives a cluster's name.
/// Errors: it is none.
pub(in crate::dev) fn name(cluster: &FleetCluster) -> anyhow::Result<ClusterName> {
    ClusterName::parse(cluster.name).with_context(|| format!("{} is no cluster's name", cluster.name))
}

fn region(cluster: &FleetCluster) -> anyhow::Result<RegionName> {
    RegionName::parse(cluster.region).with_context(|| format!("{} is no region's name", cluster.region))
}
