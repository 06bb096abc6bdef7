//! An alert configuration as dated 2023-01-01: how it is shown. It must not know the domain.

mod body;

use serde::Serialize;

use super::ALERT_TYPE;
use crate::atlas::links;
use crate::paging::Link;
use crate::schema::{DATE_TIME, FLAG, Field, Kind, OBJECT_ID, Schema, TEXT};
use crate::wire_time::WireTime;

pub use body::{AlertConfigBody, BODY_SCHEMA, MatcherBody, NotificationBody, TOGGLE_SCHEMA, ThresholdBody, ToggleBody};

/// One alert configuration. What it does not have is left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AlertConfig {
    /// When it was made.
    pub created: WireTime,
    /// Whether it raises alerts.
    pub enabled: bool,
    /// Which alert.
    pub event_type_name: &'static str,
    /// The project.
    pub group_id: String,
    /// Its id.
    pub id: String,
    /// Its links.
    pub links: Vec<Link>,
    /// Which things it is about.
    pub matchers: Vec<Matcher>,
    /// Whom to tell.
    pub notifications: Vec<Notification>,
    /// How bad it is, if not what its type says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub severity_override: Option<&'static str>,
    /// From when on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub threshold: Option<Threshold>,
    /// When it was last changed.
    pub updated: WireTime,
}

/// A condition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Matcher {
    /// The field.
    pub field_name: &'static str,
    /// How it is compared.
    pub operator: &'static str,
    /// With what.
    pub value: String,
}

/// A threshold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Threshold {
    /// How it is compared.
    pub operator: &'static str,
    /// The number.
    pub threshold: u32,
    /// What it counts.
    pub units: &'static str,
}

/// One way of telling. What does not belong to its type is left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Notification {
    /// How long an alert lasts before it is told. Unit: minutes.
    pub delay_min: u32,
    /// The mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email_address: Option<String>,
    /// Whether people get mail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email_enabled: Option<bool>,
    /// How often an open alert is told. Unit: minutes.
    pub interval_min: u32,
    /// Its id.
    pub notifier_id: String,
    /// The roles; left out if it is for everybody.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<&'static str>,
    /// Whether people get messages on their phones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sms_enabled: Option<bool>,
    /// The team.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub team_id: Option<String>,
    /// The team's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub team_name: Option<String>,
    /// Which way.
    pub type_name: &'static str,
    /// The person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// The webhook's secret, masked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub webhook_secret: Option<String>,
    /// The webhook's address, masked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub webhook_url: Option<String>,
}

/// The shape of an alert configuration.
pub static SCHEMA: Schema = Schema {
    name: Some("AlertConfig"),
    description: "Which alert a project wants, and whom to tell how.",
    kind: Kind::Object { fields: FIELDS, open: false },
};

static FIELDS: &[Field] = &[
    Field::required("created", &DATE_TIME, "When it was made."),
    Field::required("enabled", &FLAG, "Whether it raises alerts."),
    Field::required("eventTypeName", &ALERT_TYPE, "Which alert."),
    Field::required("groupId", &OBJECT_ID, "The project."),
    Field::required("id", &OBJECT_ID, "The configuration's id."),
    Field::required("links", &links::LINKS, links::DESCRIPTION),
    Field::required("matchers", &body::MATCHERS, "Which clusters it is about; all conditions must fit."),
    Field::required("notifications", &NOTIFICATIONS, "Whom to tell, and how."),
    Field::optional("severityOverride", &body::SEVERITY, "How bad its alerts are, if not what their type says."),
    Field::optional("threshold", &body::THRESHOLD, "From when on, for types that have a threshold."),
    Field::required("updated", &DATE_TIME, "When it was last changed."),
];

static NOTIFICATIONS: Schema = Schema::inline(Kind::List { items: &NOTIFICATION, max: 25 });
static NOTIFICATION: Schema = Schema {
    name: Some("AlertNotification"),
    description: "One way of telling.",
    kind: Kind::Object { fields: NOTIFICATION_FIELDS, open: false },
};
static NOTIFICATION_FIELDS: &[Field] = &[
    Field::required("delayMin", &body::MINUTES, "How many minutes an alert lasts before it is told."),
    Field::optional("emailAddress", &TEXT, "EMAIL: the address."),
    Field::optional("emailEnabled", &FLAG, "GROUP, ORG, TEAM, USER: whether people get mail."),
    Field::required("intervalMin", &body::MINUTES, "How many minutes lie between two notices of an open alert."),
    Field::required("notifierId", &OBJECT_ID, "Its id."),
    Field::optional("roles", &body::ROLES, "GROUP, ORG: only people with these roles."),
    Field::optional("smsEnabled", &FLAG, "GROUP, ORG, TEAM, USER: whether people get messages on their phones."),
    Field::optional("teamId", &OBJECT_ID, "TEAM: the team."),
    Field::optional("teamName", &TEXT, "TEAM: its name."),
    Field::required("typeName", &body::TYPE_NAME, "Which way."),
    Field::optional("username", &TEXT, "USER: the person, by mail address."),
    Field::optional("webhookSecret", &TEXT, "WEBHOOK: what requests are signed with, masked."),
    Field::optional("webhookUrl", &TEXT, "WEBHOOK: the address, masked behind its host."),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::body::{Limits, parse};

    #[test]
    fn writes_what_its_schema_says_and_takes_it_back() {
        let id = "32b6e34b3d91647abb20e7b8".to_owned();
        let config = AlertConfig {
            created: WireTime::from_epoch_millis(0),
            enabled: true,
            event_type_name: "AZURE_ENCRYPTION_KEY_NEEDS_ROTATION",
            group_id: id.clone(),
            id: id.clone(),
            links: Vec::new(),
            matchers: Vec::new(),
            notifications: vec![Notification {
                email_enabled: Some(true),
                interval_min: 60,
                notifier_id: id,
                roles: vec!["GROUP_OWNER"],
                sms_enabled: Some(false),
                type_name: "GROUP",
                ..Notification::default()
            }],
            severity_override: None,
            threshold: Some(Threshold { operator: "GREATER_THAN", threshold: 90, units: "DAYS" }),
            updated: WireTime::from_epoch_millis(0),
        };
        let text = serde_json::to_string(&config).unwrap();
        assert_eq!(
            text,
            r#"{"created":"1970-01-01T00:00:00Z","enabled":true,"eventTypeName":"AZURE_ENCRYPTION_KEY_NEEDS_ROTATION","groupId":"32b6e34b3d91647abb20e7b8","id":"32b6e34b3d91647abb20e7b8","links":[],"matchers":[],"notifications":[{"delayMin":0,"emailEnabled":true,"intervalMin":60,"notifierId":"32b6e34b3d91647abb20e7b8","roles":["GROUP_OWNER"],"smsEnabled":false,"typeName":"GROUP"}],"threshold":{"operator":"GREATER_THAN","threshold":90,"units":"DAYS"},"updated":"1970-01-01T00:00:00Z"}"#
        );
        parse(text.as_bytes(), &SCHEMA, Limits::default()).unwrap();
        let body = AlertConfigBody::read(text.as_bytes()).unwrap();
        assert_eq!((body.event_type_name.as_str(), body.enabled), ("AZURE_ENCRYPTION_KEY_NEEDS_ROTATION", true));
        let [notification] = body.notifications.as_slice() else { panic!("one") };
        assert_eq!(notification.given, ["emailEnabled", "roles", "smsEnabled"]);
    }
}
