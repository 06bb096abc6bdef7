//! What an answer of Google's means: its status, and the operation it answers, to our reason. One table.
//! Must not know what is done about it, nor take part in deciding whether it counts (`mod.rs` does).
//!
//! A refusal is read from the body, never from the HTTP code alone, and one that is not in the table is
//! never definite: an answer we do not understand must not freeze anybody's data. Source: product.md 2.2;
//! google.rpc.Code and ErrorReason; "Using OAuth 2.0 for server to server applications", JWT error codes;
//! clouds/emulators.md 3.3.

use domain::validity::{DefiniteReason, Failure, ForeignText, Reason, TransientReason};
use reqwest::header::DATE;
use serde::Deserialize;
use serde_json::Value;

use crate::clock::http_date;
use crate::refused::Refused;
use crate::transport::Answer;

/// What was asked of Google, and with whose identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operation {
    /// The token endpoint, signed by the tenant's key.
    TenantToken,
    /// The token endpoint, signed by the operator's key.
    OperatorToken,
    /// IAM Credentials, with the operator's token.
    Impersonate,
    /// IAM, with the operator's token, about a service account in the operator's own project.
    ManageAccount,
    /// KMS, with the tenant's token; and so are all that follow.
    LookAtVersion,
    LookAtKey,
    TestPermissions,
    Encrypt,
    Decrypt,
}

/// Which operations a row is about.
#[derive(Debug, Clone, Copy)]
enum On {
    Any,
    /// The token endpoint.
    Tokens,
    /// Whatever is asked of KMS.
    Key,
    /// Encrypt and Decrypt.
    Use,
    Only(Operation),
}

impl On {
    fn covers(self, operation: Operation) -> bool {
        use Operation::{Decrypt, Encrypt, LookAtKey, LookAtVersion, OperatorToken, TenantToken, TestPermissions};
        match self {
            Self::Any => true,
            Self::Tokens => matches!(operation, TenantToken | OperatorToken),
            Self::Key => matches!(operation, LookAtVersion | LookAtKey | TestPermissions | Encrypt | Decrypt),
            Self::Use => matches!(operation, Encrypt | Decrypt),
            Self::Only(only) => only == operation,
        }
    }
}

struct Row {
    statuses: &'static [&'static str],
    on: On,
    /// The row holds only if the message, or a reason or violation among the details, has one of these, in
    /// any case.
    hints: &'static [&'static str],
    reason: Reason,
}

const fn row(statuses: &'static [&'static str], on: On, reason: Reason) -> Row {
    Row { statuses, on, hints: &[], reason }
}

const fn saying(statuses: &'static [&'static str], on: On, hints: &'static [&'static str], reason: Reason) -> Row {
    Row { statuses, on, hints, reason }
}

const fn definite(reason: DefiniteReason) -> Reason {
    Reason::Definite(reason)
}

const fn transient(reason: TransientReason) -> Reason {
    Reason::Transient(reason)
}

const IMPERSONATE: On = On::Only(Operation::Impersonate);
const MANAGE: On = On::Only(Operation::ManageAccount);

/// What the token endpoint says of an identity it does not take.
const GRANT: &[&str] = &["invalid_grant", "invalid_client", "unauthorized_client", "disabled_client", "deleted_client"];
const DENIED: &[&str] = &["PERMISSION_DENIED"];
const STATE: &[&str] = &["FAILED_PRECONDITION"];

/// What keeps a project out of an API altogether.
const API_OFF: &[&str] = &["service_disabled", "billing_disabled", "consumer_", "has not been used in"];

/// The first row that holds decides.
const TABLE: &[Row] = &[
    // Our clock, or the provider's.
    saying(
        &["invalid_grant"],
        On::Tokens,
        &["iat and exp", "short-lived token", "reasonable timeframe"],
        transient(TransientReason::ClockSkew),
    ),
    // An endpoint of the operator's that wants to be named otherwise.
    saying(&["invalid_grant"], On::Tokens, &["audience"], transient(TransientReason::UnexpectedAnswer)),
    // Who asks.
    row(GRANT, On::Only(Operation::TenantToken), definite(DefiniteReason::CredentialRejected)),
    row(GRANT, On::Only(Operation::OperatorToken), transient(TransientReason::OperatorIdentity)),
    row(&["UNAUTHENTICATED"], On::Key, definite(DefiniteReason::CredentialRejected)),
    row(&["UNAUTHENTICATED"], IMPERSONATE, transient(TransientReason::OperatorIdentity)),
    row(&["UNAUTHENTICATED"], MANAGE, transient(TransientReason::OperatorIdentity)),
    // From where. Source: VPC Service Controls, "Troubleshooting".
    saying(
        DENIED,
        On::Any,
        &[
            "security_policy_violated",
            "prohibited by organization's policy",
            "vpc service controls",
            "vpcservicecontrols",
            "vpc_service_controls",
        ],
        transient(TransientReason::NetworkDenied),
    ),
    // A quota, as older APIs tell it.
    saying(
        DENIED,
        On::Any,
        &["rate_limit_exceeded", "ratelimitexceeded", "resource_quota_exceeded"],
        transient(TransientReason::Throttled),
    ),
    // What the operator may do by his own project's settings. Whose the role is decides the rest.
    saying(DENIED, IMPERSONATE, API_OFF, transient(TransientReason::OperatorIdentity)),
    saying(STATE, IMPERSONATE, API_OFF, transient(TransientReason::OperatorIdentity)),
    saying(DENIED, IMPERSONATE, &["scope_insufficient"], transient(TransientReason::OperatorIdentity)),
    // A token of ours that does not open KMS is our fault.
    saying(DENIED, On::Key, &["scope_insufficient"], transient(TransientReason::UnexpectedAnswer)),
    // What whoever asks may do.
    row(DENIED, MANAGE, transient(TransientReason::OperatorIdentity)),
    saying(STATE, MANAGE, API_OFF, transient(TransientReason::OperatorIdentity)),
    row(DENIED, IMPERSONATE, definite(DefiniteReason::RoleNotAssumable)),
    row(DENIED, On::Key, definite(DefiniteReason::AccessDenied)),
    saying(STATE, On::Key, API_OFF, definite(DefiniteReason::AccessDenied)),
    saying(STATE, IMPERSONATE, &["disabled"], definite(DefiniteReason::RoleNotAssumable)),
    // An endpoint that is not the API at all.
    saying(&["NOT_FOUND"], On::Any, &["method not found"], transient(TransientReason::UnexpectedAnswer)),
    row(&["NOT_FOUND"], MANAGE, transient(TransientReason::OperatorIdentity)),
    row(&["NOT_FOUND"], IMPERSONATE, definite(DefiniteReason::RoleNotAssumable)),
    // The key. A version's state is asked for where we may; these are the words Google uses beside it.
    row(&["NOT_FOUND"], On::Key, definite(DefiniteReason::KeyNotFound)),
    saying(STATE, On::Use, &["destroy_scheduled"], definite(DefiniteReason::KeyPendingDeletion)),
    saying(
        STATE,
        On::Use,
        &["is: destroyed", "external_destruction", "key_destroyed"],
        definite(DefiniteReason::KeyDestroyed),
    ),
    saying(
        STATE,
        On::Use,
        &["pending_generation", "generation_failed"],
        definite(DefiniteReason::KeyPendingGeneration),
    ),
    saying(STATE, On::Use, &["pending_import", "import_failed"], definite(DefiniteReason::KeyPendingImport)),
    saying(STATE, On::Use, &["is: disabled", "key_disabled"], definite(DefiniteReason::KeyDisabled)),
    // Another context, another key or damaged bytes; or a key we could not ask about. Not withdrawn.
    row(&["INVALID_ARGUMENT", "FAILED_PRECONDITION"], On::Any, transient(TransientReason::UnexpectedAnswer)),
    // The provider's own state.
    row(
        &["RESOURCE_EXHAUSTED", "rate_limit_exceeded", "slow_down", "quota_exceeded"],
        On::Any,
        transient(TransientReason::Throttled),
    ),
    row(
        &[
            "UNAVAILABLE",
            "INTERNAL",
            "DEADLINE_EXCEEDED",
            "ABORTED",
            "CANCELLED",
            "UNKNOWN",
            "DATA_LOSS",
            "internal_failure",
            "internal_error",
            "server_error",
            "backend_error",
            "temporarily_unavailable",
        ],
        On::Any,
        transient(TransientReason::ProviderFault),
    ),
];

/// What an error says, as far as the table asks.
#[derive(Debug, Default)]
struct Said {
    status: String,
    /// Reasons and violations among the details.
    details: Vec<String>,
    message: String,
    request_id: Option<String>,
}

/// An error of the APIs (`google.rpc.Status`), or one of the token endpoint.
#[derive(Deserialize)]
struct Body {
    error: Complaint,
    #[serde(default)]
    error_description: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Complaint {
    OfOauth(String),
    OfApi {
        status: String,
        #[serde(default)]
        message: String,
        #[serde(default)]
        details: Vec<Value>,
    },
}

impl Said {
    /// Reads an error. Anything else, a proxy's page say, is none.
    fn read(body: &[u8]) -> Option<Self> {
        let Body { error, error_description } = serde_json::from_slice(body).ok()?;
        let said = match error {
            Complaint::OfOauth(code) => {
                Self { status: code, message: error_description.unwrap_or_default(), ..Self::default() }
            }
            Complaint::OfApi { status, message, details } => Self {
                status,
                message,
                request_id: details.iter().find_map(|detail| text(detail, "requestId")),
                details: details.iter().flat_map(reasons).collect(),
            },
        };
        (!said.status.is_empty()).then_some(said)
    }

    /// Gives Google's code: the status, and the reason where one is told.
    fn code(&self) -> String {
        match self.details.first() {
            Some(reason) => format!("{}/{reason}", self.status),
            None => self.status.clone(),
        }
    }
}

/// Finds the reason of an ErrorInfo, or the types of a PreconditionFailure.
fn reasons(detail: &Value) -> Vec<String> {
    let violations = detail.get("violations").and_then(Value::as_array).into_iter().flatten();
    text(detail, "reason").into_iter().chain(violations.filter_map(|violation| text(violation, "type"))).collect()
}

fn text(value: &Value, name: &str) -> Option<String> {
    value.get(name).and_then(Value::as_str).map(str::to_owned)
}

/// Finds our reason for what was said. `http` is the answer's HTTP status.
fn reason(operation: Operation, said: Option<&Said>, http: u16) -> Reason {
    let row = said.and_then(|said| {
        let heard = format!("{}\n{}", said.message, said.details.join("\n")).to_ascii_lowercase();
        TABLE.iter().find(|row| {
            row.statuses.contains(&said.status.as_str())
                && row.on.covers(operation)
                && (row.hints.is_empty() || row.hints.iter().any(|hint| heard.contains(hint)))
        })
    });
    row.map_or_else(
        || match http {
            429 => transient(TransientReason::Throttled),
            500..=599 => transient(TransientReason::ProviderFault),
            _ => transient(TransientReason::UnexpectedAnswer),
        },
        |row| row.reason,
    )
}

/// A refusal, and whether the key ought to be looked at before it is believed.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) refused: Refused,
    /// Google says that the key, or the request, is in no state for it: both are HTTP 400.
    pub(super) is_about_state: bool,
}

impl From<Refused> for Refusal {
    fn from(refused: Refused) -> Self {
        Self { refused, is_about_state: false }
    }
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        refusal.refused
    }
}

/// Makes an answer that is no success a reason of ours with Google's words, from which `secrets` are
/// struck out.
pub(super) fn classify(answer: &Answer, operation: Operation, secrets: &[&str]) -> Refusal {
    let said = Said::read(&answer.body);
    let reason = reason(operation, said.as_ref(), answer.status.as_u16());
    let Some(said) = said else {
        let mut refused = Refused::silent(reason);
        if reason == transient(TransientReason::UnexpectedAnswer) {
            let words = format!("HTTP {} with what is no answer of Google's", answer.status.as_u16());
            refused = Refused::saying(reason, &words);
        }
        return refused.into();
    };
    let tame = |text: &str| ForeignText::tame(text, secrets);
    let failure = Failure {
        reason,
        provider_code: Some(tame(&said.code())),
        provider_message: Some(said.message.as_str()).filter(|words| !words.is_empty()).map(tame),
        provider_request_id: said.request_id.as_deref().map(tame),
    };
    Refusal {
        refused: Refused { failure, answered_at: date(answer) },
        is_about_state: matches!(said.status.as_str(), "FAILED_PRECONDITION" | "INVALID_ARGUMENT"),
    }
}

/// Reads the time of the provider's clock when it answered.
pub(super) fn date(answer: &Answer) -> Option<domain::time::Timestamp> {
    answer.headers.get(DATE).and_then(|date| date.to_str().ok()).and_then(http_date)
}

#[cfg(test)]
pub(super) mod tests;
