//! Seeding from Rust, for dev mode and tests. Everything is found by its name before it is made, so that a restart
//! on the same folder changes nothing, least of all what a customer has broken since: `create_...` and
//! `assign_role` leave alone what is there, even taken away; `set_...` writes over it.
//! It must not know who seeds.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use time::OffsetDateTime;

use super::arm::vault::{check_name as check_vault_name, url};
use super::key_vault::bundle::kid;
use super::key_vault::check_name;
use super::key_vault::key::{Attributes, Key, KeyOp, Version};
use super::key_vault::material::KeyKind;
use super::private_endpoint::uuid;
use super::role::Role;
use super::state::{App, AppSecret, ResourceGroup, RoleAssignment, ServicePrincipal, State, Subscription, Tenant};
use super::vault::{AccessPolicy, Permissions, Vault, VaultAccess};
use super::{Azure, make};
use crate::Error;
use crate::secret::{Secret, random, text_of};

/// Where everything stands.
const LOCATION: &str = "eastus";
/// Seconds that a client secret lives where nothing is said: two years, Azure's longest.
pub(super) const SECRET_LIFE: i64 = 2 * 365 * 24 * 60 * 60;

/// An app registration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppRegistration {
    /// The application (client) id, a UUID.
    pub client_id: String,
    /// The tenant that registered it.
    pub tenant: String,
    /// Its name.
    pub name: String,
}

/// A client secret, which does not print.
#[derive(Clone)]
pub struct ClientSecret {
    /// The secret's id, by which it is taken away. Not the secret.
    pub id: String,
    /// The app it belongs to.
    pub client_id: String,
    secret: Secret,
}

impl ClientSecret {
    /// The secret's value, to be given to a client.
    pub fn expose_secret(&self) -> &str {
        self.secret.expose()
    }
}

impl fmt::Debug for ClientSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ClientSecret({})", self.id)
    }
}

/// A key to be made: RSA of 2048 bits, enabled, for every use, unless said otherwise.
#[derive(Debug, Clone, Default)]
pub struct NewKey {
    /// By which it is found again.
    pub name: String,
    /// What it is.
    pub kind: KeyKind,
    /// Tags of its version, by name.
    pub tags: BTreeMap<String, String>,
    /// What it may be used for; `None` is everything that its kind can do.
    pub key_ops: Option<Vec<KeyOp>>,
    /// When it becomes usable. Unit: s since 1970.
    pub not_before: Option<i64>,
    /// When it expires. Unit: s since 1970.
    pub expires: Option<i64>,
}

/// A key that was made or found, with its newest version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreatedKey {
    /// The vault's name.
    pub vault: String,
    /// Its name.
    pub name: String,
    /// 32 hex digits.
    pub version: String,
    /// Its identifier with the version, a URL.
    pub id: String,
}

impl Azure {
    /// Finds a tenant by its name, or makes one. Gives its id.
    pub async fn create_tenant(&self, name: &str) -> Result<String, Error> {
        self.seed(|state, _| {
            if let Some(tenant) = state.tenants.values().find(|tenant| tenant.name == name) {
                return Ok(tenant.id.clone());
            }
            let id = uuid();
            let tenant = Tenant { id: id.clone(), name: name.to_owned(), principals: BTreeMap::new() };
            state.tenants.insert(id.clone(), tenant);
            Ok(id)
        })
        .await
    }

    /// Finds an app registration by its name in a tenant, or makes one. It acts nowhere before it has a service
    /// principal. A multi-tenant one can get one in other tenants too.
    /// Errors: `Refused` for a missing tenant.
    pub async fn create_app(&self, tenant: &str, name: &str, multi_tenant: bool) -> Result<AppRegistration, Error> {
        self.seed(|state, _| {
            find_tenant(state, tenant)?;
            let known = state.apps.values().find(|app| app.tenant == tenant && app.name == name);
            let client_id = known.map(|app| app.client_id.clone()).unwrap_or_else(uuid);
            state.apps.entry(client_id.clone()).or_insert_with(|| App {
                client_id: client_id.clone(),
                name: name.to_owned(),
                tenant: tenant.to_owned(),
                multi_tenant,
                secrets: Vec::new(),
            });
            Ok(AppRegistration { client_id, tenant: tenant.to_owned(), name: name.to_owned() })
        })
        .await
    }

    /// Finds an app's client secret by its name, or makes one that expires then, by default in two years.
    /// Unit: s since 1970. Errors: `Refused` for a missing app.
    pub async fn create_secret(
        &self,
        client_id: &str,
        name: &str,
        expires: Option<i64>,
    ) -> Result<ClientSecret, Error> {
        self.seed(|state, now| {
            let app = find_app(state, client_id)?;
            if !app.secrets.iter().any(|secret| secret.name == name) {
                app.secrets.push(AppSecret {
                    id: uuid(),
                    name: name.to_owned(),
                    secret: random_secret(),
                    expires: expires.unwrap_or(now + SECRET_LIFE),
                    removed: false,
                });
            }
            let secret = app.secrets.iter().find(|secret| secret.name == name);
            let secret = secret.ok_or(Error::Bug("a secret just made is there"))?;
            Ok(ClientSecret { id: secret.id.clone(), client_id: app.client_id.clone(), secret: secret.secret.clone() })
        })
        .await
    }

    /// Takes a client secret away for good, by its id. Errors: `Refused` for a missing one.
    pub async fn delete_secret(&self, secret_id: &str) -> Result<(), Error> {
        self.seed(|state, _| {
            let holder = state.apps.values_mut().find(|app| app.secrets.iter().any(|secret| secret.id == secret_id));
            let app = holder.ok_or_else(|| Error::Refused(format!("there is no client secret {secret_id}")))?;
            app.secrets.retain(|secret| secret.id != secret_id);
            Ok(())
        })
        .await
    }

    /// Finds or makes an app's service principal in a tenant. Gives its object id.
    /// Errors: `Refused` for a missing tenant or app, and in another tenant for an app that is not multi-tenant.
    pub async fn create_service_principal(&self, tenant: &str, client_id: &str) -> Result<String, Error> {
        self.seed(|state, _| {
            let app = find_app(state, client_id)?;
            if !app.multi_tenant && app.tenant != tenant {
                return Err(Error::Refused(format!("app {client_id} is of another tenant alone")));
            }
            let principals = &mut find_tenant(state, tenant)?.principals;
            if let Some(known) = principals.values().find(|known| known.client_id == client_id) {
                return Ok(known.object_id.clone());
            }
            let object_id = uuid();
            let principal =
                ServicePrincipal { object_id: object_id.clone(), client_id: client_id.to_owned(), removed: false };
            principals.insert(object_id.clone(), principal);
            Ok(object_id)
        })
        .await
    }

    /// Takes a service principal away for good; the next one of the same app is another.
    /// Errors: `Refused` for a missing one.
    pub async fn delete_service_principal(&self, tenant: &str, object_id: &str) -> Result<(), Error> {
        self.seed(|state, _| {
            let gone = find_tenant(state, tenant)?.principals.remove(object_id);
            gone.map(drop).ok_or_else(|| Error::Refused(format!("there is no service principal {object_id}")))
        })
        .await
    }

    /// Finds a subscription by its name in a tenant, or makes one. Gives its id.
    /// Errors: `Refused` for a missing tenant.
    pub async fn create_subscription(&self, tenant: &str, name: &str) -> Result<String, Error> {
        self.seed(|state, _| {
            find_tenant(state, tenant)?;
            let known = state.subscriptions.values().find(|known| known.tenant == tenant && known.name == name);
            if let Some(known) = known {
                return Ok(known.id.clone());
            }
            let id = uuid();
            let (name, tenant) = (name.to_owned(), tenant.to_owned());
            let made = Subscription {
                id: id.clone(),
                name,
                tenant,
                resource_groups: BTreeMap::new(),
                unregistered: BTreeSet::new(),
                endpoint_quota: None,
            };
            state.subscriptions.insert(id.clone(), made);
            Ok(id)
        })
        .await
    }

    /// Finds or makes a resource group. Gives its resource id.
    /// Errors: `Refused` for a missing subscription.
    pub async fn create_resource_group(&self, subscription: &str, name: &str) -> Result<String, Error> {
        self.seed(|state, _| {
            let resource_groups = &mut find_subscription(state, subscription)?.resource_groups;
            let resource_group = ResourceGroup { name: name.to_owned(), location: LOCATION.to_owned() };
            let resource_group = resource_groups.entry(name.to_ascii_lowercase()).or_insert(resource_group);
            Ok(format!("/subscriptions/{subscription}/resourceGroups/{}", resource_group.name))
        })
        .await
    }

    /// Finds a vault by its name, or makes one. Gives its resource id.
    /// Errors: `Refused` for a missing subscription or group, for a name that no vault can have, and for one whose
    /// vault stands elsewhere.
    pub async fn create_vault(
        &self,
        subscription: &str,
        resource_group: &str,
        name: &str,
        access: VaultAccess,
    ) -> Result<String, Error> {
        self.seed(|state, _| {
            check_vault_name(name).map_err(|error| Error::Refused(error.message))?;
            let holder = find_subscription(state, subscription)?;
            let tenant = holder.tenant.clone();
            let resource_group = holder.resource_groups.get(&resource_group.to_ascii_lowercase());
            let resource_group =
                resource_group.ok_or_else(|| Error::Refused("there is no such resource group".to_owned()))?;
            let made = Vault { access, ..Vault::new(name, &tenant, subscription, &resource_group.name, LOCATION) };
            let wanted = made.id();
            let vault = state.vaults.entry(name.to_ascii_lowercase()).or_insert(made);
            if vault.id() == wanted {
                Ok(wanted)
            } else {
                Err(Error::Refused(format!("vault {name} stands elsewhere")))
            }
        })
        .await
    }

    /// Gives a principal permissions on the vault's keys, unless it ever had a policy here.
    /// Errors: as for `set_access_policy`.
    pub async fn create_access_policy(&self, vault: &str, object_id: &str, permissions: &[&str]) -> Result<(), Error> {
        self.seed(|state, _| {
            let permissions = Permissions::on_keys(permissions).map_err(Error::Refused)?;
            let vault = find_vault(state, vault)?;
            if vault.policy_mut(object_id).is_none() {
                put_policy(vault, object_id, permissions);
            }
            Ok(())
        })
        .await
    }

    /// Gives a principal these permissions on the vault's keys, over what it had.
    /// Errors: `Refused` for a missing vault, or a permission that Azure does not know.
    pub async fn set_access_policy(&self, vault: &str, object_id: &str, permissions: &[&str]) -> Result<(), Error> {
        self.seed(|state, _| {
            let permissions = Permissions::on_keys(permissions).map_err(Error::Refused)?;
            put_policy(find_vault(state, vault)?, object_id, permissions);
            Ok(())
        })
        .await
    }

    /// Takes a principal's access policy away, so that `Change::RestoreAccessPolicy` brings it back.
    /// Errors: `Refused` for a missing vault or policy.
    pub async fn remove_access_policy(&self, vault: &str, object_id: &str) -> Result<(), Error> {
        self.seed(|state, _| {
            let policy = find_vault(state, vault)?.policy_mut(object_id);
            policy.ok_or_else(|| Error::Refused(format!("{object_id} has no access policy here")))?.removed = true;
            Ok(())
        })
        .await
    }

    /// Finds or makes a role assignment over a resource and all below it. Gives its id.
    /// Errors: `Refused` where the scope is no resource id.
    pub async fn assign_role(&self, scope: &str, object_id: &str, role: Role) -> Result<String, Error> {
        self.seed(|state, _| {
            if !scope.starts_with("/subscriptions/") || scope.ends_with('/') {
                return Err(Error::Refused(format!("{scope} is no resource id")));
            }
            let same = |known: &&RoleAssignment| {
                known.scope.eq_ignore_ascii_case(scope) && known.object_id == object_id && known.role == role
            };
            if let Some(known) = state.assignments.iter().find(same) {
                return Ok(known.id.clone());
            }
            let (id, scope, object_id) = (uuid(), scope.to_owned(), object_id.to_owned());
            state.assignments.push(RoleAssignment { id: id.clone(), scope, object_id, role, removed: false });
            Ok(id)
        })
        .await
    }

    /// Takes a role assignment away, so that `Change::RestoreRoleAssignment` brings it back.
    /// Errors: `Refused` for a missing one.
    pub async fn remove_role_assignment(&self, id: &str) -> Result<(), Error> {
        self.seed(|state, _| {
            let found = state.assignments.iter_mut().find(|assignment| assignment.id == id);
            found.ok_or_else(|| Error::Refused(format!("there is no role assignment {id}")))?.removed = true;
            Ok(())
        })
        .await
    }

    /// Finds a key by its name, deleted ones too, or makes one. A fresh RSA key takes tens of milliseconds to seconds.
    /// Errors: `Refused` for a missing vault, or a name that no key can have.
    pub async fn create_key(&self, vault: &str, new: NewKey) -> Result<CreatedKey, Error> {
        check_name(&new.name).map_err(|error| Error::Refused(error.message))?;
        if let Some(known) = self.find_key(vault, &new.name)? {
            return Ok(known);
        }
        let material = make(new.kind).await.ok_or(Error::Bug("a key pair can be made"))?;
        let port = self.inner.port;
        self.seed(|state, now| {
            let vault = find_vault(state, vault)?;
            let mut version = Version::new(material, now);
            version.attributes = Attributes { enabled: true, not_before: new.not_before, expires: new.expires };
            version.tags = new.tags;
            if let Some(ops) = new.key_ops {
                version.key_ops = ops;
            }
            let key = Key { name: new.name.clone(), versions: vec![version] };
            let (vault_name, order) = (vault.name.clone(), new.name.to_ascii_lowercase());
            let key = vault.keys.entry(order).or_insert(key);
            created(&vault_name, key, port)
        })
        .await
    }

    /// Makes a new version of a key, as RotateKey does.
    /// Errors: `Refused` for a missing vault or key.
    pub async fn rotate_key(&self, vault: &str, name: &str) -> Result<CreatedKey, Error> {
        let kind = {
            let mut state = self.state();
            let key = find_vault(&mut state, vault)?.keys.get(&name.to_ascii_lowercase());
            key.and_then(|key| key.version(None)).map(|version| version.material.kind)
        };
        let missing = || Error::Refused(format!("there is no key {name}"));
        let material = make(kind.ok_or_else(missing)?).await.ok_or(Error::Bug("a key pair can be made"))?;
        let port = self.inner.port;
        self.seed(|state, now| {
            let vault = find_vault(state, vault)?;
            let vault_name = vault.name.clone();
            let key = vault.keys.get_mut(&name.to_ascii_lowercase()).ok_or_else(missing)?;
            key.rotate(material, now).ok_or(Error::Bug("a key has a version"))?;
            created(&vault_name, key, port)
        })
        .await
    }

    /// Puts other tags on the newest version of a key.
    /// Errors: `Refused` for a missing vault or key.
    pub async fn set_key_tags(&self, vault: &str, name: &str, tags: BTreeMap<String, String>) -> Result<(), Error> {
        self.seed(|state, _| {
            let key = find_vault(state, vault)?.keys.get_mut(&name.to_ascii_lowercase());
            let version = key.and_then(|key| key.version_mut(None));
            version.ok_or_else(|| Error::Refused(format!("there is no key {name}")))?.tags = tags;
            Ok(())
        })
        .await
    }

    /// Lets the internet reach a vault, or only private endpoints.
    /// Errors: `Refused` for a missing vault.
    pub async fn set_public_access(&self, vault: &str, public: bool) -> Result<(), Error> {
        self.seed(|state, _| {
            find_vault(state, vault)?.public_access = public;
            Ok(())
        })
        .await
    }

    /// The base URL of a vault, without a closing slash.
    pub fn vault_url(&self, vault: &str) -> String {
        url(vault, self.inner.port)
    }

    fn find_key(&self, vault: &str, name: &str) -> Result<Option<CreatedKey>, Error> {
        let mut state = self.state();
        let vault = find_vault(&mut state, vault)?;
        let order = name.to_ascii_lowercase();
        let deleted = vault.deleted.get(&order).map(|deleted| &deleted.key);
        match vault.keys.get(&order).or(deleted) {
            Some(key) => created(&vault.name, key, self.inner.port).map(Some),
            None => Ok(None),
        }
    }

    pub(super) async fn seed<T>(&self, change: impl FnOnce(&mut State, i64) -> Result<T, Error>) -> Result<T, Error> {
        let (made, revision) = {
            let mut state = self.state();
            let made = change(&mut state, OffsetDateTime::now_utc().unix_timestamp())?;
            state.touch();
            (made, state.revision)
        };
        self.inner.kept.save(revision).await?;
        Ok(made)
    }
}

fn created(vault: &str, key: &Key, port: u16) -> Result<CreatedKey, Error> {
    let version = key.version(None).ok_or(Error::Bug("a key has a version"))?;
    Ok(CreatedKey {
        vault: vault.to_owned(),
        name: key.name.clone(),
        version: version.id.clone(),
        id: kid(&url(vault, port), &key.name, Some(&version.id)),
    })
}

fn put_policy(vault: &mut Vault, object_id: &str, permissions: Permissions) {
    let policy =
        AccessPolicy { tenant: vault.tenant.clone(), object_id: object_id.to_owned(), permissions, removed: false };
    match vault.policy_mut(object_id) {
        Some(there) => *there = policy,
        None => vault.policies.push(policy),
    }
}

fn find_tenant<'a>(state: &'a mut State, id: &str) -> Result<&'a mut Tenant, Error> {
    state.tenants.get_mut(id).ok_or_else(|| Error::Refused(format!("there is no tenant {id}")))
}

fn find_app<'a>(state: &'a mut State, client_id: &str) -> Result<&'a mut App, Error> {
    state.apps.get_mut(client_id).ok_or_else(|| Error::Refused(format!("there is no app {client_id}")))
}

pub(super) fn find_subscription<'a>(state: &'a mut State, id: &str) -> Result<&'a mut Subscription, Error> {
    state.subscriptions.get_mut(id).ok_or_else(|| Error::Refused(format!("there is no subscription {id}")))
}

fn find_vault<'a>(state: &'a mut State, name: &str) -> Result<&'a mut Vault, Error> {
    let found = state.vaults.get_mut(&name.to_ascii_lowercase());
    found.ok_or_else(|| Error::Refused(format!("there is no vault {name}")))
}

/// A client secret as Entra makes them: forty characters.
fn random_secret() -> Secret {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789~_.-";
    Secret::new(text_of("", &random::<40>(), alphabet))
}
