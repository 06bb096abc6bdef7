//! `atrest node certificate`: run beside a database, it makes a key, trades a token or the present certificate for a
//! certificate, and writes the files that `mongod` reads. Must not know a rule: the server decides who gets what.

mod renew;

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use clap::{Args, Subcommand};
use control::node::token::ca_fingerprint;
use domain::secret::SecretText;
use domain::validity::ForeignText;
use rcgen::{CertificateParams, KeyPair, PKCS_ECDSA_P256_SHA256};
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, Response, Url};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use rustls::server::WebPkiClientVerifier;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::say::{complain, say};

/// How long a connection may take to be made, and a whole call.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const CALL_TIMEOUT: Duration = Duration::from_secs(30);
/// How often the server is asked when no answer comes. The same key may ask again, so that costs no second token.
const TRIES: u32 = 3;
/// Bytes that an answer may have. A true one is under 8 KiB.
const ANSWER_LIMIT: usize = 256 * 1024;

/// What `atrest node` can be told to do.
#[derive(Debug, Subcommand)]
pub(crate) enum NodeCommand {
    /// Trade a token, or the certificate it has, for a certificate and write the files a node needs.
    Certificate(CertificateArguments),
}

/// What `atrest node certificate` can be told.
#[derive(Debug, Args)]
pub(crate) struct CertificateArguments {
    /// The server's address, such as `https://atrest.example.com:8443`.
    #[arg(long)]
    server: Url,
    /// The node's token; - reads it from standard input, where other users of the machine do not see it.
    #[arg(long, value_parser = token_of, required_unless_present = "renew")]
    token: Option<Arc<SecretText>>,
    /// The file to write key and certificate to, for --kmipClientCertificateFile.
    #[arg(long, required_unless_present = "renew")]
    out: Option<PathBuf>,
    /// The file with key and certificate to renew; it is written anew, with a new key. No token is needed.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["token", "out"])]
    renew: Option<PathBuf>,
    /// The file to write the certificate authorities to, for --kmipServerCAFile.
    #[arg(long)]
    ca_out: Option<PathBuf>,
    /// A file with the authorities that vouch for the server's own https; those of the system if left out.
    #[arg(long)]
    server_ca: Option<PathBuf>,
}

#[expect(clippy::unnecessary_wraps, reason = "the shape of a value parser")]
fn token_of(text: &str) -> Result<Arc<SecretText>, String> {
    Ok(Arc::new(SecretText::new(text.to_owned())))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Ask<'a> {
    token: &'a str,
    certificate_request: &'a str,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    certificate: String,
    certificate_authorities: String,
    expires_at: String,
    name: String,
    serial_number: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Refusal {
    error_code: String,
    detail: String,
}

/// Runs one of the subcommands.
/// Errors: what stands against it, and what to do.
pub(crate) async fn run(command: NodeCommand) -> anyhow::Result<()> {
    match command {
        NodeCommand::Certificate(arguments) => certificate(&arguments).await,
    }
}

/// Makes a key and gets its certificate. Nothing is sent before it is sure that the files can be written, because a
/// token works once.
async fn certificate(arguments: &CertificateArguments) -> anyhow::Result<()> {
    let CertificateArguments { server, token, out, renew, ca_out, server_ca } = arguments;
    if let Some(file) = renew {
        return renew::renew(server, file, ca_out.as_deref(), server_ca.as_deref()).await;
    }
    let (Some(token), Some(out)) = (token, out) else { bail!("--token and --out are needed, or --renew") };
    let token = read_token(token)?;
    let expected = ca_fingerprint(&token).context("--token: not an enrolment token; it begins with atrest-enrol-1.")?;
    let url = address(server, "/api/atrest/v1/enrolments")?;
    let http = client(server, server_ca.as_deref())?;
    let node_file = Half::create(out, 0o600)?;
    let ca_file = ca_out.as_deref().map(|path| Half::create(path, 0o644)).transpose()?;

    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).context("make a key")?;
    let request = CertificateParams::default().serialize_request(&key).context("make a certificate request")?;
    let request = request.pem().context("write the certificate request")?;
    let body = || Ok(Ask { token: token.expose(), certificate_request: &request });
    let answer = ask(&http, &url, body).await?;

    check(&answer, &key, &expected)?;
    let pem = Zeroizing::new(key.serialize_pem());
    node_file.finish(&[pem.as_bytes(), b"\n", answer.certificate.as_bytes()])?;
    if let Some(file) = ca_file {
        file.finish(&[answer.certificate_authorities.as_bytes()])?;
    }
    tell(&answer, out, ca_out.as_deref());
    Ok(())
}

fn tell(answer: &Answer, out: &Path, ca_out: Option<&Path>) {
    say(&format!("node        {}", shown(&answer.name)));
    say(&format!("serial      {}", shown(&answer.serial_number)));
    say(&format!("expires     {}", shown(&answer.expires_at)));
    say(&format!("certificate {}", out.display()));
    if let Some(path) = ca_out {
        say(&format!("authorities {}", path.display()));
    }
}

fn read_token(given: &Arc<SecretText>) -> anyhow::Result<Arc<SecretText>> {
    if given.expose() != "-" {
        return Ok(Arc::clone(given));
    }
    let mut text = Zeroizing::new(String::with_capacity(1024));
    std::io::stdin().take(1000).read_to_string(&mut text).context("read the token from standard input")?;
    Ok(Arc::new(SecretText::new(text.trim().to_owned())))
}

/// Gives the address to ask. Without TLS a token would be anybody's on the way.
fn address(server: &Url, path: &str) -> anyhow::Result<Url> {
    let host = server.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let is_loopback =
        host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
    match server.scheme() {
        "https" => {}
        "http" if is_loopback => {}
        "http" => bail!("--server: {host} is not this machine; use https, or anybody on the way could use the token"),
        other => bail!("--server: {other} is no way to reach a server; use https"),
    }
    ensure!(server.path() == "/" && server.query().is_none(), "--server: give the address alone, without a path");
    server.join(path).context("--server")
}

fn client(server: &Url, server_ca: Option<&Path>) -> anyhow::Result<Client> {
    let speaks_tls = server.scheme() == "https";
    let mut builder = Client::builder()
        .redirect(Policy::none())
        .no_proxy()
        .https_only(speaks_tls)
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(CALL_TIMEOUT);
    if let Some(path) = server_ca {
        let pem = std::fs::read(path).with_context(|| format!("--server-ca: read {}", path.display()))?;
        let certificates = Certificate::from_pem_bundle(&pem).context("--server-ca: read its certificates")?;
        ensure!(!certificates.is_empty(), "--server-ca: {} holds no certificate", path.display());
        builder = builder.tls_certs_only(certificates);
    } else if !speaks_tls {
        // Without TLS the system's certificates are left alone: a small image has none.
        builder = builder.tls_certs_only([]);
    }
    // The client asks for the process's provider. There is but one in this house; a second call is refused and
    // changes nothing.
    let _in_place = rustls::crypto::aws_lc_rs::default_provider().install_default();
    builder.build().context("set up the client")
}

async fn ask<B: Serialize>(http: &Client, url: &Url, body: impl Fn() -> anyhow::Result<B>) -> anyhow::Result<Answer> {
    let mut tries: u32 = 1;
    let answer = loop {
        match http.post(url.clone()).json(&body()?).send().await {
            Ok(answer) => break answer,
            Err(error) if tries < TRIES => {
                complain(&format!("no answer ({}), asking again", error.without_url()));
                tries = tries.saturating_add(1);
            }
            Err(error) => return Err(error.without_url()).context("ask the server; nothing was written"),
        }
    };
    let status = answer.status();
    let body = whole(answer).await?;
    if status != reqwest::StatusCode::CREATED {
        let Ok(Refusal { error_code, detail }) = serde_json::from_slice(&body) else {
            bail!("--server: {status}, and not in the words of Atrest; look at the address");
        };
        bail!("{}: {}", shown(&error_code), shown(&detail));
    }
    serde_json::from_slice(&body).context("read the server's answer")
}

async fn whole(mut answer: Response) -> anyhow::Result<Vec<u8>> {
    let mut body = Vec::new();
    while let Some(part) = answer.chunk().await.map_err(reqwest::Error::without_url).context("read the answer")? {
        ensure!(body.len().saturating_add(part.len()) <= ANSWER_LIMIT, "the answer is larger than any of Atrest's");
        body.extend_from_slice(&part);
    }
    Ok(body)
}

/// Makes sure that the answer is for this key and from the authority that the token names.
fn check(answer: &Answer, key: &KeyPair, expected: &[u8; 32]) -> anyhow::Result<()> {
    let named = authorities(answer)?.iter().any(|one| {
        let hash = control::certificate_authority::fingerprint_of(one);
        hash == *expected
    });
    ensure!(
        named,
        "the server's certificate authority is not the one that the token names; somebody may stand in between. Nothing was written"
    );
    let private = PrivateKeyDer::try_from(key.serialized_der().to_vec()).map_err(anyhow::Error::msg)?;
    check_leaf(answer, &leaf(answer)?, Some(private))
}

fn leaf(answer: &Answer) -> anyhow::Result<CertificateDer<'static>> {
    CertificateDer::from_pem_slice(answer.certificate.as_bytes()).context("read the certificate")
}

fn authorities(answer: &Answer) -> anyhow::Result<Vec<CertificateDer<'static>>> {
    CertificateDer::pem_slice_iter(answer.certificate_authorities.as_bytes())
        .collect::<Result<_, _>>()
        .context("read the certificate authorities")
}

/// Makes sure that the answer's authorities vouch for a certificate, and that it is for the key, if one is given.
fn check_leaf(
    answer: &Answer,
    leaf: &CertificateDer<'static>,
    private: Option<PrivateKeyDer<'static>>,
) -> anyhow::Result<()> {
    let mut roots = rustls::RootCertStore::empty();
    for authority in authorities(answer)? {
        roots.add(authority).context("read a certificate authority")?;
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider)).build()?;
    verifier.verify_client_cert(leaf, &[], UnixTime::now()).context("believe the certificate; look at the clock")?;
    let Some(private) = private else { return Ok(()) };
    let signing = provider.key_provider.load_private_key(private).context("use the key that was made")?;
    let pair = rustls::sign::CertifiedKey::new(vec![leaf.clone()], signing);
    pair.keys_match().context("the certificate is for another key")
}

fn shown(foreign: &str) -> String {
    ForeignText::tame(foreign, &[]).as_str().to_owned()
}

/// A file that is not there under its name before it is whole.
struct Half {
    file: File,
    path: PathBuf,
    whole: PathBuf,
}

impl Half {
    fn create(whole: &Path, mode: u32) -> anyhow::Result<Self> {
        let mut name = whole.file_name().with_context(|| format!("{} is no file's name", whole.display()))?.to_owned();
        name.push(format!(".{}.new", std::process::id()));
        let path = whole.with_file_name(name);
        let mut new = OpenOptions::new();
        let file = new.write(true).create_new(true).mode(mode).open(&path);
        let file = file.with_context(|| format!("write {}", path.display()))?;
        Ok(Self { file, path, whole: whole.to_owned() })
    }

    fn finish(mut self, parts: &[&[u8]]) -> anyhow::Result<()> {
        let written = parts.iter().try_for_each(|part| self.file.write_all(part)).and_then(|()| self.file.sync_all());
        written
            .and_then(|()| std::fs::rename(&self.path, &self.whole))
            .and_then(|()| {
                // Its name is durable when its folder is.
                let folder = self.whole.parent().filter(|folder| !folder.as_os_str().is_empty());
                File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
            })
            .with_context(|| format!("write {}", self.whole.display()))
    }
}

impl Drop for Half {
    fn drop(&mut self) {
        // Gone already if it became the whole.
        let _gone = std::fs::remove_file(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_goes_over_tls_or_stays_on_the_machine() {
        let check = |server: &str, expected: bool| {
            let url = address(&server.parse().unwrap(), "/api/atrest/v1/enrolments");
            assert_eq!(url.is_ok(), expected, "{server}: {url:?}");
        };
        check("https://atrest.example.com:8443", true);
        check("https://atrest.example.com/", true);
        check("http://127.0.0.1:8080", true);
        check("http://[::1]:8080", true);
        check("http://localhost:8080", true);
        check("http://atrest.example.com", false);
        check("http://127.0.0.1.example.com", false);
        check("http://192.0.2.1", false);
        check("ftp://localhost", false);
        check("https://atrest.example.com/api", false);
    }
}
