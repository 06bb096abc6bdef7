//! Add Attribute: say one more thing about an object. Must not know what may be said.

use kmip_wire::payload::add_attribute::{Request, Response};

use super::Scene;
use crate::kmip::error::Refused;
use crate::kmip::{from_wire, to_wire};

/// Adds an attribute, and gives it with its index.
pub(in crate::kmip) async fn run(scene: &Scene<'_>, request: Request) -> Result<Response, Refused> {
    let Request { unique_identifier, attribute } = request;
    let id = scene.object(unique_identifier.as_deref())?;
    if attribute.index.is_some_and(|index| index > 0) {
        return Err(Refused::IndexGiven);
    }
    let attribute = from_wire::attribute(attribute)?;
    let added = scene.control.add_master_key_attribute(scene.asker, id, attribute).await?;
    Ok(Response { unique_identifier: id.to_string(), attribute: to_wire::instance(added) })
}
