//! `cargo xtask bench`: the figures of speed and size, side by side in one run, in release.
//! Must not know what is measured: that is `crates/atrest/examples/bench.rs`.

use std::process::{Command, ExitCode};

use crate::machine::Machine;
use crate::run;

/// Prepares PostgreSQL and runs the benchmark with the given arguments.
/// Errors: PostgreSQL cannot be prepared, or cargo cannot be started.
pub(crate) fn run(arguments: &[String]) -> anyhow::Result<ExitCode> {
    let machine = Machine::with_postgres()?;
    let mut command = Command::new("cargo");
    command
        .args(["run", "--release", "-p", "atrest", "--example", "bench", "--"])
        .args(arguments)
        .envs(machine.environment());
    run::to_the_end(&mut command)
}
