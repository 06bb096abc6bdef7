//! The encryption-at-rest setting of a project: which customer key each provider holds for it, and
//! how a change merges over what is stored. One file per provider in `customer_key/`.
//!
//! Must not know wire shapes, tables or clouds. Adding a provider: its file here, and an arm wherever
//! the compiler then asks for one.

pub mod aws_kms;
pub mod azure_key_vault;
mod credentials;
pub mod gcp_kms;
mod networking;
mod wrapping;

use std::collections::{BTreeMap, BTreeSet};

use crate::id::{ProjectId, ProviderRoleId};
use crate::project::Activity;
use crate::violation::Violation;
use aws_kms::{AwsKms, AwsKmsChange};
use azure_key_vault::{AzureEnvironment, AzureKeyVault, AzureKeyVaultChange, VaultSuffixes};
use gcp_kms::{GcpKms, GcpKmsChange};

pub use networking::{EndpointRegions, require_no_endpoints};
pub use wrapping::{CustomerKeyNumber, CustomerKeyVersion, WrappedDataKey};

/// A product that can hold a customer key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProviderKind {
    /// Amazon Web Services Key Management Service.
    AwsKms,
    /// Azure Key Vault.
    AzureKeyVault,
    /// Google Cloud Key Management Service.
    GcpKms,
}

impl ProviderKind {
    /// Every provider, in the order settings list them.
    pub const ALL: [Self; 3] = [Self::AwsKms, Self::AzureKeyVault, Self::GcpKms];

    /// Gives the name the store, logs and metrics use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::AwsKms => "aws_kms",
            Self::AzureKeyVault => "azure_key_vault",
            Self::GcpKms => "gcp_kms",
        }
    }

    /// Gives the name people know it by.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::AwsKms => "AWS KMS",
            Self::AzureKeyVault => "Azure Key Vault",
            Self::GcpKms => "Google Cloud KMS",
        }
    }

    /// Finds a provider by its name in the store.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// A field of a change: not mentioned, mentioned as null, or given. Three different things.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Patch<T> {
    /// The field was not mentioned.
    #[default]
    Absent,
    /// The field was mentioned as null.
    Null,
    /// The field was given.
    Value(T),
}

impl<T> Patch<T> {
    /// Gives what was given, if anything was.
    pub fn value(self) -> Option<T> {
        match self {
            Self::Absent | Self::Null => None,
            Self::Value(value) => Some(value),
        }
    }

    /// Tells whether nothing was given.
    pub const fn is_empty(&self) -> bool {
        matches!(self, Self::Absent | Self::Null)
    }

    /// Decides a required field: what was given, else what is stored unless null was said.
    pub(crate) fn or_stored(self, stored: Option<T>) -> Option<T> {
        match self {
            Self::Absent => stored,
            Self::Null => None,
            Self::Value(value) => Some(value),
        }
    }
}

/// The stored setting of one project. A provider without an entry is disabled.
#[derive(Debug, Clone)]
pub struct EncryptionAtRest {
    /// The project it belongs to.
    pub project: ProjectId,
    /// The customer key in use, per enabled provider.
    pub customer_keys: BTreeMap<ProviderKind, CustomerKey>,
    /// A flag kept for clients; independent of the providers.
    pub enabled_for_search_nodes: bool,
    /// Counts the changes made; zero for a project that never had one.
    pub revision: i64,
}

impl EncryptionAtRest {
    /// Gives the setting of a project that never had one.
    #[must_use]
    pub const fn unset(project: ProjectId) -> Self {
        Self { project, customer_keys: BTreeMap::new(), enabled_for_search_nodes: false, revision: 0 }
    }
}

/// A customer key and how we reach it.
#[derive(Debug, Clone)]
pub enum CustomerKey {
    /// A key in AWS KMS.
    AwsKms(AwsKms),
    /// A key in Azure Key Vault.
    AzureKeyVault(AzureKeyVault),
    /// A key in Google Cloud KMS.
    GcpKms(GcpKms),
}

impl CustomerKey {
    /// Tells which provider holds it.
    #[must_use]
    pub const fn provider(&self) -> ProviderKind {
        match self {
            Self::AwsKms(_) => ProviderKind::AwsKms,
            Self::AzureKeyVault(_) => ProviderKind::AzureKeyVault,
            Self::GcpKms(_) => ProviderKind::GcpKms,
        }
    }

    /// Gives the full name of the key and, where settings name one, its version: what stays the same while other
    /// credentials or options come and go, and tells it from every other key at that provider.
    #[must_use]
    pub fn full_name(&self) -> String {
        match self {
            Self::AwsKms(aws) if aws.key.as_str().starts_with("arn:") => aws.key.as_str().to_owned(),
            Self::AwsKms(aws) => format!("{}/{}", aws.region.name(), aws.key.as_str()),
            Self::AzureKeyVault(azure) => {
                let (environment, vault) = (azure.environment.name(), azure.vault.as_str().to_ascii_lowercase());
                let key = format!("{environment}/{vault}/keys/{}", azure.key.name());
                azure.key.version().map_or_else(|| key.clone(), |version| format!("{key}/{version}"))
            }
            Self::GcpKms(google) => google.key_version.as_str().to_owned(),
        }
    }

    /// Tells whether key calls must leave by a private endpoint once there is one.
    #[must_use]
    pub const fn requires_private_networking(&self) -> bool {
        match self {
            Self::AwsKms(aws) => aws.require_private_networking,
            Self::AzureKeyVault(azure) => azure.require_private_networking,
            Self::GcpKms(_) => false,
        }
    }

    /// Gives the provider role it is reached with, if it is.
    #[must_use]
    pub const fn provider_role(&self) -> Option<ProviderRoleId> {
        match self {
            Self::AwsKms(aws) => aws.credentials.provider_role(),
            Self::AzureKeyVault(azure) => azure.credentials.provider_role(),
            Self::GcpKms(google) => google.credentials.provider_role(),
        }
    }
}

/// A wanted change of one project's setting. A provider without an entry is left alone.
#[derive(Debug, Default)]
pub struct EncryptionAtRestChange {
    /// What is wanted, per mentioned provider.
    pub customer_keys: BTreeMap<ProviderKind, CustomerKeyChange>,
    /// The search-node flag.
    pub enabled_for_search_nodes: Patch<bool>,
    /// Whether anything was mentioned at all, be it as null.
    pub mentions_something: bool,
}

/// A wanted change of one provider's part.
#[derive(Debug)]
pub enum CustomerKeyChange {
    /// Disable it and destroy its credentials.
    Disable,
    /// Enable or change a key in AWS KMS.
    AwsKms(AwsKmsChange),
    /// Enable or change a key in Azure Key Vault.
    AzureKeyVault(AzureKeyVaultChange),
    /// Enable or change a key in Google Cloud KMS.
    GcpKms(GcpKmsChange),
}

/// What the operator decided for all projects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Whether static cloud credentials may come in.
    pub static_credentials: StaticCredentials,
    /// Whether a key of Azure's may be named without its version.
    pub versionless_keys: VersionlessKeys,
    /// Where the vaults of each Azure environment are.
    pub vault_suffixes: VaultSuffixes,
    /// The Azure environment that the operator's own identity is at home in, if he has one: roles work
    /// there and nowhere else.
    pub operator_azure_environment: Option<AzureEnvironment>,
    /// The only token endpoint that a key file of Google's may name.
    pub google_token_uri: String,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            static_credentials: StaticCredentials::default(),
            versionless_keys: VersionlessKeys::default(),
            vault_suffixes: VaultSuffixes::default(),
            operator_azure_environment: None,
            google_token_uri: gcp_kms::TOKEN_URI.to_owned(),
        }
    }
}

/// Whether a key may be named without its version.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum VersionlessKeys {
    /// It may not.
    #[default]
    Refuse,
    /// It may; what the vault then calls the newest version is used.
    Accept,
}

/// Whether static cloud credentials may come in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum StaticCredentials {
    /// They may.
    #[default]
    Allow,
    /// Those that are stored stay; new ones are refused.
    RefuseNew,
}

/// What a change amounts to.
#[derive(Debug)]
pub struct Applied {
    /// The setting as it would be. Its revision is one up if anything changed.
    pub next: EncryptionAtRest,
    /// What happens to each provider that changes. Others stay as they are.
    pub moves: BTreeMap<ProviderKind, Move>,
    /// Whether `next` differs from what is stored at all.
    pub changed: bool,
}

/// What happens to one provider's part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    /// It was disabled and is enabled now.
    Enable,
    /// Another customer key takes over.
    ChangeKey,
    /// The same customer key is reached with other credentials.
    ChangeCredentials,
    /// Only options changed.
    ChangeOptions,
    /// It was enabled and is disabled now.
    Disable,
}

/// Why a change is refused. Nothing of it takes place.
#[derive(Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The change mentions nothing.
    Empty,
    /// Fields are missing or malformed; all of them are listed.
    Violations(Vec<Violation>),
    /// Roles do not work in that environment of Azure: the operator's own identity is in another.
    EnvironmentNotSupported(AzureEnvironment),
    /// The provider holds no keys in that region.
    RegionNotSupported(ProviderKind),
    /// Static credentials are not taken: by the operator's policy, or because a role is in use.
    StaticCredentials {
        /// The provider they were sent for.
        provider: ProviderKind,
        /// Whether a role is configured already.
        role_in_use: bool,
    },
    /// The present key is invalid, and so it cannot be exchanged for another.
    PresentKeyInvalid(ProviderKind),
    /// The provider cannot be disabled while the project has private endpoints to it.
    PrivateEndpointsExist(ProviderKind),
    /// Private networking cannot be given up while the project has private endpoints to the provider.
    PrivateNetworkingInUse {
        /// The provider.
        provider: ProviderKind,
        /// Where the endpoints are.
        regions: Vec<String>,
    },
    /// Some fields stay as they are while the project has private endpoints to the provider.
    FieldsImmutable {
        /// The provider.
        provider: ProviderKind,
        /// Those of them that were to change, by their paths.
        fields: Vec<&'static str>,
    },
    /// An inactive project cannot take up private networking.
    InactiveProject(ProviderKind),
}

/// Merges a change over the stored setting. `invalid` names the providers whose present key was
/// definitively found unusable: only its credentials can be corrected, or the provider disabled.
/// `endpoints` names the regions of the project's private endpoints, which hold some settings in place.
///
/// Errors: the first kind of refusal that applies; field faults of all providers come together.
/// Source: product.md 1.4, 2.4, 5.2 and 5.4.
pub fn apply(
    stored: &EncryptionAtRest,
    change: EncryptionAtRestChange,
    policy: &Policy,
    invalid: &BTreeSet<ProviderKind>,
    endpoints: &EndpointRegions,
    activity: Activity,
) -> Result<Applied, Refusal> {
    if !change.mentions_something {
        return Err(Refusal::Empty);
    }
    let mut next = stored.clone();
    let mut moves = BTreeMap::new();
    let mut violations = Vec::new();
    let mut refusals = Vec::new();
    for (provider, wanted) in change.customer_keys {
        let present = stored.customer_keys.get(&provider);
        // Before the merge, whose own faults would only hide what cannot be changed anyway.
        if let Err(refusal) = networking::keeps_its_place(present, &wanted, endpoints) {
            refusals.push(refusal);
            continue;
        }
        match merge(present, wanted, policy) {
            Ok(Merged::Untouched) => {}
            Ok(Merged::Disabled) => {
                refusals.extend(networking::may_disable(provider, endpoints).err());
                if next.customer_keys.remove(&provider).is_some() {
                    moves.insert(provider, Move::Disable);
                }
            }
            Ok(Merged::Configured(key, step)) => {
                if step == Some(Move::ChangeKey) && invalid.contains(&provider) {
                    refusals.push(Refusal::PresentKeyInvalid(provider));
                }
                refusals.extend(networking::may_require(present, &key, endpoints, activity).err());
                next.customer_keys.insert(provider, key);
                moves.extend(step.map(|step| (provider, step)));
            }
            Err(Refusal::Violations(found)) => violations.extend(found),
            Err(refusal) => refusals.push(refusal),
        }
    }
    if !violations.is_empty() {
        return Err(Refusal::Violations(violations));
    }
    if let Some(refusal) = refusals.into_iter().next() {
        return Err(refusal);
    }
    if let Patch::Value(flag) = change.enabled_for_search_nodes {
        next.enabled_for_search_nodes = flag;
    }
    let changed = !moves.is_empty() || next.enabled_for_search_nodes != stored.enabled_for_search_nodes;
    if changed {
        next.revision = stored.revision.saturating_add(1);
    }
    Ok(Applied { next, moves, changed })
}

/// What one provider's part becomes.
pub(crate) enum Merged {
    Untouched,
    Disabled,
    Configured(CustomerKey, Option<Move>),
}

fn merge(present: Option<&CustomerKey>, wanted: CustomerKeyChange, policy: &Policy) -> Result<Merged, Refusal> {
    match wanted {
        CustomerKeyChange::Disable => Ok(Merged::Disabled),
        CustomerKeyChange::AwsKms(change) => {
            let present = present.and_then(|key| match key {
                CustomerKey::AwsKms(aws) => Some(aws),
                CustomerKey::AzureKeyVault(_) | CustomerKey::GcpKms(_) => None,
            });
            aws_kms::merge(present, change, policy)
        }
        CustomerKeyChange::AzureKeyVault(change) => {
            let present = present.and_then(|key| match key {
                CustomerKey::AzureKeyVault(azure) => Some(azure),
                CustomerKey::AwsKms(_) | CustomerKey::GcpKms(_) => None,
            });
            azure_key_vault::merge(present, change, policy)
        }
        CustomerKeyChange::GcpKms(change) => {
            let present = present.and_then(|key| match key {
                CustomerKey::GcpKms(google) => Some(google),
                CustomerKey::AwsKms(_) | CustomerKey::AzureKeyVault(_) => None,
            });
            gcp_kms::merge(present, change, policy)
        }
    }
}

/// Reads a field that an enabled provider cannot do without.
fn required<T, U>(
    field: &str,
    value: Option<T>,
    parse: impl FnOnce(T) -> Result<U, &'static str>,
    violations: &mut Vec<Violation>,
) -> Option<U> {
    let parsed = value
        .ok_or_else(|| Violation::missing(field))
        .and_then(|value| parse(value).map_err(|expected| Violation::malformed(field, expected)));
    parsed.map_err(|violation| violations.push(violation)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_kms::tests::{enabling, role_settings};

    const NO_ENDPOINTS: EndpointRegions = BTreeMap::new();

    fn stored() -> EncryptionAtRest {
        let mut stored = EncryptionAtRest::unset(ProjectId::from_random([7; 12]));
        stored.customer_keys.insert(ProviderKind::AwsKms, CustomerKey::AwsKms(role_settings()));
        stored.revision = 4;
        stored
    }

    fn change(entries: impl IntoIterator<Item = (ProviderKind, CustomerKeyChange)>) -> EncryptionAtRestChange {
        EncryptionAtRestChange {
            customer_keys: entries.into_iter().collect(),
            mentions_something: true,
            ..Default::default()
        }
    }

    #[test]
    fn refuses_a_change_that_mentions_nothing() {
        let refused = apply(
            &stored(),
            EncryptionAtRestChange::default(),
            &Policy::default(),
            &BTreeSet::new(),
            &NO_ENDPOINTS,
            Activity::Active,
        );
        assert_eq!(refused.unwrap_err(), Refusal::Empty);
    }

    #[test]
    fn disabling_what_was_never_enabled_changes_nothing() {
        let applied = apply(
            &stored(),
            change([(ProviderKind::AzureKeyVault, CustomerKeyChange::Disable)]),
            &Policy::default(),
            &BTreeSet::new(),
            &NO_ENDPOINTS,
            Activity::Active,
        )
        .unwrap();
        assert!(!applied.changed && applied.moves.is_empty());
        assert_eq!(applied.next.revision, 4);
    }

    #[test]
    fn disabling_forgets_the_settings() {
        let applied = apply(
            &stored(),
            change([(ProviderKind::AwsKms, CustomerKeyChange::Disable)]),
            &Policy::default(),
            &[ProviderKind::AwsKms].into(),
            &NO_ENDPOINTS,
            Activity::Active,
        )
        .unwrap();
        assert_eq!(applied.moves, [(ProviderKind::AwsKms, Move::Disable)].into());
        assert!(applied.next.customer_keys.is_empty());
        assert_eq!(applied.next.revision, 5);
    }

    #[test]
    fn a_fault_in_one_provider_refuses_all() {
        let both = change([
            (ProviderKind::AwsKms, CustomerKeyChange::Disable),
            (ProviderKind::GcpKms, CustomerKeyChange::GcpKms(GcpKmsChange::default())),
            (
                ProviderKind::AzureKeyVault,
                CustomerKeyChange::AzureKeyVault(AzureKeyVaultChange {
                    enabled: Patch::Value(true),
                    ..AzureKeyVaultChange::default()
                }),
            ),
        ]);
        let refused =
            apply(&stored(), both, &Policy::default(), &BTreeSet::new(), &NO_ENDPOINTS, Activity::Active).unwrap_err();
        assert!(matches!(refused, Refusal::Violations(found) if found.len() > 5), "all that is missing is told");
    }

    #[test]
    fn an_invalid_key_can_get_other_credentials_but_no_successor() {
        let check = |edit: fn(&mut AwsKmsChange), expected: Result<Move, Refusal>| {
            let mut aws = AwsKmsChange::default();
            edit(&mut aws);
            let applied = apply(
                &stored(),
                change([(ProviderKind::AwsKms, CustomerKeyChange::AwsKms(aws))]),
                &Policy::default(),
                &[ProviderKind::AwsKms].into(),
                &NO_ENDPOINTS,
                Activity::Active,
            );
            assert_eq!(applied.map(|applied| applied.moves[&ProviderKind::AwsKms]), expected);
        };
        check(|aws| aws.role_id = Patch::Value(ProviderRoleId::from_random([9; 12])), Ok(Move::ChangeCredentials));
        check(
            |aws| aws.customer_master_key_id = Patch::Value("alias/other".to_owned()),
            Err(Refusal::PresentKeyInvalid(ProviderKind::AwsKms)),
        );
    }

    #[test]
    fn the_search_node_flag_stands_alone() {
        let only_flag = EncryptionAtRestChange {
            enabled_for_search_nodes: Patch::Value(true),
            mentions_something: true,
            ..Default::default()
        };
        let applied =
            apply(&stored(), only_flag, &Policy::default(), &BTreeSet::new(), &NO_ENDPOINTS, Activity::Active).unwrap();
        assert!(applied.changed && applied.moves.is_empty() && applied.next.enabled_for_search_nodes);
    }

    #[test]
    fn enabling_counts_one_revision() {
        let unset = EncryptionAtRest::unset(ProjectId::from_random([7; 12]));
        let applied = apply(
            &unset,
            change([(ProviderKind::AwsKms, CustomerKeyChange::AwsKms(enabling()))]),
            &Policy::default(),
            &BTreeSet::new(),
            &NO_ENDPOINTS,
            Activity::Active,
        )
        .unwrap();
        assert_eq!(applied.moves, [(ProviderKind::AwsKms, Move::Enable)].into());
        assert_eq!(applied.next.revision, 1);
    }

    #[test]
    fn names_are_read_back() {
        assert!(ProviderKind::ALL.into_iter().all(|kind| ProviderKind::by_name(kind.name()) == Some(kind)));
    }

    #[test]
    fn a_full_name_tells_the_key_and_nothing_else() {
        let mut aws = role_settings();
        let check = |aws: &AwsKms, expected: &str| assert_eq!(CustomerKey::AwsKms(aws.clone()).full_name(), expected);
        aws.key = aws_kms::AwsKeyName::parse("alias/one").unwrap();
        aws.region = aws_kms::AwsRegion::parse("EU_WEST_1").unwrap();
        check(&aws, "EU_WEST_1/alias/one");
        aws.require_private_networking = !aws.require_private_networking;
        check(&aws, "EU_WEST_1/alias/one");
        let arn = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
        aws.key = aws_kms::AwsKeyName::parse(arn).unwrap();
        check(&aws, arn);
    }
}
