//! One request to Google and its answer: where it goes, what it carries, when it is sent again.
//! Must not know what is asked of a key, nor what an answer is good for.

use std::sync::Arc;
use std::time::Duration;

use domain::secret::{SecretBytes, SecretText};
use domain::validity::{ForeignText, Reason, TransientReason};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue, USER_AGENT};
use reqwest::{Method, Request, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use url::Url;
use zeroize::Zeroizing;

use super::classify::{Operation, Refusal, classify, date};
use super::key_state::timestamp;
use super::session::Session;
use super::token::{AccessToken, AccountKey};
use crate::clock::{Clock, skew};
use crate::operator_health::OperatorHealth;
use crate::refused::Refused;
use crate::transport::{Answer, Transport};

/// Attempts per call. All of our calls are safe to repeat, and a single throttled or failed one is common;
/// more would only eat the caller's deadline.
const ATTEMPTS: u32 = 2;
/// The longest pause before the second attempt. Unit: milliseconds.
const BACKOFF: u8 = 200;
/// How long a token of a role is wished to live; also the most there is.
const ROLE_TOKEN_LIFE: &str = "3600s";
/// A token that was wished for as above and lives no longer than this, lives by another clock.
const SHORTEST_ROLE_TOKEN_LIFE: Duration = Duration::from_secs(30 * 60);
/// Longer than any token lives. Unit: seconds.
const LONGEST_TOKEN_LIFE: u64 = 12 * 3600;

/// Where Google is, and what all calls have in common.
#[derive(Debug)]
pub(super) struct Wire {
    pub(super) transport: Transport,
    pub(super) clock: Clock,
    pub(super) health: Arc<OperatorHealth>,
    pub(super) kms: Url,
    pub(super) iam: Url,
    pub(super) iam_credentials: Url,
    pub(super) token: Url,
}

/// One call.
struct Call<'a> {
    operation: Operation,
    method: Method,
    url: Url,
    token: Option<&'a AccessToken>,
    body: Option<(&'static str, String)>,
    /// What must not turn up in any text.
    secrets: &'a [&'a str],
}

/// A text of an answer that is a secret. Its place in the answer is wiped with the answer.
#[derive(Deserialize)]
#[serde(from = "String")]
pub(super) struct Hidden(pub(super) SecretText);

impl From<String> for Hidden {
    fn from(text: String) -> Self {
        Self(SecretText::new(text))
    }
}

#[derive(Deserialize)]
struct TokenGiven {
    access_token: Option<Hidden>,
    expires_in: Option<u64>,
    token_type: Option<String>,
}

#[derive(Deserialize)]
struct RoleTokenGiven {
    #[serde(rename = "accessToken")]
    access_token: Option<Hidden>,
    #[serde(rename = "expireTime")]
    expire_time: Option<String>,
}

impl Wire {
    /// Gives an assertion for a token.
    /// Errors: what the endpoint said, or what kept us from asking.
    pub(super) async fn exchange(
        &self,
        operation: Operation,
        key: &AccountKey,
        scope: &str,
    ) -> Result<Session, Refused> {
        let asked_at = self.clock.now();
        let assertion = key.assertion(scope, asked_at)?;
        let grant = "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=";
        let call = Call {
            operation,
            method: Method::POST,
            url: self.token.clone(),
            token: None,
            body: Some(("application/x-www-form-urlencoded", format!("{grant}{}", *assertion))),
            secrets: &[&assertion],
        };
        let given: TokenGiven = self.ask(call).await?;
        let bearer = given.token_type.is_some_and(|kind| kind.eq_ignore_ascii_case("bearer"));
        match (given.access_token, given.expires_in) {
            (Some(Hidden(token)), Some(life)) if bearer && fits_a_header(&token) => {
                let expires_at = asked_at + Duration::from_secs(life.min(LONGEST_TOKEN_LIFE));
                Ok(Session { credentials: Arc::new(AccessToken(token)), obtained_at: asked_at, expires_at })
            }
            _ => Err(Refused::unexpected("the token endpoint answered without a bearer token and its life")),
        }
    }

    /// Takes a token of a service account in the name of whoever `token` is.
    /// Errors: what IAM Credentials said.
    pub(super) async fn impersonate(
        &self,
        token: &AccessToken,
        service_account: &str,
        scope: &str,
    ) -> Result<Session, Refused> {
        let asked_at = self.clock.now();
        let wanted = serde_json::json!({ "delegates": null, "scope": [scope], "lifetime": ROLE_TOKEN_LIFE });
        let segments = ["v1", "projects", "-", "serviceAccounts", &format!("{service_account}:generateAccessToken")];
        let call = Call {
            operation: Operation::Impersonate,
            method: Method::POST,
            url: below(&self.iam_credentials, segments),
            token: Some(token),
            body: Some(("application/json", wanted.to_string())),
            secrets: &[],
        };
        let given: RoleTokenGiven = self.ask(call).await?;
        match (given.access_token, given.expire_time.as_deref().and_then(timestamp)) {
            // It lives for an hour, unless the clocks are an hour apart.
            (Some(_), Some(expires_at)) if expires_at <= asked_at + SHORTEST_ROLE_TOKEN_LIFE => {
                Err(Refused::silent(Reason::Transient(TransientReason::ClockSkew)))
            }
            (Some(Hidden(token)), Some(expires_at)) if fits_a_header(&token) => {
                Ok(Session { credentials: Arc::new(AccessToken(token)), obtained_at: asked_at, expires_at })
            }
            _ => Err(Refused::unexpected("generateAccessToken answered without accessToken or expireTime")),
        }
    }

    /// Makes a service account. One that is there already is as good: its name is one of ours, and random.
    /// Errors: what IAM said.
    pub(super) async fn make_account(
        &self,
        token: &AccessToken,
        project: &str,
        name: &str,
        words: &str,
    ) -> Result<(), Refused> {
        let wanted = serde_json::json!({ "accountId": name, "serviceAccount": { "displayName": words } });
        let call = Call {
            operation: Operation::ManageAccount,
            method: Method::POST,
            url: below(&self.iam, ["v1", "projects", project, "serviceAccounts"]),
            token: Some(token),
            body: Some(("application/json", wanted.to_string())),
            secrets: &[],
        };
        self.settled(call, "ALREADY_EXISTS").await
    }

    /// Deletes a service account. One that is gone already is as good.
    /// Errors: what IAM said.
    pub(super) async fn remove_account(
        &self,
        token: &AccessToken,
        project: &str,
        account: &str,
    ) -> Result<(), Refused> {
        let call = Call {
            operation: Operation::ManageAccount,
            method: Method::DELETE,
            url: below(&self.iam, ["v1", "projects", project, "serviceAccounts", account]),
            token: Some(token),
            body: None,
            secrets: &[],
        };
        self.settled(call, "NOT_FOUND").await
    }

    /// Makes a call whose answer says nothing more than that it took place, or had before.
    async fn settled(&self, call: Call<'_>, had_before: &str) -> Result<(), Refused> {
        match self.ask::<serde::de::IgnoredAny>(call).await {
            Ok(_) => Ok(()),
            Err(refusal) => {
                let refused = Refused::from(refusal);
                let code = refused.failure.provider_code.as_ref().map_or("", ForeignText::as_str);
                if code.split('/').next() == Some(had_before) { Ok(()) } else { Err(refused) }
            }
        }
    }

    /// Asks KMS about a resource, or to do something with it.
    /// Errors: what KMS said, or what kept us from asking.
    pub(super) async fn kms<T: DeserializeOwned>(
        &self,
        (operation, token): (Operation, &AccessToken),
        resource: &str,
        act: Option<(&str, String)>,
        secrets: &[&str],
    ) -> Result<T, Refusal> {
        let (verb, body) = act.unzip();
        let resource = verb.map_or_else(|| resource.to_owned(), |verb| format!("{resource}:{verb}"));
        let call = Call {
            operation,
            method: if verb.is_some() { Method::POST } else { Method::GET },
            url: below(&self.kms, std::iter::once("v1").chain(resource.split('/'))),
            token: Some(token),
            body: body.map(|body| ("application/json", body)),
            secrets,
        };
        self.ask(call).await
    }

    async fn ask<T: DeserializeOwned>(&self, call: Call<'_>) -> Result<T, Refusal> {
        let (operation, token) = (call.operation, call.token.map(|token| token.0.expose()));
        let secrets: Vec<&str> = call.secrets.iter().copied().chain(token).collect();
        let request = request(call)?;
        let mut attempt = 1;
        loop {
            // The body is text, so it can be sent again.
            let this = request.try_clone().ok_or_else(|| Refused::unexpected("a request cannot be repeated"))?;
            let refusal = match self.transport.send(this).await {
                Ok(answer) if answer.status == StatusCode::OK => return self.read(&answer),
                Ok(answer) => {
                    let refusal = classify(&answer, operation, &secrets);
                    self.watch(refusal.refused.answered_at);
                    refusal
                }
                Err(unanswered) => Refused::silent(Reason::Transient(unanswered.reason)).into(),
            };
            if attempt == ATTEMPTS || !is_worth_repeating(refusal.refused.failure.reason) {
                return Err(refusal);
            }
            attempt += 1;
            tokio::time::sleep(pause()).await;
        }
    }

    fn read<T: DeserializeOwned>(&self, answer: &Answer) -> Result<T, Refusal> {
        // What cannot be read is not repeated: it may be a secret, or a stranger's page.
        let read = serde_json::from_slice(&answer.body)
            .map_err(|_| Refused::unexpected("HTTP 200 with what is no answer of Google's"))?;
        self.watch(date(answer));
        Ok(read)
    }

    /// Compares the clock with the Date of an answer that Google itself gave.
    fn watch(&self, answered_at: Option<domain::time::Timestamp>) {
        let Some(theirs) = answered_at else { return };
        let ours = self.clock.now();
        match skew(theirs, ours) {
            None => self.health.clock_works(),
            Some(apart) => {
                let words = format!("Google's time and ours are {} s apart", apart.as_secs());
                self.health.clock_fails(ours, ForeignText::tame(&words, &[]));
            }
        }
    }
}

fn request(call: Call<'_>) -> Result<Request, Refused> {
    let mut request = Request::new(call.method, call.url);
    let headers = request.headers_mut();
    headers.insert(USER_AGENT, HeaderValue::from_static(concat!("atrest/", env!("CARGO_PKG_VERSION"))));
    if let Some(token) = call.token {
        let bearer = Zeroizing::new(format!("Bearer {}", token.0.expose()));
        let mut bearer =
            HeaderValue::from_str(&bearer).map_err(|_| Refused::unexpected("a token fits into no header"))?;
        bearer.set_sensitive(true);
        headers.insert(AUTHORIZATION, bearer);
    }
    if let Some((kind, body)) = call.body {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        *request.body_mut() = Some(body.into());
    }
    Ok(request)
}

/// Names something below an endpoint, each segment encoded by itself. The endpoint has a host, so its path
/// has segments.
fn below<'a>(endpoint: &Url, segments: impl IntoIterator<Item = &'a str>) -> Url {
    let mut url = endpoint.clone();
    if let Ok(mut path) = url.path_segments_mut() {
        path.clear().extend(segments);
    }
    url
}

fn fits_a_header(token: &SecretText) -> bool {
    let token = token.expose();
    !token.is_empty() && token.chars().all(|c| c.is_ascii_graphic())
}

const fn is_worth_repeating(reason: Reason) -> bool {
    matches!(
        reason,
        Reason::Transient(
            TransientReason::Throttled
                | TransientReason::ProviderFault
                | TransientReason::Connect
                | TransientReason::Timeout
        )
    )
}

/// Makes a pause that differs from everybody else's.
fn pause() -> Duration {
    let chance = SecretBytes::<1>::fill(|place| aws_lc_rs::rand::fill(place));
    let chance = chance.map_or(BACKOFF, |chance| chance.expose()[0] % BACKOFF);
    Duration::from_millis(u64::from(chance))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_leave_its_place() {
        let endpoint: Url = "https://kms.example.com".parse().unwrap();
        let check = |segments: &[&str], expected: &str| {
            assert_eq!(below(&endpoint, segments.iter().copied()).as_str(), expected);
        };
        check(&["v1", "projects", "p", "x:encrypt"], "https://kms.example.com/v1/projects/p/x:encrypt");
        check(&["v1", "example.com:p"], "https://kms.example.com/v1/example.com:p");
        check(&["v1", "a/b", "c?d#e%2f"], "https://kms.example.com/v1/a%2Fb/c%3Fd%23e%252f");
        check(&["v1", "..", ".", "x"], "https://kms.example.com/v1/x");
        check(&["v1", "@evil.com", "\\", "a\r\nb"], "https://kms.example.com/v1/@evil.com/%5C/ab");
    }

    #[test]
    fn a_token_fits_into_a_header_or_is_none() {
        let check = |token: &str, fits| assert_eq!(fits_a_header(&SecretText::new(token.to_owned())), fits, "{token}");
        check("ya29.a-b_c~", true);
        check("", false);
        check("a b", false);
        check("a\r\nb", false);
        check("ä", false);
    }
}
