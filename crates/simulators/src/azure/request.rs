//! Reading a request strictly: its path, its query, its JSON. What Azure ignores, the simulator refuses, so that
//! no client grows on a field that does nothing. It must not know any operation.

use percent_encoding::percent_decode_str;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::error::ApiError;
use crate::door::Incoming;

/// The path's segments, decoded. Doubled and trailing slashes make none: `/keys/a//encrypt`, `/keys/a/`.
pub(crate) fn segments(request: &Incoming) -> Vec<String> {
    let parts = request.path.split('/').filter(|part| !part.is_empty());
    parts.map(|part| percent_decode_str(part).decode_utf8_lossy().into_owned()).collect()
}

/// The name that the client reached us by, without port and in lower case. Loopback addresses are `localhost`.
pub(crate) fn host(request: &Incoming) -> String {
    let authority = request.header("host").unwrap_or_default().to_ascii_lowercase();
    if authority.starts_with('[') {
        return "localhost".to_owned();
    }
    let name = authority.split(':').next().unwrap_or_default();
    if name.parse::<std::net::IpAddr>().is_ok() { "localhost".to_owned() } else { name.to_owned() }
}

/// The token of `Authorization: Bearer`; anything else is `None`.
pub(crate) fn bearer(request: &Incoming) -> Option<&str> {
    let mut given = request.headers.get_all(http::header::AUTHORIZATION).iter();
    let (Some(value), None) = (given.next(), given.next()) else { return None };
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim()).filter(|token| !token.is_empty())
}

/// A query of which every parameter must be taken.
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    pub(crate) fn of(request: &Incoming) -> Self {
        Self(form_urlencoded::parse(request.query.as_bytes()).into_owned().collect())
    }

    /// Takes a parameter. One that comes twice is left in, to be refused.
    pub(crate) fn take(&mut self, name: &str) -> Option<String> {
        let at = self.0.iter().position(|(known, _)| known == name)?;
        Some(self.0.remove(at).1)
    }

    /// The name of a parameter that nobody took.
    pub(crate) fn left(&self) -> Option<&str> {
        self.0.first().map(|(name, _)| name.as_str())
    }
}

/// Reads a JSON object: known names only, none twice, right types.
/// Errors: the words of what is wrong.
pub(crate) fn json<T: for<'de> Deserialize<'de>>(request: &Incoming) -> Result<T, String> {
    let kind = request.header("content-type").unwrap_or_default();
    if !kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json")) {
        return Err("the Content-Type is not application/json".to_owned());
    }
    // The derived reader would take an array for an object.
    if let Err(broken) = serde_json::from_slice::<Map<String, Value>>(&request.body) {
        return Err(format!("the body is no JSON object: {broken}"));
    }
    serde_json::from_slice(&request.body).map_err(|broken| format!("{broken}, or it is not modelled by this simulator"))
}

/// As `json`, in Key Vault's error.
pub(crate) fn vault_json<T: for<'de> Deserialize<'de>>(request: &Incoming) -> Result<T, ApiError> {
    json(request).map_err(ApiError::bad_parameter)
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::{HeaderMap, Method};

    fn request(path: &str, host: &str) -> Incoming {
        let mut headers = HeaderMap::new();
        headers.insert("host", host.parse().unwrap());
        Incoming {
            via: crate::Via::Public,
            method: Method::GET,
            path: path.to_owned(),
            query: "a=1&b=2&a=3".to_owned(),
            headers,
            body: bytes::Bytes::new(),
        }
    }

    #[test]
    fn reads_slashes_as_key_vault_does() {
        let check = |path: &str, expected: &[&str]| assert_eq!(segments(&request(path, "x")), expected, "{path}");
        check("/keys/a//encrypt", &["keys", "a", "encrypt"]);
        check("//keys/a/", &["keys", "a"]);
        check("/keys/a%2Fb", &["keys", "a/b"]);
    }

    #[test]
    fn knows_the_vault_by_the_host() {
        let check = |given: &str, expected: &str| assert_eq!(host(&request("/", given)), expected, "{given}");
        check("localhost:1", "localhost");
        check("127.0.0.1:1", "localhost");
        check("[::1]:1", "localhost");
        check("Vault.localhost:1", "vault.localhost");
        check("vault", "vault");
    }

    #[test]
    fn leaves_what_nobody_takes() {
        let mut query = Query::of(&request("/", "x"));
        assert_eq!(query.take("a").as_deref(), Some("1"));
        assert_eq!(query.take("b").as_deref(), Some("2"));
        assert_eq!(query.left(), Some("a"));
    }
}
