//! HTTP Digest from the client's side: a challenge in, an Authorization header out. It must not know any request.
//! Source: RFC 7616; clients.md 1.2.

use anyhow::ensure;
use api_wire::secret::WireSecret;
use md5::{Digest as _, Md5};
use zeroize::Zeroizing;

/// What a server wants answered.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Challenge {
    realm: String,
    nonce: String,
    opaque: Option<String>,
    algorithm: Option<String>,
    qop: Option<String>,
}

impl Challenge {
    /// Reads a `WWW-Authenticate` header; nothing if it is another scheme.
    pub(super) fn read(header: &str) -> Option<Self> {
        let (scheme, rest) = header.trim_start().split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("Digest") {
            return None;
        }
        let mut read = Self { realm: String::new(), nonce: String::new(), opaque: None, algorithm: None, qop: None };
        for (name, value) in members(rest) {
            match name.to_ascii_lowercase().as_str() {
                "realm" => read.realm = value,
                "nonce" => read.nonce = value,
                "opaque" => read.opaque = Some(value),
                "algorithm" => read.algorithm = Some(value),
                "qop" => read.qop = Some(value),
                _ => {}
            }
        }
        (!read.nonce.is_empty()).then_some(read)
    }

    /// Answers it for one request.
    /// Errors: the server wants an algorithm or a quality that we do not have; no randomness.
    pub(super) fn answer(&self, method: &str, uri: &str, public: &str, private: &WireSecret) -> anyhow::Result<String> {
        let mut random = [0_u8; 16];
        ensure!(aws_lc_rs::rand::fill(&mut random).is_ok(), "this machine gives no randomness");
        self.answer_with(method, uri, public, private, &hex::encode(random))
    }

    fn answer_with(
        &self,
        method: &str,
        uri: &str,
        public: &str,
        private: &WireSecret,
        cnonce: &str,
    ) -> anyhow::Result<String> {
        let algorithm = self.algorithm.as_deref().unwrap_or("MD5");
        ensure!(algorithm.eq_ignore_ascii_case("MD5"), "the server asks for Digest with another algorithm than MD5");
        let auth = self.qop.as_deref().is_none_or(|qop| qop.split(',').any(|one| one.trim() == "auth"));
        ensure!(auth, "the server asks for Digest with another quality than auth");
        // A quoted text ends at a quote; none of ours may smuggle one.
        ensure!(!public.contains(['"', '\\']), "the public key holds a quote or a backslash; no key does");
        let secret = Zeroizing::new(format!("{public}:{}:{}", self.realm, private.expose()));
        let first = Zeroizing::new(md5(&secret));
        let second = md5(&format!("{method}:{uri}"));
        let response = md5(&format!("{}:{}:00000001:{cnonce}:auth:{second}", *first, self.nonce));
        let mut header = format!(
            "Digest username=\"{public}\", realm=\"{}\", nonce=\"{}\", uri=\"{uri}\", response=\"{response}\", \
             algorithm=MD5, qop=auth, nc=00000001, cnonce=\"{cnonce}\"",
            self.realm, self.nonce
        );
        if let Some(opaque) = &self.opaque {
            header.push_str(&format!(", opaque=\"{opaque}\""));
        }
        Ok(header)
    }
}

fn md5(text: &str) -> String {
    hex::encode(Md5::digest(text.as_bytes()))
}

/// Takes `name="value", name=value` apart; a comma inside quotes does not count.
fn members(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((name, after)) = rest.split_once('=') {
        let name = name.trim_matches([' ', ',', '\t']).to_owned();
        let after = after.trim_start();
        let (value, remains) = match after.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
            None => after.split_once(',').unwrap_or((after, "")),
        };
        found.push((name, value.trim().to_owned()));
        rest = remains;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Source: RFC 2617, section 3.5.
    #[test]
    fn answers_the_published_example() {
        let challenge = Challenge::read(
            r#"Digest realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41""#,
        )
        .unwrap();
        let private = WireSecret::from("Circle Of Life".to_owned());
        let header = challenge.answer_with("GET", "/dir/index.html", "Mufasa", &private, "0a4f113b").unwrap();
        assert!(header.contains(r#"response="6629fae49393a05397450978507c4ef1""#), "{header}");
        assert!(header.contains(r#"opaque="5ccc069c403ebaf9f0171e9517f40e41""#), "{header}");
        assert!(!header.contains("Circle"));
    }

    #[test]
    fn refuses_what_it_cannot_answer() {
        let check = |header: &str, readable: bool, answerable: bool| {
            let read = Challenge::read(header);
            assert_eq!(read.is_some(), readable, "{header}");
            let private = WireSecret::from("p".to_owned());
            let answer = read.map(|challenge| challenge.answer("GET", "/", "public", &private));
            assert_eq!(answer.is_some_and(|answer| answer.is_ok()), answerable, "{header}");
        };
        check(
            r#"Digest realm="MMS Public API", domain="", nonce="x", algorithm=MD5, qop="auth", stale=false"#,
            true,
            true,
        );
        check(r#"digest nonce=x"#, true, true);
        check(r#"Digest realm="a, b", nonce="x", algorithm=SHA-256"#, true, false);
        check(r#"Digest nonce="x", qop="auth-int""#, true, false);
        check(r#"Digest realm="x""#, false, false);
        check(r#"Bearer realm="x", nonce="y""#, false, false);
        check("", false, false);
    }
}
