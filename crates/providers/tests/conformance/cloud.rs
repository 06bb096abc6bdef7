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
    /// A role's session, or a token for an identity of the customer's.
    TakeToken,
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
    /// Of a make that the provider has, and that cannot do our work.
    Asymmetric,
    AwaitingMaterial,
    Missing,
    /// The key is there, and the name or version of it that is asked for is not.
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
    fn lacks(&self) -> &[Lack];
    fn providers(&self) -> &Providers;
    /// The provider's own name of a permission.
    fn permission(&self, permission: Permission) -> &'static str;
    /// The kinds of odd keys that exist here.
    fn odd_keys(&self) -> &'static [OddKey];
    /// Whether a key is of no use to us while we may not look at it.
    fn must_look(&self, _access: Access) -> bool {
        false
    }
    /// Whether a token is taken before a key is used.
    fn takes_tokens(&self, access: Access) -> bool {
        access == Access::Role
    }
    /// Whether tokens in hand still open what new ones are refused for.
    fn tokens_outlive(&self, access: Access) -> bool {
        self.takes_tokens(access)
    }
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
    /// Opens the key by a name that can come to mean another one.
    fn open_by_name(&self) -> Arc<dyn KeyProvider> {
        self.open()
    }
    /// Gives that name to another key, or version, of the customer's.
    async fn move_name(&self) -> Outcome;
    /// Says when the key may be used. Unit: seconds from now.
    async fn limit_time(&self, _from: Option<i64>, _until: Option<i64>) -> Outcome {
        Err("its keys know no times".to_owned())
    }
    /// Closes the key's door to the public network, or opens it again.
    async fn close_network(&self, _closed: bool) -> Outcome {
        Err("its keys have no network rules".to_owned())
    }
    /// Gives the key the tag of a project, or takes it away.
    async fn tag(&self, _project: Option<ProjectId>) -> Outcome {
        Err("no tag is asked for".to_owned())
    }
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
