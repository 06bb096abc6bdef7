//! Tests that key calls of a private path leave by it alone: two doors of one paper Azure, a public and a private
//! one, each with a count of its own.

use domain::customer_key::CustomerKey;
use domain::id::PrivateEndpointId;
use domain::private_endpoint::{KeyPath, Route};

use super::private_endpoint::{place, region};
use super::*;
use crate::provider::Candidate;
use crate::{Providers, ProvidersConfig};

/// Where private doors are. Parallel tests share it: their ports differ.
const PRIVATE: &str = "127.65.9.4";
const OTHER: &str = "127.65.9.5";

fn private(addresses: &[&str]) -> KeyPath {
    KeyPath::Private(vec![route(addresses)])
}

fn route(addresses: &[&str]) -> Route {
    Route {
        endpoint: PrivateEndpointId::from_random([9; 12]),
        region: region(),
        addresses: addresses.iter().map(|address| address.parse().unwrap()).collect(),
        dns_name: None,
    }
}

fn providers(rig: &Rig) -> Arc<Providers> {
    let azure = Config { places: vec![place("127.65.9.0/29")], ..rig.config() };
    let config = ProvidersConfig {
        clock: Clock::new(|| NOW),
        allow_networks: vec!["127.0.0.1/32".parse().unwrap(), "::1/128".parse().unwrap()],
        azure,
        ..ProvidersConfig::default()
    };
    Arc::new(Providers::new(config).unwrap())
}

fn open(providers: &Providers, path: &KeyPath) -> Arc<dyn KeyProvider> {
    let key = CustomerKey::AzureKeyVault(settings(by_secret()));
    providers.open(PROJECT, &key, None, path).unwrap()
}

/// Counts what was asked of the vault.
fn key_calls(rig: &Rig) -> usize {
    let keys = [Operation::GetKey, Operation::Encrypt, Operation::Decrypt].map(|operation| rig.count_of(operation));
    keys.iter().sum::<usize>() + rig.count(What::Challenge)
}

async fn check_of(key: &Arc<dyn KeyProvider>) -> &'static str {
    match key.check(Tokens::MayBeCached, soon()).await {
        Finding::Usable => "usable",
        Finding::Failed(failure) => failure.reason.code(),
    }
}

#[tokio::test]
async fn a_thousand_key_calls_leave_by_the_private_path_and_none_by_the_public_way() {
    let public = Rig::start(|_| None).await;
    let door = Rig::at(PRIVATE, public.port, |_| None).await;
    let providers = providers(&public);
    // The public way is warm: connections are open, a token is kept, and with it a client for the vault.
    assert_eq!(check_of(&open(&providers, &KeyPath::Public)).await, "usable");
    let before = (key_calls(&public), public.connections());
    assert!(before.0 >= 4 && key_calls(&door) == 0);

    let path = private(&[PRIVATE]);
    let mut calls = JoinSet::new();
    for _ in 0..10 {
        let (providers, path) = (providers.clone(), path.clone());
        calls.spawn(async move {
            for _ in 0..25 {
                let key = open(&providers, &path);
                let wrapped = key.wrap(&context(), &data_key(), soon()).await.unwrap();
                assert!(key.unwrap(&context(), &wrapped, soon()).await.unwrap().matches(data_key().expose()));
                assert_eq!(check_of(&key).await, "usable");
            }
        });
    }
    while let Some(done) = calls.join_next().await {
        done.unwrap();
    }
    assert!(key_calls(&door) >= 1000, "{}", key_calls(&door));
    assert_eq!((key_calls(&public), public.connections()), before, "nothing more came to the public door");
    assert!(door.connections() <= 10, "connections of the private path serve again: {}", door.connections());

    // Candidates and descriptions go the same way; only tokens and Resource Manager stay public.
    let key = open(&providers, &path);
    assert_eq!(key.check_candidate(Candidate::NewKey, soon()).await, Finding::Usable);
    key.describe(soon()).await.unwrap();
    assert_eq!(key_calls(&public), before.0);
    assert_eq!((door.count_of(Operation::TenantToken), door.count_of(Operation::ReadVault)), (0, 0));

    // And back: a public call never leaves by what is open to the private door.
    let of_door = key_calls(&door);
    assert_eq!(check_of(&open(&providers, &KeyPath::Public)).await, "usable");
    assert_eq!(key_calls(&door), of_door);
}

#[tokio::test]
async fn a_path_that_is_cut_off_falls_back_to_nothing_and_comes_back_by_itself() {
    let public = Rig::start(|_| None).await;
    let door = Rig::at(PRIVATE, public.port, |_| None).await;
    let providers = providers(&public);
    let key = open(&providers, &private(&[PRIVATE]));
    assert_eq!(check_of(&key).await, "usable");
    drop(door);
    for _ in 0..3 {
        assert_eq!(check_of(&key).await, "CONNECTION_FAILED");
        let failure = key.wrap(&context(), &data_key(), soon()).await.unwrap_err();
        assert!(!failure.reason.is_definite());
    }
    let door = Rig::at(PRIVATE, public.port, |_| None).await;
    assert_eq!(check_of(&key).await, "usable");
    assert_eq!(key_calls(&public), 0);
    assert!(key_calls(&door) > 0);
}

#[tokio::test]
async fn without_an_endpoint_nothing_is_sent_at_all() {
    let public = Rig::start(|_| None).await;
    let providers = providers(&public);
    let check = async |path: &KeyPath, expected: &str| {
        let key = open(&providers, path);
        assert_eq!(check_of(&key).await, expected);
        let candidate = key.check_candidate(Candidate::NewKey, soon()).await;
        assert!(matches!(&candidate, Finding::Failed(failure) if failure.reason.code() == expected), "{candidate:?}");
        let wrapped = key.wrap(&context(), &data_key(), soon()).await;
        assert_eq!(wrapped.unwrap_err().reason.code(), expected);
        assert_eq!(key.describe(soon()).await.unwrap_err().reason.code(), expected);
        assert_eq!(public.connections(), 0, "{path:?}");
    };
    check(&KeyPath::Private(Vec::new()), "NO_PRIVATE_ENDPOINT").await;
    check(&private(&[]), "NO_PRIVATE_ENDPOINT").await;
}

#[tokio::test]
async fn an_address_outside_the_place_is_never_connected_to() {
    let public = Rig::start(|_| None).await;
    let outside = Rig::at("127.65.9.99", public.port, |_| None).await;
    let inside = Rig::at(PRIVATE, public.port, |_| None).await;
    let providers = providers(&public);
    for addresses in [&["127.65.9.99"][..], &["127.0.0.1"], &[PRIVATE, "127.65.9.99"], &["169.254.169.254"]] {
        let key = open(&providers, &private(addresses));
        assert_eq!(check_of(&key).await, "ADDRESS_REFUSED", "{addresses:?}");
    }
    assert_eq!((public.connections(), outside.connections(), inside.connections()), (0, 0, 0));
    // One bad route does not spoil another.
    let routes = KeyPath::Private(vec![route(&["127.65.9.99"]), route(&[PRIVATE])]);
    assert_eq!(check_of(&open(&providers, &routes)).await, "usable");
    assert_eq!((outside.connections(), key_calls(&public)), (0, 0));
}

#[tokio::test]
async fn a_redirect_or_a_challenge_leads_nowhere_else() {
    let public = Rig::start(|_| None).await;
    let port = public.port;
    let door = Rig::at(PRIVATE, port, move |asked| {
        let location = format!("Location: https://localhost:{port}/keys/k/1?api-version=7.4\r\n");
        let other = r#"Bearer authorization="https://localhost:1/common", resource="https://vault.azure.net""#;
        Some(Reply::Bytes(match asked.what {
            What::Challenge => challenge(other),
            What::Asked(_) => http("307 Temporary Redirect", &location, ""),
        }))
    })
    .await;
    let providers = providers(&public);
    let key = open(&providers, &private(&[PRIVATE]));
    assert_eq!(check_of(&key).await, "UNEXPECTED_ANSWER");
    assert!(key_calls(&door) > 0);
    assert_eq!(key_calls(&public), 0);
}

#[tokio::test]
async fn routes_are_tried_in_their_order() {
    let public = Rig::start(|_| None).await;
    let first = Rig::at(PRIVATE, public.port, |_| None).await;
    let second = Rig::at(OTHER, public.port, |_| None).await;
    let providers = providers(&public);
    let path = KeyPath::Private(vec![route(&[PRIVATE]), route(&[OTHER])]);
    assert_eq!(check_of(&open(&providers, &path)).await, "usable");
    assert_eq!(second.connections(), 0);
    drop(first);
    assert_eq!(check_of(&open(&providers, &path)).await, "usable");
    assert!(key_calls(&second) > 0);
    // Another path is another client: what was open to the first does not serve it.
    let other = open(&providers, &private(&[OTHER]));
    let before = second.connections();
    assert_eq!(check_of(&other).await, "usable");
    assert_eq!(second.connections(), before + 1);
    assert_eq!(key_calls(&public), 0);
}

#[tokio::test]
async fn a_project_that_is_forgotten_keeps_nothing_of_its_path() {
    let public = Rig::start(|_| None).await;
    let door = Rig::at(PRIVATE, public.port, |_| None).await;
    let providers = providers(&public);
    let path = private(&[PRIVATE]);
    assert_eq!(check_of(&open(&providers, &path)).await, "usable");
    let (tokens, connections) = (public.count_of(Operation::TenantToken), door.connections());
    providers.forget(PROJECT, domain::customer_key::ProviderKind::AzureKeyVault);
    assert_eq!(check_of(&open(&providers, &path)).await, "usable");
    assert_eq!(public.count_of(Operation::TenantToken), tokens + 1);
    assert_eq!(door.connections(), connections + 1);
}
