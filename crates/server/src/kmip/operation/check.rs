//! Check: ask whether an object may be used so, without using it. Must not know the answer.

use control::master_key::Checked;
use domain::master_key::usage::UsageMask;
use kmip_wire::mask;
use kmip_wire::payload::check::{Request, Response};

use super::Scene;
use crate::kmip::error::Refused;

/// Tells what of a use may not be. Objects have no usage limits and no leases here, so any count and time may.
pub(in crate::kmip) async fn run(scene: &Scene<'_>, request: Request) -> Result<Response, Refused> {
    let Request { unique_identifier, usage_limits_count: _, cryptographic_usage_mask, lease_time: _ } = request;
    let id = scene.object(unique_identifier.as_deref())?;
    let usage = cryptographic_usage_mask.map(|mask| UsageMask::from_bits(mask.bits()));
    let Checked { usage } = scene.control.check_master_key(scene.asker, id, Checked { usage }).await?;
    Ok(Response {
        unique_identifier: id.to_string(),
        usage_limits_count: None,
        cryptographic_usage_mask: usage.map(|mask| mask::UsageMask::from_bits(mask.bits())),
        lease_time: None,
    })
}
