//! What every provider does: check (a key in use, or a candidate), wrap, unwrap, describe. Source: product.md 2.1.
//! Must not know any provider.

use std::collections::BTreeSet;
use std::future::Future;
use std::time::Duration;

use async_trait::async_trait;
use domain::customer_key::{CustomerKeyVersion, WrappedDataKey};
use domain::id::ProjectId;
use domain::secret::SecretBytes;
use domain::time::Timestamp;
use domain::validity::{Failure, Finding, Reason, TransientReason};
use tokio::time::Instant;

/// The moment after which an answer is of no use. Made at the door, passed down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Deadline(Instant);

impl Deadline {
    /// Ends so much time from now.
    #[must_use]
    pub fn after(time: Duration) -> Self {
        Self(Instant::now() + time)
    }

    /// Ends at a moment.
    #[must_use]
    pub const fn at(moment: Instant) -> Self {
        Self(moment)
    }

    /// Gives the moment it ends.
    #[must_use]
    pub const fn moment(self) -> Instant {
        self.0
    }

    /// Waits for an answer no longer than the deadline.
    /// Errors: `TIMED_OUT` when it passes, even if it had passed before.
    /// Cancel: the call is dropped.
    pub async fn enforce<T>(self, call: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
        if self.0 <= Instant::now() {
            return Err(Failure::silent(Reason::Transient(TransientReason::Timeout)));
        }
        tokio::time::timeout_at(self.0, call)
            .await
            .unwrap_or_else(|_| Err(Failure::silent(Reason::Transient(TransientReason::Timeout))))
    }
}

/// Which tokens a check may use to identify itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tokens {
    /// Ones taken up to five minutes ago. Source: product.md 2.3.
    MayBeCached,
    /// Ones taken for this check.
    Fresh,
}

/// What a candidate is new in. Each has rules of its own beside the round trip.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Candidate {
    /// Another key is to be taken up: it must not be about to expire.
    NewKey,
    /// The key in use, reached or described otherwise. That it is about to expire is no reason against it.
    SameKey,
}

/// What a data key is bound to when it is wrapped, and must be named again to unwrap it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrapContext {
    /// The project.
    pub project: ProjectId,
    /// The cluster's name; a key of no cluster has none.
    pub cluster: Option<String>,
    /// Our name of the master key that the data key seals.
    pub key: String,
}

/// What a provider tells about a customer key and about us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    /// Who we are to the provider.
    pub identity: String,
    /// What a wrap would use now, if we may know.
    pub customer_key_version: Option<CustomerKeyVersion>,
    /// The provider's names of permissions that were found missing. One that could not be tried for
    /// want of another is not listed.
    pub missing_permissions: BTreeSet<&'static str>,
    /// When the key will be deleted, if that is scheduled.
    pub deletion_at: Option<Timestamp>,
    /// When the key's material expires, if it does.
    pub expires_at: Option<Timestamp>,
}

/// A customer key, reached with one project's credentials.
#[async_trait]
pub trait KeyProvider: Send + Sync + std::fmt::Debug {
    /// Proves by encrypting and decrypting that the key can be used, or says why not.
    /// Cancel: safe, nothing is kept but tokens.
    async fn check(&self, tokens: Tokens, deadline: Deadline) -> Finding;

    /// Proves settings that are about to be saved: as [`Self::check`] with fresh tokens, and that what
    /// the settings say besides is true. A key in use is never dropped for what is asked here alone.
    /// Cancel: safe, nothing is kept but tokens.
    async fn check_candidate(&self, candidate: Candidate, deadline: Deadline) -> Finding;

    /// Wraps a data key.
    /// Errors: why the provider did not.
    /// Cancel: safe to repeat.
    async fn wrap(
        &self,
        context: &WrapContext,
        data_key: &SecretBytes<32>,
        deadline: Deadline,
    ) -> Result<WrappedDataKey, Failure>;

    /// Unwraps a data key. The provider must have been opened with the settings it was wrapped under.
    /// Errors: why the provider did not; another context than at wrapping is an unexpected answer.
    /// Cancel: safe to repeat.
    async fn unwrap(
        &self,
        context: &WrapContext,
        wrapped: &WrappedDataKey,
        deadline: Deadline,
    ) -> Result<SecretBytes<32>, Failure>;

    /// Tells what can be known about the key and about us.
    /// Errors: what kept us from finding out.
    async fn describe(&self, deadline: Deadline) -> Result<Description, Failure>;
}

/// Holds a provider to its deadlines, so that no provider needs to.
#[derive(Debug)]
pub(crate) struct Punctual<P>(pub(crate) P);

/// A provider that is held to its deadlines by [`Punctual`].
#[async_trait]
pub(crate) trait Unhurried: Send + Sync + std::fmt::Debug {
    async fn check(&self, tokens: Tokens) -> Result<(), Failure>;
    /// Most providers ask nothing more of a candidate.
    async fn check_candidate(&self, _candidate: Candidate) -> Result<(), Failure> {
        self.check(Tokens::Fresh).await
    }
    async fn wrap(&self, context: &WrapContext, data_key: &SecretBytes<32>) -> Result<WrappedDataKey, Failure>;
    async fn unwrap(&self, context: &WrapContext, wrapped: &WrappedDataKey) -> Result<SecretBytes<32>, Failure>;
    async fn describe(&self) -> Result<Description, Failure>;
}

#[async_trait]
impl<P: Unhurried> KeyProvider for Punctual<P> {
    async fn check(&self, tokens: Tokens, deadline: Deadline) -> Finding {
        finding(deadline.enforce(self.0.check(tokens)).await)
    }

    async fn check_candidate(&self, candidate: Candidate, deadline: Deadline) -> Finding {
        finding(deadline.enforce(self.0.check_candidate(candidate)).await)
    }

    async fn wrap(
        &self,
        context: &WrapContext,
        data_key: &SecretBytes<32>,
        deadline: Deadline,
    ) -> Result<WrappedDataKey, Failure> {
        deadline.enforce(self.0.wrap(context, data_key)).await
    }

    async fn unwrap(
        &self,
        context: &WrapContext,
        wrapped: &WrappedDataKey,
        deadline: Deadline,
    ) -> Result<SecretBytes<32>, Failure> {
        deadline.enforce(self.0.unwrap(context, wrapped)).await
    }

    async fn describe(&self, deadline: Deadline) -> Result<Description, Failure> {
        deadline.enforce(self.0.describe()).await
    }
}

fn finding(outcome: Result<(), Failure>) -> Finding {
    match outcome {
        Ok(()) => Finding::Usable,
        Err(failure) => Finding::Failed(failure),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_call_ends_at_its_deadline() {
        let deadline = Deadline::after(Duration::from_secs(3));
        let late = deadline.enforce(std::future::pending::<Result<(), Failure>>()).await;
        assert_eq!(late, Err(Failure::silent(Reason::Transient(TransientReason::Timeout))));
        assert_eq!(Instant::now(), deadline.moment());
        assert!(deadline.enforce(async { Ok(()) }).await.is_err(), "a deadline that has passed stays passed");
    }

    #[tokio::test]
    async fn a_call_in_time_is_left_alone() {
        assert_eq!(Deadline::after(Duration::from_secs(60)).enforce(async { Ok(7) }).await, Ok(7));
    }
}
