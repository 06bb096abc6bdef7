//! From the wire's alert configuration to what somebody wants.

use api_wire::atlas::alert_configs::v2023_01_01::{AlertConfigBody, MatcherBody, NotificationBody, ThresholdBody};
use api_wire::secret::WireSecret;
use control::alert_config::{AlertConfigDraft, AlertError, MatcherDraft, NotificationDraft, ThresholdDraft};
use domain::alert::{AlertKind, Comparison, MatcherOperator, Severity, ThresholdUnit};
use domain::id::AlertConfigId;
use domain::secret::SecretText;

use crate::api::call::Call;
use crate::api::error::Refused;

/// Gives the configuration of the path.
/// Errors: the configuration is not found if it is no id.
pub(in crate::api::atlas) fn config(call: &Call) -> Result<AlertConfigId, Refused> {
    let (project, id) = (call.project()?, call.parameter("alertConfigId"));
    let none = || AlertError::ConfigNotFound { project, id: id.to_owned() };
    id.parse().map_err(|_| Refused::Control(none().into()))
}

/// Translates a body.
/// Errors: `Bug` if the wire lets a word through that we do not know.
pub(super) fn from_wire(body: AlertConfigBody) -> Result<AlertConfigDraft, Refused> {
    let AlertConfigBody { event_type_name, enabled, threshold, matchers, notifications, severity_override } = body;
    let unknown = || Refused::Bug("the wire lets only words through that we know");
    let kind = AlertKind::by_name(&event_type_name).ok_or_else(unknown)?;
    let severity = severity_override.map(|name| Severity::by_name(&name).ok_or_else(unknown)).transpose()?;
    Ok(AlertConfigDraft {
        kind,
        enabled,
        threshold: threshold.map(threshold_draft),
        matchers: matchers.into_iter().map(matcher).collect(),
        notifications: notifications.into_iter().map(notification).collect(),
        severity_override: severity,
    })
}

fn threshold_draft(body: ThresholdBody) -> ThresholdDraft {
    let ThresholdBody { operator, threshold, units } = body;
    ThresholdDraft {
        comparison: operator.as_deref().and_then(Comparison::by_name),
        value: threshold,
        unit: units.as_deref().and_then(ThresholdUnit::by_name),
    }
}

fn matcher(body: MatcherBody) -> MatcherDraft {
    let MatcherBody { field_name, operator, value } = body;
    MatcherDraft { field: field_name, operator: MatcherOperator::by_name(&operator), value }
}

fn notification(body: NotificationBody) -> NotificationDraft {
    let NotificationBody {
        type_name,
        given,
        notifier_id,
        delay_min,
        interval_min,
        email_address,
        email_enabled,
        sms_enabled,
        roles,
        team_id,
        username,
        webhook_url,
        webhook_secret,
    } = body;
    NotificationDraft {
        type_name,
        given,
        id: notifier_id.and_then(|id| id.parse().ok()),
        delay: delay_min,
        interval: interval_min,
        email_address,
        email_enabled,
        sms_enabled,
        roles,
        team: team_id.and_then(|id| id.parse().ok()),
        username,
        webhook_url: webhook_url.map(secret),
        webhook_secret: webhook_secret.map(secret),
    }
}

fn secret(text: WireSecret) -> SecretText {
    SecretText::new(text.expose().to_owned())
}
