//! The store: opened once, cloned freely, and the three ways a table reaches its database: a read, a
//! single writing statement, a transaction. Must not know tables.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use domain::secret::{SecretBytes, SecretText};

use crate::cache::{Caches, Touched, Write};
use crate::data_dir::{self, DataDir};
use crate::engine::{PoolLimits, Pools, Purpose, Tx};
use crate::error::{OpenError, Result, StoreError};
use crate::releases::ReleaseKeys;
use crate::root_key::RootKey;
use crate::seal::Sealer;
use crate::sql::{Row, Sql, Value};
use crate::{instance_settings, migrate, work};

/// How often a transaction that lost a race in PostgreSQL is run in all.
const MAX_RUNS: u32 = 6;
/// How long the first loser of a race waits; each further one twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(4);

/// Which database to open.
#[derive(Debug)]
pub enum Engine {
    /// The embedded one, in a folder of its own.
    Sqlite {
        /// The data folder; made if it is not there.
        dir: PathBuf,
    },
    /// A PostgreSQL server, shared by replicas.
    Postgres {
        /// Its `postgres://` URL, which may hold a password.
        url: SecretText,
    },
}

/// What the store is opened for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Access {
    /// Everything. On SQLite only one process can have it.
    #[default]
    ReadWrite,
    /// Reading beside a running server, to make a backup of it. Nothing is migrated or remembered.
    ReadOnly,
}

/// How to open a store.
#[derive(Debug)]
pub struct StoreOptions {
    /// The database.
    pub engine: Engine,
    /// What for.
    pub access: Access,
    /// The most connections: to PostgreSQL in all, to SQLite for reading.
    pub connections: u32,
    /// How long a call waits for a connection before it is told "busy".
    pub acquire_timeout: Duration,
}

impl StoreOptions {
    /// Takes the defaults for an engine.
    #[must_use]
    pub const fn new(engine: Engine) -> Self {
        let connections = match engine {
            Engine::Sqlite { .. } => 4,
            Engine::Postgres { .. } => 16,
        };
        Self { engine, access: Access::ReadWrite, connections, acquire_timeout: Duration::from_secs(5) }
    }
}

/// Everything Atrest keeps. Clones share one set of connections.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    pools: Pools,
    /// Present where nobody else can write to the database.
    caches: Option<Caches>,
    sealer: Sealer,
    root_key: RootKey,
    release_keys: ReleaseKeys,
    access: Access,
    /// Last, so that the folder is unlocked after the connections are gone.
    folder: Option<DataDir>,
}

impl Store {
    /// Opens the database, migrates it, and makes sure it is sealed under this root key. On SQLite
    /// all claims of work are given up: whoever held them is gone.
    /// Errors: [`StoreError::Open`] says what to do; otherwise the database's own errors.
    pub async fn open(options: StoreOptions, root_key: RootKey) -> Result<Self> {
        let limits = PoolLimits { connections: options.connections.max(1), acquire_timeout: options.acquire_timeout };
        let read_only = options.access == Access::ReadOnly;
        let (pools, folder) = match &options.engine {
            Engine::Sqlite { dir } => {
                let folder = if read_only { data_dir::look_into(dir) } else { data_dir::own(dir) };
                let folder = folder.map_err(StoreError::Open)?;
                (Pools::sqlite(&folder.database, limits, read_only).await?, Some(folder))
            }
            Engine::Postgres { url } => (Pools::postgres(url.expose(), limits).await?, None),
        };
        let sealer = Sealer::new(&root_key)?;
        let owns = folder.is_some() && !read_only;
        let caches = owns.then(Caches::empty);
        let (release_keys, access) = (ReleaseKeys::default(), options.access);
        let store = Self { inner: Arc::new(Inner { pools, caches, sealer, root_key, release_keys, access, folder }) };
        if read_only {
            migrate::check(&store).await?;
        } else {
            migrate::run(&store).await?;
        }
        instance_settings::check_root_key(&store).await?;
        if owns {
            work::give_up_all_claims(&store).await?;
        }
        Ok(store)
    }

    /// Tells whether this process alone can change the database.
    #[must_use]
    pub fn owns_database(&self) -> bool {
        self.inner.caches.is_some()
    }

    /// Derives a key for one purpose from the root key: the same on every replica.
    pub fn derive_key(&self, label: &str) -> Result<SecretBytes<32>> {
        Ok(self.inner.root_key.derive(label)?)
    }

    /// Makes sure the database answers.
    pub async fn ping(&self) -> Result<()> {
        static PING: Sql = Sql::same("ping the database", "SELECT 1");
        self.read(&PING, &[]).await.map(drop)
    }

    /// Closes all connections, after what they are at is done. The folder stays locked until the
    /// last clone is dropped.
    pub async fn close(&self) {
        self.inner.pools.close().await;
    }

    pub(crate) fn caches(&self) -> Option<&Caches> {
        self.inner.caches.as_ref()
    }

    pub(crate) fn sealer(&self) -> &Sealer {
        &self.inner.sealer
    }

    pub(crate) fn root_key(&self) -> &RootKey {
        &self.inner.root_key
    }

    pub(crate) fn release_keys(&self) -> &ReleaseKeys {
        &self.inner.release_keys
    }

    pub(crate) fn is_sqlite(&self) -> bool {
        self.inner.folder.is_some()
    }

    /// Runs one reading statement.
    pub(crate) async fn read(&self, sql: &Sql, values: &[Value<'_>]) -> Result<Vec<Row>> {
        self.inner.pools.read(sql, values).await
    }

    /// Runs one reading statement that gives at most one row.
    pub(crate) async fn read_one(&self, sql: &Sql, values: &[Value<'_>]) -> Result<Option<Row>> {
        Ok(self.read(sql, values).await?.into_iter().next())
    }

    /// Shows how the database would go about a reading statement.
    pub(crate) async fn explain(&self, text: &str, values: &[Value<'_>]) -> Result<Vec<String>> {
        let sql = Sql::built("explain a list", format!("EXPLAIN QUERY PLAN {text}"), format!("EXPLAIN {text}"));
        let rows = self.read(&sql, values).await?;
        let line = |row: &Row| {
            let mut fields = row.fields("a plan");
            if self.is_sqlite() {
                let _numbers = (fields.int()?, fields.int()?, fields.int()?);
            }
            fields.text()
        };
        rows.iter().map(line).collect()
    }

    /// Runs one writing statement and counts the rows it wrote.
    pub(crate) async fn execute(&self, sql: &Sql, values: &[Value<'_>], touched: &[Touched]) -> Result<u64> {
        let mut race = self.enter(sql.act, touched)?;
        loop {
            let run = self.inner.pools.execute(sql, values).await;
            if let Some(done) = race.over(run).await {
                return done;
            }
        }
    }

    /// Runs one writing statement and gives the rows it returns.
    pub(crate) async fn write(&self, sql: &Sql, values: &[Value<'_>], touched: &[Touched]) -> Result<Vec<Row>> {
        let mut race = self.enter(sql.act, touched)?;
        loop {
            let run = self.inner.pools.write(sql, values).await;
            if let Some(done) = race.over(run).await {
                return done;
            }
        }
    }

    /// Begins a write that may have to be run again; see [`transact!`].
    pub(crate) fn enter<'s>(&'s self, act: &'static str, touched: &'s [Touched]) -> Result<Race<'s>> {
        match self.inner.access {
            Access::ReadWrite => {}
            Access::ReadOnly => return Err(StoreError::ReadOnly { act }),
        }
        Ok(Race { store: self, act, write: Some(Write::begin(self.caches(), touched)), runs: 0, pause: FIRST_PAUSE })
    }

    /// Moves what was overwritten out of SQLite's log, so that not even its sealed form stays behind.
    pub(crate) async fn empty_the_log(&self) -> Result<()> {
        static TRUNCATE: Sql = Sql::each("empty the write-ahead log", "PRAGMA wal_checkpoint(TRUNCATE)", "SELECT 1");
        self.write(&TRUNCATE, &[], &[]).await.map(drop)
    }

    /// Begins a transaction that sees one instant.
    pub(crate) async fn snapshot(&self, act: &'static str) -> Result<Tx> {
        self.inner.pools.begin(act, Purpose::Snapshot).await
    }
}

/// A write under way: it is run until it wins, fails for good, or has lost too often.
pub(crate) struct Race<'s> {
    store: &'s Store,
    pub(crate) act: &'static str,
    write: Option<Write<'s>>,
    runs: u32,
    pause: Duration,
}

impl Race<'_> {
    /// Begins a transaction that changes rows.
    pub(crate) async fn begin(&self) -> Result<Tx> {
        let tx = self.store.inner.pools.begin(self.act, Purpose::Write).await?;
        if let Some(caches) = self.store.caches() {
            caches.settle();
        }
        Ok(tx)
    }

    /// Takes in how a run ended. Gives nothing if it is to be run again.
    pub(crate) async fn over<T>(&mut self, run: Result<T>) -> Option<Result<T>> {
        self.runs = self.runs.saturating_add(1);
        if run.as_ref().is_err_and(StoreError::is_lost_race) && self.runs < MAX_RUNS {
            tracing::debug!(act = self.act, runs = self.runs, "lost a race in the database, running again");
            tokio::time::sleep(self.pause).await;
            self.pause = self.pause.saturating_mul(2);
            return None;
        }
        Some(self.end(run))
    }

    /// Takes in how the only run ended.
    pub(crate) fn end<T>(&mut self, run: Result<T>) -> Result<T> {
        if let Some(write) = self.write.take() {
            write.end();
        }
        run
    }
}

/// Runs a transaction: `transact!(store, act, touched, |tx| body)`. The body gives a `Result` and may
/// run several times; an `Err` rolls it back, and so does a `return`, which gives what it returns. A macro
/// and not a function of a closure, because the future of an async closure that borrows cannot be shown to
/// be `Send` today (rust-lang/rust#110338).
macro_rules! transact {
    ($store:expr, $act:expr, $touched:expr, |$tx:ident| $body:expr) => {{
        let mut race = $store.enter($act, $touched)?;
        loop {
            let run = async {
                let mut begun = race.begin().await?;
                let done = {
                    let $tx = &mut begun;
                    $body?
                };
                begun.commit(race.act).await?;
                Ok(done)
            };
            let run = run.await;
            if let Some(done) = race.over(run).await {
                break done;
            }
        }
    }};
}
pub(crate) use transact;

/// Refuses to open with an error of the opening kind.
pub(crate) const fn refuse(reason: OpenError) -> StoreError {
    StoreError::Open(reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Doors run use cases on other threads, so every future of ours must be able to move.
    #[test]
    fn futures_can_move_between_threads() {
        fn movable<T: Send>(_: T) {}
        fn all(
            store: &Store,
            change: crate::SaveSetting<'_>,
            key: &crate::StoredMasterKey,
            endpoint: &domain::private_endpoint::PrivateEndpoint,
            step: crate::EndpointStep<'_>,
            file: &mut tokio::fs::File,
        ) {
            let at = domain::time::Timestamp::EPOCH;
            let project = domain::id::ProjectId::from_random([0; 12]);
            movable(store.save_encryption_at_rest(change));
            movable(store.save_validities(&[]));
            movable(store.project_snapshot(project));
            movable(store.api_key_by_public_key(""));
            movable(store.claim_due(crate::WorkKind::ValidityCheck, at, "", 1, Duration::ZERO));
            movable(store.record_events(&[]));
            movable(store.burn_nonce("", 1, at));
            movable(store.backup(file, at));
            movable(store.restore(file, at));
            movable(store.insert_master_key(key, &[]));
            movable(store.update_master_key(&key.key, None, &[]));
            movable(store.purge_master_key(key.key.id, 1, at, &[]));
            movable(store.forget_unneeded_retired_customer_keys(project, domain::customer_key::ProviderKind::AwsKms));
            movable(store.create_private_endpoint(endpoint, 1, 1, &[]));
            movable(store.delete_private_endpoints(&[], &[]));
            movable(store.save_private_endpoint_step(step));
            movable(store.ping());
        }
        fn alerts(
            store: &Store,
            look: crate::AlertLook<'_>,
            config: &domain::alert::AlertConfig,
            told: crate::NoticeStep<'_>,
        ) {
            movable(store.enqueue_notices(&[]));
            movable(store.save_notice_step(told));
            movable(store.save_alert_look(look));
            movable(store.create_alert_config(config, &crate::Webhooks::new(), 1, &[]));
        }
        let _compiles = (all, alerts);
    }
}
