//! `cargo xtask compat`: our OpenAPI document beside a reference document. Must not know what is compared: that is
//! `crates/api-wire/examples/compat/`.

use std::process::{Command, ExitCode};

use crate::run;

/// Builds the comparison and runs it with the given arguments.
/// Errors: cargo cannot be started.
pub(crate) fn run(arguments: &[String]) -> anyhow::Result<ExitCode> {
    let mut command = Command::new("cargo");
    command.args(["run", "--quiet", "-p", "api-wire", "--example", "compat", "--"]).args(arguments);
    run::to_the_end(&mut command)
}
