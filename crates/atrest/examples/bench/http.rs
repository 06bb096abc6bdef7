//! A client of the least cost: HTTP/1.1 on one kept connection, Digest on one prepared nonce.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::Context as _;
use md5::{Digest as _, Md5};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

pub(crate) struct Client {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// Digest credentials on one nonce. Shared by all connections: the count rises across them.
pub(crate) struct Digest {
    public_key: String,
    ha1: String,
    nonce: String,
    count: AtomicU32,
}

impl Digest {
    /// Asks for a nonce.
    pub(crate) async fn prepare(address: SocketAddr, path: &str, public: &str, private: &str) -> anyhow::Result<Self> {
        let mut client = Client::connect(address).await?;
        let (status, answer) = client.send(&request("GET", path, "", b"")).await?;
        anyhow::ensure!(status == 401, "a first request is challenged, not answered {status}");
        let head = String::from_utf8_lossy(&answer);
        let nonce = head.split("nonce=\"").nth(1).and_then(|rest| rest.split('"').next()).context("find the nonce")?;
        Ok(Self {
            public_key: public.to_owned(),
            ha1: hex(&[public, ":MMS Public API:", private]),
            nonce: nonce.to_owned(),
            count: AtomicU32::new(0),
        })
    }

    /// Signs one request.
    pub(crate) fn authorization(&self, method: &str, path: &str) -> String {
        let count = self.count.fetch_add(1, Ordering::Relaxed).wrapping_add(1);
        let ha2 = hex(&[method, ":", path]);
        let count = format!("{count:08x}");
        let response = hex(&[&self.ha1, ":", &self.nonce, ":", &count, ":0123456789abcdef:auth:", &ha2]);
        format!(
            "Authorization: Digest username=\"{}\", realm=\"MMS Public API\", nonce=\"{}\", uri=\"{path}\", response=\"{response}\", algorithm=\"MD5\", qop=auth, nc={count}, cnonce=\"0123456789abcdef\"\r\n",
            self.public_key, self.nonce
        )
    }
}

fn hex(parts: &[&str]) -> String {
    let mut md5 = Md5::new();
    for part in parts {
        md5.update(part.as_bytes());
    }
    hex::encode(md5.finalize())
}

pub(crate) fn request(method: &str, path: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let length = if body.is_empty() { String::new() } else { format!("Content-Length: {}\r\n", body.len()) };
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/vnd.atlas.2023-01-01+json\r\nContent-Type: application/json\r\n{length}{headers}\r\n"
    );
    [head.as_bytes(), body].concat()
}

impl Client {
    pub(crate) async fn connect(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(8192) })
    }

    /// Sends one request and reads its answer. Gives the status, and head and body together.
    pub(crate) async fn send(&mut self, request: &[u8]) -> anyhow::Result<(u16, Vec<u8>)> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        loop {
            let read = self.stream.read_buf(&mut self.buffer).await?;
            anyhow::ensure!(read > 0, "the connection ended");
            let Some(end) = self.buffer.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
            let head = std::str::from_utf8(self.buffer.get(..end).unwrap_or_default())?;
            let status = head.get(9..12).and_then(|status| status.parse().ok()).context("read the status")?;
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "))
                .and_then(|length| length.parse().ok())
                .unwrap_or(0_usize);
            if self.buffer.len() >= end + 4 + length {
                return Ok((status, self.buffer.clone()));
            }
        }
    }
}
