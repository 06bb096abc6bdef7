//! Running a command: its output goes through as it comes, and its lines are counted on the way.
//! Must not know which commands there are.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, ExitCode, Stdio};

use anyhow::Context;

use crate::tally::Tally;

/// What is left of a command that has ended.
pub(crate) struct Ended {
    pub(crate) success: bool,
    pub(crate) tally: Tally,
}

/// Runs a command, passes its output on and counts the tests it reports.
/// Errors: the command cannot be started, or its output not read.
pub(crate) fn counted(command: &mut Command) -> anyhow::Result<Ended> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("start {}", named(command)))?;
    let mut tally = Tally::default();
    if let Some(output) = child.stdout.take() {
        for line in BufReader::new(output).split(b'\n') {
            let line = line.context("read the command's output")?;
            let mut out = std::io::stdout().lock();
            out.write_all(&line)?;
            out.write_all(b"\n")?;
            out.flush()?;
            tally += Tally::of_line(&String::from_utf8_lossy(&line));
        }
    }
    let success = child.wait().context("wait for the command")?.success();
    Ok(Ended { success, tally })
}

/// Runs a command and counts the tests it reports; what it printed is returned and not shown.
/// Errors: the command cannot be started, or its output not read.
pub(crate) fn counted_silently(command: &mut Command) -> anyhow::Result<(Ended, String)> {
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("start {}", named(command)))?;
    let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut tally = Tally::default();
    for line in text.lines() {
        tally += Tally::of_line(line);
    }
    text.push_str(&String::from_utf8_lossy(&output.stderr));
    Ok((Ended { success: output.status.success(), tally }, text))
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
