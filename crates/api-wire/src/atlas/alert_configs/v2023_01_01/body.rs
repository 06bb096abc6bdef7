//! What a POST and a PUT say about an alert configuration. It must not know which ways of telling there are behind it:
//! every published field is read, and which of them were given is told.

use super::super::ALERT_TYPE;
use crate::body::{Limits, Object, parse};
use crate::fault::{Fault, FaultKind};
use crate::schema::{FLAG, Field, Kind, OBJECT_ID, Schema, TEXT, TextRule};
use crate::secret::WireSecret;
use crate::text_format::ONE_LINE;

/// A configuration as somebody wants it.
#[derive(Debug)]
pub struct AlertConfigBody {
    /// Which alert.
    pub event_type_name: String,
    /// Whether it raises alerts.
    pub enabled: bool,
    /// From when on.
    pub threshold: Option<ThresholdBody>,
    /// Which things it is about.
    pub matchers: Vec<MatcherBody>,
    /// Whom to tell.
    pub notifications: Vec<NotificationBody>,
    /// How bad it is.
    pub severity_override: Option<String>,
}

/// A threshold as somebody wants it.
#[derive(Debug)]
pub struct ThresholdBody {
    /// How it is compared.
    pub operator: Option<String>,
    /// The number.
    pub threshold: Option<i64>,
    /// What it counts.
    pub units: Option<String>,
}

/// A condition as somebody wants it.
#[derive(Debug)]
pub struct MatcherBody {
    /// The field.
    pub field_name: String,
    /// How it is compared.
    pub operator: String,
    /// With what.
    pub value: String,
}

/// One way of telling as somebody wants it.
#[derive(Debug)]
pub struct NotificationBody {
    /// Which way.
    pub type_name: String,
    /// The names of the fields that were sent with a value, but those that all ways have.
    pub given: Vec<&'static str>,
    /// Its id.
    pub notifier_id: Option<String>,
    /// How long to wait. Unit: minutes.
    pub delay_min: Option<i64>,
    /// How often. Unit: minutes.
    pub interval_min: Option<i64>,
    /// The mail address.
    pub email_address: Option<String>,
    /// Whether people get mail.
    pub email_enabled: Option<bool>,
    /// Whether people get messages on their phones.
    pub sms_enabled: Option<bool>,
    /// The roles.
    pub roles: Option<Vec<String>>,
    /// The team.
    pub team_id: Option<String>,
    /// The person.
    pub username: Option<String>,
    /// The webhook's address.
    pub webhook_url: Option<WireSecret>,
    /// The webhook's secret.
    pub webhook_secret: Option<WireSecret>,
}

impl AlertConfigBody {
    /// Reads the body of a POST or a PUT.
    /// Errors: every fault of shape, at least one.
    pub fn read(bytes: &[u8]) -> Result<Self, Vec<Fault>> {
        Self::take(parse(bytes, &BODY_SCHEMA, Limits::default())?).map_err(|fault| vec![fault])
    }

    fn take(mut body: Object) -> Result<Self, Fault> {
        let event_type_name = required(&mut body, "eventTypeName")?;
        let threshold = body.object("threshold")?.value().map(ThresholdBody::take).transpose()?;
        let matchers = body.objects("matchers")?.value().unwrap_or_default();
        let notifications = body.objects("notifications")?.value().unwrap_or_default();
        Ok(Self {
            event_type_name,
            enabled: body.flag("enabled")?.value().unwrap_or(false),
            threshold,
            matchers: matchers.into_iter().map(MatcherBody::take).collect::<Result<_, _>>()?,
            notifications: notifications.into_iter().map(NotificationBody::take).collect::<Result<_, _>>()?,
            severity_override: body.text("severityOverride")?.value(),
        })
    }
}

fn required(body: &mut Object, name: &str) -> Result<String, Fault> {
    body.text(name)?.value().ok_or_else(|| Fault::at(name, FaultKind::Missing))
}

impl ThresholdBody {
    fn take(mut body: Object) -> Result<Self, Fault> {
        Ok(Self {
            operator: body.text("operator")?.value(),
            threshold: body.integer("threshold")?.value(),
            units: body.text("units")?.value(),
        })
    }
}

impl MatcherBody {
    fn take(mut body: Object) -> Result<Self, Fault> {
        Ok(Self {
            field_name: required(&mut body, "fieldName")?,
            operator: required(&mut body, "operator")?,
            value: required(&mut body, "value")?,
        })
    }
}

impl NotificationBody {
    fn take(mut body: Object) -> Result<Self, Fault> {
        let type_name = required(&mut body, "typeName")?;
        let mut given = Vec::new();
        let mut told = |name: &'static str, is_there: bool| {
            if is_there {
                given.push(name);
            }
        };
        let email_address = body.text("emailAddress")?.value();
        told("emailAddress", email_address.is_some());
        let email_enabled = body.flag("emailEnabled")?.value();
        told("emailEnabled", email_enabled.is_some());
        let roles = body.texts("roles")?.value();
        told("roles", roles.as_ref().is_some_and(|roles| !roles.is_empty()));
        let sms_enabled = body.flag("smsEnabled")?.value();
        told("smsEnabled", sms_enabled.is_some());
        let team_id = body.text("teamId")?.value();
        told("teamId", team_id.is_some());
        let team_name = body.text("teamName")?.value();
        told("teamName", team_name.is_some());
        let username = body.text("username")?.value();
        told("username", username.is_some());
        let webhook_url = body.secret("webhookUrl")?.value();
        told("webhookUrl", webhook_url.is_some());
        let webhook_secret = body.secret("webhookSecret")?.value();
        told("webhookSecret", webhook_secret.is_some());
        for name in OTHERS {
            let other = body.secret(name)?.value();
            told(name, other.is_some());
        }
        Ok(Self {
            type_name,
            given,
            notifier_id: body.text("notifierId")?.value(),
            delay_min: body.integer("delayMin")?.value(),
            interval_min: body.integer("intervalMin")?.value(),
            email_address,
            email_enabled,
            sms_enabled,
            roles,
            team_id,
            username,
            webhook_url,
            webhook_secret,
        })
    }
}

/// Whether a configuration is to raise alerts.
#[derive(Debug, PartialEq, Eq)]
pub struct ToggleBody {
    /// Whether.
    pub enabled: bool,
}

impl ToggleBody {
    /// Reads the body of a PATCH.
    /// Errors: every fault of shape, at least one.
    pub fn read(bytes: &[u8]) -> Result<Self, Vec<Fault>> {
        let mut body = parse(bytes, &TOGGLE_SCHEMA, Limits::default())?;
        let enabled = body.flag("enabled").map_err(|fault| vec![fault])?.value();
        enabled.map(|enabled| Self { enabled }).ok_or_else(|| vec![Fault::at("enabled", FaultKind::Missing)])
    }
}

/// The shape of the body of a PATCH.
pub static TOGGLE_SCHEMA: Schema = Schema {
    name: Some("AlertConfigToggle"),
    description: "Switches an alert configuration on or off.",
    kind: Kind::Object { fields: TOGGLE_FIELDS, open: false },
};

static TOGGLE_FIELDS: &[Field] = &[Field::required("enabled", &FLAG, "Whether it raises alerts.")];

/// The shape of the body of a POST or a PUT.
pub static BODY_SCHEMA: Schema = Schema {
    name: Some("AlertConfigBody"),
    description: "An alert configuration as it is to be.",
    kind: Kind::Object { fields: BODY_FIELDS, open: false },
};

static BODY_FIELDS: &[Field] = &[
    Field::shown("created"),
    Field::optional("enabled", &FLAG, "Whether it raises alerts; it does not if this is left out.").nullable(),
    Field::required("eventTypeName", &ALERT_TYPE, "Which alert."),
    Field::shown("groupId"),
    Field::shown("id"),
    Field::shown("links"),
    Field::optional("matchers", &MATCHERS, "Which clusters it is about; all conditions must fit.").nullable(),
    Field::required("notifications", &NOTIFICATIONS, "Whom to tell, and how: 1 to 25 ways."),
    Field::optional("severityOverride", &SEVERITY, "How bad its alerts are, if not what their type says.").nullable(),
    Field::optional("threshold", &THRESHOLD, "From when on. An alert about rotation must have one.").nullable(),
    Field::shown("updated"),
];

/// How bad an alert is.
pub(super) static SEVERITY: Schema = Schema::inline(Kind::OneOf(&["INFO", "WARNING", "ERROR", "CRITICAL"]));

/// A threshold.
pub(super) static THRESHOLD: Schema = Schema {
    name: Some("AlertThreshold"),
    description: "From when on an alert is raised.",
    kind: Kind::Object { fields: THRESHOLD_FIELDS, open: false },
};
static THRESHOLD_FIELDS: &[Field] = &[
    Field::optional("operator", &COMPARISON, "How it is compared: what the type of alert says.").nullable(),
    Field::optional("threshold", &NUMBER, "The number.").nullable(),
    Field::optional("units", &UNITS, "What it counts: what the type of alert says.").nullable(),
];
static COMPARISON: Schema = Schema::inline(Kind::OneOf(&["GREATER_THAN", "LESS_THAN"]));
static UNITS: Schema = Schema::inline(Kind::OneOf(&["DAYS", "HOURS"]));
static NUMBER: Schema = Schema::inline(Kind::Integer { min: -2_147_483_648, max: 2_147_483_647 });
/// A number of minutes. Its bounds are a rule, which has a code of its own.
pub(super) static MINUTES: Schema = Schema::inline(Kind::Integer { min: -2_147_483_648, max: 2_147_483_647 });

/// Conditions.
pub(super) static MATCHERS: Schema = Schema::inline(Kind::List { items: &MATCHER, max: 50 });
static MATCHER: Schema = Schema {
    name: Some("AlertMatcher"),
    description: "A condition on what an alert would be about.",
    kind: Kind::Object { fields: MATCHER_FIELDS, open: false },
};
static MATCHER_FIELDS: &[Field] = &[
    Field::required("fieldName", &MATCHER_FIELD, "The field. Alerts here have CLUSTER_NAME alone."),
    Field::required("operator", &OPERATOR, "How it is compared. REGEX is not done here."),
    Field::required("value", &WORDS, "With what."),
];
/// Source: contract.md 4.2; those that are not ours are refused by name.
static MATCHER_FIELD: Schema = Schema::inline(Kind::OneOf(&[
    "APPLICATION_ID",
    "CLUSTER_NAME",
    "TYPE_NAME",
    "HOSTNAME",
    "PORT",
    "HOSTNAME_AND_PORT",
    "REPLICA_SET_NAME",
    "ATLAS_NODE_TYPE",
    "SHARD_NAME",
    "INSTANCE_NAME",
    "PROCESSOR_NAME",
    "RULE_ID",
    "SOFTWARE_TYPE",
]));
static OPERATOR: Schema = Schema::inline(Kind::OneOf(&[
    "EQUALS",
    "CONTAINS",
    "STARTS_WITH",
    "ENDS_WITH",
    "NOT_EQUALS",
    "NOT_CONTAINS",
    "REGEX",
]));
static WORDS: Schema = Schema::inline(Kind::Text(TextRule { min: 0, max: 256, format: Some(&ONE_LINE) }));

/// Names of roles.
pub(super) static ROLES: Schema = Schema::inline(Kind::List { items: &WORDS, max: 100 });

/// The published ways of telling. Those that are not ours are refused by name.
/// Source: contract.md 4.2.
pub(super) static TYPE_NAME: Schema = Schema::inline(Kind::OneOf(&[
    "DATADOG",
    "EMAIL",
    "GROUP",
    "HIP_CHAT",
    "MICROSOFT_TEAMS",
    "OPS_GENIE",
    "ORG",
    "PAGER_DUTY",
    "SLACK",
    "SMS",
    "TEAM",
    "USER",
    "VICTOR_OPS",
    "WEBHOOK",
]));

static NOTIFICATIONS: Schema = Schema::inline(Kind::List { items: &NOTIFICATION, max: 100 });
static NOTIFICATION: Schema = Schema {
    name: Some("AlertNotificationBody"),
    description: "One way of telling as it is to be. Of the ways there are, EMAIL, GROUP, ORG, TEAM, USER and WEBHOOK are gone here.",
    kind: Kind::Object { fields: NOTIFICATION_FIELDS, open: false },
};

/// Fields that are refused wherever they say something.
const OTHERS: [&str; 18] = [
    "apiToken",
    "channelName",
    "datadogApiKey",
    "datadogRegion",
    "integrationId",
    "microsoftTeamsWebhookUrl",
    "mobileNumber",
    "notificationToken",
    "opsGenieApiKey",
    "opsGenieRegion",
    "region",
    "roomName",
    "serviceKey",
    "severity",
    "victorOpsApiKey",
    "victorOpsRoutingKey",
    "webhookBodyTemplate",
    "webhookHeadersTemplate",
];

const OTHER: &str = "Belongs to a way of telling that is not gone here, and is refused.";

const fn other(name: &'static str) -> Field {
    Field::optional(name, &TEXT, OTHER).nullable()
}

static NOTIFICATION_FIELDS: &[Field] = &[
    other("apiToken"),
    other("channelName"),
    other("datadogApiKey"),
    other("datadogRegion"),
    Field::optional("delayMin", &MINUTES, "How many minutes an alert lasts before it is told; 0 if left out.")
        .nullable(),
    Field::optional("emailAddress", &WORDS, "EMAIL: the address.").nullable(),
    Field::optional("emailEnabled", &FLAG, "GROUP, ORG, TEAM, USER: whether people get mail. They do.").nullable(),
    other("integrationId"),
    Field::optional(
        "intervalMin",
        &MINUTES,
        "How many minutes lie between two notices of an open alert, 5 at least; 60 if left out.",
    )
    .nullable(),
    other("microsoftTeamsWebhookUrl"),
    other("mobileNumber"),
    other("notificationToken"),
    Field::optional("notifierId", &OBJECT_ID, "Its id, if it is one that is there already.").nullable(),
    other("opsGenieApiKey"),
    other("opsGenieRegion"),
    other("region"),
    Field::optional("roles", &ROLES, "GROUP, ORG: only people with these roles; all if there are none.").nullable(),
    other("roomName"),
    other("serviceKey"),
    other("severity"),
    Field::optional("smsEnabled", &FLAG, "GROUP, ORG, TEAM, USER: no messages are sent to phones.").nullable(),
    Field::optional("teamId", &OBJECT_ID, "TEAM: the team.").nullable(),
    Field::optional("teamName", &WORDS, "TEAM: its name; ignored.").nullable(),
    Field::required("typeName", &TYPE_NAME, "Which way."),
    Field::optional("username", &WORDS, "USER: the person, by mail address.").nullable(),
    other("victorOpsApiKey"),
    other("victorOpsRoutingKey"),
    Field::optional("webhookBodyTemplate", &TEXT, "WEBHOOK: refused; the body is the same for everybody.").nullable(),
    Field::optional("webhookHeadersTemplate", &TEXT, "WEBHOOK: refused; the headers are the same for everybody.")
        .nullable(),
    Field::optional("webhookSecret", &SECRET, "WEBHOOK: what requests are signed with. Its mask keeps what is stored.")
        .nullable(),
    Field::optional("webhookUrl", &SECRET, "WEBHOOK: the address, https. Its mask keeps what is stored.").nullable(),
];
static SECRET: Schema = Schema::inline(Kind::Text(TextRule { min: 0, max: 2048, format: Some(&ONE_LINE) }));

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(body: &str) -> Vec<String> {
        AlertConfigBody::read(body.as_bytes()).unwrap_err().into_iter().map(|fault| fault.path).collect()
    }

    #[test]
    fn reads_what_terraform_sends() {
        let body = r#"{"eventTypeName":"AWS_ENCRYPTION_KEY_NEEDS_ROTATION","enabled":true,"matchers":[],"threshold":{"operator":"GREATER_THAN","threshold":60,"units":"DAYS"},"notifications":[{"typeName":"GROUP","intervalMin":5,"delayMin":0,"smsEnabled":false,"emailEnabled":true,"roles":["GROUP_OWNER"]},{"typeName":"WEBHOOK","webhookUrl":"https://h.example.com/x","webhookSecret":"s3cr3t"}]}"#;
        let found = AlertConfigBody::read(body.as_bytes()).unwrap();
        let [people, hook] = found.notifications.as_slice() else { panic!("two") };
        assert_eq!((people.interval_min, people.roles.as_deref()), (Some(5), Some(&["GROUP_OWNER".to_owned()][..])));
        assert_eq!(hook.webhook_url.as_ref().map(WireSecret::expose), Some("https://h.example.com/x"));
        assert_eq!(hook.given, ["webhookUrl", "webhookSecret"]);
        assert_eq!(found.threshold.and_then(|threshold| threshold.threshold), Some(60));
        assert!(!format!("{:?}", found.notifications).contains("s3cr3t"));
    }

    #[test]
    fn tells_every_fault_at_once() {
        assert_eq!(paths("{}"), ["eventTypeName", "notifications"]);
        assert_eq!(
            paths(r#"{"eventTypeName":"X","notifications":[{"typeName":"PIGEON"},{}],"severityOverride":"BAD","x":1}"#),
            ["eventTypeName", "notifications[0].typeName", "notifications[1].typeName", "severityOverride", "x"]
        );
        assert_eq!(
            paths(
                r#"{"eventTypeName":"AWS_ENCRYPTION_KEY_INVALID","notifications":{},"matchers":[{"fieldName":"X"}]}"#
            ),
            ["notifications", "matchers[0].fieldName", "matchers[0].operator", "matchers[0].value"]
        );
    }

    #[test]
    fn every_other_field_has_its_place() {
        for name in OTHERS {
            assert!(NOTIFICATION_FIELDS.iter().any(|field| field.name == name), "{name}");
        }
    }

    #[test]
    fn reads_a_switch() {
        assert_eq!(ToggleBody::read(br#"{"enabled":false}"#), Ok(ToggleBody { enabled: false }));
        for body in ["{}", r#"{"enabled":null}"#, r#"{"enabled":"true"}"#] {
            assert!(ToggleBody::read(body.as_bytes()).is_err(), "{body}");
        }
    }
}
