//! Which room may use which. The drawing is in docs/ARCHITECTURE.md; this is its only machine-readable copy.
//! Tests may use what they like: `[dev-dependencies]` are not read. Must not know what a room does.

use super::Finding;
use super::source::Tree;

/// Each room and all it may use of ours. Rooms that are not built yet stand here too: their arrows are drawn first.
const MAP: &[(&str, &[&str])] = &[
    // The binary wires the house up, so it also holds what `control` is made of (docs/decisions/0009).
    ("atrest", &["server", "agent", "cli", "simulators", "control", "providers", "storage", "notify", "domain"]),
    ("server", &["control", "api-wire", "kmip-wire", "domain"]),
    ("agent", &["api-wire", "kmip-wire"]),
    ("cli", &["api-wire"]),
    ("control", &["providers", "storage", "notify", "domain"]),
    ("providers", &["domain"]),
    ("storage", &["domain"]),
    ("simulators", &[]),
    ("notify", &[]),
    ("api-wire", &[]),
    ("kmip-wire", &[]),
    ("domain", &[]),
];

pub(super) fn check(tree: &Tree) -> anyhow::Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for (path, text) in &tree.texts {
        let Some(room) = path.strip_prefix("crates/").and_then(|rest| rest.strip_suffix("/Cargo.toml")) else {
            continue;
        };
        // A manifest further in (a room's fuzz targets) is no room; it is built and shipped with none.
        if room.contains('/') {
            continue;
        }
        let Some((_, allowed)) = MAP.iter().find(|(name, _)| *name == room) else {
            findings.push(Finding::new(
                path,
                1,
                format!("{room} is not on the map; draw its arrows in xtask/src/tidy/arrows.rs and docs/ARCHITECTURE.md first"),
            ));
            continue;
        };
        for (line, used) in dependencies(text) {
            let ours = MAP.iter().any(|(name, _)| *name == used);
            if ours && !allowed.contains(&used) {
                findings.push(Finding::new(
                    path,
                    line,
                    format!("{room} may not use {used}; move the code to a room that may, or change the map and say why in docs/decisions/"),
                ));
            }
        }
    }
    Ok(findings)
}

/// Names the packages under `[dependencies]`, `[build-dependencies]` and their target-specific forms.
fn dependencies(manifest: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut inside = false;
    for (number, line) in (1..).zip(manifest.lines()) {
        let line = line.trim();
        if let Some(section) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            let section = section.rsplit_once("'.").map_or(section, |(_, rest)| rest);
            let (table, single) = section.split_once('.').unwrap_or((section, ""));
            let counts = matches!(table, "dependencies" | "build-dependencies");
            inside = counts && single.is_empty();
            if counts && !single.is_empty() {
                found.push((number, single));
            }
        } else if inside && !line.starts_with('#') {
            let name = line.split(['=', '.', ' ']).next().unwrap_or_default();
            if !name.is_empty() {
                found.push((number, name));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_form_of_a_dependency() {
        let check = |manifest: &str, expected: &[(usize, &str)]| assert_eq!(dependencies(manifest), expected);
        check("[dependencies]\ndomain.workspace = true\nx = \"1\"", &[(2, "domain"), (3, "x")]);
        check("[dependencies.storage]\npath = \"..\"", &[(1, "storage")]);
        check("[dev-dependencies]\nsimulators.workspace = true", &[]);
        check("[target.'cfg(unix)'.dependencies]\nstorage = { path = \"x\" }", &[(2, "storage")]);
        check("[build-dependencies]\n# domain\nserver = \"1\"\n[features]\ncontrol = []", &[(3, "server")]);
    }

    #[test]
    fn refuses_an_arrow_that_is_not_drawn() {
        let tree = Tree::with(&[
            ("crates/domain/Cargo.toml", "[dependencies]\nthiserror = \"2\"\nstorage.workspace = true"),
            ("crates/control/Cargo.toml", "[dependencies]\nstorage.workspace = true"),
            ("crates/attic/Cargo.toml", "[package]"),
        ]);
        let found = check(&tree).unwrap();
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found.iter().any(|one| one.path == "crates/domain/Cargo.toml" && one.line == 3));
        assert!(found.iter().any(|one| one.say.contains("attic is not on the map")));
    }

    #[test]
    fn has_no_cycle() {
        let allowed = |room: &str| MAP.iter().find(|(name, _)| *name == room).map_or(&[][..], |(_, used)| *used);
        for (room, _) in MAP {
            let mut reached: Vec<&str> = allowed(room).to_vec();
            let mut next = 0;
            while let Some(one) = reached.get(next).copied() {
                next += 1;
                for used in allowed(one) {
                    if !reached.contains(used) {
                        reached.push(used);
                    }
                }
            }
            assert!(!reached.contains(room), "{room} uses itself");
        }
    }
}
