//! What the pure rooms must not touch. Clocks, randomness, files and sockets are handed to them or stay outside.
//! Must not judge the rooms that do touch them.

use super::Finding;
use super::source::Tree;

const OUTSIDE_WORLD: &[&str] = &[
    "std::fs",
    "TcpStream",
    "TcpListener",
    "UdpSocket",
    "ToSocketAddrs",
    "std::env",
    "std::process",
    "std::thread",
    "tokio",
    "async fn",
    ".await",
    "Instant::now",
    "SystemTime::now",
    "now_utc",
    "now_local",
    "thread_rng",
    "SystemRandom",
];

/// Each pure room, and what it may not know beyond the outside world.
const ROOMS: &[(&str, &[&str])] = &[
    ("crates/domain/src/", &["serde", "sqlx", "axum", "http::"]),
    ("crates/api-wire/src/", &["sqlx", "axum"]),
    ("crates/kmip-wire/src/", &["sqlx", "axum", "serde"]),
];

pub(super) fn check(tree: &Tree) -> anyhow::Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for file in &tree.rust {
        let Some((room, more)) = ROOMS.iter().find(|(room, _)| file.path.starts_with(room)) else {
            continue;
        };
        for (number, line) in file.product() {
            if let Some(word) = OUTSIDE_WORLD.iter().chain(*more).find(|word| uses(&line.code, word)) {
                findings.push(Finding::new(
                    &file.path,
                    number,
                    format!("{word} has no place in {room}; take the value as a parameter, or move the code out"),
                ));
            }
        }
    }
    Ok(findings)
}

/// Finds a word that is not merely the beginning of a longer one.
fn uses(code: &str, word: &str) -> bool {
    code.match_indices(word).any(|(at, _)| {
        let after = code.get(at + word.len()..).and_then(|rest| rest.chars().next());
        !after.is_some_and(|one| one.is_alphanumeric() || one == '_')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_world_out_of_domain() {
        let check = |path: &str, text: &str, expected: usize| {
            assert_eq!(check(&Tree::with(&[(path, text)])).unwrap().len(), expected, "{path} {text}");
        };
        check("crates/domain/src/a.rs", "use serde::Serialize;", 1);
        check("crates/api-wire/src/a.rs", "use serde::Serialize;", 0);
        check("crates/api-wire/src/a.rs", "let t = SystemTime::now();", 1);
        check("crates/domain/src/a.rs", "/// Never calls tokio.", 0);
        check("crates/domain/src/a.rs", "#[cfg(test)]\nmod tests { use std::fs; }", 0);
        check("crates/domain/src/a.rs", "self.awaiting_proof = std::net::IpAddr::V4(a);", 0);
        check("crates/control/src/a.rs", "use tokio::time;", 0);
    }
}
