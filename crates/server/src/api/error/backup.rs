//! Rows of the table for what surrounds a cluster: search nodes, compliance policies, network containers. Must not know
//! the rules: they come as the use cases' errors.

use api_wire::error_body::ErrorBody;
use control::backup_compliance::ComplianceError;
use control::search_deployment::SearchDeploymentError;
use domain::cluster::ClusterName;

use super::{BAD_REQUEST, CONFLICT, NOT_FOUND, body, quoted};

/// Gives the row of what stands between a compliance policy and a change.
pub(super) fn compliance_row(error: &ComplianceError) -> ErrorBody {
    match error {
        // ours
        ComplianceError::Unencrypted(clusters) => {
            let names: Vec<&str> = clusters.iter().take(20).map(ClusterName::as_str).collect();
            let more = if clusters.len() > names.len() { " and others" } else { "" };
            let detail = format!(
                "A policy with encryptionAtRestEnabled needs every cluster to use a customer key. Set encryptionAtRestProvider on these first: {}{more}.",
                names.join(", ")
            );
            body(BAD_REQUEST, "BACKUP_COMPLIANCE_POLICY_CLUSTERS_NOT_ENCRYPTED", detail).with_parameters(names)
        }
        // published
        ComplianceError::NothingEnabled(project) => body(
            BAD_REQUEST,
            "ENCRYPTION_AT_REST_NOT_ENABLED",
            format!(
                "Encryption at Rest is not enabled for group {project}. Enable a provider with a PATCH of the project's encryptionAtRest before a policy demands it."
            ),
        )
        .with_parameters([project.to_string()]),
        // published
        ComplianceError::EncryptionDemanded(name) => body(
            BAD_REQUEST,
            "CANNOT_DISABLE_ENCRYPTION_AT_REST_WITH_BACKUP_COMPLIANCE_POLICY",
            format!(
                "The project's backup compliance policy demands a customer key of every cluster, so cluster {name} cannot be without one. Send encryptionAtRestProvider with a provider that is enabled."
            ),
        )
        .with_parameters([name.to_string()]),
        // published
        ComplianceError::LastProvider(_) => body(
            BAD_REQUEST,
            "CAN_NOT_DISABLE_ALL_ENCRYPTION_AT_REST_SETTINGS_WHILE_BACKUP_COMPLIANCE_POLICY_ENCRYPTION_ENABLED",
            "The project's backup compliance policy demands customer keys, so its last provider cannot be disabled. Set encryptionAtRestEnabled of the policy to false first.",
        ),
    }
}

/// Gives the row of what stands against search nodes.
pub(super) fn search_row(error: &SearchDeploymentError) -> ErrorBody {
    match error {
        // recorded as a code that clients know
        SearchDeploymentError::NotFound(name) => body(
            BAD_REQUEST,
            "ATLAS_SEARCH_DEPLOYMENT_DOES_NOT_EXIST",
            format!("Cluster {name} has no search nodes. Create them with a POST to the same path."),
        )
        .with_parameters([name.to_string()]),
        // ours
        SearchDeploymentError::Exists(name) => body(
            CONFLICT,
            "ATLAS_SEARCH_DEPLOYMENT_ALREADY_EXISTS",
            format!("Cluster {name} has search nodes already. Change them with a PATCH to the same path."),
        )
        .with_parameters([name.to_string()]),
        // recorded
        SearchDeploymentError::Paused(name) => body(
            CONFLICT,
            "CANNOT_UPDATE_PAUSED_CLUSTER",
            format!("Cannot update cluster {name} while it is paused or being paused. Resume it first."),
        )
        .with_parameters([name.to_string()]),
        // ours
        SearchDeploymentError::Conflict(name) => body(
            CONFLICT,
            "CLUSTER_UPDATE_IN_PROGRESS",
            format!(
                "Another change of cluster {name} came first. Nothing was changed; read it and send the request again."
            ),
        )
        .with_parameters([name.to_string()]),
    }
}

/// Ours.
pub(super) fn container_not_found(id: &str) -> ErrorBody {
    let id = quoted(id);
    let detail = format!("No network container with ID {id} exists in this group. GET containers/all lists them.");
    body(NOT_FOUND, "CLOUD_PROVIDER_CONTAINER_NOT_FOUND", detail).with_parameters([id])
}

/// Recorded as a code that clients know.
pub(super) fn not_a_flex_cluster(name: &ClusterName) -> ErrorBody {
    let detail = format!("Cannot use non-flex cluster {name} in the flex API. Use the clusters API.");
    body(BAD_REQUEST, "CANNOT_USE_NON_FLEX_CLUSTER_IN_FLEX_API", detail).with_parameters([name.to_string()])
}
