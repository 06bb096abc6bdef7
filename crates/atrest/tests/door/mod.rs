//! A node's way through the door for keys: mutual TLS, one message, one answer. Must not know who asks.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

/// The Result Reason for what is not there.
pub(crate) const ITEM_NOT_FOUND: u32 = 1;

/// A connection that a node holds open.
pub(crate) type Connection = StreamOwned<ClientConnection, TcpStream>;

/// Connects as a node. Waits until somebody listens.
pub(crate) fn connect(port: u16, authority: &Path, certificate: &Path, key: &Path, within: Duration) -> Connection {
    let mut roots = RootCertStore::empty();
    for one in CertificateDer::pem_file_iter(authority).unwrap() {
        roots.add(one.unwrap()).unwrap();
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_client_auth_cert(
            vec![CertificateDer::from_pem_file(certificate).unwrap()],
            PrivateKeyDer::from_pem_file(key).unwrap(),
        )
        .unwrap();
    let begun = Instant::now();
    let stream = loop {
        if let Ok(stream) = TcpStream::connect(("127.0.0.1", port)) {
            break stream;
        }
        assert!(begun.elapsed() < within, "nobody listens for nodes");
        std::thread::yield_now();
    };
    stream.set_read_timeout(Some(within)).unwrap();
    let name = ServerName::try_from("127.0.0.1").unwrap();
    StreamOwned::new(ClientConnection::new(Arc::new(config), name).unwrap(), stream)
}

/// Asks for the key "1" as libmongocrypt does, and gives the Result Reason. Source: kmip/protocol.md 1.6.
pub(crate) fn get(connection: &mut Connection) -> u32 {
    let get = "42007801000000704200770100000038420069010000002042006a0200000004000000010000000042006b02000000040000000000000000\
               42000d0200000004000000010000000042000f010000002842005c05000000040000000a0000000042007901000000104200940700000001\
               3100000000000000";
    connection.write_all(&hex::decode(get).unwrap()).unwrap();
    let mut head = [0; 8];
    connection.read_exact(&mut head).unwrap();
    assert_eq!(head[..4], [0x42, 0x00, 0x7b, 0x01], "a response message");
    let mut rest = vec![0; u32::from_be_bytes(head[4..].try_into().unwrap()).try_into().unwrap()];
    connection.read_exact(&mut rest).unwrap();
    let reason = [0x42, 0x00, 0x7e, 0x05, 0, 0, 0, 4];
    let at = rest.windows(8).position(|window| window == reason).expect("a failure with its reason");
    u32::from_be_bytes(rest[at + 8..at + 12].try_into().unwrap())
}

/// Connects and asks once.
pub(crate) fn ask(port: u16, authority: &Path, certificate: &Path, key: &Path, within: Duration) -> u32 {
    get(&mut connect(port, authority, certificate, key, within))
}
