//! Encrypt. It must not know a blob's layout.

use serde::Deserialize;
use serde_json::{Value, json};

use super::ciphertext::{self, Context};
use super::key::{Key, KeyKind};
use super::{Bytes, Call, base64, no_grant_tokens, required, sized, stop_dry_run, symmetric_algorithm};
use crate::aws::error::ServiceError;

/// Bytes that Encrypt takes. Source: KMS API reference.
const PLAINTEXT_LIMIT: usize = 4096;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Fields {
    key_id: Option<String>,
    plaintext: Option<Bytes>,
    encryption_context: Option<Context>,
    #[serde(default)]
    grant_tokens: Vec<String>,
    encryption_algorithm: Option<String>,
    dry_run: Option<bool>,
}

pub(super) fn run(call: &mut Call<'_>) -> Result<Value, ServiceError> {
    let fields: Fields = call.fields()?;
    no_grant_tokens(&fields.grant_tokens)?;
    let key_id = required("keyId", fields.key_id)?;
    let plaintext = sized("plaintext", fields.plaintext, PLAINTEXT_LIMIT)?;
    symmetric_algorithm("encryptionAlgorithm", fields.encryption_algorithm.as_deref())?;
    let context = fields.encryption_context.unwrap_or_default();
    let key = call.key_in_context(&key_id, "kms:Encrypt", &context)?;
    symmetric(key, "Encrypt")?;
    key.usable()?;
    stop_dry_run(fields.dry_run)?;
    let blob = ciphertext::seal(key, &plaintext, &context)?;
    Ok(json!({
        "CiphertextBlob": base64(&blob),
        "KeyId": key.arn(),
        "EncryptionAlgorithm": "SYMMETRIC_DEFAULT",
    }))
}

/// Errors: `InvalidKeyUsageException` for a key that the symmetric algorithm does not fit.
pub(super) fn symmetric(key: &Key, operation: &str) -> Result<(), ServiceError> {
    let words = match key.kind {
        KeyKind::Symmetric | KeyKind::AwsManaged | KeyKind::External => return Ok(()),
        KeyKind::RsaSign => format!("{} key usage is SIGN_VERIFY which is not valid for {operation}.", key.arn()),
        KeyKind::RsaEncrypt => {
            format!("Algorithm SYMMETRIC_DEFAULT is incompatible with key spec RSA_2048 of {}.", key.arn())
        }
    };
    Err(ServiceError::new("InvalidKeyUsageException", words))
}
