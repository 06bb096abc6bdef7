//! Enumerations as they go over the wire: by name, or by number for clients that ask for it; and times.
//! It must not know which there are.

use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// An enumeration of a protocol buffer.
pub(crate) trait Enumeration: Copy + PartialEq + 'static {
    /// Every value with its name and number.
    const ALL: &'static [(Self, &'static str, i64)];

    fn name(self) -> &'static str {
        Self::ALL.iter().find(|(value, ..)| *value == self).map_or("UNSPECIFIED", |(_, name, _)| name)
    }
}

/// How an answer is to be spelled.
#[derive(Debug, Clone, Copy)]
pub(crate) struct View {
    /// Enumerations as numbers.
    pub(crate) numeric: bool,
}

impl View {
    pub(crate) fn enumeration<E: Enumeration>(self, value: E) -> Value {
        if !self.numeric {
            return Value::from(value.name());
        }
        E::ALL.iter().find(|(known, ..)| *known == value).map_or(Value::Null, |(.., number)| Value::from(*number))
    }
}

/// Unit: ms since 1970 in, RFC 3339 out.
pub(crate) fn timestamp(ms: i64) -> String {
    let at = OffsetDateTime::from_unix_timestamp_nanos(i128::from(ms) * 1_000_000);
    at.ok().and_then(|at| at.format(&Rfc3339).ok()).unwrap_or_default()
}

/// Unit: RFC 3339 in, ms since 1970 out.
pub(crate) fn read_timestamp(text: &str) -> Option<i64> {
    OffsetDateTime::parse(text, &Rfc3339).ok().map(crate::answer::millis)
}

/// Whole seconds, as in `3600s`; fractions are not modelled.
pub(crate) fn read_seconds(text: &str) -> Option<i64> {
    let digits = text.strip_suffix('s')?;
    let plain = !digits.is_empty() && digits.bytes().all(|letter| letter.is_ascii_digit());
    plain.then(|| digits.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_writes_times() {
        assert_eq!(timestamp(1_700_000_000_000), "2023-11-14T22:13:20Z");
        assert_eq!(timestamp(1_700_000_000_123), "2023-11-14T22:13:20.123Z");
        assert_eq!(read_timestamp("2023-11-14T22:13:20.123456Z"), Some(1_700_000_000_123));
        assert_eq!(read_timestamp("yesterday"), None);
    }

    #[test]
    fn reads_whole_seconds_only() {
        let check = |text: &str, expected| assert_eq!(read_seconds(text), expected, "{text}");
        check("3600s", Some(3600));
        check("0s", Some(0));
        check("3600", None);
        check("-1s", None);
        check("+1s", None);
        check("1.5s", None);
        check("s", None);
        check("99999999999999999999s", None);
    }
}
