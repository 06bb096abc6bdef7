//! The operator's hand: every operation of the API as a command made from the registry (`atrest api`), the everyday
//! commands with tables, profiles, completion. It speaks HTTP to a server like any other client. It must not know the
//! server's insides, and it must not hold a rule: what may be done is the server's to say.

mod api;
mod call;
mod client;
mod completion;
mod encryption;
mod everyday;
mod flags;
mod input;
mod output;
mod profile;
mod refusal;
mod surroundings;
mod watch;

use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{ArgMatches, Command, FromArgMatches, Subcommand};

pub use surroundings::{StandardInput, Surroundings};

/// How a command ended. An error is told apart from it: that is said on standard error and ends with 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ended {
    /// All is well: 0.
    Well,
    /// The server refused, or something waited for did not come: 1.
    Refused,
    /// The server answered, and its answer is that the candidate does not pass: 2.
    NotPassed,
}

impl From<Ended> for u8 {
    fn from(ended: Ended) -> Self {
        match ended {
            Ended::Well => 0,
            Ended::Refused => USAGE,
            Ended::NotPassed => 2,
        }
    }
}

/// What a misspelt command line of ours ends with, as with the Atlas CLI; 2 has another meaning here.
const USAGE: u8 = 1;

/// One command of ours, as it was typed.
#[derive(Debug, Clone)]
pub struct Invocation {
    name: String,
    matches: ArgMatches,
}

impl Invocation {
    /// Carries the command out and gives the program's exit code.
    /// Cancel: a call that was sent may have been carried out.
    pub async fn run(self, around: &mut Surroundings, whole: fn() -> Command) -> u8 {
        let outcome = match self.name.as_str() {
            api::NAME => api::run(&self.matches, around).await,
            profile::command::NAME => profile::command::run(&self.matches, around),
            completion::NAME => completion::run(&self.matches, around, whole()),
            noun => everyday::run(noun, &self.matches, around).await,
        };
        match outcome {
            Ok(ended) => ended.into(),
            Err(error) => {
                around.complain(&format!("Error: {error:#}"));
                USAGE
            }
        }
    }
}

/// Says a fault of the command line and gives the exit code it ends with: 1 for commands of ours, clap's own otherwise.
pub fn misspelt(error: &clap::Error, first_word: Option<&str>) -> ExitCode {
    let _closed = error.print();
    let ours = first_word.is_some_and(Invocation::has_subcommand);
    match u8::try_from(error.exit_code()) {
        Ok(0) => ExitCode::SUCCESS,
        Ok(code) if !ours => ExitCode::from(code),
        Ok(_) | Err(_) => ExitCode::from(USAGE),
    }
}

fn commands() -> Vec<Command> {
    let mut commands = vec![api::command()];
    commands.extend(everyday::commands());
    commands.push(profile::command::command());
    commands.push(completion::command());
    commands
}

impl FromArgMatches for Invocation {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let (name, inner) = matches.subcommand().ok_or_else(|| clap::Error::new(ErrorKind::MissingSubcommand))?;
        if !Self::has_subcommand(name) {
            return Err(clap::Error::new(ErrorKind::InvalidSubcommand));
        }
        Ok(Self { name: name.to_owned(), matches: inner.clone() })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Subcommand for Invocation {
    fn augment_subcommands(command: Command) -> Command {
        command.subcommands(commands())
    }

    fn augment_subcommands_for_update(command: Command) -> Command {
        Self::augment_subcommands(command)
    }

    fn has_subcommand(name: &str) -> bool {
        name == api::NAME
            || name == profile::command::NAME
            || name == completion::NAME
            || everyday::nouns().any(|noun| noun == name)
    }
}

#[cfg(test)]
mod tests;
