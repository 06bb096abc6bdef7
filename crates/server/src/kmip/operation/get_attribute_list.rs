//! Get Attribute List: what is said about an object, without saying it. Must not know the values.

use domain::master_key::state::State;
use kmip_wire::payload::get_attribute_list::{Request, Response};

use super::Scene;
use crate::kmip::error::Refused;
use crate::kmip::to_wire;

/// Names an object's attributes, each once.
pub(in crate::kmip) async fn run(scene: &Scene<'_>, request: Request) -> Result<Response, Refused> {
    let Request { unique_identifier } = request;
    let id = scene.object(unique_identifier.as_deref())?;
    let found = scene.control.master_key_attributes(scene.asker, id, false).await?;
    let mut attribute_names = Vec::new();
    // Whatever the state is, there is one.
    for instance in found.key.key.attributes(State::PreActive) {
        let name = to_wire::instance(instance).name();
        if !attribute_names.contains(&name) {
            attribute_names.push(name);
        }
    }
    Ok(Response { unique_identifier: id.to_string(), attribute_names })
}
