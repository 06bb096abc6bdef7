//! Tables that the compiler must be able to finish: a new case has to break the build there, so they have no
//! `_` arm. Must not judge other matches.

use super::Finding;
use super::source::Tree;

/// The tables, each with what it turns into what.
const TABLES: &[(&str, &str)] = &[
    ("crates/server/src/api/error.rs", "every error of control into an answer of the API"),
    ("crates/server/src/kmip/error.rs", "every refusal of the door for keys into a Result Reason"),
    ("crates/server/src/kmip/error/master_key.rs", "every refusal about master keys into a Result Reason"),
];

pub(super) fn check(tree: &Tree) -> anyhow::Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for (path, what) in TABLES {
        let room = path.split("/src/").next().unwrap_or(path);
        let Some(file) = tree.rust.iter().find(|file| file.path == *path) else {
            if tree.texts.contains_key(&format!("{room}/Cargo.toml")) {
                findings.push(Finding::new(
                    path,
                    1,
                    "this table is gone; correct its path in xtask/src/tidy/tables.rs",
                ));
            }
            continue;
        };
        for (number, line) in file.product() {
            let code = line.code.trim_start();
            if code.starts_with("_ =>")
                || code.starts_with("_ if ")
                || code.contains(", _ =>")
                || code.contains("{ _ =>")
            {
                findings.push(Finding::new(
                    path,
                    number,
                    format!("name the cases: this table turns {what}, and `_` would hide a new one"),
                ));
            }
        }
    }
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_a_wildcard_in_a_table() {
        let path = TABLES[0].0;
        let check = |text: &str, expected: usize| {
            assert_eq!(check(&Tree::with(&[(path, text)])).unwrap().len(), expected, "{text}");
        };
        check("match e {\n  E::A => 1,\n  _ => 2,\n}", 1);
        check("match e { E::A => 1, _ => 2 }", 1);
        check("match e { E::A(_) => 1, E::B { .. } => 2 }", 0);
        check("#[cfg(test)]\nmod tests { fn a() { match 1 {\n _ => 2 } } }", 0);
    }

    #[test]
    fn notices_that_a_table_moved() {
        let tree = Tree::with(&[("crates/server/Cargo.toml", "")]);
        assert!(check(&tree).unwrap().iter().any(|one| one.say.contains("is gone")));
        assert_eq!(check(&Tree::with(&[])).unwrap(), []);
    }
}
