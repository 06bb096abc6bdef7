//! Deleting a project. The credentials of its customer keys are destroyed and nobody checks them any more;
//! for callers it does not exist from then on. Its row stays (product.md 3.7).

use domain::access::ProjectRole;
use domain::customer_key::ProviderKind;
use domain::event::EventKind;
use domain::id::ProjectId;
use storage::Outcome;

use crate::{Caller, Control, Error};

impl Control {
    /// Deletes a project that has no clusters and no private endpoints.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`, `ProjectHasClusters`, `ProjectHasPrivateEndpoints`.
    /// Cancel: it is deleted or it is not.
    pub async fn delete_project(&self, caller: &Caller, project: ProjectId) -> Result<(), Error> {
        let snapshot = self.project_for(caller, project, ProjectRole::Owner).await?;
        let told = [self.event_by(caller, snapshot.project.org, project, EventKind::ProjectDeleted, None)?];
        match self.store().delete_project(project, self.now(), &told).await? {
            Outcome::Saved => {}
            Outcome::InUse => return Err(self.what_uses(project).await?),
            Outcome::Conflict => return Err(Error::ProjectNotFound(project)),
        }
        for provider in ProviderKind::ALL {
            self.providers().forget(project, provider);
        }
        Ok(())
    }

    /// Tells what keeps a project from being deleted: clusters first, which are deleted before endpoints are.
    async fn what_uses(&self, project: ProjectId) -> Result<Error, Error> {
        let (_, clusters) = self.store().clusters_of(project, 0, 1).await?;
        let endpoints = self.store().private_endpoints(project).await?;
        Ok(match (clusters, endpoints.as_slice()) {
            (0, [_, ..]) => Error::ProjectHasPrivateEndpoints(project),
            (1.., _) => Error::ProjectHasClusters(project),
            // What stood against it is gone again.
            (_, _) => Error::Conflict,
        })
    }
}
