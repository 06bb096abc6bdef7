//! Rows of the table for clusters, and for what clusters want of customer keys and projects. Must not know
//! the rules: they come as the domain's refusals.

use api_wire::error_body::ErrorBody;
use control::cluster::Unsupported;
use control::error::NotProven;
use domain::cluster::{ClusterName, Refusal, SharedTier, TooCoarse};
use domain::customer_key::ProviderKind;
use domain::id::ProjectId;

use super::{BAD_REQUEST, CONFLICT, FORBIDDEN, NOT_FOUND, body, violations_row};

/// Recorded.
pub(super) fn not_found(name: &str, project: &str) -> ErrorBody {
    body(NOT_FOUND, "CLUSTER_NOT_FOUND", format!("No cluster named {name} exists in group {project}."))
        .with_parameters([name, project])
}

/// Published.
pub(super) fn name_taken(name: &ClusterName, project: ProjectId) -> ErrorBody {
    let detail = format!("A cluster named {name} is already present in group {project}. Choose another name.");
    body(BAD_REQUEST, "DUPLICATE_CLUSTER_NAME", detail).with_parameters([name.to_string(), project.to_string()])
}

/// Ours.
pub(super) fn conflict(name: &ClusterName) -> ErrorBody {
    let detail = format!(
        "Another change of cluster {name} came first. Nothing was changed; read the cluster and send the request again."
    );
    body(CONFLICT, "CLUSTER_UPDATE_IN_PROGRESS", detail).with_parameters([name.to_string()])
}

/// Published.
pub(super) fn unsupported(name: &ClusterName, what: Unsupported) -> ErrorBody {
    let what = match what {
        Unsupported::RestartPrimaries => {
            "Primaries are not restarted from here: nodes get no commands. Step them down yourself."
        }
        Unsupported::PinFeatureCompatibilityVersion => {
            "The feature compatibility version is not pinned from here: nodes get no commands. Set it in the database."
        }
        Unsupported::TenantUpgrade => "It is no shared cluster. PATCH the cluster to change its size.",
    };
    let detail = format!("This feature is not supported for cluster {name}. {what}");
    body(FORBIDDEN, "FEATURE_UNSUPPORTED", detail).with_parameters([name.to_string()])
}

/// Gives the row of a rule that stands against a cluster.
pub(super) fn refused(name: Option<&ClusterName>, refusal: &Refusal) -> ErrorBody {
    let name = name.map_or("", ClusterName::as_str);
    match refusal {
        Refusal::Violations(violations) => violations_row(violations),
        Refusal::SharedTier { tier, with_customer_key } => shared_tier_row(name, *tier, *with_customer_key),
        // published
        Refusal::PausedFromTheStart => body(
            BAD_REQUEST,
            "CANNOT_CREATE_PAUSED_CLUSTER",
            "Cannot create a paused cluster. Leave paused out, and pause the cluster when it is there.",
        ),
        // recorded
        Refusal::Paused => body(
            CONFLICT,
            "CANNOT_UPDATE_PAUSED_CLUSTER",
            format!(
                "Cannot update cluster {name} while it is paused or being paused. Send paused: false alone first, then the rest."
            ),
        )
        .with_parameters([name]),
        // published
        Refusal::AlreadyPaused => body(
            CONFLICT,
            "CLUSTER_ALREADY_PAUSED",
            format!("Cluster {name} is already paused. Send paused: false to resume it."),
        )
        .with_parameters([name]),
        // published
        Refusal::ChangedAndPaused => body(
            CONFLICT,
            "CANNOT_UPDATE_AND_PAUSE_CLUSTER",
            format!("Cannot update and pause cluster {name} at the same time. Send the change first, then paused: true alone."),
        )
        .with_parameters([name]),
        // published
        Refusal::ProviderChanged { from, to } => body(
            CONFLICT,
            "CANNOT_CHANGE_ENCRYPTION_AT_REST_PROVIDER",
            format!(
                "To choose a different Encryption at Rest provider, please disable and re-enable this feature. Set encryptionAtRestProvider from {} to NONE first, then to {}.",
                wire_name(*from),
                wire_name(*to)
            ),
        ),
        Refusal::LegacyBackup { with_customer_key } => legacy_backup_row(*with_customer_key),
        Refusal::TooCoarse(why) => too_coarse_row(name, *why),
        // recorded
        Refusal::TerminationProtected => body(
            BAD_REQUEST,
            "CANNOT_TERMINATE_CLUSTER_WHEN_TERMINATION_PROTECTION_ENABLED",
            format!(
                "Cannot terminate cluster {name} while its termination protection is enabled. Set terminationProtectionEnabled to false first."
            ),
        )
        .with_parameters([name]),
    }
}

fn legacy_backup_row(with_customer_key: bool) -> ErrorBody {
    if with_customer_key {
        // published
        return body(
            BAD_REQUEST,
            "CANNOT_USE_ENCRYPTION_AT_REST_BACKUP_TYPE",
            "Encryption at Rest with a customer key does not go together with legacy backup. Set backupEnabled to false, and providerBackupEnabled to true for snapshots.",
        );
    }
    // published
    body(
        FORBIDDEN,
        "FEATURE_UNSUPPORTED",
        "Legacy backup is not served here. Set backupEnabled to false, and providerBackupEnabled to true for snapshots.",
    )
}

fn too_coarse_row(name: &str, why: TooCoarse) -> ErrorBody {
    let (code, what) = match why {
        // recorded as a code that clients know
        TooCoarse::Shards => ("ASYMMETRIC_SHARD_UNSUPPORTED", "whose shards are not alike"),
        // ours
        TooCoarse::Clouds => ("MULTI_CLOUD_CLUSTER_UNSUPPORTED", "whose nodes are in several clouds"),
        // ours
        TooCoarse::Nodes => ("MIXED_HARDWARE_CLUSTER_UNSUPPORTED", "whose nodes differ in size, disk or auto-scaling"),
    };
    let detail = format!(
        "This version of the API cannot describe cluster {name}, {what}. Nothing was changed; use application/vnd.atlas.2024-08-05+json or a later version."
    );
    body(BAD_REQUEST, code, detail).with_parameters([name])
}

fn shared_tier_row(name: &str, tier: SharedTier, with_customer_key: bool) -> ErrorBody {
    if with_customer_key {
        // published
        return body(
            BAD_REQUEST,
            "CANNOT_USE_ENCRYPTION_AT_REST_TENANT",
            "Encryption at Rest with a customer key is for clusters of M10 and larger. Choose a larger instanceSize on AWS, AZURE or GCP.",
        );
    }
    match tier {
        // recorded as a code that clients know
        SharedTier::Free => body(
            BAD_REQUEST,
            "CANNOT_CREATE_FREE_CLUSTER_VIA_PUBLIC_API",
            "Free clusters are not served here. Choose an instanceSize of M10 or larger on AWS, AZURE or GCP.",
        ),
        // recorded
        SharedTier::Flex => body(
            BAD_REQUEST,
            "CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API",
            format!(
                "Flex cluster {name} cannot be used in the Cluster API. Choose an instanceSize of M10 or larger on AWS, AZURE or GCP."
            ),
        )
        .with_parameters([name]),
    }
}

/// Published.
pub(super) fn key_not_enabled(project: ProjectId, provider: ProviderKind) -> ErrorBody {
    let detail = format!(
        "Encryption at Rest is not enabled for group {project}. Enable {} with a PATCH of the project's encryptionAtRest first.",
        provider.title()
    );
    body(BAD_REQUEST, "ENCRYPTION_AT_REST_NOT_ENABLED", detail).with_parameters([project.to_string()])
}

/// Published.
pub(super) fn key_not_proven(not_proven: &NotProven) -> ErrorBody {
    let NotProven { provider, failure } = not_proven;
    let provider = provider.title();
    let mut detail = format!(
        "Atrest is unable to access your encryption key in {provider}. No cluster can begin or cease to use it, or be resumed with it, until the key is proven to work again"
    );
    if let Some(failure) = failure {
        detail.push_str(&format!(" ({})", failure.reason.code()));
        if let Some(said) = &failure.provider_message {
            detail.push_str(&format!(". {provider} said: {}", said.as_str().trim_end_matches('.')));
        }
    }
    detail.push('.');
    body(BAD_REQUEST, "ENCRYPTION_AT_REST_SETTINGS_INVALID", detail)
}

/// Published.
pub(super) fn key_in_use(provider: ProviderKind, clusters: &[ClusterName]) -> ErrorBody {
    let names: Vec<&str> = clusters.iter().take(20).map(ClusterName::as_str).collect();
    let more = if clusters.len() > names.len() { " and others" } else { "" };
    let detail = format!(
        "Cannot disable Encryption at Rest on the group because it is still enabled on one or more clusters in the group. Set encryptionAtRestProvider to NONE on these first, or delete them; they use {}: {}{more}.",
        provider.title(),
        names.join(", ")
    );
    body(CONFLICT, "CANNOT_DISABLE_ENCRYPTION_AT_REST", detail)
}

/// Published.
pub(super) fn project_name_taken(name: &str) -> ErrorBody {
    let detail = format!("A group with name {name} already exists in the organization. Choose another name.");
    body(CONFLICT, "GROUP_ALREADY_EXISTS", detail).with_parameters([name])
}

/// Recorded.
pub(super) fn project_has_clusters() -> ErrorBody {
    let detail = "Cannot close group while it has active clusters; please terminate all clusters.";
    body(CONFLICT, "CANNOT_CLOSE_GROUP_ACTIVE_ATLAS_CLUSTERS", detail)
}

/// Spells a provider as `encryptionAtRestProvider` does.
const fn wire_name(provider: ProviderKind) -> &'static str {
    match provider {
        ProviderKind::AwsKms => "AWS",
        ProviderKind::AzureKeyVault => "AZURE",
        ProviderKind::GcpKms => "GCP",
    }
}
