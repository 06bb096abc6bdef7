//! From an alert configuration to the wire's. It is taken apart by name, so that a new field breaks the build here.

use api_wire::atlas::alert_configs::v2023_01_01::{
    AlertConfig as WireConfig, Matcher as WireMatcher, Notification, Threshold as WireThreshold,
};
use api_wire::paging::Link;
use api_wire::wire_time::WireTime;
use control::alert_config::AlertConfigView;
use domain::alert::{AlertConfig, Channel, Matcher, NotificationRule, Threshold, WebhookShown};
use domain::recipient::Recipients;

/// Translates a configuration.
pub(in crate::api::atlas) fn to_wire(base_url: &str, view: AlertConfigView) -> WireConfig {
    let AlertConfigView { config, team_names } = view;
    let AlertConfig {
        id,
        project,
        kind,
        enabled,
        threshold,
        matchers,
        notifications,
        severity_override,
        created_at,
        updated_at,
        revision: _,
    } = config;
    let place = format!("{base_url}/api/atlas/v2/groups/{project}/alertConfigs/{id}");
    let matcher =
        |Matcher { operator, value }| WireMatcher { field_name: "CLUSTER_NAME", operator: operator.name(), value };
    WireConfig {
        created: WireTime::from_epoch_millis(created_at.as_millis()),
        enabled,
        event_type_name: kind.name(),
        group_id: project.to_string(),
        id: id.to_string(),
        links: vec![Link::to_self(&place), Link { href: format!("{place}/alerts"), rel: format!("{base_url}/alerts") }],
        matchers: matchers.into_iter().map(matcher).collect(),
        notifications: notifications.into_iter().zip(team_names).map(notification).collect(),
        severity_override: severity_override.map(|severity| severity.name()),
        threshold: threshold.map(|Threshold { comparison, value, unit }| WireThreshold {
            operator: comparison.name(),
            threshold: value,
            units: unit.name(),
        }),
        updated: WireTime::from_epoch_millis(updated_at.as_millis()),
    }
}

fn notification((rule, team_name): (NotificationRule, Option<String>)) -> Notification {
    let NotificationRule { id, delay, interval, channel } = rule;
    let common = Notification {
        delay_min: delay,
        interval_min: interval,
        notifier_id: id.to_string(),
        ..Notification::default()
    };
    let people =
        |type_name| Notification { email_enabled: Some(true), sms_enabled: Some(false), type_name, ..common.clone() };
    match channel {
        Channel::Email(address) => Notification { email_address: Some(address), type_name: "EMAIL", ..common },
        Channel::People(Recipients::ProjectRoles(roles)) => {
            Notification { roles: roles.into_iter().map(|role| role.name()).collect(), ..people("GROUP") }
        }
        Channel::People(Recipients::OrgRoles(roles)) => {
            Notification { roles: roles.into_iter().map(|role| role.name()).collect(), ..people("ORG") }
        }
        Channel::People(Recipients::Team(team)) => {
            Notification { team_id: Some(team.to_string()), team_name, ..people("TEAM") }
        }
        Channel::People(Recipients::User(username)) => Notification { username: Some(username), ..people("USER") },
        Channel::Webhook(WebhookShown { url, secret }) => {
            Notification { webhook_url: Some(url), webhook_secret: secret, type_name: "WEBHOOK", ..common }
        }
    }
}
