//! Seeding from Rust, for dev mode and tests. Everything is found by its name before it is made, so that
//! a restart on the same folder changes nothing, least of all what a customer has broken since.
//! It must not know who seeds.

use std::collections::BTreeMap;
use std::fmt;

use time::OffsetDateTime;

use super::Aws;
use super::arn;
use super::error::ServiceError;
use super::iam::checked_policy;
use super::kms::create_key::default_policy;
use super::kms::key::{Key, KeyKind};
use super::policy::{Attached, Policy};
use super::secret::{Secret, random_account_id, random_id};
use super::state::{AccessKey, Account, Alias, Grants, Role, State, User};
use crate::Error;
use crate::answer::millis;

/// The policy that `create_user` and `create_role` put on what they make.
const SEEDED_POLICY: &str = "seeded";
/// Seconds. Long enough for whoever asks for more than the default.
const MAX_SESSION: u32 = 43200;

/// An access key with its secret, which does not print.
#[derive(Clone)]
pub struct AccessKeyPair {
    /// `AKIA` and sixteen more.
    pub access_key_id: String,
    secret: Secret,
}

impl AccessKeyPair {
    fn of(key: &AccessKey) -> Self {
        Self { access_key_id: key.id.clone(), secret: key.secret.clone() }
    }

    /// The secret access key, to be given to a client.
    pub fn expose_secret(&self) -> &str {
        self.secret.expose()
    }
}

impl fmt::Debug for AccessKeyPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AccessKeyPair({})", self.access_key_id)
    }
}

/// Whether an access key works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyStatus {
    /// It does.
    Active,
    /// It answers as one that is unknown.
    Inactive,
}

/// A KMS key to be made: symmetric, in one region, by its own account's policy unless one is given.
#[derive(Debug, Clone, Default)]
pub struct NewKey {
    /// By which it is found again, without `alias/`.
    pub alias: String,
    /// Shown by DescribeKey.
    pub description: String,
    /// The key policy; `None` leaves all to the account, as AWS does.
    pub policy: Option<String>,
    /// Tags, by name.
    pub tags: BTreeMap<String, String>,
    /// Other regions that have a replica; with any, it is a multi-Region key. All share one state and one policy.
    pub replicas: Vec<String>,
}

/// A key that was made or found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreatedKey {
    /// Its UUID.
    pub id: String,
    /// Its ARN.
    pub arn: String,
}

impl Aws {
    /// Finds an account by its name, or makes one with a random id. Gives its id.
    pub async fn create_account(&self, name: &str) -> Result<String, Error> {
        self.seed(|state, now| Ok(account(state, name, random_account_id, now))).await
    }

    /// Finds an account by its name, or makes one with this id.
    /// Errors: `Refused` where the id is not twelve digits, or belongs to an account of another name.
    pub async fn create_account_with_id(&self, name: &str, id: &str) -> Result<String, Error> {
        self.seed(|state, now| {
            if !arn::is_account_id(id) {
                return Err(Error::Refused(format!("account id {id} is not twelve digits")));
            }
            if state.accounts.get(id).is_some_and(|account| account.name != name) {
                return Err(Error::Refused(format!("account {id} has another name")));
            }
            Ok(account(state, name, || id.to_owned(), now))
        })
        .await
    }

    /// The access key of an account's root.
    /// Errors: `Refused` where there is no such account, or it has no such key any more.
    pub fn root_keys(&self, account: &str) -> Result<AccessKeyPair, Error> {
        let state = self.state();
        let key = state.accounts.get(account).and_then(|account| account.root_keys.first());
        key.map(AccessKeyPair::of).ok_or_else(|| Error::Refused(format!("account {account} has no root key")))
    }

    /// Finds or makes a user, with one access key and, if new, an inline policy.
    /// Errors: `Refused` for a malformed policy or name, or a missing account.
    pub async fn create_user(&self, account: &str, name: &str, policy: Option<&str>) -> Result<AccessKeyPair, Error> {
        self.seed(|state, now| {
            super::iam::check_name("userName", name, 64).map_err(refused)?;
            let grants = grants(state, policy)?;
            let users = &mut find(state, account)?.users;
            let user = users.entry(name.to_owned()).or_insert_with(|| User { grants, ..User::new(name, "/", now) });
            if user.access_keys.is_empty() {
                user.access_keys.push(AccessKey::new(now));
            }
            let key = user.access_keys.first().ok_or(Error::Bug("a user just given a key has one"))?;
            Ok(AccessKeyPair::of(key))
        })
        .await
    }

    /// Finds or makes a role, if new with its trust and an inline policy. Gives its ARN.
    /// Errors: `Refused` for a malformed policy or name, a trusted principal or account that is not there.
    pub async fn create_role(
        &self,
        account: &str,
        name: &str,
        trust: &str,
        policy: Option<&str>,
    ) -> Result<String, Error> {
        self.seed(|state, now| {
            super::iam::check_name("roleName", name, 64).map_err(refused)?;
            let grants = grants(state, policy)?;
            let trust = checked_policy(state, trust, Attached::Trust).map_err(refused)?;
            let account = find(state, account)?;
            account.roles.entry(name.to_owned()).or_insert_with(|| Role {
                name: name.to_owned(),
                path: "/".to_owned(),
                id: random_id("AROA"),
                created: now,
                description: String::new(),
                max_session: MAX_SESSION,
                trust,
                grants,
            });
            let role = account.roles.get(name).ok_or(Error::Bug("a role just made is there"))?;
            Ok(account.role_arn(role))
        })
        .await
    }

    /// Puts another trust policy on a role.
    /// Errors: `Refused` as for `create_role`, or for a missing role.
    pub async fn update_role_trust(&self, account: &str, name: &str, trust: &str) -> Result<(), Error> {
        self.seed(|state, _| {
            let trust = checked_policy(state, trust, Attached::Trust).map_err(refused)?;
            let role = find(state, account)?.roles.get_mut(name);
            role.ok_or_else(|| Error::Refused(format!("there is no role {name}")))?.trust = trust;
            Ok(())
        })
        .await
    }

    /// Puts an inline policy on a role, over one of the same name; `seeded` is the one made with the role.
    /// Errors: `Refused` for a malformed policy, or a missing role.
    pub async fn put_role_policy(&self, account: &str, role: &str, name: &str, policy: &str) -> Result<(), Error> {
        self.seed(|state, _| {
            let policy = checked_policy(state, policy, Attached::Identity).map_err(refused)?;
            let role = find(state, account)?.roles.get_mut(role);
            put(&mut role.ok_or_else(|| Error::Refused("there is no such role".to_owned()))?.grants, name, policy);
            Ok(())
        })
        .await
    }

    /// Puts an inline policy on a user, over one of the same name; `seeded` is the one made with the user.
    /// Errors: `Refused` for a malformed policy, or a missing user.
    pub async fn put_user_policy(&self, account: &str, user: &str, name: &str, policy: &str) -> Result<(), Error> {
        self.seed(|state, _| {
            let policy = checked_policy(state, policy, Attached::Identity).map_err(refused)?;
            let user = find(state, account)?.users.get_mut(user);
            put(&mut user.ok_or_else(|| Error::Refused("there is no such user".to_owned()))?.grants, name, policy);
            Ok(())
        })
        .await
    }

    /// Finds a key by its alias, or makes one.
    /// Errors: `Refused` for a malformed policy, region or alias, or a missing account.
    pub async fn create_key(&self, account: &str, region: &str, new: NewKey) -> Result<CreatedKey, Error> {
        self.seed(|state, now| {
            if !arn::is_region(region) || arn::partition_of(region) != find(state, account)?.partition {
                return Err(Error::Refused(format!("{region} is no region of account {account}")));
            }
            if new.alias.is_empty() || new.alias.starts_with("aws/") {
                return Err(Error::Refused("a seeded key needs an alias of its own".to_owned()));
            }
            let name = format!("alias/{}", new.alias);
            if let Some(key) = state.alias(account, region, &name).and_then(|alias| state.keys.get(&alias.key_id)) {
                return Ok(CreatedKey { id: key.id.clone(), arn: key.arn() });
            }
            let policy = match &new.policy {
                None => default_policy(region, account).map_err(refused)?,
                Some(text) => checked_policy(state, text, Attached::Key).map_err(refused)?,
            };
            let mut key = Key::new(account, region, KeyKind::Symmetric, policy, now);
            key.description = new.description;
            key.tags = new.tags;
            if !new.replicas.is_empty() {
                key.replicate(&new.replicas);
            }
            let created = CreatedKey { id: key.id.clone(), arn: key.arn() };
            state.aliases.push(Alias {
                account: account.to_owned(),
                region: region.to_owned(),
                name,
                key_id: key.id.clone(),
                created: now,
                updated: now,
            });
            state.keys.insert(key.id.clone(), key);
            Ok(created)
        })
        .await
    }

    /// Puts another policy on a key, without the safety check that its author keeps access.
    /// Errors: `Refused` for a malformed policy, a principal that is not there, or a missing key.
    pub async fn put_key_policy(&self, key_id: &str, policy: &str) -> Result<(), Error> {
        self.seed(|state, _| {
            let policy = checked_policy(state, policy, Attached::Key).map_err(refused)?;
            let key = state.keys.get_mut(key_id);
            let key = key.ok_or_else(|| Error::Refused(format!("there is no key {key_id}")))?;
            key.policy = policy;
            key.removed_policy = None;
            Ok(())
        })
        .await
    }

    pub(super) async fn seed<T>(&self, change: impl FnOnce(&mut State, i64) -> Result<T, Error>) -> Result<T, Error> {
        let (made, revision) = {
            let mut state = self.state();
            let made = change(&mut state, millis(OffsetDateTime::now_utc()))?;
            state.touch();
            (made, state.revision)
        };
        self.save(revision).await?;
        Ok(made)
    }
}

fn account(state: &mut State, name: &str, id: impl Fn() -> String, now: i64) -> String {
    if let Some(account) = state.accounts.values().find(|account| account.name == name) {
        return account.id.clone();
    }
    let mut made = id();
    while state.accounts.contains_key(&made) {
        made = random_account_id();
    }
    let account = Account {
        id: made.clone(),
        name: name.to_owned(),
        partition: "aws".to_owned(),
        root_keys: vec![AccessKey::new(now)],
        users: BTreeMap::new(),
        roles: BTreeMap::new(),
    };
    state.accounts.insert(made.clone(), account);
    made
}

fn find<'a>(state: &'a mut State, account: &str) -> Result<&'a mut Account, Error> {
    state.accounts.get_mut(account).ok_or_else(|| Error::Refused(format!("there is no account {account}")))
}

fn grants(state: &State, policy: Option<&str>) -> Result<Grants, Error> {
    let mut grants = Grants::default();
    if let Some(text) = policy {
        let policy = checked_policy(state, text, Attached::Identity).map_err(refused)?;
        grants.inline.insert(SEEDED_POLICY.to_owned(), policy);
    }
    Ok(grants)
}

fn put(grants: &mut Grants, name: &str, policy: Policy) {
    grants.removed.remove(name);
    grants.inline.insert(name.to_owned(), policy);
}

fn refused(error: ServiceError) -> Error {
    Error::Refused(format!("{}: {}", error.code, error.message.unwrap_or_default()))
}
