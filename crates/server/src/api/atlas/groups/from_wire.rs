//! From the wire's group to the domain's words.

use api_wire::atlas::groups::settings::GroupSettingsUpdate;
use api_wire::atlas::groups::v2023_01_01::{GroupCreate, GroupUpdate, Tag as WireTag};
use control::project::NewProject;
use domain::cluster::Tag;
use domain::project::{ProjectChange, ProjectFlag, ProjectName};
use domain::violation::Violation;

use crate::api::error::Refused;

/// Translates a body whose shape was checked.
/// Errors: `Violations` if the name breaks its grammar.
pub(super) fn new_project(body: GroupCreate) -> Result<NewProject, Refused> {
    let GroupCreate { name, org_id, names_regions, tags, with_default_alerts_settings } = body;
    Ok(NewProject {
        org: org_id.parse().map_err(|_| Refused::Bug("the schema admits only ids"))?,
        name: project_name(&name)?,
        tags: tags.into_iter().map(tag).collect(),
        default_alerts: with_default_alerts_settings,
        commercial_regions: names_regions,
    })
}

/// Translates a body whose shape was checked.
/// Errors: `Violations` if the name breaks its grammar.
pub(super) fn change(body: GroupUpdate) -> Result<ProjectChange, Refused> {
    let GroupUpdate { name, tags, with_default_alerts_settings } = body;
    Ok(ProjectChange {
        name: name.value().map(|name| project_name(&name)).transpose()?,
        tags: tags.value().map(|tags| tags.into_iter().map(tag).collect()),
        default_alerts: with_default_alerts_settings.value(),
        ..ProjectChange::default()
    })
}

/// Translates switches whose names were checked.
/// Errors: `Bug` if the schema knows a switch that the domain does not.
pub(super) fn switches(body: GroupSettingsUpdate) -> Result<ProjectChange, Refused> {
    let GroupSettingsUpdate(set) = body;
    let flag = |(name, on): (&str, bool)| ProjectFlag::by_name(name).map(|flag| (flag, on));
    let flags: Option<_> = set.into_iter().map(flag).collect();
    let flags = flags.ok_or(Refused::Bug("the domain knows every switch of the schema"))?;
    Ok(ProjectChange { flags, ..ProjectChange::default() })
}

fn project_name(name: &str) -> Result<ProjectName, Refused> {
    let violation = || Violation::malformed("name", ProjectName::GRAMMAR);
    let name = ProjectName::parse(name);
    Ok(name.ok_or_else(|| control::Error::Violations(vec![violation()]))?)
}

fn tag(tag: WireTag) -> Tag {
    let WireTag { key, value } = tag;
    Tag { key, value }
}
