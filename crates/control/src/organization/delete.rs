//! Deleting an organization, and with it every way to sign in to it. Its row and its events stay.

use domain::access::OrgRole;
use domain::event::EventKind;
use domain::id::OrgId;
use storage::Outcome;

use crate::project::ProjectError;
use crate::{Caller, Control, Error};

impl Control {
    /// Deletes an organization that has no projects. Its API keys and service accounts, the caller's too, are gone then.
    /// Errors: `OrganizationNotFound`, `OrgRoleMissing`, `ProjectError::OrganizationHasProjects`.
    /// Cancel: it is deleted or it is not.
    pub async fn delete_organization(&self, caller: &Caller, org: OrgId) -> Result<(), Error> {
        self.org_for(caller, org, OrgRole::Owner).await?;
        let told = [self.event_in_org(caller, org, EventKind::OrgDeleted, None)?];
        match self.store().delete_organization(org, self.now(), &told).await? {
            Outcome::Saved => Ok(()),
            Outcome::InUse => Err(ProjectError::OrganizationHasProjects(org).into()),
            Outcome::Conflict => Err(Error::OrganizationNotFound(org)),
        }
    }
}
