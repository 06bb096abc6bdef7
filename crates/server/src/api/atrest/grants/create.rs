//! POST `/groups/{groupId}/masterKeys/{masterKeyId}/grants`.

use std::time::Duration;

use api_wire::atrest::grants::GrantCreate;
use control::master_key_grant::GrantError;
use domain::id::NodeId;

use super::to_wire::to_wire;
use crate::api::Api;
use crate::api::atrest::master_keys::master_key;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Lets another node read a master key for a while, and answers with the grant.
/// Errors: faults of the body's shape, all at once; those of the use case.
/// Cancel: it is given or it is not.
pub async fn handle(api: &Api, mut call: Call) -> Result<Answer, Refused> {
    let body = std::mem::take(&mut call.body);
    let (node, lasting) = from_wire(GrantCreate::read(&body).map_err(Refused::BodyFaults)?)?;
    let (project, key) = (call.project()?, master_key(&call)?);
    let grant = api.control().grant_master_key(call.caller()?, project, key, node, lasting).await?;
    let address = format!("{}/{}", call.url(), grant.id);
    call.created(&to_wire(grant), address)
}

fn from_wire(create: GrantCreate) -> Result<(NodeId, Duration), Refused> {
    let GrantCreate { expires_in_hours, node_id } = create;
    let node = node_id.parse().map_err(|_| control::Error::from(GrantError::NodeNotFound(node_id)))?;
    Ok((node, Duration::from_secs(u64::from(expires_in_hours) * 3600)))
}
