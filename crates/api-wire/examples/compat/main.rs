//! Compares our OpenAPI document with a reference document, for every operation that we serve, and holds
//! `docs/compatibility.md` to what it finds. Run as `cargo xtask compat --oracle PATH [--write]`. The reference
//! is not ours to ship: without a path there is nothing to compare, and this says so.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "it talks to whoever runs it")]

mod compare;
mod document;
mod page;
mod reasons;

use std::path::Path;
use std::process::ExitCode;

use compare::Comparison;
use document::Document;

const PAGE: &str = "docs/compatibility.md";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<ExitCode, Box<dyn std::error::Error>> {
    let mut oracle = None;
    let mut write = false;
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "--oracle" => oracle = words.next(),
            "--write" => write = true,
            unknown => return Err(format!("{unknown} is no option; there are --oracle PATH and --write").into()),
        }
    }
    let Some(oracle) = oracle else {
        println!("compat: no reference document given (--oracle PATH), so nothing was compared");
        return Ok(ExitCode::SUCCESS);
    };
    let text = std::fs::read_to_string(Path::new(oracle)).map_err(|error| format!("{oracle}: {error}"))?;
    let theirs = Document(serde_json::from_str(&text).map_err(|error| format!("{oracle}: {error}"))?);
    let ours = Document(api_wire::openapi::document("http://localhost"));

    let (served, reference) = (ours.operations(), theirs.operations());
    let mut comparison = Comparison::new(&ours, &theirs);
    for (called, operation) in &reference {
        if let Some(own) = served.get(called) {
            comparison.operation(own, operation);
        }
    }
    let findings = comparison.into_findings();
    let explained = page::explain(&findings);
    let written = page::write(&served, &reference, &explained);

    for unexplained in &explained.without_reason {
        println!("no reason given: {unexplained}");
    }
    for stale in &explained.unused {
        println!("a reason for nothing: {stale}");
    }
    let before = std::fs::read_to_string(PAGE)?;
    let after = page::put_between_marks(&before, &written).ok_or("the page has lost its marks")?;
    let current = before == after;
    if write && !current {
        std::fs::write(PAGE, after)?;
        println!("{PAGE} was written anew");
    } else if !current {
        println!("{PAGE} does not say what was found; run this with --write and read what changed");
    }
    let compared = reference.keys().filter(|called| served.contains_key(*called)).count();
    let differences: usize = findings.values().map(std::collections::BTreeSet::len).sum();
    let unexplained = explained.without_reason.len();
    println!(
        "compat: {compared} of {} operations compared, {differences} differences, {unexplained} without a reason",
        reference.len()
    );
    let good = unexplained == 0 && explained.unused.is_empty() && (current || write);
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
