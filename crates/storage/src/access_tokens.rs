//! Table `access_tokens`: which signed tokens have not been revoked. Must not know what a token says
//! beyond its id, its holder and its end.

use domain::id::ServiceAccountId;
use domain::time::Timestamp;

use crate::cache::Touched;
use crate::error::Result;
use crate::sql::{Sql, values};
use crate::{Outcome, Store};

/// A token that was given out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessToken {
    /// Its id, the claim `jti`.
    pub jti: String,
    /// Whose it is.
    pub account: ServiceAccountId,
    /// When it ends.
    pub expires_at: Timestamp,
}

static INSERT: Sql = Sql::same(
    "insert an access token",
    "INSERT INTO access_tokens (jti, account_id, expires_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
);
static FIND: Sql =
    Sql::same("find an access token", "SELECT jti, account_id, expires_at FROM access_tokens WHERE jti = $1");
static REVOKE: Sql = Sql::same("revoke an access token", "DELETE FROM access_tokens WHERE jti = $1");
static REVOKE_ALL: Sql =
    Sql::same("revoke a service account's tokens", "DELETE FROM access_tokens WHERE account_id = $1");
static PURGE: Sql = Sql::same("purge expired access tokens", "DELETE FROM access_tokens WHERE expires_at <= $1");

impl Store {
    /// Notes that a token was given out; a conflict means the id is taken.
    pub async fn insert_access_token(&self, token: &AccessToken) -> Result<Outcome> {
        let AccessToken { jti, account, expires_at } = token;
        let touched = [Touched::Token(jti.clone())];
        self.execute(&INSERT, values![jti, *account, *expires_at], &touched).await.map(Outcome::of_rows)
    }

    /// Tells whether a token was given out, is not over and was not revoked. Remembered where we own
    /// the database.
    pub async fn access_token_is_live(&self, jti: &str, now: Timestamp) -> Result<bool> {
        let jti = jti.to_owned();
        let cache = self.caches().map(|caches| &caches.tokens);
        if let Some(known) = cache.and_then(|cache| cache.recall(&jti)) {
            return Ok(now < known.expires_at);
        }
        let ticket = cache.map(|cache| cache.begin_load(&jti));
        let Some(row) = self.read_one(&FIND, values![&jti]).await? else { return Ok(false) };
        let mut fields = row.fields("access_tokens");
        let found = AccessToken { jti: fields.text()?, account: fields.parsed()?, expires_at: fields.time()? };
        let live = now < found.expires_at;
        if let (Some(cache), Some(ticket)) = (cache, ticket) {
            cache.remember(&jti, found, ticket);
        }
        Ok(live)
    }

    /// Revokes a token. Tells whether it was there.
    pub async fn revoke_access_token(&self, jti: &str) -> Result<bool> {
        Ok(self.execute(&REVOKE, values![jti], &[Touched::Token(jti.to_owned())]).await? > 0)
    }

    /// Revokes all tokens of a service account, and counts them.
    pub async fn revoke_access_tokens_of(&self, account: ServiceAccountId) -> Result<u64> {
        self.execute(&REVOKE_ALL, values![account], &[Touched::AllTokens]).await
    }

    /// Forgets tokens that are over, and counts them.
    pub async fn purge_access_tokens(&self, now: Timestamp) -> Result<u64> {
        // Who remembers one compares its end, so nothing needs to be forgotten in memory.
        self.execute(&PURGE, values![now], &[]).await
    }
}
