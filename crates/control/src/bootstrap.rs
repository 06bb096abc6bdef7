//! First things: the first organization, its projects, and credentials whose secrets are shown once.
//! Called by `atrest init` and by dev mode. Must not know where the secrets are shown.

use domain::Bug;
use domain::access::Grants;
use domain::api_key::{AccessList, ApiKey, Ha1, PRIVATE_TAIL};
use domain::id::{ApiKeyId, OrgId, ProjectId, ServiceAccountId, ServiceAccountSecretId};
use domain::organization::Organization;
use domain::project::{Activity, Project, ProjectSettings};
use domain::secret::SecretText;
use domain::service_account::{CLIENT_SECRET_PREFIX, ServiceAccount};
use std::time::Duration;
use storage::{Outcome, ServiceAccountSecret};

use crate::{Control, Error, random, random_id, sign_in};

/// How long a service account's secret lasts unless said otherwise: Atlas's longest.
/// Source: contract.md 7.2 (`maxServiceAccountSecretValidityInHours`, 8760).
pub const SECRET_LASTS: Duration = Duration::from_secs(8760 * 3600);

/// An API key with its private half, which is shown once and not kept.
#[derive(Debug)]
pub struct NewApiKey {
    /// The public half.
    pub public_key: String,
    /// The private half.
    pub private_key: SecretText,
}

/// A service account with its secret, which is shown once and not kept.
#[derive(Debug)]
pub struct NewServiceAccount {
    /// The client id.
    pub client_id: String,
    /// The client secret.
    pub client_secret: SecretText,
}

/// What an earlier `atrest init` left behind.
#[derive(Debug)]
pub enum Foundation {
    /// Nothing.
    None,
    /// An organization that nobody has a key to: it was cut off before it made one.
    WithoutKey(Organization),
    /// An organization with a key.
    Whole,
}

impl Control {
    /// Tells what an earlier `atrest init` left behind.
    /// Errors: those of the store.
    pub async fn foundation(&self) -> Result<Foundation, Error> {
        let Some(org) = self.store().all_organizations().await?.into_iter().next() else {
            return Ok(Foundation::None);
        };
        let has_key = !self.store().api_keys_of(org.id).await?.is_empty();
        Ok(if has_key { Foundation::Whole } else { Foundation::WithoutKey(org) })
    }

    /// Finds the first project of an organization.
    /// Errors: those of the store.
    pub async fn first_project(&self, org: OrgId) -> Result<Option<Project>, Error> {
        Ok(self.store().projects_of(org, 0, 1).await?.into_iter().next())
    }

    /// Tells whether the store holds any organization.
    /// Errors: those of the store.
    pub async fn is_empty(&self) -> Result<bool, Error> {
        Ok(self.store().all_organizations().await?.is_empty())
    }

    /// Creates an organization.
    /// Errors: those of the store.
    pub async fn create_organization(&self, name: &str) -> Result<Organization, Error> {
        let org = Organization { id: OrgId::from_random(random_id()?), name: name.to_owned(), created_at: self.now() };
        new(self.store().insert_organization(&org).await?)?;
        Ok(org)
    }

    /// Creates a project of an organization.
    /// Errors: those of the store.
    pub async fn create_project(&self, org: OrgId, name: &str) -> Result<Project, Error> {
        let project = Project {
            id: ProjectId::from_random(random_id()?),
            org,
            name: name.to_owned(),
            created_at: self.now(),
            activity: Activity::Active,
        };
        new(self.store().create_project(&project, &ProjectSettings::default(), None, &[]).await?)?;
        Ok(project)
    }

    /// Creates an API key. `hash` makes the hash that sign-in checks, of the public and private half.
    /// Errors: those of the store.
    pub async fn create_api_key(
        &self,
        description: &str,
        grants: Grants,
        hash: impl FnOnce(&str, &SecretText) -> Ha1,
    ) -> Result<NewApiKey, Error> {
        let public_key = random_letters()?;
        let private_key = random_uuid()?;
        let key = ApiKey {
            id: ApiKeyId::from_random(random_id()?),
            public_key: public_key.clone(),
            private_tail: tail(&private_key),
            description: description.to_owned(),
            grants,
            access_list: AccessList::default(),
            created_at: self.now(),
        };
        new(self.store().insert_api_key(&key, &hash(&public_key, &private_key)).await?)?;
        Ok(NewApiKey { public_key, private_key })
    }

    /// Creates a service account with one secret.
    /// Errors: those of the store.
    pub async fn create_service_account(&self, name: &str, grants: Grants) -> Result<NewServiceAccount, Error> {
        let now = self.now();
        let account = ServiceAccount {
            id: ServiceAccountId::from_random(random_id()?),
            name: name.to_owned(),
            description: "made by the operator".to_owned(),
            grants,
            access_list: AccessList::default(),
            created_at: now,
        };
        let client_secret = random_client_secret()?;
        let secret = ServiceAccountSecret {
            id: ServiceAccountSecretId::from_random(random_id()?),
            account: account.id,
            sha256: sign_in::hash_secret(&client_secret),
            created_at: now,
            expires_at: now + SECRET_LASTS,
            last_used_at: None,
        };
        new(self.store().add_service_account(&account, &secret, &[]).await?)?;
        Ok(NewServiceAccount { client_id: account.client_id(), client_secret })
    }
}

/// Makes sure that something with a random name was new.
fn new(outcome: Outcome) -> Result<(), Error> {
    match outcome {
        Outcome::Saved => Ok(()),
        Outcome::Conflict | Outcome::InUse => Err(Error::Bug(Bug("a random name is new"))),
    }
}

/// Gives the last characters of a private key.
pub(crate) fn tail(private_key: &SecretText) -> String {
    let text = private_key.expose();
    text.get(text.len().saturating_sub(PRIVATE_TAIL)..).unwrap_or_default().to_owned()
}

pub(crate) fn random_letters() -> Result<String, Error> {
    let mut bytes = [0; 8];
    random(&mut bytes)?;
    // 26 does not divide 256; the bias is worth nothing for a name that is not secret.
    Ok(bytes.iter().map(|byte| char::from(b'a' + byte % 26)).collect())
}

pub(crate) fn random_uuid() -> Result<SecretText, Error> {
    let mut bytes = [0; 16];
    random(&mut bytes)?;
    let [.., v, _, r, _, _, _, _, _, _, _] = &mut bytes;
    *v = *v & 0x0f | 0x40;
    *r = *r & 0x3f | 0x80;
    let digits = hex::encode(bytes);
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    let text = [part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join("-");
    Ok(SecretText::new(text))
}

pub(crate) fn random_client_secret() -> Result<SecretText, Error> {
    let mut bytes = [0; 32];
    random(&mut bytes)?;
    Ok(SecretText::new(format!("{CLIENT_SECRET_PREFIX}{}", hex::encode(bytes))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_private_key_is_a_random_uuid() {
        let uuid = random_uuid().unwrap();
        let text = uuid.expose();
        assert_eq!(text.len(), 36);
        assert_eq!(text.chars().filter(|c| *c == '-').count(), 4);
        assert_eq!(text.as_bytes()[14], b'4');
        assert!(b"89ab".contains(&text.as_bytes()[19]));
        assert!(!uuid.matches(&random_uuid().unwrap()));
    }

    #[test]
    fn a_client_secret_is_256_random_bits() {
        let secret = random_client_secret().unwrap();
        assert_eq!(secret.expose().len(), CLIENT_SECRET_PREFIX.len() + 64);
        assert!(secret.expose().starts_with(CLIENT_SECRET_PREFIX));
    }
}
