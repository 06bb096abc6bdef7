//! A database that goes away and comes back: callers are told to come again, nothing is half done,
//! and the sweep goes on.

use std::net::SocketAddr;
use std::time::Duration;

use serde_json::json;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::client::Call;
use crate::database::Database;
use crate::house::{House, Plan, until};

/// Stands between the house and its database, and can be cut.
struct Wire {
    address: SocketAddr,
    up: watch::Sender<bool>,
    _carriers: JoinSet<()>,
}

impl Wire {
    async fn to(server: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (up, is_up) = watch::channel(true);
        let mut carriers = JoinSet::new();
        carriers.spawn(async move {
            let mut connections = JoinSet::new();
            loop {
                let (mut near, _) = listener.accept().await.unwrap();
                let (server, mut is_up) = (server.clone(), is_up.clone());
                if !*is_up.borrow() {
                    continue;
                }
                connections.spawn(async move {
                    let mut far = TcpStream::connect(server).await.unwrap();
                    tokio::select! {
                        _ = tokio::io::copy_bidirectional(&mut near, &mut far) => {}
                        _ = is_up.wait_for(|up| !up) => {}
                    }
                });
            }
        });
        Self { address, up, _carriers: carriers }
    }
}

/// A database of PostgreSQL that is reached over a wire.
async fn wired() -> (Database, Wire) {
    let mut database = Database::postgres().await;
    let Database::Postgres { url, .. } = &mut database else { panic!("it is PostgreSQL") };
    let (before, rest) = url.split_once('@').unwrap();
    let (server, name) = rest.split_once('/').unwrap();
    let wire = Wire::to(server.to_owned()).await;
    *url = format!("{before}@{}/{name}", wire.address);
    (database, wire)
}

#[tokio::test]
async fn callers_are_told_to_come_again() {
    let (database, wire) = wired().await;
    let house = House::open_as(database, Plan::sweeping()).await;
    let before = house.enable().await;
    wire.up.send_replace(false);
    let got = house.read().await;
    got.is(503, "SERVICE_UNAVAILABLE");
    assert!(got.header("retry-after").is_some());
    assert!(!got.text().contains("127.0.0.1") && !got.text().contains("atrest_api_"), "{}", got.text());
    house.patch(&json!({"awsKms": {"enabled": false}})).await.is(503, "SERVICE_UNAVAILABLE");
    house.nobody("GET", &house.path()).bearer("x").send().await;
    let ready = Call::new(house.operations, "GET", "/readyz").send().await;
    assert_eq!((ready.status, &ready.json()["store"]["ok"]), (503, &false.into()));
    assert_eq!(house.nobody("GET", "/healthz").send().await.status, 200, "we are alive");

    wire.up.send_replace(true);
    until("the house serves again", || async { house.read().await.status == 200 }).await;
    assert_eq!(house.read().await.ok(), before);
    assert_eq!(house.events().await, ["ENCRYPTION_AT_REST_CONFIGURATION_UPDATED"]);
    house.cloud().disable_key(&house.cloud().key).await;
    until("the sweep goes on", || async { house.read().await.ok()["awsKms"]["valid"] == false }).await;
    house.end().await;
}

#[tokio::test]
async fn a_change_cut_off_is_there_whole_or_not_at_all() {
    let (database, wire) = wired().await;
    let house = House::open(database).await;
    for round in 0..6_u64 {
        let wanted = json!({"enabledForSearchNodes": round % 2 == 0});
        let cut = async {
            tokio::time::sleep(Duration::from_millis(round * 3)).await;
            wire.up.send_replace(false);
        };
        let (got, ()) = tokio::join!(house.patch(&wanted), cut);
        wire.up.send_replace(true);
        until("the house serves again", || async { house.read().await.status == 200 }).await;
        let is = house.read().await.ok()["enabledForSearchNodes"].clone();
        assert!(got.status != 200 || is == wanted["enabledForSearchNodes"], "what is acknowledged is durable");
        assert!(matches!(got.status, 200 | 401 | 500 | 503), "{}", got.text());
        let events = house.events().await.len();
        house.patch(&wanted).await.ok();
        let changed = usize::from(is != wanted["enabledForSearchNodes"]);
        assert_eq!(house.events().await.len(), events + changed, "one change, one event");
    }
    assert_eq!(house.events().await.len(), 6);
    house.end().await;
}
