//! Runs a command line as the binary does, with an environment and streams of its own. Knows no command.

use std::collections::BTreeMap;
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use clap::{Command, FromArgMatches as _, Subcommand as _};
use cli::{Invocation, StandardInput, Surroundings};

/// What came of a command.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: u8,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// Somebody at a terminal, with a home folder that is gone afterwards.
pub(crate) struct Terminal {
    home: tempfile::TempDir,
    environment: BTreeMap<String, String>,
    pace: Duration,
}

#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Kept {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

pub(crate) fn whole() -> Command {
    Invocation::augment_subcommands(Command::new("atrest"))
}

impl Terminal {
    /// A terminal whose environment leads to a server, by a static token.
    pub(crate) fn at(base: &str) -> Self {
        Self::empty().with("ATREST_BASE_URL", base).with("ATREST_ACCESS_TOKEN", "t0ken")
    }

    /// A terminal whose environment says nothing.
    pub(crate) fn empty() -> Self {
        let home = tempfile::tempdir().unwrap();
        let environment = BTreeMap::from([("HOME".to_owned(), home.path().display().to_string())]);
        Self { home, environment, pace: Duration::from_secs(1) }
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.environment.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Sets how long a watch rests between two looks.
    pub(crate) fn at_pace(self, pace: Duration) -> Self {
        Self { pace, ..self }
    }

    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    /// Writes a file into the home folder.
    pub(crate) fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.home.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    /// Runs a command with nothing at standard input.
    pub(crate) async fn run(&self, words: &[&str]) -> Ended {
        self.run_with(words, StandardInput::Nothing).await
    }

    /// Runs a command with a pipe at standard input.
    pub(crate) async fn pipe(&self, words: &[&str], input: &str) -> Ended {
        self.run_with(words, StandardInput::Stream(Box::new(Cursor::new(input.to_owned())))).await
    }

    async fn run_with(&self, words: &[&str], input: StandardInput) -> Ended {
        let matches = whole().try_get_matches_from(std::iter::once(&"atrest").chain(words));
        let invocation = match matches.and_then(|matches| Invocation::from_arg_matches(&matches)) {
            Ok(invocation) => invocation,
            // The binary hands these to `cli::misspelt`, which ends with 1.
            Err(error) => return Ended { code: 1, out: String::new(), err: error.to_string() },
        };
        let (out, err) = (Kept::default(), Kept::default());
        let mut around =
            Surroundings::new(self.environment.clone(), input, Box::new(out.clone()), Box::new(err.clone()))
                .with_pace(self.pace);
        let code = invocation.run(&mut around, whole).await;
        Ended { code, out: out.text(), err: err.text() }
    }
}
