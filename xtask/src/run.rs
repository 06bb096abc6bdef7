//! Running a command: its output goes through as it comes, and its lines are counted on the way.
//! Must not know which commands there are.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, ExitCode, Stdio};

use anyhow::Context;

use crate::tally::{self, Tally};

/// What is left of a command that has ended.
#[derive(Default)]
pub(crate) struct Ended {
    pub(crate) success: bool,
    pub(crate) tally: Tally,
    /// Why it checked nothing: what it needs is not to be had here.
    pub(crate) not_run: Option<String>,
}

impl Ended {
    /// Takes a line of the output for what it counts.
    fn hear(&mut self, line: &str) {
        self.tally += Tally::of_line(line);
        self.not_run = self.not_run.take().or_else(|| tally::not_run(line));
    }
}

/// Runs a command, passes its output on and counts the tests it reports.
/// Errors: the command cannot be started, or its output not read.
pub(crate) fn counted(command: &mut Command) -> anyhow::Result<Ended> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("start {}", named(command)))?;
    let mut ended = Ended::default();
    if let Some(output) = child.stdout.take() {
        for line in BufReader::new(output).split(b'\n') {
            let line = line.context("read the command's output")?;
            let mut out = std::io::stdout().lock();
            out.write_all(&line)?;
            out.write_all(b"\n")?;
            out.flush()?;
            ended.hear(&String::from_utf8_lossy(&line));
        }
    }
    ended.success = child.wait().context("wait for the command")?.success();
    Ok(ended)
}

/// Runs a command and counts the tests it reports; what it printed is returned and not shown.
/// Errors: the command cannot be started, or its output not read.
pub(crate) fn counted_silently(command: &mut Command) -> anyhow::Result<(Ended, String)> {
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("start {}", named(command)))?;
    let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut ended = Ended { success: output.status.success(), ..Ended::default() };
    for line in text.lines() {
        ended.hear(line);
    }
    text.push_str(&String::from_utf8_lossy(&output.stderr));
    Ok((ended, text))
}

/// Runs a command with this terminal's own input and output, and hands its success on.
/// Errors: the command cannot be started.
pub(crate) fn to_the_end(command: &mut Command) -> anyhow::Result<ExitCode> {
    let status = command.status().with_context(|| format!("start {}", named(command)))?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Runs a command that must succeed and returns what it printed; what it printed is part of the error.
/// Errors: it cannot be started, or it fails.
pub(crate) fn output_of(command: &mut Command) -> anyhow::Result<String> {
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("start {}", named(command)))?;
    if !output.status.success() {
        anyhow::bail!(
            "{} failed ({})\n{}{}",
            named(command),
            output.status,
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
    }
    String::from_utf8(output.stdout).with_context(|| format!("{} printed no UTF-8", named(command)))
}

/// Spells a command for a person.
pub(crate) fn named(command: &Command) -> String {
    std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(|word| word.to_string_lossy().into_owned())
        .collect::<Vec<_>>()
        .join(" ")
}
