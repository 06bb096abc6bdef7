//! Migrations: which there are, and bringing a database up to them. A database that is newer than
//! this program, or whose past differs from ours, is refused.
//!
//! Adding one: a folder `migrations/NNNN_name/` with a script per engine, a line in [`MIGRATIONS`],
//! and the tables it makes in `backup/tables.rs`. A script that was released never changes.

use std::borrow::Cow;

use aws_lc_rs::digest;

use crate::engine::Tx;
use crate::error::{OpenError, Result};
use crate::sql::{Sql, values};
use crate::store::{Store, refuse, transact};

/// One step of the schema.
#[derive(Debug)]
pub struct Migration {
    /// Its place in the order, from 1.
    pub version: i64,
    /// The name of its folder.
    pub name: &'static str,
    /// The script for SQLite.
    pub sqlite: &'static str,
    /// The script for PostgreSQL.
    pub postgres: &'static str,
}

macro_rules! migrations {
    ($($version:literal $name:literal)*) => {
        /// Every migration, in order.
        pub const MIGRATIONS: &[Migration] = &[$(Migration {
            version: $version,
            name: $name,
            sqlite: include_str!(concat!("../migrations/", $name, "/sqlite.sql")),
            postgres: include_str!(concat!("../migrations/", $name, "/postgres.sql")),
        },)*];
    };
}

migrations! {
    1 "0001_foundation"
    2 "0002_clusters"
    3 "0003_nodes"
    4 "0004_master_keys"
    5 "0005_private_endpoints"
    6 "0006_access"
    7 "0007_projects"
    8 "0008_cluster_settings"
    9 "0009_alerts"
    10 "0010_outbox"
}

/// How often replicas that start at the same moment try to make the same table.
const MAX_TRIES: u32 = 20;

impl Migration {
    fn checksum(&self, sqlite: bool) -> String {
        let script = if sqlite { self.sqlite } else { self.postgres };
        hex::encode(digest::digest(&digest::SHA256, script.as_bytes()))
    }
}

/// Gives the version this program brings databases to.
pub(crate) fn newest() -> i64 {
    MIGRATIONS.last().map_or(0, |migration| migration.version)
}

/// Brings the database up to date, in one transaction.
pub(crate) async fn run(store: &Store) -> Result<()> {
    let mut tries: u32 = 1;
    loop {
        let done = run_once(store).await;
        match done {
            Err(error) if error.is_made_twice() && tries < MAX_TRIES => tries = tries.saturating_add(1),
            done => return done,
        }
    }
}

async fn run_once(store: &Store) -> Result<()> {
    transact!(store, "migrate the database", &[], |tx| bring_up(tx, store.is_sqlite()).await)
}

/// Makes sure that the database is at our version, without changing it.
pub(crate) async fn check(store: &Store) -> Result<()> {
    let applied = applied(store.read(&APPLIED, &[]).await?)?;
    let left = compare(&applied, store.is_sqlite())?;
    if left.is_empty() {
        return Ok(());
    }
    let found = applied.last().map_or(0, |(version, _)| *version);
    Err(refuse(OpenError::OlderSchema { found, known: newest() }))
}

static TABLE: Sql = Sql::each(
    "make the table of migrations",
    "CREATE TABLE IF NOT EXISTS schema_migrations (
        version INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL) STRICT",
    "CREATE TABLE IF NOT EXISTS schema_migrations (
        version BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL)",
);
static APPLIED: Sql =
    Sql::same("read the table of migrations", "SELECT version, checksum FROM schema_migrations ORDER BY version");
static RECORD: Sql =
    Sql::same("record a migration", "INSERT INTO schema_migrations (version, name, checksum) VALUES ($1, $2, $3)");

async fn bring_up(tx: &mut Tx, sqlite: bool) -> Result<()> {
    tx.execute(&TABLE, &[]).await?;
    let applied = applied(tx.fetch(&APPLIED, &[]).await?)?;
    for migration in compare(&applied, sqlite)? {
        tracing::info!(migration = migration.name, "migrating the database");
        // First, so that of two replicas one waits here and then finds it done.
        tx.execute(&RECORD, values![migration.version, migration.name, migration.checksum(sqlite)]).await?;
        let script = Sql {
            act: "migrate the database",
            sqlite: Cow::Borrowed(migration.sqlite),
            postgres: Cow::Borrowed(migration.postgres),
        };
        tx.run_script("migrate the database", &script).await?;
    }
    Ok(())
}

fn applied(rows: Vec<crate::sql::Row>) -> Result<Vec<(i64, String)>> {
    rows.iter()
        .map(|row| {
            let mut fields = row.fields("schema_migrations");
            Ok((fields.int()?, fields.text()?))
        })
        .collect()
}

/// Gives the migrations that are still to run.
fn compare(applied: &[(i64, String)], sqlite: bool) -> Result<Vec<&'static Migration>> {
    let found = applied.last().map_or(0, |(version, _)| *version);
    if found > newest() {
        return Err(refuse(OpenError::NewerSchema { found, known: newest() }));
    }
    let mut left = Vec::new();
    for migration in MIGRATIONS {
        match applied.iter().find(|(version, _)| *version == migration.version) {
            None => left.push(migration),
            Some((_, checksum)) if *checksum == migration.checksum(sqlite) => {}
            Some(_) => return Err(refuse(OpenError::EditedMigration { name: migration.name.to_owned() })),
        }
    }
    Ok(left)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_count_up_and_folders_carry_them() {
        for (index, migration) in MIGRATIONS.iter().enumerate() {
            assert_eq!(migration.version, i64::try_from(index).unwrap() + 1);
            assert!(migration.name.starts_with(&format!("{:04}_", migration.version)), "{}", migration.name);
        }
    }
}
