//! A failed call as all providers' tables leave it. Must not know a provider's codes, nor what is done
//! about it.

use domain::time::Timestamp;
use domain::validity::{DefiniteReason, Failure, ForeignText, Reason, TransientReason};

/// A failed call, before it was decided whether it counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refused {
    pub(crate) failure: Failure,
    /// The provider's time when it answered, if it did.
    pub(crate) answered_at: Option<Timestamp>,
}

impl Refused {
    pub(crate) const fn silent(reason: Reason) -> Self {
        Self { failure: Failure::silent(reason), answered_at: None }
    }

    /// Takes a failure that no answer's time is needed to believe.
    pub(crate) const fn from_failure(failure: Failure) -> Self {
        Self { failure, answered_at: None }
    }

    /// Makes a refusal in words of ours.
    pub(crate) fn saying(reason: Reason, words: &str) -> Self {
        let mut refused = Self::silent(reason);
        refused.failure.provider_message = Some(ForeignText::tame(words, &[]));
        refused
    }

    pub(crate) fn unexpected(words: &str) -> Self {
        Self::saying(Reason::Transient(TransientReason::UnexpectedAnswer), words)
    }

    pub(crate) fn is(&self, reason: DefiniteReason) -> bool {
        self.failure.reason == Reason::Definite(reason)
    }
}
