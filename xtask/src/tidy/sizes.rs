//! How long a file may be. Tests do not count. Must not judge what a line does.

use super::Finding;
use super::source::Tree;

const LIMIT: usize = 800;

/// Files that may be longer, each with its reason. A table that reads better whole belongs here.
const LONGER: &[(&str, &str)] = &[];

pub(super) fn check(tree: &Tree) -> anyhow::Result<Vec<Finding>> {
    Ok(tree
        .rust
        .iter()
        .filter(|file| !LONGER.iter().any(|(path, _)| *path == file.path))
        .filter_map(|file| {
            let lines = file.product().count();
            (lines > LIMIT).then(|| {
                Finding::new(
                    &file.path,
                    LIMIT,
                    format!("{lines} lines outside tests, {LIMIT} is the limit; split it by what its parts do"),
                )
            })
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_product_lines_only() {
        let check = |path: &str, text: &str, expected: usize| {
            assert_eq!(check(&Tree::with(&[(path, text)])).unwrap().len(), expected);
        };
        let long = "let a = 1;\n".repeat(LIMIT + 1);
        check("crates/a/src/b.rs", &long, 1);
        check("crates/a/tests/b.rs", &long, 0);
        check("crates/a/src/b.rs", &format!("#[cfg(test)]\nmod tests {{\n{long}}}\n"), 0);
    }
}
