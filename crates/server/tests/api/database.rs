//! A database of its own for each test, gone when the test is over, and a way to read all of it.

use std::mem::ManuallyDrop;
use std::sync::atomic::{AtomicU32, Ordering};

use domain::secret::{SecretBytes, SecretText};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, Row as _};
use storage::{Engine, RootKey, Store, StoreOptions};
use tempfile::TempDir;
use tokio::sync::OnceCell;

/// Where the tests find a PostgreSQL they may make databases in.
const SERVER: &str = "ATREST_TEST_POSTGRES";
/// The root key of every test, no byte twice, so that it can be looked for.
pub(crate) const ROOT_KEY: [u8; 32] = *b"\x8f\x01\xd3root key\x9a\xb7of the\xe4\xf2tests!!\x11\xc5\x0e\xfa";

pub(crate) enum Database {
    Sqlite(TempDir),
    Postgres { server: String, url: String, name: String },
}

impl Database {
    pub(crate) fn sqlite() -> Self {
        Self::Sqlite(tempfile::tempdir().unwrap())
    }

    /// Makes one that a store was opened on before: a copy, because making all tables anew takes longer than most tests.
    pub(crate) async fn postgres() -> Self {
        static OPENED: OnceCell<String> = OnceCell::const_new();
        let opened = OPENED.get_or_init(|| async {
            // It stays on the server, which lives no longer than the tests.
            let first = ManuallyDrop::new(Self::empty_on_postgres().await);
            first.open().await.close().await;
            let Self::Postgres { name, .. } = &*first else { panic!("this is PostgreSQL") };
            name.clone()
        });
        Self::copy_on_postgres(opened.await).await
    }

    pub(crate) async fn empty_on_postgres() -> Self {
        Self::copy_on_postgres("template0").await
    }

    async fn copy_on_postgres(template: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let server = server();
        let name = format!("atrest_api_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        on_server(&server, &format!("CREATE DATABASE {name} TEMPLATE {template}")).await;
        let (address, _) = server.rsplit_once('/').expect("the URL of the test server names a database");
        Self::Postgres { url: format!("{address}/{name}"), server, name }
    }

    pub(crate) const fn is_sqlite(&self) -> bool {
        matches!(self, Self::Sqlite(_))
    }

    pub(crate) async fn open(&self) -> Store {
        let engine = match self {
            Self::Sqlite(dir) => Engine::Sqlite { dir: dir.path().to_owned() },
            Self::Postgres { url, .. } => Engine::Postgres { url: SecretText::new(url.clone()) },
        };
        let root_key = |place: &mut [u8; 32]| {
            *place = ROOT_KEY;
            Ok::<_, ()>(())
        };
        let options = StoreOptions { connections: 4, ..StoreOptions::new(engine) };
        let root_key = RootKey::from_bytes(SecretBytes::fill(root_key).unwrap()).unwrap();
        Store::open(options, root_key).await.unwrap()
    }

    /// Gives everything that lies in the database: the files of SQLite byte for byte, each row of
    /// PostgreSQL as text (its binary columns as hex).
    pub(crate) async fn everything(&self) -> Vec<(String, Vec<u8>)> {
        match self {
            Self::Sqlite(dir) => {
                let entries = std::fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().path());
                entries.map(|path| (path.display().to_string(), std::fs::read(path).unwrap())).collect()
            }
            Self::Postgres { url, .. } => {
                let mut connection = PgConnection::connect(url).await.unwrap();
                let tables = "SELECT CAST(tablename AS TEXT) FROM pg_tables WHERE schemaname = 'public'";
                let mut found = Vec::new();
                for table in texts(&mut connection, tables).await {
                    let rows = texts(&mut connection, &format!("SELECT CAST(t.* AS TEXT) FROM {table} AS t")).await;
                    found.extend(rows.into_iter().map(|row| (table.clone(), row.into_bytes())));
                }
                connection.close().await.unwrap();
                found
            }
        }
    }
}

async fn texts(connection: &mut PgConnection, sql: &str) -> Vec<String> {
    let rows = sqlx::query(AssertSqlSafe(sql.to_owned())).fetch_all(connection).await.unwrap();
    rows.iter().map(|row| row.get::<String, _>(0)).collect()
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
