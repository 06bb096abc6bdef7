//! What a webhook says of an alert: what the API shows of it, and ours under `atrest`. Must not know where it goes.

use api_wire::wire_time::WireTime;
use control::notice::{AlertMessage, WrittenAlert};
use domain::alert::{AlertState, Severity};
use domain::customer_key::ProviderKind;
use domain::notice::{AlertNotice, NoticeKind};
use domain::time::Timestamp;
use serde::Serialize;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'b> {
    #[serde(skip_serializing_if = "Option::is_none")]
    acknowledged_until: Option<WireTime>,
    #[serde(skip_serializing_if = "Option::is_none")]
    acknowledgement_comment: Option<&'b str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    acknowledging_username: Option<&'b str>,
    alert_config_id: String,
    created: WireTime,
    event_type_name: &'static str,
    group_id: String,
    id: String,
    org_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    resolved: Option<WireTime>,
    status: &'static str,
    updated: WireTime,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    links: Vec<Link>,
    atrest: Ours<'b>,
}

#[derive(Serialize)]
struct Link {
    href: String,
    rel: &'static str,
}

/// What Atlas has no field for.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Ours<'b> {
    notice_id: String,
    kind: &'static str,
    sequence: i64,
    severity: &'static str,
    group_name: &'b str,
    org_name: &'b str,
    #[serde(skip_serializing_if = "Option::is_none")]
    cloud_provider: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'b str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'b str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ends_at: Option<WireTime>,
    clusters: Vec<&'b str>,
}

/// Writes an alert for a program.
#[must_use]
pub fn write(message: AlertMessage<'_>) -> WrittenAlert {
    let AlertMessage { id, kind, sequence, alert, base_url } = message;
    let AlertNotice {
        alert: alert_id,
        config,
        kind: about,
        subject: _,
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
    } = alert;
    let links = base_url.map(|base_url| Link {
        href: format!("{base_url}/api/atlas/v2/groups/{project}/alerts/{alert_id}"),
        rel: "self",
    });
    let body = Body {
        acknowledged_until: acknowledged_until.map(time),
        acknowledgement_comment: comment.as_deref(),
        acknowledging_username: acknowledged_by.as_deref(),
        alert_config_id: config.to_string(),
        created: time(*created_at),
        event_type_name: about.name(),
        group_id: project.to_string(),
        id: alert_id.to_string(),
        org_id: org.to_string(),
        resolved: resolved_at.map(time),
        status: AlertState::name(*state),
        updated: time(*updated_at),
        links: links.into_iter().collect(),
        atrest: Ours {
            notice_id: id.to_string(),
            kind: kind.name(),
            sequence,
            severity: Severity::name(*severity),
            group_name: project_name,
            org_name,
            cloud_provider: about.provider().map(wire_provider),
            reason: reason.as_deref(),
            detail: detail.as_deref(),
            ends_at: ends_at.map(time),
            clusters: clusters.iter().map(|name| name.as_str()).collect(),
        },
    };
    // Strings and numbers have a JSON form.
    WrittenAlert { event: event(kind, *state), body: serde_json::to_string(&body).unwrap_or_default() }
}

/// Says what kind of news it is as receivers written for Atlas know it.
/// Source: behaviours.md 7.7, and the published page about webhooks.
const fn event(kind: NoticeKind, state: AlertState) -> &'static str {
    match (kind, state) {
        (NoticeKind::Opened, _) => "alert.open",
        (NoticeKind::Reminder, _) => "alert.update",
        (NoticeKind::Resolved, AlertState::Cancelled) => "alert.cancel",
        (NoticeKind::Resolved, AlertState::Tracking | AlertState::Open | AlertState::Closed) => "alert.close",
        (NoticeKind::Letter, _) => "alert.inform",
    }
}

fn time(at: Timestamp) -> WireTime {
    WireTime::from_epoch_millis(at.as_millis())
}

const fn wire_provider(provider: ProviderKind) -> &'static str {
    match provider {
        ProviderKind::AwsKms => "AWS",
        ProviderKind::AzureKeyVault => "AZURE",
        ProviderKind::GcpKms => "GCP",
    }
}

#[cfg(test)]
mod tests {
    use domain::alert::{AlertKind, Subject};
    use domain::cluster::ClusterName;
    use domain::id::{AlertConfigId, AlertId, NoticeId, OrgId, ProjectId};

    use super::*;

    #[test]
    fn is_the_alert_as_the_api_shows_it_and_ours() {
        let at = Timestamp::from_millis(1_786_331_054_000);
        let alert = AlertNotice {
            alert: AlertId::from_random([1; 12]),
            config: AlertConfigId::from_random([2; 12]),
            kind: AlertKind::KeyInvalid(ProviderKind::AwsKms),
            subject: Subject::Provider(ProviderKind::AwsKms),
            state: AlertState::Open,
            severity: Severity::Critical,
            org: OrgId::from_random([3; 12]),
            org_name: "acme".to_owned(),
            project: ProjectId::from_random([4; 12]),
            project_name: "shop \"one\"".to_owned(),
            reason: Some("KEY_DISABLED".to_owned()),
            detail: None,
            ends_at: None,
            clusters: ClusterName::parse("cluster-0").into_iter().collect(),
            created_at: at,
            updated_at: at,
            resolved_at: None,
            acknowledged_until: None,
            comment: None,
            acknowledged_by: None,
        };
        let message = AlertMessage {
            id: NoticeId::from_random([5; 12]),
            kind: NoticeKind::Opened,
            sequence: 1,
            alert: &alert,
            base_url: Some("https://atrest.example.com"),
        };
        let WrittenAlert { event, body } = write(message);
        assert_eq!(event, "alert.open");
        let body: serde_json::Value = serde_json::from_str(&body).unwrap();
        let id = |byte: &str| byte.repeat(12);
        assert_eq!(
            body,
            serde_json::json!({
                "alertConfigId": id("02"),
                "created": "2026-08-10T03:04:14Z",
                "eventTypeName": "AWS_ENCRYPTION_KEY_INVALID",
                "groupId": id("04"),
                "id": id("01"),
                "orgId": id("03"),
                "status": "OPEN",
                "updated": "2026-08-10T03:04:14Z",
                "links": [{
                    "href": format!("https://atrest.example.com/api/atlas/v2/groups/{}/alerts/{}", id("04"), id("01")),
                    "rel": "self",
                }],
                "atrest": {
                    "noticeId": id("05"),
                    "kind": "OPENED",
                    "sequence": 1,
                    "severity": "CRITICAL",
                    "groupName": "shop \"one\"",
                    "orgName": "acme",
                    "cloudProvider": "AWS",
                    "reason": "KEY_DISABLED",
                    "clusters": ["cluster-0"],
                },
            })
        );
    }
}
