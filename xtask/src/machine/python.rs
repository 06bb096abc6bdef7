//! A Python of our own in `.ci-cache/venv`, with exactly the packages of `interop/requirements.txt`.
//! Must not know what the scripts do with them.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context;

use super::{install, workspace_root};
use crate::run;

const REQUIREMENTS: &str = "interop/requirements.txt";

/// Makes the environment, or finds it as it should be, and returns its interpreter.
/// Errors: no Python 3 with venv and no way to install it, or a package cannot be fetched.
pub(super) fn prepared() -> anyhow::Result<PathBuf> {
    let root = workspace_root()?;
    let folder = root.join(".ci-cache/venv");
    let python = folder.join("bin/python");
    let stamp = folder.join("requirements.installed");
    let wanted = std::fs::read_to_string(root.join(REQUIREMENTS)).with_context(|| format!("read {REQUIREMENTS}"))?;
    if std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) && answers(&python) {
        println!("   Python in .ci-cache/venv is up to date");
        return Ok(python);
    }
    println!("   Python: installing {REQUIREMENTS} into .ci-cache/venv (about a minute) …");
    if !answers(&python) {
        make(&folder)?;
    }
    run::output_of(
        Command::new(&python)
            .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", REQUIREMENTS])
            .current_dir(&root),
    )?;
    std::fs::write(&stamp, wanted)?;
    Ok(python)
}

fn answers(python: &Path) -> bool {
    python.exists() && run::output_of(Command::new(python).args(["-m", "pip", "--version"])).is_ok()
}

fn make(folder: &Path) -> anyhow::Result<()> {
    let attempt = || run::output_of(Command::new("python3").args(["-m", "venv", "--clear"]).arg(folder));
    if attempt().is_err() {
        install(&["python3", "python3-venv"])?;
        attempt()?;
    }
    Ok(())
}
