//! Prints figures beside what they are compared with.

use std::io::Write as _;
use std::time::Duration;

/// Prints a heading.
pub(crate) fn heading(text: &str) {
    line(&format!("\n{text}"));
}

/// Prints one figure, its wish and whether it came true.
pub(crate) fn figure(name: &str, value: &str, wish: Option<(&str, bool)>) {
    let verdict = match wish {
        None => String::new(),
        Some((wish, true)) => format!("   wanted {wish}: yes"),
        Some((wish, false)) => format!("   wanted {wish}: NO"),
    };
    line(&format!("  {name:<52} {value:>18}{verdict}"));
}

/// Prints a line.
pub(crate) fn line(text: &str) {
    let _closed = writeln!(std::io::stdout(), "{text}");
}

/// Latencies of one measurement.
pub(crate) struct Latencies(Vec<Duration>);

impl Latencies {
    pub(crate) fn new(mut all: Vec<Duration>) -> Self {
        all.sort_unstable();
        Self(all)
    }

    /// Gives the latency that `percent` of all stay below.
    pub(crate) fn percentile(&self, percent: usize) -> Duration {
        let last = self.0.len().saturating_sub(1);
        let place = self.0.len().saturating_mul(percent) / 100;
        self.0.get(place.min(last)).copied().unwrap_or_default()
    }

    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }
}

pub(crate) fn millis(duration: Duration) -> String {
    format!("{:.3} ms", duration.as_secs_f64() * 1000.0)
}

/// Tells how much memory this process holds. Unit: KiB.
pub(crate) fn resident(pid: &str) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}
