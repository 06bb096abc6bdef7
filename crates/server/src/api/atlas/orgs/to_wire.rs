//! From an organization to the wire's.

use api_wire::atlas::orgs::v2023_01_01::Org;
use api_wire::paging::Link;
use domain::organization::Organization;

/// Translates an organization.
pub(super) fn to_wire(base_url: &str, organization: Organization) -> Org {
    let Organization { id, name, created_at: _ } = organization;
    Org {
        id: id.to_string(),
        is_deleted: false,
        links: vec![Link::to_self(format!("{base_url}/api/atlas/v2/orgs/{id}"))],
        name,
    }
}
