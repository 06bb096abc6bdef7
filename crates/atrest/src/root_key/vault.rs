//! A transit key of HashiCorp Vault or OpenBao: both answer the same two calls alike.
//! Must not know where the wrapped root key is kept.
//! Source: OpenBao API documentation, "Transit", "AppRole" and "HTTP status codes".

use std::error::Error as _;
use std::time::Duration;

use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::secret::{SecretBytes, SecretText};
use domain::validity::ForeignText;
use reqwest::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, StatusCode};
use serde::{Deserialize, Serialize};
use tokio::sync::OnceCell;
use zeroize::Zeroizing;

use super::patience::Refusal;
use crate::config::{VaultConfig, VaultLogin};

/// What a wrapped root key is bound to, so that no other ciphertext of the same key passes for one.
const ASSOCIATED_DATA: &str = "atrest:root-key:1";
/// How long a connection may take to be made, and a whole call.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
const CALL_TIMEOUT: Duration = Duration::from_secs(10);
/// Bytes that an answer may have. A true one is under 2 KiB.
const ANSWER_LIMIT: usize = 64 * 1024;
/// Bytes that a ciphertext may have. A true one is under 200.
const CIPHERTEXT_LIMIT: usize = 4096;

const TOKEN: HeaderName = HeaderName::from_static("x-vault-token");
const NAMESPACE: HeaderName = HeaderName::from_static("x-vault-namespace");
/// Asks agents and proxies to prove that no page in a browser sent this.
const REQUEST: HeaderName = HeaderName::from_static("x-vault-request");

/// A transit key, ready to be asked.
pub(super) struct Vault<'c> {
    http: Client,
    config: &'c VaultConfig,
    /// What AppRole gave us, once it did.
    session: OnceCell<SecretText>,
}

#[derive(Serialize)]
struct Encrypt<'a> {
    plaintext: &'a str,
    associated_data: &'a str,
}

#[derive(Serialize)]
struct Decrypt<'a> {
    ciphertext: &'a str,
    associated_data: &'a str,
}

#[derive(Serialize)]
struct Login<'a> {
    role_id: &'a str,
    secret_id: &'a str,
}

/// The parts of an answer we read. Borrowed, so that no secret is copied out of the wiped buffer.
#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(borrow)]
    data: Option<Data<'a>>,
    #[serde(borrow)]
    auth: Option<Auth<'a>>,
}

#[derive(Deserialize)]
struct Data<'a> {
    ciphertext: Option<&'a str>,
    plaintext: Option<&'a str>,
}

#[derive(Deserialize)]
struct Auth<'a> {
    client_token: Option<&'a str>,
}

#[derive(Deserialize)]
struct Complaint {
    errors: Vec<String>,
}

/// What is asked; the advice depends on it.
#[derive(Clone, Copy)]
enum Act {
    Key,
    Login,
}

impl<'c> Vault<'c> {
    /// Sets up the client. Nothing is asked yet.
    /// Errors: the client cannot be set up.
    pub(super) fn new(config: &'c VaultConfig) -> anyhow::Result<Self> {
        let speaks_tls = config.address.scheme() == "https";
        let mut builder = Client::builder()
            .redirect(Policy::none())
            .no_proxy()
            .https_only(speaks_tls)
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(CALL_TIMEOUT);
        if let Some(pem) = &config.ca_pem {
            builder = builder.tls_certs_only(certificates(pem).map_err(anyhow::Error::msg)?);
        } else if !speaks_tls {
            // Without TLS the system's certificates are left alone: a small image has none.
            builder = builder.tls_certs_only([]);
        }
        // The client asks for the process's provider. There is but one in this house; a second call is refused
        // and changes nothing.
        let _in_place = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let http = builder.build().context("set up the client for Vault")?;
        Ok(Self { http, config, session: OnceCell::new() })
    }

    /// Wraps a root key.
    /// Errors: what was said, what to do, and whether it may pass.
    pub(super) async fn encrypt(&self, root_key: &SecretBytes<32>) -> Result<String, Refusal> {
        let plaintext = Zeroizing::new(STANDARD.encode(root_key.expose()));
        let associated_data = STANDARD.encode(ASSOCIATED_DATA);
        let body = Encrypt { plaintext: &plaintext, associated_data: &associated_data };
        let answer = self.ask_key("encrypt", &body, &[&plaintext]).await?.accepted(Act::Key)?;
        let ciphertext = read(&answer)?.data.and_then(|data| data.ciphertext);
        let fits = |text: &&str| {
            text.starts_with("vault:v") && text.len() <= CIPHERTEXT_LIMIT && text.chars().all(|c| c.is_ascii_graphic())
        };
        let ciphertext = ciphertext.filter(fits).map(str::to_owned).ok_or_else(not_vaults)?;
        self.prove_bound(&ciphertext).await?;
        Ok(ciphertext)
    }

    /// Proves that a ciphertext opens under its own associated data only. A Vault too old to know them passes
    /// over them, and would refuse its own ciphertext once it is upgraded.
    async fn prove_bound(&self, ciphertext: &str) -> Result<(), Refusal> {
        let other = STANDARD.encode("atrest:another");
        let outcome = self.ask_key("decrypt", &Decrypt { ciphertext, associated_data: &other }, &[]).await?;
        match outcome.status {
            StatusCode::BAD_REQUEST => Ok(()),
            StatusCode::OK => Err(Refusal::new(
                "it does not bind a ciphertext to its associated data",
                "use Vault 1.13 or newer, or OpenBao",
                false,
            )),
            _ => outcome.accepted(Act::Key).map(drop),
        }
    }

    /// Unwraps a root key.
    /// Errors: what was said, what to do, and whether it may pass.
    pub(super) async fn decrypt(&self, ciphertext: &str) -> Result<SecretBytes<32>, Refusal> {
        let associated_data = STANDARD.encode(ASSOCIATED_DATA);
        let body = Decrypt { ciphertext, associated_data: &associated_data };
        let answer = self.ask_key("decrypt", &body, &[]).await?.accepted(Act::Key)?;
        let plaintext = read(&answer)?.data.and_then(|data| data.plaintext).ok_or_else(not_vaults)?;
        SecretBytes::fill(|place| {
            // A slice of 32 is too short for base64's own estimate; decode beside it and wipe.
            let mut decoded = Zeroizing::new([0; 48]);
            let length = STANDARD.decode_slice(plaintext, decoded.as_mut_slice()).map_err(drop)?;
            let whole = decoded.get(..length).filter(|bytes| bytes.len() == place.len()).ok_or(())?;
            place.copy_from_slice(whole);
            Ok(())
        })
        .map_err(|()| Refusal::new("the answer is not 32 bytes", "bring back the wrapped file as it was made", false))
    }

    async fn ask_key(&self, act: &str, body: &impl Serialize, secrets: &[&str]) -> Result<Outcome, Refusal> {
        let token = self.token().await?;
        let path = format!("v1/{}/{act}/{}", self.config.mount, self.config.key);
        let secrets: Vec<&str> = secrets.iter().copied().chain([token.expose()]).collect();
        self.call(&path, Some(token), body, &secrets).await
    }

    async fn token(&self) -> Result<&SecretText, Refusal> {
        match &self.config.login {
            VaultLogin::Token(token) => Ok(token),
            VaultLogin::AppRole { mount, role_id, secret_id } => {
                // Once is enough: a secret id may be good for one login only.
                let login = async || {
                    let body = Login { role_id: role_id.expose(), secret_id: secret_id.expose() };
                    let secrets = [role_id.expose(), secret_id.expose()];
                    let path = format!("v1/auth/{mount}/login");
                    let answer = self.call(&path, None, &body, &secrets).await?.accepted(Act::Login)?;
                    let token = read(&answer)?.auth.and_then(|auth| auth.client_token).ok_or_else(not_vaults)?;
                    Ok(SecretText::new(token.to_owned()))
                };
                self.session.get_or_try_init(login).await
            }
        }
    }

    async fn call(
        &self,
        path: &str,
        token: Option<&SecretText>,
        body: &impl Serialize,
        secrets: &[&str],
    ) -> Result<Outcome, Refusal> {
        let unfit = |_| Refusal::new("the request cannot be made", "check the vault_ settings", false);
        let url = self.config.address.join(path).map_err(|_| unfit(()))?;
        // The client takes the body and does not wipe it; Vault's own answer to `decrypt` fares no better.
        let body = serde_json::to_vec(body).map_err(|_| unfit(()))?;
        let mut request =
            self.http.post(url).header(CONTENT_TYPE, "application/json").header(REQUEST, "true").body(body);
        if let Some(token) = token {
            let mut value = HeaderValue::from_str(token.expose()).map_err(|_| unfit(()))?;
            value.set_sensitive(true);
            request = request.header(TOKEN, value);
        }
        if let Some(namespace) = &self.config.namespace {
            request = request.header(NAMESPACE, namespace);
        }
        let answer = request.send().await.map_err(unsent)?;
        let status = answer.status();
        let body = whole(answer).await?;
        let said = serde_json::from_slice::<Complaint>(&body).map(|complaint| complaint.errors.join(": "));
        let said = ForeignText::tame(&said.unwrap_or_else(|_| "an answer that is not Vault's".to_owned()), secrets);
        Ok(Outcome { status, body, said })
    }
}

/// What was answered, whatever it was.
struct Outcome {
    status: StatusCode,
    body: Zeroizing<Vec<u8>>,
    /// Why not, if it was refused.
    said: ForeignText,
}

impl Outcome {
    /// Gives the body of a success.
    /// Errors: what was said, what to do, and whether it may pass.
    fn accepted(self, act: Act) -> Result<Zeroizing<Vec<u8>>, Refusal> {
        if self.status == StatusCode::OK {
            return Ok(self.body);
        }
        let (advice, may_pass) = advice(act, self.status);
        let said = Some(self.said.as_str()).filter(|said| !said.is_empty()).unwrap_or("no words");
        Err(Refusal::new(format!("HTTP {} ({said})", self.status.as_u16()), advice, may_pass))
    }
}

/// Reads certificates to trust.
/// Errors: what is wrong with them.
pub(crate) fn certificates(pem: &str) -> Result<Vec<Certificate>, String> {
    let found = Certificate::from_pem_bundle(pem.as_bytes()).map_err(|_| "holds what is not PEM".to_owned())?;
    let mut roots = rustls::RootCertStore::empty();
    for certificate in rustls::pki_types::pem::PemObject::pem_slice_iter(pem.as_bytes()) {
        let certificate = certificate.map_err(|_| "holds what is not PEM".to_owned())?;
        roots.add(certificate).map_err(|source| format!("holds no certificate to trust: {source}"))?;
    }
    if found.is_empty() { Err("holds no certificate".to_owned()) } else { Ok(found) }
}

/// Reads an answer to its end into one place that is wiped and never grows.
async fn whole(mut answer: reqwest::Response) -> Result<Zeroizing<Vec<u8>>, Refusal> {
    let mut body = Zeroizing::new(Vec::with_capacity(ANSWER_LIMIT));
    while let Some(part) = answer.chunk().await.map_err(unsent)? {
        if body.len().saturating_add(part.len()) > ANSWER_LIMIT {
            return Err(not_vaults());
        }
        body.extend_from_slice(&part);
    }
    Ok(body)
}

fn read(answer: &[u8]) -> Result<Answer<'_>, Refusal> {
    serde_json::from_slice(answer).map_err(|_| not_vaults())
}

fn not_vaults() -> Refusal {
    Refusal::new("an answer that is not Vault's", "look at root_key.vault_address, and for a proxy in between", true)
}

/// Tells why no answer came.
fn unsent(error: reqwest::Error) -> Refusal {
    let error = error.without_url();
    if let Some(distrust) = distrusted(&error) {
        return Refusal::new(
            ForeignText::tame(&distrust, &[]).as_str(),
            "check the host in root_key.vault_address, and name its CA in vault_ca_file",
            false,
        );
    }
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(source) = cause {
        words = format!("{words}: {source}");
        cause = source.source();
    }
    Refusal::new(
        ForeignText::tame(&words, &[]).as_str(),
        "look at the network between here and root_key.vault_address",
        true,
    )
}

/// Finds a certificate that will be no better in a minute. One that is early or late may be, once the
/// clock is set.
fn distrusted(error: &reqwest::Error) -> Option<String> {
    use rustls::CertificateError::{Expired, ExpiredContext, NotValidYet, NotValidYetContext};
    let mut cause = error.source();
    while let Some(source) = cause {
        let inner = source.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        let tls = source.downcast_ref().or_else(|| inner.and_then(|inner| inner.downcast_ref::<rustls::Error>()));
        if let Some(rustls::Error::InvalidCertificate(fault)) = tls {
            let of_time = matches!(fault, Expired | ExpiredContext { .. } | NotValidYet | NotValidYetContext { .. });
            return (!of_time).then(|| format!("its certificate is not believed: {fault}"));
        }
        cause = match inner {
            Some(inner) => Some(inner),
            None => source.source(),
        };
    }
    None
}

/// Says what a status means, and whether it may pass.
/// Source: OpenBao API documentation, "HTTP status codes"; 412, 472 and 473 are HashiCorp's.
fn advice(act: Act, status: StatusCode) -> (&'static str, bool) {
    match (status.as_u16(), act) {
        (300..=399, _) => ("it points elsewhere: name the server that answers itself in root_key.vault_address", false),
        (400, Act::Key) => (
            "check that the transit key exists, is of type aes256-gcm96 and not derived, and that the wrapped file is as it was made",
            false,
        ),
        (400, Act::Login) => ("check vault_role_id_file and vault_secret_id_file; a secret id may have expired", false),
        (403, Act::Key) => (
            "give the token a policy with update on encrypt/ and decrypt/ of the transit key, or a new token if it expired",
            false,
        ),
        (403, Act::Login) => ("let this machine log in with its AppRole", false),
        (404, _) => ("check vault_mount, vault_transit_key, vault_approle_mount and vault_namespace", false),
        (503, _) => ("unseal Vault, or wait for its active server", true),
        (412 | 429 | 472 | 473 | 500..=599, _) => ("wait for Vault to recover", true),
        _ => ("look at root_key.vault_address, and for a proxy in between", false),
    }
}
