//! What the console's paths mean for the simulated Google Cloud. Names of resources, with all their slashes, are
//! one segment. It must not know how an act is done.

use super::{Refusal, empty, no_such_path, not_found};
use crate::door::Incoming;
use crate::gcp::{Change, Grant};

/// Reads the act that a POST under `gcp/` asks for.
pub(super) fn change(path: &[&str], request: &Incoming) -> Result<Change, Refusal> {
    empty(request)?;
    match path {
        ["versions", name, act] => version_change((*name).to_owned(), act),
        ["keys", name, "rotate"] => Ok(Change::RotateKey((*name).to_owned())),
        ["grants", resource, role, member, act] => {
            let grant =
                Grant { resource: (*resource).to_owned(), role: (*role).to_owned(), member: (*member).to_owned() };
            grant_change(grant, act)
        }
        ["service-accounts", email, act] => account_change((*email).to_owned(), act),
        ["service-account-keys", id, act] => account_key_change((*id).to_owned(), act),
        _ => Err(no_such_path()),
    }
}

fn version_change(name: String, act: &str) -> Result<Change, Refusal> {
    Ok(match act {
        "disable" => Change::DisableVersion(name),
        "enable" => Change::EnableVersion(name),
        "destroy" => Change::DestroyVersion(name),
        "restore" => Change::RestoreVersion(name),
        _ => return Err(not_found("the console knows no such act on a version of a key")),
    })
}

fn grant_change(grant: Grant, act: &str) -> Result<Change, Refusal> {
    Ok(match act {
        "remove" => Change::RemoveGrant(grant),
        "restore" => Change::RestoreGrant(grant),
        _ => return Err(not_found("the console knows no such act on a grant")),
    })
}

fn account_change(email: String, act: &str) -> Result<Change, Refusal> {
    Ok(match act {
        "disable" => Change::DisableServiceAccount(email),
        "enable" => Change::EnableServiceAccount(email),
        _ => return Err(not_found("the console knows no such act on a service account")),
    })
}

fn account_key_change(id: String, act: &str) -> Result<Change, Refusal> {
    Ok(match act {
        "delete" => Change::DeleteServiceAccountKey(id),
        "restore" => Change::RestoreServiceAccountKey(id),
        _ => return Err(not_found("the console knows no such act on a service account's key")),
    })
}
