//! ListKeys. It must not know more of a key than its name.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Call, page};
use crate::aws::error::ServiceError;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Fields {
    limit: Option<u32>,
    marker: Option<String>,
}

pub(super) fn run(call: &mut Call<'_>) -> Result<Value, ServiceError> {
    let fields: Fields = call.fields()?;
    call.authorize_account("kms:ListKeys", "*")?;
    let keys = call
        .state
        .keys
        .values()
        .filter(|key| key.account == call.caller.account && key.region == call.region)
        .map(|key| json!({ "KeyId": key.id, "KeyArn": key.arn() }))
        .collect();
    page::cut("Keys", keys, fields.limit, fields.marker.as_deref(), 1000)
}
