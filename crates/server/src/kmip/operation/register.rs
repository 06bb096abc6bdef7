//! Register: take an object in. Must not know which are taken.

use kmip_wire::payload::register::{Request, Response};

use super::Scene;
use crate::kmip::error::Refused;
use crate::kmip::from_wire;

/// Takes an object in.
pub(in crate::kmip) async fn run(scene: &mut Scene<'_>, request: Request) -> Result<Response, Refused> {
    let Request { template_attribute, object } = request;
    scene.placeholder = None;
    let mut attributes = from_wire::template(template_attribute)?;
    let from_wire::Taken { registered, material, inside } = from_wire::object(object)?;
    attributes.extend(inside);
    let made = scene.control.register_master_key(scene.asker, registered, material, attributes).await?;
    scene.placeholder = Some(made.key.id);
    Ok(Response {
        unique_identifier: made.key.id.to_string(),
        // libkmip reads nothing after the identifier.
        template_attribute: None,
    })
}
