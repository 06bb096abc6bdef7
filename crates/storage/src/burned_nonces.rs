//! Table `burned_nonces`: which (nonce, count) of HTTP Digest a write has used up, on any replica.

use domain::time::Timestamp;

use crate::Store;
use crate::error::Result;
use crate::sql::{Sql, values};

static BURN: Sql = Sql::same(
    "burn a nonce",
    "INSERT INTO burned_nonces (nonce, nc, expires_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
);
static PURGE: Sql = Sql::same("purge expired nonces", "DELETE FROM burned_nonces WHERE expires_at <= $1");

impl Store {
    /// Uses up one count of a nonce, durably. Tells whether this was the first time.
    pub async fn burn_nonce(&self, nonce: &str, nc: u32, expires_at: Timestamp) -> Result<bool> {
        Ok(self.execute(&BURN, values![nonce, i64::from(nc), expires_at], &[]).await? > 0)
    }

    /// Forgets nonces that no replica would accept any more, and counts them.
    pub async fn purge_burned_nonces(&self, now: Timestamp) -> Result<u64> {
        self.execute(&PURGE, values![now], &[]).await
    }
}
