//! The one binary: reads the command line, wires the house up, runs one subcommand. Must not hold a
//! rule of any room.

mod admin;
mod audit;
mod backup;
mod certificate_authority;
mod config;
mod dev;
mod house;
mod init;
mod log;
mod node;
mod root_key;
mod say;
mod serve;
mod shutdown;

use std::process::ExitCode;

use clap::{CommandFactory as _, Parser, Subcommand};

use crate::say::complain;

/// Requests make many small allocations on several threads. Why this one: docs/decisions/0010.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Encryption at rest under the customer's own key, for MongoDB-compatible databases.
#[derive(Parser)]
#[command(name = "atrest", version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run everything on this machine with simulated clouds; needs no configuration.
    Dev(dev::DevArguments),
    /// Run the server.
    Serve(config::ConfigFile),
    /// Make the root key, the database, the first organization and its owner's API key.
    Init(init::InitArguments),
    /// Help when nobody can get in any more.
    Admin {
        #[command(subcommand)]
        command: admin::AdminCommand,
    },
    /// Look at the configuration.
    Config {
        #[command(subcommand)]
        command: ConfigCommand,
    },
    /// Write a sealed backup of the database.
    Backup(backup::BackupArguments),
    /// Fill an empty database from a sealed backup.
    Restore(backup::RestoreArguments),
    /// Verify or export the record of who got which key.
    Audit {
        #[command(subcommand)]
        command: audit::AuditCommand,
    },
    /// Look after the certificate authority that nodes are known by.
    CertificateAuthority {
        #[command(subcommand)]
        command: certificate_authority::CertificateAuthorityCommand,
    },
    /// Look after a database node, on its own machine.
    Node {
        #[command(subcommand)]
        command: node::NodeCommand,
    },
    /// Look after the root key.
    RootKey {
        #[command(subcommand)]
        command: root_key::RootKeyCommand,
    },
    /// Ask a server, wherever it runs.
    #[command(flatten)]
    Operator(cli::Invocation),
}

#[derive(Subcommand)]
enum ConfigCommand {
    /// Name every fault of a configuration file at once.
    Check(config::ConfigFile),
}

#[expect(clippy::wildcard_enum_match_arm, reason = "all other commands are run by the house")]
fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return cli::misspelt(&error, std::env::args().nth(1).as_deref()),
    };
    let outcome = shutdown::forbid_core_dumps().and_then(|()| match arguments.command {
        Command::Operator(invocation) => Ok(operate(invocation)),
        command => {
            shutdown::allow_many_connections()?;
            run(command).map(|()| ExitCode::SUCCESS)
        }
    });
    match outcome {
        Ok(code) => code,
        Err(error) => {
            complain(&format!("atrest: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

/// Runs a command that asks a server.
#[tokio::main(flavor = "current_thread")]
async fn operate(invocation: cli::Invocation) -> ExitCode {
    let mut around = cli::Surroundings::of_process(config::environment());
    ExitCode::from(invocation.run(&mut around, Arguments::command).await)
}

#[tokio::main]
async fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Dev(arguments) => dev::run(arguments).await,
        Command::Serve(file) => serve::run(&file).await,
        Command::Init(arguments) => init::run(&arguments).await,
        Command::Admin { command } => admin::run(&command).await,
        Command::Config { command: ConfigCommand::Check(file) } => config::check(&file).await,
        Command::Backup(arguments) => backup::backup(&arguments).await,
        Command::Restore(arguments) => backup::restore(&arguments).await,
        Command::Audit { command } => audit::run(command).await,
        Command::CertificateAuthority { command } => certificate_authority::run(&command).await,
        Command::Node { command } => node::run(command).await,
        Command::RootKey { command } => root_key::run(command).await,
        Command::Operator(_) => anyhow::bail!("a command that asks a server runs by itself"),
    }
}
