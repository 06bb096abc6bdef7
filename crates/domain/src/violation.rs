//! What is wrong with one field of a request, told by rules that see stored state.
//! Must not know wire names' spelling beyond the path a rule is handed, nor error codes.

/// One fault of one field. Several can be told at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The field, as a path of wire names, e.g. `awsKms.region`.
    pub field: String,
    /// What is wrong with it.
    pub kind: ViolationKind,
}

/// What can be wrong with a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ViolationKind {
    /// It is needed and neither sent nor stored.
    Missing,
    /// One of several ways of saying the same thing is needed, and none was sent or is stored.
    MissingOneOf {
        /// The ways, as half a sentence.
        choices: &'static str,
    },
    /// Its text breaks the provider's grammar; says what is expected.
    Malformed {
        /// What would be accepted, as half a sentence: "a key id, key ARN, alias or alias ARN".
        expected: &'static str,
    },
    /// It can be read, and another value than the present one cannot be sent.
    ReadOnly,
    /// Its number breaks a rule about several fields; says what is expected.
    Rule {
        /// What would be accepted, as a whole sentence.
        expected: &'static str,
    },
    /// It names something of somebody else's where only ours will do.
    NotOurs {
        /// What is ours.
        ours: String,
    },
    /// No region of a shard has the highest priority.
    NoHighestPriority,
    /// It is not the address of a key in the vault that the same settings name.
    KeyIdentifier {
        /// What such an address looks like.
        expected: String,
    },
}

impl Violation {
    /// Says that a field is missing.
    #[must_use]
    pub fn missing(field: &str) -> Self {
        Self { field: field.to_owned(), kind: ViolationKind::Missing }
    }

    /// Says that a rule about several fields is broken at one of them.
    #[must_use]
    pub fn rule(field: &str, expected: &'static str) -> Self {
        Self { field: field.to_owned(), kind: ViolationKind::Rule { expected } }
    }

    /// Says that a field's text is not what is expected.
    #[must_use]
    pub fn malformed(field: &str, expected: &'static str) -> Self {
        Self { field: field.to_owned(), kind: ViolationKind::Malformed { expected } }
    }
}
