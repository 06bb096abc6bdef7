//! Renaming an organization.

use domain::access::OrgRole;
use domain::event::EventKind;
use domain::id::OrgId;
use domain::organization::{OrgChange, OrgName};
use storage::Outcome;

use super::OrgView;
use crate::{Caller, Control, Error};

impl Control {
    /// Gives an organization another name and other settings, one after the other. Several may have the same name: they
    /// are told apart by their ids.
    /// Errors: `OrganizationNotFound`, `OrgRoleMissing`, `Violations`.
    /// Cancel: each of the two is changed or it is not.
    pub async fn change_organization(
        &self,
        caller: &Caller,
        org: OrgId,
        name: Option<OrgName>,
        change: OrgChange,
    ) -> Result<OrgView, Error> {
        let found = self.org_for(caller, org, OrgRole::Owner).await?;
        if let Some(name) = name.filter(|name| name.as_str() != found.name) {
            let detail = Some(format!("It was called {}.", found.name));
            let told = [self.event_in_org(caller, org, EventKind::OrgRenamed, detail)?];
            match self.store().rename_organization(org, &name, &told).await? {
                Outcome::Saved => {}
                Outcome::Conflict | Outcome::InUse => return Err(Error::OrganizationNotFound(org)),
            }
        }
        self.change_org_settings(caller, org, change).await?;
        self.organization(caller, org).await
    }
}
