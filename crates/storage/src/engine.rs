//! The two engines: how each is connected to, how a statement runs on it, and what makes a commit
//! durable. Must not know tables. Everything above this file and `sql.rs` is written once.

use std::borrow::Cow;
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use futures_util::stream::{BoxStream, StreamExt as _, TryStreamExt as _};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{
    AssertSqlSafe, ConnectOptions as _, Connection as _, Database, PgConnection, PgPool, Postgres, Row as _,
    SqlSafeStr as _, SqlStr, Sqlite, SqliteConnection, SqlitePool, Transaction,
};

use crate::error::{OpenError, Result, StoreError};
use crate::sql::{Row, Sql, Value};

/// How long SQLite waits for a lock that another process holds, such as a backup's.
const SQLITE_BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Connections to one database. SQLite has one writer, so its queue is ours and it is never "busy".
pub(crate) enum Pools {
    Sqlite { read: SqlitePool, write: SqlitePool },
    Postgres(PgPool),
}

/// What a transaction is for.
#[derive(Clone, Copy)]
pub(crate) enum Purpose {
    /// Changing rows.
    Write,
    /// Reading many rows as they are at one instant.
    Snapshot,
}

/// An open transaction; dropped, it is rolled back.
pub(crate) enum Tx {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

/// Limits on connections.
#[derive(Clone, Copy)]
pub(crate) struct PoolLimits {
    pub(crate) connections: u32,
    pub(crate) acquire_timeout: Duration,
}

impl Pools {
    /// Opens a SQLite file that exists.
    pub(crate) async fn sqlite(file: &Path, limits: PoolLimits, read_only: bool) -> Result<Self> {
        let act = "open the sqlite database";
        let connect = SqliteConnectOptions::new()
            .filename(file)
            .busy_timeout(SQLITE_BUSY_TIMEOUT)
            .foreign_keys(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .pragma("secure_delete", "ON")
            .pragma("trusted_schema", "OFF")
            .thread_name(|id| format!("sqlite-{id}"))
            .disable_statement_logging();
        let pool = SqlitePoolOptions::new()
            .acquire_timeout(limits.acquire_timeout)
            .test_before_acquire(false)
            .idle_timeout(None)
            .max_lifetime(None);
        let only_reads = connect.clone().pragma("query_only", "ON");
        let writer = if read_only { only_reads.clone() } else { connect };
        let write = pool
            .clone()
            .max_connections(1)
            .connect_with(writer)
            .await
            .map_err(|error| StoreError::database(act, error))?;
        let mut connection = write.acquire().await.map_err(|error| StoreError::database(act, error))?;
        check_sqlite(&mut connection).await?;
        drop(connection);
        let read = pool
            .max_connections(limits.connections)
            .connect_with(only_reads)
            .await
            .map_err(|error| StoreError::database(act, error))?;
        Ok(Self::Sqlite { read, write })
    }

    /// Connects to PostgreSQL, with TLS where the URL asks for it.
    pub(crate) async fn postgres(url: &str, limits: PoolLimits) -> Result<Self> {
        let act = "connect to postgresql";
        let connect = PgConnectOptions::from_str(url)
            .map_err(|error| StoreError::Open(OpenError::NotAUrl(Box::new(error))))?
            .disable_statement_logging();
        // A first connection of its own: a pool would hide why it fails behind a timeout.
        let mut first = tokio::time::timeout(limits.acquire_timeout, PgConnection::connect_with(&connect))
            .await
            .map_err(|_| StoreError::database(act, sqlx::Error::PoolTimedOut))?
            .map_err(|error| StoreError::database(act, error))?;
        check_postgres(&mut first).await?;
        first.close().await.map_err(|error| StoreError::database(act, error))?;
        let pool = PgPoolOptions::new()
            .max_connections(limits.connections)
            .acquire_timeout(limits.acquire_timeout)
            .after_connect(|connection, _| {
                Box::pin(async move {
                    check_postgres(connection).await.map_err(|error| sqlx::Error::Configuration(Box::new(error)))
                })
            })
            .connect_with(connect)
            .await
            .map_err(|error| StoreError::database(act, error))?;
        Ok(Self::Postgres(pool))
    }

    /// Begins a transaction. SQLite takes its write lock at once, so a transaction never has to be
    /// given up half-way for a lock.
    pub(crate) async fn begin(&self, act: &'static str, purpose: Purpose) -> Result<Tx> {
        let begun = match (self, purpose) {
            (Self::Sqlite { write, .. }, Purpose::Write) => write.begin_with("BEGIN IMMEDIATE").await.map(Tx::Sqlite),
            (Self::Sqlite { read, .. }, Purpose::Snapshot) => read.begin_with("BEGIN DEFERRED").await.map(Tx::Sqlite),
            (Self::Postgres(pool), Purpose::Write) => {
                begin_whole(pool, "BEGIN ISOLATION LEVEL READ COMMITTED").await.map(Tx::Postgres)
            }
            (Self::Postgres(pool), Purpose::Snapshot) => {
                begin_whole(pool, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await.map(Tx::Postgres)
            }
        };
        begun.map_err(|error| StoreError::database(act, error))
    }

    /// Runs one reading statement.
    pub(crate) async fn read(&self, sql: &Sql, values: &[Value<'_>]) -> Result<Vec<Row>> {
        let rows = match self {
            Self::Sqlite { read, .. } => sqlite(sql, values).fetch_all(read).await.map(sqlite_rows),
            Self::Postgres(pool) => postgres(sql, values).fetch_all(pool).await.map(postgres_rows),
        };
        rows.map_err(|error| StoreError::database(sql.act, error))
    }

    /// Runs one writing statement as a transaction of its own, and gives the rows it returns.
    pub(crate) async fn write(&self, sql: &Sql, values: &[Value<'_>]) -> Result<Vec<Row>> {
        let rows = match self {
            Self::Sqlite { write, .. } => sqlite(sql, values).fetch_all(write).await.map(sqlite_rows),
            Self::Postgres(pool) => postgres(sql, values).fetch_all(pool).await.map(postgres_rows),
        };
        rows.map_err(|error| StoreError::database(sql.act, error))
    }

    /// Runs one writing statement as a transaction of its own, and counts the rows it wrote.
    pub(crate) async fn execute(&self, sql: &Sql, values: &[Value<'_>]) -> Result<u64> {
        let written = match self {
            Self::Sqlite { write, .. } => sqlite(sql, values).execute(write).await.map(|done| done.rows_affected()),
            Self::Postgres(pool) => postgres(sql, values).execute(pool).await.map(|done| done.rows_affected()),
        };
        written.map_err(|error| StoreError::database(sql.act, error))
    }

    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite { read, write } => {
                read.close().await;
                write.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

/// Begins a transaction in a task of its own, so that it is begun wholly or not at all. Were the future of sqlx dropped
/// after it sent BEGIN, the connection would go back to the pool within a transaction that nobody knows of, and the next
/// statements on it would be acknowledged and never committed. So a caller who goes away leaves a begun transaction,
/// which is rolled back.
#[expect(clippy::disallowed_methods, reason = "it ends by itself, as soon as the database answers")]
async fn begin_whole(pool: &PgPool, statement: &'static str) -> sqlx::Result<Transaction<'static, Postgres>> {
    let pool = pool.clone();
    let begun = tokio::spawn(async move { pool.begin_with(statement).await });
    begun.await.unwrap_or(Err(sqlx::Error::WorkerCrashed))
}

impl Tx {
    pub(crate) async fn fetch(&mut self, sql: &Sql, values: &[Value<'_>]) -> Result<Vec<Row>> {
        let rows = match self {
            Self::Sqlite(tx) => sqlite(sql, values).fetch_all(&mut **tx).await.map(sqlite_rows),
            Self::Postgres(tx) => postgres(sql, values).fetch_all(&mut **tx).await.map(postgres_rows),
        };
        rows.map_err(|error| StoreError::database(sql.act, error))
    }

    pub(crate) async fn execute(&mut self, sql: &Sql, values: &[Value<'_>]) -> Result<u64> {
        let written = match self {
            Self::Sqlite(tx) => sqlite(sql, values).execute(&mut **tx).await.map(|done| done.rows_affected()),
            Self::Postgres(tx) => postgres(sql, values).execute(&mut **tx).await.map(|done| done.rows_affected()),
        };
        written.map_err(|error| StoreError::database(sql.act, error))
    }

    /// Gives the rows of an answer one by one, however many there are.
    pub(crate) fn stream<'t>(&'t mut self, sql: &'t Sql) -> BoxStream<'t, Result<Row>> {
        let failed = |error| StoreError::database(sql.act, error);
        match self {
            Self::Sqlite(tx) => sqlite(sql, &[]).fetch(&mut **tx).map_ok(Row::Sqlite).map_err(failed).boxed(),
            Self::Postgres(tx) => postgres(sql, &[]).fetch(&mut **tx).map_ok(Row::Postgres).map_err(failed).boxed(),
        }
    }

    /// Runs a script of several statements without parameters.
    pub(crate) async fn run_script(&mut self, act: &'static str, script: &Sql) -> Result<()> {
        let done = match self {
            Self::Sqlite(tx) => sqlx::raw_sql(text(&script.sqlite)).execute(&mut **tx).await.map(drop),
            Self::Postgres(tx) => sqlx::raw_sql(text(&script.postgres)).execute(&mut **tx).await.map(drop),
        };
        done.map_err(|error| StoreError::database(act, error))
    }

    pub(crate) async fn commit(self, act: &'static str) -> Result<()> {
        let done = match self {
            Self::Sqlite(tx) => tx.commit().await,
            Self::Postgres(tx) => tx.commit().await,
        };
        done.map_err(|error| StoreError::database(act, error))
    }
}

async fn check_sqlite(connection: &mut SqliteConnection) -> Result<()> {
    let act = "check the sqlite settings";
    let mut check =
        async |pragma: &'static str, fits: fn(&str) -> bool, setting: &'static str, wanted: &'static str| {
            let row = sqlx::query::<Sqlite>(pragma)
                .fetch_one(&mut *connection)
                .await
                .map_err(|error| StoreError::database(act, error))?;
            let found =
                row.try_get::<String, _>(0).or_else(|_| row.try_get::<i64, _>(0).map(|number| number.to_string()));
            let found = found.map_err(|error| StoreError::database(act, error))?;
            if fits(&found) { Ok(()) } else { Err(StoreError::Open(OpenError::NotDurable { setting, found, wanted })) }
        };
    check("PRAGMA journal_mode", |mode| mode == "wal", "journal_mode of SQLite", "wal").await?;
    check("PRAGMA synchronous", |level| matches!(level, "2" | "3"), "synchronous of SQLite", "FULL").await?;
    check("PRAGMA foreign_keys", |flag| flag == "1", "foreign_keys of SQLite", "ON").await?;
    check("PRAGMA secure_delete", |flag| flag == "1", "secure_delete of SQLite", "ON").await
}

async fn check_postgres(connection: &mut PgConnection) -> Result<()> {
    let act = "check the postgresql settings";
    let row = sqlx::query::<Postgres>("SHOW synchronous_commit")
        .fetch_one(connection)
        .await
        .map_err(|error| StoreError::database(act, error))?;
    let found: String = row.try_get(0).map_err(|error| StoreError::database(act, error))?;
    if found == "off" {
        return Err(StoreError::Open(OpenError::NotDurable {
            setting: "synchronous_commit of PostgreSQL",
            found,
            wanted: "on",
        }));
    }
    Ok(())
}

pub(crate) type Query<E> = sqlx::query::Query<'static, E, <E as Database>::Arguments>;

pub(crate) fn sqlite(sql: &Sql, values: &[Value<'_>]) -> Query<Sqlite> {
    values.iter().fold(sqlx::query(text(&sql.sqlite)), |query, value| match value {
        Value::Text(text) => query.bind(text.as_deref()),
        Value::Int(number) => query.bind(*number),
        Value::Blob(bytes) => query.bind(*bytes),
    })
}

pub(crate) fn postgres(sql: &Sql, values: &[Value<'_>]) -> Query<Postgres> {
    values.iter().fold(sqlx::query(text(&sql.postgres)), |query, value| match value {
        Value::Text(text) => query.bind(text.as_deref()),
        Value::Int(number) => query.bind(*number),
        Value::Blob(bytes) => query.bind(*bytes),
    })
}

/// Every text here is put together from constants of this crate; values are parameters.
#[expect(clippy::ptr_arg, reason = "a constant and a built text become different things")]
fn text(sql: &Cow<'static, str>) -> SqlStr {
    match sql {
        Cow::Borrowed(constant) => SqlStr::from_static(constant),
        Cow::Owned(built) => AssertSqlSafe(built.clone()).into_sql_str(),
    }
}

fn sqlite_rows(rows: Vec<sqlx::sqlite::SqliteRow>) -> Vec<Row> {
    rows.into_iter().map(Row::Sqlite).collect()
}

fn postgres_rows(rows: Vec<sqlx::postgres::PgRow>) -> Vec<Row> {
    rows.into_iter().map(Row::Postgres).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn refuses_sqlite_that_would_lose_what_it_acknowledged() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("test.db");
        std::fs::write(&file, "").unwrap();
        let limits = PoolLimits { connections: 1, acquire_timeout: Duration::from_secs(5) };
        let pools = Pools::sqlite(&file, limits, false).await.unwrap();
        let Pools::Sqlite { write, read } = &pools else { panic!("sqlite") };
        // The journal mode changes only while nobody else looks.
        read.close().await;
        let mut connection = write.acquire().await.unwrap();
        for (pragma, setting) in [
            ("PRAGMA synchronous = NORMAL", "synchronous"),
            ("PRAGMA synchronous = OFF", "synchronous"),
            ("PRAGMA secure_delete = OFF", "secure_delete"),
            ("PRAGMA journal_mode = DELETE", "journal_mode"),
        ] {
            sqlx::query::<Sqlite>(pragma).execute(&mut *connection).await.unwrap();
            let refused = check_sqlite(&mut connection).await.unwrap_err();
            let StoreError::Open(OpenError::NotDurable { setting: named, .. }) = refused else { panic!("{refused:?}") };
            assert!(named.starts_with(setting), "{named}");
            sqlx::query::<Sqlite>("PRAGMA synchronous = FULL").execute(&mut *connection).await.unwrap();
            sqlx::query::<Sqlite>("PRAGMA secure_delete = ON").execute(&mut *connection).await.unwrap();
        }
    }
}
