//! How a configuration lies in its columns: JSON, and the webhooks' addresses and secrets sealed. Every part is taken
//! apart by name, so that a new one breaks the build here. Must not know SQL.

use std::collections::BTreeMap;

use domain::access::{OrgRole, ProjectRole};
use domain::alert::{
    AlertConfig, Channel, Comparison, Matcher, MatcherOperator, NotificationRule, Severity, Threshold, ThresholdUnit,
    WebhookShown,
};
use domain::id::NotifierId;
use domain::recipient::Recipients;
use domain::secret::SecretText;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{Webhook, Webhooks};
use crate::error::{Result, StoreError};
use crate::sql::to_json;

/// The column `body`.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct BodyText {
    threshold: Option<ThresholdText>,
    matchers: Vec<MatcherText>,
    notifications: Vec<RuleText>,
    severity: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ThresholdText {
    comparison: String,
    value: u32,
    unit: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct MatcherText {
    operator: String,
    value: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct RuleText {
    id: String,
    delay: u32,
    interval: u32,
    channel: ChannelText,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
enum ChannelText {
    Email { address: String },
    ProjectRoles { roles: Vec<String> },
    OrgRoles { roles: Vec<String> },
    Team { id: String },
    User { email: String },
    Webhook { url: String, secret: Option<String> },
}

const CORRUPT: StoreError = StoreError::Corrupt { table: "alert_configs", what: "body" };

/// Writes the column `body`.
pub(super) fn write(config: &AlertConfig) -> Result<String> {
    let AlertConfig {
        id: _,
        project: _,
        kind: _,
        enabled: _,
        threshold,
        matchers,
        notifications,
        severity_override,
        created_at: _,
        updated_at: _,
        revision: _,
    } = config;
    to_json(&BodyText {
        threshold: threshold.map(|Threshold { comparison, value, unit }| ThresholdText {
            comparison: comparison.name().to_owned(),
            value,
            unit: unit.name().to_owned(),
        }),
        matchers: matchers
            .iter()
            .map(|Matcher { operator, value }| MatcherText {
                operator: operator.name().to_owned(),
                value: value.clone(),
            })
            .collect(),
        notifications: notifications.iter().map(rule_text).collect(),
        severity: severity_override.map(|severity| severity.name().to_owned()),
    })
}

fn rule_text(rule: &NotificationRule) -> RuleText {
    let NotificationRule { id, delay, interval, channel } = rule;
    let channel = match channel {
        Channel::Email(address) => ChannelText::Email { address: address.clone() },
        Channel::People(Recipients::ProjectRoles(roles)) => {
            ChannelText::ProjectRoles { roles: roles.iter().map(|role| role.name().to_owned()).collect() }
        }
        Channel::People(Recipients::OrgRoles(roles)) => {
            ChannelText::OrgRoles { roles: roles.iter().map(|role| role.name().to_owned()).collect() }
        }
        Channel::People(Recipients::Team(id)) => ChannelText::Team { id: id.to_string() },
        Channel::People(Recipients::User(email)) => ChannelText::User { email: email.clone() },
        Channel::Webhook(WebhookShown { url, secret }) => {
            ChannelText::Webhook { url: url.clone(), secret: secret.clone() }
        }
    };
    RuleText { id: id.to_string(), delay: *delay, interval: *interval, channel }
}

/// What the column `body` holds.
pub(super) struct Body {
    pub(super) threshold: Option<Threshold>,
    pub(super) matchers: Vec<Matcher>,
    pub(super) notifications: Vec<NotificationRule>,
    pub(super) severity: Option<Severity>,
}

/// Reads the column `body`.
pub(super) fn read(text: BodyText) -> Result<Body> {
    let BodyText { threshold, matchers, notifications, severity } = text;
    let threshold = threshold.map(|ThresholdText { comparison, value, unit }| {
        let comparison = Comparison::by_name(&comparison).ok_or(CORRUPT)?;
        let unit = ThresholdUnit::by_name(&unit).ok_or(CORRUPT)?;
        Ok::<_, StoreError>(Threshold { comparison, value, unit })
    });
    let matcher = |MatcherText { operator, value }| {
        MatcherOperator::by_name(&operator).map(|operator| Matcher { operator, value }).ok_or(CORRUPT)
    };
    Ok(Body {
        threshold: threshold.transpose()?,
        matchers: matchers.into_iter().map(matcher).collect::<Result<_>>()?,
        notifications: notifications.into_iter().map(rule).collect::<Result<_>>()?,
        severity: severity.map(|name| Severity::by_name(&name).ok_or(CORRUPT)).transpose()?,
    })
}

fn rule(text: RuleText) -> Result<NotificationRule> {
    let RuleText { id, delay, interval, channel } = text;
    let channel = match channel {
        ChannelText::Email { address } => Channel::Email(address),
        ChannelText::ProjectRoles { roles } => {
            Channel::People(Recipients::ProjectRoles(words(&roles, ProjectRole::by_name)?))
        }
        ChannelText::OrgRoles { roles } => Channel::People(Recipients::OrgRoles(words(&roles, OrgRole::by_name)?)),
        ChannelText::Team { id } => Channel::People(Recipients::Team(id.parse().map_err(|_| CORRUPT)?)),
        ChannelText::User { email } => Channel::People(Recipients::User(email)),
        ChannelText::Webhook { url, secret } => Channel::Webhook(WebhookShown { url, secret }),
    };
    Ok(NotificationRule { id: id.parse().map_err(|_| CORRUPT)?, delay, interval, channel })
}

fn words<T>(names: &[String], by_name: impl Fn(&str) -> Option<T>) -> Result<Vec<T>> {
    names.iter().map(|name| by_name(name).ok_or(CORRUPT)).collect()
}

#[derive(Serialize)]
struct AddressText<'a> {
    url: &'a str,
    secret: Option<&'a str>,
}

#[derive(Deserialize)]
struct OwnedAddressText {
    url: String,
    secret: Option<String>,
}

/// Writes what is sealed of a configuration; none if it has no webhook.
pub(super) fn write_webhooks(webhooks: &Webhooks) -> Result<Option<Zeroizing<String>>> {
    if webhooks.is_empty() {
        return Ok(None);
    }
    let text: BTreeMap<String, AddressText<'_>> = webhooks
        .iter()
        .map(|(notifier, address)| {
            let Webhook { url, secret } = address;
            (notifier.to_string(), AddressText { url: url.expose(), secret: secret.as_ref().map(SecretText::expose) })
        })
        .collect();
    to_json(&text).map(|text| Some(Zeroizing::new(text)))
}

/// Reads it back.
pub(super) fn read_webhooks(opened: &[u8]) -> Result<Webhooks> {
    let corrupt = || StoreError::Corrupt { table: "alert_configs", what: "sealed_webhooks" };
    let text: BTreeMap<String, OwnedAddressText> = serde_json::from_slice(opened).map_err(|_| corrupt())?;
    let address = |(notifier, OwnedAddressText { url, secret }): (String, OwnedAddressText)| {
        let notifier: NotifierId = notifier.parse().map_err(|_| corrupt())?;
        Ok((notifier, Webhook { url: SecretText::new(url), secret: secret.map(SecretText::new) }))
    };
    text.into_iter().map(address).collect()
}
