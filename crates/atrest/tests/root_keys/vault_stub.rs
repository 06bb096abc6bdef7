//! A stub of Vault's and OpenBao's transit engine and AppRole login, as their API documentation spells them.
//! It is strict about what it is asked, and can be told to fail; it is no Vault.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

pub(crate) const TOKEN: &str = "hvs.CAESIStubTokenThatMustNotTurnUp";
pub(crate) const SESSION: &str = "hvs.CAESIStubSessionThatMustNotTurnUp";
pub(crate) const ROLE_ID: &str = "59d6d1ca-47bb-4e7e-a40b-8be3bc5a0ba8";
pub(crate) const SECRET_ID: &str = "84896a0c-1347-aa90-a4f6-aca8b7558780";
/// Instead of a status: close without an answer.
pub(crate) const RESET: u16 = 0;

pub(crate) struct VaultStub {
    pub(crate) address: String,
    pub(crate) ca_pem: Option<String>,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    /// Ciphertext to key, associated data, plaintext.
    sealed: HashMap<String, (String, String, Vec<u8>)>,
    heads: Vec<String>,
    failures: Vec<(u16, String)>,
    /// As Vault before 1.13: associated data are passed over.
    old: bool,
}

impl VaultStub {
    pub(crate) fn start() -> Self {
        Self::listen(None, None)
    }

    pub(crate) fn start_tls() -> Self {
        let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
        let key = rustls::pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
        let config =
            rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
                .with_safe_default_protocol_versions()
                .unwrap()
                .with_no_client_auth()
                .with_single_cert(vec![made.cert.der().clone()], key)
                .unwrap();
        Self::listen(Some(Arc::new(config)), Some(made.cert.pem()))
    }

    fn listen(tls: Option<Arc<rustls::ServerConfig>>, ca_pem: Option<String>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let scheme = if tls.is_some() { "https" } else { "http" };
        let address = format!("{scheme}://{}", listener.local_addr().unwrap());
        let state = Arc::new(Mutex::new(State::default()));
        let shared = state.clone();
        // Ends with the test's process: nothing waits for it.
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let _broken = match &tls {
                    None => answer(stream, &shared),
                    Some(config) => accept(config.clone(), stream).and_then(|stream| answer(stream, &shared)),
                };
            }
        });
        Self { address, ca_pem, state }
    }

    pub(crate) fn grow_old(&self) {
        self.state.lock().unwrap().old = true;
    }

    /// Fails the next requests of any kind.
    pub(crate) fn fail(&self, status: u16, body: &str, times: usize) {
        self.state.lock().unwrap().failures.extend(vec![(status, body.to_owned()); times]);
    }

    /// The heads of all requests, in lower case.
    pub(crate) fn heads(&self) -> Vec<String> {
        self.state.lock().unwrap().heads.clone()
    }

    pub(crate) fn count(&self, path: &str) -> usize {
        self.heads().iter().filter(|head| head.starts_with(&format!("post {path} "))).count()
    }

    pub(crate) fn plaintexts(&self) -> Vec<Vec<u8>> {
        self.state.lock().unwrap().sealed.values().map(|(_, _, plaintext)| plaintext.clone()).collect()
    }

    /// Wraps as somebody else would.
    pub(crate) fn seal(&self, key: &str, associated_data: &str, plaintext: &[u8]) -> String {
        seal(&mut self.state.lock().unwrap(), key, associated_data, plaintext.to_vec())
    }
}

/// The ways in which a leaked root key could be spelled.
pub(crate) fn spellings(key: &[u8]) -> Vec<String> {
    let base64 = STANDARD.encode(key);
    vec![hex::encode(key), base64.trim_end_matches('=').to_owned(), format!("{key:?}")]
}

fn seal(state: &mut State, key: &str, associated_data: &str, plaintext: Vec<u8>) -> String {
    let ciphertext = format!("vault:v1:{}", STANDARD.encode(format!("stub ciphertext {}", state.sealed.len())));
    state.sealed.insert(ciphertext.clone(), (key.to_owned(), associated_data.to_owned(), plaintext));
    ciphertext
}

fn accept(
    config: Arc<rustls::ServerConfig>,
    stream: TcpStream,
) -> std::io::Result<rustls::StreamOwned<rustls::ServerConnection, TcpStream>> {
    let connection = rustls::ServerConnection::new(config).map_err(std::io::Error::other)?;
    Ok(rustls::StreamOwned::new(connection, stream))
}

/// Reads one request, answers it, closes.
fn answer(mut stream: impl Read + Write, state: &Mutex<State>) -> std::io::Result<()> {
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    let (head, body) = loop {
        let count = stream.read(&mut buffer)?;
        if count == 0 {
            return Ok(());
        }
        request.extend_from_slice(&buffer[..count]);
        let text = String::from_utf8_lossy(&request).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let head = head.to_ascii_lowercase();
        let length: usize = header(&head, "content-length").unwrap_or("0").parse().unwrap();
        if body.len() >= length {
            // Values keep their case.
            break (text[..text.find("\r\n\r\n").unwrap()].to_owned(), body.to_owned());
        }
    };
    let mut state = state.lock().unwrap();
    state.heads.push(head.to_ascii_lowercase());
    let (status, body) = if state.failures.is_empty() {
        let (status, body) = decide(&mut state, &head, &body);
        (status, body.to_string())
    } else {
        state.failures.remove(0)
    };
    drop(state);
    if status == RESET {
        return Ok(());
    }
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 {status} Stub\r\nContent-Type: application/json\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )?;
    stream.flush()
}

fn header<'h>(head: &'h str, name: &str) -> Option<&'h str> {
    head.lines().find_map(|line| {
        let (found, value) = line.split_once(':')?;
        found.eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

fn decide(state: &mut State, head: &str, body: &str) -> (u16, Value) {
    let error = |status: u16, words: &str| (status, json!({ "errors": [words] }));
    let mut line = head.lines().next().unwrap().split(' ');
    let (method, path) = (line.next().unwrap(), line.next().unwrap());
    if method != "POST" || header(head, "x-vault-request") != Some("true") {
        return error(405, "unsupported operation");
    }
    let body: Map<String, Value> = serde_json::from_str(body).unwrap();
    let field = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let only = |names: &[&str]| body.keys().all(|name| names.contains(&name.as_str()));
    let decoded = |name: &str| STANDARD.decode(field(name)).unwrap();
    if path == "/v1/auth/approle/login" {
        if header(head, "x-vault-token").is_some() || field("role_id") != ROLE_ID || field("secret_id") != SECRET_ID {
            return error(400, "invalid role or secret ID");
        }
        return (
            200,
            json!({ "auth": { "client_token": SESSION, "renewable": true, "lease_duration": 60 }, "data": null }),
        );
    }
    if !matches!(header(head, "x-vault-token"), Some(TOKEN | SESSION)) {
        return error(403, "permission denied");
    }
    let known = |data: Value| (200, json!({ "request_id": "1", "data": data, "auth": null, "warnings": null }));
    match path {
        "/v1/transit/encrypt/atrest" => {
            assert!(only(&["plaintext", "associated_data"]), "{body:?}");
            let associated_data = String::from_utf8(decoded("associated_data")).unwrap();
            let ciphertext = seal(state, "atrest", &associated_data, decoded("plaintext"));
            known(json!({ "ciphertext": ciphertext, "key_version": 1 }))
        }
        "/v1/transit/decrypt/atrest" => {
            assert!(only(&["ciphertext", "associated_data"]), "{body:?}");
            let associated_data = String::from_utf8(decoded("associated_data")).unwrap();
            match state.sealed.get(&field("ciphertext")) {
                Some((key, bound, plaintext)) if key == "atrest" && (state.old || *bound == associated_data) => {
                    known(json!({ "plaintext": STANDARD.encode(plaintext) }))
                }
                _ => error(400, "invalid ciphertext: unable to decrypt"),
            }
        }
        _ => error(404, "no handler for route"),
    }
}
