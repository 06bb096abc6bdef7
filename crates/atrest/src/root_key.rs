//! The root key's homes, and `atrest root-key`: exchanging the root key, re-sealing everything under the
//! new one. Must not know how a service wraps (`wrapper.rs`), nor what is sealed.

mod aws_kms;
mod patience;
mod vault;
mod wrapped_file;
mod wrapper;

use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Args, Subcommand};
use storage::{RootKey, Store, StoreOptions};

use crate::config::{self, CloudsConfig, Config, ConfigFile, RootKeyConfig, WrapperConfig};
use crate::say::{complain, say};
use wrapped_file::WrappedFile;
use wrapper::Wrapper;

pub(crate) use vault::certificates;

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
    /// The file where the new root key is, or will be made.
    #[arg(long, required_unless_present = "to_config", conflicts_with = "to_config")]
    to: Option<PathBuf>,
    /// Another configuration file, whose `[root_key]` says where the new root key is, or will be made.
    #[arg(long)]
    to_config: Option<PathBuf>,
}

/// Runs a command on the root key.
/// Errors: faults of the configuration, of either home, or of the store.
/// Cancel: a new root key may have been made that nothing is sealed under yet; the next try takes it.
pub(crate) async fn run(command: RootKeyCommand) -> anyhow::Result<()> {
    let RootKeyCommand::Rotate(arguments) = command;
    let config = config::read(&arguments.file)?;
    let old = open(&config).await.context("open the present root key")?;
    let other = match arguments.to_config {
        Some(file) => config::read(&ConfigFile { config: file })?.root_key_parts(),
        None => {
            let file = arguments.to.context("say where the new root key is: --to or --to-config")?;
            (RootKeyConfig::File(file), config.clouds.clone())
        }
    };
    let home = Home { config: &other.0, clouds: &other.1, data_dir: config.storage.data_dir() };
    let new = if home.file().exists() { home.open().await } else { home.make().await };
    let new = new.context("open the new root key")?;
    anyhow::ensure!(new.id() != old.id(), "{home} is the present root key: name another home");
    let place = home.to_string();
    let store = Store::open(StoreOptions::new(config.storage.into_engine()), old).await.context("open the store")?;
    let sealed = store.reseal(&new).await.context("seal everything anew")?;
    store.close().await;
    say(&format!("{sealed} values are sealed under {place}"));
    complain(
        "Let [root_key] name it before the next start. Backups made before still need the old one: keep it with them.",
    );
    Ok(())
}

/// Opens the root key where it is kept.
/// Errors: what is wrong with the file; which service refused, and what to do.
pub(crate) async fn open(config: &Config) -> anyhow::Result<RootKey> {
    Home::of(config).open().await
}

/// Opens the root key where it is kept, or makes it there.
/// Errors: as [`open`]; the file or the service does not take a new one.
pub(crate) async fn open_or_make(config: &Config) -> anyhow::Result<RootKey> {
    let home = Home::of(config);
    if home.file().exists() {
        return home.open().await;
    }
    let key = home.make().await?;
    complain(&format!("made the root key {home}: keep a copy of the file in a safe place."));
    complain("Without the root key the database cannot be read, and nobody can recover it.");
    Ok(key)
}

/// Looks at the file that the root key is in. No service is asked.
/// Errors: the setting and what is wrong with it.
pub(crate) fn check(config: &Config) -> anyhow::Result<()> {
    let data_dir = config.storage.data_dir();
    match &config.root_key {
        RootKeyConfig::File(file) => RootKey::from_file(file, data_dir).map(drop).context("root_key.file"),
        RootKeyConfig::Wrapped { file, by } => {
            let read = WrappedFile::read(file, data_dir).and_then(|wrapped| wrapped.check_wrapper(by, file));
            read.context("root_key.wrapped_file")
        }
    }
}

/// A home of the root key, with what is needed to enter it.
struct Home<'c> {
    config: &'c RootKeyConfig,
    clouds: &'c CloudsConfig,
    data_dir: Option<&'c Path>,
}

impl<'c> Home<'c> {
    fn of(config: &'c Config) -> Self {
        Self { config: &config.root_key, clouds: &config.clouds, data_dir: config.storage.data_dir() }
    }

    fn file(&self) -> &Path {
        match self.config {
            RootKeyConfig::File(file) | RootKeyConfig::Wrapped { file, .. } => file,
        }
    }

    async fn open(&self) -> anyhow::Result<RootKey> {
        match self.config {
            RootKeyConfig::File(file) => Ok(RootKey::from_file(file, self.data_dir)?),
            RootKeyConfig::Wrapped { file, by } => {
                let wrapped = WrappedFile::read(file, self.data_dir)?;
                wrapped.check_wrapper(by, file)?;
                let bytes = self.wrapper(by)?.unwrap(&wrapped).await;
                let bytes = bytes.with_context(|| format!("unwrap the root key in {}", file.display()))?;
                let key = RootKey::from_bytes(bytes)?;
                anyhow::ensure!(
                    key.id() == wrapped.root_key_id,
                    "{} says it holds the root key {}, but what was unwrapped is {}: bring back the file as it was made",
                    file.display(),
                    wrapped.root_key_id,
                    key.id()
                );
                Ok(key)
            }
        }
    }

    /// Makes a new root key. A wrapped one is unwrapped again before it is kept: a service that would not
    /// give it back must not get it.
    async fn make(&self) -> anyhow::Result<RootKey> {
        match self.config {
            RootKeyConfig::File(file) => {
                RootKey::generate_file(file)?;
                // It may lie where it must not; better to learn it now than at the next start.
                Ok(RootKey::from_file(file, self.data_dir)?)
            }
            RootKeyConfig::Wrapped { file, by } => {
                let wrapper = self.wrapper(by)?;
                let bytes = RootKey::random_bytes()?;
                let ciphertext = wrapper.wrap(&bytes).await.context("wrap the new root key")?;
                let wrapped = WrappedFile::new(by, ciphertext);
                let back = wrapper.unwrap(&wrapped).await.context("unwrap the new root key to prove that it can be")?;
                anyhow::ensure!(back.matches(bytes.expose()), "what was unwrapped is not what was wrapped");
                let key = RootKey::from_bytes(bytes)?;
                wrapped.write(key.id(), file)?;
                // As above.
                WrappedFile::read(file, self.data_dir)?;
                Ok(key)
            }
        }
    }

    fn wrapper(&self, by: &'c WrapperConfig) -> anyhow::Result<Wrapper<'c>> {
        Wrapper::new(by, self.clouds)
    }
}

impl fmt::Display for Home<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.config {
            RootKeyConfig::File(file) => write!(f, "{}", file.display()),
            RootKeyConfig::Wrapped { file, by } => write!(f, "{}, wrapped by {}", file.display(), wrapper::name(by)),
        }
    }
}
