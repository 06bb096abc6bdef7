//! Access tokens: JWTs signed with a key that all replicas derive from the root key.
//! Must not know which tokens were revoked or whether their accounts still exist, nor a clock.

use std::time::Duration;

use domain::secret::SecretBytes;
use domain::service_account::CLIENT_ID_PREFIX;
use domain::time::Timestamp;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use serde::{Deserialize, Serialize};

/// How long a token is good for. Terraform renews ten minutes before the end, so it must be more
/// than that. Source: contract.md 7.2.
pub const LIFETIME: Duration = Duration::from_secs(3600);
/// How far the clocks of two replicas may differ.
const CLOCK_LEEWAY: Duration = Duration::from_secs(5);
/// Our name in the `iss` claim.
const ISSUER: &str = "atrest";
/// The longest token that is read; ours are about 260. Unit: bytes.
const LONGEST: usize = 2048;

/// Signs and reads access tokens.
pub struct TokenSigner {
    encoding: EncodingKey,
    decoding: DecodingKey,
    validation: Validation,
}

/// What a token says. Only a token that we signed becomes one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    iss: String,
    sub: String,
    jti: String,
    iat: i64,
    exp: i64,
}

/// Why a token is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// Not a token, not ours, or changed on its way.
    Forged,
    /// It was ours, and its hour is over.
    Expired,
}

impl TokenSigner {
    /// Makes a signer. Replicas that share `key` accept each other's tokens.
    #[must_use]
    pub fn new(key: &SecretBytes<32>) -> Self {
        let mut validation = Validation::new(Algorithm::HS256);
        // The time is checked here, against the clock that is handed in.
        validation.validate_exp = false;
        validation.set_required_spec_claims(&["exp", "iss", "sub"]);
        validation.set_issuer(&[ISSUER]);
        Self {
            encoding: EncodingKey::from_secret(key.expose()),
            decoding: DecodingKey::from_secret(key.expose()),
            validation,
        }
    }

    /// Signs a token for a client. `id` is 128 random bits, by which the token can be revoked.
    /// Errors: the library's, which cannot happen for this key and these claims.
    pub fn sign(
        &self,
        client_id: &str,
        id: [u8; 16],
        now: Timestamp,
    ) -> Result<(String, Claims), jsonwebtoken::errors::Error> {
        let claims = Claims {
            iss: ISSUER.to_owned(),
            sub: client_id.to_owned(),
            jti: hex::encode(id),
            iat: now.as_secs(),
            exp: (now + LIFETIME).as_secs(),
        };
        Ok((encode(&Header::new(Algorithm::HS256), &claims, &self.encoding)?, claims))
    }

    /// Reads a token that must still be good.
    /// Errors: `Forged`, or `Expired` if its hour is over.
    pub fn read(&self, token: &str, now: Timestamp) -> Result<Claims, Refused> {
        let claims = self.read_even_if_expired(token)?;
        let is_early = Timestamp::from_millis(claims.iat.saturating_mul(1000)) > now + CLOCK_LEEWAY;
        if is_early || claims.expires_at() + CLOCK_LEEWAY <= now { Err(Refused::Expired) } else { Ok(claims) }
    }

    /// Reads a token whose time may be over, to revoke it.
    /// Errors: `Forged`.
    pub fn read_even_if_expired(&self, token: &str) -> Result<Claims, Refused> {
        if token.len() > LONGEST {
            return Err(Refused::Forged);
        }
        decode::<Claims>(token, &self.decoding, &self.validation).map(|data| data.claims).map_err(|_| Refused::Forged)
    }
}

impl Claims {
    /// Gives the client id of the service account it was made for.
    #[must_use]
    pub fn client_id(&self) -> &str {
        &self.sub
    }

    /// Gives the id by which it can be revoked.
    #[must_use]
    pub fn token_id(&self) -> &str {
        &self.jti
    }

    /// Tells until when it is good.
    #[must_use]
    pub fn expires_at(&self) -> Timestamp {
        Timestamp::from_millis(self.exp.saturating_mul(1000))
    }

    /// Gives the service account it was made for, if its client id is one of ours.
    #[must_use]
    pub fn service_account(&self) -> Option<domain::id::ServiceAccountId> {
        self.sub.strip_prefix(CLIENT_ID_PREFIX)?.parse().ok()
    }
}

impl std::fmt::Debug for TokenSigner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TokenSigner(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);
    const CLIENT: &str = "mdb_sa_id_000102030405060708090a0b";

    fn signer(byte: u8) -> TokenSigner {
        let key = SecretBytes::fill(|place| {
            place.fill(byte);
            Ok::<_, ()>(())
        });
        TokenSigner::new(&key.unwrap())
    }

    fn forged(header: &str, claims: &str, key: &[u8]) -> String {
        let body = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
        let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, key);
        let seal = aws_lc_rs::hmac::sign(&key, body.as_bytes());
        format!("{body}.{}", URL_SAFE_NO_PAD.encode(seal))
    }

    #[test]
    fn a_token_is_a_jwt_with_an_expiry_that_every_replica_reads() {
        let (token, claims) = signer(1).sign(CLIENT, [7; 16], NOW).unwrap();
        let parts: Vec<_> = token.split('.').collect();
        let read = |part: &str| String::from_utf8(URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap();
        assert_eq!(read(parts[0]), r#"{"typ":"JWT","alg":"HS256"}"#);
        assert!(read(parts[1]).contains(r#""exp":1790003600"#), "{}", read(parts[1]));
        assert_eq!(signer(1).read(&token, NOW), Ok(claims.clone()));
        assert_eq!(claims.client_id(), CLIENT);
        assert_eq!(claims.token_id(), "07070707070707070707070707070707");
        assert_eq!(claims.service_account().unwrap().to_string(), "000102030405060708090a0b");
        assert_eq!(claims.expires_at(), NOW + LIFETIME);
    }

    #[test]
    fn a_token_ends_with_its_hour() {
        let (token, claims) = signer(1).sign(CLIENT, [7; 16], NOW).unwrap();
        let end = NOW + LIFETIME + CLOCK_LEEWAY;
        assert!(signer(1).read(&token, end - Duration::from_millis(1)).is_ok());
        assert_eq!(signer(1).read(&token, end), Err(Refused::Expired));
        assert_eq!(signer(1).read(&token, NOW - Duration::from_secs(6)), Err(Refused::Expired));
        assert_eq!(signer(1).read_even_if_expired(&token), Ok(claims));
    }

    #[test]
    fn refuses_what_it_did_not_sign() {
        let ours = signer(1);
        let check = |token: &str| assert_eq!(ours.read(token, NOW), Err(Refused::Forged), "{token}");
        let (token, _) = ours.sign(CLIENT, [7; 16], NOW).unwrap();
        let (head, seal) = token.rsplit_once('.').unwrap();
        check(&signer(2).sign(CLIENT, [7; 16], NOW).unwrap().0);
        check(head);
        check(&format!("{head}."));
        check(&format!("{head}.{}", &seal[..20]));
        check(&token[1..]);
        check("");
        check("..");
        check(&"a".repeat(5000));
        let claims = format!(r#"{{"iss":"atrest","sub":"{CLIENT}","jti":"x","iat":1790000000,"exp":1790003600}}"#);
        check(&forged(r#"{"typ":"JWT","alg":"none"}"#, &claims, &[1; 32]));
        check(&forged(r#"{"typ":"JWT","alg":"HS384"}"#, &claims, &[1; 32]));
        check(&forged(r#"{"typ":"JWT","alg":"RS256"}"#, &claims, &[1; 32]));
        let none = format!("{}.{}.", URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#), URL_SAFE_NO_PAD.encode(&claims));
        check(&none);
        let good = r#"{"typ":"JWT","alg":"HS256"}"#;
        assert!(ours.read(&forged(good, &claims, &[1; 32]), NOW).is_ok());
        check(&forged(good, &claims.replace("\"atrest\"", "\"other\""), &[1; 32]));
        check(&forged(good, &claims.replace(",\"exp\":1790003600", ""), &[1; 32]));
        check(&forged(good, "{}", &[1; 32]));
    }
}
