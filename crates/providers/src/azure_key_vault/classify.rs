//! What an answer of Azure means: its codes, and the operation it answers, to our reason. One table.
//! Must not know what is done about it, nor take part in deciding whether it counts (`mod.rs` does).
//!
//! A code that is not in the table is never definite: an answer we do not understand must not freeze
//! anybody's data. Source: product.md 2.2; clouds/emulators.md 2.3; "Azure Key Vault REST API error codes";
//! "Microsoft Entra authentication and authorization error codes".

use std::error::Error;

use azure_core::error::ErrorKind;
use azure_core::http::headers::HeaderName;
use domain::validity::{DefiniteReason, Failure, ForeignText, Reason, TransientReason};
use serde_json::Value;

use crate::clock::http_date;
use crate::refused::Refused;
use crate::transport::{Answer, Unanswered, causes};

/// What was asked of Azure, and in whose name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operation {
    /// Key Vault, with a token of the tenant's.
    GetKey,
    /// Key Vault, with a token of the tenant's.
    Encrypt,
    /// Key Vault, with a token of the tenant's.
    Decrypt,
    /// Entra, for an application of the tenant's.
    TenantToken,
    /// Entra, for the operator's application in the tenant.
    RoleToken,
    /// Entra, for the operator's application at home.
    OperatorToken,
    /// Resource Manager, with a token of the tenant's.
    ReadVault,
}

/// Which operations a row is about.
#[derive(Debug, Clone, Copy)]
enum On {
    Any,
    /// GetKey, Encrypt and Decrypt.
    Key,
    /// Whatever Entra answers.
    Entra,
    /// Whatever Entra answers about the operator's application, wherever it is asked.
    Operator,
    Only(Operation),
}

impl On {
    fn covers(self, operation: Operation) -> bool {
        use Operation::{Decrypt, Encrypt, GetKey, OperatorToken, RoleToken, TenantToken};
        match self {
            Self::Any => true,
            Self::Key => matches!(operation, GetKey | Encrypt | Decrypt),
            Self::Entra => matches!(operation, TenantToken | RoleToken | OperatorToken),
            Self::Operator => matches!(operation, RoleToken | OperatorToken),
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

const fn saying(codes: &'static [&'static str], on: On, words: &'static str, reason: Reason) -> Row {
    Row { codes, on, words: Some(words), reason }
}

const fn definite(reason: DefiniteReason) -> Reason {
    Reason::Definite(reason)
}

const fn transient(reason: TransientReason) -> Reason {
    Reason::Transient(reason)
}

const TENANT: On = On::Only(Operation::TenantToken);
const ROLE: On = On::Only(Operation::RoleToken);
const HOME: On = On::Only(Operation::OperatorToken);

/// The outer code of every 403 of Key Vault; what is meant stands in `innererror`, or in the words.
const FORBIDDEN: &[&str] = &["Forbidden"];

/// The secret is wrong, over, or not what the application has.
const SECRET: &[&str] = &[
    "AADSTS7000215", // invalid client secret
    "AADSTS7000222", // the client secret is expired
    "AADSTS7000216", // no client secret or assertion
    "AADSTS7000218", // no client secret or assertion
    "AADSTS700027",  // the assertion's signature is not the application's
    "AADSTS7000212", // no federated identity matches
    "AADSTS50012",   // authentication failed
];

/// The application is not let into the tenant, or there is no such tenant.
const APPLICATION: &[&str] = &[
    "AADSTS700016",  // the application is not in the directory
    "AADSTS7000229", // the application has no service principal in the tenant
    "AADSTS7000112", // the application is disabled
    "AADSTS7000113", // the application may not ask for tokens of that kind
    "AADSTS700005",  // the application is for another tenant
    "AADSTS500011",  // the resource has no service principal in the tenant
    "AADSTS500014",  // the resource's service principal is disabled
    "AADSTS501051",  // the application is assigned no role for the resource
    "AADSTS50105",   // the application is assigned no role for the resource
    "AADSTS53003",   // blocked by conditional access
    "AADSTS530035",  // blocked by security defaults
    "AADSTS50020",   // an identity of another issuer
    "AADSTS90002",   // no such tenant
    "AADSTS900021",  // not a tenant
    "AADSTS900023",  // not a tenant
    "AADSTS90072",   // an identity of another tenant
    "AADSTS5000224", // the tenant is not available
    "AADSTS50059",   // no tenant was found
];

/// RFC 6749 5.2: the client is not authenticated, or may not do this at all.
const REFUSED: &[&str] = &["invalid_client", "unauthorized_client", "access_denied"];

/// The first row that holds decides. Of an answer's codes the innermost is asked first.
const TABLE: &[Row] = &[
    // Entra's own state. Before the rest: it comes under any OAuth code.
    row(
        &[
            "AADSTS50196",  // the same request again and again
            "AADSTS90055",  // too many requests of the tenant
            "AADSTS900384", // too many requests
            "AADSTS90024",  // the budget for requests is used up
        ],
        On::Entra,
        transient(TransientReason::Throttled),
    ),
    row(
        &[
            "AADSTS90033", // a passing fault
            "AADSTS90006", // an external server's fault
            "AADSTS90012", // it took too long
            "AADSTS90036", // an unexpected fault
            "AADSTS50000", // a fault when issuing the token
            "AADSTS50089", // a flow token was too late
            "AADSTS90019", // the service did not know where to look
            "temporarily_unavailable",
            "server_error",
        ],
        On::Entra,
        transient(TransientReason::ProviderFault),
    ),
    // Our clock, or the provider's.
    row(&["AADSTS700024"], On::Entra, transient(TransientReason::ClockSkew)),
    // Who asks for a token. The operator's secret is nobody else's fault; who lets the operator in is.
    row(SECRET, TENANT, definite(DefiniteReason::CredentialRejected)),
    row(SECRET, On::Operator, transient(TransientReason::OperatorIdentity)),
    row(APPLICATION, TENANT, definite(DefiniteReason::CredentialRejected)),
    row(APPLICATION, ROLE, definite(DefiniteReason::RoleNotAssumable)),
    row(APPLICATION, HOME, transient(TransientReason::OperatorIdentity)),
    row(REFUSED, TENANT, definite(DefiniteReason::CredentialRejected)),
    row(REFUSED, ROLE, definite(DefiniteReason::RoleNotAssumable)),
    row(REFUSED, HOME, transient(TransientReason::OperatorIdentity)),
    // Who shows a token.
    row(&["Unauthorized"], On::Key, definite(DefiniteReason::CredentialRejected)),
    // From where.
    row(&["ForbiddenByFirewall", "ForbiddenByConnection"], On::Key, transient(TransientReason::NetworkDenied)),
    // The key.
    row(&["KeyDisabled"], On::Key, definite(DefiniteReason::KeyDisabled)),
    row(&["KeyExpired"], On::Key, definite(DefiniteReason::KeyExpired)),
    row(&["KeyNotYetValid"], On::Key, definite(DefiniteReason::KeyNotYetValid)),
    row(&["KeyOperationForbidden"], On::Key, definite(DefiniteReason::KeyTypeNotSupported)),
    row(
        &["KeyNotFound", "ObjectIsDeletedButRecoverable", "ObjectIsBeingDeleted"],
        On::Key,
        definite(DefiniteReason::KeyNotFound),
    ),
    // What a key of another type is told; a name that is no algorithm, or bytes that are not the key's, are
    // told otherwise.
    saying(&["BadParameter"], On::Key, "does not support rsa-oaep-256", definite(DefiniteReason::KeyTypeNotSupported)),
    // What whoever shows the token may do.
    row(&["AccessDenied", "ForbiddenByPolicy", "ForbiddenByRbac"], On::Key, definite(DefiniteReason::AccessDenied)),
    // The same where nothing stands in `innererror`.
    saying(FORBIDDEN, On::Key, "public network access is disabled", transient(TransientReason::NetworkDenied)),
    saying(FORBIDDEN, On::Key, "not an approved private link", transient(TransientReason::NetworkDenied)),
    saying(FORBIDDEN, On::Key, "client address is not authorized", transient(TransientReason::NetworkDenied)),
    saying(FORBIDDEN, On::Key, "disabled key", definite(DefiniteReason::KeyDisabled)),
    saying(FORBIDDEN, On::Key, "expired", definite(DefiniteReason::KeyExpired)),
    saying(FORBIDDEN, On::Key, "not yet valid", definite(DefiniteReason::KeyNotYetValid)),
    saying(FORBIDDEN, On::Key, "not permitted on this key", definite(DefiniteReason::KeyTypeNotSupported)),
    saying(FORBIDDEN, On::Key, "not found on any access policy", definite(DefiniteReason::AccessDenied)),
    saying(FORBIDDEN, On::Key, "does not have keys", definite(DefiniteReason::AccessDenied)),
    saying(FORBIDDEN, On::Key, "not authorized to perform action", definite(DefiniteReason::AccessDenied)),
    // Resource Manager. Most of what it says counts for nothing: `mod.rs` reads these three alone.
    row(&["AuthorizationFailed"], On::Only(Operation::ReadVault), definite(DefiniteReason::AccessDenied)),
    row(
        &["ResourceNotFound", "ResourceGroupNotFound", "SubscriptionNotFound"],
        On::Only(Operation::ReadVault),
        definite(DefiniteReason::VaultElsewhere),
    ),
    // The provider's own state.
    row(&["Throttled", "TooManyRequests"], On::Any, transient(TransientReason::Throttled)),
    row(
        &["InternalServerError", "InternalError", "ServiceUnavailable", "ServerBusy", "ServerTimeout"],
        On::Any,
        transient(TransientReason::ProviderFault),
    ),
];

/// Finds our reason for what was said. `status` is the answer's HTTP status.
fn reason(operation: Operation, codes: &[String], message: Option<&str>, status: u16) -> Reason {
    let message = message.unwrap_or_default().to_ascii_lowercase();
    let row = codes.iter().find_map(|code| {
        TABLE.iter().find(|row| {
            row.codes.contains(&code.as_str())
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

/// What an error of Azure says, whichever of its services wrote it.
#[derive(Debug, Default, PartialEq, Eq)]
struct Said {
    /// The innermost first.
    codes: Vec<String>,
    message: Option<String>,
    trace_id: Option<String>,
}

impl Said {
    /// Reads `{"error":{"code","message","innererror":{"code"}}}`, or Entra's
    /// `{"error","error_description","error_codes"}`. What is neither says nothing.
    fn read(body: &[u8]) -> Self {
        let Ok(body) = serde_json::from_slice::<Value>(body) else { return Self::default() };
        let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
        match body.get("error") {
            Some(Value::Object(error)) => {
                let inner = error.get("innererror").or_else(|| error.get("innerError"));
                let codes = [text(inner.and_then(|inner| inner.get("code"))), text(error.get("code"))];
                let codes = codes.into_iter().flatten().collect();
                Self { codes, message: text(error.get("message")), trace_id: None }
            }
            Some(Value::String(error)) => {
                let description = text(body.get("error_description"));
                let numbers = body.get("error_codes").and_then(Value::as_array);
                let numbers = numbers.into_iter().flatten().filter_map(Value::as_u64);
                let mut codes: Vec<String> = numbers.map(|number| format!("AADSTS{number}")).collect();
                if codes.is_empty() {
                    codes.extend(description.as_deref().and_then(leading_code));
                }
                codes.push(error.clone());
                Self { codes, message: description.as_deref().map(bare), trace_id: text(body.get("trace_id")) }
            }
            _ => Self::default(),
        }
    }
}

/// Finds the code that a description begins with.
fn leading_code(description: &str) -> Option<String> {
    let digits = description.strip_prefix("AADSTS")?;
    let digits: String = digits.chars().take_while(char::is_ascii_digit).collect();
    (!digits.is_empty()).then(|| format!("AADSTS{digits}"))
}

/// Strips what Entra writes around its words: the code before them, ids and the time behind.
fn bare(description: &str) -> String {
    let words = description.split("Trace ID:").next().unwrap_or_default().trim();
    let code = leading_code(words).map_or(0, |code| code.len());
    words.get(code..).unwrap_or_default().trim_start_matches(':').trim().to_owned()
}

/// Makes an answer that is an error a reason of ours with Azure's words, from which `secrets` are struck out.
pub(super) fn refusal(answer: &Answer, operation: Operation, secrets: &[&str]) -> Refused {
    let header = |name: &str| answer.headers.get(name).and_then(|value| value.to_str().ok());
    said(answer.status.as_u16(), header, &answer.body, operation, secrets)
}

/// Makes a request that got no answer a reason of ours.
pub(super) fn silence(unanswered: &Unanswered) -> Refused {
    Refused::silent(transient(unanswered.reason))
}

/// Makes a failed call of the SDK's a reason of ours, as [`refusal`] does.
pub(super) fn classify(error: &azure_core::Error, operation: Operation, secrets: &[&str]) -> Refused {
    if let ErrorKind::HttpResponse { status, raw_response: Some(raw), .. } = error.kind() {
        let headers = raw.headers();
        let header = |name: &'static str| headers.get_optional_str(&HeaderName::from_static(name));
        return said(u16::from(*status), header, raw.body(), operation, secrets);
    }
    let plain: &(dyn Error + 'static) = error;
    match causes(plain).find_map(|cause| cause.downcast_ref::<Unanswered>()) {
        Some(unanswered) => silence(unanswered),
        // What the SDK says of an answer it would not have may quote it, and is not Azure's.
        None => Refused::unexpected("the vault gave an answer, or a challenge, that Key Vault does not give"),
    }
}

fn said<'a>(
    status: u16,
    header: impl Fn(&'static str) -> Option<&'a str>,
    body: &[u8],
    operation: Operation,
    secrets: &[&str],
) -> Refused {
    let tame = |text: &str| ForeignText::tame(text, secrets);
    let Said { codes, message, trace_id } = Said::read(body);
    let request_id = header("x-ms-request-id").map(str::to_owned).or(trace_id);
    Refused {
        failure: Failure {
            reason: reason(operation, &codes, message.as_deref(), status),
            provider_code: codes.first().map(|code| tame(code)),
            provider_message: message.as_deref().map(tame),
            provider_request_id: request_id.as_deref().map(tame),
        },
        answered_at: header("date").and_then(http_date),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    const ALL: [Operation; 7] = [
        Operation::GetKey,
        Operation::Encrypt,
        Operation::Decrypt,
        Operation::TenantToken,
        Operation::RoleToken,
        Operation::OperatorToken,
        Operation::ReadVault,
    ];

    /// Gives every code of every row with an operation it is about, and the row's words.
    pub(in super::super) fn rows() -> Vec<(Operation, &'static str, &'static str, Reason)> {
        let mut all = Vec::new();
        for row in TABLE {
            for operation in ALL.into_iter().filter(|operation| row.on.covers(*operation)) {
                let words = row.words.unwrap_or_default();
                all.extend(row.codes.iter().map(|code| (operation, *code, words, row.reason)));
            }
        }
        all
    }

    fn found(operation: Operation, status: u16, body: &str) -> (&'static str, Option<String>, Option<String>) {
        let refused = said(status, |_| None, body.as_bytes(), operation, &[]);
        let Failure { reason, provider_code, provider_message, .. } = refused.failure;
        let text = |text: Option<ForeignText>| text.map(|text| text.as_str().to_owned());
        (reason.code(), text(provider_code), text(provider_message))
    }

    fn check(operation: Operation, status: u16, body: &str, expected: &str) {
        assert_eq!(found(operation, status, body).0, expected, "{operation:?} {status} {body}");
    }

    #[test]
    fn every_row_is_reached_by_each_of_its_codes() {
        for (operation, code, words, expected) in rows() {
            let found = reason(operation, &[code.to_owned()], Some(words), 403);
            assert_eq!(found, expected, "{operation:?} {code} {words}");
        }
    }

    #[test]
    fn what_a_vault_refuses_is_read_from_within() {
        let check = |inner: &str, message: &str, expected: &str| {
            let body = format!(
                r#"{{"error":{{"code":"Forbidden","message":"{message}","innererror":{{"code":"{inner}"}}}}}}"#
            );
            let (reason, code, _) = found(Operation::Decrypt, 403, &body);
            assert_eq!((reason, code.as_deref()), (expected, Some(inner)), "{body}");
        };
        check("KeyDisabled", "Operation decrypt is not allowed on a disabled key.", "KEY_DISABLED");
        check("ForbiddenByRbac", "Caller is not authorized to perform action on resource.", "ACCESS_DENIED");
        check("ForbiddenByPolicy", "The user does not have keys get permission on key vault 'v'.", "ACCESS_DENIED");
        check("AccessDenied", "Access denied. Caller was not found on any access policy.", "ACCESS_DENIED");
        check("ForbiddenByConnection", "Public network access is disabled and ...", "NETWORK_ACCESS_DENIED");
        check("ForbiddenByFirewall", "Client address is not authorized and ...", "NETWORK_ACCESS_DENIED");
        check("KeyOperationForbidden", "Operation decrypt is not permitted on this key.", "KEY_TYPE_NOT_SUPPORTED");
        check("BrandNew", "Operation decrypt is not allowed on an expired key.", "KEY_EXPIRED");
        check("BrandNew", "The moon is not right.", "UNEXPECTED_ANSWER");
    }

    #[test]
    fn a_refusal_without_an_inner_code_is_read_from_its_words() {
        let check = |message: &str, expected: &str| {
            let body = format!(r#"{{"error":{{"code":"Forbidden","message":"{message}"}}}}"#);
            check(Operation::Encrypt, 403, &body, expected);
        };
        check("Operation encrypt is not allowed on a disabled key.", "KEY_DISABLED");
        check("Operation encrypt is not allowed on an expired key.", "KEY_EXPIRED");
        check("Operation encrypt is not allowed on a not yet valid key.", "KEY_NOT_YET_VALID");
        check("Client address is not authorized and caller is not a trusted service.", "NETWORK_ACCESS_DENIED");
        check("The user 'a' does not have keys encrypt permission on key vault 'v'.", "ACCESS_DENIED");
        check("No.", "UNEXPECTED_ANSWER");
    }

    #[test]
    fn entra_is_read_by_its_numbers() {
        let check = |operation, status, error: &str, number: u32, expected: &str| {
            let description = format!("AADSTS{number}: Words. Trace ID: t Correlation ID: c Timestamp: now");
            let body = format!(
                r#"{{"error":"{error}","error_description":"{description}","error_codes":[{number}],"trace_id":"t"}}"#
            );
            let expected = (expected, Some(format!("AADSTS{number}")), Some("Words.".to_owned()));
            assert_eq!(found(operation, status, &body), expected);
            let without = format!(r#"{{"error":"{error}","error_description":"{description}"}}"#);
            assert_eq!(found(operation, status, &without), expected);
        };
        use Operation::{OperatorToken, RoleToken, TenantToken};
        check(TenantToken, 401, "invalid_client", 7_000_215, "CREDENTIAL_REJECTED");
        check(TenantToken, 401, "invalid_client", 7_000_222, "CREDENTIAL_REJECTED");
        check(TenantToken, 400, "unauthorized_client", 700_016, "CREDENTIAL_REJECTED");
        check(TenantToken, 400, "invalid_request", 90_002, "CREDENTIAL_REJECTED");
        check(TenantToken, 400, "invalid_grant", 53_003, "CREDENTIAL_REJECTED");
        check(RoleToken, 401, "invalid_client", 7_000_215, "OPERATOR_IDENTITY_BROKEN");
        check(RoleToken, 401, "invalid_client", 7_000_229, "ROLE_NOT_ASSUMABLE");
        check(RoleToken, 400, "unauthorized_client", 700_016, "ROLE_NOT_ASSUMABLE");
        check(OperatorToken, 400, "unauthorized_client", 700_016, "OPERATOR_IDENTITY_BROKEN");
        check(TenantToken, 400, "invalid_client", 50_196, "THROTTLED");
        check(TenantToken, 400, "invalid_client", 90_033, "PROVIDER_FAULT");
        check(TenantToken, 429, "temporarily_unavailable", 90_055, "THROTTLED");
        check(TenantToken, 401, "invalid_client", 1_234_567, "CREDENTIAL_REJECTED");
        check(TenantToken, 400, "invalid_request", 1_234_567, "UNEXPECTED_ANSWER");
    }

    #[test]
    fn what_is_not_understood_is_never_definite() {
        let html = "<!DOCTYPE html><html>Sign in to the proxy</html>";
        let odd = r#"{"error":{"code":"BrandNew","message":"expired, disabled key, forbidden"}}"#;
        for operation in ALL {
            for status in [200, 301, 400, 401, 403, 404, 407, 409] {
                for body in ["", "{}", "[", html, odd, r#"{"error":7}"#, r#"{"error":"brand_new"}"#, r#"{"error":{}}"#]
                {
                    check(operation, status, body, "UNEXPECTED_ANSWER");
                }
            }
            check(operation, 429, html, "THROTTLED");
            check(operation, 502, html, "PROVIDER_FAULT");
            check(operation, 500, odd, "PROVIDER_FAULT");
        }
        let elsewhere = r#"{"error":{"code":"ResourceNotFound","message":"..."}}"#;
        check(Operation::GetKey, 404, elsewhere, "UNEXPECTED_ANSWER");
        check(Operation::ReadVault, 404, elsewhere, "VAULT_ELSEWHERE");
        check(Operation::ReadVault, 401, r#"{"error":{"code":"InvalidAuthenticationToken"}}"#, "UNEXPECTED_ANSWER");
    }
}
