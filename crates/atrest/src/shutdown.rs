//! The end: signals, and what must not be left behind. Must not know what is running.

use anyhow::Context as _;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::signal::unix::{SignalKind, signal};

/// Listens for SIGTERM and SIGINT from now on; what it gives resolves when one comes. Called before the
/// doors open, so that nobody who sees us ready can end us the hard way.
/// Errors: signals cannot be listened to.
pub(crate) fn listen_for_the_end() -> anyhow::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate()).context("listen for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("listen for SIGINT")?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// Raises the limit of open files to all that the system grants: each connection is one.
/// Errors: the system refuses.
pub(crate) fn allow_many_connections() -> anyhow::Result<()> {
    let maximum = getrlimit(Resource::Nofile).maximum;
    setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }).context("raise the limit of open files")
}

/// Forbids core dumps: they would hold keys.
/// Errors: the system refuses.
pub(crate) fn forbid_core_dumps() -> anyhow::Result<()> {
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    setrlimit(Resource::Core, none).context("forbid core dumps")
}
