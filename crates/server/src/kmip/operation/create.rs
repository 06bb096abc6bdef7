//! Create: have a symmetric key made. Must not know which.

use kmip_wire::payload::create::{Request, Response};

use super::Scene;
use crate::kmip::error::Refused;
use crate::kmip::{from_wire, to_wire};

/// Makes a key.
pub(in crate::kmip) async fn run(scene: &mut Scene<'_>, request: Request) -> Result<Response, Refused> {
    let Request { object_type, template_attribute } = request;
    scene.placeholder = None;
    let object = from_wire::object_type(object_type)?;
    let attributes = from_wire::template(template_attribute)?;
    let made = scene.control.create_master_key(scene.asker, object, attributes).await?;
    scene.placeholder = Some(made.key.id);
    Ok(Response {
        object_type: to_wire::object_type(made.key.content.object_type()),
        unique_identifier: made.key.id.to_string(),
        // libkmip reads nothing after the identifier.
        template_attribute: None,
    })
}
