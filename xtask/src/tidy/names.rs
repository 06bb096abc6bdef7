//! Names of files and functions that say nothing. Must not judge the others.

use super::Finding;
use super::source::Tree;

const EMPTY_WORDS: &[&str] = &["util", "utils", "helper", "helpers", "common", "manager", "managers", "misc", "impl"];

pub(super) fn check(tree: &Tree) -> anyhow::Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for path in tree.texts.keys() {
        let says_nothing = path
            .split('/')
            .map(|part| part.split('.').next().unwrap_or(part))
            .flat_map(|part| part.split(['_', '-']))
            .find(|word| EMPTY_WORDS.contains(word));
        if let Some(word) = says_nothing {
            findings.push(Finding::new(path, 1, format!("{word} says nothing; name the file after what it does")));
        }
    }
    for file in &tree.rust {
        let mut keeps_a_traits_word = false;
        for (number, line) in file.numbered() {
            if line.code.starts_with(|c: char| c.is_alphabetic()) {
                // A method of somebody's trait has its name from there; in a trait of ours it is told once.
                keeps_a_traits_word = line.code.starts_with("impl") && line.code.contains(" for ");
            }
            if line.code.contains("fn get_") && !keeps_a_traits_word {
                findings.push(Finding::new(&file.path, number, "drop `get_`: name what is returned, or the act"));
            }
        }
    }
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_empty_names() {
        let check = |path: &str, text: &str, expected: usize| {
            assert_eq!(check(&Tree::with(&[(path, text)])).unwrap().len(), expected, "{path} {text}");
        };
        check("crates/a/src/utils.rs", "", 1);
        check("crates/a/src/aws_helpers/mod.rs", "", 1);
        check("crates/a/src/task_manager.rs", "", 1);
        check("crates/a/src/commonplace.rs", "", 0);
        check("crates/a/src/b.rs", "pub fn get_key() {}", 1);
        check("crates/a/src/b.rs", "pub fn get() {} // fn get_x", 0);
        check("crates/a/src/b.rs", "impl Theirs for A {\n    fn get_key(&self) {}\n}", 0);
        check("crates/a/src/b.rs", "impl A {\n    fn get_key(&self) {}\n}", 1);
        check("crates/a/src/b.rs", "impl T for A {}\nfn get_key() {}", 1);
    }
}
