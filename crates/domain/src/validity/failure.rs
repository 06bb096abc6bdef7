//! Why a customer key could not be used: a stable reason of ours beside the provider's own words.
//! Definite and transient reasons are two types, so one can never be taken for the other.
//! Must not know provider codes; each provider's table maps them here. Source: product.md 2.2.

/// A failed check or call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Our reason.
    pub reason: Reason,
    /// The provider's own code, if it gave one.
    pub provider_code: Option<ForeignText>,
    /// The provider's own words, if it gave any.
    pub provider_message: Option<ForeignText>,
    /// The provider's request id, for its support.
    pub provider_request_id: Option<ForeignText>,
}

impl Failure {
    /// Tells a failure that the provider said nothing about.
    #[must_use]
    pub const fn silent(reason: Reason) -> Self {
        Self { reason, provider_code: None, provider_message: None, provider_request_id: None }
    }
}

/// Text that came from a stranger: cut to 300 characters, without control characters.
///
/// Still to be escaped at each door. Source: product.md 1.2.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignText(String);

impl ForeignText {
    /// The most characters kept.
    pub const MAX_CHARS: usize = 300;

    /// Tames a stranger's text. Secrets of the request that appear in it are blacked out.
    #[must_use]
    pub fn tame(text: &str, secrets: &[&str]) -> Self {
        let mut tamed: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        for secret in secrets.iter().filter(|secret| !secret.is_empty()) {
            tamed = tamed.replace(secret, "[hidden]");
        }
        let cut: String = tamed.trim().chars().take(Self::MAX_CHARS).collect();
        Self(cut.trim_end().to_owned())
    }

    /// Gives the tamed text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Our reason for a failure, as stable as an error code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// The customer's side refuses: the key is withdrawn until they change something.
    Definite(DefiniteReason),
    /// We could not find out.
    Transient(TransientReason),
}

macro_rules! reasons {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $code:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)*
        }

        impl $name {
            /// Every reason there is.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Gives the stable code, as views, events and the store spell it.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$variant => $code,)*
                }
            }
        }
    };
}

reasons! {
    /// The customer's side refuses.
    DefiniteReason {
        /// The key is disabled.
        KeyDisabled = "KEY_DISABLED",
        /// The key is scheduled for deletion.
        KeyPendingDeletion = "KEY_PENDING_DELETION",
        /// The key waits for its material to be imported.
        KeyPendingImport = "KEY_PENDING_IMPORT",
        /// The key waits for its material to be made.
        KeyPendingGeneration = "KEY_PENDING_GENERATION",
        /// The key's material is destroyed for good.
        KeyDestroyed = "KEY_DESTROYED",
        /// The key's time is over within two days: no reason to take it up, and none to drop it.
        KeyExpiring = "KEY_EXPIRING",
        /// The key's time is over.
        KeyExpired = "KEY_EXPIRED",
        /// The key's time has not come.
        KeyNotYetValid = "KEY_NOT_YET_VALID",
        /// There is no such key: never was, or deleted, or elsewhere.
        KeyNotFound = "KEY_NOT_FOUND",
        /// The key is of a kind that cannot do the work.
        KeyTypeNotSupported = "KEY_TYPE_NOT_SUPPORTED",
        /// We are known but may not encrypt or decrypt.
        AccessDenied = "ACCESS_DENIED",
        /// We are not known, or our secret is wrong or expired.
        CredentialRejected = "CREDENTIAL_REJECTED",
        /// The role cannot be assumed.
        RoleNotAssumable = "ROLE_NOT_ASSUMABLE",
        /// The key does not name this project, which it must where projects share the operator's identity.
        KeyNotTagged = "KEY_NOT_TAGGED",
        /// The vault is not in the subscription and resource group that the settings name.
        VaultElsewhere = "VAULT_ELSEWHERE",
        /// The role would let anybody in: it does not ask for its external id, or it is the operator's own.
        RoleNotSafe = "ROLE_NOT_SAFE",
    }
}

reasons! {
    /// We could not find out.
    TransientReason {
        /// The provider's name did not resolve.
        Dns = "DNS_FAILED",
        /// The provider lets nobody in from our network: a firewall, or no public access.
        NetworkDenied = "NETWORK_ACCESS_DENIED",
        /// No connection could be made, or it broke.
        Connect = "CONNECTION_FAILED",
        /// The TLS handshake failed.
        Tls = "TLS_FAILED",
        /// No answer came in time.
        Timeout = "TIMED_OUT",
        /// The provider asks us to slow down.
        Throttled = "THROTTLED",
        /// The provider is in trouble.
        ProviderFault = "PROVIDER_FAULT",
        /// The answer is not the provider's: a proxy's page, or half of one.
        UnexpectedAnswer = "UNEXPECTED_ANSWER",
        /// The operator's own identity is broken: our fault, not the customer's.
        OperatorIdentity = "OPERATOR_IDENTITY_BROKEN",
        /// The clocks are too far apart to be believed: our fault, not the customer's.
        ClockSkew = "CLOCK_SKEW",
        /// The provider's address is one we refuse to connect to.
        AddressRefused = "ADDRESS_REFUSED",
        /// Too many keys failed at once to believe any of them.
        ManyAtOnce = "MANY_KEYS_FAILED_AT_ONCE",
        /// The project's key calls are private, and no active endpoint leads to the key.
        NoPrivateEndpoint = "NO_PRIVATE_ENDPOINT",
        /// The provider lets nobody in from public addresses, and the first endpoint is not active yet.
        AwaitingEndpoint = "AWAITING_PRIVATE_ENDPOINT",
    }
}

impl TransientReason {
    /// Tells whether the fault is the operator's rather than the provider's or the network's.
    #[must_use]
    pub const fn is_ours(self) -> bool {
        match self {
            Self::OperatorIdentity | Self::ClockSkew | Self::ManyAtOnce => true,
            Self::Dns
            | Self::NetworkDenied
            | Self::Connect
            | Self::Tls
            | Self::Timeout
            | Self::Throttled
            | Self::ProviderFault
            | Self::UnexpectedAnswer
            | Self::AddressRefused
            | Self::NoPrivateEndpoint
            | Self::AwaitingEndpoint => false,
        }
    }
}

impl Reason {
    /// Gives the stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Definite(reason) => reason.code(),
            Self::Transient(reason) => reason.code(),
        }
    }

    /// Finds a reason by its code.
    #[must_use]
    pub fn by_code(code: &str) -> Option<Self> {
        let definite =
            DefiniteReason::ALL.iter().find(|reason| reason.code() == code).map(|reason| Self::Definite(*reason));
        definite.or_else(|| {
            TransientReason::ALL.iter().find(|reason| reason.code() == code).map(|reason| Self::Transient(*reason))
        })
    }

    /// Tells whether the customer's side refuses.
    #[must_use]
    pub const fn is_definite(self) -> bool {
        matches!(self, Self::Definite(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_read_back() {
        let all: Vec<Reason> = DefiniteReason::ALL
            .iter()
            .map(|reason| Reason::Definite(*reason))
            .chain(TransientReason::ALL.iter().map(|reason| Reason::Transient(*reason)))
            .collect();
        for reason in &all {
            assert_eq!(Reason::by_code(reason.code()), Some(*reason));
        }
        assert_eq!(Reason::by_code("NOPE"), None);
    }

    #[test]
    fn a_strangers_text_is_tamed() {
        let check = |text: &str, secrets: &[&str], expected: &str| {
            assert_eq!(ForeignText::tame(text, secrets).as_str(), expected)
        };
        check("  plain  ", &[], "plain");
        check("a\r\nSet-Cookie: b\u{1b}[31m", &[], "a  Set-Cookie: b [31m");
        check("your secret s3cr3t is wrong", &["s3cr3t", ""], "your secret [hidden] is wrong");
        assert_eq!(ForeignText::tame(&"ä".repeat(1000), &[]).as_str().chars().count(), 300);
        let twice = ForeignText::tame(&format!("{} b", "a".repeat(299)), &[]);
        assert_eq!(ForeignText::tame(twice.as_str(), &[]), twice, "taming twice changes nothing");
    }
}
