//! The networks that an API key or a service account may come from.

use std::net::IpAddr;
use std::sync::Arc;

use domain::access::{OrgRole, ProjectRole};
use domain::api_key::{ACCESS_ENTRIES_MAX, AccessEntry, AccessList, ApiKey};
use domain::event::EventKind;
use domain::id::{OrgId, ProjectId};
use domain::service_account::ServiceAccount;
use ipnet::IpNet;

use super::{AccessError, api_keys, saved, service_accounts};
use crate::{Caller, Control, Error, Identity};

/// Whose access list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Credential<'a> {
    /// That of an API key. The key itself and owners may change it.
    ApiKey(OrgId, &'a str),
    /// That of a service account, as the organization sees it.
    Account(OrgId, &'a str),
    /// That of a service account, as a project sees it.
    AccountIn(ProjectId, &'a str),
}

/// An access list.
pub type Entries = Vec<AccessEntry>;

enum Found {
    Key(ApiKey),
    Account(Arc<ServiceAccount>),
}

impl Control {
    /// Lists the networks a credential may come from, in the order they were added. None means that it may come from
    /// anywhere, unless the organization demands a list.
    /// Errors: not found, as for the credential itself.
    pub async fn credential_networks(&self, caller: &Caller, of: Credential<'_>) -> Result<Entries, Error> {
        Ok(self.found(caller, of, false).await?.list().0.clone())
    }

    /// Adds networks to those a credential may come from. All are added or none.
    /// Errors: not found, as for the credential itself; `OrgRoleMissing`, `ProjectRoleMissing`,
    /// `Access(RoleNotHeld, EntryTaken, TooManyEntries)`, `Conflict`.
    /// Cancel: they are added or they are not.
    pub async fn add_credential_networks(
        &self,
        caller: &Caller,
        of: Credential<'_>,
        networks: &[IpNet],
    ) -> Result<Entries, Error> {
        let found = self.found(caller, of, true).await?;
        let mut list = found.list().clone();
        for network in networks.iter().map(IpNet::trunc) {
            if list.0.iter().any(|entry| entry.network == network) {
                return Err(AccessError::EntryTaken(network.to_string()).into());
            }
            list.0.push(AccessEntry { network, since: self.now() });
        }
        if list.0.len() > ACCESS_ENTRIES_MAX {
            return Err(AccessError::TooManyEntries.into());
        }
        let names: Vec<_> = networks.iter().map(|network| network.trunc().to_string()).collect();
        self.save_list(caller, found, list, true, &names.join(", ")).await
    }

    /// Takes a network from those a credential may come from. The text is as it was given: an address or a network.
    /// Errors: as for `add_access_entries`; `Access(EntryNotFound, CallersOwnEntry)`.
    /// Cancel: it is taken away or it is not.
    pub async fn remove_credential_network(
        &self,
        caller: &Caller,
        of: Credential<'_>,
        entry: &str,
    ) -> Result<(), Error> {
        let found = self.found(caller, of, true).await?;
        let network = network_of(entry).ok_or_else(|| AccessError::EntryNotFound(entry.to_owned()))?;
        let mut list = found.list().clone();
        let present = list.0.len();
        list.0.retain(|kept| kept.network != network);
        if list.0.len() == present {
            return Err(AccessError::EntryNotFound(entry.to_owned()).into());
        }
        if found.is(caller) {
            let is_last = list.0.is_empty() && self.demands_access_lists(caller.grants.org).await?;
            if is_last || !list.admits(caller.address) {
                return Err(AccessError::CallersOwnEntry.into());
            }
        }
        self.save_list(caller, found, list, false, &network.to_string()).await.map(drop)
    }

    /// Finds one network of an access list. The text is as it was given: an address or a network.
    /// Errors: not found, as for the credential itself; `Access(EntryNotFound)`.
    pub async fn credential_network(
        &self,
        caller: &Caller,
        of: Credential<'_>,
        entry: &str,
    ) -> Result<AccessEntry, Error> {
        let not_found = || AccessError::EntryNotFound(entry.to_owned());
        let entries = self.credential_networks(caller, of).await?;
        let network = network_of(entry).ok_or_else(not_found)?;
        Ok(entries.into_iter().find(|kept| kept.network == network).ok_or_else(not_found)?)
    }

    async fn found(&self, caller: &Caller, of: Credential<'_>, to_change: bool) -> Result<Found, Error> {
        let found = match of {
            Credential::ApiKey(org, id) => {
                self.org_for(caller, org, OrgRole::Member).await?;
                let found = Found::Key(self.find_key(org, id).await?);
                if to_change && !found.is(caller) {
                    self.org_for(caller, org, OrgRole::Owner).await?;
                }
                found
            }
            Credential::Account(org, id) => {
                let needed = if to_change { OrgRole::Owner } else { OrgRole::ReadOnly };
                self.org_for(caller, org, needed).await?;
                Found::Account(self.find_account(org, id).await?)
            }
            Credential::AccountIn(project, id) => {
                let needed = if to_change { ProjectRole::AccessManager } else { ProjectRole::ReadOnly };
                let snapshot = self.project_for(caller, project, needed).await?;
                let account = self.find_account_in(snapshot.project.org, project, id).await?;
                if to_change {
                    // Where it may come from is for whoever could do all that it can.
                    Self::require_all_of(caller, &account.grants)?;
                }
                Found::Account(account)
            }
        };
        Ok(found)
    }

    async fn save_list(
        &self,
        caller: &Caller,
        found: Found,
        list: AccessList,
        added: bool,
        networks: &str,
    ) -> Result<Entries, Error> {
        let entries = list.0.clone();
        match found {
            Found::Key(before) => {
                let kind = if added { EventKind::ApiKeyAccessEntryAdded } else { EventKind::ApiKeyAccessEntryDeleted };
                let detail = format!("{}: {networks}", api_keys::shown(&before));
                let org = before.grants.org;
                let told = [self.event_in_org(caller, org, kind, Some(detail))?];
                let after = ApiKey { access_list: list, ..before.clone() };
                saved(self.store().change_api_key(&before, &after, &told).await?, org)?;
            }
            Found::Account(before) => {
                let kind = if added {
                    EventKind::ServiceAccountAccessEntryAdded
                } else {
                    EventKind::ServiceAccountAccessEntryDeleted
                };
                let detail = format!("{}: {networks}", service_accounts::shown(&before));
                let org = before.grants.org;
                let told = [self.event_in_org(caller, org, kind, Some(detail))?];
                let after = ServiceAccount { access_list: list, ..(*before).clone() };
                saved(self.store().change_service_account(&before, &after, &told).await?, org)?;
            }
        }
        Ok(entries)
    }
}

impl Found {
    fn list(&self) -> &AccessList {
        match self {
            Self::Key(key) => &key.access_list,
            Self::Account(account) => &account.access_list,
        }
    }

    fn is(&self, caller: &Caller) -> bool {
        match (self, &caller.identity) {
            (Self::Key(key), Identity::ApiKey { id, .. }) => key.id == *id,
            (Self::Account(account), Identity::ServiceAccount { id }) => account.id == *id,
            (Self::Key(_), Identity::ServiceAccount { .. }) | (Self::Account(_), Identity::ApiKey { .. }) => false,
        }
    }
}

/// Reads an address or a network.
fn network_of(text: &str) -> Option<IpNet> {
    let address = text.parse::<IpAddr>().ok().map(IpNet::from);
    address.or_else(|| text.parse().ok()).map(|network: IpNet| network.trunc())
}
