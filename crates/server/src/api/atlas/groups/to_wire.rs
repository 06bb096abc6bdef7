//! From a project to the wire's group.

use api_wire::atlas::groups::v2023_01_01::Group;
use api_wire::paging::Link;
use api_wire::wire_time::WireTime;
use domain::project::Project;

/// Translates a project. It has no clusters: this release knows none.
pub(super) fn to_wire(base_url: &str, project: Project) -> Group {
    let Project { id, org, name, created_at } = project;
    Group {
        cluster_count: 0,
        created: WireTime::from_epoch_millis(created_at.as_millis()),
        id: id.to_string(),
        links: vec![Link::to_self(format!("{base_url}/api/atlas/v2/groups/{id}"))],
        name,
        org_id: org.to_string(),
    }
}
