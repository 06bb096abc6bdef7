//! Statements that run for each request, or again and again over a whole table, find their rows by an index, however
//! many keys there are.

use super::purge::TO_PURGE;
use super::rewrap::{NEEDS, TO_REWRAP};
use super::save::COUNT as COUNT_SCOPE;
use super::*;
use crate::{Engine, RootKey, StoreOptions};

async fn plan(store: &Store, sql: &Sql, values: &[Value<'_>]) -> Vec<String> {
    let text = format!("EXPLAIN QUERY PLAN {}", sql.sqlite);
    let explain = Sql::built("explain a statement", text.clone(), text);
    let rows = store.read(&explain, values).await.unwrap();
    let detail = |row: &Row| {
        let mut fields = row.fields("plan");
        for _ in 0..3 {
            fields.int().unwrap();
        }
        fields.text().unwrap()
    };
    rows.iter().map(detail).collect()
}

async fn check(store: &Store, sql: &Sql, values: &[Value<'_>], expected: &[&str]) {
    let plan = plan(store, sql, values).await;
    let seen = plan.join("\n");
    for index in expected {
        assert!(seen.contains(index), "{}: no {index} in\n{seen}", sql.act);
    }
    for table in ["SCAN m", "SCAN master_keys", "SCAN master_key_names", "TEMP B-TREE FOR ORDER"] {
        assert!(!seen.contains(table), "{}: {table} in\n{seen}", sql.act);
    }
}

#[tokio::test]
async fn lookups_go_by_index() {
    let dir = tempfile::tempdir().unwrap();
    let key = RootKey::from_bytes(RootKey::random_bytes().unwrap()).unwrap();
    let options = StoreOptions::new(Engine::Sqlite { dir: dir.path().join("data") });
    let store = Store::open(options, key).await.unwrap();
    let unique = "SEARCH m USING INDEX sqlite_autoindex_master_keys_1 (id=?)";
    check(&store, &FIND, values!["id"], &[unique]).await;
    let by_name = "SEARCH master_key_names USING PRIMARY KEY (scope=? AND name=?)";
    check(&store, &NAMED, values!["[]", "scope"], &[unique, by_name]).await;
    let by_scope = "USING INDEX master_keys_by_scope (scope=? AND id>?)";
    check(&store, &IN_SCOPE, values!["scope", "", 9_i64], &[by_scope]).await;
    check(&store, &COUNT_SCOPE, values!["scope"], &["USING COVERING INDEX master_keys_by_scope (scope=?)"]).await;
    let by_project = "SEARCH m USING INDEX master_keys_by_project (project_id=?)";
    check(&store, &LIST, values!["p", "", "", 0_i64, 9_i64, 0_i64], &[by_project]).await;
    let by_provider = "master_keys_by_provider (project_id=? AND provider=? AND id>?)";
    check(&store, &TO_REWRAP, values!["p", "k", 1_i64, "", 9_i64], &[by_provider]).await;
    let by_number = "master_keys_by_customer_key (project_id=? AND provider=? AND customer_key=?)";
    check(&store, &NEEDS, values!["p", "k", 1_i64], &[by_number]).await;
    let due = "SEARCH m USING INDEX master_keys_by_purge (purge_at>? AND purge_at<?)";
    let gone = "SEARCH m USING INDEX master_keys_by_cluster (cluster_id=?)";
    check(&store, &TO_PURGE, values![1_i64, 1_i64, 9_i64], &[due, gone]).await;
}
