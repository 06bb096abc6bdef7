//! All that the simulated Google Cloud remembers: projects, service accounts with their keys, key rings and
//! keys, each with its allow policy.
//! It must not know any wire protocol, nor who may do what.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::kms::crypto_key::CryptoKey;
use super::name::{Kind, Name};
use super::policy::{Policy, member_of};
use super::rsa_key::RsaKey;
use crate::kept::Revised;
use crate::secret::{Secret, random, text_of};

/// Everything, as it stands in `gcp.json`.
#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct State {
    pub(crate) projects: BTreeMap<String, Project>,
    /// By email address.
    pub(crate) accounts: BTreeMap<String, ServiceAccount>,
    /// By name.
    pub(crate) key_rings: BTreeMap<String, KeyRing>,
    /// By name.
    pub(crate) crypto_keys: BTreeMap<String, CryptoKey>,
    /// Seals access tokens, so that issued ones outlive a restart without being stored.
    pub(crate) token_key: Secret,
    /// Counts changes; what was saved is compared with it.
    #[serde(skip)]
    pub(crate) revision: u64,
}

impl Revised for State {
    fn revision(&self) -> u64 {
        self.revision
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Project {
    pub(crate) id: String,
    pub(crate) number: String,
    pub(crate) policy: Policy,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ServiceAccount {
    pub(crate) project: String,
    pub(crate) email: String,
    /// An account of the same name made anew is another one.
    pub(crate) unique_id: String,
    pub(crate) display_name: String,
    pub(crate) description: String,
    pub(crate) disabled: bool,
    /// Who may act as it, or change it.
    pub(crate) policy: Policy,
    pub(crate) keys: Vec<AccountKey>,
}

/// A key by which a service account signs.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AccountKey {
    pub(crate) id: String,
    /// As DER, in base64.
    pub(crate) public: String,
    /// As PEM, of keys that were seeded: a seeder gets the same key after a restart.
    pub(crate) private: Option<Secret>,
    pub(crate) disabled: bool,
    /// Deleted, as everybody sees it but the console, which can bring it back.
    pub(crate) deleted: bool,
    /// Unit: ms since 1970.
    pub(crate) created: i64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeyRing {
    /// Unit: ms since 1970.
    pub(crate) created: i64,
    pub(crate) policy: Policy,
}

impl State {
    /// Marks that something changed, so that it is saved before the answer goes out.
    pub(crate) fn touch(&mut self) {
        self.revision += 1;
    }

    /// Lets the calendar act: versions whose time has come are destroyed, rotations that are due are made.
    pub(crate) fn settle(&mut self, now: i64) {
        let mut changed = false;
        for key in self.crypto_keys.values_mut() {
            changed |= key.settle(now);
        }
        if changed {
            self.touch();
        }
    }

    pub(crate) fn policy(&self, name: &Name) -> Option<&Policy> {
        match name.kind {
            Kind::Project => self.projects.get(name.project()).map(|project| &project.policy),
            Kind::KeyRing => self.key_rings.get(&name.to_string()).map(|ring| &ring.policy),
            Kind::CryptoKey => self.crypto_keys.get(&name.to_string()).map(|key| &key.policy),
            Kind::ServiceAccount => self.account(name).map(|account| &account.policy),
            Kind::Location | Kind::CryptoKeyVersion | Kind::ServiceAccountKey => None,
        }
    }

    pub(crate) fn policy_mut(&mut self, name: &Name) -> Option<&mut Policy> {
        match name.kind {
            Kind::Project => self.projects.get_mut(name.project()).map(|project| &mut project.policy),
            Kind::KeyRing => self.key_rings.get_mut(&name.to_string()).map(|ring| &mut ring.policy),
            Kind::CryptoKey => self.crypto_keys.get_mut(&name.to_string()).map(|key| &mut key.policy),
            Kind::ServiceAccount => self.account_mut(name).map(|account| &mut account.policy),
            Kind::Location | Kind::CryptoKeyVersion | Kind::ServiceAccountKey => None,
        }
    }

    /// Tells whether a member may do something to a resource, by its own policy or one it stands under.
    pub(crate) fn allows(&self, member: &str, permission: &str, name: &Name) -> bool {
        let mut at = Some(name.clone());
        while let Some(name) = at {
            if self.policy(&name).is_some_and(|policy| policy.grants(member, permission)) {
                return true;
            }
            at = name.parent();
        }
        false
    }

    /// The account that a name is of, or its key is of; by email address or unique id, in its project or `-`.
    pub(crate) fn account(&self, name: &Name) -> Option<&ServiceAccount> {
        let found = self.accounts.get(name.account());
        let found = found.or_else(|| self.accounts.values().find(|account| account.unique_id == name.account()));
        found.filter(|account| name.project() == "-" || account.project == name.project())
    }

    pub(crate) fn account_mut(&mut self, name: &Name) -> Option<&mut ServiceAccount> {
        let email = self.account(name)?.email.clone();
        self.accounts.get_mut(&email)
    }

    /// Takes an account away, and its name out of every policy.
    pub(crate) fn delete_account(&mut self, email: &str) {
        let Some(account) = self.accounts.remove(email) else { return };
        let (member, gone) = (member_of(email), format!("deleted:{}?uid={}", member_of(email), account.unique_id));
        let policies = self
            .projects
            .values_mut()
            .map(|project| &mut project.policy)
            .chain(self.accounts.values_mut().map(|account| &mut account.policy))
            .chain(self.key_rings.values_mut().map(|ring| &mut ring.policy))
            .chain(self.crypto_keys.values_mut().map(|key| &mut key.policy));
        for policy in policies {
            policy.rename(&member, &gone);
        }
        self.touch();
    }
}

impl Project {
    pub(crate) fn new(id: &str) -> Self {
        Self { id: id.to_owned(), number: random_digits(12), policy: Policy::default() }
    }
}

impl ServiceAccount {
    pub(crate) fn new(project: &str, account_id: &str) -> Self {
        Self {
            project: project.to_owned(),
            email: format!("{account_id}@{project}.iam.gserviceaccount.com"),
            unique_id: random_digits(21),
            display_name: String::new(),
            description: String::new(),
            disabled: false,
            policy: Policy::default(),
            keys: Vec::new(),
        }
    }

    /// A key that is not deleted.
    pub(crate) fn key(&self, id: &str) -> Option<&AccountKey> {
        self.keys.iter().find(|key| key.id == id && !key.deleted)
    }

    pub(crate) fn key_mut(&mut self, id: &str) -> Option<&mut AccountKey> {
        self.keys.iter_mut().find(|key| key.id == id && !key.deleted)
    }
}

impl AccountKey {
    /// Without its private half, which its owner alone has.
    pub(crate) fn new(key: &RsaKey, now: i64) -> Self {
        Self {
            id: hex::encode(random::<20>()),
            public: key.public.clone(),
            private: None,
            disabled: false,
            deleted: false,
            created: now,
        }
    }

    pub(crate) fn is_usable(&self) -> bool {
        !self.disabled && !self.deleted
    }
}

/// Digits that do not start with a zero, forty at most.
fn random_digits(count: usize) -> String {
    let digits = text_of("1", &random::<40>(), b"0123456789");
    digits.get(..count).unwrap_or(&digits).to_owned()
}
