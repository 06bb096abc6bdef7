//! `Microsoft.Authorization/permissions`: what the caller may do at a scope. It must not know who granted it.

use serde_json::{Value, json};

use super::Call;
use crate::azure::error::ApiError;
use crate::azure::role::reaches;

/// One entry for each role that reaches the scope.
pub(super) fn list(call: &Call<'_>) -> Result<Value, ApiError> {
    let scope = call.route.scope();
    let held = call.state.assignments.iter().filter(|assignment| {
        !assignment.removed && assignment.object_id == call.caller.object_id && reaches(&assignment.scope, &scope)
    });
    let value = held.map(|assignment| {
        json!({
            "actions": assignment.role.actions(),
            "notActions": assignment.role.not_actions(),
            "dataActions": [],
            "notDataActions": [],
        })
    });
    Ok(json!({ "value": value.collect::<Vec<_>>() }))
}
