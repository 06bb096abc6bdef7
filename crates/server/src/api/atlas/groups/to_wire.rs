//! From a project to the wire's group.

use api_wire::atlas::groups::limits::GroupLimit;
use api_wire::atlas::groups::settings::GroupSettings;
use api_wire::atlas::groups::v2023_01_01::{Group, REGION_USAGE, Tag as WireTag};
use api_wire::paging::Link;
use api_wire::wire_time::WireTime;
use control::project::{LimitView, ProjectView};
use domain::cluster::Tag;
use domain::project::{Project, ProjectFlag, ProjectSettings};

/// Translates a project.
pub(in crate::api) fn to_wire(base_url: &str, view: ProjectView) -> Group {
    let ProjectView { project, settings, clusters } = view;
    let Project { id, org, name, created_at, activity: _ } = project;
    let ProjectSettings { tags, default_alerts, commercial_regions, flags: _, limits: _, managed_slow_ms: _ } =
        settings;
    Group {
        cluster_count: clusters,
        created: WireTime::from_epoch_millis(created_at.as_millis()),
        id: id.to_string(),
        links: vec![Link::to_self(format!("{base_url}/api/atlas/v2/groups/{id}"))],
        name,
        org_id: org.to_string(),
        region_usage_restrictions: commercial_regions.then_some(REGION_USAGE),
        tags: tags.into_iter().map(|Tag { key, value }| WireTag { key, value }).collect(),
        with_default_alerts_settings: default_alerts,
    }
}

/// Translates a project's switches.
pub(super) fn switches(settings: &ProjectSettings) -> GroupSettings {
    ProjectFlag::ALL.iter().map(|flag| (flag.name(), settings.flag(*flag))).collect()
}

/// Translates a limit.
pub(super) fn limit(view: LimitView) -> GroupLimit {
    let LimitView { limit, value, usage } = view;
    GroupLimit {
        current_usage: usage,
        default_limit: limit.default_value(),
        maximum_limit: limit.maximum(),
        name: limit.name(),
        value,
    }
}
