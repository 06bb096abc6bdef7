//! `cargo xtask tidy`: the rules of the house that no compiler holds, one file each. Every finding names a file,
//! a line and what to do. Must not know how the product works, only where things stand.

mod arrows;
mod dependencies;
mod docs;
mod error_codes;
mod headers;
mod licence_terms;
mod names;
mod pure_rooms;
mod sizes;
mod source;
mod tables;
mod words;

use std::fmt;
use std::process::{Command, ExitCode};

use crate::run::{self, Ended};
use crate::tally::Tally;
use source::Tree;

/// One departure from a rule.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Finding {
    path: String,
    line: usize,
    say: String,
}

impl Finding {
    fn new(path: &str, line: usize, say: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, say: say.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.say)
    }
}

type Rule = fn(&Tree) -> anyhow::Result<Vec<Finding>>;

/// All rules. A new rule is a file and a line here.
const RULES: &[(&str, Rule)] = &[
    ("arrows", arrows::check),
    ("dependencies", dependencies::check),
    ("headers", headers::check),
    ("sizes", sizes::check),
    ("names", names::check),
    ("words", words::check),
    ("pure rooms", pure_rooms::check),
    ("tables", tables::check),
    ("error codes", error_codes::check),
    ("docs", docs::check),
];

/// Runs all rules and prints what they find.
/// Errors: the files of the tree cannot be listed or read.
pub(crate) fn run() -> anyhow::Result<ExitCode> {
    Ok(if check()?.success { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Runs all rules, counting each rule that holds as passed and each finding as failed.
/// Errors: the files of the tree cannot be listed or read.
pub(crate) fn check() -> anyhow::Result<Ended> {
    let tree = Tree::read(&listed_files()?);
    let mut tally = Tally::default();
    for (name, rule) in RULES {
        let mut findings = rule(&tree)?;
        findings.sort();
        if findings.is_empty() {
            tally.passed += 1;
        }
        for finding in findings {
            println!("{finding} [{name}]");
            tally.failed += 1;
        }
    }
    println!("tidy: {tally}");
    Ok(Ended { success: tally.failed == 0, tally, not_run: None })
}

/// Lists what git tracks and what it would: new files count, ignored ones do not.
fn listed_files() -> anyhow::Result<Vec<String>> {
    let listed = run::output_of(Command::new("git").args(["ls-files", "--cached", "--others", "--exclude-standard"]))?;
    Ok(listed.lines().map(str::to_owned).collect())
}
