//! A small HTTP client that sends exactly what it is told, and signs in with Digest or Bearer.

use std::net::SocketAddr;
use std::time::Duration;

use md5::{Digest as _, Md5};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// No answer may take longer than this, whatever was sent.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);
pub(crate) const REALM: &str = "MMS Public API";

/// An API key as its owner has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) public: String,
    pub(crate) private: String,
}

#[derive(Debug, Clone)]
pub(crate) enum SignIn {
    Nobody,
    Digest(Key),
    Bearer(String),
}

/// A request to be sent.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) address: SocketAddr,
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    pub(crate) sign_in: SignIn,
}

impl Call {
    pub(crate) fn new(address: SocketAddr, method: &str, target: &str) -> Self {
        Self {
            address,
            method: method.to_owned(),
            target: target.to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
            sign_in: SignIn::Nobody,
        }
    }

    pub(crate) fn by(self, key: &Key) -> Self {
        Self { sign_in: SignIn::Digest(key.clone()), ..self }
    }

    pub(crate) fn bearer(self, token: &str) -> Self {
        Self { sign_in: SignIn::Bearer(token.to_owned()), ..self }
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn accept(self, value: &str) -> Self {
        self.header("Accept", value)
    }

    /// Gives the request a body of JSON, with its type.
    pub(crate) fn json(self, body: &Value) -> Self {
        self.header("Content-Type", "application/json").body(body.to_string())
    }

    pub(crate) fn body(self, body: impl Into<Vec<u8>>) -> Self {
        Self { body: body.into(), ..self }
    }

    /// Sends it, signing in as curl does: first without, then with what the challenge asks for.
    pub(crate) async fn send(&self) -> Got {
        match &self.sign_in {
            SignIn::Nobody => self.send_with(None).await,
            SignIn::Bearer(token) => self.send_with(Some(&format!("Bearer {token}"))).await,
            SignIn::Digest(key) => {
                let first = self.send_with(None).await;
                if first.status != 401 {
                    return first;
                }
                let nonce = first.nonce();
                self.send_with(Some(&authorization(key, &nonce, 1, &self.method, &self.target))).await
            }
        }
    }

    /// Sends it once, with this `Authorization` or none.
    pub(crate) async fn send_with(&self, authorization: Option<&str>) -> Got {
        Got::parse(&self.method, &exchange(self.address, &self.bytes(authorization)).await)
    }

    /// Writes the request down.
    pub(crate) fn bytes(&self, authorization: Option<&str>) -> Vec<u8> {
        let mut head = format!("{} {} HTTP/1.1\r\n", self.method, self.target);
        let mut line = |name: &str, value: &str| head.push_str(&format!("{name}: {value}\r\n"));
        let has = |wanted: &str| self.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case(wanted));
        if !has("Host") {
            line("Host", &self.address.to_string());
        }
        line("Connection", "close");
        if !self.body.is_empty() && !has("Content-Length") && !has("Transfer-Encoding") {
            line("Content-Length", &self.body.len().to_string());
        }
        for (name, value) in &self.headers {
            line(name, value);
        }
        if let Some(value) = authorization {
            line("Authorization", value);
        }
        [head.as_bytes(), b"\r\n", &self.body].concat()
    }
}

/// Writes bytes and reads whatever comes back until the other side ends.
pub(crate) async fn exchange(address: SocketAddr, bytes: &[u8]) -> Vec<u8> {
    let stream = TcpStream::connect(address).await.unwrap();
    let (mut reading, mut writing) = stream.into_split();
    let mut answer = Vec::new();
    let write = async {
        // The server may have answered and gone before all was sent; what it said counts.
        let _ = writing.write_all(bytes).await;
        let _ = writing.flush().await;
    };
    let read = async {
        let _ = timeout(PATIENCE, reading.read_to_end(&mut answer)).await.expect("an answer within the deadline");
    };
    tokio::join!(write, read);
    answer
}

/// What came back.
#[derive(Debug, Clone)]
pub(crate) struct Got {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Got {
    pub(crate) fn parse(method: &str, bytes: &[u8]) -> Self {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
        let end = end.unwrap_or_else(|| panic!("no answer: {:?}", String::from_utf8_lossy(bytes)));
        let head = std::str::from_utf8(&bytes[..end]).unwrap();
        let mut lines = head.split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers: Vec<(String, String)> = lines
            .map(|line| line.split_once(": ").unwrap())
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        let got = Self { status, headers, body: bytes[end + 4..].to_vec() };
        if let Some(length) = got.header("content-length").filter(|_| method != "HEAD") {
            assert_eq!(got.body.len(), length.parse::<usize>().unwrap(), "the answer is whole");
        }
        got
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut all = self.headers.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str());
        let first = all.next();
        assert!(all.next().is_none(), "{name} is there twice");
        first
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// The error code, which body and header agree on.
    pub(crate) fn code(&self) -> String {
        let body = self.json();
        let code = body["errorCode"].as_str().unwrap_or_default().to_owned();
        assert_eq!(self.header("x-error-code").unwrap_or_default(), code, "{body}");
        if !code.is_empty() {
            assert_eq!(body["error"], self.status, "{body}");
            assert_eq!(self.header("content-type"), Some("application/json"), "{body}");
        }
        code
    }

    pub(crate) fn detail(&self) -> String {
        self.json()["detail"].as_str().unwrap_or_default().to_owned()
    }

    /// Checks status and code in one go.
    #[track_caller]
    pub(crate) fn is(&self, status: u16, code: &str) -> &Self {
        assert_eq!((self.status, self.code().as_str()), (status, code), "{}", self.text());
        self
    }

    /// Checks for success, and gives the body.
    #[track_caller]
    pub(crate) fn ok(&self) -> Value {
        assert_eq!(self.status, 200, "{}", self.text());
        self.json()
    }

    /// The paths listed in `badRequestDetail`, in the order given.
    pub(crate) fn fields(&self) -> Vec<String> {
        let body = self.json();
        let fields = body["badRequestDetail"]["fields"].as_array().cloned().unwrap_or_default();
        fields.iter().map(|field| field["field"].as_str().unwrap().to_owned()).collect()
    }

    /// The nonce of the challenge, whose spelling is checked on the way.
    #[track_caller]
    pub(crate) fn nonce(&self) -> String {
        let challenge = self.header("www-authenticate").expect("a challenge");
        let rest = challenge.strip_prefix(r#"Digest realm="MMS Public API", domain="", nonce=""#).expect(challenge);
        let (nonce, rest) = rest.split_once('"').unwrap();
        assert!(
            matches!(
                rest,
                r#", algorithm=MD5, qop="auth", stale=false"# | r#", algorithm=MD5, qop="auth", stale=true"#
            ),
            "{challenge}"
        );
        assert_eq!(nonce.len(), 32);
        nonce.to_owned()
    }

    pub(crate) fn is_stale(&self) -> bool {
        self.header("www-authenticate").unwrap_or_default().ends_with("stale=true")
    }
}

/// The answer to a challenge, as curl spells it.
pub(crate) fn authorization(key: &Key, nonce: &str, count: u32, method: &str, uri: &str) -> String {
    let response = response(key, nonce, count, "ZmQ3NGI=", method, uri);
    let public = &key.public;
    format!(
        r#"Digest username="{public}", realm="{REALM}", nonce="{nonce}", uri="{uri}", cnonce="ZmQ3NGI=", nc={count:08x}, qop=auth, response="{response}", algorithm=MD5"#
    )
}

pub(crate) fn response(key: &Key, nonce: &str, count: u32, cnonce: &str, method: &str, uri: &str) -> String {
    let ha1 = md5(&format!("{}:{REALM}:{}", key.public, key.private));
    let ha2 = md5(&format!("{method}:{uri}"));
    md5(&format!("{ha1}:{nonce}:{count:08x}:{cnonce}:auth:{ha2}"))
}

pub(crate) fn md5(text: &str) -> String {
    hex::encode(Md5::digest(text))
}
