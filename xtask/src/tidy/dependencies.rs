//! What we depend on: licences, banned packages and sources, held against `deny.toml` for what this machine builds.
//! cargo-deny reads the same file and looks at more; this needs no installation. Must not know why a name is banned.

use std::process::Command;

use anyhow::Context;

use super::Finding;
use super::licence_terms::allows;
use super::source::Tree;
use crate::run;

const RULES: &str = "deny.toml";
const LOCK: &str = "Cargo.lock";
const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

pub(super) fn check(tree: &Tree) -> anyhow::Result<Vec<Finding>> {
    let rules = tree.texts.get(RULES).context("deny.toml is missing")?;
    let mut findings = sources(tree.texts.get(LOCK).context("Cargo.lock is missing: commit it")?);
    // `--locked` fails where a manifest changed and the lock file did not follow.
    let used = run::output_of(Command::new("cargo").args([
        "tree",
        "--workspace",
        "--locked",
        "--edges",
        "normal,build,dev",
        "--prefix",
        "none",
        "--format",
        "{p}|{l}",
    ]))?;
    findings.extend(packages(&used, rules));
    Ok(findings)
}

/// Every package comes from crates.io or lies in this tree.
fn sources(lock: &str) -> Vec<Finding> {
    (1..)
        .zip(lock.lines())
        .filter_map(|(number, line)| Some((number, line.strip_prefix("source = \"")?.strip_suffix('"')?)))
        .filter(|(_, source)| *source != CRATES_IO)
        .map(|(number, source)| Finding::new(LOCK, number, format!("{source}: packages come from crates.io alone")))
        .collect()
}

/// Holds the lines of `cargo tree` (`name version (…)|licence`) against the rules.
fn packages(used: &str, rules: &str) -> Vec<Finding> {
    let allowed = quoted_in(rules, "[licenses]", "allow = [");
    let banned: Vec<(&str, &str)> =
        rules.lines().filter_map(|line| line.trim().strip_prefix("{ crate = \"")?.split_once('"')).collect();
    let mut lines: Vec<&str> =
        used.lines().map(|line| line.trim_end_matches(" (*)")).filter(|line| !line.is_empty()).collect();
    lines.sort_unstable();
    lines.dedup();
    let mut findings = Vec::new();
    for (package, licence) in lines.iter().filter_map(|line| line.split_once('|')) {
        let name = package.split(' ').next().unwrap_or(package);
        if let Some((_, rest)) = banned.iter().find(|(one, _)| *one == name) {
            let reason = rest.split('"').nth(1).unwrap_or_default();
            findings.push(Finding::new(
                RULES,
                1,
                format!("{package} is used but banned: {reason} (cargo tree -i {name})"),
            ));
        }
        if !allows(licence, &allowed) {
            findings.push(Finding::new(
                RULES,
                1,
                format!("{package} is under \"{licence}\", which is not on the list"),
            ));
        }
    }
    findings
}

/// Reads the quoted words of a list that starts with `opening` inside `section`.
fn quoted_in<'a>(text: &'a str, section: &str, opening: &str) -> Vec<&'a str> {
    let inside = text.split_once(section).map_or("", |(_, rest)| rest);
    let list = inside.split_once(opening).map_or("", |(_, rest)| rest);
    let list = list.split_once(']').map_or(list, |(list, _)| list);
    list.split('"').skip(1).step_by(2).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: &str = "[licenses]\nallow = [\n \"MIT\",\n \"ISC\",\n]\n[bans]\ndeny = [\n  { crate = \"ring\", reason = \"one is enough\" },\n]\n";

    #[test]
    fn finds_a_foreign_source() {
        let lock =
            format!("[[package]]\nname = \"a\"\nsource = \"{CRATES_IO}\"\nsource = \"git+https://example.com/a\"\n");
        assert_eq!(sources(&lock).iter().map(|one| one.line).collect::<Vec<_>>(), [4]);
    }

    #[test]
    fn finds_a_ban_and_a_licence() {
        let check = |line: &str, expected: &str| {
            let found = packages(line, RULES);
            match expected {
                "" => assert_eq!(found, [], "{line}"),
                part => assert!(found.iter().any(|one| one.say.contains(part)), "{line}: {found:?}"),
            }
        };
        check("a v1.0.0|MIT OR GPL-3.0", "");
        check("a v1.0.0|ISC (*)", "");
        check("a v1.0.0|GPL-3.0", "\"GPL-3.0\"");
        check("a v1.0.0|", "not on the list");
        check("ring v0.17.0|MIT AND ISC", "one is enough");
        check("string v1.0.0|MIT", "");
    }
}
