//! GenerateDataKey and GenerateDataKeyWithoutPlaintext.
//! It must not know a blob's layout.

use serde::Deserialize;
use serde_json::{Value, json};

use super::ciphertext::{self, Context};
use super::encrypt::symmetric;
use super::{Call, base64, constraint, no_grant_tokens, required, stop_dry_run};
use crate::aws::error::ServiceError;
use crate::aws::secret::random;

/// Bytes a data key may have. Source: KMS API reference.
const SIZE_LIMIT: usize = 1024;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Fields {
    key_id: Option<String>,
    encryption_context: Option<Context>,
    number_of_bytes: Option<usize>,
    key_spec: Option<String>,
    #[serde(default)]
    grant_tokens: Vec<String>,
    dry_run: Option<bool>,
}

pub(super) fn with_plaintext(call: &mut Call<'_>) -> Result<Value, ServiceError> {
    let (plaintext, mut answer) = generate(call, "GenerateDataKey")?;
    if let Some(fields) = answer.as_object_mut() {
        fields.insert("Plaintext".to_owned(), base64(&plaintext));
    }
    Ok(answer)
}

pub(super) fn without_plaintext(call: &mut Call<'_>) -> Result<Value, ServiceError> {
    generate(call, "GenerateDataKeyWithoutPlaintext").map(|(_, answer)| answer)
}

fn generate(call: &mut Call<'_>, operation: &str) -> Result<(Vec<u8>, Value), ServiceError> {
    let fields: Fields = call.fields()?;
    no_grant_tokens(&fields.grant_tokens)?;
    let key_id = required("keyId", fields.key_id)?;
    let size = size(fields.key_spec.as_deref(), fields.number_of_bytes)?;
    let context = fields.encryption_context.unwrap_or_default();
    let key = call.key_in_context(&key_id, &format!("kms:{operation}"), &context)?;
    symmetric(key, operation)?;
    key.usable()?;
    stop_dry_run(fields.dry_run)?;
    let mut plaintext = random::<SIZE_LIMIT>().to_vec();
    plaintext.truncate(size);
    let blob = ciphertext::seal(key, &plaintext, &context)?;
    let answer = json!({
        "CiphertextBlob": base64(&blob),
        "KeyId": key.arn(),
        "KeyMaterialId": key.current().map(|material| &material.id),
    });
    Ok((plaintext, answer))
}

fn size(spec: Option<&str>, number: Option<usize>) -> Result<usize, ServiceError> {
    match (spec, number) {
        (Some("AES_256"), None) => Ok(32),
        (Some("AES_128"), None) => Ok(16),
        (Some(_), None) => Err(constraint("keySpec", "satisfy enum value set: [AES_256, AES_128]")),
        (None, Some(0)) => Err(constraint("numberOfBytes", "have value greater than or equal to 1")),
        (None, Some(number)) if number > SIZE_LIMIT => {
            Err(constraint("numberOfBytes", "have value less than or equal to 1024"))
        }
        (None, Some(number)) => Ok(number),
        (Some(_), Some(_)) | (None, None) => {
            Err(ServiceError::new("ValidationException", "Please specify either number of bytes or key spec."))
        }
    }
}
