//! What the console's paths mean for the simulated AWS. It must not know how an act is done.

use serde::Deserialize;

use super::{Refusal, empty, no_such_path, not_found, parse};
use crate::aws::{Change, Inline, KeyStatus};
use crate::door::Incoming;

/// Reads the act that a POST under `aws/` asks for.
pub(super) fn change(path: &[&str], request: &Incoming) -> Result<Change, Refusal> {
    match path {
        ["keys", id, act] => {
            empty(request)?;
            key_change(id, act)
        }
        ["access-keys", id] => {
            let status = match parse::<StatusFields>(request)?.status {
                WireStatus::Active => KeyStatus::Active,
                WireStatus::Inactive => KeyStatus::Inactive,
            };
            Ok(Change::SetAccessKey((*id).to_owned(), status))
        }
        ["subnets", subnet, act] => {
            empty(request)?;
            match *act {
                "cut" => Ok(Change::CutSubnet((*subnet).to_owned())),
                "mend" => Ok(Change::MendSubnet((*subnet).to_owned())),
                _ => Err(not_found("the console cuts and mends lines, nothing else")),
            }
        }
        ["vpc-endpoints", id, "delete"] => {
            empty(request)?;
            Ok(Change::DeleteVpcEndpoint((*id).to_owned()))
        }
        ["accounts", account, owners, owner, "policies", policy, act] => {
            empty(request)?;
            let inline =
                Inline { account: (*account).to_owned(), owner: (*owner).to_owned(), policy: (*policy).to_owned() };
            policy_change(inline, owners, act)
        }
        _ => Err(no_such_path()),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StatusFields {
    status: WireStatus,
}

#[derive(Deserialize)]
enum WireStatus {
    Active,
    Inactive,
}

fn key_change(id: &str, act: &str) -> Result<Change, Refusal> {
    let id = id.to_owned();
    Ok(match act {
        "disable" => Change::DisableKey(id),
        "enable" => Change::EnableKey(id),
        "schedule-deletion" => Change::ScheduleKeyDeletion(id),
        "cancel-deletion" => Change::CancelKeyDeletion(id),
        "rotate" => Change::RotateKey(id),
        "remove-policy" => Change::RemoveKeyPolicy(id),
        "restore-policy" => Change::RestoreKeyPolicy(id),
        _ => return Err(not_found("the console knows no such act on a key")),
    })
}

fn policy_change(inline: Inline, owners: &str, act: &str) -> Result<Change, Refusal> {
    Ok(match (owners, act) {
        ("roles", "remove") => Change::RemoveRolePolicy(inline),
        ("roles", "restore") => Change::RestoreRolePolicy(inline),
        ("users", "remove") => Change::RemoveUserPolicy(inline),
        ("users", "restore") => Change::RestoreUserPolicy(inline),
        _ => return Err(not_found("the console knows no such act on a policy")),
    })
}
