//! `atrest root-key`: exchanging the root key, re-sealing everything under the new one.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::{Args, Subcommand};
use storage::{RootKey, Store, StoreOptions};

use crate::config::{self, ConfigFile};
use crate::say::{complain, say};

/// What can be done to the root key.
#[derive(Debug, Subcommand)]
pub(crate) enum RootKeyCommand {
    /// Seal everything anew under another root key. The server must be stopped.
    Rotate(RotateArguments),
}

/// What `atrest root-key rotate` needs.
#[derive(Debug, Args)]
pub(crate) struct RotateArguments {
    #[command(flatten)]
    file: ConfigFile,
    /// Where the new root key is, or will be made.
    #[arg(long)]
    to: PathBuf,
}

/// Runs a command on the root key.
/// Errors: faults of the configuration, of either key file, or of the store.
pub(crate) async fn run(command: RootKeyCommand) -> anyhow::Result<()> {
    let RootKeyCommand::Rotate(arguments) = command;
    let config = config::read(&arguments.file)?;
    let old = RootKey::from_file(&config.root_key_file, config.storage.data_dir())?;
    let new = if arguments.to.exists() {
        RootKey::from_file(&arguments.to, config.storage.data_dir())?
    } else {
        RootKey::generate_file(&arguments.to)?
    };
    let store = Store::open(StoreOptions::new(config.storage.into_engine()), old).await.context("open the store")?;
    let sealed = store.reseal(&new).await.context("seal everything anew")?;
    store.close().await;
    say(&format!("{sealed} values are sealed under {}", arguments.to.display()));
    complain(
        "Set root_key.file to it before the next start. Backups made before still need the old one: keep it with them.",
    );
    Ok(())
}
