//! What the console shows of the simulated Google Cloud, and the changes it makes as its customer. The same
//! changes serve dev mode and tests. It must not know the console's paths.

use serde_json::{Value, json};
use time::OffsetDateTime;

use super::Gcp;
use super::enumeration::{Enumeration, timestamp};
use super::error::{Code, Status};
use super::kms::crypto_key::CryptoKey;
use super::kms::purpose::Purpose;
use super::kms::version::VersionState;
use super::kms::{crypto_key_mut, version_mut};
use super::name::{Kind, Name};
use super::policy::{Policy, member_of};
use super::state::{AccountKey, Project, ServiceAccount, State};
use crate::Refused;
use crate::answer::millis;

/// One act of the customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// As UpdateCryptoKeyVersion to DISABLED, by the version's name.
    DisableVersion(String),
    /// As UpdateCryptoKeyVersion to ENABLED, by the version's name.
    EnableVersion(String),
    /// As DestroyCryptoKeyVersion, by the version's name.
    DestroyVersion(String),
    /// As RestoreCryptoKeyVersion, by the version's name.
    RestoreVersion(String),
    /// Makes a version and encrypts with it from now on, by the key's name.
    RotateKey(String),
    /// Takes a grant away.
    RemoveGrant(Grant),
    /// Brings the removed grant back.
    RestoreGrant(Grant),
    /// As DisableServiceAccount, by email address.
    DisableServiceAccount(String),
    /// As EnableServiceAccount, by email address.
    EnableServiceAccount(String),
    /// As DeleteServiceAccountKey, by the key's id.
    DeleteServiceAccountKey(String),
    /// Brings the deleted key back.
    RestoreServiceAccountKey(String),
}

/// One member's role on one resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// The full name of a project, service account, key ring or key.
    pub resource: String,
    /// As in `roles/cloudkms.cryptoKeyEncrypterDecrypter`.
    pub role: String,
    /// The email address of a service account.
    pub member: String,
}

impl Gcp {
    /// Makes a change as the customer would, permissions not asked.
    /// Cancel: the change may be made, and saved a moment later.
    pub async fn apply(&self, change: Change) -> Result<(), Refused> {
        let revision = {
            let mut state = self.state();
            let now = millis(OffsetDateTime::now_utc());
            state.settle(now);
            make(&mut state, change, now)?;
            state.touch();
            state.revision
        };
        self.save(revision).await.map_err(Refused::Save)
    }

    /// Everything that the console shows; no secret is in it.
    pub(crate) fn overview(&self) -> Value {
        let mut state = self.state();
        state.settle(millis(OffsetDateTime::now_utc()));
        let projects: Vec<Value> = state.projects.values().map(|project| show_project(&state, project)).collect();
        json!({ "projects": projects })
    }
}

fn make(state: &mut State, change: Change, now: i64) -> Result<(), Refused> {
    match change {
        Change::DisableVersion(name) => update(state, &name, VersionState::Disabled),
        Change::EnableVersion(name) => update(state, &name, VersionState::Enabled),
        Change::DestroyVersion(text) => {
            let name = named(&text, Kind::CryptoKeyVersion)?;
            let at = crypto_key_mut(state, &name).map_err(refused)?.destroy_time(now);
            version_mut(state, &name).and_then(|version| version.destroy(at, &text)).map_err(refused)
        }
        Change::RestoreVersion(text) => {
            let name = named(&text, Kind::CryptoKeyVersion)?;
            version_mut(state, &name).and_then(|version| version.restore(&text)).map_err(refused)
        }
        Change::RotateKey(text) => {
            let key = crypto_key_mut(state, &named(&text, Kind::CryptoKey)?).map_err(refused)?;
            if key.purpose != Purpose::EncryptDecrypt || key.import_only {
                return Err(Refused::State("only a key for encryption, not for import only, is rotated".to_owned()));
            }
            key.rotate(now);
            Ok(())
        }
        Change::RemoveGrant(grant) => {
            let was = policy(state, &grant)?.set_aside(&grant.role, &member_of(&grant.member));
            if was { Ok(()) } else { Err(Refused::NotFound("there is no such grant".to_owned())) }
        }
        Change::RestoreGrant(grant) => {
            let was = policy(state, &grant)?.bring_back(&grant.role, &member_of(&grant.member));
            if was { Ok(()) } else { Err(Refused::NotFound("no such grant was removed".to_owned())) }
        }
        Change::DisableServiceAccount(email) => set_disabled(state, &email, true),
        Change::EnableServiceAccount(email) => set_disabled(state, &email, false),
        Change::DeleteServiceAccountKey(id) => set_deleted(state, &id, true),
        Change::RestoreServiceAccountKey(id) => set_deleted(state, &id, false),
    }
}

fn update(state: &mut State, text: &str, to: VersionState) -> Result<(), Refused> {
    let name = named(text, Kind::CryptoKeyVersion)?;
    version_mut(state, &name).and_then(|version| version.update(to, text)).map_err(refused)
}

fn named(text: &str, kind: Kind) -> Result<Name, Refused> {
    Name::parse(text, kind).map_err(|status| Refused::NotFound(status.message))
}

fn policy<'a>(state: &'a mut State, grant: &Grant) -> Result<&'a mut Policy, Refused> {
    let name = policy_holder(&grant.resource);
    let policy = name.and_then(|name| state.policy_mut(&name));
    policy.ok_or_else(|| Refused::NotFound(format!("there is no {} with a policy", grant.resource)))
}

/// The resource, where it is of a kind that has a policy.
pub(crate) fn policy_holder(text: &str) -> Option<Name> {
    let kinds = [Kind::Project, Kind::ServiceAccount, Kind::KeyRing, Kind::CryptoKey];
    kinds.into_iter().find_map(|kind| Name::parse(text, kind).ok())
}

fn set_disabled(state: &mut State, email: &str, disabled: bool) -> Result<(), Refused> {
    let account = state.accounts.get_mut(email);
    account.ok_or_else(|| Refused::NotFound(format!("there is no service account {email}")))?.disabled = disabled;
    Ok(())
}

fn set_deleted(state: &mut State, id: &str, deleted: bool) -> Result<(), Refused> {
    let mut keys = state.accounts.values_mut().flat_map(|account| &mut account.keys);
    let key = keys.find(|key| key.id == id);
    let key = key.ok_or_else(|| Refused::NotFound(format!("there is no service account key {id}")))?;
    if key.deleted == deleted {
        let words = if deleted { "the key is deleted already" } else { "the key is not deleted" };
        return Err(Refused::State(words.to_owned()));
    }
    key.deleted = deleted;
    Ok(())
}

fn refused(status: Status) -> Refused {
    match status.code {
        Code::NotFound => Refused::NotFound(status.message),
        Code::InvalidArgument
        | Code::FailedPrecondition
        | Code::Unauthenticated
        | Code::PermissionDenied
        | Code::AlreadyExists
        | Code::Aborted
        | Code::ResourceExhausted
        | Code::Internal => Refused::State(status.message),
    }
}

fn show_project(state: &State, project: &Project) -> Value {
    let inside = format!("projects/{}/", project.id);
    let accounts: Vec<Value> =
        state.accounts.values().filter(|account| account.project == project.id).map(show_account).collect();
    let rings: Vec<Value> = state
        .key_rings
        .iter()
        .filter(|(name, _)| name.starts_with(&inside))
        .map(|(name, ring)| {
            let inside = format!("{name}/");
            let keys = state.crypto_keys.iter().filter(|(name, _)| name.starts_with(&inside));
            let keys: Vec<Value> = keys.map(|(name, key)| show_key(name, key)).collect();
            json!({ "name": name, "grants": ring.policy.overview(), "cryptoKeys": keys })
        })
        .collect();
    json!({
        "id": project.id,
        "name": format!("projects/{}", project.id),
        "number": project.number,
        "grants": project.policy.overview(),
        "serviceAccounts": accounts,
        "keyRings": rings,
    })
}

fn show_account(account: &ServiceAccount) -> Value {
    json!({
        "email": account.email,
        "name": format!("projects/{}/serviceAccounts/{}", account.project, account.email),
        "state": if account.disabled { "disabled" } else { "enabled" },
        "grants": account.policy.overview(),
        "keys": account.keys.iter().map(show_account_key).collect::<Vec<_>>(),
    })
}

fn show_account_key(key: &AccountKey) -> Value {
    let state = match (key.deleted, key.disabled) {
        (true, _) => "deleted",
        (false, true) => "disabled",
        (false, false) => "enabled",
    };
    json!({ "id": key.id, "state": state })
}

fn show_key(name: &str, key: &CryptoKey) -> Value {
    let versions: Vec<Value> = key
        .versions
        .iter()
        .map(|(number, version)| {
            json!({
                "name": format!("{name}/cryptoKeyVersions/{number}"),
                "number": number,
                "state": version.state.name(),
                "primary": key.primary == Some(*number),
                "destroyTime": version.destroy_at.map(timestamp),
            })
        })
        .collect();
    json!({
        "name": name,
        "purpose": key.purpose.name(),
        "grants": key.policy.overview(),
        "versions": versions,
    })
}
