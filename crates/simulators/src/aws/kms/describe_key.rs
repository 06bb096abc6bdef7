//! DescribeKey and UpdateKeyDescription; a key's metadata as KMS prints it.
//! It must not know how a key came about.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::access::Naming;
use super::key::{Key, KeyKind, KeyState};
use super::{Call, constraint, no_grant_tokens, required, seconds};
use crate::aws::error::ServiceError;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Fields {
    key_id: Option<String>,
    #[serde(default)]
    grant_tokens: Vec<String>,
}

pub(super) fn run(call: &mut Call<'_>) -> Result<Value, ServiceError> {
    let fields: Fields = call.fields()?;
    no_grant_tokens(&fields.grant_tokens)?;
    let key = call.key(&required("keyId", fields.key_id)?, Naming::AnyKey, "kms:DescribeKey")?;
    Ok(json!({ "KeyMetadata": metadata(key) }))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct UpdateFields {
    key_id: Option<String>,
    description: Option<String>,
}

pub(super) fn update_description(call: &mut Call<'_>) -> Result<Value, ServiceError> {
    let fields: UpdateFields = call.fields()?;
    let description = required("description", fields.description)?;
    if description.len() > 8192 {
        return Err(constraint("description", "have length less than or equal to 8192"));
    }
    let key = call.key(&required("keyId", fields.key_id)?, Naming::OwnKey, "kms:UpdateKeyDescription")?;
    key.not_doomed()?;
    key.description = description;
    call.state.touch();
    Ok(Value::Null)
}

pub(super) fn metadata(key: &Key) -> Value {
    let mut fields = Map::new();
    let mut set = |name: &str, value: Value| fields.insert(name.to_owned(), value);
    set("AWSAccountId", json!(key.account));
    set("KeyId", json!(key.id));
    set("Arn", json!(key.arn()));
    set("CreationDate", seconds(key.created));
    set("Enabled", json!(key.state == KeyState::Enabled));
    set("Description", json!(key.description));
    set("KeyUsage", json!(key.usage()));
    set("KeyState", json!(key.state.name()));
    set("Origin", json!(key.origin()));
    set("KeyManager", json!(if key.kind == KeyKind::AwsManaged { "AWS" } else { "CUSTOMER" }));
    set("CustomerMasterKeySpec", json!(key.spec()));
    set("KeySpec", json!(key.spec()));
    set("MultiRegion", json!(!key.replicas.is_empty()));
    match key.kind {
        KeyKind::Symmetric | KeyKind::AwsManaged | KeyKind::External => {
            set("EncryptionAlgorithms", json!(["SYMMETRIC_DEFAULT"]));
        }
        KeyKind::RsaEncrypt => {
            set("EncryptionAlgorithms", json!(["RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"]));
        }
        KeyKind::RsaSign => {
            let algorithms = ["PKCS1_V1_5", "PSS"]
                .iter()
                .flat_map(|scheme| [256, 384, 512].map(|bits| format!("RSASSA_{scheme}_SHA_{bits}")));
            set("SigningAlgorithms", algorithms.collect());
        }
    }
    if let KeyState::PendingDeletion { at, .. } = key.state {
        set("DeletionDate", seconds(at));
    }
    if let Some(material) = key.current() {
        set("CurrentKeyMaterialId", json!(material.id));
    }
    Value::Object(fields)
}
