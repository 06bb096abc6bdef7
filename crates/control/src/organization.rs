//! Organizations: reading, changing and deleting them. Must not know paging links.

mod delete;
mod settings;
mod update;

use domain::access::OrgRole;
use domain::id::OrgId;
use domain::organization::{OrgSettings, Organization};

use crate::{Caller, Control, Error};

/// An organization and what its owners set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrgView {
    /// The organization.
    pub organization: Organization,
    /// What its owners set.
    pub settings: OrgSettings,
}

impl Control {
    /// Lists the organizations the caller belongs to and whose names begin so: a credential belongs to one.
    /// Errors: those of the store.
    pub async fn organizations(&self, caller: &Caller, prefix: &str) -> Result<Vec<OrgView>, Error> {
        let found = self.store().organization(caller.grants.org).await?;
        let fits = |found: &Organization| found.name.to_lowercase().starts_with(&prefix.to_lowercase());
        match found.filter(fits) {
            Some(found) => Ok(vec![self.org_view(found).await?]),
            None => Ok(Vec::new()),
        }
    }

    /// Finds an organization the caller belongs to.
    /// Errors: `OrganizationNotFound`.
    pub async fn organization(&self, caller: &Caller, org: OrgId) -> Result<OrgView, Error> {
        let found = self.org_for(caller, org, OrgRole::Member).await?;
        self.org_view(found).await
    }

    async fn org_view(&self, organization: Organization) -> Result<OrgView, Error> {
        let settings = self.store().org_settings(organization.id).await?;
        let settings = settings.ok_or(Error::OrganizationNotFound(organization.id))?;
        Ok(OrgView { organization, settings })
    }
}
