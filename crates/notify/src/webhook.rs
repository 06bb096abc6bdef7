//! Webhooks: one POST over https to an address that a tenant chose. So it goes to the public internet or where the
//! operator allows, follows no redirect, and takes five seconds at most. Source: product.md 6.
//! Must not know what a body says.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{CONTENT_TYPE, RETRY_AFTER, USER_AGENT};
use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode};
use tokio::net::lookup_host;
use tracing::Dispatch;
use tracing::instrument::WithSubscriber as _;
use url::{Host, Url};

use crate::outcome::{Outcome, chain};
use crate::password::Password;
use crate::roots::Roots;

/// How long one delivery may take in all: name, connection, TLS, answer. Source: product.md 6.
pub const DELIVERY_DEADLINE: Duration = Duration::from_secs(5);
/// The most bytes of an answer that are read; what it says does not matter. Source: product.md 6.
const ANSWER_LIMIT: usize = 4096;
/// The longest pause a receiver may ask for.
const LONGEST_PAUSE: Duration = Duration::from_secs(3600);

/// Says why an address must not be connected to, if it must not.
pub type Refusal = Arc<dyn Fn(IpAddr) -> Option<&'static str> + Send + Sync>;

/// How webhooks are sent.
#[derive(Clone)]
pub struct WebhookConfig {
    /// Whose certificates receivers may show.
    pub roots: Roots,
    /// Which addresses are out of bounds.
    pub refusal: Refusal,
    /// How we introduce ourselves.
    pub agent: String,
}

impl fmt::Debug for WebhookConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookConfig").field("roots", &self.roots).field("agent", &self.agent).finish_non_exhaustive()
    }
}

/// One delivery.
#[derive(Debug, Clone, Copy)]
pub struct Delivery<'d> {
    /// Names this delivery for ever: the same one made twice is recognised by it.
    pub id: &'d str,
    /// What kind of news it is, in a word.
    pub event: &'d str,
    /// Where to.
    pub url: &'d str,
    /// What signs it, if anything does.
    pub secret: Option<&'d Password>,
    /// The JSON.
    pub body: &'d str,
    /// When it is sent; part of what is signed.
    pub at: SystemTime,
}

/// Delivers webhooks.
#[derive(Clone)]
pub struct WebhookSender {
    client: Client,
    refusal: Refusal,
    agent: String,
}

impl fmt::Debug for WebhookSender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookSender").finish_non_exhaustive()
    }
}

impl WebhookSender {
    /// Prepares; nobody is asked yet.
    /// Errors: no client can be made.
    pub fn new(config: WebhookConfig) -> Result<Self, String> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let tls = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|source| source.to_string())?
            .with_root_certificates(config.roots.store())
            .with_no_client_auth();
        let client = Client::builder()
            .tls_backend_preconfigured(tls)
            .dns_resolver(Guarded(config.refusal.clone()))
            .no_proxy()
            .https_only(true)
            .redirect(Policy::none())
            .referer(false)
            .retry(reqwest::retry::never())
            .http1_only()
            // Each delivery finds its receiver anew, so that yesterday's judgement of an address is never today's.
            .pool_max_idle_per_host(0)
            .timeout(DELIVERY_DEADLINE)
            .build()
            .map_err(|source| format!("no client can be made: {source}"))?;
        Ok(Self { client, refusal: config.refusal, agent: config.agent })
    }

    /// Judges an address before it is stored: https, no credentials in it, and no host that is out of bounds as it is
    /// written. A name is judged again by its addresses at each delivery.
    /// Errors: what is wrong with it, as half a sentence.
    pub fn judge(&self, url: &str) -> Result<Url, String> {
        let url = Url::parse(url).map_err(|source| format!("is not a URL: {source}"))?;
        if url.scheme() != "https" {
            return Err("must begin with https://".to_owned());
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err("carries user information; sign deliveries with a secret instead".to_owned());
        }
        let literal = match url.host() {
            None => return Err("names no host".to_owned()),
            Some(Host::Domain(name)) if is_loopback_name(name) => Some(IpAddr::from([127, 0, 0, 1])),
            Some(Host::Domain(_)) => None,
            Some(Host::Ipv4(address)) => Some(IpAddr::V4(address)),
            Some(Host::Ipv6(address)) => Some(IpAddr::V6(address)),
        };
        match literal.and_then(|address| (self.refusal)(address)) {
            Some(what) => Err(format!("leads to an address that is out of bounds ({what})")),
            None => Ok(url),
        }
    }

    /// Makes one delivery.
    /// Cancel: the receiver may have got it.
    pub async fn deliver(&self, delivery: Delivery<'_>) -> Outcome {
        let url = match self.judge(delivery.url) {
            Ok(url) => url,
            Err(words) => return Outcome::refused(format!("the address {words}")),
        };
        let mut request = self
            .client
            .post(url)
            .header(CONTENT_TYPE, "application/json")
            .header(USER_AGENT, &self.agent)
            .header("X-Atrest-Delivery", delivery.id)
            // Source: behaviours.md 7.7.
            .header("X-MMS-Event", delivery.event)
            .body(delivery.body.to_owned());
        if let Some(secret) = delivery.secret {
            let signatures = Signatures::of(secret, delivery.body, delivery.at);
            request = request.header("X-MMS-Signature", signatures.mms).header("X-Atrest-Signature", signatures.atrest);
        }
        let answered = async {
            let answer = request.send().await?;
            let (status, pause) = (answer.status(), pause(&answer));
            drain(answer).await;
            Ok::<_, reqwest::Error>((status, pause))
        };
        // The HTTP library's own lines could carry the address, which may be a secret.
        let answered = tokio::time::timeout(DELIVERY_DEADLINE, answered.with_subscriber(Dispatch::none())).await;
        match answered {
            Ok(Ok((status, pause))) => judge_answer(status, pause),
            Ok(Err(error)) => judge_failure(error),
            Err(_) => Outcome::later("the receiver was too slow"),
        }
    }
}

/// What proves to a receiver that a delivery is ours.
struct Signatures {
    /// Source: Atlas's own header: base64 of HMAC-SHA1 over the body.
    mms: String,
    /// With the time in what is signed, so that nobody can play it again later.
    atrest: String,
}

impl Signatures {
    fn of(secret: &Password, body: &str, at: SystemTime) -> Self {
        let at = at.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let sha1 = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret.expose().as_bytes());
        let sha256 = hmac::Key::new(hmac::HMAC_SHA256, secret.expose().as_bytes());
        let mms = BASE64_STANDARD.encode(hmac::sign(&sha1, body.as_bytes()));
        let signed = hmac::sign(&sha256, format!("{at}.{body}").as_bytes());
        Self { mms, atrest: format!("t={at},v1={}", hex::encode(signed)) }
    }
}

fn judge_answer(status: StatusCode, pause: Option<Duration>) -> Outcome {
    if status.is_success() {
        return Outcome::Sent;
    }
    if status.is_redirection() {
        return Outcome::refused(format!("the receiver answered {status}; redirects are not followed"));
    }
    if status == StatusCode::GONE {
        return Outcome::refused(format!("the receiver answered {status}"));
    }
    // A receiver that is being put right answers anything for a while.
    Outcome::Later { words: format!("the receiver answered {status}"), after: pause }
}

fn judge_failure(error: reqwest::Error) -> Outcome {
    let error = error.without_url();
    let refused = std::iter::successors(std::error::Error::source(&error), |&error| error.source())
        .find_map(|cause| cause.downcast_ref::<OutOfBounds>());
    match refused {
        Some(refused) => Outcome::refused(refused.to_string()),
        None if error.is_timeout() => Outcome::later("the receiver was too slow"),
        None => Outcome::later(chain(&error)),
    }
}

fn pause(answer: &Response) -> Option<Duration> {
    let seconds = answer.headers().get(RETRY_AFTER)?.to_str().ok()?.parse().ok()?;
    Some(Duration::from_secs(seconds).min(LONGEST_PAUSE))
}

/// Reads a little of an answer, so that a receiver that waits for that can end, and lets the rest be.
async fn drain(mut answer: Response) {
    let mut read: usize = 0;
    while read < ANSWER_LIMIT {
        match answer.chunk().await {
            Ok(Some(part)) => read = read.saturating_add(part.len()),
            Ok(None) | Err(_) => return,
        }
    }
}

fn is_loopback_name(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    name == "localhost" || name.ends_with(".localhost")
}

/// A name has an address that is out of bounds.
#[derive(Debug, thiserror::Error)]
#[error("the receiver's address is out of bounds ({0})")]
struct OutOfBounds(&'static str);

/// The system's resolver. It is asked once for each delivery, and the connection goes to what it said and was judged.
/// One address out of bounds spoils the name: who mixes them is up to something.
struct Guarded(Refusal);

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let refusal = self.0.clone();
        Box::pin(async move {
            let found: Vec<SocketAddr> = lookup_host((name.as_str(), 0)).await?.collect();
            if let Some(what) = found.iter().find_map(|address| refusal(address.ip())) {
                return Err(OutOfBounds(what).into());
            }
            let found: Addrs = Box::new(found.into_iter());
            Ok(found)
        })
    }
}

#[cfg(test)]
#[path = "webhook_tests.rs"]
mod tests;
