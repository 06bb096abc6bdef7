//! Many connections at once, most of them up to no good: whoever asks properly is served.

use std::time::{Duration, Instant};

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::database::Database;
use crate::house::{House, Plan};

async fn half_open(house: &House, count: usize) -> Vec<TcpStream> {
    let mut streams = Vec::new();
    for number in 0..count {
        let mut stream = TcpStream::connect(house.address).await.unwrap();
        // Some say nothing, some begin a head, some a body.
        match number % 3 {
            0 => {}
            1 => stream.write_all(b"GET /api/atlas/v2 HTTP/1.1\r\nHost: a\r\nX-").await.unwrap(),
            _ => {
                let head = "PATCH /api/atlas/v2/x HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{";
                stream.write_all(head.as_bytes()).await.unwrap();
            }
        }
        streams.push(stream);
    }
    streams
}

#[tokio::test]
async fn a_thousand_half_open_connections_hold_nobody_up() {
    let house = House::open(Database::sqlite()).await;
    let streams = half_open(&house, 1_000).await;
    let begun = Instant::now();
    house.patch(&json!({"enabledForSearchNodes": true})).await.ok();
    assert_eq!(house.read().await.ok()["enabledForSearchNodes"], true);
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    assert!(house.metrics().await.contains("atrest_http_connections"));
    drop(streams);
    house.end().await;
}

#[tokio::test]
async fn a_full_house_makes_room_for_who_asks() {
    let mut plan = Plan::default();
    plan.limits.connections = 64;
    let house = House::open_as(Database::sqlite(), plan).await;
    let streams = half_open(&house, 300).await;
    for _ in 0..3 {
        house.read().await.ok();
    }
    drop(streams);
    house.end().await;
}

#[tokio::test]
async fn half_open_connections_end_at_their_deadline() {
    let mut plan = Plan::default();
    plan.limits.head = Duration::from_millis(300);
    plan.limits.body = Duration::from_millis(300);
    let house = House::open_as(Database::sqlite(), plan).await;
    for mut stream in half_open(&house, 3).await {
        let mut rest = Vec::new();
        let ended = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut rest)).await;
        assert!(ended.is_ok(), "the server ends it");
        let said = String::from_utf8_lossy(&rest).to_string();
        assert!(said.is_empty() || said.starts_with("HTTP/1.1 4"), "{said}");
    }
    house.end().await;
}

#[tokio::test]
async fn many_callers_at_once_are_all_served() {
    let house = std::sync::Arc::new(House::open(Database::sqlite()).await);
    house.enable().await;
    let mut callers = JoinSet::new();
    for number in 0..100 {
        let house = house.clone();
        callers.spawn(async move {
            match number % 3 {
                0 => house.read().await.status,
                1 => house.patch(&json!({"enabledForSearchNodes": number % 2 == 0})).await.status,
                _ => house.get("/api/atlas/v2/groups").await.status,
            }
        });
    }
    while let Some(status) = callers.join_next().await {
        assert!(matches!(status.unwrap(), 200 | 409));
    }
    let house = std::sync::Arc::into_inner(house).unwrap();
    house.end().await;
}
