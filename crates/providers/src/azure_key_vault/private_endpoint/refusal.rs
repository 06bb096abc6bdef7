//! What Resource Manager means when it says no: its codes, and what was asked, to what we do about it. One table.
//! Must not know what is done about it, nor how it was asked.
//!
//! Two rules beside the table: what is not an error of Azure's at all is asked again, and so is a code that we do
//! not know, unless it stands under a status that blames the request, or ends an operation. Source:
//! clouds/emulators.md 2.3; "Troubleshoot common Azure deployment errors"; "Azure Private Link limits".

use std::time::Duration;

use domain::validity::ForeignText;
use serde_json::Value;

use super::arm::Told;
use crate::private_endpoint::EndpointTrouble;

/// What was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Deed {
    /// To make an endpoint.
    Make,
    /// To remove one.
    Remove,
    /// To tell how something is.
    Look,
}

/// What follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Somebody has to change something first.
    Refused,
    /// It may go well another time.
    Later,
    /// What was asked about is not there.
    Gone,
}

/// What an error of Azure's says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Said {
    /// The innermost first.
    codes: Vec<String>,
    /// All of its words.
    words: String,
}

impl Said {
    /// Reads `{"error":{"code","message","details":[{"code","message"}]}}`. What is none says nothing.
    pub(super) fn read(answer: &Value, secrets: &[&str]) -> Self {
        let Some(error) = answer.get("error") else { return Self { codes: Vec::new(), words: String::new() } };
        let details = error.get("details").and_then(Value::as_array);
        let inner = error.get("innererror").or_else(|| error.get("innerError"));
        let all: Vec<&Value> = details.into_iter().flatten().chain(inner).chain([error]).collect();
        let codes: Vec<String> = all.iter().filter_map(|one| Some(one.get("code")?.as_str()?.to_owned())).collect();
        let told = all.iter().rev().filter_map(|one| {
            let code = one.get("code").and_then(Value::as_str)?;
            match one.get("message").and_then(Value::as_str) {
                Some(message) => Some(format!("{code}: {message}")),
                None => Some(code.to_owned()),
            }
        });
        let words: Vec<String> = told.collect();
        Self { codes, words: ForeignText::tame(&words.join(" "), secrets).as_str().to_owned() }
    }
}

struct Row {
    codes: &'static [&'static str],
    on: &'static [Deed],
    /// The row holds only if the error has one of these words, in any case.
    words: &'static [&'static str],
    verdict: Verdict,
    /// What it comes to, in our words.
    means: &'static str,
}

const fn row(
    on: &'static [Deed],
    codes: &'static [&'static str],
    words: &'static [&'static str],
    (verdict, means): (Verdict, &'static str),
) -> Row {
    Row { codes, on, words, verdict, means }
}

const MAKE: &[Deed] = &[Deed::Make];
const CHANGE: &[Deed] = &[Deed::Make, Deed::Remove];
const ANY: &[Deed] = &[Deed::Make, Deed::Remove, Deed::Look];
const NO_WORDS: &[&str] = &[];

/// Codes for something that another names and that is not there.
const MISSING: &[&str] = &[
    "ResourceNotFound",
    "NotFound",
    "ParentResourceNotFound",
    "InvalidResourceReference",
    "LinkedInvalidPropertyId",
    "InvalidResourceId",
    "BadRequest",
    "InvalidRequest",
];

/// The first row that holds decides. Of an error's codes the innermost is asked first.
const TABLE: &[Row] = &[
    // Not now.
    row(
        ANY,
        &[
            "AnotherOperationInProgress",
            "RetryableError",
            "ReferencedResourceNotProvisioned",
            "Conflict",
            "ConflictError",
            "ConcurrentWrite",
            "OperationPreempted",
            "CanceledAndSupersededDueToAnotherOperation",
            "PreconditionFailed",
            "ResourceGroupBeingDeleted",
        ],
        NO_WORDS,
        (Verdict::Later, "Azure is at something else"),
    ),
    row(
        ANY,
        &["TooManyRequests", "SubscriptionRequestsThrottled", "OperationThrottled", "Throttled"],
        NO_WORDS,
        (Verdict::Later, "Azure asks to be left alone for a while"),
    ),
    row(
        ANY,
        &[
            "InternalServerError",
            "InternalError",
            "InternalServerErrorCode",
            "ServerTimeout",
            "ServiceUnavailable",
            "ServiceTimeout",
            "GatewayTimeout",
            "OperationTimedOut",
            "ResourceProviderUnavailable",
            "Canceled",
        ],
        NO_WORDS,
        (Verdict::Later, "a fault of Azure's"),
    ),
    row(
        ANY,
        &["InvalidAuthenticationToken", "ExpiredAuthenticationToken", "AuthenticationFailed"],
        NO_WORDS,
        (Verdict::Later, "Azure does not believe the token that Entra gave the operator's application"),
    ),
    // May not.
    row(
        ANY,
        &["AuthorizationFailed", "LinkedAuthorizationFailed", "LinkedAccessCheckFailed"],
        NO_WORDS,
        (Verdict::Refused, "the operator's application lacks a permission"),
    ),
    row(
        CHANGE,
        &["ScopeLocked", "RequestDisallowedByPolicy", "RequestDisallowedByAzure", "DisallowedProvider"],
        NO_WORDS,
        (Verdict::Refused, "a lock or a policy of the operator's forbids it"),
    ),
    row(
        ANY,
        &["ReadOnlyDisabledSubscription", "SubscriptionNotFound", "InvalidSubscriptionId", "DisabledSubscription"],
        NO_WORDS,
        (Verdict::Refused, "the subscription cannot be used"),
    ),
    // Not registered, in the operator's subscription or in the customer's: the words say which.
    row(
        MAKE,
        &[
            "MissingSubscriptionRegistration",
            "SubscriptionNotRegisteredForFeature",
            "SubscriptionNotRegistered",
            "NoRegisteredProviderFound",
            "MissingRegistrationForLocation",
        ],
        NO_WORDS,
        (Verdict::Refused, "Microsoft.Network is not registered in a subscription"),
    ),
    row(
        MAKE,
        &["BadRequest", "InvalidRequest", "RemotePrivateLinkServiceSubscriptionNotRegistered"],
        &["is not registered with"],
        (Verdict::Refused, "Microsoft.Network is not registered in a subscription"),
    ),
    // No more of them.
    row(
        MAKE,
        &[
            "QuotaExceeded",
            "PrivateEndpointCountLimitReached",
            "PrivateEndpointsLimitReached",
            "PrivateEndpointsPerSubscriptionLimitReached",
            "PrivateEndpointsPerVirtualNetworkLimitReached",
            "ResourceCountExceedsLimit",
            "ResourceCountExceedsLimitDueToTemplate",
            "SubscriptionLimitReached",
        ],
        NO_WORDS,
        (Verdict::Refused, "a limit of Azure is reached"),
    ),
    row(MAKE, &["SubnetIsFull", "SubnetFull"], NO_WORDS, (Verdict::Refused, "the operator's subnet is full")),
    // Not there.
    row(
        MAKE,
        &["PrivateLinkServiceNotFound", "VaultNotFound"],
        NO_WORDS,
        (Verdict::Refused, "there is no such vault in that subscription and resource group"),
    ),
    row(
        MAKE,
        MISSING,
        &["microsoft.keyvault/vaults"],
        (Verdict::Refused, "there is no such vault in that subscription and resource group"),
    ),
    row(MAKE, &["SubnetNotFound"], NO_WORDS, (Verdict::Refused, "the operator's subnet is not there")),
    row(
        MAKE,
        MISSING,
        &["/subnets/", "/virtualnetworks/"],
        (Verdict::Refused, "the operator's subnet is not there, or is elsewhere"),
    ),
    row(MAKE, &["ResourceGroupNotFound"], NO_WORDS, (Verdict::Refused, "the operator's resource group is not there")),
    row(
        MAKE,
        &["ResourceNotFound", "ParentResourceNotFound", "InvalidResourceReference", "LinkedInvalidPropertyId"],
        NO_WORDS,
        (Verdict::Refused, "something that it needs is not there"),
    ),
    row(
        MAKE,
        &["LocationNotAvailableForResourceType", "InvalidResourceLocation", "InvalidLocation", "LocationNotSupported"],
        NO_WORDS,
        (Verdict::Refused, "the operator's place is not in that region"),
    ),
    row(
        MAKE,
        &[
            "PrivateEndpointCannotBeCreatedInSubnetThatHasNetworkPoliciesEnabled",
            "PrivateEndpointCreationNotAllowedAsSubnetIsDelegated",
            "SubnetNotSupported",
        ],
        NO_WORDS,
        (Verdict::Refused, "the operator's subnet takes no private endpoints"),
    ),
    row(
        &[Deed::Remove, Deed::Look],
        &["ResourceNotFound", "NotFound", "ResourceGroupNotFound"],
        NO_WORDS,
        (Verdict::Gone, "it is not there"),
    ),
    // A subscription cannot be unregistered while there is anything in it.
    row(
        &[Deed::Remove, Deed::Look],
        &["MissingSubscriptionRegistration"],
        NO_WORDS,
        (Verdict::Gone, "it is not there: Microsoft.Network is not registered"),
    ),
];

/// What follows from an answer, and what is told about it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Judged {
    pub(super) verdict: Verdict,
    pub(super) words: ForeignText,
    /// How long Azure wants to be left alone.
    pub(super) after: Option<Duration>,
}

impl From<Judged> for EndpointTrouble {
    fn from(Judged { words, after, .. }: Judged) -> Self {
        Self { words, after }
    }
}

/// Judges an answer that is no success.
pub(super) fn judge(deed: Deed, told: &Told) -> Judged {
    let (verdict, words) = of_answer(deed, told.status, &told.said());
    Judged { verdict, words, after: told.after }
}

/// Judges the end of an operation that failed.
pub(super) fn of_operation(said: &Said) -> (Verdict, ForeignText) {
    match find(Deed::Make, said) {
        Some(row) => (row.verdict, tell(row.means, said)),
        None if said.codes.is_empty() => {
            (Verdict::Refused, tell("Azure could not make it, and does not say why", said))
        }
        None => (Verdict::Refused, tell("Azure could not make it", said)),
    }
}

fn of_answer(deed: Deed, status: u16, said: &Said) -> (Verdict, ForeignText) {
    // A proxy's "not found" says nothing of what Azure has.
    let row = find(deed, said).filter(|row| row.verdict != Verdict::Gone || matches!(status, 404 | 409));
    // Under a status of Azure's own state no code is believed that blames anybody else.
    let row = row.filter(|row| row.verdict == Verdict::Later || !matches!(status, 429 | 500..=599));
    match row {
        Some(row) => (row.verdict, tell(row.means, said)),
        None if said.codes.is_empty() => {
            (Verdict::Later, tell(&format!("Resource Manager answered {status} with nothing of Azure's in it"), said))
        }
        None if matches!(status, 400 | 405 | 413 | 422) => (Verdict::Refused, tell("Azure refuses", said)),
        None => (Verdict::Later, tell(&format!("Resource Manager answered {status}"), said)),
    }
}

fn find(deed: Deed, said: &Said) -> Option<&'static Row> {
    let words = said.words.to_ascii_lowercase();
    said.codes.iter().find_map(|code| {
        TABLE.iter().find(|row| {
            row.codes.contains(&code.as_str())
                && row.on.contains(&deed)
                && (row.words.is_empty() || row.words.iter().any(|wanted| words.contains(wanted)))
        })
    })
}

fn tell(means: &str, said: &Said) -> ForeignText {
    let told = if said.words.is_empty() { means.to_owned() } else { format!("{means}: {}", said.words) };
    ForeignText::tame(&told, &[])
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::json;

    use super::*;

    /// Gives every code of every row with what is asked, the row's words and what follows.
    pub(in super::super) fn rows() -> Vec<(Deed, &'static str, &'static str, Verdict)> {
        let mut all = Vec::new();
        for row in TABLE {
            for deed in row.on {
                let words = row.words.first().copied().unwrap_or_default();
                all.extend(row.codes.iter().map(|code| (*deed, *code, words, row.verdict)));
            }
        }
        all
    }

    fn said(code: &str, message: &str) -> Said {
        Said::read(&json!({"error": {"code": code, "message": message}}), &[])
    }

    #[test]
    fn every_row_is_reached_by_each_of_its_codes() {
        for (deed, code, words, verdict) in rows() {
            let status = if verdict == Verdict::Gone { 404 } else { 409 };
            assert_eq!(of_answer(deed, status, &said(code, words)).0, verdict, "{deed:?} {code} {words}");
        }
    }

    #[test]
    fn what_is_not_understood_is_asked_again_unless_the_request_is_blamed() {
        let check = |deed, status, said: &Said, expected| {
            assert_eq!(of_answer(deed, status, said).0, expected, "{deed:?} {status} {said:?}");
        };
        let nothing = Said::read(&Value::Null, &[]);
        for deed in [Deed::Make, Deed::Remove, Deed::Look] {
            for status in [200, 302, 400, 401, 403, 404, 409, 500] {
                check(deed, status, &nothing, Verdict::Later);
            }
            check(deed, 400, &said("BrandNew", "No."), Verdict::Refused);
            for status in [401, 403, 404, 409, 412, 429, 500, 503] {
                check(deed, status, &said("BrandNew", "No."), Verdict::Later);
            }
            check(deed, 429, &said("QuotaExceeded", "No."), Verdict::Later);
            check(deed, 503, &said("AuthorizationFailed", "No."), Verdict::Later);
        }
        check(Deed::Look, 403, &said("ResourceNotFound", "..."), Verdict::Later);
        check(Deed::Look, 404, &said("ResourceNotFound", "..."), Verdict::Gone);
    }

    #[test]
    fn what_is_missing_is_told_apart() {
        let check = |code: &str, message: &str, expected: &str| {
            let (verdict, words) = of_answer(Deed::Make, 404, &said(code, message));
            assert_eq!(verdict, Verdict::Refused, "{message}");
            assert!(words.as_str().starts_with(expected), "{words:?}");
            assert!(words.as_str().ends_with(&format!("{code}: {message}")), "{words:?}");
        };
        let vault = "The Resource 'Microsoft.KeyVault/vaults/acme' under resource group 'g' was not found.";
        check("ResourceNotFound", vault, "there is no such vault");
        let subnet = "Resource /subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/s \
                      referenced by resource x was not found.";
        check("InvalidResourceReference", subnet, "the operator's subnet");
        let remote = "Subscription s of remote resource r is not registered with Microsoft.Network resource provider.";
        check("BadRequest", remote, "Microsoft.Network is not registered");
    }

    #[test]
    fn an_error_is_read_from_within_and_its_secrets_are_struck_out() {
        let error = json!({"status": "Failed", "error": {
            "code": "BadRequest", "message": "It failed with hush.",
            "details": [{"code": "SubnetIsFull", "message": "No room."}],
        }});
        let said = Said::read(&error, &["hush"]);
        assert_eq!(said.codes, ["SubnetIsFull", "BadRequest"]);
        let (verdict, words) = of_operation(&said);
        assert_eq!(verdict, Verdict::Refused);
        let expected = "the operator's subnet is full: BadRequest: It failed with [hidden]. SubnetIsFull: No room.";
        assert_eq!(words.as_str(), expected);
        let passing = Said::read(&json!({"error": {"code": "RetryableError"}}), &[]);
        assert_eq!(of_operation(&passing).0, Verdict::Later);
        assert_eq!(of_operation(&Said::read(&json!({"status": "Failed"}), &[])).0, Verdict::Refused);
    }
}
