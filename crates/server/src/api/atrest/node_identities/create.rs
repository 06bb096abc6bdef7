//! POST `/groups/{groupId}/clusters/{clusterName}/nodes/{nodeId}/identities`.

use api_wire::atrest::node_identities::{IdentityKind as WireKind, NodeIdentityCreate};
use control::external_authority::{ExternalAuthorityError, NewIdentity};
use domain::external_authority::IdentityKind;

use super::to_wire::to_wire;
use crate::api::Api;
use crate::api::atrest::nodes::node;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Writes an identity down and answers with it.
/// Errors: faults of the body's shape, all at once; those of the use case.
/// Cancel: it is written down or it is not.
pub async fn handle(api: &Api, mut call: Call) -> Result<Answer, Refused> {
    let body = std::mem::take(&mut call.body);
    let create = NodeIdentityCreate::read(&body).map_err(Refused::BodyFaults)?;
    let NodeIdentityCreate { external_certificate_authority_id: id, kind, value } = create;
    let (project, cluster, node) = (call.project()?, call.cluster()?, node(&call)?);
    let not_found = |_| ExternalAuthorityError::NotFound { project, id: id.clone() };
    let wanted = NewIdentity {
        authority: id.parse().map_err(not_found).map_err(control::Error::from)?,
        kind: match kind {
            WireKind::Fingerprint => IdentityKind::Fingerprint,
            WireKind::SanUri => IdentityKind::SanUri,
            WireKind::SanDns => IdentityKind::SanDns,
        },
        value: &value,
    };
    let identity = api.control().add_node_identity(call.caller()?, project, &cluster, node, wanted).await?;
    call.single(&to_wire(&identity))
}
