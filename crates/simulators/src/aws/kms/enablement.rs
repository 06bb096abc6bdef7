//! EnableKey and DisableKey. It must not know the rules of a key's state: see `key`.

use serde::Deserialize;
use serde_json::Value;

use super::access::Naming;
use super::{Call, required};
use crate::aws::error::ServiceError;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Fields {
    key_id: Option<String>,
}

pub(super) fn enable(call: &mut Call<'_>) -> Result<Value, ServiceError> {
    let fields: Fields = call.fields()?;
    call.key(&required("keyId", fields.key_id)?, Naming::OwnKey, "kms:EnableKey")?.enable()?;
    call.state.touch();
    Ok(Value::Null)
}

pub(super) fn disable(call: &mut Call<'_>) -> Result<Value, ServiceError> {
    let fields: Fields = call.fields()?;
    call.key(&required("keyId", fields.key_id)?, Naming::OwnKey, "kms:DisableKey")?.disable()?;
    call.state.touch();
    Ok(Value::Null)
}
