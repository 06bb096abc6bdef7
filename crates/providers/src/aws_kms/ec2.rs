//! EC2 as we ask it: signed query calls with the operator's identity over our own HTTP client, and what an answer
//! means. Must not know what a call is for, nor any tenant.
//!
//! Source: "Query requests", "Error codes for the Amazon EC2 API", EC2 API reference.

use std::time::{Duration, UNIX_EPOCH};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use domain::validity::{ForeignText, TransientReason};
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use reqwest::{Method, Request, Url};

use super::Aws;
use super::client::TenantCredentials;
use super::xml::Element;
use crate::private_endpoint::{Asked, EndpointTrouble};
use crate::transport::{Answer, Transport};

const VERSION: &str = "2016-11-15";
const FORM: HeaderValue = HeaderValue::from_static("application/x-www-form-urlencoded; charset=utf-8");
/// Bytes that an answer may have: a list of a thousand endpoints is under 3 MiB.
const ANSWER_LIMIT: usize = 8 * 1024 * 1024;
/// The longest that EC2 is left alone because it says so.
const LONGEST_PAUSE: Duration = Duration::from_secs(300);

/// Where EC2 is, and the client for it.
pub(super) struct Ec2 {
    transport: Transport,
    endpoint: Option<String>,
}

/// What EC2 did not do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refused {
    /// EC2 will not, until somebody changes something: its code and words.
    Definite { code: String, words: ForeignText },
    /// It may be otherwise later.
    Passing(EndpointTrouble),
}

impl Refused {
    /// Reads what was said of one item of a call that went well otherwise.
    pub(super) fn of_item(aws: &Aws, error: &Element) -> Self {
        let part = |upper, lower| error.text_of(lower).or_else(|| error.text_of(upper)).unwrap_or_default();
        let (code, message) = (part("Code", "code"), part("Message", "message"));
        let words = ForeignText::tame(&format!("{code}: {message}"), &aws.operator.secrets());
        match meaning(code, 400) {
            Meaning::Definite => Self::Definite { code: code.to_owned(), words },
            Meaning::Passing | Meaning::Identity | Meaning::Clock => {
                Self::Passing(EndpointTrouble { words, after: None })
            }
        }
    }

    pub(super) fn is(&self, codes: &[&str]) -> bool {
        matches!(self, Self::Definite { code, .. } if codes.contains(&code.as_str()))
    }
}

impl From<Refused> for Asked {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Definite { words, .. } => Self::Refused(words),
            Refused::Passing(trouble) => trouble.into(),
        }
    }
}

impl From<Refused> for EndpointTrouble {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Definite { words, .. } => Self { words, after: None },
            Refused::Passing(trouble) => trouble,
        }
    }
}

/// What a code of EC2's means for whoever asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Meaning {
    Definite,
    Passing,
    /// The operator's identity is refused: his to mend, and nobody's endpoint fails for it.
    Identity,
    /// One of the clocks is off.
    Clock,
}

const IDENTITY: &[&str] = &[
    "AuthFailure",
    "InvalidClientTokenId",
    "SignatureDoesNotMatch",
    "IncompleteSignature",
    "MissingAuthenticationToken",
    "UnrecognizedClientException",
    "ExpiredToken",
    "InvalidAccessKeyId",
];

/// What EC2 says only for now, besides whatever comes with 429 or 5xx.
const PASSING: &[&str] = &[
    "RequestLimitExceeded",
    "Throttling",
    "ThrottlingException",
    "InternalError",
    "InternalFailure",
    "Unavailable",
    "ServiceUnavailable",
    "ResourceNotReady",
    "ConcurrentModification",
];

const DEFINITE: &[&str] = &[
    "UnauthorizedOperation",
    "AccessDenied",
    "OptInRequired",
    "Blocked",
    "PendingVerification",
    "DryRunOperation",
    "IdempotentParameterMismatch",
    "DuplicateSubnetsInSameZone",
    "DependencyViolation",
    "MissingParameter",
    "UnknownParameter",
    "UnsupportedOperation",
    "Unsupported",
    "InsufficientFreeAddressesInSubnet",
];

/// A code that is not known is not definite: what we do not understand must not fail an endpoint.
fn meaning(code: &str, status: u16) -> Meaning {
    match code {
        "RequestExpired" => Meaning::Clock,
        code if IDENTITY.contains(&code) => Meaning::Identity,
        code if PASSING.contains(&code) || status == 429 || status >= 500 => Meaning::Passing,
        code if DEFINITE.contains(&code) => Meaning::Definite,
        // InvalidSubnetID.NotFound, InvalidVpcId.NotFound, InvalidGroup.NotFound, InvalidServiceName, …
        code if code.starts_with("Invalid") => Meaning::Definite,
        // VpcEndpointLimitExceeded, NetworkInterfaceLimitExceeded, TagLimitExceeded, …
        code if code.ends_with("LimitExceeded") => Meaning::Definite,
        _ => Meaning::Passing,
    }
}

impl Ec2 {
    pub(super) fn new(transport: Transport, endpoint: Option<String>) -> Self {
        Self { transport: transport.with_answers_up_to(ANSWER_LIMIT), endpoint }
    }

    /// Gives where the EC2 of a region is.
    fn url(&self, region: &str) -> Result<Url, Refused> {
        let domain = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
        let own = || format!("https://ec2.{region}.{domain}/");
        let text = self.endpoint.clone().unwrap_or_else(own);
        Url::parse(&text).map_err(|_| trouble("the place of EC2 is no URL"))
    }

    /// Asks once.
    /// Errors: what EC2 said, or why it said nothing. Cancel: it may have been done.
    pub(super) async fn ask(
        &self,
        aws: &Aws,
        region: &str,
        action: &'static str,
        fields: &[(String, String)],
    ) -> Result<Element, Refused> {
        let who = match aws.operator.credentials().await {
            Ok(who) => who,
            Err(refused) => {
                let words = refused.failure.provider_message.as_ref().map_or("", ForeignText::as_str);
                return Err(broken_identity(aws, words, &[]));
            }
        };
        let request = signed(self.url(region)?, aws, (&who, region), (action, fields))?;
        let answer = self.transport.send(request).await;
        let answer = answer.map_err(|unanswered| silence(unanswered.reason))?;
        read(aws, &who, action, &answer)
    }
}

/// Writes and signs a call.
fn signed(
    url: Url,
    aws: &Aws,
    (who, region): (&TenantCredentials, &str),
    (action, fields): (&str, &[(String, String)]),
) -> Result<Request, Refused> {
    let bug = |_| trouble("a call of EC2 could not be signed");
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.append_pair("Action", action).append_pair("Version", VERSION).extend_pairs(fields);
    let body = form.finish();

    let token = who.session_token.as_ref().map(|token| token.expose().to_owned());
    let secret = who.secret_access_key.expose();
    let identity = Credentials::new(who.access_key_id.clone(), secret, token, None, "operator").into();
    let now = u64::try_from(aws.clock.now().as_millis()).unwrap_or(0);
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name("ec2")
        .time(UNIX_EPOCH + Duration::from_millis(now))
        .settings(SigningSettings::default())
        .build()
        .map_err(|_| trouble("a call of EC2 could not be signed"))?
        .into();
    let mut headers = HeaderMap::from_iter([(CONTENT_TYPE, FORM)]);
    let kind = FORM.to_str().unwrap_or_default().to_owned();
    let signable = SignableRequest::new(
        "POST",
        url.as_str(),
        std::iter::once(("content-type", kind.as_str())),
        SignableBody::Bytes(body.as_bytes()),
    );
    let (instructions, _) = signable.and_then(|signable| sign(signable, &params)).map_err(bug)?.into_parts();
    for (name, value) in instructions.headers() {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| trouble("a signature has an odd name"))?;
        let mut value = HeaderValue::from_str(value).map_err(|_| trouble("a signature has an odd value"))?;
        value.set_sensitive(true);
        headers.insert(name, value);
    }
    let mut request = Request::new(Method::POST, url);
    *request.headers_mut() = headers;
    *request.body_mut() = Some(body.into());
    Ok(request)
}

/// Finds what an answer means.
fn read(aws: &Aws, who: &TenantCredentials, action: &str, answer: &Answer) -> Result<Element, Refused> {
    let (status, root) = (answer.status.as_u16(), Element::parse(&answer.body));
    let root = match root {
        Some(root) if answer.status.is_success() && root.name == format!("{action}Response") => return Ok(root),
        root => root,
    };
    let after = answer.headers.get(RETRY_AFTER).and_then(|after| after.to_str().ok()?.trim().parse().ok());
    let after = after.map(|after| Duration::from_secs(after).min(LONGEST_PAUSE));
    let passing =
        |words: &str| Refused::Passing(EndpointTrouble { words: ForeignText::tame(words, &who.secrets()), after });
    let error = root.as_ref().and_then(|root| root.child("Errors")?.child("Error"));
    let Some(code) = error.and_then(|error| error.text_of("Code")) else {
        return Err(match status {
            429 => passing("EC2 is asked too often"),
            500..=599 => passing(&format!("EC2 has a fault of its own (HTTP {status})")),
            _ => passing(&format!("what answered is not EC2 (HTTP {status})")),
        });
    };
    let message = error.and_then(|error| error.text_of("Message")).unwrap_or_default();
    let words = if message.is_empty() { code.to_owned() } else { format!("{code}: {message}") };
    Err(match meaning(code, status) {
        Meaning::Definite => {
            Refused::Definite { code: code.to_owned(), words: ForeignText::tame(&words, &who.secrets()) }
        }
        Meaning::Passing => passing(&words),
        Meaning::Identity => broken_identity(aws, &words, &who.secrets()),
        Meaning::Clock => passing(&format!("our clock or AWS's is off, or the operator's session has ended: {words}")),
    })
}

/// Tells the operator what was said of his identity, and everybody else only that it is not theirs to mend.
fn broken_identity(aws: &Aws, words: &str, secrets: &[&str]) -> Refused {
    aws.health.identity_fails(aws.clock.now(), ForeignText::tame(words, secrets));
    trouble("AWS does not accept the operator's own identity")
}

fn silence(reason: TransientReason) -> Refused {
    trouble(&format!("EC2 gave no answer ({})", reason.code()))
}

fn trouble(words: &str) -> Refused {
    Refused::Passing(EndpointTrouble::saying(words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_understood_is_never_definite() {
        let check = |code: &str, status: u16, expected: Meaning| assert_eq!(meaning(code, status), expected, "{code}");
        check("UnauthorizedOperation", 403, Meaning::Definite);
        check("VpcEndpointLimitExceeded", 400, Meaning::Definite);
        check("InvalidSubnetID.NotFound", 400, Meaning::Definite);
        check("InvalidServiceName", 400, Meaning::Definite);
        check("IdempotentParameterMismatch", 400, Meaning::Definite);
        check("RequestLimitExceeded", 503, Meaning::Passing);
        check("RequestLimitExceeded", 400, Meaning::Passing);
        check("InvalidSubnetID.NotFound", 503, Meaning::Passing);
        check("InternalError", 500, Meaning::Passing);
        check("AuthFailure", 401, Meaning::Identity);
        check("InvalidClientTokenId", 403, Meaning::Identity);
        check("RequestExpired", 400, Meaning::Clock);
        check("BrandNew", 400, Meaning::Passing);
        check("", 400, Meaning::Passing);
    }
}
