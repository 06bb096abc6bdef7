//! Decrypt with a key that stays here. Must not know which key may, nor how.

use kmip_wire::SecretBytes;
use kmip_wire::payload::decrypt::{Request, Response};

use super::Scene;
use crate::kmip::error::Refused;
use crate::kmip::from_wire;

/// Decrypts.
pub(in crate::kmip) async fn run(scene: &Scene<'_>, request: Request) -> Result<Response, Refused> {
    let Request {
        unique_identifier,
        parameters,
        data,
        iv_counter_nonce,
        correlation_value,
        init_indicator,
        final_indicator,
        additional_data,
        tag,
    } = request;
    let id = scene.object(unique_identifier.as_deref())?;
    from_wire::refuse_stream(correlation_value.as_deref(), init_indicator, final_indicator)?;
    let mode = from_wire::cipher_mode(parameters.as_deref(), scene.version)?;
    let data = data.ok_or(Refused::NoData)?;
    let cipher = from_wire::cipher(mode, iv_counter_nonce.as_deref(), additional_data.as_deref());
    let plain = scene.control.decrypt_with_master_key(scene.asker, id, cipher, &data, tag.as_deref()).await?;
    Ok(Response {
        unique_identifier: id.to_string(),
        data: Some(SecretBytes::copy_of(plain.expose())),
        correlation_value: None,
    })
}
