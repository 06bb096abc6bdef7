//! Signature Version 4: takes a signed request apart and checks it.
//! It must not know whose the access key is, nor how a service spells a refusal.
//!
//! Source: "Create a signed AWS API request", IAM User Guide.

use http::HeaderMap;
use time::{Date, Duration, OffsetDateTime, PrimitiveDateTime, macros::format_description};

use super::secret::{Secret, hmac_sha256, same, sha256_hex};
use crate::door::Incoming;

/// How far a request's date may lie from ours, either way.
const WINDOW: Duration = Duration::minutes(5);

/// Why a request is not authenticated. Each service spells these its own way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Nothing is signed.
    Missing,
    /// The header lacks a part, or a part does not read.
    Incomplete(String),
    /// The credential is scoped to another service, region or day.
    Scope(String),
    /// The date is outside the window.
    Date(String),
    /// No such access key, or an inactive one, or a session token that is not ours.
    UnknownKey,
    /// The session has ended.
    ExpiredSession,
    /// The signature is another than we compute.
    Mismatch,
}

/// The Authorization header, read.
pub(crate) struct Authorization {
    pub(crate) access_key_id: String,
    pub(crate) region: String,
    pub(crate) service: String,
    day: String,
    signed_headers: Vec<String>,
    signature: String,
}

impl Authorization {
    /// Reads the header; a request without one is `Missing`.
    pub(crate) fn read(headers: &HeaderMap) -> Result<Self, Refusal> {
        let mut all = headers.get_all(http::header::AUTHORIZATION).iter();
        let header = match (all.next(), all.next()) {
            (None, _) => return Err(Refusal::Missing),
            (Some(header), None) => header,
            (Some(_), Some(_)) => return Err(Refusal::Incomplete("Authorization header appears twice.".to_owned())),
        };
        let text = header.to_str().map_err(|_| Refusal::Incomplete("Authorization header is not ASCII.".to_owned()))?;
        let Some(rest) = text.strip_prefix("AWS4-HMAC-SHA256") else {
            return Err(Refusal::Incomplete(format!(
                "Unsupported AWS 'algorithm': '{}'.",
                text.split_whitespace().next().unwrap_or_default()
            )));
        };
        let part = |name: &str| {
            rest.split(',')
                .filter_map(|piece| piece.trim().split_once('='))
                .find_map(|(key, value)| (key == name).then_some(value))
                .filter(|value| !value.is_empty())
                .ok_or_else(|| Refusal::Incomplete(format!("Authorization header requires '{name}' parameter.")))
        };
        let (credential, signed, signature) = (part("Credential")?, part("SignedHeaders")?, part("Signature")?);
        let mut scope = credential.split('/');
        let (Some(access_key_id), Some(day), Some(region), Some(service), Some("aws4_request"), None) =
            (scope.next(), scope.next(), scope.next(), scope.next(), scope.next(), scope.next())
        else {
            return Err(Refusal::Incomplete(
                "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term"
                    .to_owned(),
            ));
        };
        Ok(Self {
            access_key_id: access_key_id.to_owned(),
            region: region.to_owned(),
            service: service.to_owned(),
            day: day.to_owned(),
            signed_headers: signed.split(';').map(str::to_owned).collect(),
            signature: signature.to_owned(),
        })
    }

    /// Checks the date before anybody looks up a secret.
    /// Errors: `Incomplete` without a date; `Date` outside the window; `Scope` where the credential names another day.
    pub(crate) fn check_date(&self, request: &Incoming, now: OffsetDateTime) -> Result<(), Refusal> {
        let Some(text) = request.header("x-amz-date") else {
            return Err(Refusal::Incomplete(
                "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.".to_owned(),
            ));
        };
        let Some(at) = parse_date(text) else {
            return Err(Refusal::Incomplete(format!(
                "Date must be in ISO-8601 'basic format'. Got '{text}'. See http://en.wikipedia.org/wiki/ISO_8601"
            )));
        };
        if text.get(..8) != Some(self.day.as_str()) {
            return Err(Refusal::Scope(format!(
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '{}' != '{}', from '{text}'.",
                self.day,
                text.get(..8).unwrap_or_default()
            )));
        }
        if at < now - WINDOW {
            return Err(Refusal::Date(format!(
                "Signature expired: {text} is now earlier than {} ({} - 5 min.)",
                basic(now - WINDOW),
                basic(now)
            )));
        }
        if at > now + WINDOW {
            return Err(Refusal::Date(format!(
                "Signature not yet current: {text} is still later than {} ({} + 5 min.)",
                basic(now + WINDOW),
                basic(now)
            )));
        }
        Ok(())
    }

    /// Computes the signature with the secret and compares.
    /// Errors: `Mismatch`; `Incomplete` where a header that must be signed is not.
    pub(crate) fn check_signature(&self, request: &Incoming, secret: &Secret) -> Result<(), Refusal> {
        for must in ["host", "x-amz-date", "x-amz-security-token", "x-amz-target", "x-amz-content-sha256"] {
            let present = request.headers.contains_key(must);
            if present && !self.signed_headers.iter().any(|name| name == must) {
                return Err(Refusal::Incomplete(format!(
                    "'{must}' must be a 'SignedHeader' in the AWS Authorization."
                )));
            }
        }
        let payload_hash = sha256_hex(&request.body);
        if request.header("x-amz-content-sha256").is_some_and(|claimed| claimed != payload_hash) {
            return Err(Refusal::Mismatch);
        }
        let date = request.header("x-amz-date").unwrap_or_default();
        let scope = format!("{}/{}/{}/aws4_request", self.day, self.region, self.service);
        let canonical = self.canonical_request(request, &payload_hash);
        let to_sign = format!("AWS4-HMAC-SHA256\n{date}\n{scope}\n{}", sha256_hex(canonical.as_bytes()));

        let seed = format!("AWS4{}", secret.expose());
        let key = hmac_sha256(seed.as_bytes(), self.day.as_bytes());
        let key = hmac_sha256(key.as_ref(), self.region.as_bytes());
        let key = hmac_sha256(key.as_ref(), self.service.as_bytes());
        let key = hmac_sha256(key.as_ref(), b"aws4_request");
        let expected = hex::encode(hmac_sha256(key.as_ref(), to_sign.as_bytes()));
        if same(expected.as_bytes(), self.signature.as_bytes()) { Ok(()) } else { Err(Refusal::Mismatch) }
    }

    fn canonical_request(&self, request: &Incoming, payload_hash: &str) -> String {
        let mut text =
            format!("{}\n{}\n{}\n", request.method, twice_encoded(&request.path), sorted_query(&request.query));
        for name in &self.signed_headers {
            text.push_str(name);
            text.push(':');
            for (at, value) in request.headers.get_all(name).iter().enumerate() {
                if at > 0 {
                    text.push(',');
                }
                push_collapsed(&mut text, &String::from_utf8_lossy(value.as_bytes()));
            }
            text.push('\n');
        }
        text.push('\n');
        text.push_str(&self.signed_headers.join(";"));
        text.push('\n');
        text.push_str(payload_hash);
        text
    }
}

/// Every service but S3 encodes the path as it was sent once more.
fn twice_encoded(path: &str) -> String {
    if path.is_empty() {
        return "/".to_owned();
    }
    const KEPT: percent_encoding::AsciiSet =
        percent_encoding::NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'_').remove(b'.').remove(b'~');
    percent_encoding::utf8_percent_encode(path, &KEPT).to_string()
}

fn sorted_query(query: &str) -> String {
    let mut pairs: Vec<String> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| if pair.contains('=') { pair.to_owned() } else { format!("{pair}=") })
        .collect();
    pairs.sort();
    pairs.join("&")
}

/// Trims, and makes one space of many.
fn push_collapsed(text: &mut String, value: &str) {
    for (at, word) in value.split(' ').filter(|word| !word.is_empty()).enumerate() {
        if at > 0 {
            text.push(' ');
        }
        text.push_str(word);
    }
}

fn parse_date(text: &str) -> Option<OffsetDateTime> {
    let format = format_description!("[year][month][day]T[hour][minute][second]Z");
    PrimitiveDateTime::parse(text, format).ok().map(PrimitiveDateTime::assume_utc)
}

fn basic(at: OffsetDateTime) -> String {
    let day: Date = at.date();
    format!(
        "{:04}{:02}{:02}T{:02}{:02}{:02}Z",
        day.year(),
        u8::from(day.month()),
        day.day(),
        at.hour(),
        at.minute(),
        at.second()
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::{HeaderValue, Method};

    /// Source: "get-vanilla-query-order-key-case" of AWS's published SigV4 test suite.
    #[test]
    fn agrees_with_the_published_test_suite() {
        let mut headers = HeaderMap::new();
        headers.insert("host", HeaderValue::from_static("example.amazonaws.com"));
        headers.insert("x-amz-date", HeaderValue::from_static("20150830T123600Z"));
        headers.insert(
            "authorization",
            HeaderValue::from_static(
                "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
            ),
        );
        let request = Incoming {
            via: crate::Via::Public,
            method: Method::GET,
            path: "/".to_owned(),
            query: "Param2=value2&Param1=value1".to_owned(),
            headers,
            body: bytes::Bytes::new(),
        };
        let read = Authorization::read(&request.headers).ok().unwrap();
        let secret = Secret::new("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_owned());
        assert_eq!(read.check_signature(&request, &secret), Ok(()));
        let wrong = Secret::new("another".to_owned());
        assert_eq!(read.check_signature(&request, &wrong), Err(Refusal::Mismatch));

        let at = parse_date("20150830T123600Z").unwrap();
        assert_eq!(read.check_date(&request, at + Duration::minutes(5)), Ok(()));
        assert_eq!(
            read.check_date(&request, at + Duration::seconds(301)),
            Err(Refusal::Date(
                "Signature expired: 20150830T123600Z is now earlier than 20150830T123601Z (20150830T124101Z - 5 min.)"
                    .to_owned()
            ))
        );
        assert!(matches!(read.check_date(&request, at - Duration::seconds(301)), Err(Refusal::Date(_))));
    }

    #[test]
    fn collapses_spaces() {
        let mut text = String::new();
        push_collapsed(&mut text, "  a   b c  ");
        assert_eq!(text, "a b c");
    }
}
