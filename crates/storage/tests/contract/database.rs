//! A database of its own for each test, gone when the test is over, and a back door into it.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use domain::secret::{SecretBytes, SecretText};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, Row as _, SqliteConnection};
use storage::{Access, Engine, RootKey, Store, StoreError, StoreOptions};
use tempfile::TempDir;

/// Where the tests find a PostgreSQL they may make databases in.
const SERVER: &str = "ATREST_TEST_POSTGRES";

pub(crate) enum Database {
    Sqlite(TempDir),
    Postgres { server: String, url: String, name: String },
}

/// Gives a root key that is the same for the same byte.
pub(crate) fn root_key(byte: u8) -> RootKey {
    let bytes = SecretBytes::fill(|place| {
        *place = [byte; 32];
        Ok::<_, ()>(())
    });
    RootKey::from_bytes(bytes.unwrap()).unwrap()
}

impl Database {
    pub(crate) fn sqlite() -> Self {
        let private = std::fs::Permissions::from_mode(0o700);
        Self::Sqlite(tempfile::Builder::new().permissions(private).tempdir().unwrap())
    }

    pub(crate) async fn postgres() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let server = server();
        let name = format!("atrest_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        on_server(&server, &format!("CREATE DATABASE {name} TEMPLATE template0")).await;
        let (address, _) = server.rsplit_once('/').expect("the URL of the test server names a database");
        Self::Postgres { url: format!("{address}/{name}"), server, name }
    }

    /// Makes an empty one on the other engine.
    pub(crate) async fn other_engine(&self) -> Self {
        match self {
            Self::Sqlite(_) => Self::postgres().await,
            Self::Postgres { .. } => Self::sqlite(),
        }
    }

    /// Makes another empty one on the same engine.
    pub(crate) async fn another(&self) -> Self {
        match self {
            Self::Sqlite(_) => Self::sqlite(),
            Self::Postgres { .. } => Self::postgres().await,
        }
    }

    pub(crate) const fn is_sqlite(&self) -> bool {
        matches!(self, Self::Sqlite(_))
    }

    pub(crate) fn dir(&self) -> &Path {
        let Self::Sqlite(dir) = self else { panic!("only SQLite has a folder") };
        dir.path()
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.dir().join("atrest.db")
    }

    pub(crate) fn options(&self) -> StoreOptions {
        let engine = match self {
            Self::Sqlite(dir) => Engine::Sqlite { dir: dir.path().to_owned() },
            Self::Postgres { url, .. } => Engine::Postgres { url: SecretText::new(url.clone()) },
        };
        StoreOptions { connections: 4, ..StoreOptions::new(engine) }
    }

    pub(crate) async fn open(&self) -> Store {
        self.try_open(1).await.unwrap()
    }

    pub(crate) async fn try_open(&self, key: u8) -> Result<Store, StoreError> {
        Store::open(self.options(), root_key(key)).await
    }

    pub(crate) async fn open_read_only(&self) -> Result<Store, StoreError> {
        Store::open(StoreOptions { access: Access::ReadOnly, ..self.options() }, root_key(1)).await
    }

    /// Changes the database behind the store's back, and counts the rows it wrote.
    pub(crate) async fn tamper(&self, sql: &str) -> u64 {
        match self {
            Self::Sqlite(_) => {
                let url = format!("sqlite://{}", self.file().display());
                let mut connection = SqliteConnection::connect(&url).await.unwrap();
                let done = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut connection).await.unwrap();
                connection.close().await.unwrap();
                done.rows_affected()
            }
            Self::Postgres { url, .. } => {
                let mut connection = PgConnection::connect(url).await.unwrap();
                let done = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut connection).await.unwrap();
                connection.close().await.unwrap();
                done.rows_affected()
            }
        }
    }

    /// Tries to change the database behind the store's back.
    pub(crate) async fn try_tamper(&self, sql: &str) -> Result<u64, String> {
        let sql = AssertSqlSafe(sql.to_owned());
        let done = match self {
            Self::Sqlite(_) => {
                let url = format!("sqlite://{}", self.file().display());
                let mut connection = SqliteConnection::connect(&url).await.unwrap();
                sqlx::raw_sql(sql).execute(&mut connection).await.map(|done| done.rows_affected())
            }
            Self::Postgres { url, .. } => {
                let mut connection = PgConnection::connect(url).await.unwrap();
                sqlx::raw_sql(sql).execute(&mut connection).await.map(|done| done.rows_affected())
            }
        };
        done.map_err(|error| error.to_string())
    }

    /// Reads the only column of a query, each value as text.
    pub(crate) async fn peek(&self, sql: &str) -> Vec<String> {
        match self {
            Self::Sqlite(_) => {
                let url = format!("sqlite://{}", self.file().display());
                let mut connection = SqliteConnection::connect(&url).await.unwrap();
                let rows = sqlx::query(AssertSqlSafe(sql.to_owned())).fetch_all(&mut connection).await.unwrap();
                connection.close().await.unwrap();
                rows.iter().map(|row| row.get_unchecked::<String, _>(0)).collect()
            }
            Self::Postgres { url, .. } => {
                let mut connection = PgConnection::connect(url).await.unwrap();
                let rows = sqlx::query(AssertSqlSafe(sql.to_owned())).fetch_all(&mut connection).await.unwrap();
                connection.close().await.unwrap();
                rows.iter().map(|row| row.get::<String, _>(0)).collect()
            }
        }
    }

    pub(crate) async fn table_names(&self) -> Vec<String> {
        self.peek(match self {
            Self::Sqlite(_) => {
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name"
            }
            Self::Postgres { .. } => {
                "SELECT CAST(tablename AS TEXT) FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
            }
        })
        .await
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let Self::Postgres { server, name, .. } = self else { return };
        let (server, name) = (server.clone(), name.clone());
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(on_server(&server, &format!("DROP DATABASE {name} WITH (FORCE)")));
        });
        let _best_effort = dropping.join();
    }
}

fn server() -> String {
    #[expect(clippy::disallowed_methods, reason = "the test harness is told by the environment where PostgreSQL is")]
    let found = std::env::var(SERVER);
    found.unwrap_or_else(|_| panic!("{SERVER} is not set: run the tests with `cargo xtask test`, which starts one"))
}

async fn on_server(server: &str, sql: &str) {
    let mut connection = PgConnection::connect(server).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}
