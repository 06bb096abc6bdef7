//! Removing a certificate authority from a project. Nodes that it showed are strangers at their next message.

use domain::access::ProjectRole;
use domain::event::EventKind;
use domain::external_authority::ExternalAuthority;
use domain::id::{ExternalAuthorityId, ProjectId};
use storage::Outcome;

use super::ExternalAuthorityError;
use crate::{Caller, Control, Error};

impl Control {
    /// Ends an authority's vouching for a project's nodes, forgets which of its certificates were which node, and gives
    /// it as it was.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`, `External(NotFound)`.
    /// Cancel: it is removed or it is not.
    pub async fn remove_external_authority(
        &self,
        caller: &Caller,
        project: ProjectId,
        id: ExternalAuthorityId,
    ) -> Result<ExternalAuthority, Error> {
        let snapshot = self.project_for(caller, project, ProjectRole::Owner).await?;
        let authority = self.external_authority_of(project, id).await?;
        let detail = Some(format!("authority {id} ({})", authority.name));
        let kind = EventKind::ExternalAuthorityRemoved;
        let told = [self.event_by(caller, snapshot.project.org, project, kind, detail)?];
        match self.store().remove_external_authority(&authority, self.now(), &told).await? {
            Outcome::Saved => {}
            Outcome::Conflict | Outcome::InUse => {
                return Err(ExternalAuthorityError::NotFound { project, id: id.to_string() }.into());
            }
        }
        self.trust_changed();
        Ok(authority)
    }
}
