//! Discover Versions: which versions both sides speak. Must not know who asks.

use kmip_wire::payload::discover_versions::{Request, Response};
use kmip_wire::{ProtocolVersion, Version};

/// Lists our versions, the newest first, of those that the client names; all, if he names none.
pub(in crate::kmip) fn run(request: &Request) -> Response {
    let theirs = &request.protocol_versions;
    let ours = Version::NEWEST_FIRST.into_iter().map(ProtocolVersion::from);
    let common = ours.filter(|version| theirs.is_empty() || theirs.contains(version));
    Response { protocol_versions: common.collect() }
}
