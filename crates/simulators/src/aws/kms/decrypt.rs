//! Decrypt, and the opening of a blob that ReEncrypt shares.
//! It must not know a blob's layout.

use serde::Deserialize;
use serde_json::{Value, json};

use super::ciphertext::{self, Context};
use super::encrypt::symmetric;
use super::{Bytes, Call, base64, no_grant_tokens, sized, stop_dry_run, symmetric_algorithm};
use crate::aws::error::ServiceError;

/// Bytes that Decrypt takes. Source: KMS API reference.
pub(super) const BLOB_LIMIT: usize = 6144;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Fields {
    ciphertext_blob: Option<Bytes>,
    encryption_context: Option<Context>,
    #[serde(default)]
    grant_tokens: Vec<String>,
    key_id: Option<String>,
    encryption_algorithm: Option<String>,
    dry_run: Option<bool>,
}

pub(super) fn run(call: &mut Call<'_>) -> Result<Value, ServiceError> {
    let fields: Fields = call.fields()?;
    no_grant_tokens(&fields.grant_tokens)?;
    symmetric_algorithm("encryptionAlgorithm", fields.encryption_algorithm.as_deref())?;
    let blob = sized("ciphertextBlob", fields.ciphertext_blob, BLOB_LIMIT)?;
    let context = fields.encryption_context.unwrap_or_default();
    let opened = open(call, &blob, fields.key_id.as_deref(), &context, "Decrypt")?;
    stop_dry_run(fields.dry_run)?;
    Ok(json!({
        "KeyId": opened.key_arn,
        "Plaintext": base64(&opened.plaintext),
        "EncryptionAlgorithm": "SYMMETRIC_DEFAULT",
        "KeyMaterialId": opened.material_id,
    }))
}

pub(super) struct Opened {
    pub(super) key_arn: String,
    pub(super) material_id: String,
    pub(super) plaintext: Vec<u8>,
}

/// Finds the key of a blob, asks leave for `operation`, and opens the blob.
pub(super) fn open(
    call: &mut Call<'_>,
    bytes: &[u8],
    named_key: Option<&str>,
    context: &Context,
    operation: &str,
) -> Result<Opened, ServiceError> {
    let action = if operation == "Decrypt" { "kms:Decrypt" } else { "kms:ReEncryptFrom" };
    let named = match named_key {
        None => None,
        Some(text) => {
            let key = call.key_in_context(text, action, context)?;
            symmetric(key, operation)?;
            key.usable()?;
            Some(key.id.clone())
        }
    };
    let Some(blob) = ciphertext::read(bytes) else {
        return Err(ServiceError::bare("InvalidCiphertextException"));
    };
    if named.is_some_and(|named| named != blob.key_id) {
        return Err(ServiceError::new(
            "IncorrectKeyException",
            "The key ID in the request does not identify a CMK that can perform this operation.",
        ));
    }
    let found = call.state.keys.get(&blob.key_id).filter(|key| key.region == call.region);
    let Some(key) = found else {
        return Err(ServiceError::new(
            "AccessDeniedException",
            "The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.",
        ));
    };
    call.authorize(key, action, Some(context), None)?;
    key.usable()?;
    let plaintext = blob.open(key, context).ok_or_else(|| ServiceError::bare("InvalidCiphertextException"))?;
    Ok(Opened { key_arn: key.arn(), material_id: blob.material_id, plaintext })
}
