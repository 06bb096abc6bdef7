//! Tests of the table, with bodies as they were recorded.

use super::*;

const ALL: [Operation; 9] = [
    Operation::TenantToken,
    Operation::OperatorToken,
    Operation::Impersonate,
    Operation::ManageAccount,
    Operation::LookAtVersion,
    Operation::LookAtKey,
    Operation::TestPermissions,
    Operation::Encrypt,
    Operation::Decrypt,
];

/// Gives every status of every row with an operation it is about, and each of the row's hints.
pub(crate) fn rows() -> Vec<(Operation, &'static str, &'static str, Reason)> {
    let mut all = Vec::new();
    for row in TABLE {
        let hints = if row.hints.is_empty() { &[""] } else { row.hints };
        for operation in ALL.into_iter().filter(|operation| row.on.covers(*operation)) {
            for status in row.statuses {
                all.extend(hints.iter().map(|hint| (operation, *status, *hint, row.reason)));
            }
        }
    }
    all
}

fn said(status: &str, message: &str) -> Said {
    Said { status: status.to_owned(), message: message.to_owned(), ..Said::default() }
}

#[test]
fn every_row_is_reached_by_each_of_its_statuses_and_hints() {
    for (index, row) in TABLE.iter().enumerate() {
        let hints = if row.hints.is_empty() { &[""] } else { row.hints };
        for (status, hint) in row.statuses.iter().flat_map(|status| hints.iter().map(move |hint| (status, hint))) {
            let reached = ALL.into_iter().filter(|operation| row.on.covers(*operation)).any(|operation| {
                let said = said(status, &format!("It {}.", hint.to_uppercase()));
                let first = TABLE.iter().position(|other| {
                    other.statuses.contains(status)
                        && other.on.covers(operation)
                        && (other.hints.is_empty() || other.hints.iter().any(|other| hint.contains(other)))
                });
                first == Some(index) && reason(operation, Some(&said), 400) == row.reason
            });
            assert!(reached, "row {index}, {status} {hint}");
        }
    }
}

fn answer(http: u16, body: &str) -> Answer {
    Answer {
        status: http.try_into().unwrap(),
        headers: reqwest::header::HeaderMap::new(),
        body: zeroize::Zeroizing::new(body.as_bytes().to_vec()),
    }
}

fn check(operation: Operation, http: u16, body: &str, expected: &str) {
    let refusal = classify(&answer(http, body), operation, &[]);
    assert_eq!(refusal.refused.failure.reason.code(), expected, "{operation:?} {http} {body}");
}

fn of_api(status: &str, message: &str, details: &str) -> String {
    format!(r#"{{"error":{{"code":400,"message":"{message}","status":"{status}","details":[{details}]}}}}"#)
}

fn info(reason: &str) -> String {
    format!(r#"{{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"{reason}","domain":"googleapis.com"}}"#)
}

#[test]
fn what_was_recorded_means_this() {
    use Operation::{Decrypt, Encrypt, Impersonate, LookAtVersion, OperatorToken, TenantToken};
    let grant = |words: &str| format!(r#"{{"error":"invalid_grant","error_description":"{words}"}}"#);
    let late = "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your \
                iat and exp values in the JWT claim.";
    check(TenantToken, 400, &grant(late), "CLOCK_SKEW");
    check(OperatorToken, 400, &grant(late), "CLOCK_SKEW");
    check(TenantToken, 400, &grant("Invalid JWT Signature."), "CREDENTIAL_REJECTED");
    check(OperatorToken, 400, &grant("Invalid JWT Signature."), "OPERATOR_IDENTITY_BROKEN");
    check(TenantToken, 400, &grant("Invalid grant: account not found"), "CREDENTIAL_REJECTED");
    check(TenantToken, 400, &grant("Invalid JWT: Failed audience check."), "UNEXPECTED_ANSWER");
    check(TenantToken, 401, r#"{"error":"unauthorized_client","error_description":"no"}"#, "CREDENTIAL_REJECTED");
    check(TenantToken, 400, r#"{"error":"invalid_scope"}"#, "UNEXPECTED_ANSWER");
    check(TenantToken, 500, r#"{"error":"internal_failure"}"#, "PROVIDER_FAULT");
    check(TenantToken, 429, r#"{"error":"rate_limit_exceeded"}"#, "THROTTLED");

    let denied =
        "Permission 'cloudkms.cryptoKeyVersions.useToEncrypt' denied on resource 'projects/p' (or it may not exist).";
    check(Encrypt, 403, &of_api("PERMISSION_DENIED", denied, &info("IAM_PERMISSION_DENIED")), "ACCESS_DENIED");
    check(Impersonate, 403, &of_api("PERMISSION_DENIED", denied, &info("IAM_PERMISSION_DENIED")), "ROLE_NOT_ASSUMABLE");
    let off = "Cloud Key Management Service (KMS) API has not been used in project 1 before or it is disabled.";
    check(Encrypt, 403, &of_api("PERMISSION_DENIED", off, &info("SERVICE_DISABLED")), "ACCESS_DENIED");
    check(Encrypt, 400, &of_api("FAILED_PRECONDITION", off, ""), "ACCESS_DENIED");
    check(Impersonate, 403, &of_api("PERMISSION_DENIED", off, &info("SERVICE_DISABLED")), "OPERATOR_IDENTITY_BROKEN");
    check(Decrypt, 403, &of_api("PERMISSION_DENIED", "Billing", &info("BILLING_DISABLED")), "ACCESS_DENIED");
    let perimeter = "Request is prohibited by organization's policy. vpcServiceControlsUniqueIdentifier: x";
    check(
        Decrypt,
        403,
        &of_api("PERMISSION_DENIED", perimeter, &info("SECURITY_POLICY_VIOLATED")),
        "NETWORK_ACCESS_DENIED",
    );
    check(LookAtVersion, 403, &of_api("PERMISSION_DENIED", perimeter, ""), "NETWORK_ACCESS_DENIED");
    check(Impersonate, 403, &of_api("PERMISSION_DENIED", perimeter, ""), "NETWORK_ACCESS_DENIED");
    let scopes = info("ACCESS_TOKEN_SCOPE_INSUFFICIENT");
    check(
        Encrypt,
        403,
        &of_api("PERMISSION_DENIED", "Request had insufficient authentication scopes.", &scopes),
        "UNEXPECTED_ANSWER",
    );

    check(Encrypt, 401, &of_api("UNAUTHENTICATED", "no", &info("ACCESS_TOKEN_EXPIRED")), "CREDENTIAL_REJECTED");
    check(
        Impersonate,
        401,
        &of_api("UNAUTHENTICATED", "no", &info("ACCOUNT_STATE_INVALID")),
        "OPERATOR_IDENTITY_BROKEN",
    );
    check(LookAtVersion, 404, &of_api("NOT_FOUND", "CryptoKeyVersion x not found.", ""), "KEY_NOT_FOUND");
    check(Impersonate, 404, &of_api("NOT_FOUND", "Unknown service account", ""), "ROLE_NOT_ASSUMABLE");
    check(Encrypt, 404, &of_api("NOT_FOUND", "Method not found.", ""), "UNEXPECTED_ANSWER");
    check(Encrypt, 429, &of_api("RESOURCE_EXHAUSTED", "Quota exceeded", &info("RATE_LIMIT_EXCEEDED")), "THROTTLED");
    check(Encrypt, 503, &of_api("UNAVAILABLE", "The service is currently unavailable.", ""), "PROVIDER_FAULT");
    check(Decrypt, 409, &of_api("ABORTED", "", ""), "PROVIDER_FAULT");
    check(
        Decrypt,
        400,
        &of_api("INVALID_ARGUMENT", "Decryption failed: the ciphertext is invalid.", ""),
        "UNEXPECTED_ANSWER",
    );
}

#[test]
fn a_keys_state_is_read_from_the_words() {
    let check = |state: &str, expected| {
        let words = format!("projects/p/cryptoKeyVersions/1 is not enabled, current state is: {state}.");
        for operation in [Operation::Encrypt, Operation::Decrypt] {
            check(operation, 400, &of_api("FAILED_PRECONDITION", &words, ""), expected);
            // The same status for a request of another kind says nothing.
            self::check(Operation::LookAtVersion, 400, &of_api("FAILED_PRECONDITION", &words, ""), "UNEXPECTED_ANSWER");
        }
    };
    check("DISABLED", "KEY_DISABLED");
    check("DESTROYED", "KEY_DESTROYED");
    check("DESTROY_SCHEDULED", "KEY_PENDING_DELETION");
    check("PENDING_GENERATION", "KEY_PENDING_GENERATION");
    check("GENERATION_FAILED", "KEY_PENDING_GENERATION");
    check("PENDING_IMPORT", "KEY_PENDING_IMPORT");
    check("IMPORT_FAILED", "KEY_PENDING_IMPORT");
    check("PENDING_EXTERNAL_DESTRUCTION", "KEY_DESTROYED");
    check("FROZEN", "UNEXPECTED_ANSWER");
    let violation = r#"{"@type":"type.googleapis.com/google.rpc.PreconditionFailure","violations":[{"type":"KEY_DISABLED","subject":"s"}]}"#;
    self::check(Operation::Decrypt, 400, &of_api("FAILED_PRECONDITION", "No.", violation), "KEY_DISABLED");
}

#[test]
fn what_is_not_understood_is_never_definite() {
    for operation in ALL {
        for http in [201, 204, 301, 400, 401, 403, 404, 407, 413] {
            for body in [
                "",
                "{}",
                "[]",
                "<html>",
                "null",
                r#"{"error":null}"#,
                r#"{"error":""}"#,
                r#"{"error":{}}"#,
                r#"{"error":{"code":403}}"#,
                r#"{"error":{"code":403,"message":"no","status":""}}"#,
                r#"{"error":{"code":403,"message":"no","status":"BRAND_NEW"}}"#,
                r#"{"error":{"code":403,"message":"no","status":"permission_denied"}}"#,
                r#"{"error":"denied by the proxy"}"#,
                r#"{"status":"PERMISSION_DENIED"}"#,
                r#"{"error":{"code":403,"status":"PERMISSION_DE"#,
            ] {
                check(operation, http, body, "UNEXPECTED_ANSWER");
            }
        }
        check(operation, 429, "<html>", "THROTTLED");
        check(operation, 502, "<html>", "PROVIDER_FAULT");
        check(operation, 500, r#"{"error":{"code":500,"status":"BRAND_NEW"}}"#, "PROVIDER_FAULT");
    }
    check(Operation::TenantToken, 403, &of_api("PERMISSION_DENIED", "no", ""), "UNEXPECTED_ANSWER");
    check(Operation::Encrypt, 400, r#"{"error":"invalid_grant"}"#, "UNEXPECTED_ANSWER");
}

#[test]
fn googles_words_are_kept_and_secrets_are_not() {
    let details = format!(
        r#"{},{{"@type":"type.googleapis.com/google.rpc.RequestInfo","requestId":"r-1"}}"#,
        info("IAM_PERMISSION_DENIED")
    );
    let body = of_api("PERMISSION_DENIED", "You may not, ya29.secret", &details);
    let refusal = classify(&answer(403, &body), Operation::Encrypt, &["ya29.secret"]);
    let failure = refusal.refused.failure;
    let told = [failure.provider_code, failure.provider_message, failure.provider_request_id];
    let told = told.map(|text| text.unwrap().as_str().to_owned());
    assert_eq!(told, ["PERMISSION_DENIED/IAM_PERMISSION_DENIED", "You may not, [hidden]", "r-1"]);
}
