//! `providers/{namespace}`: whether a subscription may have resources of a kind, and how it comes to.
//! It must not know what a namespace holds.

use http::StatusCode;
use serde_json::{Value, json};

use super::{Call, Done, printable};
use crate::azure::error::ApiError;
use crate::azure::state::{KEY_VAULT, NETWORK};

/// The namespaces that there are.
const KNOWN: [&str; 4] = ["Microsoft.Authorization", KEY_VAULT, NETWORK, "Microsoft.Resources"];

pub(super) fn read(call: &Call<'_>) -> Result<Value, ApiError> {
    let namespace = find(call)?;
    let state = if call.subscription()?.is_registered(namespace) { "Registered" } else { "NotRegistered" };
    Ok(show(call, namespace, state))
}

/// It is so at once; the answer says that it is on its way, as Azure's does.
pub(super) fn register(call: &mut Call<'_>) -> Result<Done, ApiError> {
    let namespace = find(call)?;
    let state = if call.subscription()?.is_registered(namespace) { "Registered" } else { "Registering" };
    if let Some(subscription) = call.state.subscriptions.get_mut(&call.route.subscription) {
        subscription.unregistered.remove(&namespace.to_ascii_lowercase());
    }
    Ok(Done::changed(StatusCode::OK, show(call, namespace, state)))
}

fn show(call: &Call<'_>, namespace: &str, state: &str) -> Value {
    json!({
        "id": format!("/subscriptions/{}/providers/{namespace}", call.route.subscription),
        "namespace": namespace,
        "registrationPolicy": "RegistrationRequired",
        "registrationState": state,
        "resourceTypes": [],
    })
}

fn find(call: &Call<'_>) -> Result<&'static str, ApiError> {
    let asked = call.route.own_name();
    KNOWN.into_iter().find(|known| known.eq_ignore_ascii_case(asked)).ok_or_else(|| {
        let message = format!(
            "The resource namespace '{}' is invalid, or it is not modelled by this simulator.",
            printable(asked)
        );
        ApiError::new(404, "InvalidResourceNamespace", message)
    })
}
