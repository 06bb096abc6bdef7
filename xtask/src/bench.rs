//! `cargo xtask bench`: the figures of speed and size, side by side in one run, in release.
//! Must not know what is measured: that is `crates/atrest/examples/bench/`.

use std::process::{Command, ExitCode};

use crate::machine::Machine;
use crate::run;

/// Prepares PostgreSQL and runs the benchmark with the given arguments.
/// Errors: PostgreSQL cannot be prepared, or cargo cannot be started.
pub(crate) fn run(arguments: &[String]) -> anyhow::Result<ExitCode> {
    let machine = Machine::with_postgres()?;
    let mut build = Command::new("cargo");
    build.args(["build", "--release", "-p", "atrest", "--bins", "--example", "bench"]);
    let built = run::to_the_end(&mut build)?;
    if built != ExitCode::SUCCESS {
        return Ok(built);
    }
    let mut command = Command::new("target/release/examples/bench");
    command.args(arguments).envs(machine.environment());
    run::to_the_end(&mut command)
}
