//! From an entry to the wire's.

use api_wire::atlas::access_list::v2023_01_01::NetworkPermissionEntry;
use api_wire::paging::Link;
use api_wire::wire_time::WireTime;
use control::project::AccessPage;
use domain::id::ProjectId;
use domain::project::AccessEntry;

use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Translates an entry.
pub(super) fn to_wire(base_url: &str, project: ProjectId, entry: AccessEntry) -> NetworkPermissionEntry {
    let AccessEntry { network, comment, delete_after, created_at: _ } = entry;
    let value = network.to_string().replace('/', "%2F");
    NetworkPermissionEntry {
        cidr_block: network.to_string(),
        comment,
        delete_after_date: delete_after.map(|at| WireTime::from_epoch_millis(at.as_millis())),
        group_id: project.to_string(),
        ip_address: network.address().map(|address| address.to_string()),
        links: vec![Link::to_self(format!("{base_url}/api/atlas/v2/groups/{project}/accessList/{value}"))],
    }
}

/// Answers with a page of entries.
/// Errors: `Bug` if it cannot be written.
pub(super) fn page(call: &Call, project: ProjectId, page: AccessPage) -> Result<Answer, Refused> {
    let AccessPage { entries, total } = page;
    let results = entries.into_iter().map(|entry| to_wire(&call.base_url, project, entry)).collect();
    call.page(results, total, &[])
}
