//! Encrypt, Decrypt, WrapKey, UnwrapKey: what the state of the key lets through, RSA-OAEP does.
//! It must not know who asks.

use base64::Engine as _;
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde::Deserialize;
use serde_json::{Value, json};

use super::key::KeyOp;
use super::material::Algorithm;
use super::{Call, Operation, bundle, not_found};
use crate::azure::error::ApiError;
use crate::azure::request::vault_json;

/// base64url as JOSE has it. Padding is read, as Key Vault does, and never written.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new().with_encode_padding(false).with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

const USES: [(Operation, KeyOp); 4] = [
    (Operation::Encrypt, KeyOp::Encrypt),
    (Operation::Decrypt, KeyOp::Decrypt),
    (Operation::WrapKey, KeyOp::WrapKey),
    (Operation::UnwrapKey, KeyOp::UnwrapKey),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    alg: String,
    value: String,
}

pub(super) fn run(call: &mut Call<'_>) -> Result<Value, ApiError> {
    let fields: Fields = vault_json(call.request)?;
    let op = USES.iter().find(|(operation, _)| *operation == call.route.operation).map(|(_, op)| *op);
    let op = op.ok_or_else(|| ApiError::bug("only uses of a key come here"))?;
    let algorithm = match fields.alg.as_str() {
        "RSA-OAEP" => Algorithm::RsaOaep,
        "RSA-OAEP-256" => Algorithm::RsaOaep256,
        "RSA1_5" => return Err(ApiError::bad_parameter("RSA1_5 is not modelled by this simulator.")),
        _ => return Err(ApiError::bad_parameter("Property alg names no algorithm of a vault's keys.")),
    };
    let bytes = BASE64
        .decode(&fields.value)
        .map_err(|_| ApiError::bad_parameter("Property value is not encoded as base64url."))?;
    let key = call.key()?;
    let asked = call.route.version.as_deref();
    let version = key.version(asked).ok_or_else(|| not_found(&key.name, asked))?;
    if !version.material.kind.encrypts() {
        let kty = version.material.kind.kty();
        return Err(ApiError::bad_parameter(format!("Key of type {kty} does not support {}.", fields.alg)));
    }
    version.lets_through(op, call.now)?;
    let done = match op {
        KeyOp::Encrypt | KeyOp::WrapKey => version.material.encrypt(algorithm, &bytes),
        KeyOp::Decrypt | KeyOp::UnwrapKey => version.material.decrypt(algorithm, &bytes),
        KeyOp::Sign | KeyOp::Verify => None,
    };
    let done = done.ok_or_else(|| ApiError::bad_parameter("The parameter is incorrect.\r\n"))?;
    Ok(json!({ "kid": bundle::kid(&call.base, &key.name, Some(&version.id)), "value": BASE64.encode(done) }))
}
