//! Backup and restore: everything that outlives a restart, as it is at one instant, sealed under the
//! root key, and independent of the engine: a backup of SQLite restores into PostgreSQL and back.
//!
//! Inside the sealed stream each frame is a length (4 bytes, big endian) and JSON: `{"table": name}`,
//! then one array per row with blobs in hex, at last `{"end": {table: rows}}`. What lies outside is in
//! `backup/stream.rs`, the list of tables in `backup/tables.rs`.

mod stream;
mod tables;

use std::collections::BTreeMap;

use domain::time::Timestamp;
use futures_util::TryStreamExt as _;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncRead, AsyncWrite};

use crate::cache::Touched;
use crate::engine::Tx;
use crate::error::{Result, StoreError};
use crate::seal::Sealer;
use crate::sql::{Sql, to_json, values};
use crate::{Store, master_keys, migrate};
use stream::{Header, OpeningReader, SealingWriter};
use tables::{LEFT_OUT, TABLES, Table};

/// How many rows of a table there are.
pub type RowCounts = BTreeMap<String, u64>;

/// What a backup holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupInfo {
    /// When it was made.
    pub created_at: Timestamp,
    /// The root key it needs.
    pub root_key_id: String,
    /// The schema it was made from.
    pub schema_version: i64,
    /// What is in it.
    pub rows: RowCounts,
}

/// Why a backup cannot be written or read. Each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The file could not be written or read.
    #[error("the backup file failed")]
    Io(#[source] std::io::Error),
    /// It is something else.
    #[error("this is not a backup of atrest")]
    NotABackup,
    /// A newer release made it.
    #[error("the backup has format {found}, this program reads {known}; use the program that made it")]
    NewerFormat {
        /// Its format.
        found: u32,
        /// Ours.
        known: u32,
    },
    /// It was made from another schema.
    #[error(
        "the backup has schema version {found}, this program has {known}; restore it with the program that made it, then upgrade"
    )]
    OtherSchema {
        /// Its schema.
        found: i64,
        /// Ours.
        known: i64,
    },
    /// It needs another root key.
    #[error("the backup is sealed under root key {wanted}, the one given is {given}; give the right key file")]
    OtherRootKey {
        /// The key it needs.
        wanted: String,
        /// The key that was given.
        given: String,
    },
    /// It ends too early.
    #[error("the backup is cut short; take another copy")]
    CutShort,
    /// It is not what was written.
    #[error("the backup was damaged or edited at chunk {chunk}; take another copy")]
    Damaged {
        /// Which chunk, from 0.
        chunk: u64,
    },
    /// The database has content.
    #[error("the database is not empty (there are rows in {table}); restore into a new one")]
    NotEmpty {
        /// Where the rows are.
        table: &'static str,
    },
}

/// Rows are written in statements of at most this many.
const ROWS_AT_ONCE: usize = 500;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
enum Mark {
    Table(String),
    End(RowCounts),
}

static AWAIT_CHECKS: Sql = Sql::same(
    "forget what checks found",
    "UPDATE validities SET state = 'unknown', reason = NULL, provider_code = NULL, provider_message = NULL,
         provider_request_id = NULL, was = NULL, since = NULL, checked_at = NULL, network_denied = 0,
         definite_since = NULL, generation = generation + 1, revision = revision + 1",
);
static AWAIT_RETIRED_CHECKS: Sql = Sql::same(
    "forget what checks of retired keys found",
    "UPDATE retired_customer_keys SET state = 'unknown', reason = NULL, provider_code = NULL, provider_message = NULL,
         provider_request_id = NULL, was = NULL, since = NULL, checked_at = NULL, network_denied = 0,
         definite_since = NULL, generation = generation + 1, revision = revision + 1",
);
static ALL_DUE: Sql = Sql::same(
    "make all work due",
    "UPDATE work SET due_at = $1, claimed_by = '', claimed_until = 0, attempt = attempt + 1",
);
static CLEAR_SETTINGS: Sql = Sql::same("clear the instance settings", "DELETE FROM instance_settings");
static GO_ON_COUNTING: Sql = Sql::each(
    "go on counting events",
    "SELECT 1",
    "SELECT setval(pg_get_serial_sequence('events', 'sequence'),
                   (SELECT COALESCE(MAX(sequence), 0) + 1 FROM events), false)",
);

impl Store {
    /// Writes a sealed backup of everything, as it is at one instant. Servers may go on meanwhile.
    /// Access tokens and burned nonces are left out. The caller makes the file durable.
    pub async fn backup(&self, writer: &mut (impl AsyncWrite + Unpin + Send), now: Timestamp) -> Result<BackupInfo> {
        let act = "write a backup";
        let fail = |source| StoreError::Backup { act, source };
        let header = Header::new(migrate::newest(), self.root_key().id(), now)?;
        let mut sealed = SealingWriter::begin(writer, &header, self.root_key()).await.map_err(fail)?;
        let mut tx = self.snapshot(act).await?;
        let mut rows = RowCounts::new();
        for table in TABLES {
            sealed.frame(&to_json(&Mark::Table(table.name.to_owned()))?).await.map_err(fail)?;
            let mut count: u64 = 0;
            let select = table.select();
            let mut stream = tx.stream(&select);
            while let Some(row) = stream.try_next().await? {
                count = count.saturating_add(1);
                sealed.frame(&table.row_to_json(&row)?).await.map_err(fail)?;
            }
            drop(stream);
            rows.insert(table.name.to_owned(), count);
        }
        sealed.frame(&to_json(&Mark::End(rows.clone()))?).await.map_err(fail)?;
        sealed.finish().await.map_err(fail)?;
        Ok(header.into_info(rows))
    }

    /// Restores a backup into an empty database, in one transaction. Afterwards every key waits for a
    /// check, all work is due, nothing is claimed, and tokens and nonces are void. Master keys that are not what was
    /// written are told in the log, and refused when they are read.
    /// Errors: `Backup` says why a file is refused; nothing was written then.
    pub async fn restore(&self, reader: &mut (impl AsyncRead + Unpin + Send), now: Timestamp) -> Result<BackupInfo> {
        let act = "restore a backup";
        let fail = |source| StoreError::Backup { act, source };
        let (header, mut opened) = OpeningReader::begin(reader, self.root_key()).await.map_err(fail)?;
        let known = migrate::newest();
        if header.schema != known {
            return Err(fail(BackupError::OtherSchema { found: header.schema, known }));
        }
        // Run once: what was read of the file cannot be read again.
        let touched = [Touched::Everything];
        let mut race = self.enter(act, &touched)?;
        let mut tx = race.begin().await?;
        let mut run = fill(&mut tx, &mut opened, self.sealer(), now).await;
        if run.is_ok() {
            run = tx.commit(act).await.and(run);
        } else {
            drop(tx);
        }
        let rows = race.end(run)?;
        Ok(header.into_info(rows))
    }
}

async fn fill(
    tx: &mut Tx,
    opened: &mut OpeningReader<'_, impl AsyncRead + Unpin + Send>,
    sealer: &Sealer,
    now: Timestamp,
) -> Result<RowCounts> {
    refuse_content(tx).await?;
    tx.execute(&CLEAR_SETTINGS, &[]).await?;
    let rows = insert_all(tx, opened).await?;
    tx.execute(&AWAIT_CHECKS, &[]).await?;
    tx.execute(&AWAIT_RETIRED_CHECKS, &[]).await?;
    master_keys::verify_all(tx, sealer).await?;
    tx.execute(&ALL_DUE, values![now]).await?;
    tx.fetch(&GO_ON_COUNTING, &[]).await?;
    Ok(rows)
}

async fn refuse_content(tx: &mut Tx) -> Result<()> {
    let settings = "instance_settings";
    for table in TABLES.iter().map(|table| table.name).chain(LEFT_OUT.iter().copied()).filter(|name| *name != settings)
    {
        let any = format!("SELECT 1 FROM {table} LIMIT 1");
        if !tx.fetch(&Sql::built("look for content", any.clone(), any), &[]).await?.is_empty() {
            return Err(StoreError::Backup { act: "restore a backup", source: BackupError::NotEmpty { table } });
        }
    }
    Ok(())
}

async fn insert_all(tx: &mut Tx, opened: &mut OpeningReader<'_, impl AsyncRead + Unpin + Send>) -> Result<RowCounts> {
    let fail = |source| StoreError::Backup { act: "restore a backup", source };
    let mut rows = RowCounts::new();
    let mut into: Option<&'static Table> = None;
    let mut waiting: Vec<String> = Vec::new();
    loop {
        let damaged = fail(BackupError::Damaged { chunk: opened.chunk() });
        let frame = opened.frame().await.map_err(fail)?;
        if frame.starts_with('[') {
            waiting.push(frame);
            if waiting.len() >= ROWS_AT_ONCE {
                insert(tx, into, &mut waiting, &mut rows).await?;
            }
            continue;
        }
        insert(tx, into, &mut waiting, &mut rows).await?;
        match serde_json::from_str(&frame) {
            Ok(Mark::Table(name)) => {
                into = Some(TABLES.iter().find(|table| table.name == name).ok_or(damaged)?);
                rows.insert(name, 0);
            }
            Ok(Mark::End(promised)) => {
                opened.end().await.map_err(fail)?;
                return if promised == rows { Ok(rows) } else { Err(damaged) };
            }
            Err(_) => return Err(damaged),
        }
    }
}

async fn insert(
    tx: &mut Tx,
    into: Option<&'static Table>,
    waiting: &mut Vec<String>,
    rows: &mut RowCounts,
) -> Result<()> {
    if waiting.is_empty() {
        return Ok(());
    }
    let damaged = StoreError::Backup { act: "restore a backup", source: BackupError::NotABackup };
    let table = into.ok_or(damaged)?;
    let batch = format!("[{}]", waiting.join(","));
    waiting.clear();
    let written = tx.execute(&table.insert(), values![batch]).await?;
    let count = rows.entry(table.name.to_owned()).or_default();
    *count = count.saturating_add(written);
    Ok(())
}
