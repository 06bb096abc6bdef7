//! Renaming an organization.

use domain::access::OrgRole;
use domain::event::EventKind;
use domain::id::OrgId;
use domain::organization::{OrgName, Organization};
use storage::Outcome;

use crate::{Caller, Control, Error};

impl Control {
    /// Gives an organization another name. Several may have the same one: they are told apart by their ids.
    /// Errors: `OrganizationNotFound`, `OrgRoleMissing`.
    /// Cancel: it is renamed or it is not.
    pub async fn rename_organization(&self, caller: &Caller, org: OrgId, name: OrgName) -> Result<Organization, Error> {
        let found = self.org_for(caller, org, OrgRole::Owner).await?;
        if found.name == name.as_str() {
            return Ok(found);
        }
        let detail = Some(format!("It was called {}.", found.name));
        let told = [self.event_in_org(caller, org, EventKind::OrgRenamed, detail)?];
        match self.store().rename_organization(org, &name, &told).await? {
            Outcome::Saved => Ok(Organization { name: name.as_str().to_owned(), ..found }),
            Outcome::Conflict | Outcome::InUse => Err(Error::OrganizationNotFound(org)),
        }
    }
}
