//! What the tests need of a machine, prepared in one place: a throw-away PostgreSQL and a Python with the
//! clients of `interop/requirements.txt`. Safe to repeat. Must not know which tests use it.

mod postgres;
mod python;

use std::path::PathBuf;
use std::process::Command;

use anyhow::Context;

use crate::run;
use postgres::Postgres;

/// A machine on which the tests can run; the database ends with it.
pub(crate) struct Machine {
    postgres: Postgres,
    python: Option<PathBuf>,
}

impl Machine {
    /// Prepares everything, printing what takes time.
    /// Errors: something is missing that cannot be installed here; the text says what to install.
    pub(crate) fn prepared() -> anyhow::Result<Self> {
        let python = Some(python::prepared()?);
        Ok(Self { postgres: Postgres::start()?, python })
    }

    /// Prepares PostgreSQL alone.
    /// Errors: as for `prepared`.
    pub(crate) fn with_postgres() -> anyhow::Result<Self> {
        Ok(Self { postgres: Postgres::start()?, python: None })
    }

    /// Names what was prepared, as environment variables for the tests.
    pub(crate) fn environment(&self) -> Vec<(&'static str, String)> {
        let mut variables = vec![("ATREST_TEST_POSTGRES", self.postgres.url())];
        if let Some(python) = &self.python {
            variables.push(("ATREST_TEST_PYTHON", python.display().to_string()));
        }
        variables
    }

    /// Where the prepared Python is, if it was asked for.
    pub(crate) fn python(&self) -> Option<&PathBuf> {
        self.python.as_ref()
    }
}

/// Finds the folder that holds the workspace's Cargo.toml.
/// Errors: this program was built outside the workspace.
pub(crate) fn workspace_root() -> anyhow::Result<PathBuf> {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    here.parent().map(PathBuf::from).context("xtask does not lie in a workspace")
}

/// Tells whether this process may install packages and change to another user.
fn is_root() -> bool {
    run::output_of(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}

/// Installs Debian packages where that is possible.
/// Errors: not root, no apt-get, or the install failed; the text says what to install.
fn install(packages: &[&str]) -> anyhow::Result<()> {
    let wanted = packages.join(" ");
    let has_apt = run::output_of(Command::new("apt-get").arg("--version")).is_ok();
    if !is_root() || !has_apt {
        anyhow::bail!("not found: {wanted}. Install it (Debian: apt-get install {wanted}) and run this again");
    }
    println!("   installing {wanted} …");
    run::output_of(Command::new("apt-get").arg("update"))?;
    run::output_of(
        Command::new("apt-get")
            .args(["install", "-y", "--no-install-recommends"])
            .args(packages)
            .env("DEBIAN_FRONTEND", "noninteractive"),
    )?;
    Ok(())
}
