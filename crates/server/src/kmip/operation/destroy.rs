//! Destroy: end an object. Its attributes stay. Must not know when it may be, nor how long its bytes stay sealed.

use kmip_wire::payload::destroy::{Request, Response};

use super::Scene;
use crate::kmip::error::Refused;

/// Destroys an object.
pub(in crate::kmip) async fn run(scene: &Scene<'_>, request: Request) -> Result<Response, Refused> {
    let Request { unique_identifier } = request;
    let id = scene.object(unique_identifier.as_deref())?;
    scene.control.destroy_master_key(scene.asker, id).await?;
    Ok(Response { unique_identifier: id.to_string() })
}
