//! Migrating step by step leads where a fresh start does; a database from the future is refused.

use storage::{MIGRATIONS, OpenError, StoreError};

use crate::database::Database;
use crate::fixtures::*;
use crate::on_both_engines;

on_both_engines! {
    step_by_step_equals_fresh
    running_twice_changes_nothing
    a_newer_database_is_refused
    an_edited_past_is_refused
    replicas_may_start_together
}

async fn schema(db: &Database) -> Vec<String> {
    db.peek(match db {
        Database::Sqlite(_) => {
            "SELECT type || ' ' || name || ' ' || COALESCE(sql, '') FROM sqlite_master
             WHERE tbl_name <> 'schema_migrations' ORDER BY 1"
        }
        Database::Postgres { .. } => {
            "SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || ' '
                 || COALESCE(collation_name, '') || ' ' || is_identity AS line
             FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'schema_migrations'
             UNION ALL
             SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'schema_migrations'
             UNION ALL
             SELECT CAST(conrelid AS regclass) || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
             WHERE connamespace = CAST('public' AS regnamespace)
             ORDER BY 1"
        }
    })
    .await
}

async fn step_by_step_equals_fresh(db: Database) {
    let fresh = db.another().await;
    drop(fresh.open().await);
    if db.is_sqlite() {
        std::fs::write(db.file(), "").unwrap();
    }
    for migration in MIGRATIONS {
        db.tamper(if db.is_sqlite() { migration.sqlite } else { migration.postgres }).await;
    }
    let found = schema(&db).await;
    assert!(found.len() > 14);
    let mut wanted = schema(&fresh).await;
    wanted.retain(|line| !line.contains("schema_migrations"));
    assert_eq!(found, wanted);
}

async fn running_twice_changes_nothing(db: Database) {
    let store = db.open().await;
    seed_enabled(&store, 1).await;
    store.close().await;
    drop(store);
    let (before, ran) = (schema(&db).await, db.peek("SELECT name || checksum FROM schema_migrations").await);
    assert_eq!(ran.len(), MIGRATIONS.len());
    let store = db.open().await;
    assert_eq!(store.encryption_at_rest(project_id(1)).await.unwrap().revision, 1);
    drop(store);
    assert_eq!(schema(&db).await, before);
    assert_eq!(db.peek("SELECT name || checksum FROM schema_migrations").await, ran);
}

async fn a_newer_database_is_refused(db: Database) {
    drop(db.open().await);
    db.tamper("INSERT INTO schema_migrations (version, name, checksum) VALUES (9999, '9999_future', 'x')").await;
    let refused = db.try_open(1).await.err().unwrap();
    let StoreError::Open(OpenError::NewerSchema { found, known }) = refused else { panic!("{refused:?}") };
    assert_eq!((found, known), (9999, i64::try_from(MIGRATIONS.len()).unwrap()));
}

async fn an_edited_past_is_refused(db: Database) {
    drop(db.open().await);
    db.tamper("UPDATE schema_migrations SET checksum = 'x' WHERE version = 1").await;
    let refused = db.try_open(1).await.err().unwrap();
    assert!(matches!(refused, StoreError::Open(OpenError::EditedMigration { .. })), "{refused:?}");
    db.tamper("DELETE FROM schema_migrations").await;
    let reader = db.open_read_only().await.err().unwrap();
    assert!(matches!(reader, StoreError::Open(OpenError::OlderSchema { found: 0, .. })), "{reader:?}");
}

async fn replicas_may_start_together(db: Database) {
    let starts = (0..if db.is_sqlite() { 1 } else { 5 }).map(|_| db.try_open(1));
    for store in futures_util::future::join_all(starts).await {
        store.unwrap().ping().await.unwrap();
    }
    assert_eq!(db.peek("SELECT name FROM schema_migrations").await.len(), MIGRATIONS.len());
}
