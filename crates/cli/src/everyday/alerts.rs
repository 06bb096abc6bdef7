//! `atrest alerts`.

use super::line::{Body, Field, FieldKind, Line, Show};
use crate::output::Column;

const ALERT: Show = Show::Table(&[
    Column { heading: "ID", pointer: "/id" },
    Column { heading: "TYPE", pointer: "/eventTypeName" },
    Column { heading: "STATUS", pointer: "/status" },
    Column { heading: "CREATED", pointer: "/created" },
    Column { heading: "ACKNOWLEDGED UNTIL", pointer: "/acknowledgedUntil" },
]);

const CONFIGURATION: Show = Show::Table(&[
    Column { heading: "ID", pointer: "/id" },
    Column { heading: "TYPE", pointer: "/eventTypeName" },
    Column { heading: "ENABLED", pointer: "/enabled" },
    Column { heading: "NOTIFIES", pointer: "/notifications/*/typeName" },
    Column { heading: "THRESHOLD", pointer: "/threshold/threshold" },
]);

const COMMENT: Field =
    Field::new("comment", "/acknowledgementComment", FieldKind::Text, "Why, for those who look at the alert");

const CREATION: &[Field] = &[
    Field::new("event", "/eventTypeName", FieldKind::Text, "What raises the alert").required(),
    Field::new("enabled", "/enabled", FieldKind::TrueOrFalse, "Whether it counts; true if left out"),
    Field::new(
        "notificationType",
        "/notifications/0/typeName",
        FieldKind::Text,
        "EMAIL, GROUP, ORG, TEAM or USER; GROUP, which is the project, if left out; a WEBHOOK comes by --file",
    ),
    Field::new(
        "notificationRole",
        "/notifications/0/roles",
        FieldKind::Texts,
        "The roles in the project or organization that are told; everybody if left out",
    ),
    Field::new("notificationEmailAddress", "/notifications/0/emailAddress", FieldKind::Text, "The address of EMAIL"),
    Field::new("notificationTeamId", "/notifications/0/teamId", FieldKind::Text, "The team of TEAM"),
    Field::new("notificationUsername", "/notifications/0/username", FieldKind::Text, "The person of USER"),
    Field::new(
        "notificationDelayMin",
        "/notifications/0/delayMin",
        FieldKind::Number,
        "How many minutes to wait before the first notice",
    ),
    Field::new(
        "notificationIntervalMin",
        "/notifications/0/intervalMin",
        FieldKind::Number,
        "How many minutes lie between notices; 60 if left out",
    ),
];

/// A notice by mail. A webhook's address and secret are no words for a command line: those come by `--file`, and so does
/// a threshold.
const TEMPLATE: &str = r#"{"enabled":true,"notifications":[{"typeName":"GROUP","delayMin":0,"intervalMin":60}]}"#;

pub(super) const LINES: &[Line] = &[
    Line::new("alerts list", "List a project's alerts", "listAlerts", ALERT),
    Line::new("alerts describe", "Show an alert", "getAlert", ALERT).named(&["alertId"]),
    Line::new("alerts acknowledge", "Say that an alert is known; it is quiet until then", "acknowledgeAlert", ALERT)
        .named(&["alertId"])
        .body(Body::Fields {
            template: "{}",
            fields: &[
                Field::new("until", "/acknowledgedUntil", FieldKind::Text, "Until when, such as 2027-01-31T00:00:00Z"),
                Field::new(
                    "forever",
                    "/acknowledgedUntil",
                    FieldKind::Means(r#""2126-01-01T00:00:00Z""#),
                    "For a hundred years",
                ),
                COMMENT,
            ],
        }),
    Line::new("alerts unacknowledge", "Say that an alert is to be told again", "acknowledgeAlert", ALERT)
        .named(&["alertId"])
        .body(Body::Fixed(r#"{"unacknowledgeAlert":true}"#)),
    Line::new("alerts settings list", "List what raises alerts", "listAlertConfigs", CONFIGURATION),
    Line::new("alerts settings describe", "Show one setting", "getAlertConfig", CONFIGURATION)
        .named(&["alertConfigId"]),
    Line::new("alerts settings create", "Have something raise an alert", "createAlertConfig", CONFIGURATION)
        .body(Body::Fields { template: TEMPLATE, fields: CREATION }),
    Line::new("alerts settings update", "Replace a setting", "updateAlertConfig", CONFIGURATION)
        .named(&["alertConfigId"])
        .body(Body::Fields { template: TEMPLATE, fields: CREATION }),
    Line::new("alerts settings enable", "Let a setting count", "toggleAlertConfig", CONFIGURATION)
        .named(&["alertConfigId"])
        .body(Body::Fixed(r#"{"enabled":true}"#)),
    Line::new("alerts settings disable", "Let a setting rest", "toggleAlertConfig", CONFIGURATION)
        .named(&["alertConfigId"])
        .body(Body::Fixed(r#"{"enabled":false}"#)),
    Line::new(
        "alerts settings delete",
        "Delete a setting",
        "deleteAlertConfig",
        Show::Done("Alert setting '{}' is deleted"),
    )
    .named(&["alertConfigId"])
    .asks(),
];
