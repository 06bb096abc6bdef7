//! What a notice says, as JSON. A letter's text is not here: it is sealed.

use domain::alert::{AlertKind, AlertState, Severity};
use domain::cluster::ClusterName;
use domain::notice::AlertNotice;
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::sql::to_json;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Alert {
    alert: String,
    config: String,
    kind: String,
    subject: String,
    state: String,
    severity: String,
    org: String,
    org_name: String,
    project: String,
    project_name: String,
    reason: Option<String>,
    detail: Option<String>,
    ends_at: Option<i64>,
    clusters: Vec<String>,
    created_at: i64,
    updated_at: i64,
    resolved_at: Option<i64>,
    acknowledged_until: Option<i64>,
    comment: Option<String>,
    acknowledged_by: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Letter {
    subject: String,
}

pub(super) fn write_alert(notice: &AlertNotice) -> Result<String> {
    let AlertNotice {
        alert,
        config,
        kind,
        subject,
        state,
        severity,
        org,
        org_name,
        project,
        project_name,
        reason,
        detail,
        ends_at,
        clusters,
        created_at,
        updated_at,
        resolved_at,
        acknowledged_until,
        comment,
        acknowledged_by,
    } = notice;
    to_json(&Alert {
        alert: alert.to_string(),
        config: config.to_string(),
        kind: kind.name().to_owned(),
        subject: subject.to_string(),
        state: state.name().to_owned(),
        severity: severity.name().to_owned(),
        org: org.to_string(),
        org_name: org_name.clone(),
        project: project.to_string(),
        project_name: project_name.clone(),
        reason: reason.clone(),
        detail: detail.clone(),
        ends_at: ends_at.map(Timestamp::as_millis),
        clusters: clusters.iter().map(|name| name.as_str().to_owned()).collect(),
        created_at: created_at.as_millis(),
        updated_at: updated_at.as_millis(),
        resolved_at: resolved_at.map(Timestamp::as_millis),
        acknowledged_until: acknowledged_until.map(Timestamp::as_millis),
        comment: comment.clone(),
        acknowledged_by: acknowledged_by.clone(),
    })
}

pub(super) fn read_alert(text: &str) -> Option<AlertNotice> {
    let read: Alert = serde_json::from_str(text).ok()?;
    let clusters = read.clusters.iter().map(|name| ClusterName::parse(name)).collect::<Option<_>>()?;
    Some(AlertNotice {
        alert: read.alert.parse().ok()?,
        config: read.config.parse().ok()?,
        kind: AlertKind::by_name(&read.kind)?,
        subject: read.subject.parse().ok()?,
        state: AlertState::by_name(&read.state)?,
        severity: Severity::by_name(&read.severity)?,
        org: read.org.parse().ok()?,
        org_name: read.org_name,
        project: read.project.parse().ok()?,
        project_name: read.project_name,
        reason: read.reason,
        detail: read.detail,
        ends_at: read.ends_at.map(Timestamp::from_millis),
        clusters,
        created_at: Timestamp::from_millis(read.created_at),
        updated_at: Timestamp::from_millis(read.updated_at),
        resolved_at: read.resolved_at.map(Timestamp::from_millis),
        acknowledged_until: read.acknowledged_until.map(Timestamp::from_millis),
        comment: read.comment,
        acknowledged_by: read.acknowledged_by,
    })
}

pub(super) fn write_letter(subject: &str) -> Result<String> {
    to_json(&Letter { subject: subject.to_owned() })
}

pub(super) fn read_letter(text: &str) -> Option<String> {
    Some(serde_json::from_str::<Letter>(text).ok()?.subject)
}
