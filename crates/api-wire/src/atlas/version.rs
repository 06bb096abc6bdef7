//! Which dated version answers a request, and which media types a body may have. It must not know
//! any resource.

use std::borrow::Cow;
use std::fmt;

use time::Date;
use time::macros::date;

use crate::operations::{Api, Operation, VersionEntry};

macro_rules! api_versions {
    ($($(#[$doc:meta])* $variant:ident = $text:literal, $date:expr;)+) => {
        /// A dated shape of the Atlas API. Every stable date that was ever released is known, so
        /// that a client may ask any operation for any of them.
        /// Source: contract.md 1.2.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum ApiVersion {
            $($(#[$doc])* $variant,)+
        }

        impl ApiVersion {
            /// All versions, oldest first.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// Returns the date as it stands in a media type.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }

            /// Returns the day of release.
            pub const fn date(self) -> Date {
                match self { $(Self::$variant => $date,)+ }
            }
        }
    };
}

api_versions! {
    /// The first version.
    V2023_01_01 = "2023-01-01", date!(2023-01-01);
    /// 1 February 2023.
    V2023_02_01 = "2023-02-01", date!(2023-02-01);
    /// 1 October 2023.
    V2023_10_01 = "2023-10-01", date!(2023-10-01);
    /// 15 November 2023.
    V2023_11_15 = "2023-11-15", date!(2023-11-15);
    /// 30 May 2024.
    V2024_05_30 = "2024-05-30", date!(2024-05-30);
    /// 5 August 2024.
    V2024_08_05 = "2024-08-05", date!(2024-08-05);
    /// 23 October 2024.
    V2024_10_23 = "2024-10-23", date!(2024-10-23);
    /// 13 November 2024.
    V2024_11_13 = "2024-11-13", date!(2024-11-13);
    /// 19 February 2025.
    V2025_02_19 = "2025-02-19", date!(2025-02-19);
    /// 12 March 2025.
    V2025_03_12 = "2025-03-12", date!(2025-03-12);
}

impl ApiVersion {
    /// Finds the version of a date such as `2024-05-30`.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|version| version.as_str() == text)
    }

    /// Returns the media type of bodies of this version, without parameters.
    pub fn media_type(self) -> String {
        format!("{VENDOR}{}{JSON_SUFFIX}", self.as_str())
    }
}

impl fmt::Display for ApiVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

const VENDOR: &str = "application/vnd.atlas.";
const JSON_SUFFIX: &str = "+json";
const PLAIN_JSON: &str = "application/json";

/// The version that answers a request.
#[derive(Debug, Clone, Copy)]
pub struct Negotiated {
    /// The operation's entry for that version.
    pub entry: &'static VersionEntry,
}

/// Nothing this operation has would be acceptable to the client: 406.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no acceptable version of the operation")]
pub struct NotAcceptable;

/// The body's media type is none that we read: 415.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("unsupported media type of the body")]
pub struct UnsupportedMediaType;

/// Finds the version that answers a request: the newest of the operation that is not after the
/// date asked for. The first dated entry of `Accept` decides. Without one, the newest stable
/// version answers, unless `strict`. `accept` is all lines of the header, joined by commas.
/// Our own operations have one shape: for them any known date and plain JSON will do.
/// Errors: `NotAcceptable` if the date is unknown or before the operation's first version, if the
/// header is malformed or names other types only, or, when strict, if it names no date.
pub fn negotiate(
    accept: Option<&str>,
    operation: &'static Operation,
    strict: bool,
) -> Result<Negotiated, NotAcceptable> {
    let entry = match (operation.api, asked(accept)?) {
        (Api::Atlas, Asked::Anything) if strict => None,
        (Api::Atlas, Asked::Dated(date)) => operation.newest_not_after(date),
        (Api::Atlas, Asked::Anything) | (Api::Atrest, _) => operation.newest(),
    };
    entry.map(|entry| Negotiated { entry }).ok_or(NotAcceptable)
}

enum Asked {
    Dated(ApiVersion),
    Anything,
}

fn asked(accept: Option<&str>) -> Result<Asked, NotAcceptable> {
    let Some(accept) = accept.map(str::trim).filter(|text| !text.is_empty()) else {
        return Ok(Asked::Anything);
    };
    let mut anything = false;
    for entry in accept.split(',') {
        let (media_type, parameters) = entry.split_once(';').unwrap_or((entry, ""));
        if is_refused(parameters) {
            continue;
        }
        let media_type = media_type.trim().to_ascii_lowercase();
        if media_type.starts_with(VENDOR) {
            return vendor_version(&media_type).map(Asked::Dated).ok_or(NotAcceptable);
        }
        anything |= matches!(media_type.as_str(), PLAIN_JSON | "application/*" | "*/*");
    }
    if anything { Ok(Asked::Anything) } else { Err(NotAcceptable) }
}

/// `q=0` names what the client does not want.
fn is_refused(parameters: &str) -> bool {
    parameters.split(';').filter_map(|parameter| parameter.split_once('=')).any(|(name, value)| {
        name.trim().eq_ignore_ascii_case("q") && value.trim().parse::<f32>().is_ok_and(|q| q <= 0.0)
    })
}

fn vendor_version(media_type: &str) -> Option<ApiVersion> {
    ApiVersion::parse(media_type.strip_prefix(VENDOR)?.strip_suffix(JSON_SUFFIX)?)
}

impl Negotiated {
    /// Returns the `Content-Type` of a successful answer.
    pub fn content_type(&self) -> Cow<'static, str> {
        match self.entry.version {
            Some(version) => Cow::Owned(format!("{};charset=utf-8", version.media_type())),
            None => Cow::Borrowed(PLAIN_JSON),
        }
    }

    /// Returns the `Deprecation` header, if a newer version has replaced this one.
    pub fn deprecation(&self) -> Option<String> {
        self.entry.deprecated.map(header_date)
    }

    /// Returns the `Sunset` header, if this version's end is known.
    pub fn sunset(&self) -> Option<String> {
        self.entry.sunset.map(header_date)
    }
}

/// Writes a day as recorded answers do, with no leading zero: `Mon, 5 Aug 2024 00:00:00 GMT`.
/// Source: contract.md 6.2.
fn header_date(date: Date) -> String {
    let (weekday, month) = (date.weekday().to_string(), date.month().to_string());
    let short = |name: String| name.chars().take(3).collect::<String>();
    format!("{}, {} {} {} 00:00:00 GMT", short(weekday), date.day(), short(month), date.year())
}

/// Checks the `Content-Type` of a body: plain JSON, or the vendor type of any known date; it need
/// not be the version that answers. Without a body the header does not matter.
/// Errors: `UnsupportedMediaType` for any other type, none at all, or a charset but UTF-8.
pub fn check_content_type(content_type: Option<&str>, has_body: bool) -> Result<(), UnsupportedMediaType> {
    if !has_body {
        return Ok(());
    }
    let text = content_type.ok_or(UnsupportedMediaType)?;
    let (media_type, parameters) = text.split_once(';').unwrap_or((text, ""));
    let media_type = media_type.trim().to_ascii_lowercase();
    let is_json = media_type == PLAIN_JSON || vendor_version(&media_type).is_some();
    if is_json && charset_is_utf8(parameters) { Ok(()) } else { Err(UnsupportedMediaType) }
}

fn charset_is_utf8(parameters: &str) -> bool {
    parameters.split(';').filter_map(|parameter| parameter.split_once('=')).all(|(name, value)| {
        let value = value.trim().trim_matches('"');
        !name.trim().eq_ignore_ascii_case("charset")
            || value.eq_ignore_ascii_case("utf-8")
            || value.eq_ignore_ascii_case("utf8")
            || value.eq_ignore_ascii_case("us-ascii")
    })
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::{ApiVersion, NotAcceptable, UnsupportedMediaType, check_content_type, header_date, negotiate};
    use crate::operations::{Access, Method, Operation, OperationId, VersionEntry};
    use crate::schema::FLAG;

    /// An operation with three versions, as clusters have them.
    static CLUSTERS: Operation = Operation {
        versions: &[
            VersionEntry {
                version: Some(ApiVersion::V2023_02_01),
                deprecated: Some(date!(2024 - 08 - 05)),
                sunset: Some(date!(2027 - 07 - 01)),
                request: None,
                response: &FLAG,
                success: None,
            },
            VersionEntry {
                version: Some(ApiVersion::V2024_08_05),
                deprecated: None,
                sunset: None,
                request: None,
                response: &FLAG,
                success: None,
            },
            VersionEntry {
                version: Some(ApiVersion::V2024_10_23),
                deprecated: None,
                sunset: None,
                request: None,
                response: &FLAG,
                success: None,
            },
        ],
        method: Method::Get,
        access: Access::Public,
        ..*OperationId::ListOrgs.operation()
    };

    fn check(accept: Option<&str>, strict: bool, expected: Option<&str>) {
        let found = negotiate(accept, &CLUSTERS, strict);
        let found = found.map(|n| n.entry.version.unwrap().as_str());
        assert_eq!(found, expected.ok_or(NotAcceptable), "{accept:?} strict={strict}");
    }

    #[test]
    fn answers_with_the_newest_version_not_after_the_date() {
        for (asked, expected) in [
            ("2023-01-01", None),
            ("2023-02-01", Some("2023-02-01")),
            ("2024-05-30", Some("2023-02-01")),
            ("2024-08-05", Some("2024-08-05")),
            ("2024-10-23", Some("2024-10-23")),
            ("2025-03-12", Some("2024-10-23")),
            ("2024-01-17", None),
            ("2099-01-01", None),
            ("preview", None),
            ("2024-8-5", None),
            ("", None),
        ] {
            let accept = format!("application/vnd.atlas.{asked}+json");
            check(Some(&accept), false, expected);
            check(Some(&accept), true, expected);
        }
    }

    #[test]
    fn takes_plain_json_as_the_newest_unless_strict() {
        for accept in [None, Some("application/json"), Some("*/*"), Some("application/*"), Some(" ")] {
            check(accept, false, Some("2024-10-23"));
            check(accept, true, None);
        }
    }

    #[test]
    fn reads_lists_and_refuses_other_types() {
        let dated = "application/vnd.atlas.2024-08-05+json";
        let other = "application/vnd.atlas.2023-02-01+json";
        check(Some(&format!("application/json, {dated};q=0.2, {other}")), false, Some("2024-08-05"));
        check(Some(&format!("text/html;q=0.9,*/*;q=0.1,{dated}")), true, Some("2024-08-05"));
        check(Some(&format!("{other};q=0, {dated}")), false, Some("2024-08-05"));
        check(Some("Application/VND.Atlas.2024-08-05+JSON; charset=utf-8"), false, Some("2024-08-05"));
        check(Some("text/html, */*;q=0.8"), false, Some("2024-10-23"));
        check(Some("application/json;q=0"), false, None);
        check(Some("text/html"), false, None);
        check(Some("garbage"), false, None);
        check(Some("application/vnd.atlas.2024-08-05+csv"), false, None);
        check(Some(&format!("application/vnd.atlas.x+json, {dated}")), false, None);
    }

    #[test]
    fn answers_our_own_operations_in_their_one_shape() {
        let own = OperationId::GetOpenApi.operation();
        for accept in [None, Some("application/json"), Some("application/vnd.atlas.2025-03-12+json")] {
            for strict in [false, true] {
                assert_eq!(negotiate(accept, own, strict).unwrap().content_type(), "application/json");
            }
        }
        assert_eq!(negotiate(Some("text/html"), own, false).unwrap_err(), NotAcceptable);
    }

    #[test]
    fn writes_the_headers_of_a_version() {
        let old = negotiate(Some("application/vnd.atlas.2023-02-01+json"), &CLUSTERS, false).unwrap();
        assert_eq!(old.content_type(), "application/vnd.atlas.2023-02-01+json;charset=utf-8");
        assert_eq!(old.deprecation().as_deref(), Some("Mon, 5 Aug 2024 00:00:00 GMT"));
        assert_eq!(old.sunset().as_deref(), Some("Thu, 1 Jul 2027 00:00:00 GMT"));
        let new = negotiate(None, &CLUSTERS, false).unwrap();
        assert_eq!((new.deprecation(), new.sunset()), (None, None));
        assert_eq!(header_date(date!(2026 - 12 - 31)), "Thu, 31 Dec 2026 00:00:00 GMT");
    }

    #[test]
    fn lists_versions_oldest_first_under_their_own_dates() {
        assert!(ApiVersion::ALL.is_sorted());
        for version in ApiVersion::ALL {
            assert_eq!(version.date().to_string(), version.as_str());
            assert_eq!(ApiVersion::parse(version.as_str()), Some(*version));
        }
    }

    #[test]
    fn takes_bodies_as_json_of_any_known_date() {
        let check = |content_type: Option<&str>, good: bool| {
            let expected = if good { Ok(()) } else { Err(UnsupportedMediaType) };
            assert_eq!(check_content_type(content_type, true), expected, "{content_type:?}");
            assert_eq!(check_content_type(content_type, false), Ok(()));
        };
        check(Some("application/json"), true);
        check(Some("Application/JSON ; Charset=\"UTF-8\""), true);
        check(Some("application/vnd.atlas.2024-11-13+json"), true);
        check(Some("application/vnd.atlas.2023-01-01+json;charset=utf-8"), true);
        check(Some("application/vnd.atlas.2024-01-17+json"), false);
        check(Some("application/vnd.atlas.preview+json"), false);
        check(Some("application/json;charset=latin1"), false);
        check(Some("application/x-www-form-urlencoded"), false);
        check(Some("text/json"), false);
        check(Some(""), false);
        check(None, false);
    }
}
