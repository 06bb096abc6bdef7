//! What a command is run with: the environment, where it reads and writes. Everything a command does to the terminal goes
//! through here. It must not know any command.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::io::{IsTerminal as _, Read, Write};
use std::os::fd::AsFd as _;
use std::os::unix::fs::FileTypeExt as _;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;
use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
use zeroize::Zeroizing;

/// How long a watch rests, as the Atlas CLI does. Source: clients.md 6.
const PACE: Duration = Duration::from_secs(1);

/// What stands at standard input.
pub enum StandardInput {
    /// A terminal: a person can be asked.
    Terminal,
    /// Nothing to read: `/dev/null`, or closed.
    Nothing,
    /// A pipe or a file.
    Stream(Box<dyn Read + Send>),
}

impl fmt::Debug for StandardInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Terminal => "Terminal",
            Self::Nothing => "Nothing",
            Self::Stream(_) => "Stream(..)",
        })
    }
}

/// What a command is run with.
pub struct Surroundings {
    environment: BTreeMap<String, String>,
    pub(crate) input: StandardInput,
    out: Box<dyn Write + Send>,
    err: Box<dyn Write + Send>,
    out_is_terminal: bool,
    pub(crate) pace: Duration,
}

impl fmt::Debug for Surroundings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The environment holds secrets.
        f.debug_struct("Surroundings").field("input", &self.input).finish_non_exhaustive()
    }
}

impl Surroundings {
    /// Takes what this process has, and an environment that somebody read.
    pub fn of_process(environment: BTreeMap<String, String>) -> Self {
        Self {
            environment,
            input: standard_input(),
            out: Box::new(std::io::stdout()),
            err: Box::new(std::io::stderr()),
            out_is_terminal: std::io::stdout().is_terminal(),
            pace: PACE,
        }
    }

    /// Takes what is given, for somebody who runs a command inside another program.
    pub fn new(
        environment: BTreeMap<String, String>,
        input: StandardInput,
        out: Box<dyn Write + Send>,
        err: Box<dyn Write + Send>,
    ) -> Self {
        Self { environment, input, out, err, out_is_terminal: false, pace: PACE }
    }

    /// Sets how long a watch rests between two looks.
    pub fn with_pace(self, pace: Duration) -> Self {
        Self { pace, ..self }
    }

    /// Returns a variable of the environment that is set and not empty.
    pub(crate) fn variable(&self, name: &str) -> Option<&str> {
        self.environment.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// Returns the folder of ours below what `variable` names, or below `fallback` in the home folder.
    pub(crate) fn folder(&self, variable: &str, fallback: &str) -> Option<PathBuf> {
        let base = self.variable(variable).map(PathBuf::from).filter(|path| path.is_absolute());
        let base = base.or_else(|| Some(PathBuf::from(self.variable("HOME")?).join(fallback)))?;
        Some(base.join("atrest"))
    }

    /// Writes a result as it is. A closed pipe is the reader's choice, not a fault.
    pub(crate) fn write(&mut self, bytes: &[u8]) {
        let _closed = self.out.write_all(bytes).and_then(|()| self.out.flush());
    }

    /// Writes a result as it is, and for a person's sake ends the line.
    pub(crate) fn pass_on(&mut self, bytes: &[u8]) {
        self.write(bytes);
        if self.out_is_terminal && !bytes.is_empty() && !bytes.ends_with(b"\n") {
            self.write(b"\n");
        }
    }

    /// Says a line of a result.
    pub(crate) fn say(&mut self, line: &str) {
        self.write(format!("{line}\n").as_bytes());
    }

    /// Says a complaint, a remark or a question.
    pub(crate) fn complain(&mut self, line: &str) {
        let _closed = writeln!(self.err, "{line}");
    }

    /// Asks the person at the terminal for a secret, which does not show while it is typed.
    /// Errors: nobody can be asked.
    pub(crate) fn ask_secret(&mut self, question: &str) -> anyhow::Result<Zeroizing<String>> {
        let _closed = write!(self.err, "{question}: ").and_then(|()| self.err.flush());
        let stdin = std::io::stdin();
        let shown = tcgetattr(&stdin).context("look at the terminal")?;
        let mut hidden = shown.clone();
        hidden.local_modes.remove(LocalModes::ECHO);
        tcsetattr(&stdin, OptionalActions::Flush, &hidden).context("hide what is typed")?;
        let mut typed = Zeroizing::new(String::with_capacity(1024));
        let read = stdin.read_line(&mut typed);
        let restored = tcsetattr(&stdin, OptionalActions::Now, &shown);
        self.complain("");
        read.context("read the terminal")?;
        restored.context("show again what is typed")?;
        Ok(typed)
    }

    /// Asks for a yes. Without a person there is nobody to ask.
    pub(crate) fn confirms(&mut self, question: &str) -> Option<bool> {
        if !matches!(self.input, StandardInput::Terminal) {
            return None;
        }
        let _closed = write!(self.err, "{question} [y/N] ").and_then(|()| self.err.flush());
        let mut answer = String::new();
        let _ended = std::io::stdin().read_line(&mut answer);
        Some(matches!(answer.trim(), "y" | "Y" | "yes"))
    }
}

/// Finds out what stands at standard input. A character device other than a terminal is taken for nothing, so that
/// `</dev/null` means that there is no body.
fn standard_input() -> StandardInput {
    let stdin = std::io::stdin();
    if stdin.is_terminal() {
        return StandardInput::Terminal;
    }
    let kind = stdin.as_fd().try_clone_to_owned().and_then(|owned| File::from(owned).metadata());
    match kind.map(|about| about.file_type()) {
        Ok(kind) if kind.is_file() || kind.is_fifo() || kind.is_socket() => StandardInput::Stream(Box::new(stdin)),
        Ok(_) | Err(_) => StandardInput::Nothing,
    }
}
