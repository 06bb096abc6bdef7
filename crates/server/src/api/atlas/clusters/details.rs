//! GET `/clusters`.

use api_wire::atlas::cluster_details::v2023_01_01::{ClusterDetails, ProjectClusters as WireProject};
use control::cluster::ProjectClusters;
use domain::cluster::{Cluster, ClusterType, Nodes};

use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Answers with one page of the projects that the caller can see, each with its clusters. Those in several clouds are left
/// out, as Atlas leaves them out here. Source: the reference's description of this call.
/// Errors: those of the use case.
pub async fn handle(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let paging = call.paging();
    let (skip, take) = (paging.skip(), u64::from(paging.items_per_page));
    let page = api.control().all_clusters(call.caller()?, skip, take).await?;
    let projects = page.projects.into_iter().map(|project| project_to_wire(project, &page.organization)).collect();
    call.page(projects, page.total, &[])
}

fn project_to_wire(project: ProjectClusters, organization: &str) -> WireProject {
    let ProjectClusters { project, clusters } = project;
    let shown = clusters.iter().filter(|(cluster, _)| is_in_one_cloud(cluster));
    WireProject {
        clusters: shown.map(|(cluster, is_stopped)| cluster_to_wire(cluster, *is_stopped)).collect(),
        group_id: project.project.id.to_string(),
        group_name: project.project.name.to_string(),
        org_id: project.project.org.to_string(),
        org_name: organization.to_owned(),
        plan_type: "None",
        tags: Vec::new(),
    }
}

fn is_in_one_cloud(cluster: &Cluster) -> bool {
    let mut clouds =
        cluster.settings.shards.iter().flat_map(|shard| &shard.placements).map(|placement| placement.cloud);
    clouds.next().is_none_or(|first| clouds.all(|cloud| cloud == first))
}

fn cluster_to_wire(cluster: &Cluster, is_stopped: bool) -> ClusterDetails {
    let settings = &cluster.settings;
    let placements = settings.shards.iter().flat_map(|shard| &shard.placements);
    let nodes = placements
        .flat_map(|placement| [&placement.electable, &placement.read_only, &placement.analytics])
        .flatten()
        .map(|Nodes { count, .. }| *count);
    ClusterDetails {
        availability: is_stopped.then_some("unavailable"),
        backup_enabled: settings.backup,
        cluster_id: cluster.id.to_string(),
        name: cluster.name.to_string(),
        node_count: nodes.fold(0, u32::saturating_add),
        kind: match settings.cluster_type {
            ClusterType::ReplicaSet => "REPLICA_SET",
            ClusterType::Sharded | ClusterType::GeoSharded => "SHARDED_CLUSTER",
        },
        versions: vec![settings.major_version.first_release()],
    }
}
