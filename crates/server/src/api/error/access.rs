//! Rows of the table for who may do what. Where no source is named a code is ours, in Atlas's style. Must not know the
//! rules.

use api_wire::error_body::ErrorBody;
use control::access::{AccessError, SECRET_HOURS_MIN, SECRETS_MAX};
use domain::api_key::ACCESS_ENTRIES_MAX;
use domain::team::{MEMBERS_MAX, TEAMS_MAX};

use super::{BAD_REQUEST, CONFLICT, FORBIDDEN, NOT_FOUND, body, quoted};

/// Gives the row of what went wrong with access.
pub(super) fn row(error: &AccessError) -> ErrorBody {
    match error {
        // published (clients.md 3.7)
        AccessError::ApiKeyNotFound(id) => {
            no_such("API_KEY_NOT_FOUND", id, |id| format!("No API key with ID {id} exists."))
        }
        AccessError::AccountNotFound(id) => no_such("SERVICE_ACCOUNT_NOT_FOUND", id, |id| {
            format!("No service account with client ID {id} exists.")
        }),
        AccessError::SecretNotFound(id) => no_such("SERVICE_ACCOUNT_SECRET_NOT_FOUND", id, |id| {
            format!("The service account has no secret with ID {id}.")
        }),
        AccessError::TeamNotFound(id) => no_such("TEAM_NOT_FOUND", id, |id| format!("No team {id} exists.")),
        AccessError::UserNotFound(id) => no_such("USER_NOT_FOUND", id, |id| format!("No user {id} exists.")),
        AccessError::EntryNotFound(entry) => no_such("ACCESS_LIST_ENTRY_NOT_FOUND", entry, |entry| {
            format!("The access list has no entry {entry}.")
        }),
        AccessError::EntryTaken(entry) => {
            body(CONFLICT, "ACCESS_LIST_ENTRY_ALREADY_EXISTS", format!("{entry} is on the access list already."))
                .with_parameters([entry.clone()])
        }
        AccessError::TooManyEntries => body(
            BAD_REQUEST,
            "TOO_MANY_ACCESS_LIST_ENTRIES",
            format!("An access list can have {ACCESS_ENTRIES_MAX} entries. Remove some, or add wider networks."),
        ),
        // published
        AccessError::CallersOwnEntry => body(
            BAD_REQUEST,
            "CANNOT_REMOVE_CALLER_FROM_ACCESS_LIST",
            "The key that asks comes from that address and would shut itself out. Add another entry for it first, or use another key.",
        ),
        AccessError::CallerWithoutList => body(
            BAD_REQUEST,
            "CALLER_HAS_NO_ACCESS_LIST",
            "The credential that asks has no access list and would shut itself out. Give it one first, or ask with another.",
        ),
        AccessError::TeamNameTaken(name) => {
            let name = quoted(name);
            body(CONFLICT, "DUPLICATE_TEAM_NAME", format!("The organization has a team named {name} already."))
                .with_parameters([name])
        }
        // published
        AccessError::TeamInProject(id) => no_such("CANNOT_DELETE_TEAM_ASSIGNED_TO_PROJECT", id, |id| {
            format!("Cannot delete team {id} while a project has it. Remove it from its projects first.")
        }),
        AccessError::TooManyTeams => {
            body(BAD_REQUEST, "TOO_MANY_TEAMS", format!("An organization can have {TEAMS_MAX} teams."))
        }
        AccessError::TooManyInTeam => {
            body(BAD_REQUEST, "TOO_MANY_TEAM_MEMBERS", format!("A team can have {MEMBERS_MAX} people."))
        }
        AccessError::UserTaken(email) => {
            let email = quoted(email);
            let detail = format!("{email} belongs here already, or has an invitation. Change what they may do instead.");
            body(CONFLICT, "USER_ALREADY_EXISTS", detail).with_parameters([email])
        }
        AccessError::InTeam(id) => {
            let id = quoted(id);
            body(CONFLICT, "USER_ALREADY_IN_TEAM", format!("User {id} is in the team already.")).with_parameters([id])
        }
        AccessError::NotInTeam(id) => {
            no_such("USER_NOT_IN_TEAM", id, |id| format!("User {id} is not in the team."))
        }
        AccessError::RoleNotHeld(role) => body(
            FORBIDDEN,
            "CANNOT_GRANT_UNHELD_ROLE",
            format!(
                "Nobody gives, takes or gets hold of a role that they do not hold themselves: {role} is one. Ask an owner."
            ),
        )
        .with_parameters([*role]),
        AccessError::NoRoleLeft => body(
            BAD_REQUEST,
            "MISSING_ROLES",
            "Nobody is without any role. Name at least one, or remove the key, account, team or user.",
        ),
        AccessError::LastOwner(org) => body(
            CONFLICT,
            "CANNOT_REMOVE_LAST_OWNER",
            format!("Organization {org} would have no owner left. Make somebody else an owner first."),
        )
        .with_parameters([org.to_string()]),
        AccessError::TooManySecrets => body(
            BAD_REQUEST,
            "SERVICE_ACCOUNT_SECRET_LIMIT_REACHED",
            format!("A service account can have {SECRETS_MAX} secrets, expired ones included. Delete one first."),
        ),
        AccessError::SecretHours { asked, max } => body(
            BAD_REQUEST,
            "INVALID_SERVICE_ACCOUNT_SECRET_EXPIRATION",
            format!(
                "secretExpiresAfterHours must be from {SECRET_HOURS_MIN} to {max}, which the organization's settings set, not {asked}."
            ),
        )
        .with_parameters([asked.to_string()]),
        AccessError::TokenRefused => body(
            FORBIDDEN,
            "INVITATION_TOKEN_INVALID",
            "The token is unknown, was used, or its time is over. Ask an owner of the organization for a new one.",
        ),
        AccessError::WrongStanding => body(
            CONFLICT,
            "USER_STANDING_MISMATCH",
            "That cannot be done with a user of this standing: whoever was only invited is removed instead of shut out, and whoever is shut out is let in before they get a token.",
        ),
    }
}

fn no_such(code: &'static str, named: &str, detail: impl FnOnce(&str) -> String) -> ErrorBody {
    let named = quoted(named);
    body(NOT_FOUND, code, detail(&named)).with_parameters([named])
}
