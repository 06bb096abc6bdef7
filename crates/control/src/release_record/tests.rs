//! The record against a real store: what is durable when, what is counted, and what holds releases up.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use domain::cluster::ClusterName;
use domain::customer_key::{CustomerKeyNumber, CustomerKeyVersion, ProviderKind};
use domain::id::{ClusterId, NodeId};
use domain::master_key::MasterKeyId;
use domain::node::{NodeName, NodeRole, Serial};
use domain::release::ReleaseAct;
use domain::secret::SecretBytes;
use domain::time::Timestamp;
use futures_util::FutureExt as _;
use futures_util::future::join_all;
use sqlx::Connection as _;
use storage::{Engine, RootKey, StoreOptions};
use tempfile::TempDir;

use super::heads::Heads;
use super::*;

/// The beginning of a minute.
const T0: Timestamp = Timestamp::from_millis(60_000 * 28_000_000);
const MINUTE: Duration = Duration::from_secs(60);

struct House {
    recorder: Recorder,
    store: Store,
    tasks: Tasks,
    hand: Arc<AtomicI64>,
    folder: TempDir,
}

impl House {
    async fn build() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let key = SecretBytes::fill(|place| {
            *place = [7; 32];
            Ok::<_, ()>(())
        });
        let root_key = RootKey::from_bytes(key.unwrap()).unwrap();
        let options = StoreOptions::new(Engine::Sqlite { dir: folder.path().join("data") });
        let store = Store::open(options, root_key).await.unwrap();
        let (hand, tasks) = (Arc::new(AtomicI64::new(T0.as_millis())), Tasks::default());
        let of_clock = Arc::clone(&hand);
        let clock = Clock::new(move || Timestamp::from_millis(of_clock.load(Ordering::Relaxed)));
        let recorder = Recorder::new(store.clone(), clock, tasks.clone());
        Self { recorder, store, tasks, hand, folder }
    }

    fn set_clock(&self, now: Timestamp) {
        self.hand.store(now.as_millis(), Ordering::Relaxed);
    }

    async fn recorded(&self, project: u8) -> Vec<Release> {
        let lines = self.store.release_lines(project_id(project), 0, 10_000).await.unwrap();
        lines.iter().map(|line| line.release().unwrap()).collect()
    }

    /// Gives how often each line of a project happened.
    async fn times(&self, project: u8) -> Vec<u64> {
        self.recorded(project).await.iter().map(|release| release.times).collect()
    }

    /// Changes the database behind the store's back.
    async fn tamper(&self, sql: &'static str) {
        let url = format!("sqlite://{}", self.folder.path().join("data/atrest.db").display());
        let mut connection = sqlx::SqliteConnection::connect(&url).await.unwrap();
        sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    }

    fn transactions(&self) -> u64 {
        self.recorder.0.transactions.load(Ordering::Relaxed)
    }
}

fn project_id(number: u8) -> ProjectId {
    ProjectId::from_random([number; 12])
}

fn release(project: u8, at: Timestamp) -> Release {
    Release {
        project: project_id(project),
        act: ReleaseAct::Get,
        key: MasterKeyId::from_random([2; 16]),
        provider: ProviderKind::AwsKms,
        customer_key: CustomerKeyNumber::FIRST,
        customer_key_version: CustomerKeyVersion { key: "arn".to_owned(), material: None },
        node: NodeId::from_random([3; 12]),
        node_name: NodeName::parse("db-1").unwrap(),
        role: NodeRole::Mongod,
        cluster: ClusterId::from_random([4; 12]),
        cluster_name: ClusterName::parse("cluster0").unwrap(),
        serial: Serial::from_random([5; 16]),
        address: IpAddr::from([192, 0, 2, 7]),
        at,
        times: 1,
    }
}

fn by_node(number: u16) -> Release {
    let [high, low] = number.to_be_bytes();
    Release { node: NodeId::from_random([high, low, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]), ..release(1, T0) }
}

#[tokio::test]
async fn the_first_in_a_minute_is_durable_when_it_returns() {
    let house = House::build().await;
    house.recorder.record(release(1, T0)).await.unwrap();
    assert_eq!(house.recorded(1).await, [release(1, T0)]);
    let verdict = house.store.verify_releases(project_id(1), &[]).await.unwrap();
    assert!(verdict.is_intact() && verdict.lines == 1);
}

#[tokio::test]
async fn repeats_in_a_minute_are_one_more_line() {
    let house = House::build().await;
    for second in 0..5 {
        house.recorder.record(release(1, T0 + Duration::from_secs(second))).await.unwrap();
    }
    assert_eq!(house.times(1).await, [1], "repeats are counted in memory");
    assert_eq!(house.recorder.write_repeats().await, 0);
    let last = Release { times: 4, ..release(1, T0 + Duration::from_secs(4)) };
    assert_eq!(house.recorded(1).await, [release(1, T0), last]);
    house.recorder.write_repeats().await;
    assert_eq!(house.times(1).await, [1, 4], "what was written is not written again");
}

#[tokio::test]
async fn what_differs_is_a_line_of_its_own() {
    let house = House::build().await;
    let like = || release(1, T0);
    let all = [
        like(),
        Release { act: ReleaseAct::Decrypt, ..like() },
        Release { key: MasterKeyId::from_random([9; 16]), ..like() },
        Release { node: NodeId::from_random([9; 12]), ..like() },
        Release { customer_key: CustomerKeyNumber::FIRST.next(), ..like() },
        Release { provider: ProviderKind::GcpKms, ..like() },
        Release { address: IpAddr::from([192, 0, 2, 8]), ..like() },
        Release { serial: Serial::from_random([9; 16]), ..like() },
    ];
    for (count, release) in (1..).zip(&all) {
        house.recorder.record(release.clone()).await.unwrap();
        assert_eq!(house.recorded(1).await.len(), count, "{release:?}");
    }
}

#[tokio::test]
async fn each_minute_begins_with_a_line_and_the_one_before_is_forgotten() {
    let house = House::build().await;
    house.recorder.record(release(1, T0)).await.unwrap();
    house.recorder.record(release(1, T0 + MINUTE - Duration::from_millis(1))).await.unwrap();
    assert_eq!(house.times(1).await, [1]);
    house.set_clock(T0 + MINUTE);
    house.recorder.record(release(1, T0 + MINUTE)).await.unwrap();
    assert_eq!(house.times(1).await, [1, 1]);
    assert_eq!(house.recorder.ledger().remembered(), 2);
    house.recorder.write_repeats().await;
    assert_eq!(house.times(1).await, [1, 1, 1]);
    assert_eq!(house.recorder.ledger().remembered(), 1, "only this minute");
    // A clock that was put back begins a minute anew: one line too many, none too few.
    house.recorder.record(release(1, T0)).await.unwrap();
    assert_eq!(house.times(1).await.len(), 4);
}

#[tokio::test]
async fn a_store_that_is_away_lets_nothing_out() {
    let house = House::build().await;
    house.recorder.record(release(1, T0)).await.unwrap();
    house.recorder.record(release(1, T0)).await.unwrap();
    house.store.close().await;
    for _ in 0..2 {
        let refused = house.recorder.record(release(2, T0)).await.unwrap_err();
        assert!(matches!(refused, Error::StoreAway(_)), "{refused:?}");
    }
    assert_eq!(house.recorder.write_repeats().await, 1, "one is counted and cannot be written");
    let refused = house.recorder.record(release(1, T0)).await.unwrap_err();
    assert!(matches!(refused, Error::StoreAway(_)), "nothing more is counted: {refused:?}");
    assert_eq!(house.recorder.write_repeats().await, 1, "what was counted stays counted");
}

#[tokio::test]
async fn a_damaged_record_holds_up_its_own_project_alone_until_it_is_mended() {
    let house = House::build().await;
    for project in [1, 2] {
        house.recorder.record(release(project, T0)).await.unwrap();
        house.recorder.record(release(project, T0)).await.unwrap();
    }
    house.tamper("UPDATE release_heads SET sequence = 0 WHERE project_id LIKE '01%'").await;
    let at_once = join_all(
        [1, 2, 1, 2].map(|project| house.recorder.record(Release { act: ReleaseAct::Encrypt, ..release(project, T0) })),
    );
    let answers = at_once.await;
    assert_eq!(answers.iter().map(Result::is_ok).collect::<Vec<_>>(), [false, true, false, true]);
    assert!(matches!(answers[0], Err(Error::Store(_))), "it is not the caller's fault: {:?}", answers[0]);
    assert_eq!(house.recorder.write_repeats().await, 1);
    assert_eq!(house.times(2).await, [1, 1, 1, 1]);
    assert!(house.recorder.record(release(1, T0)).await.is_err());
    house.recorder.record(release(2, T0)).await.unwrap();

    house.tamper("UPDATE release_heads SET sequence = 1 WHERE project_id LIKE '01%'").await;
    assert_eq!(house.times(1).await, [1]);
    house.recorder.write_repeats().await;
    assert_eq!(house.times(1).await, [1, 1], "what was counted meanwhile is written");
    house.recorder.record(release(1, T0)).await.unwrap();
    house.recorder.record(Release { act: ReleaseAct::Encrypt, ..release(1, T0) }).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_at_once_are_few_transactions() {
    let house = House::build().await;
    let all: Vec<Release> = (0..1000).map(by_node).collect();
    let answers = join_all(all.iter().map(|release| house.recorder.record(release.clone()))).await;
    assert!(answers.iter().all(Result::is_ok));
    let nodes: BTreeSet<NodeId> = house.recorded(1).await.iter().map(|release| release.node).collect();
    assert_eq!(nodes, all.iter().map(|release| release.node).collect());
    assert!(house.transactions() <= 10, "{} transactions", house.transactions());
    assert!(house.store.verify_releases(project_id(1), &[]).await.unwrap().is_intact());
}

#[tokio::test]
async fn those_who_come_while_the_first_waits_wait_with_him() {
    let house = House::build().await;
    let mut all = Vec::new();
    for _ in 0..10 {
        all.push(house.recorder.record(release(1, T0)));
    }
    assert!(join_all(all).await.iter().all(Result::is_ok));
    assert_eq!(house.times(1).await, [1]);
    house.recorder.write_repeats().await;
    assert_eq!(house.times(1).await, [1, 9]);
    house.store.close().await;
    let refused = join_all((0..10).map(|_| house.recorder.record(release(2, T0)))).await;
    assert!(refused.iter().all(Result::is_err), "if the first is refused, so are they");
    assert_eq!(house.recorder.write_repeats().await, 0, "and nothing of it is counted");
}

#[tokio::test]
async fn whoever_goes_away_leaves_nobody_waiting() {
    let house = House::build().await;
    assert!(house.recorder.record(release(1, T0)).now_or_never().is_none(), "it waits, and is dropped");
    house.recorder.record(release(1, T0)).await.unwrap();
    assert_eq!(house.times(1).await, [1]);
}

#[tokio::test]
async fn the_end_writes_what_was_counted_and_counts_no_more() {
    let house = House::build().await;
    house.tasks.spawn(house.recorder.clone().run());
    for _ in 0..3 {
        house.recorder.record(release(1, T0)).await.unwrap();
    }
    house.tasks.shut_down().await;
    assert_eq!(house.times(1).await.iter().sum::<u64>(), 3);
    let before = house.times(1).await.len();
    // A request that is still ending has its own line.
    house.recorder.record(release(1, T0)).await.unwrap();
    assert_eq!(house.times(1).await.len(), before + 1);
}

#[tokio::test]
async fn memory_is_bounded_whatever_comes() {
    let house = House::build().await;
    for number in 0..2500 {
        house.recorder.ledger().admit(by_node(number));
        let next = house.recorder.ledger().next_batch(BATCH);
        let (tickets, _) = next.unwrap();
        house.recorder.ledger().settle(tickets, &BTreeMap::new());
        assert!(house.recorder.ledger().remembered() <= 1000);
        assert!(house.recorder.ledger().next_batch(BATCH).is_none());
    }
    // What is not remembered is written each time.
    for _ in 0..2 {
        house.recorder.ledger().admit(by_node(5000));
    }
    let next = house.recorder.ledger().next_batch(BATCH);
    assert_eq!(next.unwrap().0.len(), 2);
}

#[tokio::test]
async fn each_head_is_told_once_after_it_moved() {
    let house = House::build().await;
    let mut heads = Heads::since(T0);
    assert!(heads.moved(&house.store, T0).await.unwrap().is_empty());
    for project in [1, 2] {
        house.recorder.record(release(project, T0)).await.unwrap();
    }
    let told = heads.moved(&house.store, T0 + MINUTE).await.unwrap();
    assert_eq!(
        told.iter().map(|head| (head.project, head.sequence)).collect::<Vec<_>>(),
        [(project_id(1), 1), (project_id(2), 1)]
    );
    assert!(house.store.verify_releases(project_id(1), &told).await.unwrap().is_intact());
    assert!(heads.moved(&house.store, T0 + MINUTE).await.unwrap().is_empty());
    house.recorder.record(release(2, T0 + MINUTE)).await.unwrap();
    let told = heads.moved(&house.store, T0 + MINUTE * 2).await.unwrap();
    assert_eq!(told.iter().map(|head| (head.project, head.sequence)).collect::<Vec<_>>(), [(project_id(2), 2)]);
    house.tamper("UPDATE release_heads SET sequence = 9").await;
    assert!(heads.moved(&house.store, T0 + MINUTE * 2).await.unwrap().is_empty(), "no false head is signed");
}
