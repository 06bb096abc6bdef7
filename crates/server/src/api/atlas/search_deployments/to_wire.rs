//! From search nodes to the wire's. Every struct is taken apart by name, so that a new field breaks the build here.

use api_wire::atlas::search_deployments::v2023_01_01::{
    EffectiveSearchSpec, SearchDeployment as WireDeployment, SearchSpec as WireSpec,
};
use control::search_deployment::SearchDeploymentView;
use domain::search_deployment::{SearchDeployment, SearchNodes, SearchSpec, WantedSearchNodes};

use crate::api::atlas::clusters::to_wire::encryption_to_wire;

/// Translates search nodes.
pub(super) fn to_wire(view: SearchDeploymentView) -> WireDeployment {
    let SearchDeploymentView { deployment, nodes, encryption, paused } = view;
    let SearchDeployment { id, project, cluster: _, wanted, revision: _ } = deployment;
    let WantedSearchNodes { default_count, specs } = wanted;
    let spec = |SearchSpec { size, count, cloud: _, region: _ }| WireSpec {
        instance_size: size,
        node_count: count.or(default_count).unwrap_or_default(),
    };
    WireDeployment {
        effective_specs: nodes.into_iter().map(effective).collect(),
        encryption_at_rest_provider: encryption_to_wire(encryption),
        group_id: project.to_string(),
        id: id.to_string(),
        specs: specs.into_iter().map(spec).collect(),
        state_name: if paused { "PAUSED" } else { "IDLE" },
    }
}

fn effective(nodes: SearchNodes) -> EffectiveSearchSpec {
    let SearchNodes { cloud, region, size, count } = nodes;
    EffectiveSearchSpec {
        cloud_provider: cloud.name(),
        instance_size: size,
        node_count: count,
        region_name: region.as_str().to_owned(),
    }
}
