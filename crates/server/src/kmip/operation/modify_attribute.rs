//! Modify Attribute: say something else about an object. Must not know what may be changed.

use kmip_wire::payload::modify_attribute::{Request, Response};

use super::Scene;
use crate::kmip::error::Refused;
use crate::kmip::{from_wire, to_wire};

/// Changes an attribute; without an index the first of its kind.
pub(in crate::kmip) async fn run(scene: &Scene<'_>, request: Request) -> Result<Response, Refused> {
    let Request { unique_identifier, attribute } = request;
    let id = scene.object(unique_identifier.as_deref())?;
    let index = attribute.index.unwrap_or(0);
    let attribute = from_wire::attribute(attribute)?;
    let changed = scene.control.modify_master_key_attribute(scene.asker, id, index, attribute).await?;
    Ok(Response { unique_identifier: id.to_string(), attribute: to_wire::instance(changed) })
}
