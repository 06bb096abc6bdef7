//! TLS of the door: who gets in, who does not, and what changes while it is open.

use std::time::Duration;

use rcgen::{CertificateParams, KeyPair};
use rustls::pki_types::CertificateDer;
use rustls::version::{TLS12, TLS13};

use crate::house::until;
use crate::rig::{Rig, Wire};
use crate::ttlv::{AUTHENTICATION, GET, QUERY, enumeration, uid};

const DAY: Duration = Duration::from_secs(24 * 3600);

/// Tells whether the door refused a client: TLS 1.3 says so only when the client reads.
async fn is_refused(opened: std::io::Result<Wire>) -> bool {
    match opened {
        Err(_) => true,
        Ok(mut wire) => {
            let query = crate::ttlv::message(&crate::ttlv::v(0), &[crate::ttlv::ask(QUERY, &[])]);
            let sent = tokio::io::AsyncWriteExt::write_all(&mut wire.stream, &query).await.is_ok();
            !sent || wire.read().await.is_none()
        }
    }
}

#[tokio::test]
async fn a_client_without_a_certificate_does_not_get_in() {
    let rig = Rig::open().await;
    for version in [&TLS12, &TLS13] {
        assert!(is_refused(rig.connect_with(rig.tls(None, &[version])).await).await);
    }
    rig.end().await;
}

#[tokio::test]
async fn a_certificate_of_a_foreign_authority_does_not_get_in() {
    let rig = Rig::open().await;
    let node = rig.client("a").await;
    let key = KeyPair::generate().unwrap();
    let alone = CertificateParams::default().self_signed(&key).unwrap();
    assert!(
        is_refused(rig.connect_with(rig.tls(Some((alone.der().clone(), key.serialize_der())), &[&TLS13])).await).await
    );
    // One that says it is of our authority, and is not.
    let mut params = CertificateParams::default();
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let authority = rig.house.control.certificate_authorities().await.unwrap().swap_remove(0);
    params.distinguished_name.push(rcgen::DnType::OrganizationName, "Atrest");
    params.distinguished_name.push(rcgen::DnType::CommonName, format!("Atrest CA {}", authority.id));
    let issuer = rcgen::Issuer::new(params, KeyPair::generate().unwrap());
    let forged = CertificateParams::default().signed_by(&key, &issuer).unwrap();
    assert!(
        is_refused(rig.connect_with(rig.tls(Some((forged.der().clone(), key.serialize_der())), &[&TLS13])).await).await
    );
    // A real certificate, and not its key.
    let stolen = rig.tls(Some((node.leaf.clone(), node.key_der())), &[&TLS13]);
    assert!(!is_refused(rig.connect_with(stolen).await).await);
    let provider = std::sync::Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let wrong_key = rustls::pki_types::PrivateKeyDer::Pkcs8(key.serialize_der().into());
    let signer = provider.key_provider.load_private_key(wrong_key).unwrap();
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&TLS13])
        .unwrap()
        .with_root_certificates(rig.roots.clone())
        .with_client_cert_resolver(std::sync::Arc::new(rustls::sign::SingleCertAndKey::from(
            rustls::sign::CertifiedKey::new(vec![node.leaf.clone()], signer),
        )));
    assert!(is_refused(rig.connect_with(config).await).await);
    rig.end().await;
}

#[tokio::test]
async fn an_expired_certificate_does_not_get_in_and_stops_at_the_next_message() {
    let rig = Rig::open().await;
    let node = rig.client("a").await;
    let mut wire = rig.connect(&node).await;
    wire.ask(0, QUERY, &[]).await.ok();
    rig.house.pass(31 * DAY);
    let words = wire.ask(0, QUERY, &[]).await;
    assert!(words.refused(AUTHENTICATION).contains("expired"));
    wire.end().await;
    // The client's clock is the machine's, so it is the door that refuses.
    assert!(is_refused(rig.connect_with(rig.tls_of(&node)).await).await);
    rig.end().await;
}

#[tokio::test]
async fn a_revoked_node_stops_at_its_next_message() {
    let rig = Rig::open().await;
    let (node, other) = (rig.mongod("n1").await, rig.mongod("n2").await);
    let id = rig.active_key(&node).await;
    let mut wire = rig.connect(&node).await;
    wire.ask(0, GET, &[uid(&id)]).await.ok();
    rig.house.ask("DELETE", &node.place).send().await.ok();
    let refused = wire.ask(0, GET, &[uid(&id)]).await;
    assert!(refused.refused(AUTHENTICATION).contains("revoked"));
    wire.end().await;
    // It still holds a certificate of ours, so it hears why.
    rig.once(&node, 0, GET, &[uid(&id)]).await.refused(AUTHENTICATION);
    rig.once(&other, 0, QUERY, &[]).await.ok();
    rig.end().await;
}

#[tokio::test]
async fn a_successor_ends_a_certificate_within_a_day() {
    let rig = Rig::open().await;
    let node = rig.client("a").await;
    let mut wire = rig.connect(&node).await;
    wire.ask(0, QUERY, &[]).await.ok();
    rig.enrol(&node.place).await;
    wire.ask(0, QUERY, &[]).await.ok();
    rig.house.pass(DAY);
    assert!(wire.ask(0, QUERY, &[]).await.refused(AUTHENTICATION).contains("successor"));
    rig.end().await;
}

#[tokio::test]
async fn both_versions_of_tls_are_spoken_with_modern_ciphers_alone() {
    let rig = Rig::open().await;
    let node = rig.client("a").await;
    for version in [&TLS12, &TLS13] {
        let identity = Some((node.leaf.clone(), node.key_der()));
        let mut wire = rig.connect_with(rig.tls(identity, &[version])).await.unwrap();
        wire.ask(0, QUERY, &[enumeration(0x42_0074, 3)]).await.ok();
        let suite = wire.stream.get_ref().1.negotiated_cipher_suite().unwrap();
        let name = format!("{:?}", suite.suite());
        assert!(name.contains("GCM") || name.contains("CHACHA20"), "{name}");
        assert!(name.starts_with("TLS13") || name.starts_with("TLS_ECDHE"), "{name}");
    }
    rig.end().await;
}

#[tokio::test]
async fn a_session_is_resumed_and_its_node_is_looked_at_again() {
    let rig = Rig::open().await;
    let node = rig.client("a").await;
    let config = std::sync::Arc::new(rig.tls_of(&node));
    let mut kinds = Vec::new();
    for _ in 0..3 {
        let mut wire = rig.connect_with((*config).clone()).await.unwrap();
        wire.ask(0, QUERY, &[]).await.ok();
        kinds.push(wire.stream.get_ref().1.handshake_kind().unwrap());
    }
    assert_eq!(kinds.last(), Some(&rustls::HandshakeKind::Resumed), "{kinds:?}");
    rig.house.ask("DELETE", &node.place).send().await.ok();
    let mut wire = rig.connect_with((*config).clone()).await.unwrap();
    wire.ask(0, QUERY, &[]).await.refused(AUTHENTICATION);
    rig.end().await;
}

#[tokio::test]
async fn the_door_believes_a_new_authority_and_its_nodes_believe_the_door() {
    let rig = Rig::open().await;
    let old = rig.client("old").await;
    rig.house.pass(365 * DAY);
    // The next authority is made when somebody enrols; the old node's certificate has long ended.
    let new = rig.client("new").await;
    assert_eq!(rig.house.control.certificate_authorities().await.unwrap().len(), 2);
    let mut roots = rustls::RootCertStore::empty();
    for authority in rig.house.control.certificate_authorities().await.unwrap() {
        roots.add(CertificateDer::from(authority.certificate)).unwrap();
    }
    let door = Rig { roots: std::sync::Arc::new(roots), ..rig };
    let rig = door;
    until("the door has seen the new authority", || async {
        !is_refused(rig.connect_with(rig.tls_later(&new)).await).await
    })
    .await;
    assert!(is_refused(rig.connect_with(rig.tls_later(&old)).await).await);
    rig.end().await;
}

#[tokio::test]
async fn a_certificate_of_the_projects_own_authority_is_the_node_it_was_said_to_be_and_nobody_else() {
    let rig = Rig::open().await;
    let mut params = CertificateParams::default();
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    params.distinguished_name.push(rcgen::DnType::CommonName, "the project's own");
    let authority_key = KeyPair::generate().unwrap();
    let authority = params.self_signed(&authority_key).unwrap().pem();
    let issuer = rcgen::Issuer::new(params, authority_key);
    let leaf = |name: &str| {
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new(vec![name.to_owned()]).unwrap().signed_by(&key, &issuer).unwrap();
        rig.tls(Some((certificate.der().clone(), key.serialize_der())), &[&TLS13])
    };
    let node = rig.client("a").await;
    let key = rig.active_key(&node).await;
    let named = async || !is_refused(rig.connect_with(leaf("db1.example.com")).await).await;
    assert!(!named().await, "nobody has said yet that the authority is believed");

    let path = format!("/api/atrest/v1/groups/{}/externalCertificateAuthorities", rig.house.project);
    let body = serde_json::json!({"name": "own", "certificate": authority});
    let got = rig.house.ask("POST", &path).json(&body).send().await;
    assert_eq!(got.status, 201, "{}", got.text());
    let place = format!("{path}/{}", got.json()["id"].as_str().unwrap());
    let body = serde_json::json!({
        "externalCertificateAuthorityId": got.json()["id"], "kind": "SAN_DNS", "value": "db1.example.com",
    });
    let got = rig.house.ask("POST", &format!("{}/identities", node.place)).json(&body).send().await;
    assert_eq!(got.status, 201, "{}", got.text());
    until("the door believes the authority", || async { named().await }).await;
    let mut wire = rig.connect_with(leaf("db1.example.com")).await.unwrap();
    wire.ask(0, GET, &[uid(&key)]).await.ok();

    // The same authority, and a name that is no node's: in by TLS, and told so.
    let mut stranger = rig.connect_with(leaf("db2.example.com")).await.unwrap();
    stranger.ask(0, GET, &[uid(&key)]).await.refused(AUTHENTICATION);
    // Believed no more: the open connection stops at its next message.
    assert!(rig.house.ask("DELETE", &place).send().await.status < 300);
    wire.ask(0, GET, &[uid(&key)]).await.refused(AUTHENTICATION);
    rig.end().await;
}

/// Nagle's algorithm against a delayed acknowledgement of the session ticket costs 40 ms. Ten in a row would show.
#[tokio::test]
async fn the_first_answer_after_a_handshake_does_not_wait() {
    let rig = Rig::open().await;
    let node = rig.client("a").await;
    let mut fastest = Duration::MAX;
    for _ in 0..10 {
        let mut wire = rig.connect(&node).await;
        let begun = tokio::time::Instant::now();
        wire.ask(0, QUERY, &[]).await.ok();
        fastest = fastest.min(begun.elapsed());
    }
    assert!(fastest < Duration::from_millis(35), "{fastest:?}");
    rig.end().await;
}
