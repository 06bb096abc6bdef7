//! POST `/nodeCertificates/renew`: a node gets its next certificate by the key of the present one; nobody else does.
//! And an enrolment whose request is dropped half-way: the token is used exactly if its certificate is on file.

use std::future::Future as _;
use std::net::{IpAddr, Ipv4Addr};
use std::task::Poll;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use control::certificate_authority::{fingerprint_of, renewal_text};
use control::node::Unrecognised;
use domain::secret::SecretText;
use rcgen::{KeyPair, PKCS_ECDSA_P384_SHA384, SigningKey as _};
use rustls::pki_types::CertificateSigningRequestDer;
use rustls::pki_types::pem::PemObject as _;
use serde_json::{Value, json};

use crate::client::Got;
use crate::database::Database;
use crate::house::{House, Plan};
use crate::nodes::{der, enrolled, new_key, open, recognise, request, token_for};
use crate::on_both_engines;

on_both_engines! {
    a_node_renews_by_the_key_it_has
    the_same_renewal_again_gives_the_same_certificate
    of_two_holders_of_one_key_the_second_is_refused
    what_is_expired_ended_or_revoked_renews_nothing
    a_request_that_another_key_signed_or_that_was_changed_is_refused
    a_clock_may_be_five_minutes_off
    an_enrolment_that_is_dropped_uses_its_token_with_its_certificate_or_not_at_all
}

const RENEWALS: &str = "/api/atrest/v1/nodeCertificates/renew";
const DAY: Duration = Duration::from_secs(24 * 3600);

fn request_der(pem: &str) -> Vec<u8> {
    CertificateSigningRequestDer::from_pem_slice(pem.as_bytes()).unwrap().to_vec()
}

fn as_pem(certificate: &[u8]) -> String {
    control::certificate_authority::pem_of(certificate)
}

/// The time of the house, so many seconds off, as a request writes it.
fn time_of(house: &House, off: i64) -> String {
    let moment = house.control.now().as_millis() + off * 1000;
    api_wire::wire_time::WireTime::from_epoch_millis(moment).to_string()
}

fn body(leaf: &[u8], signer: &KeyPair, request: &str, signed_at: &str) -> Value {
    let text = renewal_text(leaf, &request_der(request), signed_at);
    let signature = STANDARD.encode(signer.sign(text.as_bytes()).unwrap());
    json!({"certificate": as_pem(leaf), "certificateRequest": request, "signature": signature, "signedAt": signed_at})
}

async fn send(house: &House, body: &Value) -> Got {
    house.nobody("POST", RENEWALS).json(body).send().await
}

async fn renew(house: &House, leaf: &[u8], present: &KeyPair, next: &KeyPair) -> Got {
    send(house, &body(leaf, present, &request(next), &time_of(house, 0))).await
}

async fn a_node_renews_by_the_key_it_has(database: Database) {
    let (house, node) = open(database).await;
    let mut key = new_key();
    let mut leaf = enrolled(&house, &node, &key).await;
    // Again and again, with keys of another kind too.
    for next in [new_key(), KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384).unwrap(), new_key()] {
        house.pass(20 * DAY);
        let got = renew(&house, &leaf, &key, &next).await;
        assert_eq!(got.status, 201, "{}", got.text());
        let answer = got.json();
        assert!(node.ends_with(answer["nodeId"].as_str().unwrap()) && answer["name"] == "n1");
        assert!(answer["certificateAuthorities"].as_str().unwrap().contains("BEGIN CERTIFICATE"));
        let new = der(&answer["certificate"]);
        assert!(recognise(&house, &leaf).await.is_ok() && recognise(&house, &new).await.is_ok());
        house.pass(DAY);
        assert_eq!(recognise(&house, &leaf).await, Err(Unrecognised::Ended));
        (key, leaf) = (next, new);
    }
    let path = format!("/api/atlas/v2/groups/{}/events?clusterNames=c&includeRaw=true", house.project);
    let events = house.get(&path).await.ok();
    let issued = events["results"].as_array().unwrap().iter();
    let issued: Vec<_> = issued.filter(|event| event["eventTypeName"] == "NODE_CERTIFICATE_ISSUED").collect();
    assert_eq!((issued.len(), &issued[0]["remoteAddress"]), (4, &json!("127.0.0.1")));
    house.end().await;
}

async fn the_same_renewal_again_gives_the_same_certificate(database: Database) {
    let (house, node) = open(database).await;
    let (key, next) = (new_key(), new_key());
    let leaf = enrolled(&house, &node, &key).await;
    let body = body(&leaf, &key, &request(&next), &time_of(&house, 0));
    let (first, second) = tokio::join!(send(&house, &body), send(&house, &body));
    assert_eq!((first.status, first.json()), (201, second.json()), "{}", second.text());
    assert_eq!(send(&house, &body).await.json(), first.json());
    assert_eq!(house.get(&node).await.ok()["certificates"].as_array().unwrap().len(), 2);
    // A day's half later the answer may still be asked for, signed anew; the captured request is stale by then.
    house.pass(DAY / 2);
    send(&house, &body).await.is(400, "RENEWAL_CLOCK_SKEWED");
    assert_eq!(renew(&house, &leaf, &key, &next).await.json()["serialNumber"], first.json()["serialNumber"]);
    house.end().await;
}

async fn of_two_holders_of_one_key_the_second_is_refused(database: Database) {
    let (house, node) = open(database).await;
    let key = new_key();
    let leaf = enrolled(&house, &node, &key).await;
    let (one, other) = (new_key(), new_key());
    let (first, second) = tokio::join!(renew(&house, &leaf, &key, &one), renew(&house, &leaf, &key, &other));
    let mut statuses = [first.status, second.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 403], "{} {}", first.text(), second.text());
    let lost = if first.status == 403 { &first } else { &second };
    lost.is(403, "NODE_CERTIFICATE_SUCCEEDED");
    assert_eq!(house.get(&node).await.ok()["certificates"].as_array().unwrap().len(), 2);
    house.end().await;
}

async fn what_is_expired_ended_or_revoked_renews_nothing(database: Database) {
    let (house, node) = open(database).await;
    let (key, next) = (new_key(), new_key());
    let leaf = enrolled(&house, &node, &key).await;
    renew(&house, &leaf, &key, &key).await.is(409, "NODE_KEY_USED_BEFORE");
    let got = renew(&house, &leaf, &key, &next).await;
    assert_eq!(got.status, 201, "{}", got.text());
    let newest = der(&got.json()["certificate"]);
    renew(&house, &newest, &next, &key).await.is(409, "NODE_KEY_USED_BEFORE");
    house.pass(DAY);
    renew(&house, &leaf, &key, &new_key()).await.is(403, "NODE_CERTIFICATE_SUCCEEDED");
    house.pass(29 * DAY);
    renew(&house, &newest, &next, &new_key()).await.is(403, "NODE_CERTIFICATE_EXPIRED");
    let (last, fresh) = (new_key(), new_key());
    let live = enrolled(&house, &node, &last).await;
    house.ask("DELETE", &node).send().await.ok();
    renew(&house, &live, &last, &fresh).await.is(403, "NODE_CERTIFICATE_REVOKED");
    let cluster = format!("/api/atlas/v2/groups/{}/clusters/c", house.project);
    assert_eq!(house.ask("DELETE", &cluster).send().await.status, 202);
    renew(&house, &live, &last, &fresh).await.is(403, "NODE_CERTIFICATE_UNKNOWN");
    house.end().await;
}

async fn a_request_that_another_key_signed_or_that_was_changed_is_refused(database: Database) {
    let (house, node) = open(database).await;
    let (key, next) = (new_key(), new_key());
    let leaf = enrolled(&house, &node, &key).await;
    let now = time_of(&house, 0);
    let good = body(&leaf, &key, &request(&next), &now);
    renew(&house, &leaf, &next, &next).await.is(403, "RENEWAL_SIGNATURE_INVALID");
    let mut other_request = good.clone();
    other_request["certificateRequest"] = json!(request(&new_key()));
    let mut other_time = good.clone();
    other_time["signedAt"] = json!(time_of(&house, 1));
    let mut no_base64 = good.clone();
    no_base64["signature"] = json!("?");
    for changed in [other_request, other_time, no_base64] {
        send(&house, &changed).await.is(403, "RENEWAL_SIGNATURE_INVALID");
    }
    // A certificate of nobody, a changed one, another node's.
    let stranger = rcgen::generate_simple_self_signed(vec!["n1".to_owned()]).unwrap();
    let foreign = body(stranger.cert.der(), &stranger.signing_key, &request(&next), &now);
    send(&house, &foreign).await.is(403, "NODE_CERTIFICATE_UNKNOWN");
    let mut flipped = leaf.clone();
    *flipped.last_mut().unwrap() ^= 1;
    send(&house, &body(&flipped, &key, &request(&next), &now)).await.is(403, "NODE_CERTIFICATE_UNKNOWN");
    let mut nonsense = good.clone();
    nonsense["certificate"] = json!("nonsense");
    send(&house, &nonsense).await.is(403, "NODE_CERTIFICATE_UNKNOWN");
    // A request that is none, and one that its own key did not sign.
    let mut none = good.clone();
    none["certificateRequest"] = json!("nonsense");
    send(&house, &none).await.is(400, "INVALID_CERTIFICATE_REQUEST");
    let mut broken = request_der(&request(&next));
    *broken.last_mut().unwrap() ^= 1;
    let broken = as_pem(&broken).replace("CERTIFICATE", "CERTIFICATE REQUEST");
    send(&house, &body(&leaf, &key, &broken, &now)).await.is(400, "INVALID_CERTIFICATE_REQUEST");
    send(&house, &json!({})).await.is(400, "VALIDATION_ERROR");
    assert_eq!(house.get(&node).await.ok()["certificates"].as_array().unwrap().len(), 1);
    assert_eq!(send(&house, &good).await.status, 201);
    house.end().await;
}

async fn a_clock_may_be_five_minutes_off(database: Database) {
    let (house, node) = open(database).await;
    let (key, next) = (new_key(), new_key());
    let leaf = enrolled(&house, &node, &key).await;
    let at = async |off: i64| send(&house, &body(&leaf, &key, &request(&next), &time_of(&house, off))).await;
    for off in [-302, 302, -86_400, 3_000_000_000] {
        at(off).await.is(400, "RENEWAL_CLOCK_SKEWED");
    }
    assert_eq!(at(-290).await.status, 201);
    assert_eq!(at(290).await.status, 201);
    house.end().await;
}

#[tokio::test]
async fn who_guesses_keys_is_slowed_down() {
    let house = House::open_as(Database::sqlite(), Plan::default()).await;
    let stranger = rcgen::generate_simple_self_signed(vec!["n1".to_owned()]).unwrap();
    let guess = body(stranger.cert.der(), &stranger.signing_key, &request(&new_key()), &time_of(&house, 0));
    for _ in 0..10 {
        send(&house, &guess).await.is(403, "NODE_CERTIFICATE_UNKNOWN");
    }
    send(&house, &guess).await.is(429, "RATE_LIMITED");
    house.end().await;
}

/// A request future may be dropped at any of its awaits. After each of them, and after the database has settled, the
/// token is used exactly if its certificate is on file; and the same key asks on.
async fn an_enrolment_that_is_dropped_uses_its_token_with_its_certificate_or_not_at_all(database: Database) {
    let (house, node) = open(database).await;
    let address = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let mut polls = 0_u32;
    let (mut unused, mut used) = (0, 0);
    loop {
        let (token, request) = (token_for(&house, &node).await, request(&new_key()));
        let secret = SecretText::new(token.clone());
        let finished = {
            let mut enrolling = Box::pin(house.control.enrol_node(&secret, &request, address));
            let mut left = polls;
            // It is polled so many times, each time it is woken, and dropped when it is woken the next time.
            let answer = std::future::poll_fn(|context| {
                let Some(rest) = left.checked_sub(1) else { return Poll::Ready(None) };
                left = rest;
                enrolling.as_mut().poll(context).map(Some)
            });
            answer.await.is_some_and(|answer| answer.is_ok())
        };
        let hash: [u8; 32] = {
            let bytes = hex::decode(token.split('.').nth(1).unwrap()).unwrap();
            fingerprint_of(&bytes)
        };
        let found = house.store.enrolment(&hash).await.unwrap().unwrap();
        let on_file = |serial| found.certificates.iter().any(|one| one.serial == serial);
        match found.token.used {
            Some(told) => {
                used += 1;
                assert!(on_file(told.serial), "used without a certificate after {polls} polls");
            }
            None => unused += 1,
        }
        let answer = house.control.enrol_node(&secret, &request, address).await.unwrap();
        let again = house.control.enrol_node(&secret, &request, address).await.unwrap();
        assert_eq!(answer.certificate.serial, again.certificate.serial);
        let after = house.store.enrolment(&hash).await.unwrap().unwrap();
        assert_eq!(after.token.used.unwrap().serial, answer.certificate.serial);
        assert_eq!(after.certificates.len(), usize::try_from(used + unused).unwrap(), "one certificate a token");
        if finished {
            break;
        }
        polls += 1;
    }
    assert!(unused > 0 && used > 0, "{unused} unused, {used} used of {polls}");
    house.end().await;
}
