//! Who may do what inside a vault, and from where. Policies and roles are two worlds: a vault knows one of them.
//! It must not know what an operation does.
//!
//! Sure, from answers of live vaults: the words and codes of ForbiddenByPolicy, AccessDenied, ForbiddenByRbac,
//! ForbiddenByConnection and ForbiddenByFirewall; a vault says `group` where we say security group.

use std::net::Ipv4Addr;

use super::{OPERATIONS, Route};
use crate::azure::caller::Caller;
use crate::azure::error::ApiError;
use crate::azure::role::KEYS;
use crate::azure::state::State;
use crate::azure::vault::{Vault, VaultAccess};

/// Where every caller of the public door comes from.
const CLIENT: Ipv4Addr = Ipv4Addr::LOCALHOST;

/// The way that a caller came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum From {
    Public,
    /// By a private address; it is that of a subnet.
    Private(Ipv4Addr),
}

/// Errors: `ForbiddenByConnection`, `ForbiddenByFirewall`.
pub(super) fn network(state: &State, vault: &Vault, caller: &Caller, came: From) -> Result<(), ApiError> {
    let is_let_in = match came {
        From::Public => vault.public_access,
        From::Private(address) => state.admits_privately(vault, address),
    };
    let from = format!("Caller: {}\r\nVault: {};location={}", caller.words(), vault.name, vault.location);
    if !is_let_in {
        let message = format!(
            "Public network access is disabled and request is not from a trusted service nor via an approved private \
             link.\r\n{from}"
        );
        return Err(ApiError::forbidden("ForbiddenByConnection", message));
    }
    if came == From::Public && !vault.firewall.admits(CLIENT) {
        let message = format!(
            "Client address is not authorized and caller is not a trusted service.\r\nClient address: {CLIENT}\r\n{from}"
        );
        return Err(ApiError::forbidden("ForbiddenByFirewall", message));
    }
    Ok(())
}

/// Errors: `AccessDenied`, `ForbiddenByPolicy`, `ForbiddenByRbac`.
pub(super) fn permission(state: &State, vault: &Vault, caller: &Caller, route: &Route) -> Result<(), ApiError> {
    let found = OPERATIONS.iter().find(|(known, ..)| *known == route.operation);
    let (_, _, permission, action) = found.ok_or_else(|| ApiError::bug("known operations have a permission"))?;
    match vault.access {
        VaultAccess::Policies => match vault.policy(&caller.object_id) {
            None => Err(not_on_any(vault, caller, permission)),
            Some(policy) if policy.permissions.allows_key(permission) => Ok(()),
            Some(_) => Err(by_policy(vault, &caller.words(), route)),
        },
        VaultAccess::Rbac => {
            let resource = match &route.key {
                Some(key) => format!("{}/keys/{key}", vault.id()),
                None => vault.id(),
            };
            let action = format!("{KEYS}{action}");
            if state.has_role(&caller.object_id, &resource, |role| role.allows_data(&action)) {
                return Ok(());
            }
            Err(by_role(vault, caller, &action, &resource))
        }
    }
}

fn not_on_any(vault: &Vault, caller: &Caller, permission: &str) -> ApiError {
    let message = format!(
        "Access denied. Caller was not found on any access policy.\r\nOperation: \"{permission}\"\r\nCaller: {}\r\n\
         Vault: {};location={}",
        caller.words(),
        vault.name,
        vault.location
    );
    ApiError::forbidden("AccessDenied", message)
}

pub(super) fn by_policy(vault: &Vault, caller: &str, route: &Route) -> ApiError {
    let permission = OPERATIONS.iter().find(|(known, ..)| *known == route.operation).map_or("get", |found| found.2);
    let message = format!(
        "The user, security group or application '{caller}' does not have keys {permission} permission on key vault \
         '{};location={}'. For help resolving this issue, please see https://go.microsoft.com/fwlink/?linkid=2125287",
        vault.name, vault.location
    );
    ApiError::forbidden("ForbiddenByPolicy", message)
}

fn by_role(vault: &Vault, caller: &Caller, action: &str, resource: &str) -> ApiError {
    let message = format!(
        "Caller is not authorized to perform action on resource.\r\nIf role assignments, deny assignments or role \
         definitions were changed recently, please observe propagation time.\r\nCaller: {}\r\nAction: '{action}'\r\n\
         Resource: '{}'\r\nAssignment: (not found)\r\nDenyAssignmentId: null\r\nDecisionReason: null \r\n\
         Vault: {};location={}\r\n",
        caller.words(),
        resource.to_ascii_lowercase(),
        vault.name,
        vault.location
    );
    ApiError::forbidden("ForbiddenByRbac", message)
}
