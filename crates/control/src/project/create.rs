//! Creating a project on a caller's behalf. What `atrest init` and dev mode create is in `bootstrap.rs`.

use domain::access::OrgRole;
use domain::cluster::Tag;
use domain::event::EventKind;
use domain::id::{OrgId, ProjectId};
use domain::project::{Activity, Project, ProjectName, ProjectSettings};
use storage::{Creator, Outcome};

use super::ProjectView;
use super::update::check_tags;
use crate::{Caller, Control, Error, Identity, random_id};

/// A project to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewProject {
    /// Its organization.
    pub org: OrgId,
    /// Its name.
    pub name: ProjectName,
    /// Its marks.
    pub tags: Vec<Tag>,
    /// Whether it gets the usual alert configurations.
    pub default_alerts: bool,
    /// Whether its creator says that it may use all commercial regions, which it may anyway.
    pub commercial_regions: bool,
}

impl Control {
    /// Creates a project, which the caller's credential then owns.
    /// Errors: `OrganizationNotFound`, `OrgRoleMissing`, `ProjectNameTaken`, `Violations` of its marks.
    /// Cancel: nothing is created, or all of it.
    pub async fn add_project(&self, caller: &Caller, wanted: NewProject) -> Result<ProjectView, Error> {
        let NewProject { org, name, tags, default_alerts, commercial_regions } = wanted;
        self.org_for(caller, org, OrgRole::ProjectCreator).await?;
        check_tags(&tags)?;
        let settings = ProjectSettings { tags, default_alerts, commercial_regions, ..ProjectSettings::default() };
        let id = ProjectId::from_random(random_id()?);
        let project =
            Project { id, org, name: name.as_str().to_owned(), created_at: self.now(), activity: Activity::Active };
        let creator = match &caller.identity {
            Identity::ApiKey { id, .. } => Creator::ApiKey(*id),
            Identity::ServiceAccount { id } => Creator::ServiceAccount(*id),
        };
        let told = [self.event_by(caller, org, id, EventKind::ProjectCreated, None)?];
        match self.store().create_project(&project, &settings, Some(creator), &told).await? {
            Outcome::Saved => Ok(ProjectView { project, settings, clusters: 0 }),
            Outcome::Conflict | Outcome::InUse => Err(Error::ProjectNameTaken(project.name)),
        }
    }
}
