//! Seeding from Rust, for dev mode and tests. Everything is found by its name before it is made, so that
//! a restart on the same folder changes nothing, least of all what a customer has broken since.
//! It must not know who seeds.

use std::collections::BTreeMap;
use std::fmt;

use time::OffsetDateTime;

use super::Gcp;
use super::error::Status;
use super::iam::account_key::credentials_file;
use super::iam::iam_policy::{check_member, check_role};
use super::kms::crypto_key::CryptoKey;
use super::kms::purpose::{Algorithm, Protection, Purpose};
use super::kms::version::VersionState;
use super::kms::{crypto_key_mut, version_mut};
use super::name::{Kind, Name, is_account_id, is_key_id, is_project};
use super::overview::policy_holder;
use super::policy::{Policy, member_of};
use super::rsa_key::RsaKey;
use super::state::{AccountKey, KeyRing, Project, ServiceAccount, State};
use crate::Error;
use crate::answer::millis;
use crate::secret::Secret;

/// A key of a service account, as its file; it does not print.
#[derive(Clone)]
pub struct ServiceAccountKey {
    /// The account's email address.
    pub email: String,
    /// The key's id, which tokens name as `kid`.
    pub id: String,
    json: Secret,
}

impl ServiceAccountKey {
    /// The file's text, to be given to a client. Its `token_uri` is the simulated token endpoint.
    pub fn expose_json(&self) -> &str {
        self.json.expose()
    }
}

impl fmt::Debug for ServiceAccountKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ServiceAccountKey({} of {})", self.id, self.email)
    }
}

/// A key to be made: for encryption, in software, with one version that is enabled and primary.
#[derive(Debug, Clone)]
pub struct NewKey {
    /// What it is for.
    pub purpose: Purpose,
    /// Where its material lives.
    pub protection: Protection,
    /// Labels, by name.
    pub labels: BTreeMap<String, String>,
    /// How long after its destruction a version can be restored. Unit: s; `None` is thirty days.
    pub destroy_after: Option<i64>,
    /// Only for import: it has no version, and none can be made.
    pub import_only: bool,
}

impl Default for NewKey {
    fn default() -> Self {
        Self {
            purpose: Purpose::EncryptDecrypt,
            protection: Protection::Software,
            labels: BTreeMap::new(),
            destroy_after: None,
            import_only: false,
        }
    }
}

impl Gcp {
    /// Finds or makes a project.
    /// Errors: `Refused` for a malformed id.
    pub async fn create_project(&self, id: &str) -> Result<(), Error> {
        self.seed(|state, _| {
            if !is_project(id) {
                return Err(Error::Refused(format!("{id} is no project id")));
            }
            state.projects.entry(id.to_owned()).or_insert_with(|| Project::new(id));
            Ok(())
        })
        .await
    }

    /// Finds or makes a service account. Gives its email address.
    /// Errors: `Refused` for a malformed id, or a missing project.
    pub async fn create_service_account(&self, project: &str, account_id: &str) -> Result<String, Error> {
        self.seed(|state, _| {
            if !state.projects.contains_key(project) {
                return Err(Error::Refused(format!("there is no project {project}")));
            }
            if !is_account_id(account_id) {
                return Err(Error::Refused(format!("{account_id} is no account id")));
            }
            let account = ServiceAccount::new(project, account_id);
            let email = account.email.clone();
            state.accounts.entry(email.clone()).or_insert(account);
            Ok(email)
        })
        .await
    }

    /// Finds the first key that was seeded for an account, deleted or not, or makes one.
    /// Errors: `Refused` for a missing account.
    pub async fn create_service_account_key(&self, email: &str) -> Result<ServiceAccountKey, Error> {
        if let Some(found) = self.seeded_key(email)? {
            return Ok(found);
        }
        self.add_service_account_key(email).await
    }

    /// Makes another key for an account.
    /// Errors: `Refused` for a missing account.
    pub async fn add_service_account_key(&self, email: &str) -> Result<ServiceAccountKey, Error> {
        let fresh = RsaKey::generate().await?;
        let endpoint = self.inner.endpoint.clone();
        self.seed(|state, now| {
            let account = account(state, email)?;
            let key = AccountKey { private: Some(fresh.private.clone()), ..AccountKey::new(&fresh, now) };
            let json = credentials_file(account, &key.id, &fresh.private, &endpoint);
            let made = ServiceAccountKey { email: email.to_owned(), id: key.id.clone(), json };
            account.keys.push(key);
            Ok(made)
        })
        .await
    }

    fn seeded_key(&self, email: &str) -> Result<Option<ServiceAccountKey>, Error> {
        let mut state = self.state();
        let account = account(&mut state, email)?;
        let found = account.keys.iter().find_map(|key| Some((key, key.private.as_ref()?)));
        Ok(found.map(|(key, private)| ServiceAccountKey {
            email: email.to_owned(),
            id: key.id.clone(),
            json: credentials_file(account, &key.id, private, &self.inner.endpoint),
        }))
    }

    /// Deletes a key, as its customer would.
    /// Errors: `Refused` for a missing key.
    pub async fn delete_service_account_key(&self, email: &str, id: &str) -> Result<(), Error> {
        self.seed(|state, _| {
            let key = account(state, email)?.key_mut(id);
            key.ok_or_else(|| Error::Refused(format!("there is no key {id}")))?.deleted = true;
            Ok(())
        })
        .await
    }

    /// Disables an account.
    /// Errors: `Refused` for a missing account.
    pub async fn disable_service_account(&self, email: &str) -> Result<(), Error> {
        self.set_disabled(email, true).await
    }

    /// Enables an account.
    /// Errors: `Refused` for a missing account.
    pub async fn enable_service_account(&self, email: &str) -> Result<(), Error> {
        self.set_disabled(email, false).await
    }

    async fn set_disabled(&self, email: &str, disabled: bool) -> Result<(), Error> {
        self.seed(|state, _| {
            account(state, email)?.disabled = disabled;
            Ok(())
        })
        .await
    }

    /// Deletes an account. One made anew under its name is another.
    /// Errors: `Refused` for a missing account.
    pub async fn delete_service_account(&self, email: &str) -> Result<(), Error> {
        self.seed(|state, _| {
            account(state, email)?;
            state.delete_account(email);
            Ok(())
        })
        .await
    }

    /// Grants a role on a project, service account, key ring or key, by its full name, to a service account.
    /// Errors: `Refused` for a role that means nothing there, or a missing resource or account.
    pub async fn grant(&self, resource: &str, email: &str, role: &str) -> Result<(), Error> {
        self.seed(|state, _| {
            let member = member_of(email);
            grantable(state, resource, &member, role)?.grant(role, &member);
            Ok(())
        })
        .await
    }

    /// Grants as `grant` does, unless this was done here before: what a customer has removed since stays removed.
    /// Errors: as for `grant`.
    pub async fn grant_once(&self, resource: &str, email: &str, role: &str) -> Result<(), Error> {
        self.seed(|state, _| {
            let member = member_of(email);
            grantable(state, resource, &member, role)?.grant_once(role, &member);
            Ok(())
        })
        .await
    }

    /// Takes a grant away.
    /// Errors: `Refused` where there is no such grant.
    pub async fn revoke(&self, resource: &str, email: &str, role: &str) -> Result<(), Error> {
        self.seed(|state, _| {
            let member = member_of(email);
            if grantable(state, resource, &member, role)?.revoke(role, &member) {
                return Ok(());
            }
            Err(Error::Refused(format!("{email} does not have {role} on {resource}")))
        })
        .await
    }

    /// Finds or makes a key ring. Gives its full name.
    /// Errors: `Refused` for a malformed location or id, or a missing project.
    pub async fn create_key_ring(&self, project: &str, location: &str, id: &str) -> Result<String, Error> {
        self.seed(|state, now| {
            let text = format!("projects/{project}/locations/{location}/keyRings/{id}");
            let name = Name::parse(&text, Kind::KeyRing).map_err(refused)?.to_string();
            if !state.projects.contains_key(project) {
                return Err(Error::Refused(format!("there is no project {project}")));
            }
            let ring = KeyRing { created: now, policy: Policy::default() };
            state.key_rings.entry(name.clone()).or_insert(ring);
            Ok(name)
        })
        .await
    }

    /// Finds or makes a key in a ring, by the ring's full name. Gives the key's full name; its first version is
    /// `NAME/cryptoKeyVersions/1`.
    /// Errors: `Refused` for a malformed id, or a missing ring.
    pub async fn create_crypto_key(&self, ring: &str, id: &str, new: NewKey) -> Result<String, Error> {
        self.seed(|state, now| {
            if !state.key_rings.contains_key(ring) {
                return Err(Error::Refused(format!("there is no key ring {ring}")));
            }
            if !is_key_id(id) {
                return Err(Error::Refused(format!("{id} is no key id")));
            }
            let name = format!("{ring}/cryptoKeys/{id}");
            state.crypto_keys.entry(name.clone()).or_insert_with(|| made(new, now));
            Ok(name)
        })
        .await
    }

    /// Makes a version of a key, enabled and not primary. Gives its full name.
    /// Errors: `Refused` for a missing key, or one for import only.
    pub async fn create_version(&self, key: &str) -> Result<String, Error> {
        self.seed(|state, now| {
            let found = key_mut(state, key)?;
            if found.import_only {
                return Err(Error::Refused(format!("{key} is for import only")));
            }
            let number = found.add_version(now);
            Ok(format!("{key}/cryptoKeyVersions/{number}"))
        })
        .await
    }

    /// Encrypts with a version from now on, by its full name.
    /// Errors: `Refused` for a missing version, or a key that is not for encryption.
    pub async fn set_primary_version(&self, version: &str) -> Result<(), Error> {
        self.seed(|state, _| {
            let name = Name::parse(version, Kind::CryptoKeyVersion).map_err(refused)?;
            version_mut(state, &name).map_err(refused)?;
            let key = crypto_key_mut(state, &name).map_err(refused)?;
            key.for_encryption(&name.crypto_key(), "Encrypt").map_err(refused)?;
            key.primary = name.version();
            Ok(())
        })
        .await
    }

    /// Puts a version into a state, by its full name; also into those that no method leads to.
    /// Errors: `Refused` for a missing version, or one that is destroyed.
    pub async fn set_version_state(&self, version: &str, to: VersionState) -> Result<(), Error> {
        self.seed(|state, now| {
            let name = Name::parse(version, Kind::CryptoKeyVersion).map_err(refused)?;
            let at = crypto_key_mut(state, &name).map_err(refused)?.destroy_time(now);
            version_mut(state, &name).and_then(|found| found.force(to, (now, at), version)).map_err(refused)
        })
        .await
    }

    async fn seed<T>(&self, change: impl FnOnce(&mut State, i64) -> Result<T, Error>) -> Result<T, Error> {
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

fn made(new: NewKey, now: i64) -> CryptoKey {
    let mut key = CryptoKey::new(new.purpose, Algorithm::default_for(new.purpose), new.protection, now);
    key.labels = new.labels;
    key.import_only = new.import_only;
    key.destroy_after = new.destroy_after.unwrap_or(key.destroy_after);
    if !new.import_only {
        let first = key.add_version(now);
        key.primary = (new.purpose == Purpose::EncryptDecrypt).then_some(first);
    }
    key
}

fn account<'a>(state: &'a mut State, email: &str) -> Result<&'a mut ServiceAccount, Error> {
    state.accounts.get_mut(email).ok_or_else(|| Error::Refused(format!("there is no service account {email}")))
}

fn key_mut<'a>(state: &'a mut State, key: &str) -> Result<&'a mut CryptoKey, Error> {
    let name = Name::parse(key, Kind::CryptoKey).map_err(refused)?;
    crypto_key_mut(state, &name).map_err(refused)
}

fn grantable<'a>(state: &'a mut State, resource: &str, member: &str, role: &str) -> Result<&'a mut Policy, Error> {
    check_member(state, member).map_err(refused)?;
    let absent = || Error::Refused(format!("there is no {resource} with a policy"));
    let name = policy_holder(resource).ok_or_else(absent)?;
    check_role(role, &name).map_err(refused)?;
    state.policy_mut(&name).ok_or_else(absent)
}

fn refused(status: Status) -> Error {
    Error::Refused(status.message)
}
