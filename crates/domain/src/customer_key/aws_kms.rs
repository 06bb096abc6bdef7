//! Settings of a customer key in AWS KMS and the rules of changing them (product.md 1.4, 2.5).
//! Must not know how AWS is called.

use std::sync::Arc;

use super::credentials::{Present, Rule, Wanted, printable};
use super::{CustomerKey, Merged, Move, Patch, Policy, ProviderKind, Refusal, StaticCredentials, required};
use crate::id::ProviderRoleId;
use crate::secret::SecretText;
use crate::violation::Violation;

/// A customer key in AWS KMS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AwsKms {
    /// Which key: id, key ARN, alias or alias ARN, as the customer wrote it.
    pub key: AwsKeyName,
    /// Where it is.
    pub region: AwsRegion,
    /// How we may use it.
    pub credentials: AwsCredentials,
    /// Whether key calls must leave by a private endpoint once there is one.
    pub require_private_networking: bool,
}

/// What we may use a key in AWS KMS with.
#[derive(Debug, Clone)]
pub enum AwsCredentials {
    /// A role of the customer's that we assume.
    Role(ProviderRoleId),
    /// An access key of an IAM user of the customer's.
    Static {
        /// The public half.
        access_key_id: String,
        /// The secret half.
        secret_access_key: Arc<SecretText>,
    },
}

impl AwsCredentials {
    pub(super) const fn provider_role(&self) -> Option<ProviderRoleId> {
        match self {
            Self::Role(role) => Some(*role),
            Self::Static { .. } => None,
        }
    }
}

impl PartialEq for AwsCredentials {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Role(one), Self::Role(two)) => one == two,
            (
                Self::Static { access_key_id, secret_access_key },
                Self::Static { access_key_id: other_id, secret_access_key: other_secret },
            ) => access_key_id == other_id && secret_access_key.matches(other_secret),
            (Self::Role(_), Self::Static { .. }) | (Self::Static { .. }, Self::Role(_)) => false,
        }
    }
}

impl Eq for AwsCredentials {}

/// A key's name in AWS: a key id, a key ARN, an alias or an alias ARN.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AwsKeyName(String);

impl AwsKeyName {
    const GRAMMAR: &'static str = "a key id, key ARN, alias name (alias/...) or alias ARN of AWS KMS";

    /// Reads a key name. Gives none for anything AWS could not have made.
    /// Source: KMS API reference, parameter `KeyId`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let known = |c: char| c.is_ascii_alphanumeric() || matches!(c, ':' | '/' | '_' | '-');
        if text.is_empty() || text.len() > 2048 || !text.chars().all(known) {
            return None;
        }
        let parts: Vec<&str> = text.split(':').collect();
        let name = match parts.as_slice() {
            [id] => *id,
            ["arn", partition, "kms", region, account, resource] => {
                let account_fits = account.len() == 12 && account.chars().all(|c| c.is_ascii_digit());
                if partition.is_empty() || region.is_empty() || !account_fits {
                    return None;
                }
                resource.strip_prefix("key/").or_else(|| resource.starts_with("alias/").then_some(*resource))?
            }
            _ => return None,
        };
        let id = name.strip_prefix("alias/").unwrap_or(name);
        // Only an alias may have further slashes.
        let fits = !id.is_empty() && (name.starts_with("alias/") || !id.contains('/'));
        fits.then(|| Self(text.to_owned()))
    }

    /// Gives the name as the customer wrote it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Tells whether it names a key that can have replicas in other regions. An alias does not say.
    /// Source: KMS developer guide, "Multi-Region keys": their ids begin with `mrk-`.
    #[must_use]
    pub fn is_multi_region(&self) -> bool {
        let resource = self.0.rsplit(':').next().unwrap_or_default();
        resource.strip_prefix("key/").unwrap_or(resource).starts_with("mrk-")
    }
}

/// A region of AWS that holds keys, under the name settings give it, e.g. `US_EAST_1`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AwsRegion(String);

/// Why a text is not a region that holds keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotARegion {
    /// It breaks the grammar of region names.
    Malformed,
    /// `GLOBAL` names no place that holds keys.
    Global,
}

impl AwsRegion {
    /// Reads a region's name as settings give it. Which regions exist is the wire's table.
    /// Errors: see [`NotARegion`].
    pub fn parse(name: &str) -> Result<Self, NotARegion> {
        if name == "GLOBAL" {
            return Err(NotARegion::Global);
        }
        let words: Vec<&str> = name.split('_').collect();
        let (number, places) = words.split_last().ok_or(NotARegion::Malformed)?;
        let place = |word: &&str| !word.is_empty() && word.chars().all(|c| c.is_ascii_uppercase());
        let fits = places.len() >= 2
            && places.iter().all(place)
            && number.len() == 1
            && number.chars().all(|c| c.is_ascii_digit());
        if fits { Ok(Self(name.to_owned())) } else { Err(NotARegion::Malformed) }
    }

    /// Gives the name as settings give it: `US_EAST_1`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0
    }

    /// Gives the name as AWS spells it: `us-east-1`.
    #[must_use]
    pub fn aws_name(&self) -> String {
        self.0.to_ascii_lowercase().replace('_', "-")
    }
}

/// A wanted change of the settings. An empty secret means "keep": the door drops it.
#[derive(Debug, Default)]
pub struct AwsKmsChange {
    /// Whether the provider is enabled.
    pub enabled: Patch<bool>,
    /// The key's name.
    pub customer_master_key_id: Patch<String>,
    /// The key's region.
    pub region: Patch<String>,
    /// The role to assume.
    pub role_id: Patch<ProviderRoleId>,
    /// The role to assume, by its ARN. Whoever has the change merged finds its id first, which then takes its place.
    pub role_arn: Option<String>,
    /// The public half of an access key.
    pub access_key_id: Patch<String>,
    /// The secret half of an access key.
    pub secret_access_key: Option<Arc<SecretText>>,
    /// Whether key calls must leave by a private endpoint once there is one.
    pub require_private_networking: Patch<bool>,
}

impl AwsKmsChange {
    fn is_empty(&self) -> bool {
        self.enabled.is_empty()
            && self.customer_master_key_id.is_empty()
            && self.region.is_empty()
            && self.role_id.is_empty()
            && self.role_arn.is_none()
            && self.access_key_id.is_empty()
            && self.secret_access_key.is_none()
            && self.require_private_networking.is_empty()
    }
}

pub(super) fn merge(present: Option<&AwsKms>, change: AwsKmsChange, policy: &Policy) -> Result<Merged, Refusal> {
    if present.is_none() && change.is_empty() {
        return Ok(Merged::Untouched);
    }
    if change.enabled == Patch::Value(false) {
        return Ok(Merged::Disabled);
    }
    let mut violations = Vec::new();
    if change.enabled.or_stored(present.map(|_| true)).is_none() {
        violations.push(Violation::missing("awsKms.enabled"));
    }
    let key = required(
        "awsKms.customerMasterKeyID",
        change.customer_master_key_id.or_stored(present.map(|aws| aws.key.as_str().to_owned())),
        |text| AwsKeyName::parse(&text).ok_or(AwsKeyName::GRAMMAR),
        &mut violations,
    );
    let mut region_is_global = false;
    let region = required(
        "awsKms.region",
        change.region.or_stored(present.map(|aws| aws.region.name().to_owned())),
        |text| match AwsRegion::parse(&text) {
            Ok(region) => Ok(Some(region)),
            Err(NotARegion::Global) => {
                region_is_global = true;
                Ok(None)
            }
            Err(NotARegion::Malformed) => Err("a region of AWS such as US_EAST_1"),
        },
        &mut violations,
    );
    let wanted = WantedCredentials {
        role: change.role_id,
        access_key_id: change.access_key_id,
        secret_access_key: change.secret_access_key,
    };
    let credentials = wanted.decide(present.map(|aws| &aws.credentials), policy, &mut violations)?;
    if !violations.is_empty() {
        return Err(Refusal::Violations(violations));
    }
    if region_is_global {
        return Err(Refusal::RegionNotSupported(ProviderKind::AwsKms));
    }
    let (Some(key), Some(Some(region)), Some(credentials)) = (key, region, credentials) else {
        return Err(Refusal::Violations(violations));
    };
    let stored_flag = present.is_some_and(|aws| aws.require_private_networking);
    let next = AwsKms {
        key,
        region,
        credentials,
        require_private_networking: change.require_private_networking.value().unwrap_or(stored_flag),
    };
    let step = difference(present, &next);
    Ok(Merged::Configured(CustomerKey::AwsKms(next), step))
}

fn difference(present: Option<&AwsKms>, next: &AwsKms) -> Option<Move> {
    match present {
        None => Some(Move::Enable),
        Some(present) if present.key != next.key || present.region != next.region => Some(Move::ChangeKey),
        Some(present) if present.credentials != next.credentials => Some(Move::ChangeCredentials),
        Some(present) => (present != next).then_some(Move::ChangeOptions),
    }
}

const RULE: Rule = Rule {
    provider: ProviderKind::AwsKms,
    role_field: "awsKms.roleId",
    choices: "roleId, or accessKeyID together with secretAccessKey",
};

struct WantedCredentials {
    role: Patch<ProviderRoleId>,
    access_key_id: Patch<String>,
    secret_access_key: Option<Arc<SecretText>>,
}

impl WantedCredentials {
    fn decide(
        self,
        present: Option<&AwsCredentials>,
        policy: &Policy,
        violations: &mut Vec<Violation>,
    ) -> Result<Option<AwsCredentials>, Refusal> {
        let sends_static = !self.access_key_id.is_empty() || self.secret_access_key.is_some();
        let (way, stored_id, stored_secret) = match present {
            None => (Present::Nothing, None, None),
            Some(AwsCredentials::Role(role)) => (Present::Role(*role), None, None),
            Some(AwsCredentials::Static { access_key_id, secret_access_key }) => {
                (Present::Static, Some(access_key_id), Some(secret_access_key))
            }
        };
        match RULE.decide(self.role, sends_static, way, violations)? {
            Wanted::Role(role) => return Ok(Some(AwsCredentials::Role(role))),
            Wanted::Undecided => return Ok(None),
            Wanted::Static => {}
        }
        let access_key_id = required(
            "awsKms.accessKeyID",
            self.access_key_id.or_stored(stored_id.cloned()),
            |text| if is_access_key_id(&text) { Ok(text) } else { Err("16 to 128 letters, digits or underscores") },
            violations,
        );
        // A new identity needs its own secret; the stored one belongs to the old.
        let same_identity = access_key_id.as_ref() == stored_id;
        let secret_access_key = required(
            "awsKms.secretAccessKey",
            self.secret_access_key.or_else(|| stored_secret.filter(|_| same_identity).cloned()),
            printable,
            violations,
        );
        let (Some(access_key_id), Some(secret_access_key)) = (access_key_id, secret_access_key) else {
            return Ok(None);
        };
        let next = AwsCredentials::Static { access_key_id, secret_access_key };
        if policy.static_credentials == StaticCredentials::RefuseNew && present != Some(&next) {
            return Err(Refusal::StaticCredentials { provider: ProviderKind::AwsKms, role_in_use: false });
        }
        Ok(Some(next))
    }
}

fn is_access_key_id(text: &str) -> bool {
    (16..=128).contains(&text.len()) && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

#[cfg(test)]
pub(crate) mod tests;
