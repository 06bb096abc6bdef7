//! Encrypt with a key that stays here. Must not know which key may, nor how.

use control::master_key::Encrypted;
use kmip_wire::payload::encrypt::{Request, Response};

use super::Scene;
use crate::kmip::error::Refused;
use crate::kmip::from_wire;

/// Encrypts. Unless the client gives the initialization vector, it is random and given back.
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
    } = request;
    let id = scene.object(unique_identifier.as_deref())?;
    from_wire::refuse_stream(correlation_value.as_deref(), init_indicator, final_indicator)?;
    let parameters = parameters.as_deref();
    let mode = from_wire::cipher_mode(parameters, scene.version)?;
    let wants_random = parameters.and_then(|parameters| parameters.random_iv) == Some(true);
    if wants_random && iv_counter_nonce.is_some() {
        return Err(Refused::IvTwice);
    }
    let data = data.ok_or(Refused::NoData)?;
    let cipher = from_wire::cipher(mode, iv_counter_nonce.as_deref(), additional_data.as_deref());
    let data = from_wire::secret(&data);
    let encrypted = scene.control.encrypt_with_master_key(scene.asker, id, cipher, &data).await?;
    let Encrypted { data, iv, tag } = encrypted;
    Ok(Response {
        unique_identifier: id.to_string(),
        data: Some(data),
        iv_counter_nonce: iv_counter_nonce.is_none().then_some(iv),
        correlation_value: None,
        tag,
    })
}
