//! Words that must not stand in the tree: "group" where we say project, marks of unfinished work, paths of the
//! machine somebody happened to sit at. Must not judge prose.

use super::Finding;
use super::source::Tree;

/// Where a project is called group, because the wire calls it so.
const GROUP_ROOMS: &[&str] = &[
    "crates/api-wire/src/atlas",
    "crates/api-wire/src/atrest",
    "crates/api-wire/src/operations",
    "crates/cli/src/everyday",
    "crates/server/src/api/atlas",
    "crates/server/src/api/atrest",
];

/// Single files that must spell the wire's word, each with its reason.
const GROUP_FILES: &[(&str, &str)] = &[
    ("crates/cli/src/flags.rs", "a flag has the name that the wire gives its parameter"),
    ("crates/control/src/alert_config/draft.rs", "ways of telling have the names people know them by"),
    ("crates/domain/src/alert/kind.rs", "an alert is kept under the name people know it by"),
    ("crates/domain/src/event/kind.rs", "an event is recorded under the name people know it by"),
    ("crates/api-wire/examples/compat/reasons.rs", "names operations and components as the reference does"),
    ("crates/domain/src/access/role.rs", "a role is granted and stored under the name people know it by"),
    ("crates/server/src/api/call.rs", "reads the wire's path parameters and turns them into our ids"),
    ("crates/server/src/api/error.rs", "Atlas's own codes and sentences"),
    ("crates/server/src/api/error/backup.rs", "Atlas's own codes and sentences"),
    ("crates/server/src/api/error/candidate.rs", "Atlas's own codes and sentences"),
    ("crates/server/src/api/error/alert.rs", "Atlas's own codes and sentences"),
    ("crates/server/src/api/error/cluster.rs", "Atlas's own codes and sentences"),
    ("crates/server/src/api/error/kept.rs", "a code in Atlas's style about a project"),
    ("crates/server/src/api/error/private_endpoint.rs", "Atlas's own codes and sentences"),
    ("crates/server/src/api/error/provider_role.rs", "Atlas's own codes and sentences"),
    ("crates/domain/src/project/limit.rs", "the names of Atlas's own limits"),
    ("crates/server/src/api/error/project.rs", "Atlas's own codes and sentences"),
    ("crates/server/src/api/pipeline.rs", "finds out whose a path is before anybody handles it"),
    ("crates/server/src/api/router.rs", "lists the operations by the wire's names"),
    ("xtask/src/tidy/words.rs", "this rule"),
    (
        "crates/simulators/src/azure/arm/private_endpoint.rs",
        "Azure's `groupIds`: the parts of a vault that are reached",
    ),
    (
        "crates/providers/src/azure_key_vault/private_endpoint.rs",
        "Azure's `groupIds`: the parts of a vault that are reached",
    ),
    (
        "crates/providers/src/azure_key_vault/wire_tests/private_endpoint.rs",
        "Azure's `groupIds`: the parts of a vault that are reached",
    ),
];

/// Where a cloud's own word for something else is spelled as its wire has it.
const CLOUD_ROOMS: &[(&str, &str)] = &[
    ("crates/providers/src/aws_kms/private_endpoint.rs", "EC2 asks for a security group by its `GroupId`"),
    ("crates/simulators/src/aws/ec2/", "EC2's security groups: `groupSet`, `GroupId`, `InvalidGroup.NotFound`"),
];

/// Other things that are rightly called a group: `resourceGroupName` of Azure, a process's, a key exchange's (`kx`),
/// what EC2 says of a security group (`InvalidGroup.NotFound`).
const OTHER_GROUPS: &[&str] = &["resource", "security", "process", "init", "object", "kx", "invalid"];

const UNFINISHED: &[&str] = &[concat!("TO", "DO"), concat!("FIX", "ME"), concat!("X", "XX")];

const MACHINE_PATHS: &[&str] = &["/work/", "/root/", "/home/", "/Users/", "C:\\"];

pub(super) fn check(tree: &Tree) -> anyhow::Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for file in &tree.rust {
        let spelled_there = GROUP_ROOMS.iter().any(|room| file.path.starts_with(room))
            || CLOUD_ROOMS.iter().any(|(room, _)| file.path.starts_with(room))
            || GROUP_FILES.iter().any(|(path, _)| *path == file.path);
        if spelled_there {
            continue;
        }
        for (number, line) in file.product() {
            let texts =
                line.strings.iter().any(|text| says_group(&text.replace("/groups", "").replace("GROUP BY", "")));
            if texts || says_group(&line.code) {
                findings.push(Finding::new(
                    &file.path,
                    number,
                    "say project; \"group\" is the wire's word and stays in api-wire/atlas and server/api/atlas",
                ));
            }
        }
    }
    for (path, text) in &tree.texts {
        if path == "LICENSE" || path == "xtask/src/tidy/words.rs" {
            continue;
        }
        for (number, line) in (1..).zip(text.lines()) {
            if let Some(word) = UNFINISHED.iter().find(|word| has_word(line, word)) {
                findings.push(Finding::new(
                    path,
                    number,
                    format!("{word}: finish it, or open an issue and drop the mark"),
                ));
            }
            if let Some(found) = MACHINE_PATHS.iter().find(|found| names_machine(line, found)) {
                findings.push(Finding::new(
                    path,
                    number,
                    format!("{found} is a path of one machine; take it as an argument"),
                ));
            }
        }
    }
    Ok(findings)
}

/// Finds "group" as a word or as a part of a name, unless the part before it makes it another thing.
fn says_group(text: &str) -> bool {
    let lower = text.to_lowercase();
    lower.match_indices("group").any(|(at, _)| {
        let before = lower.get(..at).unwrap_or_default().trim_end_matches(['_', '-', ' ']);
        !OTHER_GROUPS.iter().any(|other| before.ends_with(other))
    })
}

fn has_word(line: &str, word: &str) -> bool {
    let part_of_name = |letter: Option<char>| letter.is_some_and(|one| one.is_alphanumeric() || one == '_');
    line.match_indices(word).any(|(at, _)| {
        let before = line.get(..at).and_then(|text| text.chars().next_back());
        let after = line.get(at + word.len()..).and_then(|text| text.chars().next());
        !part_of_name(before) && !part_of_name(after)
    })
}

/// A machine's path starts where a path starts, not in the middle of an address.
fn names_machine(line: &str, path: &str) -> bool {
    line.match_indices(path).any(|(at, _)| {
        let before = line.get(..at).and_then(|text| text.chars().next_back());
        !before.is_some_and(|one| one.is_alphanumeric() || "/.}>$_-".contains(one))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(path: &str, text: &str) -> usize {
        check(&Tree::with(&[(path, text)])).unwrap().len()
    }

    #[test]
    fn keeps_the_wires_word_at_the_door() {
        let check = |text: &str, expected: usize| {
            assert_eq!(count("crates/control/src/a.rs", text), expected, "{text}");
            assert_eq!(count("crates/server/src/api/atlas/project/view.rs", text), 0, "{text}");
        };
        check("fn a(group_id: Id) {}", 1);
        check("struct GroupView;", 1);
        check("f(\"No group with id\")", 1);
        check("f(\"/api/atlas/v2/groups/{id}\")", 0);
        check("resource_group_name: String", 0);
        check("#[serde(rename = \"resourceGroupName\")]", 0);
        check("// the group of projects", 0);
        check("#[cfg(test)]\nmod tests { const GROUP: u8 = 1; }", 0);
    }

    #[test]
    fn finds_unfinished_work_in_any_file() {
        let mark = concat!("TO", "DO");
        assert_eq!(count("docs/a.md", &format!("{mark}: write this")), 1);
        assert_eq!(count("crates/a/src/b.rs", &format!("//! x\n// {mark}")), 1);
        assert_eq!(count("docs/a.md", &format!("{mark}S and MAS{mark}N")), 0);
    }

    #[test]
    fn finds_paths_of_one_machine() {
        assert_eq!(count("interop/a.py", "open('/work/x')"), 1);
        assert_eq!(count("docs/a.md", "cd /home/ann/atrest"), 1);
        assert_eq!(count("docs/a.md", "https://example.com/work/x and ./work/x"), 0);
    }
}
