//! HTTP Digest as the Atlas clients speak it: MD5, `qop=auth`, one challenge of fixed spelling.
//! Source: RFC 7616 and, where clients are narrower than it, clients.md 1.2.
//! Must not know where keys are stored, which nonces are fresh, or a clock.

use std::convert::Infallible;

use domain::api_key::Ha1;
use domain::secret::{SecretBytes, SecretText};
use md5::{Digest as _, Md5};
use subtle::ConstantTimeEq;

/// The protection realm. HA1 is bound to it, so it must never change.
pub const REALM: &str = "MMS Public API";
/// The longest `Authorization` value that is read. It repeats the target, which for a list of events
/// filtered by all their types has more than four thousand bytes. Unit: bytes.
const LONGEST_HEADER: usize = 16 * 1024;
/// More parameters than any client sends.
const MOST_PARAMETERS: usize = 16;

/// What a client sent in `Authorization: Digest …`, well formed but not proved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The public half of the API key.
    pub username: String,
    /// The nonce, as it was minted.
    pub nonce: String,
    /// The request target that the client signed.
    pub uri: String,
    /// How often the client has used the nonce.
    pub count: u32,
    cnonce: String,
    response: [u8; 16],
}

/// Says why an `Authorization` value cannot be read; the text is for our log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Malformed(pub &'static str);

/// Writes the value of `WWW-Authenticate`.
///
/// The Go client splits at comma and blank and refuses any parameter it does not know, so neither
/// the order nor the blanks nor the set of parameters may change.
#[must_use]
pub fn challenge(nonce: &str, stale: bool) -> String {
    format!(r#"Digest realm="{REALM}", domain="", nonce="{nonce}", algorithm=MD5, qop="auth", stale={stale}"#)
}

/// Makes the hash that Digest checks, of the two halves of an API key.
#[must_use]
pub fn ha1(public_key: &str, private_key: &SecretText) -> Ha1 {
    let hash = |place: &mut [u8; 16]| {
        *place = md5_of(&[public_key, ":", REALM, ":", private_key.expose()]);
        Ok(())
    };
    SecretBytes::fill(hash).unwrap_or_else(|never: Infallible| match never {})
}

impl Credentials {
    /// Reads the value of `Authorization` after its scheme.
    /// Errors: `Malformed` if a parameter is missing, doubled, or asks for what we do not offer.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        if text.len() > LONGEST_HEADER {
            return Err(Malformed("the header is too long"));
        }
        let parameters = Parameters::parse(text)?;
        if parameters.find("realm") != Some(REALM) {
            return Err(Malformed("another realm"));
        }
        if parameters.find("qop") != Some("auth") {
            return Err(Malformed("qop is not auth"));
        }
        if parameters.find("algorithm").is_some_and(|name| !name.eq_ignore_ascii_case("MD5")) {
            return Err(Malformed("algorithm is not MD5"));
        }
        if parameters.find("userhash").is_some_and(|value| !value.eq_ignore_ascii_case("false")) {
            return Err(Malformed("userhash was not offered"));
        }
        let required = |name| parameters.find(name).ok_or(Malformed("a parameter is missing"));
        let cnonce = required("cnonce")?;
        if cnonce.is_empty() {
            return Err(Malformed("cnonce is empty"));
        }
        Ok(Self {
            username: required("username")?.to_owned(),
            nonce: required("nonce")?.to_owned(),
            uri: required("uri")?.to_owned(),
            count: parse_count(required("nc")?).ok_or(Malformed("nc is not eight hex digits"))?,
            cnonce: cnonce.to_owned(),
            response: parse_response(required("response")?).ok_or(Malformed("response is not 32 hex digits"))?,
        })
    }

    /// Tells whether the client proved to know the password, in time that does not depend on it.
    #[must_use]
    pub fn are_proved_by(&self, ha1: &Ha1, method: &str) -> bool {
        self.expected(ha1, method).ct_eq(&self.response).into()
    }

    fn expected(&self, ha1: &Ha1, method: &str) -> [u8; 16] {
        let method_and_uri = hex::encode(md5_of(&[method, ":", &self.uri]));
        let Ok(password) = SecretBytes::<32>::fill(|place| hex::encode_to_slice(ha1.expose(), place)) else {
            // 16 bytes always make 32 digits. An empty answer would still match nobody's response.
            return [0; 16];
        };
        let rest = format!(":{}:{:08x}:{}:auth:{method_and_uri}", self.nonce, self.count, self.cnonce);
        Md5::new().chain_update(password.expose()).chain_update(rest).finalize().into()
    }
}

fn md5_of(parts: &[&str]) -> [u8; 16] {
    parts.iter().fold(Md5::new(), |hash, part| hash.chain_update(part)).finalize().into()
}

/// Reads `nc`. The digits go into the hash as sent, so capitals are refused: nobody sends them.
fn parse_count(text: &str) -> Option<u32> {
    let is_hex = |digit: u8| digit.is_ascii_digit() || (b'a'..=b'f').contains(&digit);
    (text.len() == 8 && text.bytes().all(is_hex)).then(|| u32::from_str_radix(text, 16).ok()).flatten()
}

fn parse_response(text: &str) -> Option<[u8; 16]> {
    let mut bytes = [0; 16];
    hex::decode_to_slice(text, &mut bytes).ok()?;
    Some(bytes)
}

/// The `name=value` pairs of a header, in its order, names in lower case.
struct Parameters(Vec<(String, String)>);

impl Parameters {
    fn parse(text: &str) -> Result<Self, Malformed> {
        let mut found = Self(Vec::new());
        let mut rest = text.trim_matches([' ', '\t']);
        while !rest.is_empty() {
            let (name, after) = rest.split_once('=').ok_or(Malformed("a parameter has no value"))?;
            let name = name.trim_matches([' ', '\t']).to_ascii_lowercase();
            if name.is_empty() || !name.bytes().all(is_token) {
                return Err(Malformed("a parameter has no name"));
            }
            let (value, after) = parse_value(after.trim_start_matches([' ', '\t']))?;
            if found.find(&name).is_some() {
                return Err(Malformed("a parameter is doubled"));
            }
            found.0.push((name, value));
            if found.0.len() > MOST_PARAMETERS {
                return Err(Malformed("too many parameters"));
            }
            rest = next_parameter(after)?;
        }
        Ok(found)
    }

    fn find(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

fn parse_value(text: &str) -> Result<(String, &str), Malformed> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([',', ' ', '\t']).unwrap_or(text.len());
        let (value, rest) = text.split_at_checked(end).ok_or(Malformed("a value cannot be read"))?;
        if value.is_empty() || !value.bytes().all(is_token_or_base64) {
            return Err(Malformed("a bare value holds what needs quotes"));
        }
        return Ok((value.to_owned(), rest));
    };
    let mut value = String::new();
    let mut characters = quoted.chars();
    while let Some(character) = characters.next() {
        match character {
            '"' => return Ok((value, characters.as_str())),
            '\\' => value.push(characters.next().ok_or(Malformed("a quoted value does not end"))?),
            other => value.push(other),
        }
    }
    Err(Malformed("a quoted value does not end"))
}

fn next_parameter(text: &str) -> Result<&str, Malformed> {
    let text = text.trim_start_matches([' ', '\t']);
    if text.is_empty() {
        return Ok(text);
    }
    let after = text.strip_prefix(',').ok_or(Malformed("no comma between two parameters"))?;
    let after = after.trim_start_matches([' ', '\t']);
    if after.is_empty() { Err(Malformed("nothing follows a comma")) } else { Ok(after) }
}

fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

fn is_token_or_base64(byte: u8) -> bool {
    is_token(byte) || b"/=:".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ha1_of(username: &str, realm: &str, password: &str) -> Ha1 {
        SecretBytes::fill(|place| {
            *place = md5_of(&[username, ":", realm, ":", password]);
            Ok::<_, ()>(())
        })
        .unwrap()
    }

    #[test]
    fn the_challenge_is_spelled_as_the_go_client_needs_it() {
        assert_eq!(
            challenge("abcdefghijklmnopqrstuvwxyz012345", false),
            "Digest realm=\"MMS Public API\", domain=\"\", nonce=\"abcdefghijklmnopqrstuvwxyz012345\", \
             algorithm=MD5, qop=\"auth\", stale=false"
        );
        assert!(challenge("n", true).ends_with(", stale=true"));
    }

    #[test]
    fn computes_the_response_of_rfc_2617() {
        let credentials = Credentials {
            username: "Mufasa".to_owned(),
            nonce: "dcd98b7102dd2f0e8b11d0f600bfb0c093".to_owned(),
            uri: "/dir/index.html".to_owned(),
            count: 1,
            cnonce: "0a4f113b".to_owned(),
            response: parse_response("6629fae49393a05397450978507c4ef1").unwrap(),
        };
        let ha1 = ha1_of("Mufasa", "testrealm@host.com", "Circle Of Life");
        assert!(credentials.are_proved_by(&ha1, "GET"));
        assert!(!credentials.are_proved_by(&ha1, "PATCH"));
        assert!(!credentials.are_proved_by(&ha1_of("Mufasa", "testrealm@host.com", "circle of life"), "GET"));
    }

    const GO: &str = r#"username="abcdefgh", realm="MMS Public API", nonce="n0nce", uri="/api/atlas/v2?pretty=true", response="0123456789abcdef0123456789abcdef", algorithm="MD5", qop=auth, nc=00000001, cnonce="0a4f113b0a4f113b""#;
    const CURL: &str = r#"username="abcdefgh", realm="MMS Public API", nonce="n0nce", uri="/api/atlas/v2?pretty=true", cnonce="MDEyMzQ1Njc4OWFiY2RlZg==", nc=00000001, qop=auth, response="0123456789abcdef0123456789abcdef", algorithm=MD5"#;
    const NODE: &str = r#"username="abcdefgh", realm="MMS Public API", nonce="n0nce", uri="/api/atlas/v2?pretty=true", response="0123456789abcdef0123456789abcdef", qop=auth, nc=00000004, cnonce="82b1f3a0""#;
    const HTTPX: &str = r#"username="abcdefgh", realm="MMS Public API", nonce="n0nce", uri="/api/atlas/v2?pretty=true", response="0123456789abcdef0123456789abcdef", algorithm=MD5, qop=auth, nc=00000003, cnonce="1d8a2b3c4d5e6f70""#;

    #[test]
    fn reads_what_every_client_writes() {
        for (text, count) in [(GO, 1), (CURL, 1), (NODE, 4), (HTTPX, 3)] {
            let read = Credentials::parse(text).unwrap();
            assert_eq!(read.username, "abcdefgh");
            assert_eq!(read.nonce, "n0nce");
            assert_eq!(read.uri, "/api/atlas/v2?pretty=true");
            assert_eq!(read.count, count);
        }
    }

    #[test]
    fn reads_blanks_quotes_and_unknown_parameters_as_the_rfc_allows() {
        let odd = GO
            .replace(", ", "  ,\t")
            .replace("qop=auth", "QOP = \"auth\"")
            .replace("nc=00000001", "nc=\"00000001\", opaque=\"\", future=\"a, b=\\\"c\\\"\"");
        assert_eq!(Credentials::parse(&odd), Credentials::parse(GO));
        assert_eq!(Credentials::parse(&GO.replace(", ", ",")), Credentials::parse(GO));
    }

    #[test]
    fn refuses_every_other_shape() {
        let check = |text: &str| assert!(Credentials::parse(text).is_err(), "{text}");
        check("");
        check("username");
        check(&GO.replace("nc=00000001", "nc=1"));
        check(&GO.replace("nc=00000001", "nc=0000000A"));
        check(&GO.replace("nc=00000001", "nc=+0000001"));
        check(&GO.replace("nc=00000001, ", ""));
        check(&GO.replace("qop=auth, ", ""));
        check(&GO.replace("qop=auth", "qop=auth-int"));
        check(&GO.replace("\"MD5\"", "SHA-256"));
        check(&GO.replace("\"MD5\"", "MD5-sess"));
        check(&GO.replace("MMS Public API", "another realm"));
        check(&GO.replace("username=", "username*="));
        check(&GO.replace("\"0a4f113b0a4f113b\"", "\"\""));
        check(&GO.replace("0123456789abcdef0123456789abcdef", "0123456789abcdef"));
        check(&GO.replace("0123456789abcdef0123456789abcdef", "g123456789abcdef0123456789abcdef"));
        check(&format!("{GO}, username=\"other\""));
        check(&format!("{GO}, USERNAME=\"other\""));
        check(&format!("{GO}, userhash=true"));
        check(&format!("{GO},"));
        check(&format!("{GO}, ="));
        check(&format!("{GO} x=y"));
        check(&format!("{GO}, x=\"y"));
        check(&format!("{GO}, x=\"y\\"));
        check(&format!("{GO}, x={}", "y".repeat(LONGEST_HEADER)));
        check(&(0..20).map(|number| format!(", p{number}=1")).fold(GO.to_owned(), |text, more| text + &more));
    }

    #[test]
    fn never_panics_whatever_comes() {
        for end in 0..GO.len() {
            let _ = Credentials::parse(&GO[..end]);
            let _ = Credentials::parse(&GO[end..]);
            let _ = Credentials::parse(&format!("{}\u{e9}{}", &GO[..end], &GO[end..]));
        }
    }
}
