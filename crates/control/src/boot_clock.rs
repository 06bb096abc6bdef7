//! The clock that runs since this machine's boot, sleep included, as a parameter: leases run on it, so that nobody
//! lengthens one by setting the time of day. Must not know a lease.

use std::sync::Arc;
use std::time::Duration;

use domain::master_key::lease::BootTime;

/// Tells the time since boot.
#[derive(Clone)]
pub struct BootClock(Arc<dyn Fn() -> BootTime + Send + Sync>);

impl BootClock {
    /// Makes a clock of a function.
    pub fn new(now: impl Fn() -> BootTime + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// Makes the machine's own clock.
    #[must_use]
    pub fn system() -> Self {
        Self::new(|| BootTime::since_boot(since_boot()))
    }

    /// Tells the time.
    #[must_use]
    pub fn now(&self) -> BootTime {
        (self.0)()
    }
}

impl std::fmt::Debug for BootClock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("BootClock")
    }
}

#[cfg(target_os = "linux")]
fn since_boot() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    let (seconds, nanos) = (u64::try_from(time.tv_sec).unwrap_or(0), u32::try_from(time.tv_nsec).unwrap_or(0));
    Duration::new(seconds, nanos)
}

/// Elsewhere the clock counts from the first look at it, and stands still while the machine sleeps: nothing asked for a
/// key meanwhile. Releases are for servers, and those run Linux.
#[cfg(not(target_os = "linux"))]
fn since_boot() -> Duration {
    static FIRST: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
    FIRST.get_or_init(std::time::Instant::now).elapsed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_on() {
        let clock = BootClock::system();
        let first = clock.now();
        assert!(clock.now() >= first);
    }
}
