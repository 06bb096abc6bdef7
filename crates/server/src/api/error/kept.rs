//! Rows of the table for what is kept of master keys: rotations, snapshots, leave to read, and what was deleted and
//! can be brought back. All codes are ours, in Atlas's style. Must not know the rules: they come as the domain's
//! refusals.

use api_wire::error_body::ErrorBody;
use control::master_key_grant::GrantError;
use control::snapshot::SnapshotError;
use domain::release_grant::GrantRefusal;
use domain::snapshot::{DESCRIPTION_MAX, MASTER_KEYS_MAX, SnapshotRefusal};

use super::{BAD_REQUEST, CONFLICT, NOT_FOUND, body, quoted};

pub(super) fn rotation_not_found(id: &str) -> ErrorBody {
    let id = quoted(id);
    body(NOT_FOUND, "ROTATION_NOT_FOUND", format!("No rotation with ID {id} exists in this project."))
        .with_parameters([id])
}

pub(super) fn deleted_cluster_not_found(id: &str) -> ErrorBody {
    let id = quoted(id);
    let detail = format!(
        "No deleted cluster with ID {id} can be brought back in this project: there was none, its time is over, or it is back already."
    );
    body(NOT_FOUND, "DELETED_CLUSTER_NOT_FOUND", detail).with_parameters([id])
}

pub(super) fn deleted_project_not_found(id: &str) -> ErrorBody {
    let id = quoted(id);
    let detail = format!(
        "No deleted project with ID {id} can be brought back: there was none, its time is over, or it is back already."
    );
    body(NOT_FOUND, "DELETED_GROUP_NOT_FOUND", detail).with_parameters([id])
}

/// Gives the row of what went wrong with snapshots.
pub(super) fn snapshot_row(error: &SnapshotError) -> ErrorBody {
    match error {
        SnapshotError::NotFound { cluster, id } => {
            let id = quoted(id);
            body(NOT_FOUND, "SNAPSHOT_NOT_FOUND", format!("No snapshot with ID {id} exists of cluster {cluster}."))
                .with_parameters([id, cluster.to_string()])
        }
        SnapshotError::Conflict(cluster) => body(
            CONFLICT,
            "SNAPSHOT_CONFLICT",
            format!("The snapshots of cluster {cluster} or the master keys they need changed just now. Read them and send the request again."),
        )
        .with_parameters([cluster.to_string()]),
        SnapshotError::Refused(refusal) => snapshot_refusal_row(*refusal),
    }
}

fn snapshot_refusal_row(refusal: SnapshotRefusal) -> ErrorBody {
    match refusal {
        SnapshotRefusal::Description => body(
            BAD_REQUEST,
            "INVALID_ATTRIBUTE",
            format!(
                "Invalid description. It must be at most {DESCRIPTION_MAX} bytes long, without control characters."
            ),
        )
        .with_parameters(["description"]),
        SnapshotRefusal::NoMasterKeys => body(
            BAD_REQUEST,
            "SNAPSHOT_NEEDS_NO_MASTER_KEYS",
            "The cluster has no master key that a snapshot of it could need, so there is nothing to keep.",
        ),
        SnapshotRefusal::TooManyMasterKeys => body(
            BAD_REQUEST,
            "TOO_MANY_MASTER_KEYS",
            format!("A snapshot can need {MASTER_KEYS_MAX} master keys at most. Name those it needs."),
        ),
        SnapshotRefusal::MasterKey(id) => body(
            NOT_FOUND,
            "MASTER_KEY_NOT_FOUND",
            format!("No master key with ID {id} that could be kept exists in this cluster."),
        )
        .with_parameters([id.to_string()]),
    }
}

/// Gives the row of what went wrong with leave to read a master key.
pub(super) fn grant_row(error: &GrantError) -> ErrorBody {
    match error {
        GrantError::NotFound(id) => {
            let id = quoted(id);
            body(NOT_FOUND, "GRANT_NOT_FOUND", format!("No grant with ID {id} exists for this master key."))
                .with_parameters([id])
        }
        GrantError::MasterKeyNotFound(id) => {
            let id = quoted(id);
            body(NOT_FOUND, "MASTER_KEY_NOT_FOUND", format!("No master key with ID {id} exists in this project."))
                .with_parameters([id])
        }
        GrantError::NodeNotFound(id) => {
            let id = quoted(id);
            body(NOT_FOUND, "NODE_NOT_FOUND", format!("No node with ID {id} exists in this project."))
                .with_parameters([id])
        }
        GrantError::Refused(refusal) => grant_refusal_row(*refusal),
    }
}

fn grant_refusal_row(refusal: GrantRefusal) -> ErrorBody {
    match refusal {
        GrantRefusal::EndsAtOnce => body(
            BAD_REQUEST,
            "INVALID_ATTRIBUTE",
            "Invalid expiresInHours. The node must be let read the key for an hour at least.",
        )
        .with_parameters(["expiresInHours"]),
        GrantRefusal::TooLong => body(
            BAD_REQUEST,
            "INVALID_ATTRIBUTE",
            "Invalid expiresInHours. A node can be let read another's key for 720 hours, 30 days, at most; after that it can be let again.",
        )
        .with_parameters(["expiresInHours"]),
        GrantRefusal::NoSuchNode => body(
            CONFLICT,
            "NODE_REVOKED",
            "The node was revoked, for which there is no way back. Create another node in its place.",
        ),
        GrantRefusal::OwnKey => body(
            BAD_REQUEST,
            "GRANT_NOT_NEEDED",
            "The node has this master key anyway: it is its own, or its cluster's clients'.",
        ),
    }
}
