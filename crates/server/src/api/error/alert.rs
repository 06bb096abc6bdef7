//! Rows of the table for alerts and their configurations. Must not know the rules.

use api_wire::error_body::{ErrorBody, FieldViolation};
use control::alert_config::{AlertError, AlertFault, AlertFaultKind, MOST_ALERT_CONFIGS, MOST_NOTIFICATIONS};

use super::{BAD_REQUEST, CONFLICT, FORBIDDEN, NOT_FOUND, body, quoted, several};

/// Gives the row of what stands against a use case.
pub(super) fn row(error: &AlertError) -> ErrorBody {
    match error {
        // published
        AlertError::ConfigNotFound { project, id } => {
            let id = quoted(id);
            let detail = format!("No alert configuration with ID {id} exists in group {project}.");
            body(NOT_FOUND, "ALERT_CONFIG_NOT_FOUND", detail).with_parameters([id, project.to_string()])
        }
        // published
        AlertError::NotFound { project, id } => {
            let id = quoted(id);
            let detail = format!("No alert with ID {id} exists in group {project}.");
            body(NOT_FOUND, "ALERT_NOT_FOUND", detail).with_parameters([id, project.to_string()])
        }
        // published
        AlertError::TooMany => body(
            BAD_REQUEST,
            "MAX_ALERT_CONFIGS_PER_GROUP_EXCEEDED",
            format!("A group can have {MOST_ALERT_CONFIGS} alert configurations at most. Delete one first."),
        )
        .with_parameters([MOST_ALERT_CONFIGS.to_string()]),
        // ours
        AlertError::Conflict => body(
            CONFLICT,
            "ALERT_UPDATE_IN_PROGRESS",
            "Somebody else changed it meanwhile. Nothing was changed; read it and send the request again.",
        ),
        AlertError::Refused(faults) => faults_row(faults),
    }
}

fn faults_row(faults: &[AlertFault]) -> ErrorBody {
    let [fault] = faults else {
        let violation =
            |fault: &AlertFault| FieldViolation { field: fault.field.clone(), description: describe(fault) };
        return several(faults.iter().map(violation).collect());
    };
    let (status, code) = match &fault.kind {
        // published, all of them
        AlertFaultKind::Missing => (BAD_REQUEST, "MISSING_ATTRIBUTE"),
        AlertFaultKind::NobodyToTell => (BAD_REQUEST, "MISSING_NOTIFICATIONS"),
        AlertFaultKind::TooManyNotifications => (BAD_REQUEST, "TOO_MANY_GROUP_NOTIFICATIONS"),
        AlertFaultKind::ThresholdMissing => (BAD_REQUEST, "MISSING_THRESHOLD"),
        AlertFaultKind::ThresholdNotAllowed => (BAD_REQUEST, "THRESHOLD_PRESENT"),
        AlertFaultKind::OperatorNotAllowed { .. } => (BAD_REQUEST, "INVALID_OPERATOR_FOR_EVENT_TYPE"),
        AlertFaultKind::IntervalOutOfRange => (BAD_REQUEST, "NOTIFICATION_INTERVAL_OUT_OF_RANGE"),
        AlertFaultKind::MailOrMessageNeeded => (BAD_REQUEST, "EMAIL_OR_SMS_REQUIRED_FOR_GROUP_NOTIFICATION"),
        AlertFaultKind::NotSupported { .. } => (FORBIDDEN, "FEATURE_UNSUPPORTED"),
        AlertFaultKind::NoSuchRole { .. } => (BAD_REQUEST, "INVALID_ENUM_VALUE"),
        AlertFaultKind::UnitsNotAllowed { .. }
        | AlertFaultKind::OutOfRange { .. }
        | AlertFaultKind::NotOfThisType { .. }
        | AlertFaultKind::MatchersNotAllowed
        | AlertFaultKind::NotAnAddress
        | AlertFaultKind::MaskOfNothing => (BAD_REQUEST, "INVALID_ATTRIBUTE"),
        // ours
        AlertFaultKind::NoSuchTeam => (BAD_REQUEST, "INVALID_TEAM_FOR_NOTIFICATION"),
        AlertFaultKind::AddressRefused { .. } => (BAD_REQUEST, "WEBHOOK_URL_NOT_ALLOWED"),
    };
    body(status, code, describe(fault)).with_parameters([fault.field.clone()])
}

fn describe(fault: &AlertFault) -> String {
    let field = &fault.field;
    match &fault.kind {
        AlertFaultKind::Missing => format!("{field} is required; add it."),
        AlertFaultKind::NobodyToTell => "An alert configuration needs somebody to tell: add a notification.".to_owned(),
        AlertFaultKind::TooManyNotifications => {
            format!("An alert configuration can have {MOST_NOTIFICATIONS} notifications at most.")
        }
        AlertFaultKind::ThresholdMissing => {
            "Alerts of this type are raised by a threshold; add threshold with operator, threshold and units."
                .to_owned()
        }
        AlertFaultKind::ThresholdNotAllowed => "Alerts of this type have no threshold; leave it out.".to_owned(),
        AlertFaultKind::OperatorNotAllowed { allowed } => {
            format!("{field} must be {allowed} for alerts of this type.")
        }
        AlertFaultKind::UnitsNotAllowed { allowed } => format!("{field} must be {allowed} for alerts of this type."),
        AlertFaultKind::OutOfRange { min, max } => format!("{field} must be a whole number from {min} to {max}."),
        AlertFaultKind::IntervalOutOfRange => {
            format!("{field} must be 5 minutes or more, and 10 years or less.")
        }
        AlertFaultKind::MailOrMessageNeeded => {
            format!("{field} is false, and there is no other way to reach these people. Set it to true.")
        }
        AlertFaultKind::NotSupported { what } => {
            format!(
                "{what} is not supported here ({field}). Notifications are EMAIL, GROUP, ORG, TEAM, USER and WEBHOOK, by mail or by webhook; matchers compare CLUSTER_NAME, but not by REGEX."
            )
        }
        AlertFaultKind::NotOfThisType { type_name } => {
            format!("{field} does not belong to a notification of type {type_name}; leave it out.")
        }
        AlertFaultKind::MatchersNotAllowed => {
            "Alerts of this type are about no single cluster, so there is nothing to match; leave matchers out."
                .to_owned()
        }
        AlertFaultKind::NotAnAddress => format!("{field} must be a mail address."),
        AlertFaultKind::NoSuchRole { prefix } => {
            format!("{field} must be a role that begins with {prefix}, such as {prefix}OWNER.")
        }
        AlertFaultKind::NoSuchTeam => format!("{field} must be the id of a team of this group's organization."),
        AlertFaultKind::AddressRefused { why } => format!("{field} {why}."),
        AlertFaultKind::MaskOfNothing => {
            format!("{field} is masked, and nothing is stored here that it stands for. Send it in full.")
        }
    }
}
