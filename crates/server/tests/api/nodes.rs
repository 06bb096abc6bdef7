//! Nodes: creating, enrolling, revoking and listing them under `/groups/{groupId}/clusters/{clusterName}/nodes`,
//! POST `/enrolments`, GET `/certificateAuthorities`, and recognising a node by its certificate.

use std::sync::Arc;
use std::time::Duration;

use control::node::{NodeCaller, Unrecognised};
use domain::node::NodeRole;
use rcgen::{CertificateParams, KeyPair, PKCS_ED25519};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, UnixTime};
use serde_json::{Value, json};

use crate::client::Got;
use crate::clusters::cluster;
use crate::database::Database;
use crate::house::{House, Plan};
use crate::on_both_engines;

on_both_engines! {
    a_node_is_created_shown_listed_and_revoked
    a_node_that_does_not_fit_its_cluster_is_refused
    a_token_becomes_a_certificate_once
    the_same_key_may_ask_again_for_ten_minutes
    a_token_that_is_over_or_replaced_or_of_nobody_does_nothing
    requests_that_are_not_in_order_use_no_token_up
    of_two_enrolments_at_once_one_wins
    a_renewal_needs_a_new_key_and_ends_the_old_certificate_within_a_day
    a_revoked_node_is_refused_at_once
    what_is_of_another_project_or_cluster_is_not_found
    an_authority_is_succeeded_with_overlap
}

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);
const ENROLMENTS: &str = "/api/atrest/v1/enrolments";
const AUTHORITIES: &str = "/api/atrest/v1/certificateAuthorities";

/// Where the nodes of a cluster of the first project are.
pub(crate) fn nodes_of(house: &House, cluster: &str) -> String {
    format!("/api/atrest/v1/groups/{}/clusters/{cluster}/nodes", house.project)
}

pub(crate) async fn new_cluster(house: &House, name: &str) {
    let path = format!("/api/atlas/v2/groups/{}/clusters", house.project);
    let got = house.ask("POST", &path).json(&cluster(name)).send().await;
    assert_eq!(got.status, 201, "{}", got.text());
}

pub(crate) fn mongod(name: &str) -> Value {
    json!({"name": name, "role": "mongod", "region": "US_EAST_1"})
}

/// Makes a node, and gives its address.
pub(crate) async fn new_node(house: &House, cluster: &str, body: &Value) -> String {
    let got = house.ask("POST", &nodes_of(house, cluster)).json(body).send().await;
    assert_eq!(got.status, 201, "{}", got.text());
    let id = got.json()["id"].as_str().unwrap().to_owned();
    let address = format!("{}/{id}", nodes_of(house, cluster));
    assert!(got.header("location").unwrap().ends_with(&address), "{:?}", got.header("location"));
    address
}

/// A house with cluster `c` and a node of it, and the node's address.
pub(crate) async fn open(database: Database) -> (House, String) {
    let house = House::open(database).await;
    new_cluster(&house, "c").await;
    let node = new_node(&house, "c", &mongod("n1")).await;
    (house, node)
}

pub(crate) async fn token_for(house: &House, node: &str) -> String {
    let got = house.ask("POST", &format!("{node}/enrolmentTokens")).send().await;
    assert_eq!(got.status, 201, "{}", got.text());
    let token = got.json();
    assert!(node.ends_with(token["nodeId"].as_str().unwrap()));
    token["token"].as_str().unwrap().to_owned()
}

/// A request that wishes for names of others.
pub(crate) fn request(key: &KeyPair) -> String {
    let mut params = CertificateParams::new(vec!["evil.example.com".to_owned()]).unwrap();
    params.distinguished_name.push(rcgen::DnType::CommonName, "somebody else");
    params.serialize_request(key).unwrap().pem().unwrap()
}

pub(crate) fn new_key() -> KeyPair {
    KeyPair::generate().unwrap()
}

async fn enrol(house: &House, token: &str, request: &str) -> Got {
    house.nobody("POST", ENROLMENTS).json(&json!({"token": token, "certificateRequest": request})).send().await
}

/// Enrols with a new token, and gives the certificate as DER.
pub(crate) async fn enrolled(house: &House, node: &str, key: &KeyPair) -> Vec<u8> {
    let token = token_for(house, node).await;
    let got = enrol(house, &token, &request(key)).await;
    assert_eq!(got.status, 201, "{}", got.text());
    der(&got.json()["certificate"])
}

pub(crate) fn der(pem: &Value) -> Vec<u8> {
    CertificateDer::from_pem_slice(pem.as_str().unwrap().as_bytes()).unwrap().to_vec()
}

/// Asks as the door for keys will, with the issuer that signs now.
pub(crate) async fn recognise(house: &House, leaf: &[u8]) -> Result<NodeCaller, Unrecognised> {
    let issuer = house.control.certificate_authorities().await.unwrap()[0].public_key;
    house.control.node_by_certificate(leaf, &issuer).await.unwrap()
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

async fn kinds(house: &House) -> Vec<Value> {
    let path = format!("/api/atlas/v2/groups/{}/events?clusterNames=c&includeRaw=true", house.project);
    let events = house.get(&path).await.ok();
    events["results"].as_array().unwrap().iter().rev().map(|event| event["eventTypeName"].clone()).collect()
}

/// Uses a token in every way, right and wrong. Gives its secret part and all answers but the one that shows it.
pub(crate) async fn enrol_in_every_way(house: &House) -> (String, Vec<Got>) {
    new_cluster(house, "enrolling").await;
    let node = new_node(house, "enrolling", &mongod("n1")).await;
    let (token, request) = (token_for(house, &node).await, request(&new_key()));
    let mut answers = Vec::new();
    for body in [
        json!({"token": [token], "certificateRequest": request}),
        json!({"token": token.repeat(3), "certificateRequest": request}),
        json!({"tokn": token, "certificateRequest": request}),
        json!({"token": request, "certificateRequest": token}),
        json!({"token": token, "certificateRequest": token}),
        json!({"token": token, "certificateRequest": request}),
        json!({"token": token, "certificateRequest": self::request(&new_key())}),
    ] {
        answers.push(house.nobody("POST", ENROLMENTS).json(&body).send().await);
    }
    let broken = format!(r#"{{"token": "{token}", }}"#);
    let broken = house.nobody("POST", ENROLMENTS).header("Content-Type", "application/json").body(broken);
    answers.push(broken.send().await);
    let statuses: Vec<_> = answers.iter().map(|got| got.status).collect();
    assert_eq!(statuses, [400, 400, 400, 400, 400, 201, 403, 400]);
    for path in [node.as_str(), AUTHORITIES] {
        answers.push(house.get(path).await);
    }
    (token.split('.').nth(1).unwrap().to_owned(), answers)
}

async fn a_node_is_created_shown_listed_and_revoked(database: Database) {
    let (house, node) = open(database).await;
    let shown = house.get(&node).await.ok();
    assert_eq!(
        (&shown["name"], &shown["role"], &shown["region"]),
        (&json!("n1"), &json!("mongod"), &json!("US_EAST_1"))
    );
    assert_eq!((&shown["clusterName"], &shown["groupId"]), (&json!("c"), &json!(house.project.to_string())));
    assert_eq!((&shown["revokedAt"], &shown["certificates"]), (&Value::Null, &json!([])));
    new_node(&house, "c", &json!({"name": "driver", "role": "client"})).await;
    let again = house.ask("POST", &nodes_of(&house, "c")).json(&mongod("n1")).send().await;
    again.is(409, "DUPLICATE_NODE_NAME");
    let page = house.get(&format!("{}?itemsPerPage=1", nodes_of(&house, "c"))).await.ok();
    assert_eq!((&page["totalCount"], &page["results"][0]["name"]), (&json!(2), &json!("driver")));

    enrolled(&house, &node, &new_key()).await;
    let listed = house.get(&nodes_of(&house, "c")).await.ok();
    let certificates = listed["results"][1]["certificates"].clone();
    assert_eq!(certificates, house.get(&node).await.ok()["certificates"]);
    assert_eq!(
        (certificates.as_array().unwrap().len(), &certificates[0]["endsAt"]),
        (1, &certificates[0]["expiresAt"])
    );

    let revoked = house.ask("DELETE", &node).send().await.ok();
    assert!(revoked["revokedAt"].is_string());
    house.ask("DELETE", &node).send().await.is(409, "NODE_REVOKED");
    house.ask("POST", &format!("{node}/enrolmentTokens")).send().await.is(409, "NODE_REVOKED");
    let shown = house.get(&node).await.ok();
    assert_eq!((&shown["revokedAt"], &shown["certificates"]), (&revoked["revokedAt"], &json!([])));
    let heir = new_node(&house, "c", &mongod("n1")).await;
    assert_ne!(heir, node);
    let told =
        ["NODE_CREATED", "NODE_CREATED", "NODE_ENROLMENT_TOKEN_CREATED", "NODE_CERTIFICATE_ISSUED", "NODE_REVOKED"];
    assert_eq!(kinds(&house).await[2..7], told.map(Value::from));
    house.end().await;
}

async fn a_node_that_does_not_fit_its_cluster_is_refused(database: Database) {
    let (house, _) = open(database).await;
    let post = async |body: Value| house.ask("POST", &nodes_of(&house, "c")).json(&body).send().await;
    post(json!({"name": "m", "role": "mongod"})).await.is(400, "MISSING_ATTRIBUTE");
    post(json!({"name": "m", "role": "mongod", "region": "EU_WEST_1"})).await.is(400, "INVALID_ATTRIBUTE");
    post(json!({"name": "m", "role": "client", "region": "US_EAST_1"})).await.is(400, "INVALID_ATTRIBUTE");
    post(json!({"name": "m", "role": "mongos", "region": "US_EAST_1"})).await.is(400, "INVALID_ATTRIBUTE");
    post(json!({"name": "-m", "role": "client"})).await.is(400, "INVALID_ATTRIBUTE");
    post(json!({"name": "m", "role": "driver"})).await.is(400, "INVALID_ENUM_VALUE");
    assert_eq!(
        post(json!({"role": "mongos"})).await.is(400, "MISSING_ATTRIBUTE").json()["parameters"],
        json!(["name"])
    );
    let several = post(json!({"name": "m", "role": "mongos"})).await;
    assert_eq!(several.is(400, "VALIDATION_ERROR").fields(), ["role", "region"]);
    assert_eq!(house.get(&nodes_of(&house, "c")).await.ok()["totalCount"], 1);
    house.end().await;
}

async fn a_token_becomes_a_certificate_once(database: Database) {
    let (house, node) = open(database).await;
    let (token, key) = (token_for(&house, &node).await, new_key());
    let got = enrol(&house, &token, &request(&key)).await;
    assert_eq!(got.status, 201, "{}", got.text());
    let answer = got.json();
    let leaf = der(&answer["certificate"]);
    assert_eq!((&answer["name"], node.ends_with(answer["nodeId"].as_str().unwrap())), (&json!("n1"), true));
    let id = node.rsplit('/').next().unwrap();
    assert!(holds(&leaf, &format!("/projects/{}/clusters/", house.project)) && holds(&leaf, &format!("/nodes/{id}")));
    assert!(!holds(&leaf, "evil") && !holds(&leaf, "somebody"), "names in a request are ignored");

    // Who holds the bundle believes it, and the token said which authority that is.
    let bundle = answer["certificateAuthorities"].as_str().unwrap();
    let authority = CertificateDer::from_pem_slice(bundle.as_bytes()).unwrap();
    let shown = house.get(AUTHORITIES).await.ok();
    assert_eq!(shown["bundle"], bundle);
    assert!(token.ends_with(shown["authorities"][0]["fingerprint"].as_str().unwrap()));
    let mut roots = rustls::RootCertStore::empty();
    roots.add(authority).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let verifier = rustls::server::WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build();
    verifier.unwrap().verify_client_cert(&CertificateDer::from(leaf.clone()), &[], UnixTime::now()).unwrap();

    let caller = recognise(&house, &leaf).await.unwrap();
    let known = &caller.node;
    assert_eq!((known.id.to_string().as_str(), known.project, known.role), (id, house.project, NodeRole::Mongod));
    assert_eq!((known.name.as_str(), caller.cluster_name.as_str()), ("n1", "c"));
    assert_eq!(caller.serial.to_string(), answer["serialNumber"].as_str().unwrap());
    let foreign = house.control.node_by_certificate(&leaf, &[0; 32]).await.unwrap();
    assert_eq!(foreign, Err(Unrecognised::ForeignIssuer));
    assert_eq!(recognise(&house, &leaf[1..]).await, Err(Unrecognised::Unknown));

    enrol(&house, &token, &request(&new_key())).await.is(403, "ENROLMENT_TOKEN_USED");
    assert_eq!(house.get(&node).await.ok()["certificates"].as_array().unwrap().len(), 1);
    house.end().await;
}

async fn the_same_key_may_ask_again_for_ten_minutes(database: Database) {
    let (house, node) = open(database).await;
    let (token, key) = (token_for(&house, &node).await, new_key());
    let first = enrol(&house, &token, &request(&key)).await;
    assert_eq!(first.status, 201, "{}", first.text());
    house.pass(Duration::from_secs(599));
    assert_eq!(enrol(&house, &token, &request(&key)).await.json(), first.json());
    let issued = async || kinds(&house).await.iter().filter(|kind| **kind == "NODE_CERTIFICATE_ISSUED").count();
    assert_eq!(issued().await, 1);
    enrol(&house, &token, &request(&new_key())).await.is(403, "ENROLMENT_TOKEN_USED");
    house.pass(Duration::from_secs(1));
    enrol(&house, &token, &request(&key)).await.is(403, "ENROLMENT_TOKEN_USED");
    house.end().await;
}

async fn a_token_that_is_over_or_replaced_or_of_nobody_does_nothing(database: Database) {
    let (house, node) = open(database).await;
    let request = request(&new_key());
    let replaced = token_for(&house, &node).await;
    let over = token_for(&house, &node).await;
    enrol(&house, &replaced, &request).await.is(403, "ENROLMENT_TOKEN_INVALID");
    house.pass(HOUR);
    enrol(&house, &over, &request).await.is(403, "ENROLMENT_TOKEN_EXPIRED");
    let nobodys = format!("atrest-enrol-1.{}.{}", "0".repeat(64), "0".repeat(64));
    for token in [nobodys.as_str(), "x", "atrest-enrol-1..", "atrest-enrol-1.é.é"] {
        let got = enrol(&house, token, &request).await;
        got.is(403, "ENROLMENT_TOKEN_INVALID");
        assert!(token == "x" || !got.text().contains(token));
        house.pass(HOUR);
    }
    let last = token_for(&house, &node).await;
    house.ask("DELETE", &node).send().await.ok();
    enrol(&house, &last, &request).await.is(403, "ENROLMENT_TOKEN_INVALID");
    let gone = new_node(&house, "c", &mongod("n2")).await;
    let of_a_deleted_cluster = token_for(&house, &gone).await;
    let cluster = format!("/api/atlas/v2/groups/{}/clusters/c", house.project);
    assert_eq!(house.ask("DELETE", &cluster).send().await.status, 202);
    enrol(&house, &of_a_deleted_cluster, &request).await.is(403, "ENROLMENT_TOKEN_INVALID");
    house.end().await;
}

async fn requests_that_are_not_in_order_use_no_token_up(database: Database) {
    let (house, node) = open(database).await;
    let (token, key) = (token_for(&house, &node).await, new_key());
    let good = request(&key);
    let body: String = good.lines().filter(|line| !line.starts_with('-')).collect();
    // The last byte of the signature.
    let broken = good.replace(&body[body.len() - 8..body.len() - 4], "AAAA");
    let ed25519 = request(&KeyPair::generate_for(&PKCS_ED25519).unwrap());
    let rsa_512 = include_str!("../../../control/src/certificate_authority/tests/rsa_512.pem");
    for bad in ["nonsense", &key.serialize_pem(), &broken, &ed25519, rsa_512] {
        let got = enrol(&house, &token, bad).await;
        got.is(400, "INVALID_CERTIFICATE_REQUEST");
        assert!(!got.text().contains(&token), "{}", got.text());
    }
    let huge = good.replace("-----END", &format!("{}\n-----END", "A".repeat(17_000)));
    enrol(&house, &token, &huge).await.is(400, "INVALID_ATTRIBUTE");
    let without = house.nobody("POST", ENROLMENTS).json(&json!({})).send().await;
    without.is(400, "VALIDATION_ERROR");
    assert_eq!(enrol(&house, &token, &good).await.status, 201);
    house.end().await;
}

async fn of_two_enrolments_at_once_one_wins(database: Database) {
    let (house, node) = open(database).await;
    for _ in 0..3 {
        let token = token_for(&house, &node).await;
        let (one, other) = (request(&new_key()), request(&new_key()));
        let (first, second) = tokio::join!(enrol(&house, &token, &one), enrol(&house, &token, &other));
        let mut statuses = [first.status, second.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 403], "{} {}", first.text(), second.text());
    }
    // The same key twice at once is one certificate.
    for _ in 0..10 {
        let (token, same) = (token_for(&house, &node).await, request(&new_key()));
        let (first, second) = tokio::join!(enrol(&house, &token, &same), enrol(&house, &token, &same));
        assert_eq!((first.status, first.json()), (201, second.json()));
    }
    house.end().await;
}

async fn a_renewal_needs_a_new_key_and_ends_the_old_certificate_within_a_day(database: Database) {
    let (house, node) = open(database).await;
    let key = new_key();
    let old = enrolled(&house, &node, &key).await;
    house.pass(20 * DAY);
    let token = token_for(&house, &node).await;
    enrol(&house, &token, &request(&key)).await.is(409, "NODE_KEY_USED_BEFORE");
    let got = enrol(&house, &token, &request(&new_key())).await;
    assert_eq!(got.status, 201, "{}", got.text());
    let new = der(&got.json()["certificate"]);
    assert!(recognise(&house, &old).await.is_ok() && recognise(&house, &new).await.is_ok());
    assert_eq!(house.get(&node).await.ok()["certificates"].as_array().unwrap().len(), 2);
    house.pass(DAY);
    assert_eq!(recognise(&house, &old).await, Err(Unrecognised::Ended));
    assert!(recognise(&house, &new).await.is_ok());
    assert_eq!(house.get(&node).await.ok()["certificates"].as_array().unwrap().len(), 1);
    // A second renewal on the same day ends the oldest at once: there are never three.
    let newer = enrolled(&house, &node, &new_key()).await;
    let newest = enrolled(&house, &node, &new_key()).await;
    assert_eq!(recognise(&house, &new).await, Err(Unrecognised::Ended));
    assert!(recognise(&house, &newer).await.is_ok() && recognise(&house, &newest).await.is_ok());
    house.pass(30 * DAY);
    assert_eq!(recognise(&house, &newest).await, Err(Unrecognised::Expired));
    house.end().await;
}

async fn a_revoked_node_is_refused_at_once(database: Database) {
    let (house, node) = open(database).await;
    let leaf = enrolled(&house, &node, &new_key()).await;
    let other = new_node(&house, "c", &mongod("n2")).await;
    let others = enrolled(&house, &other, &new_key()).await;
    // Twice, so that what is remembered is asked too.
    for _ in 0..2 {
        assert!(recognise(&house, &leaf).await.is_ok());
    }
    house.ask("DELETE", &node).send().await.ok();
    assert_eq!(recognise(&house, &leaf).await, Err(Unrecognised::NodeRevoked));
    assert!(recognise(&house, &others).await.is_ok());
    let cluster = format!("/api/atlas/v2/groups/{}/clusters/c", house.project);
    assert_eq!(house.ask("DELETE", &cluster).send().await.status, 202);
    assert_eq!(recognise(&house, &others).await, Err(Unrecognised::Unknown));
    house.end().await;
}

async fn what_is_of_another_project_or_cluster_is_not_found(database: Database) {
    let (house, node) = open(database).await;
    new_cluster(&house, "d").await;
    let id = node.rsplit('/').next().unwrap();
    let other_project = house.new_project("other").await;
    let mut elsewhere = format!("/api/atrest/v1/groups/{other_project}/clusters/c/nodes/{id}");
    for code in ["CLUSTER_NOT_FOUND", "NODE_NOT_FOUND"] {
        house.get(&elsewhere).await.is(404, code);
        house.ask("DELETE", &elsewhere).send().await.is(404, code);
        house.ask("POST", &format!("{elsewhere}/enrolmentTokens")).send().await.is(404, code);
        elsewhere = format!("{}/{id}", nodes_of(&house, "d"));
    }
    let reader = house.new_reader().await;
    house.nobody("GET", &node).by(&reader).send().await.ok();
    let refused = house.nobody("POST", &format!("{node}/enrolmentTokens")).by(&reader).send().await;
    refused.is(403, "USER_UNAUTHORIZED");
    house.nobody("DELETE", &node).by(&reader).send().await.is(403, "USER_UNAUTHORIZED");
    assert_eq!(house.get(&node).await.ok()["revokedAt"], Value::Null);
    house.end().await;
}

async fn an_authority_is_succeeded_with_overlap(database: Database) {
    let (house, node) = open(database).await;
    let authorities = async || {
        let shown = house.get(AUTHORITIES).await.ok();
        assert_eq!(
            shown["bundle"].as_str().unwrap().matches("BEGIN CERTIFICATE").count(),
            shown["authorities"].as_array().unwrap().len()
        );
        let all = shown["authorities"].as_array().unwrap().clone();
        all.into_iter().map(|one| one["fingerprint"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let first = authorities().await;
    assert_eq!(first.len(), 1);
    house.pass(364 * DAY);
    assert_eq!(authorities().await, first);
    let old_issuer = house.control.certificate_authorities().await.unwrap()[0].public_key;
    let old = enrolled(&house, &node, &new_key()).await;
    house.pass(DAY);
    let both = authorities().await;
    assert_eq!((both.len(), &both[1]), (2, &first[0]));
    let other = new_node(&house, "c", &mongod("n2")).await;
    let token = token_for(&house, &other).await;
    assert!(token.ends_with(&both[0]), "the newest signs");
    let got = enrol(&house, &token, &request(&new_key())).await;
    assert_eq!(got.status, 201, "{}", got.text());
    let new = der(&got.json()["certificate"]);
    assert!(house.control.node_by_certificate(&old, &old_issuer).await.unwrap().is_ok());
    assert!(recognise(&house, &new).await.is_ok());
    assert_eq!(recognise(&house, &old).await, Err(Unrecognised::ForeignIssuer));
    house.pass(29 * DAY);
    assert_eq!(authorities().await, both[..1]);
    house.end().await;
}

#[tokio::test]
async fn who_guesses_tokens_is_slowed_down() {
    let house = House::open_as(Database::sqlite(), Plan::default()).await;
    new_cluster(&house, "c").await;
    let node = new_node(&house, "c", &mongod("n1")).await;
    let (token, request) = (token_for(&house, &node).await, request(&new_key()));
    let guess = format!("atrest-enrol-1.{}.{}", "0".repeat(64), "0".repeat(64));
    for _ in 0..10 {
        enrol(&house, &guess, &request).await.is(403, "ENROLMENT_TOKEN_INVALID");
    }
    let slowed = enrol(&house, &token, &request).await;
    slowed.is(429, "RATE_LIMITED");
    assert_eq!(slowed.header("retry-after"), Some("3"));
    house.pass(Duration::from_secs(3));
    assert_eq!(enrol(&house, &token, &request).await.status, 201);
    // Who signs in with a key is another matter.
    house.get(&node).await.ok();
    house.end().await;
}
