//! Settings of a customer key in Google Cloud KMS and the rules of changing them (product.md 1.4, 2.5).
//! Must not know how Google is called, nor how a key file is spelled.

use std::sync::Arc;

use super::credentials::{Present, Rule, Wanted};
use super::{CustomerKey, Merged, Move, Patch, Policy, ProviderKind, Refusal, StaticCredentials, required};
use crate::id::ProviderRoleId;
use crate::secret::SecretText;
use crate::violation::Violation;

/// Google's own token endpoint.
pub const TOKEN_URI: &str = "https://oauth2.googleapis.com/token";

/// A customer key in Google Cloud KMS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GcpKms {
    /// Which version of which key.
    pub key_version: KeyVersionName,
    /// How we may use it.
    pub credentials: GcpCredentials,
}

/// What we may use a key in Google Cloud KMS with.
#[derive(Debug, Clone)]
pub enum GcpCredentials {
    /// A service account that we impersonate.
    Role(ProviderRoleId),
    /// A key of a service account of the customer's.
    ServiceAccountKey {
        /// The service account.
        client_email: ServiceAccountEmail,
        /// Which of its keys.
        private_key_id: PrivateKeyId,
        /// The private key, in PEM.
        private_key: Arc<SecretText>,
    },
}

impl GcpCredentials {
    pub(super) const fn provider_role(&self) -> Option<ProviderRoleId> {
        match self {
            Self::Role(role) => Some(*role),
            Self::ServiceAccountKey { .. } => None,
        }
    }
}

impl PartialEq for GcpCredentials {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Role(one), Self::Role(two)) => one == two,
            (
                Self::ServiceAccountKey { client_email, private_key_id, private_key },
                Self::ServiceAccountKey { client_email: other_email, private_key_id: other_id, private_key: other_key },
            ) => client_email == other_email && private_key_id == other_id && private_key.matches(other_key),
            (Self::Role(_), Self::ServiceAccountKey { .. }) | (Self::ServiceAccountKey { .. }, Self::Role(_)) => false,
        }
    }
}

impl Eq for GcpCredentials {}

/// A version of a key: `projects/…/locations/…/keyRings/…/cryptoKeys/…/cryptoKeyVersions/…`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyVersionName(String);

impl KeyVersionName {
    const GRAMMAR: &'static str =
        "projects/<project>/locations/<location>/keyRings/<ring>/cryptoKeys/<key>/cryptoKeyVersions/<number>";

    /// Reads a resource name. Names admit no escape, so there is nothing to be decoded or resolved.
    /// Source: Cloud KMS resource hierarchy; product.md 2.5.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let parts: Vec<&str> = text.split('/').collect();
        let [
            "projects",
            project,
            "locations",
            location,
            "keyRings",
            ring,
            "cryptoKeys",
            key,
            "cryptoKeyVersions",
            version,
        ] = parts.as_slice()
        else {
            return None;
        };
        let sized = |text: &str| (1..=63).contains(&text.len());
        // A hyphen alone stands for every project or location.
        let place = |text: &str| {
            sized(text)
                && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
                && !text.starts_with('-')
                && !text.ends_with('-')
        };
        let name =
            |text: &str| sized(text) && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
        // A project may stand under a domain: `example.com:project`.
        let project_fits = match project.split_once(':') {
            None => place(project),
            Some((domain, project)) => domain.split('.').all(place) && place(project),
        };
        let number = (1..=19).contains(&version.len())
            && version.chars().all(|c| c.is_ascii_digit())
            && !version.starts_with('0');
        (project_fits && place(location) && name(ring) && name(key) && number).then(|| Self(text.to_owned()))
    }

    /// Gives the version's full resource name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Gives the resource name of the key it is a version of.
    #[must_use]
    pub fn key(&self) -> &str {
        self.0.split_once("/cryptoKeyVersions/").map_or(self.0.as_str(), |(key, _)| key)
    }
}

/// A service account's address: `name@project.iam.gserviceaccount.com`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceAccountEmail(String);

impl ServiceAccountEmail {
    /// Reads an address of a service account; one of a person is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (account, host) = text.split_once('@')?;
        let label = |label: &str| {
            (1..=63).contains(&label.len())
                && label.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        };
        let account_fits = account.split('.').all(label);
        let host_fits = host.ends_with(".gserviceaccount.com") && host.split('.').all(label);
        (account_fits && host_fits && text.len() <= 320).then(|| Self(text.to_owned()))
    }

    /// Gives the address of the service account made for one role, in the operator's Google project. Two
    /// roles never have the same one, so that none can be used through another.
    #[must_use]
    pub fn of_role(role: ProviderRoleId, operator_project: &str) -> Option<Self> {
        let role = role.to_string();
        let unique = role.get(role.len().checked_sub(16)?..)?;
        Self::parse(&format!("mongodb-atlas-{unique}@{operator_project}.iam.gserviceaccount.com"))
    }

    /// Gives the address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The id of one key of a service account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrivateKeyId(String);

impl PrivateKeyId {
    /// Reads an id.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let fits = (1..=128).contains(&text.len()) && text.chars().all(|c| c.is_ascii_hexdigit());
        fits.then(|| Self(text.to_owned()))
    }

    /// Gives the id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a key file says, as the door read it. Members that are not used are gone already.
#[derive(Debug)]
pub enum KeyFile {
    /// It does not read as one.
    Unreadable,
    /// It reads as one; what it lacks is absent.
    Object {
        /// The member `type`.
        kind: Option<String>,
        /// The member `client_email`.
        client_email: Option<String>,
        /// The member `private_key_id`.
        private_key_id: Option<String>,
        /// The member `private_key`.
        private_key: Option<Arc<SecretText>>,
        /// The member `token_uri`.
        token_uri: Option<String>,
    },
}

/// A wanted change of the settings. An empty key file means "keep": the door drops it.
#[derive(Debug, Default)]
pub struct GcpKmsChange {
    /// Whether the provider is enabled.
    pub enabled: Patch<bool>,
    /// The key version.
    pub key_version_resource_id: Patch<String>,
    /// The service account to impersonate.
    pub role_id: Patch<ProviderRoleId>,
    /// A key of a service account.
    pub service_account_key: Option<KeyFile>,
}

impl GcpKmsChange {
    fn is_empty(&self) -> bool {
        let Self { enabled, key_version_resource_id, role_id, service_account_key } = self;
        enabled.is_empty() && key_version_resource_id.is_empty() && role_id.is_empty() && service_account_key.is_none()
    }
}

pub(super) fn merge(present: Option<&GcpKms>, change: GcpKmsChange, policy: &Policy) -> Result<Merged, Refusal> {
    if present.is_none() && change.is_empty() {
        return Ok(Merged::Untouched);
    }
    if change.enabled == Patch::Value(false) {
        return Ok(Merged::Disabled);
    }
    let mut violations = Vec::new();
    if change.enabled.or_stored(present.map(|_| true)).is_none() {
        violations.push(Violation::missing("googleCloudKms.enabled"));
    }
    let key_version = required(
        "googleCloudKms.keyVersionResourceID",
        change.key_version_resource_id.or_stored(present.map(|google| google.key_version.as_str().to_owned())),
        |text| KeyVersionName::parse(&text).ok_or(KeyVersionName::GRAMMAR),
        &mut violations,
    );
    let stored = present.map(|google| &google.credentials);
    let credentials = decide(change.role_id, change.service_account_key, stored, policy, &mut violations)?;
    if !violations.is_empty() {
        return Err(Refusal::Violations(violations));
    }
    let (Some(key_version), Some(credentials)) = (key_version, credentials) else {
        return Err(Refusal::Violations(violations));
    };
    let next = GcpKms { key_version, credentials };
    let step = difference(present, &next);
    Ok(Merged::Configured(CustomerKey::GcpKms(next), step))
}

fn difference(present: Option<&GcpKms>, next: &GcpKms) -> Option<Move> {
    match present {
        None => Some(Move::Enable),
        Some(present) if present.key_version != next.key_version => Some(Move::ChangeKey),
        Some(present) => (present.credentials != next.credentials).then_some(Move::ChangeCredentials),
    }
}

const KEY_FILE: &str = "googleCloudKms.serviceAccountKey";

const RULE: Rule = Rule {
    provider: ProviderKind::GcpKms,
    role_field: "googleCloudKms.roleId",
    choices: "roleId, or serviceAccountKey",
};

fn decide(
    role: Patch<ProviderRoleId>,
    key_file: Option<KeyFile>,
    present: Option<&GcpCredentials>,
    policy: &Policy,
    violations: &mut Vec<Violation>,
) -> Result<Option<GcpCredentials>, Refusal> {
    let way = match present {
        None => Present::Nothing,
        Some(GcpCredentials::Role(role)) => Present::Role(*role),
        Some(GcpCredentials::ServiceAccountKey { .. }) => Present::Static,
    };
    match RULE.decide(role, key_file.is_some(), way, violations)? {
        Wanted::Role(role) => return Ok(Some(GcpCredentials::Role(role))),
        Wanted::Undecided => return Ok(None),
        Wanted::Static => {}
    }
    let Some(key_file) = key_file else { return Ok(present.cloned()) };
    let next = match read_key_file(key_file, policy) {
        Ok(next) => next,
        Err(expected) => {
            violations.push(Violation::malformed(KEY_FILE, expected));
            return Ok(None);
        }
    };
    if policy.static_credentials == StaticCredentials::RefuseNew && present != Some(&next) {
        return Err(Refusal::StaticCredentials { provider: ProviderKind::GcpKms, role_in_use: false });
    }
    Ok(Some(next))
}

/// Takes of a key file what is used and nothing else.
/// Errors: what was expected, as half a sentence. Source: product.md 2.5.
fn read_key_file(key_file: KeyFile, policy: &Policy) -> Result<GcpCredentials, &'static str> {
    let KeyFile::Object { kind, client_email, private_key_id, private_key, token_uri } = key_file else {
        return Err("the whole key file of a service account: a JSON object, written as one string");
    };
    if kind.as_deref() != Some("service_account") {
        return Err("a key file whose type is service_account");
    }
    if token_uri.as_deref() != Some(policy.google_token_uri.as_str()) {
        return Err("a key file whose token_uri is the token endpoint that this service is configured with");
    }
    let client_email = client_email
        .and_then(|email| ServiceAccountEmail::parse(&email))
        .ok_or("a key file whose client_email is the address of a service account")?;
    let private_key_id = private_key_id
        .and_then(|id| PrivateKeyId::parse(&id))
        .ok_or("a key file whose private_key_id is hexadecimal")?;
    let private_key = private_key
        .filter(|key| is_pem(key.expose()))
        .ok_or("a key file whose private_key is an RSA key in PEM (BEGIN PRIVATE KEY)")?;
    Ok(GcpCredentials::ServiceAccountKey { client_email, private_key_id, private_key })
}

fn is_pem(text: &str) -> bool {
    let text = text.trim();
    text.len() <= 8192
        && text
            .strip_prefix("-----BEGIN PRIVATE KEY-----")
            .is_some_and(|rest| rest.ends_with("-----END PRIVATE KEY-----"))
}

#[cfg(test)]
pub(super) mod tests;
