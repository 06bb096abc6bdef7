//! What we may believe of the customer key version that a master key is wrapped by. A key still wrapped by an old
//! version follows that version's validity. Must not know how it is checked.

use crate::time::Timestamp;
use crate::validity::{Definite, State, Validity};

/// Whether the customer's key stands behind a master key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Backing {
    /// The last check that counts found it usable.
    Usable,
    /// We do not know: a provider away, nothing checked yet, or too many keys failing at once to believe it.
    Unknown,
    /// It is definitively lost, until a check finds it usable.
    Lost {
        /// Since when.
        since: Timestamp,
    },
}

impl Backing {
    /// Reads it off a validity. `definite_since` is when the last answer that counts became the answer.
    ///
    /// A definitive loss holds while the provider is away, too: who cuts the network after the customer has withdrawn
    /// the key does not get it back.
    #[must_use]
    pub const fn of(validity: &Validity, definite_since: Timestamp) -> Self {
        match (&validity.state, validity.last_definite()) {
            (_, Some(Definite::Invalid)) => Self::Lost { since: definite_since },
            (State::Valid | State::Suspect { .. }, Some(Definite::Valid)) => Self::Usable,
            (State::Unknown { .. } | State::Held { .. }, Some(Definite::Valid)) | (_, None) => Self::Unknown,
            // Such a validity answers for itself above.
            (State::Invalid { .. }, Some(Definite::Valid)) => Self::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::master_key::fixture::{NOW, SECOND};
    use crate::validity::{DefiniteReason, Failure, Finding, MassFailure, Reason, TransientReason};

    #[test]
    fn follows_every_state_of_validity() {
        let away = || Failure::silent(Reason::Transient(TransientReason::Timeout));
        let denied = || Failure::silent(Reason::Definite(DefiniteReason::AccessDenied));
        let (valid, invalid) = (Some(Definite::Valid), Some(Definite::Invalid));
        let lost = Backing::Lost { since: NOW };
        for (state, expected) in [
            (State::Unknown { failure: None, was: None }, Backing::Unknown),
            (State::Unknown { failure: Some(away()), was: None }, Backing::Unknown),
            (State::Unknown { failure: Some(away()), was: valid }, Backing::Unknown),
            (State::Unknown { failure: Some(away()), was: invalid }, lost),
            (State::Valid, Backing::Usable),
            (State::Suspect { failure: denied(), was: valid, since: NOW }, Backing::Usable),
            (State::Suspect { failure: denied(), was: None, since: NOW }, Backing::Unknown),
            (State::Suspect { failure: denied(), was: invalid, since: NOW }, lost),
            (State::Held { failure: denied(), was: valid, since: NOW }, Backing::Unknown),
            (State::Held { failure: denied(), was: None, since: NOW }, Backing::Unknown),
            (State::Held { failure: denied(), was: invalid, since: NOW }, lost),
            (State::Invalid { failure: denied() }, lost),
        ] {
            let validity = Validity { state, ..Validity::unchecked() };
            assert_eq!(Backing::of(&validity, NOW), expected, "{:?}", validity.state);
        }
    }

    #[test]
    fn the_key_comes_back_by_a_check_and_nothing_else() {
        let failed = |reason| Finding::Failed(Failure::silent(reason));
        let denied = || failed(Reason::Definite(DefiniteReason::KeyDisabled));
        let story = [
            (Finding::Usable, Backing::Usable),
            (denied(), Backing::Usable),
            (denied(), Backing::Lost { since: NOW }),
            (failed(Reason::Transient(TransientReason::Dns)), Backing::Lost { since: NOW }),
            (denied(), Backing::Lost { since: NOW }),
            (Finding::Usable, Backing::Usable),
        ];
        let mut validity = Validity::unchecked();
        for (second, (finding, expected)) in (0..).zip(story) {
            validity = validity.observe(finding, NOW + SECOND * second, MassFailure::No).next;
            assert_eq!(Backing::of(&validity, NOW), expected, "step {second}");
        }
    }
}
