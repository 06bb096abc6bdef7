//! What an organization's owners set. Must not know who enforces it.

use domain::access::OrgRole;
use domain::event::{Event, EventKind};
use domain::id::OrgId;
use domain::organization::{OrgChange, OrgSettings};
use storage::OrgOutcome;

use crate::access::AccessError;
use crate::{Caller, Control, Error, Identity};

impl Control {
    /// Gives what an organization's owners set.
    /// Errors: `OrganizationNotFound`.
    pub async fn org_settings(&self, caller: &Caller, org: OrgId) -> Result<OrgSettings, Error> {
        self.org_for(caller, org, OrgRole::Member).await?;
        self.store().org_settings(org).await?.ok_or(Error::OrganizationNotFound(org))
    }

    /// Changes what an organization's owners set, and gives it as it is then.
    /// Errors: `OrganizationNotFound`, `OrgRoleMissing`, `Violations`, `Access(CallerWithoutList)`.
    /// Cancel: it is changed or it is not.
    pub async fn change_org_settings(
        &self,
        caller: &Caller,
        org: OrgId,
        change: OrgChange,
    ) -> Result<OrgSettings, Error> {
        self.org_for(caller, org, OrgRole::Owner).await?;
        let before = self.store().org_settings(org).await?.ok_or(Error::OrganizationNotFound(org))?;
        let after = before.with(&change).map_err(Error::Violations)?;
        let newly_required = after.api_access_list_required && !before.api_access_list_required;
        if newly_required && !self.has_access_list(caller).await? {
            return Err(AccessError::CallerWithoutList.into());
        }
        let told = self.events_of_change(caller, org, &before, &after)?;
        match self.store().change_org_settings(org, &change, &told).await? {
            OrgOutcome::Saved(settings) => Ok(settings),
            OrgOutcome::Missing => Err(Error::OrganizationNotFound(org)),
            OrgOutcome::Refused(violations) => Err(Error::Violations(violations)),
        }
    }

    async fn has_access_list(&self, caller: &Caller) -> Result<bool, Error> {
        Ok(match &caller.identity {
            Identity::ApiKey { id, .. } => {
                self.store().api_key(*id).await?.is_some_and(|key| !key.access_list.0.is_empty())
            }
            Identity::ServiceAccount { id } => {
                self.store().service_account(*id).await?.is_some_and(|account| !account.access_list.0.is_empty())
            }
        })
    }

    fn events_of_change(
        &self,
        caller: &Caller,
        org: OrgId,
        before: &OrgSettings,
        after: &OrgSettings,
    ) -> Result<Vec<Event>, Error> {
        let mut told = Vec::new();
        if before.api_access_list_required != after.api_access_list_required {
            let kind = if after.api_access_list_required {
                EventKind::OrgAccessListRequired
            } else {
                EventKind::OrgAccessListNotRequired
            };
            told.push(self.event_in_org(caller, org, kind, None)?);
        }
        if before.secret_hours_max != after.secret_hours_max {
            let detail = Some(format!("{} hours", after.secret_hours_max));
            told.push(self.event_in_org(caller, org, EventKind::OrgSecretHoursEdited, detail)?);
        }
        let (required, hours) = (after.api_access_list_required, after.secret_hours_max);
        let rest = OrgSettings { api_access_list_required: required, secret_hours_max: hours, ..before.clone() };
        if rest != *after {
            told.push(self.event_in_org(caller, org, EventKind::OrgSettingsUpdated, None)?);
        }
        Ok(told)
    }
}
