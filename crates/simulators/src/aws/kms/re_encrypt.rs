//! ReEncrypt: opens under one key and seals under another in one step.
//! It must not know a blob's layout.

use serde::Deserialize;
use serde_json::{Value, json};

use super::ciphertext::{self, Context};
use super::decrypt::{BLOB_LIMIT, open};
use super::encrypt::symmetric;
use super::{Bytes, Call, base64, no_grant_tokens, required, sized, stop_dry_run, symmetric_algorithm};
use crate::aws::error::ServiceError;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Fields {
    ciphertext_blob: Option<Bytes>,
    source_encryption_context: Option<Context>,
    source_key_id: Option<String>,
    destination_key_id: Option<String>,
    destination_encryption_context: Option<Context>,
    source_encryption_algorithm: Option<String>,
    destination_encryption_algorithm: Option<String>,
    #[serde(default)]
    grant_tokens: Vec<String>,
    dry_run: Option<bool>,
}

pub(super) fn run(call: &mut Call<'_>) -> Result<Value, ServiceError> {
    let fields: Fields = call.fields()?;
    no_grant_tokens(&fields.grant_tokens)?;
    symmetric_algorithm("sourceEncryptionAlgorithm", fields.source_encryption_algorithm.as_deref())?;
    symmetric_algorithm("destinationEncryptionAlgorithm", fields.destination_encryption_algorithm.as_deref())?;
    let blob = sized("ciphertextBlob", fields.ciphertext_blob, BLOB_LIMIT)?;
    let destination = required("destinationKeyId", fields.destination_key_id)?;
    let from = fields.source_encryption_context.unwrap_or_default();
    let to = fields.destination_encryption_context.unwrap_or_default();

    let opened = open(call, &blob, fields.source_key_id.as_deref(), &from, "ReEncrypt")?;
    let key = call.key_in_context(&destination, "kms:ReEncryptTo", &to)?;
    symmetric(key, "ReEncrypt")?;
    key.usable()?;
    stop_dry_run(fields.dry_run)?;
    let sealed = ciphertext::seal(key, &opened.plaintext, &to)?;
    Ok(json!({
        "CiphertextBlob": base64(&sealed),
        "SourceKeyId": opened.key_arn,
        "KeyId": key.arn(),
        "SourceEncryptionAlgorithm": "SYMMETRIC_DEFAULT",
        "DestinationEncryptionAlgorithm": "SYMMETRIC_DEFAULT",
        "SourceKeyMaterialId": opened.material_id,
        "DestinationKeyMaterialId": key.current().map(|material| &material.id),
    }))
}
