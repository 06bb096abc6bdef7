//! `atrest admin`: the operator's hand on the store, when nobody can get in by the API any more. Must not know a rule.

use anyhow::Context as _;
use clap::{Args, Subcommand};
use domain::id::OrgId;
use domain::organization::Organization;
use domain::user::EmailAddress;
use server::api::auth::ha1;

use crate::config::{self, ConfigFile};
use crate::house::{House, Plan, Stamp};
use crate::root_key;
use crate::say::{complain, say};

/// What the operator can do.
#[derive(Debug, Subcommand)]
pub(crate) enum AdminCommand {
    /// Give an organization an owner again, and show an API key of that owner once. With SQLite the server must be
    /// stopped; with PostgreSQL it may run.
    RecoverOwner(RecoverOwnerArguments),
}

/// Who is to be the owner, and of what.
#[derive(Debug, Args)]
pub(crate) struct RecoverOwnerArguments {
    #[command(flatten)]
    file: ConfigFile,
    /// The owner's e-mail address. Whoever has it becomes an owner, or is let in again.
    #[arg(long)]
    email: String,
    /// The organization's id; not needed if there is only one. A deleted organization is brought back by it.
    #[arg(long)]
    org: Option<OrgId>,
    /// A network that the key may come from; none means any, unless the organization demands an access list.
    #[arg(long = "network", value_name = "CIDR")]
    networks: Vec<ipnet::IpNet>,
}

/// Runs one of the subcommands.
/// Errors: what stands against it, and what to do.
pub(crate) async fn run(command: &AdminCommand) -> anyhow::Result<()> {
    match command {
        AdminCommand::RecoverOwner(arguments) => recover_owner(arguments).await,
    }
}

async fn recover_owner(arguments: &RecoverOwnerArguments) -> anyhow::Result<()> {
    let email = EmailAddress::parse(&arguments.email).with_context(|| {
        format!("--email must be an e-mail address such as ada@example.com, not {}", arguments.email)
    })?;
    let config = config::read(&arguments.file)?;
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
    let control = &house.control;
    let org = match arguments.org {
        Some(org) => org,
        None => match control.all_organizations().await.context("look into the database")?.as_slice() {
            [one] => one.id,
            [] => match control.deleted_organizations().await.context("look into the database")?.as_slice() {
                [] => anyhow::bail!("there is no organization yet; run `atrest init`"),
                deleted => anyhow::bail!("bring a deleted organization back with --org: {}", names(deleted)),
            },
            several => anyhow::bail!("there are several organizations; name one with --org: {}", names(several)),
        },
    };
    let made = match control.recover_owner(org, &email, &arguments.networks, ha1).await {
        Err(control::Error::Violations(_)) => anyhow::bail!(
            "the organization demands access lists, so a key without one could not sign in: name a --network"
        ),
        made => made.context("recover the owner")?,
    };
    say(&format!("organization {} ({})", made.org.id, made.org.name));
    say(&format!("owner        {} ({})", made.member.user.email, made.member.user.id));
    say(&format!("public key   {}", made.key.public_key));
    say(&format!("private key  {}", made.private_key.expose()));
    if made.was_deleted {
        complain("The organization had been deleted and is back. Its owner can bring its deleted projects back.");
    }
    complain("The private key is shown this once. It owns the organization; delete it when it is needed no more.");
    house.store.close().await;
    Ok(())
}

fn names(organizations: &[Organization]) -> String {
    organizations.iter().map(|org| format!("{} ({})", org.id, org.name)).collect::<Vec<_>>().join(", ")
}
