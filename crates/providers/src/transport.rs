//! The HTTP client under the providers that have no SDK of their own: rustls on aws-lc, our resolver, one
//! address rule, no proxy, no redirect, no cookie, answers of a bounded size.
//! Must not know what is asked, nor what an answer means.

use std::error::Error;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use domain::validity::TransientReason;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::HeaderMap;
use reqwest::redirect::Policy;
use reqwest::{Client, Request, Response, StatusCode};
use rustls::RootCertStore;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use tracing::Dispatch;
use tracing::instrument::WithSubscriber;
use zeroize::Zeroizing;

use crate::address::AddressPolicy;
use crate::endpoint;
use crate::pin::Pin;
use crate::resolver::{GuardedResolver, ResolveFailure};
use crate::trusted_roots::{TrustedRoots, checked};

/// How long a connection may take to be made.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// How long one attempt may take, so that a lost packet leaves time for the second one.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(8);
/// How long an idle connection is kept.
const IDLE: Duration = Duration::from_secs(50);
/// Idle connections kept per endpoint.
const IDLE_PER_HOST: usize = 64;
/// Bytes that an answer may have, unless a client is told otherwise. The largest true one, a list of a vault's
/// keys, is under 64 KiB.
const ANSWER_LIMIT: usize = 256 * 1024;
/// Servers whose TLS sessions a client apart remembers: one tenant's are few.
const SESSIONS_APART: usize = 8;
/// Bytes that an answer of unknown length is given to begin with.
const ANSWER_GUESS: usize = 8 * 1024;

/// Sends requests to where they may go, and reads what is answered.
#[derive(Debug, Clone)]
pub(crate) struct Transport {
    client: Client,
    tls: rustls::ClientConfig,
    addresses: Arc<AddressPolicy>,
    /// The one origin it connects to, and where that is, if it is a private path's.
    pin: Option<Arc<Pin>>,
    /// Unit: bytes.
    answer_limit: usize,
}

/// What was answered, whatever it was. Its body may hold tokens or keys and is wiped.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Zeroizing<Vec<u8>>,
}

/// Why a request got no answer.
#[derive(Debug, thiserror::Error)]
#[error("no answer to rely on ({})", .reason.code())]
pub(crate) struct Unanswered {
    pub(crate) reason: TransientReason,
    #[source]
    source: Option<reqwest::Error>,
}

impl Unanswered {
    const fn because(reason: TransientReason) -> Self {
        Self { reason, source: None }
    }
}

impl From<reqwest::Error> for Unanswered {
    fn from(error: reqwest::Error) -> Self {
        // A URL names a tenant's key; whoever logs this need not.
        Self { reason: never_answered(&error), source: Some(error.without_url()) }
    }
}

impl Transport {
    /// Builds the client. Where it need not speak TLS, the system's certificates are left alone: a small
    /// image has none.
    /// Errors: what is wrong with the certificates.
    pub(crate) fn new(trust: &TrustedRoots, speaks_tls: bool, addresses: &Arc<AddressPolicy>) -> Result<Self, String> {
        Self::over(tls(trust, speaks_tls)?, addresses, None)
    }

    /// Builds another client by the same rules that shares no connection and no TLS session with this one.
    /// Errors: as for [`Self::new`], though what built one client builds two.
    pub(crate) fn apart(&self) -> Result<Self, String> {
        Self::over(self.tls_apart(), &self.addresses, self.pin.clone())
    }

    /// Builds a client apart that connects to one origin, at the addresses it is pinned to, and nowhere else.
    /// What the address policy says of them does not count: who pins them has judged them.
    /// Errors: as for [`Self::apart`].
    pub(crate) fn pinned(&self, pin: Pin) -> Result<Self, String> {
        Self::over(self.tls_apart(), &self.addresses, Some(Arc::new(pin)))
    }

    /// Lets answers be as long as this. Unit: bytes.
    pub(crate) const fn with_answers_up_to(mut self, answer_limit: usize) -> Self {
        self.answer_limit = answer_limit;
        self
    }

    /// Gives what it is pinned to.
    pub(crate) fn pin(&self) -> Option<&Pin> {
        self.pin.as_deref()
    }

    fn tls_apart(&self) -> rustls::ClientConfig {
        let mut tls = self.tls.clone();
        tls.resumption = rustls::client::Resumption::in_memory_sessions(SESSIONS_APART);
        tls
    }

    fn over(tls: rustls::ClientConfig, addresses: &Arc<AddressPolicy>, pin: Option<Arc<Pin>>) -> Result<Self, String> {
        let builder = Client::builder();
        let builder = match &pin {
            Some(pin) => builder.dns_resolver(PinnedResolver(pin.clone())),
            None => builder.dns_resolver(GuardedResolver { addresses: addresses.clone() }),
        };
        let client = builder
            .tls_backend_preconfigured(tls.clone())
            .no_proxy()
            .redirect(Policy::none())
            .referer(false)
            .retry(reqwest::retry::never())
            .http1_only()
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(ATTEMPT_TIMEOUT)
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(IDLE_PER_HOST)
            .build()
            .map_err(|source| format!("no client can be made: {source}"))?;
        Ok(Self { client, tls, addresses: addresses.clone(), pin, answer_limit: ANSWER_LIMIT })
    }

    /// Sends a request and reads its answer to the end. One attempt; log lines of the HTTP library are
    /// switched off, for they may carry a request.
    /// Errors: why there is no answer. Cancel: safe as far as the request is.
    pub(crate) async fn send(&self, request: Request) -> Result<Answer, Unanswered> {
        let may_go = match &self.pin {
            Some(pin) => pin.covers(request.url()),
            None => endpoint::judge(request.url(), &self.addresses).is_ok(),
        };
        if !may_go {
            return Err(Unanswered::because(TransientReason::AddressRefused));
        }
        let answered = async {
            let answer = self.client.execute(request).await?;
            let (status, headers) = (answer.status(), answer.headers().clone());
            Ok(Answer { status, headers, body: whole(answer, self.answer_limit).await? })
        };
        answered.with_subscriber(Dispatch::none()).await
    }
}

/// Reads an answer to its end into one place that is wiped; if it has to grow, the old place is too.
async fn whole(mut answer: Response, limit: usize) -> Result<Zeroizing<Vec<u8>>, Unanswered> {
    let told = answer.content_length().and_then(|length| usize::try_from(length).ok());
    let mut body = Zeroizing::new(Vec::with_capacity(told.unwrap_or(ANSWER_GUESS).min(limit)));
    while let Some(part) = answer.chunk().await? {
        let length = body.len().saturating_add(part.len());
        if length > limit {
            return Err(Unanswered::because(TransientReason::UnexpectedAnswer));
        }
        if length > body.capacity() {
            let mut larger = Vec::with_capacity(length.saturating_mul(2).clamp(ANSWER_LIMIT.min(limit), limit));
            larger.extend_from_slice(&body);
            body = Zeroizing::new(larger);
        }
        body.extend_from_slice(&part);
    }
    Ok(body)
}

fn tls(trust: &TrustedRoots, speaks_tls: bool) -> Result<rustls::ClientConfig, String> {
    let mut roots = RootCertStore::empty();
    if speaks_tls && matches!(trust, TrustedRoots::System | TrustedRoots::SystemAnd(_)) {
        // What the system holds besides certificates we can read does not concern us.
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        if roots.is_empty() && *trust == TrustedRoots::System {
            tracing::warn!("the system holds no certificates to trust: no provider will be believed");
        }
    }
    match trust {
        TrustedRoots::System => {}
        TrustedRoots::Only(pem) | TrustedRoots::SystemAnd(pem) => {
            roots.add_parsable_certificates(CertificateDer::pem_slice_iter(checked(pem)?).flatten());
        }
    }
    // Named here, so that it never depends on what the process has for a default.
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|source| source.to_string())?;
    let mut config = builder.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let resolver = self.clone();
        Box::pin(async move {
            let found = resolver.lookup(name.as_str()).await?;
            let found: Addrs = Box::new(found.into_iter().map(|address| SocketAddr::new(address, 0)));
            Ok(found)
        })
    }
}

/// Lets a client find what it is pinned to.
struct PinnedResolver(Arc<Pin>);

impl Resolve for PinnedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let found = self.0.lookup(name.as_str());
        Box::pin(async move {
            let found: Addrs = Box::new(found?.into_iter().map(|address| SocketAddr::new(address, 0)));
            Ok(found)
        })
    }
}

/// Finds why a request got no answer, or half of one.
pub(crate) fn never_answered(error: &(dyn Error + 'static)) -> TransientReason {
    if causes(error).any(|cause| cause.downcast_ref::<reqwest::Error>().is_some_and(reqwest::Error::is_timeout)) {
        return TransientReason::Timeout;
    }
    for cause in causes(error) {
        if let Some(failure) = cause.downcast_ref::<ResolveFailure>() {
            return match failure {
                ResolveFailure::Unknown { .. } => TransientReason::Dns,
                ResolveFailure::Refused { .. } => TransientReason::AddressRefused,
            };
        }
        if cause.is::<rustls::Error>() {
            return TransientReason::Tls;
        }
    }
    if causes(error).any(|cause| cause.is::<std::io::Error>() || is_broken_answer(cause)) {
        TransientReason::Connect
    } else {
        TransientReason::UnexpectedAnswer
    }
}

/// Tells whether an error is the HTTP library's for an answer that broke off. Its type is not ours to name.
pub(crate) fn is_broken_answer(cause: &(dyn Error + 'static)) -> bool {
    let words = cause.to_string();
    ["connection closed", "end of file", "connection error", "channel closed", "connection reset"]
        .iter()
        .any(|known| words.contains(known))
}

fn plain<'a>(error: &'a (dyn Error + Send + Sync + 'static)) -> &'a (dyn Error + 'static) {
    error
}

/// Walks an error and its causes. An `io::Error` is asked for what it wraps, which `source` skips.
pub(crate) fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| match error.downcast_ref::<std::io::Error>() {
        Some(io) => io.get_ref().map(plain),
        None => error.source(),
    })
}

// Beside it, for folders in this place are providers.
#[cfg(test)]
#[path = "transport_tests.rs"]
mod tests;
