//! Where callers come from: access lists of keys, and proxies whose word counts.

use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use control::bootstrap::NewServiceAccount;
use domain::access::OrgRole;
use domain::api_key::AccessList;
use domain::id::{ServiceAccountId, ServiceAccountSecretId};
use domain::secret::SecretText;
use domain::service_account::ServiceAccount;
use serde_json::json;
use server::api::address::TrustedProxies;
use storage::{Outcome, ServiceAccountSecret};

use crate::database::Database;
use crate::house::{House, Plan};
use crate::on_both_engines;

/// A house that stands behind a proxy on loopback.
async fn behind_a_proxy(database: Database) -> House {
    let mut plan = Plan::default();
    plan.settings.trusted_proxies = TrustedProxies(vec!["127.0.0.0/8".parse().unwrap()]);
    House::open_as(database, plan).await
}

async fn a_key_works_only_from_its_access_list(database: Database) {
    let house = behind_a_proxy(database).await;
    let key = house.new_key_from(&["203.0.113.0/24", "2001:db8::/32"]).await;
    let call = |from: &str| house.nobody("GET", &house.path()).by(&key).header("X-Forwarded-For", from);
    for welcome in ["203.0.113.9", "198.51.100.1, 203.0.113.9", "2001:db8::7", "[2001:db8::7]:443", "203.0.113.9:5555"]
    {
        assert_eq!(call(welcome).send().await.status, 200, "{welcome}");
    }
    for (unwelcome, address) in [
        ("198.51.100.1", "198.51.100.1"),
        ("203.0.113.9, 198.51.100.1", "198.51.100.1"),
        ("", "127.0.0.1"),
        ("203.0.113.9, nonsense", "127.0.0.1"),
    ] {
        let got = call(unwelcome).send().await;
        got.is(403, "IP_ADDRESS_NOT_ON_ACCESS_LIST");
        assert_eq!(got.json()["parameters"], json!([address]), "{unwelcome}");
    }
    let patch = house.nobody("PATCH", &house.path()).by(&key).json(&json!({"enabledForSearchNodes": true}));
    patch.send().await.is(403, "IP_ADDRESS_NOT_ON_ACCESS_LIST");
    assert!(house.events().await.is_empty());
    house.end().await;
}

async fn a_service_account_gets_its_token_anywhere_and_uses_it_from_its_list(database: Database) {
    let house = behind_a_proxy(database).await;
    let secret = "mdb_sa_sk_of_an_account_with_a_list";
    let account = ServiceAccount {
        id: ServiceAccountId::from_random([5; 12]),
        name: "listed".to_owned(),
        description: String::new(),
        grants: house.grants(OrgRole::Owner, &[]),
        access_list: AccessList::of(["203.0.113.0/24".parse().unwrap()], house.control.now()),
        created_at: house.control.now(),
    };
    assert_eq!(house.store.insert_service_account(&account).await.unwrap(), Outcome::Saved);
    let kept = ServiceAccountSecret {
        id: ServiceAccountSecretId::from_random([6; 12]),
        account: account.id,
        sha256: digest(&SHA256, secret.as_bytes()).as_ref().try_into().unwrap(),
        created_at: account.created_at,
        expires_at: account.created_at + Duration::from_secs(3600),
        last_used_at: None,
    };
    assert_eq!(house.store.insert_service_account_secret(&kept).await.unwrap(), Outcome::Saved);
    let client_secret = SecretText::new(secret.to_owned());
    let made = NewServiceAccount { client_id: account.client_id(), client_secret };
    let token = crate::oauth::token(&house, &made).await;
    let call = house.nobody("GET", &house.path()).bearer(&token);
    call.clone().header("X-Forwarded-For", "203.0.113.9").send().await.ok();
    call.header("X-Forwarded-For", "198.51.100.1").send().await.is(403, "IP_ADDRESS_NOT_ON_ACCESS_LIST");
    house.end().await;
}

#[tokio::test]
async fn forwarded_addresses_of_strangers_count_for_nothing() {
    let house = House::open(Database::sqlite()).await;
    let key = house.new_key_from(&["203.0.113.0/24"]).await;
    let call = house.nobody("GET", &house.path()).by(&key).header("X-Forwarded-For", "203.0.113.9");
    let got = call.header("Forwarded", "for=203.0.113.9").header("X-Real-IP", "203.0.113.9").send().await;
    got.is(403, "IP_ADDRESS_NOT_ON_ACCESS_LIST");
    assert_eq!(got.json()["parameters"], json!(["127.0.0.1"]));
    let got = house.nobody("GET", &house.path()).header("X-Forwarded-Proto", "https").send().await;
    assert_eq!(got.header("strict-transport-security"), None);
    house.end().await;
}

#[tokio::test]
async fn events_and_links_show_what_the_proxy_said() {
    let house = behind_a_proxy(Database::sqlite()).await;
    let patch = house.ask("PATCH", &house.path()).json(&json!({"enabledForSearchNodes": true}));
    patch.header("X-Forwarded-For", "203.0.113.9").send().await.ok();
    let path = format!("/api/atlas/v2/groups/{}/events", house.project);
    let call = house.ask("GET", &path).header("X-Forwarded-Proto", "https").header("Host", "atlas.example.com");
    let got = call.send().await;
    assert_eq!(got.header("strict-transport-security"), Some("max-age=31536000; includeSubdomains;"));
    let page = got.ok();
    assert_eq!(page["results"][0]["remoteAddress"], "203.0.113.9");
    let own = page["links"][0]["href"].as_str().unwrap();
    assert!(own.starts_with("https://atlas.example.com/api/atlas/v2/groups/"), "{own}");
    house.end().await;
}

#[tokio::test]
async fn dev_mode_answers_to_loopback_names_only() {
    let mut plan = Plan::default();
    plan.settings.loopback_only = true;
    let house = House::open_as(Database::sqlite(), plan).await;
    let port = house.address.port();
    for host in [format!("localhost:{port}"), format!("127.0.0.1:{port}"), format!("[::1]:{port}"), "localhost".into()]
    {
        house.ask("GET", &house.path()).header("Host", &host).send().await.ok();
    }
    for host in ["atlas.example.com", "localhost.example.com:80", "127.0.0.1.example.com", "", "::1"] {
        house.ask("GET", &house.path()).header("Host", host).send().await.is(403, "HOST_NOT_ALLOWED");
    }
    let origin = |origin: &str| house.ask("GET", &house.path()).header("Origin", origin);
    origin(&format!("http://127.0.0.1:{port}")).send().await.ok();
    for foreign in ["http://evil.example", "null", "https://127.0.0.1", "http://127.0.0.1:1"] {
        origin(foreign).send().await.is(403, "HOST_NOT_ALLOWED");
    }
    house.end().await;
}

on_both_engines! {
    a_key_works_only_from_its_access_list
    a_service_account_gets_its_token_anywhere_and_uses_it_from_its_list
}
