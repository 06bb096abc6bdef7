//! What was found, as the tables of `docs/compatibility.md`. Must not compare anything.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::compare::{Difference, Findings};
use crate::document::Operation;
use crate::reasons::{ABSENT, MINIMAL, REASONS, UNHEEDED};

const BEGIN: &str = "<!-- compat: begin -->\n";
const END: &str = "<!-- compat: end -->\n";

/// The findings beside their reasons.
pub(crate) struct Explained {
    /// Rows: what differs, where, what it is, and why.
    rows: Vec<[String; 4]>,
    /// Findings nobody gave a reason for.
    pub(crate) without_reason: Vec<String>,
    /// Reasons that explain nothing any more.
    pub(crate) unused: Vec<String>,
}

/// Where something differs, and what it is.
type WhereAndWhich<'f> = (BTreeSet<&'f str>, BTreeSet<&'f str>);

/// Gives each finding its reason: the first that fits.
pub(crate) fn explain(findings: &Findings) -> Explained {
    let mut explained = Explained { rows: Vec::new(), without_reason: Vec::new(), unused: Vec::new() };
    let mut by_reason: BTreeMap<(usize, Difference), WhereAndWhich<'_>> = BTreeMap::new();
    for ((difference, owner), names) in findings {
        for name in names {
            match REASONS.iter().position(|reason| reason.fits(*difference, owner, name)) {
                Some(number) => {
                    let (owners, which) = by_reason.entry((number, *difference)).or_default();
                    owners.insert(owner);
                    which.insert(name);
                }
                None => explained.without_reason.push(format!("{}: {owner}: {name}", difference.words())),
            }
        }
    }
    let used: BTreeSet<usize> = by_reason.keys().map(|(number, _)| *number).collect();
    for ((number, difference), (owners, names)) in by_reason {
        let why = REASONS.get(number).map_or("", |reason| reason.why);
        explained.rows.push([difference.words().to_owned(), shortened(&owners), shortened(&names), why.to_owned()]);
    }
    let unused = REASONS.iter().enumerate().filter(|(number, _)| !used.contains(number));
    explained.unused = unused.map(|(_, reason)| format!("{:?} {}", reason.owners, reason.why)).collect();
    explained
}

/// Names a few, and how many more there are.
fn shortened(names: &BTreeSet<&str>) -> String {
    const MOST: usize = 12;
    let shown: Vec<String> = names.iter().take(MOST).map(|name| format!("`{name}`")).collect();
    let more = names.len().saturating_sub(MOST);
    if more == 0 { shown.join(", ") } else { format!("{} and {more} more", shown.join(", ")) }
}

/// Writes all tables.
pub(crate) fn write(
    served: &BTreeMap<String, Operation<'_>>,
    reference: &BTreeMap<String, Operation<'_>>,
    explained: &Explained,
) -> String {
    let mut page = String::from("\n## Operation by operation\n\n");
    page.push_str("| heading | operation | call | here | |\n|---|---|---|---|---|\n");
    let mut rows: Vec<_> = reference.iter().collect();
    rows.sort_by_key(|(_, operation)| (operation.tag, operation.name));
    for (called, operation) in rows {
        let (standing, remark) = if served.contains_key(called) {
            let minimal = MINIMAL.iter().find(|(names, _)| names.contains(&operation.name));
            let unheeded = UNHEEDED.iter().find(|(names, _)| names.contains(&operation.name));
            let full = ("full", unheeded.map_or("", |(_, remark)| *remark));
            minimal.map_or(full, |(_, remark)| ("minimal", *remark))
        } else {
            let absent = ABSENT.iter().find(|(names, _)| names.contains(&operation.name));
            ("absent", absent.map_or("not part of encryption at rest", |(_, remark)| remark))
        };
        let Operation { tag, name, called, .. } = operation;
        _ = writeln!(page, "| {tag} | {name} | `{called}` | {standing} | {remark} |");
    }
    let beside: Vec<_> = served.iter().filter(|(called, _)| !reference.contains_key(*called)).collect();
    if !beside.is_empty() {
        page.push_str("\nServed as well, though not in the part of the reference that was compared:\n\n");
        page.push_str("| operation | call |\n|---|---|\n");
        for (_, Operation { name, called, .. }) in beside {
            _ = writeln!(page, "| {name} | `{called}` |");
        }
    }
    page.push_str("\n## Differences\n\n| what | where | which | why |\n|---|---|---|---|\n");
    for row in &explained.rows {
        _ = writeln!(page, "| {} |", row.join(" | "));
    }
    page.push('\n');
    page
}

/// Puts the tables where the page has its marks.
pub(crate) fn put_between_marks(page: &str, written: &str) -> Option<String> {
    let (head, rest) = page.split_once(BEGIN)?;
    let (_, tail) = rest.split_once(END)?;
    Some(format!("{head}{BEGIN}{written}{END}{tail}"))
}
