//! Certificates as others read them, requests as others write them, and authorities that follow each other.

use std::time::Duration;

use domain::id::{ClusterId, NodeId, ProjectId};
use domain::node::{Node, NodeCertificate, NodeName, NodeRole};
use rcgen::{CertificateParams, KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_ED25519};
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::FromDer as _;

use super::*;

const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_123);
const DAY: Duration = Duration::from_secs(24 * 3600);

fn made(generation: i64, now: Timestamp) -> SigningAuthority {
    let id = CertificateAuthorityId::from_random([u8::try_from(generation).unwrap(); 12]);
    let (authority, private_key) = issue::authority(id, generation, random_serial().unwrap(), now).unwrap();
    SigningAuthority { authority, private_key }
}

fn node() -> Node {
    Node {
        id: NodeId::from_random([4; 12]),
        project: ProjectId::from_random([3; 12]),
        cluster: ClusterId::from_random([2; 12]),
        name: NodeName::parse("db1.example.com").unwrap(),
        role: NodeRole::Client,
        region: None,
        created_at: NOW,
        revoked_at: None,
    }
}

/// A request that wishes for names of others.
fn request(key: &KeyPair) -> String {
    let mut params = CertificateParams::new(vec!["evil.example.com".to_owned()]).unwrap();
    params.distinguished_name.push(rcgen::DnType::CommonName, "somebody else");
    params.serialize_request(key).unwrap().pem().unwrap()
}

#[test]
fn a_certificate_says_what_it_is_to_say_and_nothing_its_request_said() {
    let signing = made(1, NOW);
    for algorithm in [&PKCS_ECDSA_P256_SHA256, &PKCS_ECDSA_P384_SHA384] {
        let holder = KeyPair::generate_for(algorithm).unwrap();
        let key = read(&request(&holder)).unwrap();
        assert_eq!(key.hash(), sha256(&rcgen::PublicKeyData::subject_public_key_info(&holder)));
        let (node, serial) = (node(), random_serial().unwrap());
        let expires_at = issue::whole_second(NOW + NodeCertificate::LASTS);
        let wanted = Wanted { node: &node, instance: "0a0b", key: &key, serial, now: NOW, expires_at };
        let der = certificate(&signing, &wanted).unwrap();
        let (rest, read) = X509Certificate::from_der(&der).unwrap();
        assert!(rest.is_empty());
        assert_eq!(read.raw_serial(), serial.as_bytes());
        assert_eq!(read.public_key().raw, rcgen::PublicKeyData::subject_public_key_info(&holder));
        assert_eq!(read.validity().not_after.timestamp() * 1000, expires_at.as_millis());
        assert_eq!(read.validity().not_before.timestamp(), NOW.as_secs() - 300);
        let names = &read.subject_alternative_name().unwrap().unwrap().value.general_names;
        let uri = "atrest://0a0b/projects/030303030303030303030303/clusters/020202020202020202020202/nodes/040404040404040404040404";
        assert_eq!(*names, [GeneralName::URI(uri)]);
        assert_eq!(read.subject().to_string(), "O=Atrest, CN=db1.example.com");
        let usage = read.extended_key_usage().unwrap().unwrap().value;
        assert!(usage.client_auth && !usage.server_auth && !usage.any && usage.other.is_empty());
        assert!(!read.is_ca());
    }
}

#[test]
fn others_believe_a_certificate_of_the_bundle_and_no_other() {
    use rustls_pki_types::{CertificateDer, UnixTime};
    let (first, second) = (made(1, NOW), made(2, NOW));
    let holder = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
    let key = read(&request(&holder)).unwrap();
    let node = node();
    let expires_at = issue::whole_second(NOW + NodeCertificate::LASTS);
    let serial = random_serial().unwrap();
    let wanted = Wanted { node: &node, instance: "0a0b", key: &key, serial, now: NOW, expires_at };
    let leaf = CertificateDer::from(certificate(&first, &wanted).unwrap());
    let check = |trusted: &[&SigningAuthority], at: Timestamp, expected: bool| {
        let mut roots = rustls::RootCertStore::empty();
        for one in trusted {
            roots.add(CertificateDer::from(one.authority.certificate.clone())).unwrap();
        }
        let provider = std::sync::Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let verifier = rustls::server::WebPkiClientVerifier::builder_with_provider(roots.into(), provider);
        let at = UnixTime::since_unix_epoch(Duration::from_secs(u64::try_from(at.as_secs()).unwrap()));
        let verified = verifier.build().unwrap().verify_client_cert(&leaf, &[], at);
        assert_eq!(verified.is_ok(), expected, "{verified:?}");
    };
    check(&[&first], NOW, true);
    check(&[&second, &first], NOW, true);
    check(&[&second], NOW, false);
    check(&[&first], NOW + 30 * DAY + Duration::from_secs(1), false);
    check(&[&first], NOW - DAY, false);
}

#[test]
fn a_door_is_believed_under_its_names_by_all_who_hold_its_authority() {
    use rustls::client::WebPkiServerVerifier;
    use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
    let (oldest, newest) = (made(1, NOW), made(2, NOW + DAY));
    let now = NOW + 2 * DAY;
    let names = ["kms.example.com".to_owned(), "127.0.0.1".to_owned(), "::1".to_owned()];
    let (leaf, key) =
        issue::server(&oldest, &names, random_serial().unwrap(), now, issue::whole_second(now + 30 * DAY)).unwrap();
    let read = X509Certificate::from_der(&leaf).unwrap().1;
    let usage = read.extended_key_usage().unwrap().unwrap().value;
    assert!(usage.server_auth && !usage.client_auth && !read.is_ca());
    let key = KeyPair::try_from(key.expose()).unwrap();
    assert_eq!(read.public_key().raw, rcgen::PublicKeyData::subject_public_key_info(&key));
    let leaf = CertificateDer::from(leaf);
    let check = |trusted: &[&SigningAuthority], name: &str, at: Timestamp, expected: bool| {
        let mut roots = rustls::RootCertStore::empty();
        for one in trusted {
            roots.add(CertificateDer::from(one.authority.certificate.clone())).unwrap();
        }
        let provider = std::sync::Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let verifier = WebPkiServerVerifier::builder_with_provider(roots.into(), provider).build().unwrap();
        let at = UnixTime::since_unix_epoch(Duration::from_secs(u64::try_from(at.as_secs()).unwrap()));
        let name = ServerName::try_from(name).unwrap();
        let verified =
            rustls::client::danger::ServerCertVerifier::verify_server_cert(&*verifier, &leaf, &[], &name, &[], at);
        assert_eq!(verified.is_ok(), expected, "{name:?} {verified:?}");
    };
    for name in ["kms.example.com", "127.0.0.1", "::1"] {
        // Who enrolled before the succession holds the old authority alone, who enrolled after it holds both.
        check(&[&oldest], name, now, true);
        check(&[&newest, &oldest], name, now, true);
        check(&[&newest], name, now, false);
    }
    check(&[&oldest], "other.example.com", now, false);
    check(&[&oldest], "kms.example.com", now + 31 * DAY, false);
    for bad in [vec![], vec!["käse.example.com".to_owned()]] {
        let made = issue::server(&oldest, &bad, random_serial().unwrap(), now, now + DAY);
        assert!(matches!(made, Err(crate::Error::Violations(_))), "{bad:?}");
    }
}

#[test]
fn requests_that_are_not_in_order_are_refused() {
    let holder = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
    let good = request(&holder);
    assert!(read(&good).is_ok());
    let check = |pem: &str, expected| assert_eq!(read(pem).err(), Some(expected), "{pem}");
    check("", RequestFault::NotPem);
    check("nonsense", RequestFault::NotPem);
    check(&holder.serialize_pem(), RequestFault::NotPem);
    check("-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n", RequestFault::Malformed);
    check(&request(&KeyPair::generate_for(&PKCS_ED25519).unwrap()), RequestFault::Key);
    check(RSA_512, RequestFault::Key);
    assert!(read(RSA_2048).is_ok());

    // Every byte that is signed counts. What lies around it can be spelled in more ways than one, of the same key.
    let lines: String = good.lines().filter(|line| !line.starts_with('-')).collect();
    let der = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, lines).unwrap();
    let (_, whole) = x509_parser::certification_request::X509CertificationRequest::from_der(&der).unwrap();
    let signed = whole.certification_request_info.raw.len();
    for at in 0..der.len() {
        let mut changed = der.clone();
        changed[at] ^= 1;
        match read(&as_pem(&changed)) {
            Err(_) => {}
            Ok(key) => {
                assert_eq!(key.hash(), read(&good).unwrap().hash(), "byte {at}");
                assert!(at >= signed, "byte {at} of {signed} that are signed");
            }
        }
        assert!(read(&as_pem(&der[..at])).is_err(), "cut at {at}");
    }
    check(&as_pem(&[der.as_slice(), &[0]].concat()), RequestFault::Malformed);
}

fn as_pem(der: &[u8]) -> String {
    pem::certificate(der).replace("CERTIFICATE", "CERTIFICATE REQUEST")
}

#[test]
fn an_old_authority_stays_in_the_bundle_until_what_it_signed_has_ended() {
    let first = made(1, NOW).authority;
    let succeeded = NOW + 365 * DAY;
    let second = made(2, succeeded).authority;
    let last_end = succeeded + 30 * DAY;
    let check = |now: Timestamp, expected: &[i64]| {
        let all = vec![(second.clone(), None), (first.clone(), Some(last_end))];
        let generations: Vec<_> = believed(all, now).into_iter().map(|one| one.generation).collect();
        assert_eq!(generations, expected, "{now:?}");
    };
    check(succeeded, &[2, 1]);
    check(last_end - Duration::from_millis(1), &[2, 1]);
    check(last_end, &[2]);
    assert_eq!(bundle(&[second.clone(), first.clone()]).matches("BEGIN CERTIFICATE").count(), 2);
    assert_ne!(fingerprint(&first), fingerprint(&second));
}

#[test]
fn an_authority_prints_no_key() {
    let signing = made(1, NOW);
    let body = signing.private_key.expose().lines().nth(1).unwrap().to_owned();
    assert!(!format!("{signing:?}").contains(&body));
}

/// Made once with OpenSSL, `openssl req -new -newkey rsa:512 -nodes -sha256 -subj /CN=n`.
const RSA_512: &str = include_str!("tests/rsa_512.pem");
/// Likewise with `rsa:2048`.
const RSA_2048: &str = include_str!("tests/rsa_2048.pem");
