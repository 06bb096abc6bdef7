//! All that the simulated AWS remembers: accounts with their users and roles, keys and aliases, networks.
//! It must not know any wire protocol, nor who may do what.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::arn;
use super::ec2::network::Network;
use super::kms::key::Key;
use super::policy::Policy;
use super::secret::{Secret, random_id, random_secret};
use crate::kept::Revised;

/// Everything, as it stands in `aws.json`.
#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct State {
    pub(crate) accounts: BTreeMap<String, Account>,
    /// By key id: a UUID is unique over accounts and regions.
    pub(crate) keys: BTreeMap<String, Key>,
    pub(crate) aliases: Vec<Alias>,
    /// Absent in the files of older versions.
    #[serde(default)]
    pub(crate) network: Network,
    /// Seals session tokens, so that issued sessions outlive a restart without being stored.
    pub(crate) session_key: Secret,
    /// Counts changes; what was saved is compared with it.
    #[serde(skip)]
    pub(crate) revision: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Account {
    pub(crate) id: String,
    /// Under which a seeder finds it again.
    pub(crate) name: String,
    pub(crate) partition: String,
    pub(crate) root_keys: Vec<AccessKey>,
    pub(crate) users: BTreeMap<String, User>,
    pub(crate) roles: BTreeMap<String, Role>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct User {
    pub(crate) name: String,
    pub(crate) path: String,
    pub(crate) id: String,
    /// Unit: ms since 1970.
    pub(crate) created: i64,
    pub(crate) access_keys: Vec<AccessKey>,
    pub(crate) grants: Grants,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Role {
    pub(crate) name: String,
    pub(crate) path: String,
    pub(crate) id: String,
    /// Unit: ms since 1970.
    pub(crate) created: i64,
    pub(crate) description: String,
    /// Unit: seconds.
    pub(crate) max_session: u32,
    pub(crate) trust: Policy,
    pub(crate) grants: Grants,
}

/// What a user or role is allowed by policies of its own.
#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Grants {
    pub(crate) inline: BTreeMap<String, Policy>,
    /// Inline policies that the console took away and can bring back.
    pub(crate) removed: BTreeMap<String, Policy>,
    /// ARNs of attached managed policies.
    pub(crate) attached: Vec<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AccessKey {
    pub(crate) id: String,
    pub(crate) secret: Secret,
    pub(crate) active: bool,
    /// Unit: ms since 1970.
    pub(crate) created: i64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Alias {
    pub(crate) account: String,
    pub(crate) region: String,
    /// With its `alias/`.
    pub(crate) name: String,
    pub(crate) key_id: String,
    /// Unit: ms since 1970.
    pub(crate) created: i64,
    /// Unit: ms since 1970.
    pub(crate) updated: i64,
}

/// Who an access key belongs to.
pub(crate) enum Holder<'a> {
    Root,
    User(&'a User),
}

impl Revised for State {
    fn revision(&self) -> u64 {
        self.revision
    }
}

impl State {
    /// Marks that something changed, so that it is saved before the answer goes out.
    pub(crate) fn touch(&mut self) {
        self.revision += 1;
    }

    /// Shows multi-Region keys by their replica in the region that a call is for.
    pub(crate) fn be_asked_in(&mut self, region: &str) {
        for key in self.keys.values_mut().filter(|key| key.replicas.contains(region)) {
            region.clone_into(&mut key.region);
        }
    }

    pub(crate) fn access_key(&self, id: &str) -> Option<(&Account, Holder<'_>, &AccessKey)> {
        self.accounts.values().find_map(|account| {
            if let Some(key) = account.root_keys.iter().find(|key| key.id == id) {
                return Some((account, Holder::Root, key));
            }
            account.users.values().find_map(|user| {
                let key = user.access_keys.iter().find(|key| key.id == id)?;
                Some((account, Holder::User(user), key))
            })
        })
    }

    pub(crate) fn access_key_mut(&mut self, id: &str) -> Option<&mut AccessKey> {
        self.accounts.values_mut().find_map(|account| {
            let of_users = account.users.values_mut().flat_map(|user| &mut user.access_keys);
            account.root_keys.iter_mut().chain(of_users).find(|key| key.id == id)
        })
    }

    pub(crate) fn alias(&self, account: &str, region: &str, name: &str) -> Option<&Alias> {
        self.aliases.iter().find(|alias| alias.account == account && alias.region == region && alias.name == name)
    }

    /// Lets the calendar act: deletion dates that have passed, and automatic rotations that are due, and endpoints
    /// that are gone.
    pub(crate) fn settle(&mut self, now: i64) {
        let before = self.keys.len();
        self.keys.retain(|_, key| !key.is_gone(now));
        let mut changed = self.keys.len() < before;
        if changed {
            let keys = &self.keys;
            self.aliases.retain(|alias| keys.contains_key(&alias.key_id));
        }
        for key in self.keys.values_mut() {
            changed |= key.rotate_if_due(now);
        }
        changed |= self.network.settle(now);
        if changed {
            self.touch();
        }
    }
}

impl Account {
    pub(crate) fn root_arn(&self) -> String {
        arn::account_root(&self.partition, &self.id)
    }

    pub(crate) fn user_arn(&self, user: &User) -> String {
        format!("arn:{}:iam::{}:user{}{}", self.partition, self.id, user.path, user.name)
    }

    pub(crate) fn role_arn(&self, role: &Role) -> String {
        format!("arn:{}:iam::{}:role{}{}", self.partition, self.id, role.path, role.name)
    }
}

impl User {
    pub(crate) fn new(name: &str, path: &str, now: i64) -> Self {
        Self {
            name: name.to_owned(),
            path: path.to_owned(),
            id: random_id("AIDA"),
            created: now,
            access_keys: Vec::new(),
            grants: Grants::default(),
        }
    }
}

impl AccessKey {
    pub(crate) fn new(now: i64) -> Self {
        Self { id: random_id("AKIA"), secret: random_secret(), active: true, created: now }
    }
}
