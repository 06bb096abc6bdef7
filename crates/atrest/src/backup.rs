//! `atrest backup` and `atrest restore`: sealed, consistent, independent of the database engine.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use storage::{Access, BackupInfo, Store, StoreOptions};
use tokio::fs::{File, OpenOptions};
use tokio::io::{AsyncWriteExt as _, BufReader, BufWriter};

use crate::config::{self, ConfigFile};
use crate::root_key;
use crate::say::{Progress, complain, say};

/// What `atrest backup` needs.
#[derive(Debug, Args)]
pub(crate) struct BackupArguments {
    #[command(flatten)]
    file: ConfigFile,
    /// The file to write. It must not exist yet.
    #[arg(long)]
    to: PathBuf,
}

/// What `atrest restore` needs.
#[derive(Debug, Args)]
pub(crate) struct RestoreArguments {
    #[command(flatten)]
    file: ConfigFile,
    /// The backup to read. The configured database must be empty.
    #[arg(long)]
    from: PathBuf,
}

/// Writes a backup, beside a running server or without one.
/// Errors: faults of the configuration, the store, the file; a half-written file is removed.
pub(crate) async fn backup(arguments: &BackupArguments) -> anyhow::Result<()> {
    let config = config::read(&arguments.file)?;
    let root_key = root_key::open(&config).await?;
    let options = StoreOptions { access: Access::ReadOnly, ..StoreOptions::new(config.storage.into_engine()) };
    let store = Store::open(options, root_key).await.context("open the store")?;
    let path = &arguments.to;
    let mut new = OpenOptions::new();
    let file = new.write(true).create_new(true).mode(0o600).open(path).await;
    let mut file = BufWriter::new(file.with_context(|| format!("create {}", path.display()))?);
    let progress = Progress::begin("writing the backup");
    let written = async {
        let info = store.backup(&mut file, providers::Clock::system().now()).await.context("write the backup")?;
        file.flush().await.context("write the backup")?;
        file.get_ref().sync_all().await.context("make the backup durable")?;
        anyhow::Ok(info)
    };
    match written.await {
        Ok(info) => {
            progress.done();
            tell(&info);
            complain("The backup is sealed under the root key: without that key it cannot be read.");
            Ok(())
        }
        Err(error) => {
            std::fs::remove_file(path).with_context(|| format!("remove the half-written {}", path.display()))?;
            Err(error)
        }
    }
}

/// Fills an empty database from a backup.
/// Errors: faults of the configuration, the store, the backup. Nothing is restored then.
pub(crate) async fn restore(arguments: &RestoreArguments) -> anyhow::Result<()> {
    let config = config::read(&arguments.file)?;
    let root_key = root_key::open(&config).await?;
    let store =
        Store::open(StoreOptions::new(config.storage.into_engine()), root_key).await.context("open the store")?;
    let path = &arguments.from;
    let file = File::open(path).await.with_context(|| format!("open {}", path.display()))?;
    let progress = Progress::begin("restoring");
    let info = store.restore(&mut BufReader::new(file), providers::Clock::system().now()).await;
    let info = info.with_context(|| format!("restore {}", path.display()))?;
    store.close().await;
    progress.done();
    tell(&info);
    complain("Every validity starts Unknown until its key is checked; every access token is void.");
    Ok(())
}

fn tell(info: &BackupInfo) {
    for (table, rows) in &info.rows {
        say(&format!("{table}: {rows} rows"));
    }
    say(&format!("made at {} (seconds since 1970) under root key {}", info.created_at.as_secs(), info.root_key_id));
}
