//! All providers, one arm each. Opens a customer key, drops what is cached for a project, proves roles.
//! Must not know a provider's wire, nor the store.

use std::fmt;
use std::sync::Arc;

use domain::customer_key::gcp_kms::ServiceAccountEmail;
use domain::customer_key::{CustomerKey, ProviderKind};
use domain::id::ProjectId;
use domain::private_endpoint::KeyPath;
use domain::provider_role::{ProviderRole, RoleIdentity};
use domain::validity::{DefiniteReason, Failure, Reason, TransientReason};
use ipnet::IpNet;

use crate::address::AddressPolicy;
use crate::aws_kms::{self, Aws};
use crate::azure_key_vault::{self, Azure};
use crate::clock::Clock;
use crate::gcp_kms::{self, Google};
use crate::operator_health::OperatorHealth;
use crate::private_endpoint::Unreachable;
use crate::provider::{Deadline, KeyProvider, Punctual};

/// What the operator sets for all providers.
#[derive(Debug)]
pub struct ProvidersConfig {
    /// The time of day.
    pub clock: Clock,
    /// Networks that provider clients may connect to although they are not public.
    pub allow_networks: Vec<IpNet>,
    /// What concerns AWS.
    pub aws: aws_kms::Config,
    /// What concerns Azure.
    pub azure: azure_key_vault::Config,
    /// What concerns Google.
    pub google: gcp_kms::Config,
}

impl Default for ProvidersConfig {
    fn default() -> Self {
        Self {
            clock: Clock::system(),
            allow_networks: Vec::new(),
            aws: aws_kms::Config::default(),
            azure: azure_key_vault::Config::default(),
            google: gcp_kms::Config::default(),
        }
    }
}

/// One fault of the operator's settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigFault {
    /// The setting, as a path below the providers' section: `aws.kms_endpoint`.
    pub setting: &'static str,
    /// What is wrong with it.
    pub fault: String,
}

impl fmt::Display for ConfigFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.setting, self.fault)
    }
}

/// Why a customer key cannot be opened with the role it names. Nothing was asked of a provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RoleFault {
    /// The settings name a role that is not there, or is another than the one handed in.
    #[error("the settings name a provider role that does not exist in the project")]
    Missing,
    /// The role belongs to another project.
    #[error("the provider role belongs to another project")]
    OtherProject,
    /// The customer has not authorized the role, or not said which one it is.
    #[error("the provider role is not authorized")]
    NotAuthorized,
    /// The role is one of another cloud, or of another tenant than the settings name.
    #[error("the provider role belongs to another cloud or tenant than the settings")]
    Elsewhere,
}

impl RoleFault {
    /// Gives the fault as a failed check would tell it.
    #[must_use]
    pub const fn failure(self) -> Failure {
        match self {
            Self::Missing | Self::OtherProject | Self::NotAuthorized | Self::Elsewhere => {
                Failure::silent(Reason::Definite(DefiniteReason::RoleNotAssumable))
            }
        }
    }
}

/// All providers.
#[derive(Debug)]
pub struct Providers {
    pub(crate) aws: Arc<Aws>,
    pub(crate) azure: Arc<Azure>,
    google: Arc<Google>,
}

impl Providers {
    /// Sets up all providers. Nothing is asked of any cloud yet.
    /// Errors: every fault of the settings, not only the first.
    pub fn new(config: ProvidersConfig) -> Result<Self, Vec<ConfigFault>> {
        let addresses = Arc::new(AddressPolicy::allowing(config.allow_networks));
        let aws = Aws::new(config.aws, &addresses, config.clock.clone(), Arc::default());
        let azure = Azure::new(config.azure, &addresses, config.clock.clone(), Arc::default());
        let google = Google::new(config.google, &addresses, config.clock, Arc::default());
        match (aws, azure, google) {
            (Ok(aws), Ok(azure), Ok(google)) => {
                Ok(Self { aws: Arc::new(aws), azure: Arc::new(azure), google: Arc::new(google) })
            }
            (aws, azure, google) => {
                Err([aws.err(), azure.err(), google.err()].into_iter().flatten().flatten().collect())
            }
        }
    }

    /// Opens a customer key with its project's credentials alone. Nothing is asked of any cloud yet.
    /// `role` is the provider role that the key's settings name, if they name one. `path` is how its calls leave:
    /// on a private one none ever goes to a public address; where no endpoint leads to the key every call is a
    /// transient failure, and nothing is sent. Tokens are taken on the public way all the same.
    /// Errors: see [`RoleFault`].
    pub fn open(
        &self,
        project: ProjectId,
        key: &CustomerKey,
        role: Option<&ProviderRole>,
        path: &KeyPath,
    ) -> Result<Arc<dyn KeyProvider>, RoleFault> {
        match key {
            CustomerKey::AwsKms(settings) => {
                let key = aws_kms::AwsKmsKey::open(self.aws.clone(), project, settings, role, path)?;
                Ok(Arc::new(Punctual(key)))
            }
            CustomerKey::AzureKeyVault(settings) => {
                let pin = self.azure.pin(settings, path);
                let by = pin.as_ref().ok().cloned().flatten();
                let key = azure_key_vault::AzureKey::open(self.azure.clone(), project, settings, role, by)?;
                Ok(match pin {
                    Ok(_) => Arc::new(Punctual(key)),
                    Err(reason) => Unreachable::because(reason),
                })
            }
            CustomerKey::GcpKms(settings) => {
                let key = gcp_kms::GcpKmsKey::open(self.google.clone(), project, settings, role)?;
                // Google has no private endpoints of ours: nothing leads there.
                Ok(if path.is_private() { no_path() } else { Arc::new(Punctual(key)) })
            }
        }
    }

    /// Drops the tokens cached for a project: when it disables the provider or changes its credentials.
    pub fn forget(&self, project: ProjectId, provider: ProviderKind) {
        match provider {
            ProviderKind::AwsKms => self.aws.forget(project),
            ProviderKind::AzureKeyVault => self.azure.forget(project),
            ProviderKind::GcpKms => self.google.forget(project),
        }
    }

    /// Proves that a role lets us in, lets nobody else in through us, and is not the operator's own.
    /// It need not be authorized yet. Source: product.md 1.6.
    /// Errors: `ROLE_NOT_ASSUMABLE`, `ROLE_NOT_SAFE`, or what kept us from finding out.
    pub async fn prove_role(&self, role: &ProviderRole, deadline: Deadline) -> Result<(), Failure> {
        match &role.identity {
            RoleIdentity::Aws { role_arn, external_id } => {
                let proof = self.aws.prove_role(role.project, role_arn.as_deref(), external_id);
                deadline.enforce(proof).await
            }
            RoleIdentity::Azure { tenant, service_principal } => {
                deadline.enforce(self.azure.prove_role(tenant, service_principal)).await
            }
            RoleIdentity::Gcp { service_account, .. } => {
                deadline.enforce(self.google.prove_role(service_account)).await
            }
        }
    }

    /// Gives the name by which customers let the operator in: at AWS the ARN that their roles are to trust, at Azure the
    /// application's id, at Google the project that the roles' service accounts are in. None where the operator is
    /// nobody.
    /// Errors: AWS was asked who the operator is, and did not say.
    pub async fn operator_name(&self, provider: ProviderKind, deadline: Deadline) -> Result<Option<String>, Failure> {
        match provider {
            ProviderKind::AwsKms => deadline.enforce(self.aws.principal()).await,
            ProviderKind::AzureKeyVault => {
                Ok(self.azure.application().map(|application| application.as_str().to_owned()))
            }
            ProviderKind::GcpKms => Ok(self.google.project().map(str::to_owned)),
        }
    }

    /// Makes the service account of a role of Google's in the operator's project, or finds it made.
    /// Errors: what Google said.
    /// Cancel: it was made or it was not; safe to repeat.
    pub async fn make_account(
        &self,
        account: &ServiceAccountEmail,
        words: &str,
        deadline: Deadline,
    ) -> Result<(), Failure> {
        deadline.enforce(self.google.make_account(account, words)).await
    }

    /// Deletes the service account of a role of Google's, or finds it gone.
    /// Errors: what Google said.
    /// Cancel: it was deleted or it was not; safe to repeat.
    pub async fn remove_account(&self, account: &ServiceAccountEmail, deadline: Deadline) -> Result<(), Failure> {
        deadline.enforce(self.google.remove_account(account)).await
    }

    /// Asks a cloud whether the operator's own identity works, and notes it in [`Self::operator_health`].
    /// Nothing is asked where the operator has none.
    /// Errors: what the cloud said, or what kept us from finding out.
    pub async fn prove_operator(&self, provider: ProviderKind, deadline: Deadline) -> Result<(), Failure> {
        match provider {
            ProviderKind::AwsKms => deadline.enforce(self.aws.prove_operator()).await,
            ProviderKind::AzureKeyVault => deadline.enforce(self.azure.prove_operator()).await,
            ProviderKind::GcpKms => deadline.enforce(self.google.prove_operator()).await,
        }
    }

    /// Gives what is known of our own faults with one cloud.
    #[must_use]
    pub fn operator_health(&self, provider: ProviderKind) -> Arc<OperatorHealth> {
        match provider {
            ProviderKind::AwsKms => self.aws.operator_health(),
            ProviderKind::AzureKeyVault => self.azure.operator_health(),
            ProviderKind::GcpKms => self.google.operator_health(),
        }
    }
}

fn no_path() -> Arc<dyn KeyProvider> {
    Unreachable::because(TransientReason::NoPrivateEndpoint)
}
