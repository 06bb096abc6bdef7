//! An alert as dated 2023-01-01. It must not know the domain.

use serde::Serialize;

use crate::atlas::alert_configs::ALERT_TYPE;
use crate::atlas::links;
use crate::paging::Link;
use crate::schema::{DATE_TIME, Field, Kind, OBJECT_ID, Schema, TEXT};
use crate::wire_time::WireTime;

/// One alert. What does not apply to it is left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Alert {
    /// Until when somebody has taken note.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acknowledged_until: Option<WireTime>,
    /// What they said to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acknowledgement_comment: Option<String>,
    /// Who they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acknowledging_username: Option<String>,
    /// The configuration that raised it.
    pub alert_config_id: String,
    /// The cluster it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cluster_name: Option<String>,
    /// When it began.
    pub created: WireTime,
    /// What it is about.
    pub event_type_name: &'static str,
    /// The project.
    pub group_id: String,
    /// Its id.
    pub id: String,
    /// When anybody was last told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_notified: Option<WireTime>,
    /// Its links.
    pub links: Vec<Link>,
    /// The organization.
    pub org_id: String,
    /// When it was over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resolved: Option<WireTime>,
    /// How it stands.
    pub status: &'static str,
    /// When it last changed.
    pub updated: WireTime,
}

/// The shape of an alert.
pub static SCHEMA: Schema = Schema {
    name: Some("Alert"),
    description: "Something that needs somebody, or did.",
    kind: Kind::Object { fields: FIELDS, open: false },
};

static FIELDS: &[Field] = &[
    Field::optional("acknowledgedUntil", &DATE_TIME, "Until when somebody has taken note of it."),
    Field::optional("acknowledgementComment", &TEXT, "What they said to it."),
    Field::optional("acknowledgingUsername", &TEXT, "Who they are: a person, or the public half of a key."),
    Field::required("alertConfigId", &OBJECT_ID, "The configuration that raised it."),
    Field::optional("clusterName", &TEXT, "The cluster it is about."),
    Field::required("created", &DATE_TIME, "When it began."),
    Field::required("eventTypeName", &ALERT_TYPE, "What it is about."),
    Field::required("groupId", &OBJECT_ID, "The project."),
    Field::required("id", &OBJECT_ID, "The alert's id."),
    Field::optional("lastNotified", &DATE_TIME, "When anybody was last told of it."),
    Field::required("links", &links::LINKS, links::DESCRIPTION),
    Field::required("orgId", &OBJECT_ID, "The organization."),
    Field::optional("resolved", &DATE_TIME, "When it was over."),
    Field::required("status", &STATUS, "How it stands."),
    Field::required("updated", &DATE_TIME, "When it last changed."),
];

static STATUS: Schema = Schema::inline(Kind::OneOf(&["CANCELLED", "CLOSED", "OPEN", "TRACKING"]));

#[cfg(test)]
mod tests {
    use super::{Alert, SCHEMA};
    use crate::body::{Limits, parse};
    use crate::wire_time::WireTime;

    #[test]
    fn leaves_out_what_does_not_apply() {
        let id = "32b6e34b3d91647abb20e7b8".to_owned();
        let at = WireTime::from_epoch_millis(0);
        let mut alert = Alert {
            acknowledged_until: None,
            acknowledgement_comment: None,
            acknowledging_username: None,
            alert_config_id: id.clone(),
            cluster_name: None,
            created: at,
            event_type_name: "AWS_ENCRYPTION_KEY_INVALID",
            group_id: id.clone(),
            id: id.clone(),
            last_notified: None,
            links: Vec::new(),
            org_id: id,
            resolved: None,
            status: "OPEN",
            updated: at,
        };
        let text = serde_json::to_string(&alert).unwrap();
        assert_eq!(
            text,
            r#"{"alertConfigId":"32b6e34b3d91647abb20e7b8","created":"1970-01-01T00:00:00Z","eventTypeName":"AWS_ENCRYPTION_KEY_INVALID","groupId":"32b6e34b3d91647abb20e7b8","id":"32b6e34b3d91647abb20e7b8","links":[],"orgId":"32b6e34b3d91647abb20e7b8","status":"OPEN","updated":"1970-01-01T00:00:00Z"}"#
        );
        parse(text.as_bytes(), &SCHEMA, Limits::default()).unwrap();
        (alert.acknowledged_until, alert.resolved, alert.last_notified) = (Some(at), Some(at), Some(at));
        alert.cluster_name = Some("cluster0".to_owned());
        parse(&serde_json::to_vec(&alert).unwrap(), &SCHEMA, Limits::default()).unwrap();
    }
}
