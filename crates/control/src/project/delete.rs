//! Deleting a project. The credentials of its customer keys are destroyed and nobody checks them any more;
//! for callers it does not exist from then on. Its row stays (product.md 3.7).

use domain::access::ProjectRole;
use domain::customer_key::ProviderKind;
use domain::event::EventKind;
use domain::id::ProjectId;
use storage::Outcome;

use crate::{Caller, Control, Error};

impl Control {
    /// Deletes a project that has no clusters.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`, `ProjectHasClusters`.
    /// Cancel: it is deleted or it is not.
    pub async fn delete_project(&self, caller: &Caller, project: ProjectId) -> Result<(), Error> {
        let snapshot = self.project_for(caller, project, ProjectRole::Owner).await?;
        let told = [self.event_by(caller, snapshot.project.org, project, EventKind::ProjectDeleted, None)?];
        match self.store().delete_project(project, self.now(), &told).await? {
            Outcome::Saved => {}
            Outcome::InUse => return Err(Error::ProjectHasClusters(project)),
            Outcome::Conflict => return Err(Error::ProjectNotFound(project)),
        }
        for provider in ProviderKind::ALL {
            self.providers().forget(project, provider);
        }
        Ok(())
    }
}
