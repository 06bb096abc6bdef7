//! Trying a change of a project's setting without making it: the same way as a change goes, up to where it would be
//! saved, and then told item by item. Nothing is saved, and no event is recorded.
//! Must not know how an item is worded.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use domain::access::ProjectRole;
use domain::customer_key::azure_key_vault::AzureCredentials;
use domain::customer_key::{CustomerKey, CustomerKeyChange, EncryptionAtRestChange, Move, Patch, ProviderKind};
use domain::id::ProjectId;
use domain::time::Timestamp;
use domain::validity::{DefiniteReason, Failure, Finding, Reason, TransientReason};
use futures_util::future;
use providers::{Deadline, Description, KeyProvider};
use storage::ProjectSnapshot;

use super::prove::{place_of, refused};
use super::update::{awaiting, may_stay_unknown};
use crate::provider_role::ProviderRoleError;
use crate::{Caller, Control, Error};

/// How long before its end a key is worth a warning. Source: ours.
const EXPIRES_SOON: Duration = Duration::from_secs(30 * 24 * 3600);

/// What a dry run found of one provider's part.
#[derive(Debug)]
pub struct CandidateReport {
    /// The provider.
    pub provider: ProviderKind,
    /// What was looked at, in the order in which it matters.
    pub items: Vec<CheckItem>,
}

impl CandidateReport {
    /// Tells whether a change would be saved.
    #[must_use]
    pub fn passed(&self) -> bool {
        !self.items.iter().any(|item| matches!(item.outcome, CheckOutcome::Failed(_)))
    }
}

/// One thing that was looked at.
#[derive(Debug)]
pub struct CheckItem {
    /// What.
    pub check: CheckKind,
    /// What came of it.
    pub outcome: CheckOutcome,
}

/// What a dry run looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CheckKind {
    /// The settings by themselves, and with what is stored.
    Settings,
    /// Who we are to the provider.
    Identity,
    /// The way to the provider.
    NetworkPath,
    /// Azure: that vault, resource group and subscription belong together.
    ResourceGroup,
    /// The key: there, of the right kind, enabled.
    KeyState,
    /// Where the operator's identity is shared: that the key names the project.
    KeyTag,
    /// Leave to look at the key.
    PermissionReadKey,
    /// Leave to encrypt.
    PermissionEncrypt,
    /// Leave to decrypt.
    PermissionDecrypt,
    /// Encrypting and decrypting 32 random bytes.
    RoundTrip,
    /// When the key's time is over.
    KeyExpiry,
    /// When the secret's time is over.
    SecretExpiry,
}

/// What came of one item.
#[derive(Debug)]
pub enum CheckOutcome {
    /// It is well; with what was found, where that is worth telling.
    Passed(Option<String>),
    /// A change would be saved, and something is worth knowing.
    Warning(CheckWarning),
    /// A change would be refused, with this.
    Failed(Error),
    /// It was not looked at.
    Skipped(SkipReason),
}

/// What is worth knowing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CheckWarning {
    /// A permission is missing that would only make reasons clearer.
    PermissionMissing(&'static str),
    /// The key's time is over soon.
    KeyExpires(Timestamp),
    /// The key is to be deleted.
    KeyToBeDeleted(Timestamp),
    /// The provider is closed to public addresses, and the first endpoint is still to come.
    AwaitingEndpoint,
    /// A change would be saved although the provider could not be asked: only credentials change, and nothing definite
    /// is known of the key.
    StaysUnknown(Failure),
}

/// Why an item was not looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SkipReason {
    /// Something before it failed.
    NotReached,
    /// The provider does not tell.
    NotTold,
}

impl Control {
    /// Tries a change of a project's setting, provider by provider. Those that it does not touch are left out.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`, `NothingMentioned`; whatever else would refuse the change is in
    /// the reports.
    /// Cancel: safe, nothing is kept but tokens.
    pub async fn check_encryption_at_rest(
        &self,
        caller: &Caller,
        project: ProjectId,
        change: EncryptionAtRestChange,
    ) -> Result<Vec<CandidateReport>, Error> {
        let snapshot = self.project_for(caller, project, ProjectRole::Owner).await?;
        if !change.mentions_something {
            return Err(Error::NothingMentioned);
        }
        let reports =
            change.customer_keys.into_iter().map(|(provider, wanted)| self.report(&snapshot, provider, wanted));
        let tried = future::try_join_all(reports).await?.into_iter().flatten();
        let (mut reports, mut moves) = (Vec::new(), BTreeMap::new());
        for (report, step) in tried {
            moves.extend(step.map(|step| (report.provider, step)));
            reports.push(report);
        }
        match self.require_one_left(&snapshot, &moves).await {
            Ok(()) => {}
            Err(Error::Compliance(refusal)) => {
                for report in reports.iter_mut().filter(|report| moves.get(&report.provider) == Some(&Move::Disable)) {
                    report.items = vec![settings_failed(refusal.clone().into())];
                }
            }
            Err(error) => return Err(error),
        }
        Ok(reports)
    }

    /// Tries one provider's part by itself, and gives what it amounts to where its settings are in order.
    async fn report(
        &self,
        snapshot: &ProjectSnapshot,
        provider: ProviderKind,
        wanted: CustomerKeyChange,
    ) -> Result<Option<(CandidateReport, Option<Move>)>, Error> {
        let change = EncryptionAtRestChange {
            customer_keys: [(provider, wanted)].into(),
            enabled_for_search_nodes: Patch::Absent,
            mentions_something: true,
        };
        let applied = match self.decide(snapshot, change).await {
            Ok(applied) => applied,
            Err(error) => {
                let items = settings_refused(error)?;
                return Ok(Some((CandidateReport { provider, items }, None)));
            }
        };
        let step = applied.moves.get(&provider).copied();
        let Some(candidate) = applied.next.customer_keys.get(&provider) else {
            // Disabled before and after, it is not touched; else it is disabled, and nothing stands against it.
            let items = vec![CheckItem { check: CheckKind::Settings, outcome: CheckOutcome::Passed(None) }];
            return Ok(step.map(|step| (CandidateReport { provider, items }, Some(step))));
        };
        let items = self.look_at(snapshot, candidate, step.unwrap_or(Move::ChangeOptions)).await?;
        Ok(Some((CandidateReport { provider, items }, step)))
    }

    async fn look_at(
        &self,
        snapshot: &ProjectSnapshot,
        candidate: &CustomerKey,
        step: Move,
    ) -> Result<Vec<CheckItem>, Error> {
        let (project, provider) = (snapshot.project.id, candidate.provider());
        let mut sheet = Sheet::of(candidate);
        sheet.set(CheckKind::Settings, CheckOutcome::Passed(None));
        let role = match self.authorized_role(project, candidate).await {
            Ok(role) => role,
            Err(error @ Error::RoleNotAuthorized(_)) => {
                sheet.set(CheckKind::Identity, CheckOutcome::Failed(error));
                return Ok(sheet.items());
            }
            Err(error) => return Err(error),
        };
        let deadline = Deadline::after(self.timings().update_deadline);
        let observed = self.prove_candidate(project, candidate, step, role.as_ref(), deadline).await?;
        let observed = awaiting(snapshot, candidate, observed);
        let told = match self.open_candidate(project, candidate, role.as_ref()) {
            Ok(opened) => opened.describe(Deadline::after(self.timings().check_deadline)).await.ok(),
            Err(_) => None,
        };
        match observed.finding {
            Finding::Usable => sheet.all_well(),
            Finding::Failed(failure) => {
                let saved = may_stay_unknown(snapshot, provider, step, failure.reason);
                let refusal =
                    || refused(provider, project, candidate.provider_role(), place_of(candidate), failure.clone());
                sheet.failed(&failure, saved, told.as_ref(), refusal);
            }
        }
        if let Some(told) = told {
            sheet.add(told, self.now());
        }
        Ok(sheet.items())
    }
}

/// Reads an error as a refusal of the settings themselves.
/// Errors: the error, if it is none.
#[expect(clippy::wildcard_enum_match_arm, reason = "every other error is no refusal of settings")]
fn settings_refused(error: Error) -> Result<Vec<CheckItem>, Error> {
    match error {
        Error::Violations(all) => {
            Ok(all.into_iter().map(|one| settings_failed(Error::Violations(vec![one]))).collect())
        }
        Error::EnvironmentNotSupported(_)
        | Error::RegionNotSupported(_)
        | Error::StaticCredentialsRefused { .. }
        | Error::PresentKeyInvalid(_)
        | Error::PrivateEndpointsExist(_)
        | Error::PrivateNetworkingInUse { .. }
        | Error::PrivateEndpointFieldsImmutable { .. }
        | Error::PrivateNetworkingInactiveProject(_)
        | Error::CustomerKeyInUse { .. }
        | Error::ProviderRole(ProviderRoleError::NoneOfThatArn(_)) => Ok(vec![settings_failed(error)]),
        error => Err(error),
    }
}

fn settings_failed(error: Error) -> CheckItem {
    CheckItem { check: CheckKind::Settings, outcome: CheckOutcome::Failed(error) }
}

/// The items of one provider, each with what came of it so far.
struct Sheet(BTreeMap<CheckKind, CheckOutcome>);

impl Sheet {
    /// Lists what there is to look at, all of it not reached yet.
    fn of(candidate: &CustomerKey) -> Self {
        use CheckKind as K;
        let mut kinds: BTreeSet<K> = [
            K::Settings,
            K::Identity,
            K::NetworkPath,
            K::KeyState,
            K::PermissionReadKey,
            K::PermissionEncrypt,
            K::PermissionDecrypt,
            K::RoundTrip,
            K::KeyExpiry,
        ]
        .into();
        match candidate {
            CustomerKey::AwsKms(_) => {}
            CustomerKey::AzureKeyVault(azure) => {
                kinds.insert(K::ResourceGroup);
                kinds.insert(match azure.credentials {
                    AzureCredentials::Role(_) => K::KeyTag,
                    AzureCredentials::ClientSecret { .. } => K::SecretExpiry,
                });
            }
            // A version has no end of its own.
            CustomerKey::GcpKms(_) => {
                kinds.remove(&K::KeyExpiry);
            }
        }
        Self(kinds.into_iter().map(|kind| (kind, CheckOutcome::Skipped(SkipReason::NotReached))).collect())
    }

    fn items(self) -> Vec<CheckItem> {
        self.0.into_iter().map(|(check, outcome)| CheckItem { check, outcome }).collect()
    }

    fn set(&mut self, kind: CheckKind, outcome: CheckOutcome) {
        self.0.insert(kind, outcome);
    }

    /// Notes that items are well, if they are looked at here and nothing was found against them.
    fn well(&mut self, kinds: &[CheckKind]) {
        for kind in kinds {
            if let Some(outcome @ CheckOutcome::Skipped(SkipReason::NotReached)) = self.0.get_mut(kind) {
                *outcome = CheckOutcome::Passed(None);
            }
        }
    }

    fn all_well(&mut self) {
        let kinds: Vec<CheckKind> = self.0.keys().copied().collect();
        self.well(&kinds);
        if let Some(outcome) = self.0.get_mut(&CheckKind::SecretExpiry) {
            *outcome = CheckOutcome::Skipped(SkipReason::NotTold);
        }
    }

    /// Notes a failure where it belongs, and what must have been well before it came to that.
    fn failed(&mut self, failure: &Failure, saved: bool, told: Option<&Description>, refusal: impl Fn() -> Error) {
        use CheckKind as K;
        let kind = kind_of(failure.reason);
        let reached: &[CheckKind] = match kind {
            K::Settings | K::Identity | K::NetworkPath | K::SecretExpiry => &[],
            // Whereabouts are asked of another door, which tells nothing about the key's.
            K::ResourceGroup => &[K::Identity],
            K::KeyState | K::KeyTag => &[K::Identity, K::NetworkPath],
            K::PermissionReadKey | K::PermissionEncrypt | K::PermissionDecrypt => &[K::Identity, K::NetworkPath],
            K::RoundTrip => &[K::Identity, K::NetworkPath],
            K::KeyExpiry => &[K::Identity, K::NetworkPath, K::KeyState, K::KeyTag, K::PermissionReadKey],
        };
        self.well(reached);
        if failure.reason == Reason::Definite(DefiniteReason::KeyExpiring) {
            self.well(&[K::PermissionEncrypt, K::PermissionDecrypt, K::RoundTrip]);
        }
        if saved {
            let warning = match failure.reason {
                Reason::Transient(TransientReason::AwaitingEndpoint) => CheckWarning::AwaitingEndpoint,
                Reason::Transient(_) | Reason::Definite(_) => CheckWarning::StaysUnknown(failure.clone()),
            };
            return self.set(kind, CheckOutcome::Warning(warning));
        }
        let missing: BTreeSet<CheckKind> = match (kind, told) {
            (K::PermissionEncrypt, Some(told)) => {
                told.missing_permissions.iter().filter_map(|name| kind_of_permission(name)).collect()
            }
            _ => BTreeSet::new(),
        };
        let uses = [K::PermissionEncrypt, K::PermissionDecrypt];
        let mut blamed: Vec<CheckKind> = uses.into_iter().filter(|kind| missing.contains(kind)).collect();
        if blamed.is_empty() && missing.contains(&K::PermissionReadKey) {
            blamed.push(K::PermissionReadKey);
        }
        if blamed == [K::PermissionDecrypt] {
            self.well(&[K::KeyState, K::PermissionEncrypt]);
        }
        if blamed.is_empty() {
            blamed.push(kind);
        }
        for kind in blamed {
            self.set(kind, CheckOutcome::Failed(refusal()));
        }
    }

    /// Adds what the provider tells of the key and of us.
    fn add(&mut self, told: Description, now: Timestamp) {
        let Description { identity, customer_key_version, missing_permissions, deletion_at, expires_at } = told;
        if !matches!(self.0.get(&CheckKind::Identity), Some(CheckOutcome::Failed(_))) {
            self.set(CheckKind::Identity, CheckOutcome::Passed(Some(identity)));
        }
        if let Some(CheckOutcome::Passed(found)) = self.0.get_mut(&CheckKind::KeyState) {
            *found = customer_key_version.map(|version| version.key);
            if let Some(at) = deletion_at {
                self.set(CheckKind::KeyState, CheckOutcome::Warning(CheckWarning::KeyToBeDeleted(at)));
            }
        }
        for name in missing_permissions {
            let kind = kind_of_permission(name).unwrap_or(CheckKind::ResourceGroup);
            if let Some(outcome @ (CheckOutcome::Passed(_) | CheckOutcome::Skipped(_))) = self.0.get_mut(&kind) {
                *outcome = CheckOutcome::Warning(CheckWarning::PermissionMissing(name));
            }
        }
        if let (Some(outcome @ CheckOutcome::Passed(_)), Some(end)) =
            (self.0.get_mut(&CheckKind::KeyExpiry), expires_at)
            && end <= now + EXPIRES_SOON
        {
            *outcome = CheckOutcome::Warning(CheckWarning::KeyExpires(end));
        }
    }
}

/// Finds what a failure is a failure of.
const fn kind_of(reason: Reason) -> CheckKind {
    match reason {
        Reason::Definite(reason) => match reason {
            DefiniteReason::CredentialRejected | DefiniteReason::RoleNotAssumable | DefiniteReason::RoleNotSafe => {
                CheckKind::Identity
            }
            DefiniteReason::AccessDenied => CheckKind::PermissionEncrypt,
            DefiniteReason::KeyDisabled
            | DefiniteReason::KeyPendingDeletion
            | DefiniteReason::KeyPendingImport
            | DefiniteReason::KeyPendingGeneration
            | DefiniteReason::KeyDestroyed
            | DefiniteReason::KeyNotFound
            | DefiniteReason::KeyTypeNotSupported => CheckKind::KeyState,
            DefiniteReason::KeyExpiring | DefiniteReason::KeyExpired | DefiniteReason::KeyNotYetValid => {
                CheckKind::KeyExpiry
            }
            DefiniteReason::KeyNotTagged => CheckKind::KeyTag,
            DefiniteReason::VaultElsewhere => CheckKind::ResourceGroup,
        },
        Reason::Transient(reason) => match reason {
            TransientReason::OperatorIdentity | TransientReason::ClockSkew => CheckKind::Identity,
            TransientReason::Dns
            | TransientReason::NetworkDenied
            | TransientReason::Connect
            | TransientReason::Tls
            | TransientReason::Timeout
            | TransientReason::AddressRefused
            | TransientReason::NoPrivateEndpoint
            | TransientReason::AwaitingEndpoint => CheckKind::NetworkPath,
            TransientReason::Throttled
            | TransientReason::ProviderFault
            | TransientReason::UnexpectedAnswer
            | TransientReason::ManyAtOnce => CheckKind::RoundTrip,
        },
    }
}

/// Finds the item that a provider's name of a permission belongs to.
fn kind_of_permission(name: &str) -> Option<CheckKind> {
    match name {
        "kms:DescribeKey" | "keys/get" | "cloudkms.cryptoKeyVersions.get" | "cloudkms.cryptoKeys.get" => {
            Some(CheckKind::PermissionReadKey)
        }
        "kms:Encrypt" | "keys/encrypt" | "cloudkms.cryptoKeyVersions.useToEncrypt" => {
            Some(CheckKind::PermissionEncrypt)
        }
        "kms:Decrypt" | "keys/decrypt" | "cloudkms.cryptoKeyVersions.useToDecrypt" => {
            Some(CheckKind::PermissionDecrypt)
        }
        _ => None,
    }
}
