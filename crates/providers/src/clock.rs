//! The wall clock as a parameter, so that a test can be an hour late. Must not be used for deadlines:
//! those run on tokio's clock.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use domain::time::Timestamp;

/// Tells the time of day.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    /// Makes a clock of a function.
    pub fn new(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// Makes the machine's own clock.
    #[must_use]
    pub fn system() -> Self {
        Self::new(|| {
            let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
        })
    }

    /// Tells the time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        (self.0)()
    }

    pub(crate) fn system_time(&self) -> SystemTime {
        let millis = u64::try_from(self.now().as_millis()).unwrap_or(0);
        UNIX_EPOCH + Duration::from_millis(millis)
    }
}

/// How far a provider's clock may be from ours before we doubt ours. Source: product.md 2.2.
const TOLERANCE: Duration = Duration::from_secs(60);

/// Tells how far a provider's time is from ours if that is too far.
pub(crate) fn skew(theirs: Timestamp, ours: Timestamp) -> Option<Duration> {
    let apart = theirs.since(ours).max(ours.since(theirs));
    (apart > TOLERANCE).then_some(apart)
}

/// Reads an HTTP date.
pub(crate) fn http_date(text: &str) -> Option<Timestamp> {
    let since = httpdate::parse_http_date(text).ok()?.duration_since(UNIX_EPOCH).ok()?;
    Some(Timestamp::from_millis(i64::try_from(since.as_millis()).ok()?))
}

impl std::fmt::Debug for Clock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Clock")
    }
}

impl aws_smithy_async::time::TimeSource for Clock {
    fn now(&self) -> SystemTime {
        self.system_time()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_http_dates() {
        assert_eq!(http_date("Thu, 01 Jan 1970 00:00:07 GMT"), Some(Timestamp::from_millis(7_000)));
        assert_eq!(http_date("yesterday"), None);
        assert_eq!(http_date(""), None);
    }

    #[test]
    fn clocks_may_be_a_minute_apart() {
        let (ours, minute) = (Timestamp::from_millis(1_000_000), Duration::from_secs(60));
        let more = Duration::from_millis(60_001);
        for (theirs, expected) in [(ours + minute, None), (ours - minute, None), (ours + more, Some(more))] {
            assert_eq!(skew(theirs, ours), expected);
        }
        assert_eq!(skew(ours - more, ours), Some(more));
    }
}
