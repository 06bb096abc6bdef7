//! The rows of projects, organizations, and of what is not offered.

use api_wire::atlas::not_offered::Part;
use api_wire::error_body::ErrorBody;
use control::project::ProjectError;

use super::{BAD_REQUEST, CONFLICT, FORBIDDEN, NOT_FOUND, body, quoted};

/// Gives the row of what stands against a use case.
pub(super) fn row(error: &ProjectError) -> ErrorBody {
    match error {
        // published
        ProjectError::NameNotFound(name) => {
            let name = quoted(name);
            body(NOT_FOUND, "GROUP_NAME_NOT_FOUND", format!("No group with name {name} exists that you can see."))
                .with_parameters([name])
        }
        // ours
        ProjectError::LimitNotFound(name) => {
            let name = quoted(name);
            body(
                NOT_FOUND,
                "GROUP_LIMIT_NOT_FOUND",
                format!("The group has no limit {name}. GET the limits without a name for those it has."),
            )
            .with_parameters([name])
        }
        // ours
        ProjectError::AccessEntryNotFound { project, value } => {
            let value = quoted(value);
            body(
                NOT_FOUND,
                "NETWORK_PERMISSION_ENTRY_NOT_FOUND",
                format!(
                    "IP Address {value} not on access list for group {project}. Write a network with its length, the slash as %2F."
                ),
            )
            .with_parameters([value, project.to_string()])
        }
        // published, with the field
        ProjectError::BitsAfterLength(network) => body(
            BAD_REQUEST,
            "INVALID_ATTRIBUTE",
            format!("Invalid attribute cidrBlock specified. The bits after its length must be zero: {network}."),
        )
        .with_parameters(["cidrBlock"]),
        // ours
        ProjectError::TooManyAccessEntries(at_most) => body(
            CONFLICT,
            "NETWORK_PERMISSION_ENTRY_LIMIT_REACHED",
            format!(
                "The IP access list would have more than {at_most} entries. Delete some, or raise the group's limit atlas.project.security.networkAccess.entries."
            ),
        )
        .with_parameters([at_most.to_string()]),
        // ours
        ProjectError::TooManyClusters(at_most) => body(
            CONFLICT,
            "CLUSTER_LIMIT_REACHED",
            format!(
                "The group has {at_most} clusters, which is its limit. Delete one, or raise the group's limit atlas.project.deployment.clusters."
            ),
        )
        .with_parameters([at_most.to_string()]),
        // published
        ProjectError::OrganizationHasProjects(_) => {
            body(CONFLICT, "ORG_NOT_EMPTY", "Cannot delete the organization while it has groups. Delete them first.")
        }
        // published
        ProjectError::NoWayIn => body(
            BAD_REQUEST,
            "MISSING_ONE_OF_ATTRIBUTES",
            "One of these is required: apiKey or serviceAccount. Without one nobody could sign in to the new organization.",
        ),
        ProjectError::NotOffered(what) => not_offered(what),
    }
}

/// Published.
fn not_offered(what: &str) -> ErrorBody {
    body(FORBIDDEN, "FEATURE_UNSUPPORTED", format!("This service does not offer {what}. Nothing was changed."))
}

/// Gives the row of a change of a part of Atlas that is not offered.
pub(super) fn part_not_offered(part: &Part) -> ErrorBody {
    not_offered(part.title)
}

/// Published code. Clients show the words to whoever types.
pub(super) fn user_sign_in_not_offered() -> ErrorBody {
    body(
        FORBIDDEN,
        "FEATURE_UNSUPPORTED",
        "This service does not sign people in by a device code. Use an API key or a service account: atlas config init, or MONGODB_ATLAS_PUBLIC_API_KEY and MONGODB_ATLAS_PRIVATE_API_KEY, or MONGODB_ATLAS_CLIENT_ID and MONGODB_ATLAS_CLIENT_SECRET.",
    )
}

/// Published code.
pub(super) fn old_api(path: &str, base: &str) -> ErrorBody {
    let path: String = path.chars().filter(|c| !c.is_control()).take(200).collect();
    body(
        NOT_FOUND,
        "RESOURCE_NOT_FOUND",
        format!(
            "Cannot find resource {path}. This service speaks version 2 of the Admin API only: use the base {base}."
        ),
    )
    .with_parameters([path])
}
