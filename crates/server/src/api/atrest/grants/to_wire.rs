//! From a grant to the wire's. Every struct is taken apart by name, so that a new field breaks the build here.

use api_wire::atrest::grants::Grant as WireGrant;
use api_wire::wire_time::WireTime;
use domain::master_key::access::Grant;
use domain::release_grant::ReleaseGrant;
use domain::time::Timestamp;

/// Translates a grant.
pub(super) fn to_wire(grant: ReleaseGrant) -> WireGrant {
    let ReleaseGrant { id, project, grant: Grant { key, node, expires_at }, created_at, created_by } = grant;
    WireGrant {
        created_at: moment(created_at),
        created_by,
        expires_at: moment(expires_at),
        group_id: project.to_string(),
        id: id.to_string(),
        master_key_id: key.to_string(),
        node_id: node.to_string(),
    }
}

fn moment(at: Timestamp) -> WireTime {
    WireTime::from_epoch_millis(at.as_millis())
}
