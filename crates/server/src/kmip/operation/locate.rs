//! Locate: find objects. Must not know whose.

use kmip_wire::payload::locate::{Request, Response};

use super::Scene;
use crate::kmip::error::Refused;
use crate::kmip::from_wire;

/// Finds objects. Exactly one becomes the object that later items of the batch mean.
pub(in crate::kmip) async fn run(scene: &mut Scene<'_>, request: Request) -> Result<Response, Refused> {
    scene.placeholder = None;
    // What no object can be like is found nowhere.
    let Some(criteria) = from_wire::criteria(request)? else {
        return Ok(Response { located_items: Some(0), unique_identifiers: Vec::new() });
    };
    let located = scene.control.locate_master_keys(scene.asker, &criteria).await?;
    if let [only] = located.ids.as_slice() {
        scene.placeholder = Some(*only);
    }
    Ok(Response {
        located_items: Some(u32::try_from(located.total).unwrap_or(i32::MAX.unsigned_abs())),
        unique_identifiers: located.ids.iter().map(ToString::to_string).collect(),
    })
}
