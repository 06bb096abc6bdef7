//! Changing an organization: its name, and what its owners set. Must not know who enforces that.

use domain::access::OrgRole;
use domain::event::EventKind;
use domain::id::OrgId;
use domain::organization::{OrgChange, Organization};
use storage::OrgOutcome;

use super::OrgView;
use crate::access::AccessError;
use crate::{Caller, Control, Error};

impl Control {
    /// Changes an organization, and gives it as it is then. Several may have the same name: they are told apart by their
    /// ids.
    /// Errors: `OrganizationNotFound`, `OrgRoleMissing`, `Violations`, `Access(CallerWithoutList)`.
    /// Cancel: it is changed or it is not.
    pub async fn change_organization(&self, caller: &Caller, org: OrgId, change: OrgChange) -> Result<OrgView, Error> {
        let found = self.org_for(caller, org, OrgRole::Owner).await?;
        let before = self.store().org_settings(org).await?.ok_or(Error::OrganizationNotFound(org))?;
        let after = before.with(&change).map_err(Error::Violations)?;
        let newly_required = after.api_access_list_required && !before.api_access_list_required;
        if newly_required && !self.has_access_list(caller).await? {
            return Err(AccessError::CallerWithoutList.into());
        }
        let mut told = self.events_of_change(caller, org, &before, &after)?;
        let name = change.name.as_ref().map_or(found.name.as_str(), |name| name.as_str()).to_owned();
        if name != found.name {
            let detail = Some(format!("It was called {}.", found.name));
            told.push(self.event_in_org(caller, org, EventKind::OrgRenamed, detail)?);
        }
        match self.store().change_organization(org, &change, &told).await? {
            OrgOutcome::Saved(settings) => Ok(OrgView { organization: Organization { name, ..found }, settings }),
            OrgOutcome::Missing => Err(Error::OrganizationNotFound(org)),
            OrgOutcome::Refused(violations) => Err(Error::Violations(violations)),
        }
    }
}
