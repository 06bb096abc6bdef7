//! Every Rust file says in its first line what it is for. Must not judge what it says.

use super::Finding;
use super::source::Tree;

pub(super) fn check(tree: &Tree) -> anyhow::Result<Vec<Finding>> {
    Ok(tree
        .rust
        .iter()
        .filter(|file| !file.lines.first().is_some_and(|line| line.raw.starts_with("//! ")))
        .map(|file| Finding::new(&file.path, 1, "open the file with `//! `: what it is for, and what it must not know"))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wants_words_in_the_first_line() {
        let check = |text: &str, expected: usize| {
            assert_eq!(check(&Tree::with(&[("crates/a/src/b.rs", text)])).unwrap().len(), expected, "{text}");
        };
        check("//! Says it.\nfn a() {}", 0);
        check("\n//! Says it.", 1);
        check("//!\nfn a() {}", 1);
        check("// Says it.", 1);
        check("", 1);
    }
}
