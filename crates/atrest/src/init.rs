//! `atrest init`: the root key, the database, the first organization and its owner's API key, whose
//! private half is shown once.

use anyhow::Context as _;
use clap::Args;
use control::bootstrap::Foundation;
use domain::access::{Grants, OrgRole};
use server::api::auth::ha1;

use crate::config::{self, ConfigFile};
use crate::house::{House, Plan, Stamp};
use crate::root_key;
use crate::say::{complain, say};

/// What `atrest init` can be told.
#[derive(Debug, Args)]
pub(crate) struct InitArguments {
    #[command(flatten)]
    file: ConfigFile,
    /// The first organization's name.
    #[arg(long, default_value = "Default")]
    organization: String,
    /// The first project's name.
    #[arg(long, default_value = "Default")]
    project: String,
}

/// Makes what a new server needs. Cut off before the API key was made, it goes on where it was; once
/// there is a key, running it again changes nothing.
/// Errors: faults of the configuration; the root key or the database cannot be made.
pub(crate) async fn run(arguments: &InitArguments) -> anyhow::Result<()> {
    let config = config::read(&arguments.file)?;
    let root_key = root_key::open_or_make(&config).await?;
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
    let org = match control.foundation().await.context("look into the database")? {
        Foundation::None => {
            control.create_organization(&arguments.organization).await.context("create the organization")?
        }
        // Cut off before its key was made: go on from there, or nobody could ever sign in.
        Foundation::WithoutKey(org) => org,
        Foundation::Whole => anyhow::bail!(
            "the database holds an organization already; nothing was changed. If its key was never shown, and nothing else is in the database yet, remove the database and run `atrest init` again"
        ),
    };
    let project = match control.first_project(org.id).await.context("look for the project")? {
        Some(project) => project,
        None => control.create_project(org.id, &arguments.project).await.context("create the project")?,
    };
    let grants = Grants { org: org.id, org_roles: [OrgRole::Owner].into(), project_roles: [].into() };
    let key = control.create_api_key("made by atrest init", grants, ha1).await.context("create the API key")?;
    say(&format!("organization {}", org.id));
    say(&format!("project      {}", project.id));
    say(&format!("public key   {}", key.public_key));
    say(&format!("private key  {}", key.private_key.expose()));
    complain("The private key is shown this once. It owns the organization; keep it safe.");
    house.store.close().await;
    Ok(())
}
