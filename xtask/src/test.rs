//! `cargo xtask test`: what the tests need, then `cargo test`. Must not know what the tests are.

use std::process::{Command, ExitCode};

use crate::machine::Machine;
use crate::run;

/// Prepares the machine and runs `cargo test`, over the whole workspace unless a package is named.
/// Errors: the machine cannot be prepared, or cargo cannot be started.
pub(crate) fn run(arguments: &[String]) -> anyhow::Result<ExitCode> {
    let machine = Machine::prepared()?;
    let mut command = Command::new("cargo");
    command.arg("test").envs(machine.environment());
    if !names_a_package(arguments) {
        command.arg("--workspace");
    }
    run::to_the_end(command.args(arguments))
}

fn names_a_package(arguments: &[String]) -> bool {
    arguments.iter().take_while(|word| *word != "--").any(|word| {
        word == "-p" || word.starts_with("--package") || (word.starts_with("-p") && !word.starts_with("--"))
    })
}

#[cfg(test)]
mod tests {
    use super::names_a_package;

    #[test]
    fn sees_a_package_before_the_separator_only() {
        let check = |line: &str, expected: bool| {
            let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
            assert_eq!(names_a_package(&words), expected, "{line}");
        };
        check("-p storage", true);
        check("--package=storage seal", true);
        check("-pstorage", true);
        check("seal -- -p", false);
        check("--no-fail-fast", false);
    }
}
