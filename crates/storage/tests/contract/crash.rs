//! kill -9 in the middle: what was acknowledged is there, each change with exactly one event, and the record of releases
//! whole.

use std::process::Stdio;

use domain::customer_key::{Move, ProviderKind};
use domain::secret::SecretText;
use storage::{Engine, EventFilter, Outcome, Store, StoreOptions};
use tokio::io::{AsyncBufReadExt as _, BufReader};

use crate::database::{Database, root_key};
use crate::fixtures::*;
use crate::on_both_engines;
use crate::releases::release;

on_both_engines! { survives_kill_9 }

const TARGET: &str = "ATREST_TEST_CRASH_TARGET";
const ROUNDS: u32 = 4;

async fn survives_kill_9(db: Database) {
    let store = db.open().await;
    seed_enabled(&store, 1).await;
    store.close().await;
    drop(store);
    let target = match &db {
        Database::Sqlite(dir) => dir.path().display().to_string(),
        Database::Postgres { url, .. } => url.clone(),
    };
    // Releases that were promised, of all rounds; each kill may leave one more that nobody heard of.
    let mut promised: u64 = 0;
    for round in 0..ROUNDS {
        let mut child = tokio::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "crash::saves_until_it_is_killed", "--ignored", "--nocapture"])
            .env(TARGET, &target)
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut acknowledged = 0;
        let mut wanted = 5 + 7 * round;
        while wanted > 0 {
            let line = lines.next_line().await.unwrap().expect("the child goes on until it is killed");
            if let Some(revision) = line.rsplit_once("saved ") {
                acknowledged = revision.1.parse::<i64>().unwrap();
                (wanted, promised) = (wanted - 1, promised + 1);
            }
        }
        child.kill().await.unwrap();
        while let Ok(Some(line)) = lines.next_line().await {
            if let Some(revision) = line.rsplit_once("saved ") {
                acknowledged = revision.1.parse::<i64>().unwrap_or(acknowledged);
                promised += 1;
            }
        }
        wait_for_the_last_session(&db).await;
        let store = db.open().await;
        let found = store.project_snapshot(project_id(1)).await.unwrap().unwrap();
        let revision = found.setting.revision;
        assert!((acknowledged..=acknowledged + 1).contains(&revision), "{acknowledged} acknowledged, {revision} found");
        assert_eq!(found.validities[&ProviderKind::AwsKms].key_revision, revision);
        let (_, events) = store.events_of_project(project_id(1), &EventFilter::default(), slice(0, 1)).await.unwrap();
        assert_eq!(events, revision, "one event a change");
        let record = store.verify_releases(project_id(1), &[]).await.unwrap();
        assert!(record.is_intact(), "{record:?}");
        let most = promised + u64::from(round) + 1;
        assert!((promised..=most).contains(&record.lines), "{promised} promised, {} lines", record.lines);
        store.close().await;
    }
}

/// A server may still be at the dead client's last statement.
async fn wait_for_the_last_session(db: &Database) {
    if db.is_sqlite() {
        return;
    }
    let others = "SELECT CAST(COUNT(*) AS TEXT) FROM pg_stat_activity
                  WHERE datname = current_database() AND pid <> pg_backend_pid()";
    while db.peek(others).await != ["0"] {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
#[ignore = "the process that survives_kill_9 kills"]
async fn saves_until_it_is_killed() {
    #[expect(clippy::disallowed_methods, reason = "how the parent tells its child what to write to")]
    let Ok(target) = std::env::var(TARGET) else { return };
    let engine = if target.starts_with("postgres") {
        Engine::Postgres { url: SecretText::new(target) }
    } else {
        Engine::Sqlite { dir: target.into() }
    };
    let store = Store::open(StoreOptions::new(engine), root_key(1)).await.unwrap();
    let first = store.encryption_at_rest(project_id(1)).await.unwrap().revision + 1;
    for revision in first.. {
        let next = setting(1, revision, static_key("alias/next", "AKIAIOSFODNN7EXAMPLE", SECRET));
        let number = 10_000 + u32::try_from(revision).unwrap();
        assert_eq!(save(&store, &next, Move::ChangeKey, event(number, 1)).await, Outcome::Saved);
        store.append_releases(&[release(revision, 1)]).await.unwrap();
        println!("saved {revision}");
    }
}
