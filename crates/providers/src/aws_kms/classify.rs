//! What an answer of AWS means: its code, and the operation it answers, to our reason. One table.
//! Must not know what is done about it, nor take part in deciding whether it counts (`mod.rs` does).
//!
//! A code that is not in the table is never definite: an answer we do not understand must not freeze
//! anybody's data. Source: product.md 2.2; the error lists of the KMS and STS API references and their
//! "Common errors"; codes met in rust-stack.md 1.

use std::error::Error;

use aws_sdk_kms::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use domain::validity::{DefiniteReason, Failure, ForeignText, Reason, TransientReason};

use crate::clock::http_date;
pub(crate) use crate::refused::Refused;
use crate::transport::{causes, is_broken_answer, never_answered};

/// What was asked of AWS, and with whose signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    /// KMS, signed by the tenant's identity.
    DescribeKey,
    /// KMS, signed by the tenant's identity.
    Encrypt,
    /// KMS, signed by the tenant's identity.
    Decrypt,
    /// STS GetCallerIdentity, signed by the tenant's identity.
    TenantIdentity,
    /// STS, signed by the operator's identity.
    AssumeRole,
    /// STS GetCallerIdentity, signed by the operator's identity.
    OperatorIdentity,
}

/// Which operations a row is about.
#[derive(Debug, Clone, Copy)]
enum On {
    Any,
    /// DescribeKey, Encrypt and Decrypt.
    Key,
    /// Whatever is signed by the tenant's identity.
    Tenant,
    /// Whatever is signed by the operator's identity.
    Operator,
    Only(Operation),
}

impl On {
    fn covers(self, operation: Operation) -> bool {
        use Operation::{AssumeRole, Decrypt, DescribeKey, Encrypt, OperatorIdentity, TenantIdentity};
        match self {
            Self::Any => true,
            Self::Key => matches!(operation, DescribeKey | Encrypt | Decrypt),
            Self::Tenant => matches!(operation, DescribeKey | Encrypt | Decrypt | TenantIdentity),
            Self::Operator => matches!(operation, AssumeRole | OperatorIdentity),
            Self::Only(only) => only == operation,
        }
    }
}

struct Row {
    codes: &'static [&'static str],
    on: On,
    /// The row holds only if the message has these words, in any case.
    words: Option<&'static str>,
    reason: Reason,
}

const fn row(codes: &'static [&'static str], on: On, reason: Reason) -> Row {
    Row { codes, on, words: None, reason }
}

const fn saying(codes: &'static [&'static str], words: &'static str, reason: Reason) -> Row {
    saying_on(codes, On::Any, words, reason)
}

const fn saying_on(codes: &'static [&'static str], on: On, words: &'static str, reason: Reason) -> Row {
    Row { codes, on, words: Some(words), reason }
}

const fn definite(reason: DefiniteReason) -> Reason {
    Reason::Definite(reason)
}

const fn transient(reason: TransientReason) -> Reason {
    Reason::Transient(reason)
}

const ASSUME: On = On::Only(Operation::AssumeRole);

const SIGNATURE: &[&str] = &["InvalidSignatureException", "SignatureDoesNotMatch"];

const CREDENTIAL: &[&str] = &[
    "UnrecognizedClientException",
    "InvalidClientTokenId",
    "InvalidAccessKeyId",
    "InvalidSignatureException",
    "SignatureDoesNotMatch",
    "ExpiredTokenException",
    "ExpiredToken",
    "InvalidToken",
    "IncompleteSignature",
    "IncompleteSignatureException",
    "MissingAuthenticationToken",
    "MissingAuthenticationTokenException",
    "AuthFailure",
];

const DENIED: &[&str] = &[
    "AccessDeniedException",
    "AccessDenied",
    "NotAuthorized",
    "UnauthorizedOperation",
    // The account may not use the service at all: closed, or not paid for.
    "OptInRequired",
    "SubscriptionRequiredException",
];

/// The first row that holds decides.
const TABLE: &[Row] = &[
    // Our clock, or the provider's.
    row(&["RequestExpired", "RequestTimeTooSkewed"], On::Any, transient(TransientReason::ClockSkew)),
    saying(SIGNATURE, "signature expired", transient(TransientReason::ClockSkew)),
    saying(SIGNATURE, "signature not yet current", transient(TransientReason::ClockSkew)),
    // Who signs.
    row(CREDENTIAL, On::Tenant, definite(DefiniteReason::CredentialRejected)),
    row(CREDENTIAL, On::Operator, transient(TransientReason::OperatorIdentity)),
    // What the operator may do by his own side's policies. Where the role's side refuses, AWS says none of
    // this. Source: IAM User Guide, "Troubleshoot access denied error messages".
    saying_on(DENIED, ASSUME, "identity-based policy", transient(TransientReason::OperatorIdentity)),
    saying_on(DENIED, ASSUME, "permissions boundary", transient(TransientReason::OperatorIdentity)),
    saying_on(DENIED, ASSUME, "service control policy", transient(TransientReason::OperatorIdentity)),
    saying_on(DENIED, ASSUME, "session policy", transient(TransientReason::OperatorIdentity)),
    // What whoever signs may do.
    row(DENIED, ASSUME, definite(DefiniteReason::RoleNotAssumable)),
    row(DENIED, On::Only(Operation::OperatorIdentity), transient(TransientReason::OperatorIdentity)),
    row(DENIED, On::Tenant, definite(DefiniteReason::AccessDenied)),
    // The key.
    row(&["DisabledException"], On::Key, definite(DefiniteReason::KeyDisabled)),
    row(&["NotFoundException", "InvalidArnException"], On::Key, definite(DefiniteReason::KeyNotFound)),
    row(&["InvalidKeyUsageException"], On::Key, definite(DefiniteReason::KeyTypeNotSupported)),
    saying(&["KMSInvalidStateException"], "pending deletion", definite(DefiniteReason::KeyPendingDeletion)),
    saying(&["KMSInvalidStateException"], "pending replica deletion", definite(DefiniteReason::KeyPendingDeletion)),
    saying(&["KMSInvalidStateException"], "pending import", definite(DefiniteReason::KeyPendingImport)),
    // Creating, Updating, Unavailable: the provider is at work on it, or its key store is away.
    row(&["KMSInvalidStateException"], On::Key, transient(TransientReason::ProviderFault)),
    // Another context, another key or damaged bytes. The key itself is not withdrawn.
    row(
        &["InvalidCiphertextException", "IncorrectKeyException"],
        On::Only(Operation::Decrypt),
        transient(TransientReason::UnexpectedAnswer),
    ),
    // The provider's own state.
    row(
        &[
            "ThrottlingException",
            "Throttling",
            "ThrottledException",
            "LimitExceededException",
            "TooManyRequestsException",
            "RequestLimitExceeded",
            "RequestThrottled",
            "RequestThrottledException",
            "SlowDown",
            "PriorRequestNotComplete",
        ],
        On::Any,
        transient(TransientReason::Throttled),
    ),
    row(
        &[
            "KMSInternalException",
            "DependencyTimeoutException",
            "KeyUnavailableException",
            "InternalFailure",
            "InternalError",
            "InternalServerError",
            "InternalServerException",
            "InternalServiceException",
            "ServiceUnavailable",
            "ServiceUnavailableException",
            "RequestTimeout",
            "RequestTimeoutException",
            "RequestAbortedException",
            "CloudHsmClusterNotActiveException",
        ],
        On::Any,
        transient(TransientReason::ProviderFault),
    ),
];

/// Finds our reason for a code of AWS. `status` is the answer's HTTP status.
fn reason(operation: Operation, code: Option<&str>, message: Option<&str>, status: u16) -> Reason {
    let message = message.unwrap_or_default().to_ascii_lowercase();
    let row = code.map(bare).and_then(|code| {
        TABLE.iter().find(|row| {
            row.codes.contains(&code)
                && row.on.covers(operation)
                && row.words.is_none_or(|words| message.contains(words))
        })
    });
    row.map_or_else(
        || match status {
            429 => transient(TransientReason::Throttled),
            500..=599 => transient(TransientReason::ProviderFault),
            _ => transient(TransientReason::UnexpectedAnswer),
        },
        |row| row.reason,
    )
}

/// Strips what the JSON protocols put around a code: `com.amazonaws.kms#NotFoundException:http://...`.
fn bare(code: &str) -> &str {
    let code = code.rsplit_once('#').map_or(code, |(_, code)| code);
    code.split_once(':').map_or(code, |(code, _)| code)
}

/// Makes a failed call of the SDK's a reason of ours with AWS's words, from which `secrets` are struck out.
pub(crate) fn classify<E>(error: &SdkError<E, HttpResponse>, operation: Operation, secrets: &[&str]) -> Refused
where
    E: ProvideErrorMetadata + Error + 'static,
{
    let tame = |text: &str| ForeignText::tame(text, secrets);
    let said = error.as_service_error();
    let (code, message) = (said.and_then(|said| said.code()), said.and_then(|said| said.message()));
    let raw = error.raw_response();
    let header = |name: &str| raw.and_then(|raw| raw.headers().get(name));
    let reason = match error {
        SdkError::ServiceError(answer) => reason(operation, code, message, answer.raw().status().as_u16()),
        SdkError::TimeoutError(_) => transient(TransientReason::Timeout),
        SdkError::DispatchFailure(failure) if failure.is_timeout() => transient(TransientReason::Timeout),
        SdkError::DispatchFailure(_) | SdkError::ConstructionFailure(_) => unsent(error, operation),
        SdkError::ResponseError(_) => {
            let broke = causes(error).any(|cause| cause.is::<std::io::Error>() || is_broken_answer(cause));
            transient(if broke { TransientReason::Connect } else { TransientReason::UnexpectedAnswer })
        }
        _ => transient(TransientReason::UnexpectedAnswer),
    };
    Refused {
        failure: Failure {
            reason,
            provider_code: code.map(bare).map(tame),
            provider_message: message.map(tame),
            provider_request_id: header("x-amzn-requestid").or_else(|| header("x-amz-request-id")).map(tame),
        },
        answered_at: header("date").and_then(http_date),
    }
}

/// Finds why a request got no answer.
fn unsent(error: &(dyn Error + 'static), operation: Operation) -> Reason {
    // Only the operator's credentials are looked for; a tenant's are handed in.
    let unfound = causes(error).any(|cause| cause.is::<aws_credential_types::provider::error::CredentialsError>());
    transient(match unfound {
        true if On::Operator.covers(operation) => TransientReason::OperatorIdentity,
        true => TransientReason::UnexpectedAnswer,
        false => never_answered(error),
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Gives every code of every row with an operation it is about, and the row's words.
    pub(crate) fn rows() -> Vec<(Operation, &'static str, &'static str, Reason)> {
        let mut all = Vec::new();
        for row in TABLE {
            for operation in ALL.into_iter().filter(|operation| row.on.covers(*operation)) {
                let words = row.words.unwrap_or_default();
                all.extend(row.codes.iter().map(|code| (operation, *code, words, row.reason)));
            }
        }
        all
    }

    const ALL: [Operation; 6] = [
        Operation::DescribeKey,
        Operation::Encrypt,
        Operation::Decrypt,
        Operation::TenantIdentity,
        Operation::AssumeRole,
        Operation::OperatorIdentity,
    ];

    fn check(operation: Operation, code: &str, message: &str, expected: &str) {
        let found = reason(operation, Some(code), Some(message), 400);
        assert_eq!(found.code(), expected, "{operation:?} {code} {message}");
    }

    #[test]
    fn every_row_is_reached_by_each_of_its_codes() {
        for (index, row) in TABLE.iter().enumerate() {
            for code in row.codes {
                let operation = ALL.into_iter().find(|operation| row.on.covers(*operation)).unwrap();
                let message = row.words.unwrap_or_default();
                assert_eq!(reason(operation, Some(code), Some(message), 400), row.reason, "row {index}, {code}");
            }
        }
    }

    #[test]
    fn the_operators_faults_are_nobody_elses() {
        for code in CREDENTIAL {
            check(Operation::AssumeRole, code, "", "OPERATOR_IDENTITY_BROKEN");
            check(Operation::OperatorIdentity, code, "", "OPERATOR_IDENTITY_BROKEN");
            check(Operation::Encrypt, code, "", "CREDENTIAL_REJECTED");
            check(Operation::TenantIdentity, code, "", "CREDENTIAL_REJECTED");
        }
        check(Operation::AssumeRole, "AccessDenied", "", "ROLE_NOT_ASSUMABLE");
        let his_own = "User: u is not authorized to perform: sts:AssumeRole on resource: r because no identity-based \
                       policy allows the sts:AssumeRole action";
        check(Operation::AssumeRole, "AccessDenied", his_own, "OPERATOR_IDENTITY_BROKEN");
        check(Operation::Encrypt, "AccessDeniedException", his_own, "ACCESS_DENIED");
        check(Operation::OperatorIdentity, "AccessDenied", "", "OPERATOR_IDENTITY_BROKEN");
        check(Operation::Decrypt, "AccessDeniedException", "", "ACCESS_DENIED");
    }

    #[test]
    fn a_late_signature_is_a_matter_of_clocks() {
        let words = "Signature expired: 20260101T000000Z is now earlier than 20260101T001000Z";
        check(Operation::Encrypt, "InvalidSignatureException", words, "CLOCK_SKEW");
        check(Operation::AssumeRole, "SignatureDoesNotMatch", words, "CLOCK_SKEW");
        check(Operation::Encrypt, "InvalidSignatureException", "Signature not yet current: ...", "CLOCK_SKEW");
        check(Operation::Encrypt, "InvalidSignatureException", "The request signature ...", "CREDENTIAL_REJECTED");
    }

    #[test]
    fn a_keys_state_is_read_from_the_words() {
        let check = |words, expected| check(Operation::Decrypt, "KMSInvalidStateException", words, expected);
        check("arn:aws:kms:us-east-1:1:key/k is pending deletion.", "KEY_PENDING_DELETION");
        check("arn:aws:kms:us-east-1:1:key/k is pending replica deletion.", "KEY_PENDING_DELETION");
        check("arn:aws:kms:us-east-1:1:key/k is Pending Import.", "KEY_PENDING_IMPORT");
        check("arn:aws:kms:us-east-1:1:key/k is unavailable.", "PROVIDER_FAULT");
    }

    #[test]
    fn what_is_not_understood_is_never_definite() {
        for operation in ALL {
            for status in [200, 301, 400, 401, 403, 404, 407, 413] {
                for code in [None, Some(""), Some("BrandNewException"), Some("403"), Some("accessdenied")] {
                    assert_eq!(reason(operation, code, None, status), transient(TransientReason::UnexpectedAnswer));
                }
            }
            assert_eq!(reason(operation, None, None, 429), transient(TransientReason::Throttled));
            assert_eq!(reason(operation, None, None, 502), transient(TransientReason::ProviderFault));
            assert_eq!(reason(operation, Some("Odd"), None, 500), transient(TransientReason::ProviderFault));
        }
        check(Operation::AssumeRole, "NotFoundException", "", "UNEXPECTED_ANSWER");
    }

    #[test]
    fn a_code_is_read_without_its_wrapping() {
        check(Operation::Encrypt, "com.amazonaws.kms#DisabledException", "", "KEY_DISABLED");
        check(Operation::Encrypt, "DisabledException:http://internal.amazon.com/coral", "", "KEY_DISABLED");
    }
}
