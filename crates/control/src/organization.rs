//! Organizations: reading, changing and deleting them. Must not know paging links.

mod delete;
mod settings;
mod update;

use domain::access::OrgRole;
use domain::id::OrgId;
use domain::organization::Organization;

use crate::{Caller, Control, Error};

impl Control {
    /// Lists the organizations the caller belongs to: a credential belongs to one.
    /// Errors: those of the store.
    pub async fn organizations(&self, caller: &Caller) -> Result<Vec<Organization>, Error> {
        Ok(self.store().organization(caller.grants.org).await?.into_iter().collect())
    }

    /// Finds an organization the caller belongs to.
    /// Errors: `OrganizationNotFound`.
    pub async fn organization(&self, caller: &Caller, org: OrgId) -> Result<Organization, Error> {
        self.org_for(caller, org, OrgRole::Member).await
    }
}
