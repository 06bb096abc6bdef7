//! Delete Attribute: take something back that was said about an object. Must not know what may be.

use kmip_wire::payload::delete_attribute::{Request, Response};

use super::Scene;
use crate::kmip::error::Refused;
use crate::kmip::{from_wire, to_wire};

/// Deletes an attribute, without an index the first of its kind, and gives what is gone.
pub(in crate::kmip) async fn run(scene: &Scene<'_>, request: Request) -> Result<Response, Refused> {
    let Request { unique_identifier, attribute_name, attribute_index } = request;
    let id = scene.object(unique_identifier.as_deref())?;
    let name = from_wire::attribute_name(&attribute_name)?;
    let index = attribute_index.unwrap_or(0);
    let gone = scene.control.delete_master_key_attribute(scene.asker, id, name, index).await?;
    Ok(Response { unique_identifier: id.to_string(), attribute: to_wire::instance(gone) })
}
