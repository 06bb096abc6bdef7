//! A cloud as the suite sees it: somewhere to be a customer, and to break things. Must not know which.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use domain::customer_key::ProviderKind;
use domain::id::ProjectId;
use domain::provider_role::ProviderRole;
use domain::validity::Failure;
use providers::{KeyProvider, Providers};

/// Why a step could not be taken, or what was found instead of what was wanted.
pub(crate) type Outcome<T = ()> = Result<T, String>;

/// With whose identity a customer lets us use the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// A credential of the customer's that we store.
    Static,
    /// A role of the customer's that we assume.
    Role,
}

/// What we may do with a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Permission {
    Look,
    Wrap,
    Unwrap,
}

/// What is asked of a cloud.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Call {
    Look,
    Wrap,
    Unwrap,
    TakeRole,
    Any,
}

/// What can go wrong on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trouble {
    Throttle,
    Fault,
    Reset,
    Page,
    Silence,
    /// The cloud's clock is off by this many seconds.
    Skew(i64),
}

/// A kind of key that a provider must refuse, or cannot use yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OddKey {
    Signing,
    Asymmetric,
    AwaitingMaterial,
    Missing,
    MissingAlias,
    ElsewhereByRegion,
}

/// How a customer wrote the trust of a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trust {
    /// The role asks for its external id.
    ExternalId,
    /// The role asks for nothing.
    Anybody,
    /// The role asks for some external id.
    AnyExternalId,
    /// The role trusts somebody else.
    Nobody,
}

/// What a cloud cannot do, by the name of the case, and why.
pub(crate) type Lack = (&'static str, &'static str);

#[async_trait]
pub(crate) trait Cloud: Send + Sync {
    fn name(&self) -> String;
    fn kind(&self) -> ProviderKind;
    fn lacks(&self) -> &'static [Lack];
    fn providers(&self) -> &Providers;
    /// Makes a customer with a key of his own that we may use.
    async fn customer(&self, access: Access) -> Outcome<Box<dyn Customer>>;
    /// Makes a role in an account of the customer's, or of the operator's own.
    async fn role(&self, trust: Trust, of_operator: bool) -> Outcome<ProviderRole>;
    /// Lets calls fail from now on.
    fn trouble(&self, call: Call, trouble: Trouble) -> Outcome;
    fn calm(&self);
    /// Takes the operator's identity away, or gives it back.
    async fn operator_works(&self, works: bool) -> Outcome;
    /// Lets time pass for us and, beyond what clocks may differ, for the cloud.
    fn pass_time(&self, time: Duration) -> Outcome;
}

#[async_trait]
pub(crate) trait Customer: Send + Sync {
    fn project(&self) -> ProjectId;
    /// Opens the key as it is configured now.
    fn open(&self) -> Arc<dyn KeyProvider>;
    /// Opens another key with the same credentials.
    async fn open_odd(&self, odd: OddKey) -> Outcome<Arc<dyn KeyProvider>>;
    /// What must never be told.
    fn secrets(&self) -> Vec<String>;
    async fn disable(&self) -> Outcome;
    async fn enable(&self) -> Outcome;
    async fn schedule_deletion(&self) -> Outcome;
    async fn cancel_deletion(&self) -> Outcome;
    async fn deny(&self, permission: Permission) -> Outcome;
    async fn restore(&self) -> Outcome;
    /// Gives the key's name to another key of the customer's.
    async fn move_name(&self) -> Outcome;
    async fn delete_credential(&self) -> Outcome;
    /// Opens the key with a wrong secret, or as somebody who does not exist.
    fn open_with_wrong_secret(&self) -> Arc<dyn KeyProvider>;
    fn open_as_nobody(&self) -> Arc<dyn KeyProvider>;
    async fn trust(&self, trust: Trust) -> Outcome;
}

/// Fails if a failure tells a secret.
pub(crate) fn tells_nothing(failure: &Failure, secrets: &[String]) -> Outcome {
    let told = format!("{failure:?}");
    match secrets.iter().position(|secret| told.contains(secret.as_str())) {
        None => Ok(()),
        Some(which) => Err(format!("secret {which} was told by a failure {}", failure.reason.code())),
    }
}
