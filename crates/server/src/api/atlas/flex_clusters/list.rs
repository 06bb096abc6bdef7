//! GET `/groups/{groupId}/flexClusters` and `/groups/{groupId}/serverless`.

use serde_json::Value;

use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Answers with an empty page: nothing of the kind can be here.
/// Errors: those of the use case.
pub async fn handle(api: &Api, call: &Call) -> Result<Answer, Refused> {
    api.control().project(call.caller()?, call.project()?).await?;
    call.page(Vec::<Value>::new(), 0, &[])
}
