//! ScheduleKeyDeletion and CancelKeyDeletion. It must not know the rules of a key's state: see `key`.

use serde::Deserialize;
use serde_json::{Value, json};

use super::access::Naming;
use super::{Call, constraint, required, seconds};
use crate::aws::error::ServiceError;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Fields {
    key_id: Option<String>,
    pending_window_in_days: Option<u32>,
}

pub(super) fn schedule(call: &mut Call<'_>) -> Result<Value, ServiceError> {
    let fields: Fields = call.fields()?;
    let days = fields.pending_window_in_days.unwrap_or(30);
    if days < 7 {
        return Err(constraint("pendingWindowInDays", "have value greater than or equal to 7"));
    }
    if days > 30 {
        return Err(constraint("pendingWindowInDays", "have value less than or equal to 30"));
    }
    let now = call.now;
    let key = call.key(&required("keyId", fields.key_id)?, Naming::OwnKey, "kms:ScheduleKeyDeletion")?;
    let at = key.schedule_deletion(days, now)?;
    let answer = json!({
        "KeyId": key.arn(),
        "DeletionDate": seconds(at),
        "KeyState": key.state.name(),
        "PendingWindowInDays": days,
    });
    call.state.touch();
    Ok(answer)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct CancelFields {
    key_id: Option<String>,
}

pub(super) fn cancel(call: &mut Call<'_>) -> Result<Value, ServiceError> {
    let fields: CancelFields = call.fields()?;
    let key = call.key(&required("keyId", fields.key_id)?, Naming::OwnKey, "kms:CancelKeyDeletion")?;
    key.cancel_deletion()?;
    let answer = json!({ "KeyId": key.arn() });
    call.state.touch();
    Ok(answer)
}
