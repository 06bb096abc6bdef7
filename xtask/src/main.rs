//! The house's own tools, run as `cargo xtask <name>`: one file per subcommand, the standard library and
//! `anyhow` only, so that they build in seconds. Must not know the product: it starts it and reads its files.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "these tools talk to whoever runs them")]

mod bench;
mod ci;
mod compat;
mod machine;
mod run;
mod tally;
mod test;
mod tidy;

use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask <command>
  ci [step ...]            everything CI runs, or only the steps named (`cargo xtask ci --list`)
  test [-- args]           prepare PostgreSQL and Python, then cargo test with these arguments
  tidy                     hold the map of the house: arrows, headers, sizes, names, licences
  compat [--oracle PATH]   compare our OpenAPI document with a reference; --write brings docs/compatibility.md up to it
  bench [-- args]          figures of speed and size, in release";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    perform(&arguments).unwrap_or_else(|error| {
        eprintln!("{error:#}");
        ExitCode::FAILURE
    })
}

fn perform(arguments: &[String]) -> anyhow::Result<ExitCode> {
    let (command, rest) = match arguments.split_first() {
        Some((command, rest)) => (command.as_str(), without_separator(rest)),
        None => ("help", &[][..]),
    };
    std::env::set_current_dir(machine::workspace_root()?)?;
    match command {
        "ci" => ci::run(rest),
        "test" => test::run(rest),
        "tidy" => tidy::run(),
        "bench" => bench::run(rest),
        "compat" => compat::run(rest),
        "help" | "--help" | "-h" => {
            println!("{USAGE}");
            Ok(ExitCode::SUCCESS)
        }
        unknown => anyhow::bail!("no command named {unknown}\n{USAGE}"),
    }
}

/// Drops the `--` that separates our own words from those handed on.
fn without_separator(arguments: &[String]) -> &[String] {
    match arguments.split_first() {
        Some((first, rest)) if first == "--" => rest,
        _ => arguments,
    }
}
