//! Setting a project aside and taking it up again. Must not know what an inactive project may not do: those rules ask.

use domain::access::ProjectRole;
use domain::event::EventKind;
use domain::id::ProjectId;
use domain::project::Activity;
use storage::Outcome;

use super::ProjectView;
use crate::{Caller, Control, Error};

impl Control {
    /// Sets whether a project is active, and gives it as it is then.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`.
    /// Cancel: it is set or it is not.
    pub async fn set_project_activity(
        &self,
        caller: &Caller,
        project: ProjectId,
        activity: Activity,
    ) -> Result<ProjectView, Error> {
        let snapshot = self.project_for(caller, project, ProjectRole::Owner).await?;
        if snapshot.project.activity != activity {
            let kind = match activity {
                Activity::Active => EventKind::ProjectActivated,
                Activity::Inactive => EventKind::ProjectDeactivated,
            };
            let told = [self.event_by(caller, snapshot.project.org, project, kind, None)?];
            match self.store().set_project_activity(project, activity, self.now(), &told).await? {
                Outcome::Saved => {}
                Outcome::Conflict | Outcome::InUse => return Err(Error::ProjectNotFound(project)),
            }
        }
        let found = self.store().project(project).await?.ok_or(Error::ProjectNotFound(project))?;
        self.project_view(found).await
    }
}
