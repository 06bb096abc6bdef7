//! How a moment is written in an answer. It must not read a clock.

use serde::{Serialize, Serializer};
use time::OffsetDateTime;

/// A moment, written as UTC to the second: `2026-08-10T03:04:14Z`.
/// Source: contract.md 4.3, recorded answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct WireTime(OffsetDateTime);

impl WireTime {
    /// Makes the moment that lies so many milliseconds after 1970. Moments beyond the years
    /// 0 to 9999 become the nearest that can be written.
    /// Unit: milliseconds since 1970-01-01T00:00:00Z.
    pub fn from_epoch_millis(millis: i64) -> Self {
        let nanos = i128::from(millis) * 1_000_000;
        let moment =
            OffsetDateTime::from_unix_timestamp_nanos(nanos).unwrap_or(if millis < 0 { EARLIEST } else { LATEST });
        Self(moment.clamp(EARLIEST, LATEST))
    }
}

const EARLIEST: OffsetDateTime = time::macros::datetime!(0000-01-01 00:00:00 UTC);
const LATEST: OffsetDateTime = time::macros::datetime!(9999-12-31 23:59:59 UTC);

impl From<OffsetDateTime> for WireTime {
    fn from(moment: OffsetDateTime) -> Self {
        Self(moment.to_offset(time::UtcOffset::UTC).clamp(EARLIEST, LATEST))
    }
}

impl std::fmt::Display for WireTime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (date, clock) = (self.0.date(), self.0.time());
        write!(
            f,
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
            date.year(),
            u8::from(date.month()),
            date.day(),
            clock.hour(),
            clock.minute(),
            clock.second()
        )
    }
}

impl Serialize for WireTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::WireTime;

    fn check(millis: i64, expected: &str) {
        assert_eq!(WireTime::from_epoch_millis(millis).to_string(), expected);
    }

    #[test]
    fn writes_utc_to_the_second() {
        check(0, "1970-01-01T00:00:00Z");
        check(1_786_331_054_999, "2026-08-10T03:04:14Z");
        check(-1, "1969-12-31T23:59:59Z");
        check(i64::MAX, "9999-12-31T23:59:59Z");
        check(i64::MIN, "0000-01-01T00:00:00Z");
    }
}
