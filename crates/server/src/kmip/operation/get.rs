//! Get: a release. The object goes out as it was registered. Must not know who may have it.

use kmip_wire::payload::get::{Request, Response};

use super::Scene;
use crate::kmip::error::Refused;
use crate::kmip::to_wire;

/// Hands an object out.
pub(in crate::kmip) async fn run(scene: &Scene<'_>, request: Request) -> Result<Response, Refused> {
    let Request {
        unique_identifier,
        key_format_type,
        // Nothing was registered wrapped, so both values mean the same.
        key_wrap_type: _,
        key_compression_type,
        key_wrapping_specification,
    } = request;
    let id = scene.object(unique_identifier.as_deref())?;
    if key_wrapping_specification.is_some() {
        return Err(Refused::WrappingWanted);
    }
    if key_compression_type.is_some() {
        return Err(Refused::CompressionWanted);
    }
    if let Some(wanted) = key_format_type {
        // Before anything is released.
        let found = scene.control.master_key_attributes(scene.asker, id, false).await?;
        let stored = to_wire::key_format(found.key.key.content);
        if stored != Some(wanted) {
            return Err(Refused::FormatWanted { wanted, stored });
        }
    }
    let released = scene.control.release_master_key(scene.asker, id).await?;
    Ok(Response { unique_identifier: id.to_string(), object: to_wire::object(&released.key.key, &released.material) })
}
