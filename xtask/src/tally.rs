//! Counts of tests, read from the closing lines that runners print. Must not run anything.

use std::fmt;
use std::ops::AddAssign;

/// How many tests passed and failed.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
}

impl Tally {
    /// Reads one line: cargo's `test result: ok. 3 passed; 0 failed; …` or our own `name: 3 passed, 0 failed`.
    /// Any other line counts nothing.
    pub(crate) fn of_line(line: &str) -> Self {
        Self::of_cargo(line).or_else(|| Self::of_script(line)).unwrap_or_default()
    }

    fn of_cargo(line: &str) -> Option<Self> {
        let (_, counts) = line.trim().strip_prefix("test result: ")?.split_once(". ")?;
        let mut parts = counts.split("; ");
        Some(Self { passed: count(parts.next()?, "passed")?, failed: count(parts.next()?, "failed")? })
    }

    fn of_script(line: &str) -> Option<Self> {
        let (name, counts) = line.trim().split_once(": ")?;
        if name.contains(' ') {
            return None;
        }
        let (passed, failed) = counts.split_once(", ")?;
        Some(Self { passed: count(passed, "passed")?, failed: count(failed, "failed")? })
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)
    }
}

/// Reads the closing line of a script that lacks what it needs, `name: not run: why`, and returns why.
pub(crate) fn not_run(line: &str) -> Option<String> {
    let (name, reason) = line.trim().split_once(": not run: ")?;
    (!name.contains(' ')).then(|| reason.to_owned())
}

fn count(text: &str, noun: &str) -> Option<u64> {
    text.strip_suffix(noun)?.trim_end().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{Tally, not_run};

    #[test]
    fn reads_closing_lines_and_nothing_else() {
        let check = |line: &str, passed: u64, failed: u64| {
            assert_eq!(Tally::of_line(line), Tally { passed, failed }, "{line}");
        };
        check("test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s", 12, 0);
        check("test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured", 3, 2);
        check("first_day: 40 passed, 1 failed", 40, 1);
        check("40 passed, 1 failed", 0, 0);
        check("test first_day: says 4 passed, 1 failed", 0, 0);
        check("running 3 tests", 0, 0);
        check("", 0, 0);
    }

    #[test]
    fn reads_why_a_script_was_not_run() {
        assert_eq!(not_run("kmip_go: not run: Go is not installed"), Some("Go is not installed".to_owned()));
        assert_eq!(Tally::of_line("kmip_go: not run: 4 passed, 1 failed"), Tally::default());
        assert_eq!(not_run("a line that says: not run: why"), None);
        assert_eq!(not_run("kmip_go: 4 passed, 0 failed"), None);
    }

    #[test]
    fn prints_the_line_ci_looks_for() {
        let mut sum = Tally { passed: 1, failed: 0 };
        sum += Tally { passed: 2, failed: 3 };
        assert_eq!(sum.to_string(), "3 passed, 3 failed");
    }
}
