//! Sends one call to a server and brings the answer back as it came. It knows how a server wants to be asked (TLS, Digest,
//! tokens); it must not know any operation, and it never prints.

mod digest;
mod token;

use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, USER_AGENT, WWW_AUTHENTICATE};
use reqwest::redirect::Policy;
use reqwest::{Certificate, Method, RequestBuilder, Response};

use crate::input::Body;
use crate::profile::{Credentials, Profile, is_loopback};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// The server's own deadline for a change that asks a cloud is well below this.
const CALL_TIMEOUT: Duration = Duration::from_secs(120);
/// Bytes that an answer may have.
const ANSWER_LIMIT: usize = 256 * 1024 * 1024;
/// Bytes of a challenge's body that are read to keep the connection.
const CHALLENGE_LIMIT: usize = 64 * 1024;

/// One call, ready to be sent as often as it takes.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) method: &'static str,
    /// The path and the query, below the server's address.
    pub(crate) target: String,
    pub(crate) accept: String,
    pub(crate) headers: Vec<(&'static str, String)>,
    /// The media type and the bytes of the body.
    pub(crate) body: Option<(String, Body)>,
}

/// What the server answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
    /// Since when the version that was asked for is deprecated, and when it ends, in the server's words.
    pub(crate) deprecated: Option<String>,
    pub(crate) sunset: Option<String>,
}

impl Answer {
    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// A server, and who asks it.
pub(crate) struct Client {
    http: reqwest::Client,
    profile: Profile,
    token: Option<token::Token>,
}

impl Client {
    /// Makes a client for the server of a profile.
    /// Errors: its authorities cannot be read.
    pub(crate) fn new(profile: Profile) -> anyhow::Result<Self> {
        let speaks_tls = profile.base_url.scheme() == "https";
        let mut builder = reqwest::Client::builder()
            .redirect(Policy::none())
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(CALL_TIMEOUT)
            .https_only(speaks_tls);
        if is_loopback(&profile.base_url) {
            builder = builder.no_proxy();
        }
        if let Some(path) = &profile.ca_file {
            let pem = std::fs::read(path).with_context(|| format!("ca_file: read {}", path.display()))?;
            let certificates = Certificate::from_pem_bundle(&pem).context("ca_file: read its certificates")?;
            ensure!(!certificates.is_empty(), "ca_file: {} holds no certificate", path.display());
            builder = builder.tls_certs_only(certificates);
        } else if !speaks_tls {
            // Without TLS the system's certificates are left alone: a small image has none.
            builder = builder.tls_certs_only([]);
        }
        // The client asks for the process's provider. There is but one in this house; a second call is refused and
        // changes nothing.
        let _in_place = rustls::crypto::aws_lc_rs::default_provider().install_default();
        Ok(Self { http: builder.build().context("set up the client")?, profile, token: None })
    }

    /// Returns the profile that the client was made for.
    pub(crate) fn profile(&self) -> &Profile {
        &self.profile
    }

    /// Sends a call. A refusal is an answer like any other.
    /// Errors: the server cannot be reached, or asks for credentials in a way that we do not know.
    pub(crate) async fn send(&mut self, request: &Request) -> anyhow::Result<Answer> {
        match &self.profile.credentials {
            Credentials::None => answer(self.sent(self.built(request)?).await?).await,
            Credentials::Token(token) => {
                let built = self.built(request)?.bearer_auth(token.expose());
                answer(self.sent(built).await?).await
            }
            Credentials::ApiKey { .. } => self.by_digest(request).await,
            Credentials::ServiceAccount { .. } => self.by_token(request).await,
        }
    }

    async fn by_digest(&self, request: &Request) -> anyhow::Result<Answer> {
        let Credentials::ApiKey { public, private } = &self.profile.credentials else { bail!("there is no API key") };
        let first = self.sent(self.built(request)?).await?;
        if first.status().as_u16() != 401 {
            return answer(first).await;
        }
        let offered = first.headers().get_all(WWW_AUTHENTICATE).iter().filter_map(|value| value.to_str().ok());
        let Some(challenge) = offered.filter_map(digest::Challenge::read).next() else {
            return answer(first).await;
        };
        // Read, so that the connection can be used again.
        let _drained = whole(first, CHALLENGE_LIMIT).await?;
        let path = self.profile.base_url.path().trim_end_matches('/');
        let uri = format!("{path}{}", request.target);
        let header = challenge.answer(request.method, &uri, public, private)?;
        answer(self.sent(self.built(request)?.header(AUTHORIZATION, header)).await?).await
    }

    async fn by_token(&mut self, request: &Request) -> anyhow::Result<Answer> {
        let (token, kept) = match self.token.take().or_else(|| token::Token::kept(&self.profile)) {
            Some(token) => (token, true),
            None => (self.minted().await?, false),
        };
        let got = self.sent(self.built(request)?.bearer_auth(token.expose())).await?;
        if got.status().as_u16() == 401 && kept {
            // It was revoked, or the server is another one now.
            let token = self.minted().await?;
            let got = self.sent(self.built(request)?.bearer_auth(token.expose())).await?;
            self.token = Some(token);
            return answer(got).await;
        }
        self.token = Some(token);
        answer(got).await
    }

    async fn minted(&self) -> anyhow::Result<token::Token> {
        let Credentials::ServiceAccount { id, secret } = &self.profile.credentials else {
            bail!("there is no service account");
        };
        let asked = token::request(&self.http, &self.profile, id, secret);
        let got = answer(self.sent(asked).await?).await?;
        let token = token::Token::read(&got, self.profile.base())?;
        token.keep(&self.profile);
        Ok(token)
    }

    fn built(&self, request: &Request) -> anyhow::Result<RequestBuilder> {
        let method = Method::from_bytes(request.method.as_bytes()).context("the method is none")?;
        let url = format!("{}{}", self.profile.base(), request.target);
        let mut built = self.http.request(method, url).header(ACCEPT, &request.accept).header(USER_AGENT, user_agent());
        for (name, value) in &request.headers {
            built = built.header(*name, value);
        }
        if let Some((media_type, body)) = &request.body {
            built = built.header(CONTENT_TYPE, media_type).body(body.to_vec());
        }
        Ok(built)
    }

    async fn sent(&self, built: RequestBuilder) -> anyhow::Result<Response> {
        let sent = built.send().await.map_err(reqwest::Error::without_url);
        sent.with_context(|| format!("no answer from {}", self.profile.base()))
    }
}

fn user_agent() -> String {
    format!("atrest/{} ({};{})", env!("CARGO_PKG_VERSION"), std::env::consts::OS, std::env::consts::ARCH)
}

async fn answer(response: Response) -> anyhow::Result<Answer> {
    let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let (deprecated, sunset) = (header("Deprecation"), header("Sunset"));
    let status = response.status().as_u16();
    Ok(Answer { status, body: whole(response, ANSWER_LIMIT).await?, deprecated, sunset })
}

async fn whole(mut response: Response, limit: usize) -> anyhow::Result<Vec<u8>> {
    let mut body = Vec::new();
    while let Some(part) = response.chunk().await.map_err(reqwest::Error::without_url).context("read the answer")? {
        ensure!(body.len().saturating_add(part.len()) <= limit, "the answer is larger than any of this API");
        body.extend_from_slice(&part);
    }
    Ok(body)
}
