//! A database that goes away and comes back: callers are told to come again, nothing is half done,
//! and the sweep goes on.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::client::Call;
use crate::database::Database;
use crate::house::{House, Plan, until};

/// Stands between the house and its database, and breaks on command.
struct Wire {
    address: SocketAddr,
    state: Arc<State>,
    _carriers: JoinSet<()>,
}

struct State {
    /// How many more of the house's messages are carried; none is counted below zero.
    left: AtomicI64,
    /// Whether the last one still reaches the database, and only its answer is lost.
    loses_answer: AtomicBool,
}

impl Wire {
    async fn to(server: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(State { left: AtomicI64::new(i64::MAX), loses_answer: AtomicBool::new(false) });
        let carried = state.clone();
        let mut carriers = JoinSet::new();
        carriers.spawn(async move {
            let mut connections = JoinSet::new();
            loop {
                let (near, _) = listener.accept().await.unwrap();
                connections.spawn(carry(near, server.clone(), carried.clone()));
            }
        });
        Self { address, state, _carriers: carriers }
    }

    /// Breaks after so many messages, on every connection.
    fn break_after(&self, messages: i64, loses_answer: bool) {
        self.state.loses_answer.store(loses_answer, Ordering::SeqCst);
        self.state.left.store(messages, Ordering::SeqCst);
    }

    /// Mends it, and tells whether it had broken.
    fn mend(&self) -> bool {
        self.state.left.swap(i64::MAX, Ordering::SeqCst) <= 0
    }
}

async fn carry(mut near: TcpStream, server: String, state: Arc<State>) {
    let mut far = TcpStream::connect(server).await.unwrap();
    let (mut asked, mut answered) = (vec![0; 64 * 1024], vec![0; 64 * 1024]);
    loop {
        tokio::select! {
            Ok(count @ 1..) = near.read(&mut asked) => {
                let left = state.left.fetch_sub(1, Ordering::SeqCst);
                let is_last = left == 1 && state.loses_answer.load(Ordering::SeqCst);
                if left <= 0 || (left == 1 && !is_last) {
                    return;
                }
                far.write_all(&asked[..count]).await.unwrap();
                if is_last {
                    // The database has done what it was asked to once it answers.
                    let _ = far.read(&mut answered).await;
                    return;
                }
            }
            Ok(count @ 1..) = far.read(&mut answered) => {
                if state.left.load(Ordering::SeqCst) <= 0 || near.write_all(&answered[..count]).await.is_err() {
                    return;
                }
            }
            else => return,
        }
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
    wire.break_after(0, false);
    let got = house.read().await;
    got.is(503, "SERVICE_UNAVAILABLE");
    assert!(got.header("retry-after").is_some());
    assert!(!got.text().contains("127.0.0.1") && !got.text().contains("atrest_api_"), "{}", got.text());
    house.patch(&json!({"awsKms": {"enabled": false}})).await.is(503, "SERVICE_UNAVAILABLE");
    house.nobody("GET", &house.path()).bearer("x").send().await;
    let form = "grant_type=client_credentials&client_id=mdb_sa_id_0123456789abcdef01234567&client_secret=x";
    let token = house.nobody("POST", "/api/oauth/token").header("Content-Type", "application/x-www-form-urlencoded");
    let token = token.body(form).send().await;
    assert_eq!((token.status, token.header("retry-after")), (503, Some("1")), "{}", token.text());
    assert_eq!(token.json()["error"], "temporarily_unavailable");
    let ready = Call::new(house.operations, "GET", "/readyz").send().await;
    assert_eq!((ready.status, &ready.json()["store"]["ok"]), (503, &false.into()));
    assert_eq!(house.nobody("GET", "/healthz").send().await.status, 200, "we are alive");

    wire.mend();
    until("the house serves again", || async { house.read().await.status == 200 }).await;
    assert_eq!(house.read().await.ok(), before);
    assert_eq!(house.events().await, ["ENCRYPTION_AT_REST_CONFIGURATION_UPDATED"]);
    house.cloud().disable_key(&house.cloud().key).await;
    until("the sweep goes on", || async { house.read().await.ok()["awsKms"]["valid"] == false }).await;
    house.end().await;
}

#[tokio::test]
async fn a_change_cut_off_anywhere_is_there_whole_or_not_at_all() {
    let (database, wire) = wired().await;
    let house = House::open(database).await;
    let mut wanted = true;
    for loses_answer in [false, true] {
        let (mut acknowledged, mut lost) = (0, 0);
        for messages in 1.. {
            let before = house.events().await.len();
            wire.break_after(messages, loses_answer);
            let got = house.patch(&json!({"enabledForSearchNodes": wanted})).await;
            let broke = wire.mend();
            until("the house serves again", || async { house.read().await.status == 200 }).await;
            let is_changed = house.read().await.ok()["enabledForSearchNodes"] == wanted;
            let events = house.events().await.len() - before;
            assert_eq!(events, usize::from(is_changed), "after {messages} messages: one change, one event");
            assert!(matches!(got.status, 200 | 503), "after {messages} messages: {} {}", got.status, got.text());
            assert!(got.status != 200 || is_changed, "after {messages} messages: what is acknowledged is durable");
            wanted = wanted != is_changed;
            acknowledged += u32::from(got.status == 200 && !broke);
            lost += u32::from(got.status != 200 && !is_changed);
            // Saved and not told is possible too, when the answer to the commit itself is what was lost:
            // sending it again changes nothing then.
            if acknowledged == 2 {
                break;
            }
            assert!(messages < 200, "a change takes few messages");
        }
        assert!(lost > 5, "{lost} changes were lost on their way");
    }
    house.end().await;
}
