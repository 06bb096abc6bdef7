//! What an organization's owners set. Must not know who enforces it.

use domain::access::OrgRole;
use domain::event::{Event, EventKind};
use domain::id::OrgId;
use domain::organization::OrgSettings;

use crate::{Caller, Control, Error, Identity};

impl Control {
    /// Gives what an organization's owners set.
    /// Errors: `OrganizationNotFound`.
    pub async fn org_settings(&self, caller: &Caller, org: OrgId) -> Result<OrgSettings, Error> {
        self.org_for(caller, org, OrgRole::Member).await?;
        self.store().org_settings(org).await?.ok_or(Error::OrganizationNotFound(org))
    }

    /// Tells whether the credential that asks has an access list.
    pub(super) async fn has_access_list(&self, caller: &Caller) -> Result<bool, Error> {
        Ok(match &caller.identity {
            Identity::ApiKey { id, .. } => {
                self.store().api_key(*id).await?.is_some_and(|key| !key.access_list.0.is_empty())
            }
            Identity::ServiceAccount { id } => {
                self.store().service_account(*id).await?.is_some_and(|account| !account.access_list.0.is_empty())
            }
        })
    }

    /// Says what is other than before.
    pub(super) fn events_of_change(
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
