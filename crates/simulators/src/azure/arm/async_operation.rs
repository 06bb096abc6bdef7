//! Where a client asks how far an operation is: `operations/{id}`, which tells, and `operationResults/{id}`, which
//! answers as the operation itself would have. It must not know what an operation does.

use http::{HeaderName, StatusCode, header};
use serde_json::{Value, json};

use super::{Call, Done, printable};
use crate::azure::async_operation::{Act, AsyncOperation, Outcome};
use crate::azure::error::ApiError;

/// `Azure-AsyncOperation`.
const PROGRESS: HeaderName = HeaderName::from_static("azure-asyncoperation");

pub(super) fn status(call: &mut Call<'_>) -> Result<Done, ApiError> {
    let operation = find(call)?;
    let body = match &operation.outcome {
        Outcome::InProgress => {
            let headers = vec![(header::RETRY_AFTER, retry_after(call))];
            return Ok(Done { headers, ..Done::read(json!({ "status": "InProgress" })) });
        }
        Outcome::Succeeded => json!({ "status": "Succeeded" }),
        Outcome::Failed { code, message } => {
            json!({ "status": "Failed", "error": { "code": code, "message": message, "details": [] } })
        }
        Outcome::Canceled => json!({
            "status": "Canceled",
            "error": {
                "code": "CanceledAndSupersededDueToAnotherOperation",
                "message": "Operation was canceled and superseded by another operation.",
                "details": [],
            },
        }),
    };
    Ok(Done::read(body))
}

pub(super) fn result(call: &mut Call<'_>) -> Result<Done, ApiError> {
    let operation = find(call)?;
    match &operation.outcome {
        Outcome::InProgress => {
            let location = address(call, "operationResults", call.route.own_name());
            let headers = vec![(header::LOCATION, location), (header::RETRY_AFTER, retry_after(call))];
            Ok(Done { status: StatusCode::ACCEPTED, headers, ..Done::read(Value::Null) })
        }
        Outcome::Succeeded => match (operation.act, call.state.endpoints.get(&operation.endpoint)) {
            (Act::Create | Act::Update, Some(endpoint)) => {
                Ok(Done::read(super::private_endpoint::show(call, endpoint)))
            }
            (Act::Create | Act::Update | Act::Delete, _) => {
                Ok(Done { status: StatusCode::NO_CONTENT, ..Done::read(Value::Null) })
            }
            (Act::Disconnect, _) => Ok(Done::read(Value::Null)),
        },
        Outcome::Failed { message, .. } => Err(ApiError::new(400, "OperationFailed", message.clone())),
        Outcome::Canceled => Err(ApiError::new(
            409,
            "CanceledAndSupersededDueToAnotherOperation",
            "Operation was canceled and superseded by another operation.",
        )),
    }
}

/// The headers of an answer that goes on: where to ask how far it is, where for its result, and when.
pub(super) fn headers(call: &Call<'_>, id: &str, with_result: bool) -> Vec<(HeaderName, String)> {
    let mut headers = vec![(PROGRESS, address(call, "operations", id)), (header::RETRY_AFTER, retry_after(call))];
    if with_result {
        headers.push((header::LOCATION, address(call, "operationResults", id)));
    }
    headers
}

/// The header of an answer of Key Vault's that goes on: it has no `Azure-AsyncOperation`.
pub(super) fn headers_of_vaults(call: &Call<'_>, id: &str) -> Vec<(HeaderName, String)> {
    vec![(header::LOCATION, address(call, "operationResults", id)), (header::RETRY_AFTER, retry_after(call))]
}

/// Errors: `AnotherOperationInProgress` while something goes on at an endpoint.
pub(super) fn nothing_goes_on(call: &Call<'_>, endpoint: &str) -> Result<(), ApiError> {
    match call.state.going_on(endpoint) {
        None => Ok(()),
        Some((id, _)) => Err(conflict(&address(call, "operations", id))),
    }
}

pub(super) fn conflict(uri: &str) -> ApiError {
    let message = format!(
        "Another operation on this or dependent resource is in progress. To retrieve status of the operation use uri: \
         {uri}."
    );
    ApiError::new(409, "AnotherOperationInProgress", message)
}

/// The delay in whole seconds, as the header has it: 0 says at once. Unit: s.
fn retry_after(call: &Call<'_>) -> String {
    (call.state.delay() / 1000).clamp(0, 10).to_string()
}

fn address(call: &Call<'_>, kind: &str, id: &str) -> String {
    let namespace = if call.route.vault.is_some() { "Microsoft.KeyVault" } else { "Microsoft.Network" };
    let location = call.state.operations.get(id).and_then(|known| call.state.endpoints.get(&known.endpoint));
    let location = location.map_or("eastus", |endpoint| endpoint.location.as_str());
    format!(
        "https://localhost:{}/subscriptions/{}/providers/{namespace}/locations/{location}/{kind}/{id}?api-version={}",
        call.port, call.route.subscription, call.version
    )
}

fn find<'a>(call: &'a Call<'_>) -> Result<&'a AsyncOperation, ApiError> {
    let id = call.route.own_name();
    call.state.operations.get(id).ok_or_else(|| {
        ApiError::new(404, "OperationNotFound", format!("The operation '{}' could not be found.", printable(id)))
    })
}
