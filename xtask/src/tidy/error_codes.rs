//! An errorCode is spelled in one table and nowhere else. The table itself is the list of what to look for.
//! Must not know which codes there are.

use super::Finding;
use super::source::{RustFile, Tree};

const TABLE: &str = "crates/server/src/api/error";

/// Files whose names for other things coincide with codes, each with its reason.
const NAMESAKES: &[(&str, &str)] = &[
    ("event", "names of events are part of the contract and some equal a code"),
    ("alert", "names of alerts are, likewise"),
];

pub(super) fn check(tree: &Tree) -> anyhow::Result<Vec<Finding>> {
    let codes = codes(tree);
    let mut findings = Vec::new();
    for file in tree.rust.iter().filter(|file| !is_table(file) && !is_namesake(&file.path)) {
        for (number, line) in file.product() {
            for text in line.strings.iter().filter(|text| codes.contains(text)) {
                findings.push(Finding::new(
                    &file.path,
                    number,
                    format!("{text} is spelled in {TABLE}.rs alone; return an error that maps to it"),
                ));
            }
        }
    }
    Ok(findings)
}

/// Reads all codes out of the table.
pub(super) fn codes(tree: &Tree) -> Vec<&String> {
    let mut codes: Vec<&String> = tree
        .rust
        .iter()
        .filter(|file| is_table(file))
        .flat_map(RustFile::product)
        .flat_map(|(_, line)| &line.strings)
        .filter(|text| looks_like_code(text))
        .collect();
    codes.sort();
    codes.dedup();
    codes
}

fn is_table(file: &RustFile) -> bool {
    file.path.strip_prefix(TABLE).is_some_and(|rest| rest == ".rs" || rest.starts_with('/'))
}

fn is_namesake(path: &str) -> bool {
    NAMESAKES.iter().any(|(part, _)| path.contains(part))
}

fn looks_like_code(text: &str) -> bool {
    text.len() >= 8
        && text.contains('_')
        && text.starts_with(|first: char| first.is_ascii_uppercase())
        && text.chars().all(|one| one.is_ascii_uppercase() || one.is_ascii_digit() || one == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_a_code_spelled_twice() {
        let table = ("crates/server/src/api/error.rs", "f(404, \"CLUSTER_NOT_FOUND\", \"No cluster\")");
        let check = |path: &str, text: &str, expected: usize| {
            assert_eq!(check(&Tree::with(&[table, (path, text)])).unwrap().len(), expected, "{path} {text}");
        };
        check("crates/control/src/a.rs", "f(\"CLUSTER_NOT_FOUND\")", 1);
        check("crates/control/src/a.rs", "f(\"US_EAST_1_REGION\")", 0);
        check("crates/domain/src/event.rs", "f(\"CLUSTER_NOT_FOUND\")", 0);
        check("crates/server/tests/a.rs", "f(\"CLUSTER_NOT_FOUND\")", 0);
        check("crates/control/src/a.rs", "/// Answers `CLUSTER_NOT_FOUND`.", 0);
    }
}
