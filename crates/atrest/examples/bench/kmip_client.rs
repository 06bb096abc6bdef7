//! A KMIP client for load: messages made once, one write, one answer read whole. Also the bare TTLV echo it is compared
//! with: the same TLS set-up, and no work between the request and an answer of the same size.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use kmip_wire::attribute::AttributeName;
use kmip_wire::message::{RequestHeader, RequestMessage, ResponseMessage};
use kmip_wire::payload::{get, get_attributes};
use kmip_wire::{Answer, Limits, Operation, Version};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::server::WebPkiClientVerifier;
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::client::TlsStream;
use tokio_rustls::{TlsAcceptor, TlsConnector};

/// Where a KMIP server is, and how a node reaches it.
#[derive(Clone)]
pub(crate) struct Target {
    pub(crate) address: SocketAddr,
    pub(crate) tls: Arc<ClientConfig>,
}

/// One connection.
pub(crate) struct Client {
    stream: TlsStream<TcpStream>,
    answer: Vec<u8>,
}

/// The files of a node's identity.
pub(crate) struct Identity<'f> {
    pub(crate) certificate: &'f Path,
    pub(crate) key: &'f Path,
}

impl Identity<'_> {
    fn read(&self) -> anyhow::Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>)> {
        let chain = CertificateDer::pem_file_iter(self.certificate)?.collect::<Result<_, _>>()?;
        Ok((chain, PrivateKeyDer::from_pem_file(self.key)?))
    }
}

impl Target {
    /// Makes a target: whom to trust, and who we are. No session is resumed: database nodes resume none.
    pub(crate) fn new(address: SocketAddr, ca: &Path, identity: &Identity<'_>) -> anyhow::Result<Self> {
        let (chain, key) = identity.read()?;
        Self::of(address, ca, chain, key)
    }

    /// Makes a target of an identity that lies in no file.
    pub(crate) fn of(
        address: SocketAddr,
        ca: &Path,
        chain: Vec<CertificateDer<'static>>,
        key: PrivateKeyDer<'static>,
    ) -> anyhow::Result<Self> {
        // OpenSSL before 3.5, which most database nodes are linked with, offers no post-quantum exchange. The server takes both.
        let kx_groups = vec![rustls::crypto::aws_lc_rs::kx_group::X25519];
        let provider = CryptoProvider { kx_groups, ..rustls::crypto::aws_lc_rs::default_provider() };
        let mut tls = ClientConfig::builder_with_provider(Arc::new(provider))
            .with_protocol_versions(&[&rustls::version::TLS13])?
            .with_root_certificates(roots(ca)?)
            .with_client_auth_cert(chain, key)?;
        tls.resumption = rustls::client::Resumption::disabled();
        Ok(Self { address, tls: Arc::new(tls) })
    }

    pub(crate) async fn connect(&self) -> anyhow::Result<Client> {
        let stream = TcpStream::connect(self.address).await?;
        stream.set_nodelay(true)?;
        let name = ServerName::IpAddress(self.address.ip().into());
        let stream = TlsConnector::from(self.tls.clone()).connect(name, stream).await?;
        Ok(Client { stream, answer: Vec::with_capacity(4096) })
    }
}

impl Client {
    /// Sends a message and gives the answer, whole.
    pub(crate) async fn send(&mut self, message: &[u8]) -> anyhow::Result<&[u8]> {
        self.stream.write_all(message).await?;
        self.stream.flush().await?;
        self.answer.resize(8, 0);
        self.stream.read_exact(&mut self.answer).await?;
        let length = announced(&self.answer)?;
        self.answer.resize(8 + length, 0);
        self.stream.read_exact(self.answer.get_mut(8..).context("the head was read")?).await?;
        Ok(&self.answer)
    }

    pub(crate) async fn close(mut self) -> anyhow::Result<()> {
        Ok(self.stream.shutdown().await?)
    }
}

fn announced(head: &[u8]) -> anyhow::Result<usize> {
    let length: [u8; 4] = head.get(4..8).context("a head has eight bytes")?.try_into()?;
    Ok(usize::try_from(u32::from_be_bytes(length))?)
}

fn roots(ca: &Path) -> anyhow::Result<RootCertStore> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(ca)? {
        roots.add(certificate?)?;
    }
    Ok(roots)
}

/// Writes a request of one operation as libkmip's users do: KMIP 1.2.
pub(crate) fn message(operation: Operation) -> anyhow::Result<Vec<u8>> {
    let message = RequestMessage::one(RequestHeader::new(Version::V1_2), operation);
    Ok(message.encode()?.expose().to_vec())
}

pub(crate) fn get(key: &str) -> anyhow::Result<Vec<u8>> {
    message(Operation::Get(get::Request {
        unique_identifier: Some(key.to_owned()),
        key_format_type: None,
        key_wrap_type: None,
        key_compression_type: None,
        key_wrapping_specification: None,
    }))
}

pub(crate) fn state(key: &str) -> anyhow::Result<Vec<u8>> {
    message(Operation::GetAttributes(get_attributes::Request {
        unique_identifier: Some(key.to_owned()),
        attribute_names: vec![AttributeName::STATE],
    }))
}

/// Reads the only answer in a message.
/// Errors: the server refused; its words.
pub(crate) fn answer(bytes: &[u8]) -> anyhow::Result<Answer> {
    let message = ResponseMessage::decode(bytes, &Limits::default()).map_err(|error| anyhow::anyhow!("{error}"))?;
    let item = message.items.into_iter().next().context("an answer has one item")?;
    item.outcome.map_err(|failure| anyhow::anyhow!("{:?}: {}", failure.reason(), failure.message()))
}

/// What a measurement of load came to.
pub(crate) struct Load {
    pub(crate) latencies: Vec<Duration>,
    pub(crate) took: Duration,
}

impl Load {
    pub(crate) fn rate(&self) -> f64 {
        f64::from(u32::try_from(self.latencies.len()).unwrap_or(u32::MAX)) / self.took.as_secs_f64()
    }
}

/// Sends one message over and over, on so many connections. `pace` is the time between two on one connection; none
/// means as fast as answers come.
pub(crate) async fn load(
    target: &Target,
    connections: usize,
    message: &Arc<Vec<u8>>,
    time: Duration,
    pace: Option<Duration>,
) -> anyhow::Result<Load> {
    let mut clients = Vec::new();
    for _ in 0..connections {
        clients.push(target.connect().await?);
    }
    let begun = Instant::now();
    let work = clients.into_iter().map(|mut client| {
        let message = message.clone();
        async move {
            let mut latencies = Vec::new();
            let mut next = tokio::time::Instant::now();
            while begun.elapsed() < time {
                if let Some(pace) = pace {
                    next += pace;
                    tokio::time::sleep_until(next).await;
                }
                let sent = Instant::now();
                client.send(&message).await?;
                latencies.push(sent.elapsed());
            }
            anyhow::Ok(latencies)
        }
    });
    Ok(Load { latencies: together(work).await?, took: begun.elapsed() })
}

/// Does whole sessions, as nodes and drivers do for each operation: connect, handshake, State, Get, close.
pub(crate) async fn sessions(
    target: &Target,
    workers: usize,
    messages: &[Arc<Vec<u8>>; 2],
    time: Duration,
) -> anyhow::Result<Load> {
    let begun = Instant::now();
    let work = (0..workers).map(|_| {
        let (target, messages) = (target.clone(), messages.clone());
        async move {
            let mut latencies = Vec::new();
            while begun.elapsed() < time {
                let sent = Instant::now();
                let mut client = target.connect().await?;
                for message in &messages {
                    client.send(message).await?;
                }
                client.close().await?;
                latencies.push(sent.elapsed());
            }
            anyhow::Ok(latencies)
        }
    });
    Ok(Load { latencies: together(work).await?, took: begun.elapsed() })
}

/// Runs workers at the same time and gives all that they give.
pub(crate) async fn together<T: Send + 'static>(
    work: impl Iterator<Item = impl Future<Output = anyhow::Result<Vec<T>>> + Send + 'static>,
) -> anyhow::Result<Vec<T>> {
    #[expect(clippy::disallowed_methods, reason = "a load generator is not the house's background work")]
    let workers: Vec<_> = work.map(tokio::spawn).collect();
    let mut all = Vec::new();
    for worker in workers {
        all.extend(worker.await??);
    }
    Ok(all)
}

/// Serves the echo until it is killed, and prints its address. Whatever is asked, the answer is `size` bytes long.
pub(crate) async fn echo(ca: &Path, identity: &Identity<'_>, size: usize) -> anyhow::Result<()> {
    let (chain, key) = identity.read()?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots(ca)?), provider.clone()).build()?;
    let tls = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])?
        .with_client_cert_verifier(verifier)
        .with_single_cert(chain, key)?;
    let acceptor = TlsAcceptor::from(Arc::new(tls));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    crate::report::line(&listener.local_addr()?.to_string());
    let length = u32::try_from(size.saturating_sub(8))?;
    let mut answer = vec![0x42, 0x00, 0x7b, 0x01];
    answer.extend_from_slice(&length.to_be_bytes());
    answer.resize(size, 0);
    let answer: Arc<Vec<u8>> = Arc::new(answer);
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let (acceptor, answer) = (acceptor.clone(), answer.clone());
        #[expect(clippy::disallowed_methods, reason = "the baseline is no part of the house")]
        tokio::spawn(async move {
            let Ok(mut stream) = acceptor.accept(stream).await else { return };
            let mut message = Vec::with_capacity(4096);
            loop {
                message.resize(8, 0);
                if stream.read_exact(&mut message).await.is_err() {
                    return;
                }
                let Ok(length) = announced(&message) else { return };
                message.resize(8 + length, 0);
                let Some(rest) = message.get_mut(8..) else { return };
                if stream.read_exact(rest).await.is_err() || stream.write_all(&answer).await.is_err() {
                    return;
                }
                if stream.flush().await.is_err() {
                    return;
                }
            }
        });
    }
}
