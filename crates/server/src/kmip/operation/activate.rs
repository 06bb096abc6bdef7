//! Activate: take an object into use. Must not know when it may be.

use kmip_wire::payload::activate::{Request, Response};

use super::Scene;
use crate::kmip::error::Refused;

/// Activates an object.
pub(in crate::kmip) async fn run(scene: &Scene<'_>, request: Request) -> Result<Response, Refused> {
    let Request { unique_identifier } = request;
    let id = scene.object(unique_identifier.as_deref())?;
    scene.control.activate_master_key(scene.asker, id).await?;
    Ok(Response { unique_identifier: id.to_string() })
}
