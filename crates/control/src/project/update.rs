//! Changing a project: its name, its marks, its switches. Must not know which of them a route shows.

use std::collections::BTreeSet;

use domain::access::ProjectRole;
use domain::cluster::Tag;
use domain::event::EventKind;
use domain::id::ProjectId;
use domain::project::{Noticed, ProjectChange};
use domain::violation::Violation;
use storage::Outcome;

use super::ProjectView;
use crate::{Caller, Control, Error};

/// How many marks a project can have. Source: Atlas's own.
const TAGS_MAX: usize = 50;

impl Control {
    /// Changes a project, and gives it as it is then.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`, `ProjectNameTaken`, `Violations` of its marks.
    /// Cancel: it is changed or it is not.
    pub async fn change_project(
        &self,
        caller: &Caller,
        project: ProjectId,
        change: ProjectChange,
    ) -> Result<ProjectView, Error> {
        let snapshot = self.project_for(caller, project, ProjectRole::Owner).await?;
        check_tags(change.tags.as_deref().unwrap_or_default())?;
        let (org, old_name) = (snapshot.project.org, &snapshot.project.name);
        let before = self.settings_of(project).await?;
        let mut told = Vec::new();
        for what in before.noticed(old_name, &change) {
            let (kind, detail) = match what {
                Noticed::Name => (EventKind::ProjectRenamed, Some(format!("It was called {old_name}."))),
                Noticed::Tags => (EventKind::ProjectTagsModified, None),
                Noticed::Settings => (EventKind::ProjectSettingsUpdated, Some(named(&change))),
            };
            told.push(self.event_by(caller, org, project, kind, detail)?);
        }
        if !told.is_empty() {
            match self.store().change_project(project, &change, &told).await? {
                Outcome::Saved => {}
                Outcome::Conflict => return Err(Error::ProjectNotFound(project)),
                Outcome::InUse => {
                    let name = change.name.map_or_else(String::new, |name| name.as_str().to_owned());
                    return Err(Error::ProjectNameTaken(name));
                }
            }
        }
        let found = self.store().project(project).await?.ok_or(Error::ProjectNotFound(project))?;
        self.project_view(found).await
    }
}

/// Names what a change sets, for its event.
fn named(change: &ProjectChange) -> String {
    let flags = change.flags.iter().map(|(flag, on)| format!("{} = {on}", flag.name()));
    let limits = change.limits.iter().map(|(limit, value)| match value {
        Some(value) => format!("{} = {value}", limit.name()),
        None => format!("{} as by default", limit.name()),
    });
    let slow = change.managed_slow_ms.map(|on| format!("managedSlowMs = {on}"));
    let alerts = change.default_alerts.map(|on| format!("withDefaultAlertsSettings = {on}"));
    flags.chain(limits).chain(slow).chain(alerts).collect::<Vec<_>>().join(", ")
}

/// Says whether a project may have these marks.
/// Errors: `Violations`, all of them.
pub(super) fn check_tags(tags: &[Tag]) -> Result<(), Error> {
    let mut seen = BTreeSet::new();
    let mut violations: Vec<Violation> = tags
        .iter()
        .enumerate()
        .filter(|(_, tag)| !seen.insert(tag.key.as_str()))
        .map(|(index, _)| Violation::rule(&format!("tags[{index}].key"), "Each key can be there once."))
        .collect();
    if tags.len() > TAGS_MAX {
        violations.push(Violation::rule("tags", "There can be 50 tags at most."));
    }
    if violations.is_empty() { Ok(()) } else { Err(Error::Violations(violations)) }
}
