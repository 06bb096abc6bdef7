//! Alert configurations, by dated shape. It must not know what raises an alert.

pub mod v2023_01_01;

use crate::schema::{Kind, Schema};

/// The names of the alerts that there are.
/// Source: contract.md 4.1, and ours.
pub static ALERT_TYPE_NAMES: &[&str] = &[
    "AWS_ENCRYPTION_KEY_NEEDS_ROTATION",
    "AZURE_ENCRYPTION_KEY_NEEDS_ROTATION",
    "GCP_ENCRYPTION_KEY_NEEDS_ROTATION",
    "AWS_ENCRYPTION_KEY_INVALID",
    "AZURE_ENCRYPTION_KEY_INVALID",
    "GCP_ENCRYPTION_KEY_INVALID",
    "ENCRYPTION_AT_REST_KMS_NETWORK_ACCESS_DENIED",
    "ENCRYPTION_AT_REST_CONFIG_NO_LONGER_VALID",
    "ENCRYPTION_AT_REST_CONFIG_UPDATE_STALLED",
    "AWS_ENCRYPTION_KEY_EXPIRING",
    "AZURE_ENCRYPTION_KEY_EXPIRING",
    "GCP_ENCRYPTION_KEY_EXPIRING",
    "AWS_ENCRYPTION_KEY_PENDING_DELETION",
    "AZURE_ENCRYPTION_KEY_PENDING_DELETION",
    "GCP_ENCRYPTION_KEY_PENDING_DELETION",
    "ENCRYPTION_AT_REST_PRIVATE_ENDPOINT_UNAPPROVED",
    "ENCRYPTION_AT_REST_PRIVATE_ENDPOINT_REJECTED",
    "ENCRYPTION_AT_REST_PRIVATE_ENDPOINT_FAILED",
    "NODE_CERTIFICATES_OVERLAP",
    "NODE_ADDRESS_CHANGED",
    "MASTER_KEY_DESTROYED",
    "CLUSTER_DELETED",
    "GROUP_DELETED",
];

/// The name of an alert.
pub static ALERT_TYPE: Schema =
    Schema { name: Some("AlertType"), description: "What an alert is about.", kind: Kind::OneOf(ALERT_TYPE_NAMES) };

/// The fields that matchers can compare.
pub static MATCHER_FIELD_NAMES: &[&str] = &["CLUSTER_NAME"];

/// The list of them.
pub static MATCHER_FIELDS: Schema = Schema::inline(Kind::List { items: &MATCHER_FIELD, max: 100 });

static MATCHER_FIELD: Schema = Schema::inline(Kind::OneOf(MATCHER_FIELD_NAMES));
