//! Pages that must move with the code: a page per provider, a paragraph per room, a line per error code, and links
//! that lead somewhere. Must not judge what the pages say.

use super::Finding;
use super::error_codes::codes;
use super::source::Tree;

const ARCHITECTURE: &str = "docs/ARCHITECTURE.md";
/// Headings of the map that are folders of their own.
const BESIDE_THE_ROOMS: &[&str] = &["xtask", "interop"];
const ERRORS: &str = "docs/errors.md";

/// Each provider's folder and its page.
const PROVIDER_PAGES: &[(&str, &str)] = &[
    ("aws_kms", "docs/providers/aws.md"),
    ("azure_key_vault", "docs/providers/azure.md"),
    ("gcp_kms", "docs/providers/gcp.md"),
];

pub(super) fn check(tree: &Tree) -> anyhow::Result<Vec<Finding>> {
    let mut findings = provider_pages(tree);
    findings.extend(rooms(tree));
    findings.extend(error_codes(tree));
    findings.extend(links(tree));
    Ok(findings)
}

fn provider_pages(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for folder in tree.folders_in("crates/providers/src") {
        match PROVIDER_PAGES.iter().find(|(name, _)| *name == folder) {
            Some((_, page)) if tree.texts.contains_key(*page) => {}
            Some((_, page)) => findings.push(Finding::new(
                page,
                1,
                format!("write it: what to create for {folder}, least permissions, what each refusal means"),
            )),
            None => findings.push(Finding::new(
                &format!("crates/providers/src/{folder}"),
                1,
                "name this folder's page in xtask/src/tidy/docs.rs",
            )),
        }
    }
    findings
}

/// A room has a heading of its own; a heading has a room.
fn rooms(tree: &Tree) -> Vec<Finding> {
    let Some(page) = tree.texts.get(ARCHITECTURE) else {
        return vec![Finding::new(ARCHITECTURE, 1, "this page is the map of the house; bring it back")];
    };
    let built = tree.folders_in("crates");
    let mut findings: Vec<Finding> = built
        .iter()
        .filter(|room| !page.lines().any(|line| line == format!("### {room}")))
        .map(|room| Finding::new(ARCHITECTURE, 1, format!("add `### {room}`: a paragraph, and what it must not know")))
        .collect();
    for (number, line) in (1..).zip(page.lines()) {
        let Some(room) = line.strip_prefix("### ") else {
            continue;
        };
        if !built.iter().any(|one| one == room) && !BESIDE_THE_ROOMS.contains(&room) {
            findings.push(Finding::new(ARCHITECTURE, number, format!("there is no room {room}; drop the paragraph")));
        }
    }
    findings
}

fn error_codes(tree: &Tree) -> Vec<Finding> {
    let page = tree.texts.get(ERRORS).map_or("", String::as_str);
    codes(tree)
        .into_iter()
        .filter(|code| !page.contains(&format!("`{code}`")))
        .map(|code| Finding::new(ERRORS, 1, format!("add `{code}`: when it is answered, and what to do")))
        .collect()
}

/// A link to a file of ours leads to a file that is there.
fn links(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.texts.iter().filter(|(path, _)| path.ends_with(".md")) {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        for (number, line) in (1..).zip(text.lines()) {
            for target in line.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
                let target = target.split('#').next().unwrap_or_default();
                if target.is_empty() || target.contains("://") || target.starts_with("mailto:") {
                    continue;
                }
                let aim = resolved(folder, target);
                let there = tree.texts.keys().any(|one| *one == aim || one.starts_with(&format!("{aim}/")));
                if !there {
                    findings.push(Finding::new(path, number, format!("the link leads to {aim}, which is not there")));
                }
            }
        }
    }
    findings
}

fn resolved(folder: &str, target: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            name => parts.push(name),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(found: &[Finding], part: &str) -> bool {
        found.iter().any(|one| one.say.contains(part))
    }

    #[test]
    fn asks_for_the_page_of_a_provider() {
        let folder = ("crates/providers/src/aws_kms/mod.rs", "");
        assert_eq!(provider_pages(&Tree::with(&[folder, ("docs/providers/aws.md", "")])), []);
        assert!(says(&provider_pages(&Tree::with(&[folder])), "least permissions"));
        let unknown = Tree::with(&[("crates/providers/src/hsm/mod.rs", "")]);
        assert!(says(&provider_pages(&unknown), "name this folder's page"));
    }

    #[test]
    fn keeps_the_map_and_the_rooms_alike() {
        let found = rooms(&Tree::with(&[("crates/domain/Cargo.toml", ""), (ARCHITECTURE, "### attic\n")]));
        assert!(says(&found, "add `### domain`") && says(&found, "no room attic"), "{found:?}");
    }

    #[test]
    fn asks_for_every_code() {
        let table = ("crates/server/src/api/error.rs", "f(\"CLUSTER_NOT_FOUND\")");
        assert!(says(&error_codes(&Tree::with(&[table, (ERRORS, "")])), "`CLUSTER_NOT_FOUND`"));
        assert_eq!(error_codes(&Tree::with(&[table, (ERRORS, "| `CLUSTER_NOT_FOUND` |")])), []);
    }

    #[test]
    fn follows_links() {
        let check = |link: &str, expected: usize| {
            let page = format!("see [it]({link})");
            let tree = Tree::with(&[("docs/a.md", &page), ("docs/decisions/0001-x.md", ""), ("README.md", "")]);
            assert_eq!(links(&tree).len(), expected, "{link}");
        };
        check("../README.md", 0);
        check("decisions/0001-x.md#why", 0);
        check("decisions/", 0);
        check("https://example.com", 0);
        check("#here", 0);
        check("b.md", 1);
    }
}
