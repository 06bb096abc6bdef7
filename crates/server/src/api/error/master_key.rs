//! Rows of the table for master keys as owners see them. All codes are ours, in Atlas's style. Must not know the rules:
//! they come as the domain's refusals. What only nodes can run into is no answer of this door.

use api_wire::error_body::ErrorBody;
use control::master_key::MasterKeyError;
use domain::master_key::state::ReturnRefusal;

use super::{CONFLICT, NOT_FOUND, body, quoted, unexpected};

/// Gives the row of a master key that is not there, by the id as it was given.
pub(super) fn not_found(id: &str) -> ErrorBody {
    let id = quoted(id);
    body(NOT_FOUND, "MASTER_KEY_NOT_FOUND", format!("No master key with ID {id} exists in this project."))
        .with_parameters([id])
}

/// Gives the row of what went wrong with a master key.
pub(super) fn row(error: &MasterKeyError, request_id: &str) -> ErrorBody {
    match error {
        MasterKeyError::NotFound => {
            body(NOT_FOUND, "MASTER_KEY_NOT_FOUND", "No such master key exists in this project.")
        }
        MasterKeyError::Return(ReturnRefusal::NotDestroyed) => body(
            CONFLICT,
            "MASTER_KEY_NOT_DESTROYED",
            "The master key is not destroyed, so there is nothing to bring back. Its state says where it is.",
        ),
        MasterKeyError::Return(ReturnRefusal::Purged { .. }) => body(
            CONFLICT,
            "MASTER_KEY_PURGED",
            "The time to bring the master key back is over, and its bytes are wiped for good.",
        ),
        MasterKeyError::NameTaken(names) => {
            let names: Vec<&str> = names.iter().take(20).map(|name| name.value.as_str()).collect();
            let names = quoted(&names.join(", "));
            body(
                CONFLICT,
                "DUPLICATE_MASTER_KEY_NAME",
                format!("Another master key of the same owner has taken a name of this one: {names}. Have its node give that up first."),
            )
            .with_parameters([names])
        }
        MasterKeyError::Conflict => body(
            CONFLICT,
            "MASTER_KEY_UPDATE_IN_PROGRESS",
            "Another change of the master key, of its cluster or of its customer key came first. Nothing was changed; send the request again.",
        ),
        MasterKeyError::TooManyKeys => body(
            CONFLICT,
            "MASTER_KEY_LIMIT_REACHED",
            "The owner of the master key has as many as there can be. Have its node destroy some first.",
        ),
        MasterKeyError::ReadOnly
        | MasterKeyError::Create(_)
        | MasterKeyError::Use(_)
        | MasterKeyError::Move(_)
        | MasterKeyError::Attribute(_)
        | MasterKeyError::NoKey(_)
        | MasterKeyError::Untold
        | MasterKeyError::Cipher(_) => unexpected(request_id),
    }
}
