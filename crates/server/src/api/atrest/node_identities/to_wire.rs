//! From an identity to the wire's. The struct is taken apart by name, so that a new field breaks the build here.

use api_wire::atrest::node_identities::{IdentityKind as WireKind, NodeIdentity};
use api_wire::wire_time::WireTime;
use control::external_authority::identity_id;
use domain::external_authority::{ExternalIdentity, IdentityKind};

/// Translates an identity.
pub(super) fn to_wire(one: &ExternalIdentity) -> NodeIdentity {
    let ExternalIdentity { authority, identity, node, created_at } = one;
    NodeIdentity {
        created_at: WireTime::from_epoch_millis(created_at.as_millis()),
        external_certificate_authority_id: authority.to_string(),
        id: identity_id(one),
        kind: match identity.kind() {
            IdentityKind::Fingerprint => WireKind::Fingerprint,
            IdentityKind::SanUri => WireKind::SanUri,
            IdentityKind::SanDns => WireKind::SanDns,
        },
        node_id: node.to_string(),
        value: identity.value().to_owned(),
    }
}
