//! `cargo xtask ci`: every check there is, one after another, each with its time; a failure does not stop
//! the next, so one run shows everything. Ends with one line, `N passed, N failed`, which also names what could not be run here.
//! Must not know what a check does inside.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::Context;

use crate::machine::Machine;
use crate::run::{self, Ended};
use crate::tally::Tally;
use crate::tidy;

/// A check by name. The name is what `cargo xtask ci NAME` takes and what the closing table shows.
struct Step {
    name: &'static str,
    work: Work,
}

enum Work {
    /// Runs the rules of `tidy` in this process.
    Tidy,
    /// Runs cargo with these words; `environment` is added to ours.
    Cargo { words: &'static [&'static str], environment: &'static [(&'static str, &'static str)] },
    /// Runs cargo-deny, where it is installed; without it, `tidy` alone has held licences, bans and sources.
    CargoDeny,
    /// Runs `interop/<name>.py`.
    Script,
    /// The same with an environment.
    ScriptIn(&'static [(&'static str, &'static str)]),
    /// The same beside the other steps, one such script after another: it waits more than it works. Its output is shown
    /// when all others have ended.
    Beside,
}

const fn cargo(words: &'static [&'static str]) -> Work {
    Work::Cargo { words, environment: &[] }
}

/// All steps, in the order in which they run: what is quick and what others build on comes first.
const STEPS: &[Step] = &[
    Step { name: "tidy", work: Work::Tidy },
    Step { name: "fmt", work: cargo(&["fmt", "--all", "--", "--check"]) },
    Step { name: "clippy", work: cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]) },
    Step { name: "test", work: cargo(&["test", "--workspace", "--no-fail-fast"]) },
    Step {
        name: "doc",
        work: Work::Cargo {
            words: &["doc", "--workspace", "--no-deps"],
            environment: &[("RUSTDOCFLAGS", "-D warnings")],
        },
    },
    Step { name: "deny", work: Work::CargoDeny },
    // The whole workspace, as the tests are built: for two packages alone cargo would pick other features, and build all anew.
    Step { name: "build", work: cargo(&["build", "--workspace", "--bins", "--examples"]) },
    // What must be seen within seconds comes first, while little else works.
    Step { name: "customers", work: Work::Beside },
    Step { name: "private_endpoints", work: Work::Beside },
    Step { name: "alerts", work: Work::Beside },
    Step { name: "kill9_endpoints", work: Work::Beside },
    Step { name: "kill9_alerts", work: Work::Beside },
    Step { name: "aws_simulator", work: Work::Script },
    Step { name: "azure_simulator", work: Work::Script },
    Step { name: "gcp_simulator", work: Work::Script },
    Step { name: "ministack", work: Work::Script },
    Step { name: "first_day", work: Work::Script },
    Step { name: "cli", work: Work::Script },
    Step { name: "provider_access", work: Work::Script },
    // Those that need Go, npm or packages of their own count nothing where these cannot be had; the last line says so.
    Step { name: "atlas_sdk", work: Work::Script },
    Step { name: "py_atlas_sdk", work: Work::Script },
    Step { name: "surroundings", work: Work::Script },
    Step { name: "node_clients", work: Work::Script },
    Step { name: "terraform", work: Work::Script },
    Step { name: "kmip_clients", work: Work::Script },
    Step { name: "kmip_driver", work: Work::Script },
    Step { name: "kmip_go", work: Work::Script },
    // A debug build takes minutes for the 10,000 keys that the script takes by itself.
    Step { name: "kmip_rotation", work: Work::ScriptIn(&[("ATREST_ROTATION_KEYS", "2000")]) },
    Step { name: "canary", work: Work::Script },
    Step { name: "schemathesis", work: Work::Script },
    Step { name: "kill9", work: Work::Script },
];

/// Runs all steps, or those named.
/// Errors: a step is named that does not exist. A failing step is not an error but a count.
pub(crate) fn run(names: &[String]) -> anyhow::Result<ExitCode> {
    if names.iter().any(|name| name == "--list") {
        for step in STEPS {
            println!("{}", step.name);
        }
        return Ok(ExitCode::SUCCESS);
    }
    for name in names {
        if !STEPS.iter().any(|step| step.name == name) {
            anyhow::bail!("no step named {name}; `cargo xtask ci --list` names them");
        }
    }
    let chosen: Vec<&Step> =
        STEPS.iter().filter(|step| names.is_empty() || names.iter().any(|name| name == step.name)).collect();
    let mut report = Report::default();
    let mut machine = None;
    let mut beside = None;
    for step in &chosen {
        if needs_machine(step) && machine.is_none() {
            report.time("prepare", || {
                machine = Some(Machine::prepared());
                let failed = machine.as_ref().and_then(|made| made.as_ref().err());
                if let Some(error) = failed {
                    println!("{error:#}");
                }
                Ok(Ended { success: failed.is_none(), ..Ended::default() })
            });
        }
        let machine = machine.as_ref().and_then(|made| made.as_ref().ok());
        // Alone, it has nothing to run beside, and is shown as it goes.
        if matches!(step.work, Work::Beside) && chosen.len() > 1 {
            beside.get_or_insert_with(|| Beside::start(&chosen, machine));
        } else {
            report.time(step.name, || perform(step, machine));
        }
    }
    if let Some(beside) = beside {
        beside.end(&mut report);
    }
    drop(machine);
    Ok(report.close())
}

fn needs_machine(step: &Step) -> bool {
    step.name == "test" || matches!(step.work, Work::Script | Work::ScriptIn(_) | Work::Beside)
}

fn perform(step: &Step, machine: Option<&Machine>) -> anyhow::Result<Ended> {
    let environment = machine.map(Machine::environment).unwrap_or_default();
    match &step.work {
        Work::Tidy => tidy::check(),
        Work::Cargo { words, environment: own } => {
            run::counted(Command::new("cargo").args(*words).envs(own.iter().copied()).envs(environment))
        }
        Work::CargoDeny => cargo_deny(),
        Work::Script | Work::Beside => run::counted(&mut script(step.name, &[], machine)?),
        Work::ScriptIn(own) => run::counted(&mut script(step.name, own, machine)?),
    }
}

/// Where cargo puts debug builds: the folder this program runs from.
fn programs() -> anyhow::Result<PathBuf> {
    let this = std::env::current_exe().context("find this program")?;
    Ok(this.parent().context("this program lies in no folder")?.to_owned())
}

fn script(name: &str, own: &[(&str, &str)], machine: Option<&Machine>) -> anyhow::Result<Command> {
    let python = machine.and_then(Machine::python).context("no Python was prepared")?;
    let mut command = Command::new(python);
    command.arg(format!("interop/{name}.py")).env("PYTHONUNBUFFERED", "1").env("ATREST_TEST_PROGRAMS", programs()?);
    command.envs(own.iter().copied()).envs(machine.map(Machine::environment).unwrap_or_default());
    Ok(command)
}

/// The scripts that run while the other steps do, one after another.
struct Beside {
    names: Vec<&'static str>,
    running: JoinHandle<Vec<Done>>,
}

/// A script that has ended beside others.
struct Done {
    name: &'static str,
    ended: anyhow::Result<(Ended, String)>,
    took: Duration,
}

impl Beside {
    fn start(chosen: &[&Step], machine: Option<&Machine>) -> Self {
        let steps = chosen.iter().filter(|step| matches!(step.work, Work::Beside));
        let scripts: Vec<_> = steps.map(|step| (step.name, script(step.name, &[], machine))).collect();
        let names: Vec<_> = scripts.iter().map(|(name, _)| *name).collect();
        println!("\n── beside what follows, one after another: {} ──", names.join(", "));
        let run = |(name, command): (&'static str, anyhow::Result<Command>)| {
            let start = Instant::now();
            let ended = command.and_then(|mut command| run::counted_silently(&mut command));
            Done { name, ended, took: start.elapsed() }
        };
        Self { names, running: std::thread::spawn(move || scripts.into_iter().map(run).collect()) }
    }

    /// Waits for the end of all and shows what they printed.
    fn end(self, report: &mut Report) {
        let Ok(all) = self.running.join() else {
            for name in self.names {
                report.write_down(name, Err(anyhow::anyhow!("the thread of {name} is gone")), Duration::ZERO);
            }
            return;
        };
        for Done { name, ended, took } in all {
            println!("\n── {name} ──");
            let ended = ended.map(|(ended, output)| {
                print!("{output}");
                ended
            });
            report.write_down(name, ended, took);
        }
    }
}

fn cargo_deny() -> anyhow::Result<Ended> {
    let version = run::output_of(Command::new("cargo").args(["deny", "--version"]));
    if version.is_err() {
        println!("cargo-deny is not installed here: the licences, bans and sources that tidy checked stand alone");
        return Ok(Ended { success: true, not_run: Some("it is not installed".to_owned()), ..Ended::default() });
    }
    run::counted(Command::new("cargo").args(["deny", "check", "licenses", "bans", "sources"]))
}

/// What every step came to.
#[derive(Default)]
struct Report {
    lines: Vec<Line>,
}

struct Line {
    name: &'static str,
    tally: Tally,
    took: Duration,
    not_run: Option<String>,
}

impl Report {
    /// Runs one step and writes down its result. A step that fails without counting a failure counts as one.
    fn time(&mut self, name: &'static str, work: impl FnOnce() -> anyhow::Result<Ended>) {
        println!("\n── {name} ──");
        let start = Instant::now();
        let ended = work();
        self.write_down(name, ended, start.elapsed());
    }

    fn write_down(&mut self, name: &'static str, ended: anyhow::Result<Ended>, took: Duration) {
        let Ended { success, mut tally, not_run } = ended.unwrap_or_else(|error| {
            println!("{error:#}");
            Ended::default()
        });
        if !success && tally.failed == 0 {
            tally.failed = 1;
        }
        let line = Line { name, tally, took, not_run };
        println!("── {name}: {} after {:.1} s", line.word(), took.as_secs_f64());
        self.lines.push(line);
    }

    /// Prints the table and, last, the line that counts. It names what was not run, so that a count without it is not
    /// taken for the whole.
    fn close(self) -> ExitCode {
        let mut table = String::new();
        for line in &self.lines {
            let counted = match &line.not_run {
                Some(reason) => reason.clone(),
                None if line.tally == Tally::default() => String::new(),
                None => line.tally.to_string(),
            };
            let seconds = line.took.as_secs_f64();
            let _ = writeln!(table, "{:<17} {:<7} {seconds:>7.1} s  {counted}", line.name, line.word());
        }
        println!("\n{table}\n{}", self.last_line());
        if self.lines.iter().all(|line| line.tally.failed == 0) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }

    fn last_line(&self) -> String {
        let mut sum = Tally::default();
        for line in &self.lines {
            sum += line.tally;
        }
        let left_out = self.lines.iter().filter_map(|line| Some(format!("{} ({})", line.name, line.not_run.as_ref()?)));
        let left_out: Vec<_> = left_out.collect();
        if left_out.is_empty() { sum.to_string() } else { format!("{sum}, not run: {}", left_out.join(", ")) }
    }
}

impl Line {
    const fn word(&self) -> &'static str {
        match (self.tally.failed, &self.not_run) {
            (0, Some(_)) => "not run",
            (0, None) => "ok",
            _ => "FAILED",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_a_silent_failure_as_one() {
        let mut report = Report::default();
        report.time("silent", || Ok(Ended::default()));
        report.time("broken", || anyhow::bail!("could not start"));
        let tally = Tally { passed: 2, failed: 0 };
        report.time("fine", || Ok(Ended { success: true, tally, not_run: None }));
        let failed: Vec<u64> = report.lines.iter().map(|line| line.tally.failed).collect();
        assert_eq!(failed, [1, 1, 0]);
        assert_eq!(report.last_line(), "2 passed, 2 failed");
    }

    #[test]
    fn says_in_the_last_line_what_was_not_run() {
        let mut report = Report::default();
        let tally = Tally { passed: 2, failed: 0 };
        report.time("fine", || Ok(Ended { success: true, tally, not_run: None }));
        report.time("kmip_go", || {
            Ok(Ended { success: true, not_run: Some("Go is not installed".to_owned()), ..Ended::default() })
        });
        assert_eq!(report.last_line(), "2 passed, 0 failed, not run: kmip_go (Go is not installed)");
        assert_eq!(report.lines.iter().map(Line::word).collect::<Vec<_>>(), ["ok", "not run"]);
    }

    #[test]
    fn what_runs_beside_is_written_down_with_its_count() {
        let mut report = Report::default();
        let done = |name, ended| Done { name, ended, took: Duration::ZERO };
        let counted = Ended { success: true, tally: Tally { passed: 3, failed: 0 }, not_run: None };
        let all = vec![done("one", Ok((counted, String::new()))), done("two", Err(anyhow::anyhow!("could not start")))];
        Beside { names: vec!["one", "two"], running: std::thread::spawn(|| all) }.end(&mut report);
        assert_eq!(report.last_line(), "3 passed, 1 failed");
    }

    #[test]
    fn has_a_script_for_every_script_step() {
        let root = crate::machine::workspace_root().unwrap();
        for step in STEPS.iter().filter(|step| matches!(step.work, Work::Script | Work::ScriptIn(_) | Work::Beside)) {
            let script = root.join(format!("interop/{}.py", step.name));
            assert!(script.exists(), "{} is missing", script.display());
        }
    }
}
