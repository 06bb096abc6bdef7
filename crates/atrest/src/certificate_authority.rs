//! `atrest certificate-authority succeed`: has a new authority of ours sign from now on. It is the operator's and not an
//! organization's: all organizations' nodes are known by it. Must not know a rule.

use anyhow::Context as _;
use clap::Subcommand;
use control::certificate_authority::fingerprint;

use crate::config::{self, ConfigFile};
use crate::house::{House, Plan, Stamp};
use crate::root_key;
use crate::say::{complain, say};

/// What can be done to the certificate authority.
#[derive(Debug, Subcommand)]
pub(crate) enum CertificateAuthorityCommand {
    /// Have a new authority sign; the present one is believed until its last certificate has ended. With SQLite the
    /// server must be stopped; with PostgreSQL it may run, and notices within seconds.
    Succeed(ConfigFile),
}

/// Runs one of the subcommands.
/// Errors: what stands against it, and what to do.
pub(crate) async fn run(command: &CertificateAuthorityCommand) -> anyhow::Result<()> {
    match command {
        CertificateAuthorityCommand::Succeed(file) => succeed(file).await,
    }
}

async fn succeed(file: &ConfigFile) -> anyhow::Result<()> {
    let config = config::read(file)?;
    let root_key = root_key::open(&config).await?;
    let house = House::build(Plan {
        engine: config.storage.into_engine(),
        root_key,
        stamp: Stamp::Serve,
        notifiers: control::notice::Notifiers::default(),
        providers: config.clouds.providers(),
        policy: config.policy,
        timings: config.timings,
    })
    .await?;
    let made = house.control.succeed_certificate_authority().await.context("make the next certificate authority")?;
    say(&format!("authority   {}", made.id));
    say(&format!("SHA-256     {}", hex::encode(fingerprint(&made))));
    complain(
        "The former authority is believed until its last certificate has ended. Nodes that renew with --ca-out notice nothing; give the new CA file to the others within 30 days.",
    );
    house.store.close().await;
    Ok(())
}
