//! Revoke, which here is deactivating or compromising a master key: its reason decides which. Must not know what
//! follows from either.

use kmip_wire::payload::revoke::{Request, Response};

use super::Scene;
use crate::kmip::error::Refused;
use crate::kmip::from_wire;

/// Ends the use of an object.
pub(in crate::kmip) async fn run(scene: &Scene<'_>, request: Request) -> Result<Response, Refused> {
    let Request { unique_identifier, revocation_reason, compromise_occurrence_date } = request;
    let id = scene.object(unique_identifier.as_deref())?;
    let ending = from_wire::ending(revocation_reason)?;
    let occurred = compromise_occurrence_date.map(from_wire::timestamp);
    scene.control.end_master_key_use(scene.asker, id, ending, occurred).await?;
    Ok(Response { unique_identifier: id.to_string() })
}
