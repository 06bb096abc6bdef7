//! JSON web tokens that a service account signed: how one is read, and who signed it.
//! It must not know what a token is good for.
//!
//! Source: RFC 7515 and 7519; "Using OAuth 2.0 for server to server applications", Google Identity.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::body::Fields;
use super::rsa_key::verify;
use super::state::{ServiceAccount, State};

/// Seconds that a token may be good for. Source: the OAuth page above.
const LIFE_LIMIT: i64 = 3600;
/// Seconds that two clocks may differ.
const SLACK: i64 = 600;

/// A token that reads; whether it is true `signer` says.
pub(crate) struct Jwt<'a> {
    key_id: String,
    pub(crate) issuer: String,
    pub(crate) subject: Option<String>,
    pub(crate) audience: Option<String>,
    /// By blanks.
    pub(crate) scope: Option<String>,
    /// Unit: s since 1970.
    issued: i64,
    /// Unit: s since 1970.
    expires: i64,
    signed: &'a str,
    signature: Vec<u8>,
}

impl<'a> Jwt<'a> {
    /// Reads a token; one with a header or claim that is not modelled does not read.
    pub(crate) fn read(text: &'a str) -> Option<Self> {
        let (signed, signature) = text.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        let part = |text: &str| Fields::parse(&URL_SAFE_NO_PAD.decode(text).ok()?).ok();
        let (mut header, mut claims) = (part(header)?, part(claims)?);
        let algorithm = header.text("alg").ok()??;
        let kind = header.text("typ").ok()?;
        let jwt = Self {
            key_id: header.text("kid").ok()??,
            issuer: claims.text("iss").ok()??,
            subject: claims.text("sub").ok()?,
            audience: claims.text("aud").ok()?,
            scope: claims.text("scope").ok()?,
            issued: claims.int64("iat").ok()??,
            expires: claims.int64("exp").ok()??,
            signed,
            signature: URL_SAFE_NO_PAD.decode(signature).ok()?,
        };
        header.nothing_left().ok()?;
        claims.nothing_left().ok()?;
        (algorithm == "RS256" && kind.is_none_or(|kind| kind == "JWT")).then_some(jwt)
    }

    /// The account that it names, where a key of that account signed it that works.
    pub(crate) fn signer<'s>(&self, state: &'s State) -> Result<&'s ServiceAccount, Unsigned> {
        let account = state.accounts.get(&self.issuer).ok_or(Unsigned::NoAccount)?;
        if account.disabled {
            return Err(Unsigned::Disabled);
        }
        let key = account.key(&self.key_id).filter(|key| key.is_usable()).ok_or(Unsigned::NoKey)?;
        if !verify(&key.public, self.signed.as_bytes(), &self.signature) {
            return Err(Unsigned::NoKey);
        }
        Ok(account)
    }

    /// Tells whether it is good now and was not made for too long. Unit of `now`: ms since 1970.
    pub(crate) fn is_timely(&self, now: i64) -> bool {
        let now = now.div_euclid(1000);
        let life = self.expires.saturating_sub(self.issued);
        self.issued <= now.saturating_add(SLACK) && self.expires > now && (1..=LIFE_LIMIT).contains(&life)
    }
}

/// Why a token is nobody's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unsigned {
    NoAccount,
    Disabled,
    /// The key is not there, does not work, or did not sign this.
    NoKey,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(header: &str, claims: &str) -> String {
        let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
        format!("{}.{}.{}", part(header), part(claims), part("signature"))
    }

    #[test]
    fn reads_only_what_it_models() {
        let header = r#"{"alg":"RS256","typ":"JWT","kid":"k"}"#;
        let claims = r#"{"iss":"a","scope":"s","aud":"t","iat":1,"exp":2}"#;
        let check = |header: &str, claims: &str, expected: bool| {
            let text = token(header, claims);
            assert_eq!(Jwt::read(&text).is_some(), expected, "{header} {claims}");
        };
        check(header, claims, true);
        check(r#"{"alg":"none","kid":"k"}"#, claims, false);
        check(r#"{"alg":"HS256","kid":"k"}"#, claims, false);
        check(r#"{"alg":"RS256"}"#, claims, false);
        check(r#"{"alg":"RS256","kid":"k","crit":["x"]}"#, claims, false);
        check(header, r#"{"iss":"a","iat":1,"exp":2,"target_audience":"x"}"#, false);
        check(header, r#"{"iss":"a","iat":1}"#, false);
        check(header, r#"{"iss":"a","iss":"b","iat":1,"exp":2}"#, false);
        for text in ["", ".", "..", "a.b", "a.b.c.d"] {
            assert!(Jwt::read(text).is_none(), "{text}");
        }
    }

    #[test]
    fn holds_tokens_to_an_hour() {
        let check = |issued: i64, expires: i64, expected: bool| {
            let text =
                token(r#"{"alg":"RS256","kid":"k"}"#, &format!(r#"{{"iss":"a","iat":{issued},"exp":{expires}}}"#));
            assert_eq!(Jwt::read(&text).unwrap().is_timely(10_000_000), expected, "{issued} {expires}");
        };
        check(10_000, 13_600, true);
        check(10_000, 13_601, false);
        check(10_600, 14_200, true);
        check(10_601, 14_201, false);
        check(6_401, 10_001, true);
        check(6_400, 10_000, false);
        check(10_500, 10_500, false);
        check(i64::MIN, i64::MAX, false);
    }
}
