//! Statements about endpoints find their rows by an index, however many projects there are.

use super::*;
use crate::{Engine, RootKey, StoreOptions};

async fn check(store: &Store, sql: &Sql, values: &[Value<'_>], expected: &str) {
    let text = format!("EXPLAIN QUERY PLAN {}", sql.sqlite);
    let explain = Sql::built("explain a statement", text.clone(), text);
    let detail = |row: &Row| {
        let mut fields = row.fields("plan");
        for _ in 0..3 {
            fields.int().unwrap();
        }
        fields.text().unwrap()
    };
    let plan: Vec<String> = store.read(&explain, values).await.unwrap().iter().map(detail).collect();
    let seen = plan.join("\n");
    assert!(seen.contains(expected), "{}: no {expected} in\n{seen}", sql.act);
    for table in ["SCAN private_endpoints", "SCAN private_paths"] {
        assert!(!seen.contains(table), "{}: {table} in\n{seen}", sql.act);
    }
}

#[tokio::test]
async fn lookups_go_by_index() {
    let dir = tempfile::tempdir().unwrap();
    let key = RootKey::from_bytes(RootKey::random_bytes().unwrap()).unwrap();
    let options = StoreOptions::new(Engine::Sqlite { dir: dir.path().join("data") });
    let store = Store::open(options, key).await.unwrap();
    let by_id = "SEARCH private_endpoints USING PRIMARY KEY (id=?)";
    check(&store, &FIND, values!["id"], by_id).await;
    let by_project = "private_endpoints_by_region (project_id=?)";
    check(&store, &LIST, values!["p"], by_project).await;
    check(&store, &ANY, values!["p"], by_project).await;
    check(&store, &save::ALIVE, values!["p"], by_project).await;
    let by_provider = "private_endpoints_by_region (project_id=? AND provider=?)";
    check(&store, &COUNT, values!["p", "k"], by_provider).await;
    check(&store, &PAGE, values!["p", "k", 9_i64, 0_i64], by_provider).await;
    check(&store, &ACTIVE, values!["p", "k"], by_provider).await;
    for sql in [&save::REVISION, &save::REMOVE] {
        check(&store, sql, values!["id", 1_i64], by_id).await;
    }
    let none = values!["id", 1_i64, "ACTIVE", 0_i64, 0_i64, 0_i64, "{}", Option::<&str>::None];
    check(&store, &save::UPDATE, none, by_id).await;
}

/// A snapshot is read for every request: its path comes by key.
#[tokio::test]
async fn a_snapshot_finds_its_path_by_key() {
    let dir = tempfile::tempdir().unwrap();
    let key = RootKey::from_bytes(RootKey::random_bytes().unwrap()).unwrap();
    let options = StoreOptions::new(Engine::Sqlite { dir: dir.path().join("data") });
    let store = Store::open(options, key).await.unwrap();
    let by_key = "SEARCH n USING PRIMARY KEY (project_id=? AND provider=?)";
    check(&store, &crate::project_snapshot::ONE, values!["p"], by_key).await;
}
