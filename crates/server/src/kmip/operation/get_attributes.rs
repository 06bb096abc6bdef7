//! Get Attributes: what is said about an object. Must not know which state is told.

use domain::master_key::state::State;
use kmip_wire::attribute::AttributeName;
use kmip_wire::payload::get_attributes::{Request, Response};

use super::Scene;
use crate::kmip::error::Refused;
use crate::kmip::to_wire;

/// Gives the attributes that are asked for and there; all, if none is asked for.
pub(in crate::kmip) async fn run(scene: &Scene<'_>, request: Request) -> Result<Response, Refused> {
    let Request { unique_identifier, attribute_names } = request;
    let id = scene.object(unique_identifier.as_deref())?;
    let state_wanted = attribute_names.is_empty() || attribute_names.contains(&AttributeName::STATE);
    let found = scene.control.master_key_attributes(scene.asker, id, state_wanted).await?;
    let told = if state_wanted { found.told.map_err(Refused::Untold)? } else { UNTOLD };
    let key = &found.key.key;
    let all: Vec<_> = key.attributes(told).into_iter().map(to_wire::instance).collect();
    let attributes = if attribute_names.is_empty() {
        all
    } else {
        let is_asked = |name: &AttributeName| attribute_names.contains(name);
        all.into_iter().filter(|attribute| is_asked(&attribute.name())).collect()
    };
    Ok(Response { unique_identifier: id.to_string(), attributes })
}

/// Stands in for a state that nobody asks for, and so nobody is told.
const UNTOLD: State = State::PreActive;
