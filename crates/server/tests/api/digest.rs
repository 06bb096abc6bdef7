//! HTTP Digest as the clients speak it (clients.md 1.2), over the wire.

use std::time::Duration;

use domain::access::OrgRole;
use serde_json::json;

use crate::client::{Key, REALM, authorization, md5, response};
use crate::database::Database;
use crate::house::{House, Plan};
use crate::on_both_engines;

/// Asks for a challenge and gives its nonce.
async fn nonce(house: &House) -> String {
    house.nobody("GET", &house.path()).send().await.nonce()
}

async fn signs_curl_in(database: Database) {
    let house = House::open(database).await;
    // curl: unquoted algorithm, base64 cnonce; the query is part of what is signed.
    let target = format!("{}?pretty=true&envelope=false", house.path());
    house.ask("GET", &target).send().await.ok();
    house.ask("PATCH", &house.path()).json(&json!({"enabledForSearchNodes": true})).send().await.ok();
    let mut curl = std::process::Command::new("curl");
    curl.args(["--silent", "--digest", "-u", &format!("{}:{}", house.owner.public, house.owner.private)])
        .args(["-H", "Content-Type: application/json", "-X", "PATCH", "-d", r#"{"enabledForSearchNodes":false}"#])
        .arg(format!("http://{}{}", house.address, house.path()));
    let curl = tokio::task::spawn_blocking(move || curl.output().unwrap()).await.unwrap();
    let body: serde_json::Value = serde_json::from_slice(&curl.stdout).unwrap();
    assert_eq!(body["enabledForSearchNodes"], false);
    house.end().await;
}

async fn signs_go_in_with_a_new_challenge_for_each_call(database: Database) {
    let house = House::open(database).await;
    for _ in 0..3 {
        let call = house.nobody("PATCH", &house.path()).json(&json!({"enabledForSearchNodes": true}));
        let first = call.send().await;
        assert_eq!(first.status, 401);
        let (nonce, public, uri) = (first.nonce(), &house.owner.public, house.path());
        let response = response(&house.owner, &nonce, 1, "0123456789abcdef", "PATCH", &uri);
        let go = format!(
            r#"Digest username="{public}", realm="{REALM}", nonce="{nonce}", uri="{uri}", response="{response}", algorithm="MD5", qop=auth, nc=00000001, cnonce="0123456789abcdef""#
        );
        call.send_with(Some(&go)).await.ok();
    }
    house.end().await;
}

async fn signs_httpx_in_with_rising_counts_on_one_nonce(database: Database) {
    let house = House::open(database).await;
    let nonce = nonce(&house).await;
    let targets = [house.path(), "/api/atlas/v2/groups".to_owned(), format!("/api/atlas/v2/groups/{}", house.project)];
    for count in 1..=9_u32 {
        let target = &targets[count as usize % targets.len()];
        let authorization = authorization(&house.owner, &nonce, count, "GET", target);
        house.nobody("GET", target).send_with(Some(&authorization)).await.ok();
    }
    let patch = authorization(&house.owner, &nonce, 10, "PATCH", &house.path());
    let call = house.nobody("PATCH", &house.path()).json(&json!({"enabledForSearchNodes": true}));
    call.send_with(Some(&patch)).await.ok();
    house.end().await;
}

async fn signs_node_in_with_a_high_first_count_and_no_algorithm(database: Database) {
    let house = House::open(database).await;
    let (nonce, public, uri) = (nonce(&house).await, &house.owner.public, house.path());
    let response = response(&house.owner, &nonce, 0x2a, "abc", "GET", &uri);
    let node = format!(
        r#"Digest username="{public}", realm="{REALM}", nonce="{nonce}", uri="{uri}", response="{response}", qop=auth, nc=0000002a, cnonce="abc""#
    );
    house.nobody("GET", &uri).send_with(Some(&node)).await.ok();
    house.end().await;
}

async fn refuses_a_replay_and_says_a_fresh_nonce_would_do(database: Database) {
    let house = House::open(database).await;
    let nonce = nonce(&house).await;
    let call = house.nobody("PATCH", &house.path()).json(&json!({"enabledForSearchNodes": true}));
    let patch = authorization(&house.owner, &nonce, 7, "PATCH", &house.path());
    call.send_with(Some(&patch)).await.ok();
    for _ in 0..2 {
        let again = call.send_with(Some(&patch)).await;
        assert!(again.status == 401 && again.is_stale(), "{:?}", again.headers);
    }
    let read = authorization(&house.owner, &nonce, 7, "GET", &house.path());
    let got = house.nobody("GET", &house.path()).send_with(Some(&read)).await;
    assert!(got.status == 401 && got.is_stale(), "another request on the same count");
    assert_eq!(house.events().await.len(), 1, "the replay changed nothing");
    // Parallel requests arrive out of order: a lower count that was not used is welcome.
    let earlier = authorization(&house.owner, &nonce, 3, "GET", &house.path());
    house.nobody("GET", &house.path()).send_with(Some(&earlier)).await.ok();
    house.end().await;
}

async fn a_nonce_is_stale_after_five_minutes_or_if_we_never_made_it(database: Database) {
    let house = House::open(database).await;
    let old = nonce(&house).await;
    house.pass(Duration::from_secs(299));
    let call = house.nobody("GET", &house.path());
    call.send_with(Some(&authorization(&house.owner, &old, 1, "GET", &house.path()))).await.ok();
    house.pass(Duration::from_secs(2));
    for nonce in [old.as_str(), "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "short", ""] {
        let got = call.send_with(Some(&authorization(&house.owner, nonce, 2, "GET", &house.path()))).await;
        assert!(got.status == 401 && got.is_stale(), "{nonce}: {:?}", got.headers);
        let fresh = got.nonce();
        call.send_with(Some(&authorization(&house.owner, &fresh, 1, "GET", &house.path()))).await.ok();
    }
    house.end().await;
}

#[tokio::test]
async fn refuses_what_was_signed_for_something_else() {
    let house = House::open(Database::sqlite()).await;
    let path = house.path();
    let refuse = async |why: &str, method: &str, uri: &str, edit: fn(String) -> String| {
        let nonce = nonce(&house).await;
        let text = edit(authorization(&house.owner, &nonce, 1, method, uri));
        let got = house.nobody("GET", &path).send_with(Some(&text)).await;
        assert_eq!(got.status, 401, "{why}");
        house.pass(Duration::from_secs(4));
    };
    let same: fn(String) -> String = |text| text;
    refuse("another method", "PATCH", &path, same).await;
    refuse("another path", "GET", "/api/atlas/v2/groups", same).await;
    refuse("another query", "GET", &format!("{path}?pretty=true"), same).await;
    refuse("another realm", "GET", &path, |text| text.replace(REALM, "elsewhere")).await;
    refuse("auth-int", "GET", &path, |text| text.replace("qop=auth", "qop=auth-int")).await;
    refuse("no qop", "GET", &path, |text| text.replace("qop=auth, ", "")).await;
    refuse("SHA-256", "GET", &path, |text| text.replace("MD5", "SHA-256")).await;
    refuse("a count of zero", "GET", &path, |text| text.replace("nc=00000001", "nc=00000000")).await;
    refuse("a count that is no number", "GET", &path, |text| text.replace("nc=00000001", "nc=0000000g")).await;
    refuse("two usernames", "GET", &path, |text| format!(r#"{text}, username="other""#)).await;
    refuse("an open quote", "GET", &path, |text| text.replace(r#"", realm"#, " realm")).await;
    // RFC 2069, without qop, has no count and could be replayed.
    let (nonce, public) = (nonce(&house).await, &house.owner.public);
    let ha1 = md5(&format!("{public}:{REALM}:{}", house.owner.private));
    let response = md5(&format!("{ha1}:{nonce}:{}", md5(&format!("GET:{path}"))));
    let rfc2069 =
        format!(r#"Digest username="{public}", realm="{REALM}", nonce="{nonce}", uri="{path}", response="{response}""#);
    assert_eq!(house.nobody("GET", &path).send_with(Some(&rfc2069)).await.status, 401);
    house.end().await;
}

#[tokio::test]
async fn two_authorizations_are_none() {
    let house = House::open(Database::sqlite()).await;
    let good = authorization(&house.owner, &nonce(&house).await, 1, "GET", &house.path());
    let got = house.nobody("GET", &house.path()).header("Authorization", &good).send_with(Some(&good)).await;
    assert_eq!(got.status, 401);
    house.end().await;
}

#[tokio::test]
async fn can_be_switched_off() {
    let mut plan = Plan::default();
    plan.settings.auth.digest = false;
    let house = House::open_as(Database::sqlite(), plan).await;
    let got = house.nobody("GET", &house.path()).send().await;
    assert_eq!((got.status, got.header("www-authenticate")), (401, Some(r#"Bearer realm="MMS Public API""#)));
    let made_up = authorization(&house.owner, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", 1, "GET", &house.path());
    assert_eq!(house.nobody("GET", &house.path()).send_with(Some(&made_up)).await.status, 401);
    house.end().await;
}

async fn a_nonce_counts_on_every_replica_and_a_write_only_once(database: Database) {
    if database.is_sqlite() {
        return;
    }
    let house = House::open(database).await;
    let other = house.replica(Plan::default()).await;
    let nonce = nonce(&house).await;
    let read = |count| authorization(&house.owner, &nonce, count, "GET", &house.path());
    house.nobody("GET", &house.path()).send_with(Some(&read(1))).await.ok();
    other.nobody("GET", &house.path()).send_with(Some(&read(2))).await.ok();
    let write = authorization(&house.owner, &nonce, 3, "PATCH", &house.path());
    let body = json!({"enabledForSearchNodes": true});
    house.nobody("PATCH", &house.path()).json(&body).send_with(Some(&write)).await.ok();
    let replay = other.nobody("PATCH", &house.path()).json(&body).send_with(Some(&write)).await;
    assert!(replay.status == 401 && replay.is_stale());
    other.end().await;
    house.end().await;
}

#[tokio::test]
async fn a_key_of_another_public_half_is_another_key() {
    let house = House::open(Database::sqlite()).await;
    let upper = Key { public: house.owner.public.to_uppercase(), private: house.owner.private.clone() };
    assert_eq!(house.nobody("GET", &house.path()).by(&upper).send().await.status, 401);
    house.end().await;
}

async fn a_long_query_can_be_signed(database: Database) {
    let house = House::open(database).await;
    let types = api_wire::atlas::event_types::EVENT_TYPE_NAMES;
    let query: Vec<String> = types.iter().map(|name| format!("eventType={name}")).collect();
    let target = format!("/api/atlas/v2/groups/{}/events?{}", house.project, query.join("&"));
    assert!(target.len() > 2_500, "every type there is: {}", target.len());
    house.get(&target).await.ok();
    house.get(&format!("{target}&{}", query.join("&"))).await.ok();
    house.end().await;
}

async fn a_deleted_key_is_nobodys(database: Database) {
    let house = House::open(database).await;
    let key = house.new_key(house.grants(OrgRole::Owner, &[])).await;
    house.nobody("GET", &house.path()).by(&key).send().await.ok();
    let id = house.store.api_key_by_public_key(&key.public).await.unwrap().unwrap().key.id;
    assert!(house.store.delete_api_key(id).await.unwrap());
    assert_eq!(house.nobody("GET", &house.path()).by(&key).send().await.status, 401);
    house.end().await;
}

async fn nonces_of_an_embedded_database_end_with_their_process(database: Database) {
    let is_sqlite = database.is_sqlite();
    let house = House::open(database).await;
    let nonce = nonce(&house).await;
    let used = authorization(&house.owner, &nonce, 1, "GET", &house.path());
    house.nobody("GET", &house.path()).send_with(Some(&used)).await.ok();
    let (org, project, key) = (house.org, house.project, house.owner.clone());
    let again = House::reopen(house.end().await, Plan::default(), org, project, key).await;
    // What was used before the restart is not remembered, so it must not be good again.
    let replay = again.nobody("GET", &again.path()).send_with(Some(&used)).await;
    if is_sqlite {
        assert!(replay.status == 401 && replay.is_stale());
    }
    let write = authorization(&again.owner, &nonce, 2, "PATCH", &again.path());
    let call = again.nobody("PATCH", &again.path()).json(&json!({"enabledForSearchNodes": true}));
    let first = call.send_with(Some(&write)).await.status;
    assert_eq!(first, if is_sqlite { 401 } else { 200 });
    assert_eq!(call.send_with(Some(&write)).await.status, 401);
    again.end().await;
}

on_both_engines! {
    a_long_query_can_be_signed
    a_deleted_key_is_nobodys
    nonces_of_an_embedded_database_end_with_their_process
    signs_curl_in
    signs_go_in_with_a_new_challenge_for_each_call
    signs_httpx_in_with_rising_counts_on_one_nonce
    signs_node_in_with_a_high_first_count_and_no_algorithm
    refuses_a_replay_and_says_a_fresh_nonce_would_do
    a_nonce_is_stale_after_five_minutes_or_if_we_never_made_it
    a_nonce_counts_on_every_replica_and_a_write_only_once
}
