//! `cargo xtask ci`: every check there is, one after another, each with its time; a failure does not stop
//! the next, so one run shows everything. Ends with the one line `N passed, N failed`.
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
    /// The same beside the steps that follow: it waits more than it works. Its output is shown at its end.
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
    Step { name: "build", work: cargo(&["build", "-p", "atrest", "-p", "simulators", "--bins", "--examples"]) },
    Step { name: "kill9_endpoints", work: Work::Beside },
    Step { name: "kill9_alerts", work: Work::Beside },
    Step { name: "aws_simulator", work: Work::Script },
    Step { name: "azure_simulator", work: Work::Script },
    Step { name: "gcp_simulator", work: Work::Script },
    Step { name: "ministack", work: Work::Script },
    Step { name: "first_day", work: Work::Script },
    Step { name: "cli", work: Work::Script },
    Step { name: "customers", work: Work::Script },
    Step { name: "provider_access", work: Work::Script },
    // Counts nothing where there is no Go, or where its modules cannot be had; it says so then.
    Step { name: "atlas_sdk", work: Work::Script },
    Step { name: "py_atlas_sdk", work: Work::Script },
    Step { name: "surroundings", work: Work::Script },
    // Counts nothing where there is no npm, or where its packages cannot be had; it says so then.
    Step { name: "node_clients", work: Work::Script },
    Step { name: "terraform", work: Work::Script },
    Step { name: "private_endpoints", work: Work::Script },
    Step { name: "alerts", work: Work::Script },
    Step { name: "kmip_clients", work: Work::Script },
    Step { name: "kmip_driver", work: Work::Script },
    // Counts nothing where there is no Go, or where its module cannot be had; it says so then.
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
    let mut report = Report::default();
    let mut machine = None;
    let mut beside = Vec::new();
    for step in STEPS.iter().filter(|step| names.is_empty() || names.iter().any(|name| name == step.name)) {
        if needs_machine(step) && machine.is_none() {
            report.time("prepare", || {
                machine = Some(Machine::prepared());
                let failed = machine.as_ref().and_then(|made| made.as_ref().err());
                if let Some(error) = failed {
                    println!("{error:#}");
                }
                Ok(Ended { success: failed.is_none(), tally: Tally::default() })
            });
        }
        let machine = machine.as_ref().and_then(|made| made.as_ref().ok());
        if matches!(step.work, Work::Beside) {
            println!("\n── {} runs beside what follows ──", step.name);
            beside.push(Beside::start(step.name, machine));
            continue;
        }
        report.time(step.name, || perform(step, machine));
    }
    for step in beside {
        step.end(&mut report);
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

/// A script that runs while others do.
struct Beside {
    name: &'static str,
    running: JoinHandle<anyhow::Result<(Ended, String, Duration)>>,
}

impl Beside {
    fn start(name: &'static str, machine: Option<&Machine>) -> Self {
        let command = script(name, &[], machine);
        let running = std::thread::spawn(move || {
            let start = Instant::now();
            let (ended, output) = run::counted_silently(&mut command?)?;
            Ok((ended, output, start.elapsed()))
        });
        Self { name, running }
    }

    /// Waits for its end and shows what it printed.
    fn end(self, report: &mut Report) {
        println!("\n── {} ──", self.name);
        let start = Instant::now();
        let ended = self.running.join().unwrap_or_else(|_| Err(anyhow::anyhow!("the step's thread is gone")));
        let (ended, took) = match ended {
            Ok((ended, output, took)) => {
                print!("{output}");
                (Ok(ended), took)
            }
            Err(error) => (Err(error), start.elapsed()),
        };
        report.write_down(self.name, ended, took);
    }
}

fn cargo_deny() -> anyhow::Result<Ended> {
    let version = run::output_of(Command::new("cargo").args(["deny", "--version"]));
    if version.is_err() {
        println!("cargo-deny is not installed here: the licences, bans and sources that tidy checked stand alone");
        return Ok(Ended { success: true, tally: Tally::default() });
    }
    run::counted(Command::new("cargo").args(["deny", "check", "licenses", "bans", "sources"]))
}

/// What every step came to.
#[derive(Default)]
struct Report {
    lines: Vec<(&'static str, bool, Tally, Duration)>,
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
        let ended = ended.unwrap_or_else(|error| {
            println!("{error:#}");
            Ended { success: false, tally: Tally::default() }
        });
        let mut tally = ended.tally;
        if !ended.success && tally.failed == 0 {
            tally.failed = 1;
        }
        println!("── {name}: {} after {:.1} s", word(tally), took.as_secs_f64());
        self.lines.push((name, tally.failed == 0, tally, took));
    }

    /// Prints the table and, last, the line that counts.
    fn close(self) -> ExitCode {
        let mut sum = Tally::default();
        let mut table = String::new();
        for (name, _, tally, took) in &self.lines {
            sum += *tally;
            let counted = if *tally == Tally::default() { String::new() } else { tally.to_string() };
            let _ = writeln!(table, "{name:<15} {:<7} {:>7.1} s  {counted}", word(*tally), took.as_secs_f64());
        }
        println!("\n{table}\n{sum}");
        if self.lines.iter().all(|(_, success, ..)| *success) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

const fn word(tally: Tally) -> &'static str {
    if tally.failed == 0 { "ok" } else { "FAILED" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_a_silent_failure_as_one() {
        let mut report = Report::default();
        report.time("silent", || Ok(Ended { success: false, tally: Tally::default() }));
        report.time("broken", || anyhow::bail!("could not start"));
        report.time("fine", || Ok(Ended { success: true, tally: Tally { passed: 2, failed: 0 } }));
        let failed: Vec<u64> = report.lines.iter().map(|(_, _, tally, _)| tally.failed).collect();
        assert_eq!(failed, [1, 1, 0]);
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
