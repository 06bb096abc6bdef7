//! `atrest completion`: a script for the shell, made from the commands themselves. It must not know any of them.

use anyhow::Context as _;
use clap::{Arg, ArgMatches, Command, value_parser};
use clap_complete::Shell;

use crate::Ended;
use crate::surroundings::Surroundings;

pub(crate) const NAME: &str = "completion";

pub(crate) fn command() -> Command {
    Command::new(NAME)
        .about("Print a script that completes commands and flags in your shell")
        .long_about(
            "Print a script that completes commands and flags in your shell.\n\n\
             bash: source <(atrest completion bash)\n\
             zsh:  atrest completion zsh > \"${fpath[1]}/_atrest\"\n\
             fish: atrest completion fish > ~/.config/fish/completions/atrest.fish",
        )
        .arg(Arg::new("shell").required(true).value_parser(value_parser!(Shell)).help("The shell"))
}

pub(crate) fn run(matches: &ArgMatches, around: &mut Surroundings, mut whole: Command) -> anyhow::Result<Ended> {
    let shell = *matches.get_one::<Shell>("shell").context("name a shell")?;
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut whole, "atrest", &mut script);
    around.write(&script);
    Ok(Ended::Well)
}
