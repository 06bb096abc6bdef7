//! From a project to the wire's group.

use api_wire::atlas::groups::v2023_01_01::Group;
use api_wire::paging::Link;
use api_wire::wire_time::WireTime;
use control::project::ProjectView;
use domain::project::Project;

/// Translates a project.
pub(in crate::api) fn to_wire(base_url: &str, view: ProjectView) -> Group {
    let ProjectView { project: Project { id, org, name, created_at, activity: _ }, clusters } = view;
    Group {
        cluster_count: clusters,
        created: WireTime::from_epoch_millis(created_at.as_millis()),
        id: id.to_string(),
        links: vec![Link::to_self(format!("{base_url}/api/atlas/v2/groups/{id}"))],
        name,
        org_id: org.to_string(),
    }
}
