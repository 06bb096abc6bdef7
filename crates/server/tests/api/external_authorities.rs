//! A project's own certificate authorities under `/groups/{groupId}/externalCertificateAuthorities`, which of their
//! certificates is which node under `…/nodes/{nodeId}/identities`, and whom the door for keys recognises by them.

use std::net::IpAddr;
use std::time::Duration;

use control::certificate_authority::fingerprint_of;
use control::node::{NodeCaller, Unrecognised};
use domain::id::ProjectId;
use domain::node::Serial;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256,
    PKCS_ECDSA_P384_SHA384, PKCS_ED25519, PublicKeyData as _, SanType, SignatureAlgorithm,
};
use serde_json::{Value, json};
use time::OffsetDateTime;

use crate::client::Got;
use crate::database::Database;
use crate::house::{House, until};
use crate::nodes::{enrolled, mongod, new_key, new_node, open, recognise};
use crate::on_both_engines;

on_both_engines! {
    an_authority_is_added_shown_listed_and_removed
    what_is_no_authority_is_refused
    a_key_vouches_for_one_project
    a_node_is_known_by_what_its_owner_wrote_down
    what_two_nodes_claim_and_what_is_malformed_is_refused
    a_revoked_node_stays_revoked_and_its_names_are_free
    a_second_live_certificate_and_a_new_address_are_told
    an_operator_has_the_authority_succeeded
}

const DAY: Duration = Duration::from_secs(24 * 3600);

fn authorities_of(project: ProjectId) -> String {
    format!("/api/atrest/v1/groups/{project}/externalCertificateAuthorities")
}

/// Somebody's certificate authority.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
    key: [u8; 32],
}

fn authority_params(house: &House, name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    params.not_before = moment(house, -1);
    params.not_after = moment(house, 1000);
    params
}

/// Midnight or so of a day before or after today.
fn moment(house: &House, days: i64) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(house.control.now().as_secs() + days * 86_400).unwrap()
}

fn signed(params: CertificateParams, algorithm: &'static SignatureAlgorithm) -> Authority {
    let key = KeyPair::generate_for(algorithm).unwrap();
    let pem = params.self_signed(&key).unwrap().pem();
    let hash = fingerprint_of(&key.subject_public_key_info());
    Authority { issuer: Issuer::new(params, key), pem, key: hash }
}

fn authority(house: &House, name: &str) -> Authority {
    signed(authority_params(house, name), &PKCS_ECDSA_P256_SHA256)
}

impl Authority {
    /// A certificate for these names, which counts from yesterday for thirty days.
    fn leaf(&self, house: &House, common_name: &str, names: &[SanType]) -> Vec<u8> {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, common_name);
        params.subject_alt_names = names.to_vec();
        params.not_before = moment(house, -1);
        params.not_after = moment(house, 30);
        params.signed_by(&new_key(), &self.issuer).unwrap().der().to_vec()
    }
}

fn uri(text: &str) -> SanType {
    SanType::URI(text.try_into().unwrap())
}

fn dns(text: &str) -> SanType {
    SanType::DnsName(text.try_into().unwrap())
}

async fn add(house: &House, project: ProjectId, name: &str, pem: &str) -> Got {
    let body = json!({"name": name, "certificate": pem});
    house.ask("POST", &authorities_of(project)).json(&body).send().await
}

async fn added(house: &House, authority: &Authority) -> String {
    let got = add(house, house.project, "corporate", &authority.pem).await;
    assert_eq!(got.status, 201, "{}", got.text());
    got.json()["id"].as_str().unwrap().to_owned()
}

async fn map(house: &House, node: &str, authority: &str, kind: &str, value: &str) -> Got {
    let body = json!({"externalCertificateAuthorityId": authority, "kind": kind, "value": value});
    house.ask("POST", &format!("{node}/identities")).json(&body).send().await
}

async fn mapped(house: &House, node: &str, authority: &str, kind: &str, value: &str) -> String {
    let got = map(house, node, authority, kind, value).await;
    assert_eq!(got.status, 201, "{}", got.text());
    format!("{node}/identities/{}", got.json()["id"].as_str().unwrap())
}

/// Asks as the door for keys does, twice, so that what is remembered is asked too.
async fn shown_by(house: &House, leaf: &[u8], issuer: &Authority) -> Result<NodeCaller, Unrecognised> {
    let first = house.control.node_by_certificate(leaf, &issuer.key).await.unwrap();
    assert_eq!(house.control.node_by_certificate(leaf, &issuer.key).await.unwrap(), first);
    first
}

async fn kinds(house: &House) -> Vec<String> {
    let events = house.events_in(house.project).await;
    events.into_iter().filter(|kind| kind.contains("EXTERNAL") || kind.contains("IDENTITY")).collect()
}

async fn an_authority_is_added_shown_listed_and_removed(database: Database) {
    let (house, _) = open(database).await;
    let mut revision = house.control.trust_revision();
    let corporate = authority(&house, "Corporate");
    let got = add(&house, house.project, "corporate", &corporate.pem).await;
    assert_eq!(got.status, 201, "{}", got.text());
    let (shown, id) = (got.json(), got.json()["id"].as_str().unwrap().to_owned());
    assert_eq!((&shown["name"], &shown["groupId"]), (&json!("corporate"), &json!(house.project.to_string())));
    assert_eq!(shown["certificate"].as_str().unwrap().trim(), corporate.pem.replace("\r\n", "\n").trim());
    let one = format!("{}/{id}", authorities_of(house.project));
    assert!(got.header("location").unwrap().ends_with(&one));
    assert_eq!(house.get(&one).await.ok(), shown);
    let other = signed(authority_params(&house, "Other"), &PKCS_ECDSA_P384_SHA384);
    added(&house, &other).await;
    let page = house.get(&format!("{}?itemsPerPage=1", authorities_of(house.project))).await.ok();
    assert_eq!((&page["totalCount"], &page["results"][0]), (&json!(2), &shown));

    let trusted = house.control.client_authorities().await.unwrap();
    let theirs: Vec<_> = trusted.iter().filter(|one| one.project == Some(house.project)).collect();
    assert_eq!((trusted.len(), theirs.len()), (3, 2));
    assert!(theirs.iter().any(|one| one.spki_sha256 == corporate.key));
    revision.changed().await.unwrap();
    let before = *revision.borrow_and_update();

    let removed = house.ask("DELETE", &one).send().await.ok();
    assert_eq!(removed, shown);
    house.get(&one).await.is(404, "EXTERNAL_CERTIFICATE_AUTHORITY_NOT_FOUND");
    house.ask("DELETE", &one).send().await.is(404, "EXTERNAL_CERTIFICATE_AUTHORITY_NOT_FOUND");
    assert_eq!(house.get(&authorities_of(house.project)).await.ok()["totalCount"], 1);
    assert_eq!(house.control.client_authorities().await.unwrap().len(), 2);
    until("the doors hear of it", async || {
        let mut revision = revision.clone();
        *revision.borrow_and_update() != before
    })
    .await;
    // One whose time is over vouches for nobody.
    house.pass(1001 * DAY);
    let trusted = house.control.client_authorities().await.unwrap();
    assert!(trusted.iter().all(|one| one.project.is_none()));
    let told = ["ADDED", "ADDED", "REMOVED"].map(|what| format!("EXTERNAL_CERTIFICATE_AUTHORITY_{what}"));
    assert_eq!(kinds(&house).await, told);
    house.end().await;
}

async fn what_is_no_authority_is_refused(database: Database) {
    let (house, _) = open(database).await;
    let corporate = authority(&house, "Corporate");
    let bundle = house.get("/api/atrest/v1/certificateAuthorities").await.ok()["bundle"].as_str().unwrap().to_owned();
    let leaf = control::certificate_authority::pem_of(&corporate.leaf(&house, "n1", &[dns("n1")]));
    let p256 = |params| signed(params, &PKCS_ECDSA_P256_SHA256).pem;
    let mut expired = authority_params(&house, "Expired");
    expired.not_after = moment(&house, 0);
    let mut may_not_sign = authority_params(&house, "Signs nothing");
    may_not_sign.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    let mut nameless = authority_params(&house, "");
    nameless.distinguished_name = rcgen::DistinguishedName::new();
    let two = format!("{}{}", corporate.pem, corporate.pem);
    let key = new_key().serialize_pem();
    for bad in [
        "nonsense",
        &key,
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        &two,
        &leaf,
        &bundle,
        &p256(expired),
        &p256(may_not_sign),
        &p256(nameless),
        &signed(authority_params(&house, "Edwards"), &PKCS_ED25519).pem,
    ] {
        add(&house, house.project, "bad", bad).await.is(400, "INVALID_CERTIFICATE_AUTHORITY");
    }
    add(&house, house.project, "", &corporate.pem).await.is(400, "INVALID_ATTRIBUTE");
    house.ask("POST", &authorities_of(house.project)).json(&json!({})).send().await.is(400, "VALIDATION_ERROR");
    assert_eq!(house.get(&authorities_of(house.project)).await.ok()["totalCount"], 0);
    for number in 0..10 {
        added(&house, &authority(&house, &format!("CA {number}"))).await;
    }
    let surplus = add(&house, house.project, "eleventh", &corporate.pem).await;
    surplus.is(400, "EXTERNAL_CERTIFICATE_AUTHORITY_LIMIT_EXCEEDED");
    house.end().await;
}

async fn a_key_vouches_for_one_project(database: Database) {
    let (house, _) = open(database).await;
    let corporate = authority(&house, "Corporate");
    let id = added(&house, &corporate).await;
    let other = house.new_project("other").await;
    for project in [other, house.project] {
        let again = add(&house, project, "again", &corporate.pem).await;
        again.is(409, "DUPLICATE_EXTERNAL_CERTIFICATE_AUTHORITY");
        assert!(!again.text().contains(&house.project.to_string()), "whose it is stays hidden");
    }
    let foreign = format!("{}/{id}", authorities_of(other));
    house.get(&foreign).await.is(404, "EXTERNAL_CERTIFICATE_AUTHORITY_NOT_FOUND");
    house.ask("DELETE", &foreign).send().await.is(404, "EXTERNAL_CERTIFICATE_AUTHORITY_NOT_FOUND");
    house.ask("DELETE", &format!("{}/{id}", authorities_of(house.project))).send().await.ok();
    assert_eq!(add(&house, other, "free again", &corporate.pem).await.status, 201);
    house.end().await;
}

async fn a_node_is_known_by_what_its_owner_wrote_down(database: Database) {
    let (house, node) = open(database).await;
    let (corporate, stranger) = (authority(&house, "Corporate"), authority(&house, "Corporate"));
    let id = added(&house, &corporate).await;
    let leaf = corporate.leaf(&house, "n1", &[dns("DB1.example.com"), uri("spiffe://example.com/db1")]);
    let unmapped = corporate.leaf(&house, "n1", &[dns("n1")]);
    assert_eq!(shown_by(&house, &leaf, &corporate).await, Err(Unrecognised::Unknown));

    let print = hex::encode(fingerprint_of(&leaf));
    for (kind, value) in
        [("SAN_URI", "spiffe://example.com/db1"), ("SAN_DNS", "db1.EXAMPLE.com"), ("FINGERPRINT", print.as_str())]
    {
        let identity = mapped(&house, &node, &id, kind, value).await;
        let caller = shown_by(&house, &leaf, &corporate).await.unwrap();
        assert!(node.ends_with(&caller.node.id.to_string()) && caller.node.project == house.project, "{kind}");
        assert_eq!(caller.serial, Serial::of_foreign(&fingerprint_of(&leaf)));
        // The common name shows nobody, and neither does another authority of the same name.
        assert_eq!(shown_by(&house, &unmapped, &corporate).await, Err(Unrecognised::Unknown));
        let theirs = stranger.leaf(&house, "n1", &[dns("db1.example.com"), uri("spiffe://example.com/db1")]);
        assert_eq!(shown_by(&house, &theirs, &stranger).await, Err(Unrecognised::Unknown));
        let as_ours = house.control.certificate_authorities().await.unwrap()[0].public_key;
        let found = house.control.node_by_certificate(&leaf, &as_ours).await.unwrap();
        assert_eq!(found, Err(Unrecognised::Unknown), "as if our own authority vouched for it");
        house.ask("DELETE", &identity).send().await.ok();
        assert_eq!(shown_by(&house, &leaf, &corporate).await, Err(Unrecognised::Unknown));
    }
    mapped(&house, &node, &id, "SAN_DNS", "db1.example.com").await;
    let listed = house.get(&format!("{node}/identities")).await.ok();
    assert_eq!((&listed["totalCount"], &listed["results"][0]["value"]), (&json!(1), &json!("db1.example.com")));

    // Two nodes at once are none.
    let second = new_node(&house, "c", &mongod("n2")).await;
    let other_name = mapped(&house, &second, &id, "SAN_URI", "spiffe://example.com/db1").await;
    assert_eq!(shown_by(&house, &leaf, &corporate).await, Err(Unrecognised::Ambiguous));
    house.ask("DELETE", &other_name).send().await.ok();
    assert!(shown_by(&house, &leaf, &corporate).await.is_ok());

    // Its own dates count, at each message.
    house.pass(30 * DAY - Duration::from_secs(5));
    assert!(shown_by(&house, &leaf, &corporate).await.is_ok());
    house.pass(Duration::from_secs(6));
    assert_eq!(shown_by(&house, &leaf, &corporate).await, Err(Unrecognised::Expired));
    let next = corporate.leaf(&house, "n1", &[dns("db1.example.com")]);
    assert!(shown_by(&house, &next, &corporate).await.is_ok(), "a renewed certificate is the same node");
    house.ask("DELETE", &format!("{}/{id}", authorities_of(house.project))).send().await.ok();
    assert_eq!(shown_by(&house, &next, &corporate).await, Err(Unrecognised::Unknown));
    assert_eq!(house.get(&format!("{node}/identities")).await.ok()["totalCount"], 0);
    house.end().await;
}

async fn what_two_nodes_claim_and_what_is_malformed_is_refused(database: Database) {
    let (house, node) = open(database).await;
    let id = added(&house, &authority(&house, "Corporate")).await;
    let second = new_node(&house, "c", &mongod("n2")).await;
    let identity = mapped(&house, &node, &id, "SAN_DNS", "db1.example.com").await;
    for node in [&node, &second] {
        map(&house, node, &id, "SAN_DNS", "DB1.example.com").await.is(409, "DUPLICATE_NODE_IDENTITY");
    }
    for (kind, value) in [("SAN_DNS", "*.example.com"), ("SAN_URI", "db1"), ("FINGERPRINT", "0a0b")] {
        map(&house, &node, &id, kind, value).await.is(400, "INVALID_ATTRIBUTE");
    }
    map(&house, &node, &id, "COMMON_NAME", "n1").await.is(400, "INVALID_ENUM_VALUE");
    let nobodys = "0123456789abcdef01234567";
    map(&house, &node, nobodys, "SAN_DNS", "b").await.is(404, "EXTERNAL_CERTIFICATE_AUTHORITY_NOT_FOUND");
    // Another project's authority, and another project's node.
    let other = house.new_project("other").await;
    let theirs = add(&house, other, "theirs", &authority(&house, "Theirs").pem).await.json();
    let theirs = theirs["id"].as_str().unwrap();
    map(&house, &node, theirs, "SAN_DNS", "b").await.is(404, "EXTERNAL_CERTIFICATE_AUTHORITY_NOT_FOUND");
    let elsewhere = node.replace(&house.project.to_string(), &other.to_string());
    map(&house, &elsewhere, theirs, "SAN_DNS", "b").await.is(404, "CLUSTER_NOT_FOUND");
    house.ask("DELETE", &identity.replace(&node, &second)).send().await.is(404, "NODE_IDENTITY_NOT_FOUND");
    let reader = house.new_reader().await;
    let refused = house.nobody("DELETE", &identity).by(&reader).send().await;
    refused.is(403, "USER_UNAUTHORIZED");
    for number in 1..20 {
        mapped(&house, &node, &id, "SAN_DNS", &format!("name{number}")).await;
    }
    map(&house, &node, &id, "SAN_DNS", "surplus").await.is(400, "NODE_IDENTITY_LIMIT_EXCEEDED");
    house.end().await;
}

async fn a_revoked_node_stays_revoked_and_its_names_are_free(database: Database) {
    let (house, node) = open(database).await;
    let corporate = authority(&house, "Corporate");
    let id = added(&house, &corporate).await;
    let stolen = corporate.leaf(&house, "n1", &[dns("db1.example.com")]);
    let print = hex::encode(fingerprint_of(&stolen));
    mapped(&house, &node, &id, "SAN_DNS", "db1.example.com").await;
    mapped(&house, &node, &id, "FINGERPRINT", &print).await;
    assert!(shown_by(&house, &stolen, &corporate).await.is_ok());
    house.ask("DELETE", &node).send().await.ok();
    assert_eq!(shown_by(&house, &stolen, &corporate).await, Err(Unrecognised::NodeRevoked));
    map(&house, &node, &id, "SAN_DNS", "another").await.is(409, "NODE_REVOKED");
    // Its heir takes over the name; what was pinned stays the revoked node's.
    let heir = new_node(&house, "c", &mongod("n1")).await;
    mapped(&house, &heir, &id, "SAN_DNS", "db1.example.com").await;
    let fresh = corporate.leaf(&house, "n1", &[dns("db1.example.com")]);
    let caller = shown_by(&house, &fresh, &corporate).await.unwrap();
    assert!(heir.ends_with(&caller.node.id.to_string()));
    assert_eq!(shown_by(&house, &stolen, &corporate).await, Err(Unrecognised::NodeRevoked));
    // A deleted cluster has no nodes to show.
    let cluster = format!("/api/atlas/v2/groups/{}/clusters/c", house.project);
    assert_eq!(house.ask("DELETE", &cluster).send().await.status, 202);
    assert_eq!(shown_by(&house, &fresh, &corporate).await, Err(Unrecognised::Unknown));
    house.end().await;
}

async fn a_second_live_certificate_and_a_new_address_are_told(database: Database) {
    let (house, node) = open(database).await;
    let (here, there): (IpAddr, IpAddr) = ("192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap());
    let told = async |kind: &str| {
        let path = format!("/api/atlas/v2/groups/{}/events?eventType={kind}&includeRaw=true", house.project);
        house.get(&path).await.ok()["results"].as_array().unwrap().clone()
    };
    let old = enrolled(&house, &node, &new_key()).await;
    let old = recognise(&house, &old).await.unwrap();
    house.control.note_node_seen(&old, here, true);
    house.pass(DAY);
    // It goes over to the new one: nothing to tell.
    let new = enrolled(&house, &node, &new_key()).await;
    let new = recognise(&house, &new).await.unwrap();
    house.pass(Duration::from_secs(1));
    house.control.note_node_seen(&new, here, true);
    // Somebody still uses the old one.
    house.pass(Duration::from_secs(1));
    until("two live certificates are told", async || {
        house.control.note_node_seen(&old, here, true);
        house.control.note_node_seen(&new, here, true);
        !told("NODE_CERTIFICATES_OVERLAP").await.is_empty()
    })
    .await;
    for _ in 0..3 {
        house.control.note_node_seen(&old, here, false);
        house.control.note_node_seen(&new, there, false);
    }
    assert!(told("NODE_ADDRESS_CHANGED").await.is_empty(), "where addresses are not fixed they are nobody's business");
    house.pass(2 * DAY);
    until("a new address is told", async || {
        house.control.note_node_seen(&new, here, true);
        house.control.note_node_seen(&new, there, true);
        house.pass(DAY);
        !told("NODE_ADDRESS_CHANGED").await.is_empty()
    })
    .await;
    assert_eq!(told("NODE_CERTIFICATES_OVERLAP").await.len(), 1, "once for each two");
    house.end().await;
}

async fn an_operator_has_the_authority_succeeded(database: Database) {
    let (house, node) = open(database).await;
    let old_leaf = enrolled(&house, &node, &new_key()).await;
    let first = house.control.certificate_authorities().await.unwrap();
    let door = house.control.server_certificate(&["localhost".to_owned()]).await.unwrap();
    let second = house.control.succeed_certificate_authority().await.unwrap();
    assert_eq!(second.generation, 2);
    let both = house.control.certificate_authorities().await.unwrap();
    assert_eq!(both, [second.clone(), first[0].clone()]);
    let trusted = house.control.client_authorities().await.unwrap();
    assert_eq!(
        trusted.iter().map(|one| one.spki_sha256).collect::<Vec<_>>(),
        both.iter().map(|one| one.public_key).collect::<Vec<_>>()
    );

    // What the old one signed is still recognised; the new one signs.
    let found = house.control.node_by_certificate(&old_leaf, &first[0].public_key).await.unwrap();
    assert!(found.is_ok());
    let new_leaf = enrolled(&house, &node, &new_key()).await;
    let found = house.control.node_by_certificate(&new_leaf, &second.public_key).await.unwrap();
    assert!(found.is_ok());

    // The door goes on to show what the old one signed, and those who know the old one alone believe it.
    let later = house.control.server_certificate(&["localhost".to_owned()]).await.unwrap();
    let issuer = |leaf: &[u8]| both.iter().position(|one| signed_by(&house, leaf, &one.certificate));
    assert_eq!((issuer(&door.chain_der[0]), issuer(&later.chain_der[0])), (Some(1), Some(1)));
    assert_eq!((issuer(&old_leaf), issuer(&new_leaf)), (Some(1), Some(0)));
    house.pass(DAY);
    assert_eq!(house.control.certificate_authorities().await.unwrap(), std::slice::from_ref(&second));
    let last = house.control.server_certificate(&["localhost".to_owned()]).await.unwrap();
    assert!(signed_by(&house, &last.chain_der[0], &second.certificate));
    let events = house.events_in(house.project).await;
    assert_eq!(events.iter().filter(|kind| *kind == "CERTIFICATE_AUTHORITY_SUCCEEDED").count(), 1);
    house.end().await;
}

/// Tells whether rustls believes a certificate, of a node or a door, that has this one root.
fn signed_by(house: &House, leaf: &[u8], root: &[u8]) -> bool {
    use rustls::client::WebPkiServerVerifier;
    use rustls::client::danger::ServerCertVerifier as _;
    use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from(root.to_vec())).unwrap();
    let provider = std::sync::Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let roots = std::sync::Arc::new(roots);
    let leaf = CertificateDer::from(leaf.to_vec());
    let nodes = rustls::server::WebPkiClientVerifier::builder_with_provider(roots.clone(), provider.clone());
    let doors = WebPkiServerVerifier::builder_with_provider(roots, provider).build().unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    let now = u64::try_from(house.control.now().as_secs()).unwrap();
    let now = UnixTime::since_unix_epoch(Duration::from_secs(now));
    nodes.build().unwrap().verify_client_cert(&leaf, &[], now).is_ok()
        || doors.verify_server_cert(&leaf, &[], &name, &[], now).is_ok()
}

/// Gives the ids of a new authority of the first project and of a node's identity under it.
pub(crate) async fn authority_and_identity(house: &House, node: &str, name: &str) -> (String, String) {
    let id = added(house, &authority(house, name)).await;
    let identity = mapped(house, node, &id, "SAN_DNS", name).await;
    (id, identity.rsplit('/').next().unwrap().to_owned())
}

/// A legal body for an authority that nobody has.
pub(crate) fn new_authority(house: &House) -> Value {
    json!({"name": "new", "certificate": authority(house, "new").pem})
}
