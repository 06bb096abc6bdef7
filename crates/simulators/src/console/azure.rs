//! What the console's paths mean for the simulated Azure. It must not know how an act is done.

use super::{Refusal, empty, no_such_path, not_found};
use crate::azure::{Change, KeyRef};
use crate::door::Incoming;

/// Reads the act that a POST under `azure/` asks for.
pub(super) fn change(path: &[&str], request: &Incoming) -> Result<Change, Refusal> {
    empty(request)?;
    match path {
        ["vaults", vault, "keys", key, act] => key_change(KeyRef::newest(vault, key), act),
        ["vaults", vault, "keys", key, "versions", version, act] => {
            version_change(KeyRef { version: Some((*version).to_owned()), ..KeyRef::newest(vault, key) }, act)
        }
        ["vaults", vault, "public-access", act] => Ok(Change::SetPublicAccess((*vault).to_owned(), on(act)?)),
        ["vaults", vault, "firewall", act] => Ok(Change::SetFirewall((*vault).to_owned(), on(act)?)),
        ["vaults", vault, act] => vault_change((*vault).to_owned(), act),
        ["vaults", vault, "connections", connection, act] => {
            connection_change((*vault).to_owned(), (*connection).to_owned(), act)
        }
        ["endpoints", id, "remove"] => Ok(Change::RemovePrivateEndpoint((*id).to_owned())),
        ["subnets", subnet, act] => subnet_change((*subnet).to_owned(), act),
        ["vaults", vault, "policies", object_id, act] => {
            let (vault, object_id) = ((*vault).to_owned(), (*object_id).to_owned());
            Ok(if removes(act)? {
                Change::RemoveAccessPolicy(vault, object_id)
            } else {
                Change::RestoreAccessPolicy(vault, object_id)
            })
        }
        ["role-assignments", id, act] => {
            let id = (*id).to_owned();
            Ok(if removes(act)? { Change::RemoveRoleAssignment(id) } else { Change::RestoreRoleAssignment(id) })
        }
        ["service-principals", id, act] => {
            let id = (*id).to_owned();
            Ok(if removes(act)? { Change::RemoveServicePrincipal(id) } else { Change::RestoreServicePrincipal(id) })
        }
        ["secrets", id, act] => secret_change((*id).to_owned(), act),
        _ => Err(no_such_path()),
    }
}

fn vault_change(vault: String, act: &str) -> Result<Change, Refusal> {
    Ok(match act {
        "delete" => Change::DeleteVault(vault),
        "recover" => Change::RecoverVault(vault),
        _ => return Err(not_found("the console knows no such act on a vault")),
    })
}

fn connection_change(vault: String, connection: String, act: &str) -> Result<Change, Refusal> {
    Ok(match act {
        "approve" => Change::ApproveConnection(vault, connection),
        "reject" => Change::RejectConnection(vault, connection),
        "remove" => Change::RemoveConnection(vault, connection),
        _ => return Err(not_found("the console approves, rejects and removes connections, nothing else")),
    })
}

fn subnet_change(subnet: String, act: &str) -> Result<Change, Refusal> {
    Ok(match act {
        "cut" => Change::CutSubnet(subnet),
        "mend" => Change::MendSubnet(subnet),
        _ => return Err(not_found("the console cuts and mends lines, nothing else")),
    })
}

fn key_change(key: KeyRef, act: &str) -> Result<Change, Refusal> {
    Ok(match act {
        "rotate" => Change::RotateKey(key),
        "delete" => Change::DeleteKey(key),
        "recover" => Change::RecoverKey(key),
        "purge" => Change::PurgeKey(key),
        _ => return Err(not_found("the console knows no such act on a key")),
    })
}

fn version_change(version: KeyRef, act: &str) -> Result<Change, Refusal> {
    Ok(match act {
        "disable" => Change::DisableKey(version),
        "enable" => Change::EnableKey(version),
        "expire" => Change::ExpireKey(version),
        "clear-expiry" => Change::SetKeyExpiry(version, None),
        "clear-start" => Change::SetKeyStart(version, None),
        _ => return Err(not_found("the console knows no such act on a version of a key")),
    })
}

fn secret_change(id: String, act: &str) -> Result<Change, Refusal> {
    Ok(match act {
        "remove" => Change::RemoveSecret(id),
        "restore" => Change::RestoreSecret(id),
        "expire" => Change::ExpireSecret(id),
        "renew" => Change::RenewSecret(id),
        _ => return Err(not_found("the console knows no such act on a client secret")),
    })
}

fn removes(act: &str) -> Result<bool, Refusal> {
    match act {
        "remove" => Ok(true),
        "restore" => Ok(false),
        _ => Err(not_found("the console removes and restores, nothing else")),
    }
}

fn on(act: &str) -> Result<bool, Refusal> {
    match act {
        "on" => Ok(true),
        "off" => Ok(false),
        _ => Err(not_found("the console turns it on and off, nothing else")),
    }
}
