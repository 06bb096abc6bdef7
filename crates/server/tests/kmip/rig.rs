//! A house with its door for keys open, clusters, nodes that enrolled, and connections of theirs.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use domain::id::ProjectId;
use rcgen::{CertificateParams, KeyPair};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName, UnixTime};
use rustls::time_provider::{DefaultTimeProvider, TimeProvider};
use rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion};
use serde_json::{Value, json};
use server::kmip::{self, Door, DoorCertificate, Kmip, KmipLimits, KmipSettings};
use server::probes::Metrics;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::client::PATIENCE;
use crate::house::{House, Plan};
use crate::strict::{self, Response};
use crate::ttlv::{self, Bytes, Header, ask, message, v};

/// A house whose door for keys is open.
pub(crate) struct Rig {
    pub(crate) house: House,
    pub(crate) door: SocketAddr,
    pub(crate) roots: Arc<RootCertStore>,
    pub(crate) open: prometheus_client::metrics::gauge::Gauge,
}

/// A node with its certificate.
pub(crate) struct Node {
    /// Its address in the API.
    pub(crate) place: String,
    pub(crate) leaf: CertificateDer<'static>,
    key: KeyPair,
}

/// A connection of a node.
pub(crate) struct Wire {
    pub(crate) stream: TlsStream<TcpStream>,
}

impl Rig {
    /// Opens a house whose project has a customer key at AWS, with cluster `c` under it.
    pub(crate) async fn open() -> Self {
        Self::open_as(Plan::default(), KmipLimits::default()).await
    }

    pub(crate) async fn limited(limits: KmipLimits) -> Self {
        Self::open_as(Plan::default(), limits).await
    }

    pub(crate) async fn open_as(plan: Plan, limits: KmipLimits) -> Self {
        let house = House::open_as(crate::database().await, plan).await;
        house.enable().await;
        let rig = Self::of(house, limits).await;
        rig.new_cluster(rig.house.project, "c", "AWS").await;
        rig
    }

    /// Opens the door of a house.
    pub(crate) async fn of(house: House, limits: KmipLimits) -> Self {
        let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
        let settings = KmipSettings { certificate: DoorCertificate::Own { names }, limits };
        let kmip = Kmip::prepare(house.control.clone(), settings, Metrics::default()).await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let tasks = house.control.tasks().clone();
        let open = prometheus_client::metrics::gauge::Gauge::default();
        let door = Door { listener, kmip, open: open.clone() };
        tasks.spawn(kmip::serve(door, tasks.tracker().clone(), tasks.stop_signal().clone()));
        let mut roots = RootCertStore::empty();
        for authority in house.control.certificate_authorities().await.unwrap() {
            roots.add(CertificateDer::from(authority.certificate)).unwrap();
        }
        Self { house, door: address, roots: Arc::new(roots), open }
    }

    pub(crate) async fn end(self) {
        self.house.end().await;
    }

    /// Makes a cluster that uses the customer key of a provider.
    pub(crate) async fn new_cluster(&self, project: ProjectId, name: &str, provider: &str) {
        let body = json!({
            "name": name,
            "clusterType": "REPLICASET",
            "encryptionAtRestProvider": provider,
            "replicationSpecs": [{"regionConfigs": [{
                "providerName": "AWS", "regionName": "US_EAST_1", "priority": 7,
                "electableSpecs": {"instanceSize": "M10", "nodeCount": 3},
            }]}],
        });
        let path = format!("/api/atlas/v2/groups/{project}/clusters");
        let got = self.house.ask("POST", &path).json(&body).send().await;
        assert_eq!(got.status, 201, "{}", got.text());
    }

    /// A client of cluster `c`.
    pub(crate) async fn client(&self, name: &str) -> Node {
        self.node(self.house.project, "c", name, "client").await
    }

    /// A database process of cluster `c`.
    pub(crate) async fn mongod(&self, name: &str) -> Node {
        self.node(self.house.project, "c", name, "mongod").await
    }

    /// Makes a node and has it enrol.
    pub(crate) async fn node(&self, project: ProjectId, cluster: &str, name: &str, role: &str) -> Node {
        let nodes = format!("/api/atrest/v1/groups/{project}/clusters/{cluster}/nodes");
        let mut body = json!({"name": name, "role": role});
        if role != "client" {
            body["region"] = json!("US_EAST_1");
        }
        let got = self.house.ask("POST", &nodes).json(&body).send().await;
        assert_eq!(got.status, 201, "{}", got.text());
        let place = format!("{nodes}/{}", got.json()["id"].as_str().unwrap());
        let (leaf, key) = self.enrol(&place).await;
        Node { place, leaf, key }
    }

    /// Has a node enrol, perhaps again.
    pub(crate) async fn enrol(&self, place: &str) -> (CertificateDer<'static>, KeyPair) {
        let token = self.house.ask("POST", &format!("{place}/enrolmentTokens")).send().await.json();
        let key = KeyPair::generate().unwrap();
        let request = CertificateParams::default().serialize_request(&key).unwrap().pem().unwrap();
        let body = json!({"token": token["token"], "certificateRequest": request});
        let got = self.house.nobody("POST", "/api/atrest/v1/enrolments").json(&body).send().await;
        assert_eq!(got.status, 201, "{}", got.text());
        (der(&got.json()["certificate"]), key)
    }

    /// How a node speaks TLS to the door.
    pub(crate) fn tls_of(&self, node: &Node) -> ClientConfig {
        self.tls(Some((node.leaf.clone(), node.key.serialize_der())), rustls::DEFAULT_VERSIONS)
    }

    /// How a node speaks TLS to the door whose clock is that of the house.
    pub(crate) fn tls_later(&self, node: &Node) -> ClientConfig {
        let identity = Some((node.leaf.clone(), node.key.serialize_der()));
        self.tls_at(identity, rustls::DEFAULT_VERSIONS, Arc::new(HouseTime(self.house.control.clone())))
    }

    pub(crate) fn tls(
        &self,
        identity: Option<(CertificateDer<'static>, Vec<u8>)>,
        versions: &[&'static SupportedProtocolVersion],
    ) -> ClientConfig {
        self.tls_at(identity, versions, Arc::new(DefaultTimeProvider))
    }

    fn tls_at(
        &self,
        identity: Option<(CertificateDer<'static>, Vec<u8>)>,
        versions: &[&'static SupportedProtocolVersion],
        time: Arc<dyn TimeProvider>,
    ) -> ClientConfig {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ClientConfig::builder_with_details(provider, time)
            .with_protocol_versions(versions)
            .unwrap()
            .with_root_certificates(Arc::clone(&self.roots));
        match identity {
            None => config.with_no_client_auth(),
            Some((leaf, key)) => {
                let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key));
                config.with_client_auth_cert(vec![leaf], key).unwrap()
            }
        }
    }

    /// A new connection of a node.
    pub(crate) async fn connect(&self, node: &Node) -> Wire {
        self.connect_with(self.tls_of(node)).await.unwrap()
    }

    pub(crate) async fn connect_with(&self, config: ClientConfig) -> std::io::Result<Wire> {
        let tcp = TcpStream::connect(self.door).await?;
        tcp.set_nodelay(true)?;
        let name = ServerName::try_from("localhost").unwrap();
        let stream = TlsConnector::from(Arc::new(config)).connect(name, tcp).await?;
        Ok(Wire { stream })
    }

    /// One request on a connection of its own, as drivers do it.
    pub(crate) async fn once(&self, node: &Node, minor: i32, operation: u32, payload: &[Bytes]) -> Response {
        self.connect(node).await.ask(minor, operation, payload).await
    }

    /// Makes an AES key and takes it into use.
    pub(crate) async fn active_key(&self, node: &Node) -> String {
        let mut wire = self.connect(node).await;
        let id = wire.ask(2, ttlv::CREATE, &ttlv::create(&[])).await.ok().id();
        wire.ask(0, ttlv::ACTIVATE, &[ttlv::uid(&id)]).await.ok();
        id
    }
}

/// The house's clock, as TLS reads it.
struct HouseTime(control::Control);

impl TimeProvider for HouseTime {
    fn current_time(&self) -> Option<UnixTime> {
        let millis = u64::try_from(self.0.now().as_millis()).unwrap();
        Some(UnixTime::since_unix_epoch(Duration::from_millis(millis)))
    }
}

impl std::fmt::Debug for HouseTime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("HouseTime")
    }
}

impl Node {
    pub(crate) fn key_der(&self) -> Vec<u8> {
        self.key.serialize_der()
    }
}

impl Wire {
    /// Asks one thing in version 1.`minor`.
    pub(crate) async fn ask(&mut self, minor: i32, operation: u32, payload: &[Bytes]) -> Response {
        let response = self.send(&v(minor), &[ask(operation, payload)]).await;
        assert_eq!(response.items[0].operation, Some(operation));
        response
    }

    /// Sends a batch.
    pub(crate) async fn send(&mut self, header: &Header, items: &[Bytes]) -> Response {
        let bytes = self.exchange(&message(header, items)).await;
        strict::response(&bytes, header.minor)
    }

    /// Sends bytes, and gives the whole answer.
    pub(crate) async fn exchange(&mut self, request: &[u8]) -> Bytes {
        self.write(request).await;
        self.read().await.expect("an answer")
    }

    pub(crate) async fn write(&mut self, request: &[u8]) {
        self.stream.write_all(request).await.unwrap();
        self.stream.flush().await.unwrap();
    }

    /// Reads one answer as libkmip does: one read of eight bytes, one read of the rest. None if there is none.
    pub(crate) async fn read(&mut self) -> Option<Bytes> {
        tokio::time::timeout(PATIENCE, self.read_at_leisure()).await.expect("an answer, or an end, in time")
    }

    async fn read_at_leisure(&mut self) -> Option<Bytes> {
        let mut head = [0; 8];
        match self.stream.read(&mut head).await {
            Ok(0) | Err(_) => return None,
            Ok(count) => assert_eq!(count, 8, "one read gives the head"),
        }
        let length = u32::from_be_bytes(head[4..8].try_into().unwrap()) as usize;
        let mut body = vec![0; length];
        let mut filled = self.stream.read(&mut body).await.unwrap();
        // More than a record holds comes in several reads; the clients that read once take 8 KiB at most.
        while filled < length {
            assert!(length > 8192, "one read gives the whole answer: {filled} of {length}");
            filled += self.stream.read(&mut body[filled..]).await.unwrap();
        }
        Some([head.as_slice(), &body].concat())
    }

    /// Demands that the door has closed the connection.
    pub(crate) async fn end(mut self) {
        assert_eq!(self.read().await, None);
    }
}

pub(crate) fn der(pem: &Value) -> CertificateDer<'static> {
    CertificateDer::from_pem_slice(pem.as_str().unwrap().as_bytes()).unwrap()
}

/// Limits under which every step ends soon.
pub(crate) fn hasty() -> KmipLimits {
    let soon = Duration::from_millis(300);
    KmipLimits { handshake: soon, idle: soon, pause: soon, whole: Duration::from_secs(1), ..KmipLimits::default() }
}
