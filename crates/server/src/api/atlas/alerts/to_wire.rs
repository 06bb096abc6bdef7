//! From an alert to the wire's. It is taken apart by name, so that a new field breaks the build here.

use api_wire::atlas::alerts::v2023_01_01::Alert as WireAlert;
use api_wire::paging::Link;
use api_wire::wire_time::WireTime;
use control::alert::AlertView;
use domain::alert::Alert;
use domain::time::Timestamp;

/// Translates an alert. Why it was raised is told in notices and events; the published shape has no place for it.
pub(super) fn to_wire(base_url: &str, view: AlertView) -> WireAlert {
    let AlertView { alert, org } = view;
    let Alert {
        id,
        project,
        config,
        kind,
        subject: _,
        cluster,
        state,
        why: _,
        created_at,
        updated_at,
        resolved_at,
        acknowledgement,
        told: _,
        last_notified,
        notices: _,
        revision: _,
    } = alert;
    let place = format!("{base_url}/api/atlas/v2/groups/{project}/alerts/{id}");
    let (until, comment, by) = match acknowledgement {
        Some(taken) => (Some(taken.until), taken.comment, taken.by),
        None => (None, None, None),
    };
    WireAlert {
        acknowledged_until: until.map(time),
        acknowledgement_comment: comment,
        acknowledging_username: by,
        alert_config_id: config.to_string(),
        cluster_name: cluster.map(|name| name.to_string()),
        created: time(created_at),
        event_type_name: kind.name(),
        group_id: project.to_string(),
        id: id.to_string(),
        last_notified: last_notified.map(time),
        links: vec![
            Link::to_self(&place),
            Link { href: format!("{place}/alertConfigs"), rel: format!("{base_url}/alertConfigs") },
        ],
        org_id: org.to_string(),
        resolved: resolved_at.map(time),
        status: state.name(),
        updated: time(updated_at),
    }
}

fn time(at: Timestamp) -> WireTime {
    WireTime::from_epoch_millis(at.as_millis())
}
