//! Tables `service_accounts` and `service_account_secrets`. Of a secret only the SHA-256 comes here.

use std::sync::Arc;

use domain::event::Event;
use domain::id::{OrgId, ProjectId, ServiceAccountId, ServiceAccountSecretId};
use domain::service_account::ServiceAccount;
use domain::time::Timestamp;

use crate::cache::Touched;
use crate::engine::Tx;
use crate::error::{Result, StoreError};
use crate::grants::{access_list_from_text, access_list_to_text, roles_from_text, roles_to_text, with_project};
use crate::sql::{Row, Sql, values};
use crate::store::transact;
use crate::{Outcome, Store, events, owners};

/// A secret of a service account, as far as we know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceAccountSecret {
    /// Its id.
    pub id: ServiceAccountSecretId,
    /// Whose it is.
    pub account: ServiceAccountId,
    /// SHA-256 of the secret, which is 256 random bits.
    pub sha256: [u8; 32],
    /// When it was created.
    pub created_at: Timestamp,
    /// When it stops working.
    pub expires_at: Timestamp,
    /// When a token was last asked for with it.
    pub last_used_at: Option<Timestamp>,
}

macro_rules! select {
    ($rest:literal) => {
        concat!("SELECT id, org_id, name, roles, access_list, created_at, description FROM service_accounts ", $rest)
    };
}

static INSERT: Sql = Sql::same(
    "insert a service account",
    "INSERT INTO service_accounts (id, org_id, name, roles, access_list, created_at, description)
     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
);
static FIND: Sql = Sql::same("find a service account", select!("WHERE id = $1"));
static LIST: Sql = Sql::same("list service accounts", select!("WHERE org_id = $1 ORDER BY created_at, id"));
static TAKE_ROLES: Sql = Sql::each(
    "take the roles of a service account",
    "SELECT org_id, roles FROM service_accounts WHERE id = $1",
    "SELECT org_id, roles FROM service_accounts WHERE id = $1 FOR UPDATE",
);
static SET_ROLES: Sql =
    Sql::same("save the roles of a service account", "UPDATE service_accounts SET roles = $2 WHERE id = $1");
static CHANGE: Sql = Sql::same(
    "change a service account",
    "UPDATE service_accounts SET name = $2, description = $3, roles = $4, access_list = $5
     WHERE id = $1 AND name = $6 AND description = $7 AND roles = $8 AND access_list = $9",
);
static DELETE_IF_SAME: Sql =
    Sql::same("delete a service account", "DELETE FROM service_accounts WHERE id = $1 AND roles = $2");
static DELETE: Sql = Sql::same("delete a service account", "DELETE FROM service_accounts WHERE id = $1");
static INSERT_SECRET: Sql = Sql::same(
    "insert a service account's secret",
    "INSERT INTO service_account_secrets (id, account_id, secret_sha256, created_at, expires_at, last_used_at)
     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
);
static LIST_SECRETS: Sql = Sql::same(
    "list a service account's secrets",
    "SELECT id, account_id, secret_sha256, created_at, expires_at, last_used_at FROM service_account_secrets
     WHERE account_id = $1 ORDER BY created_at, id",
);
static TOUCH_SECRET: Sql = Sql::same(
    "note the use of a service account's secret",
    "UPDATE service_account_secrets SET last_used_at = $2 WHERE id = $1 AND COALESCE(last_used_at, 0) < $2",
);
static DELETE_SECRET: Sql = Sql::same(
    "delete a service account's secret",
    "DELETE FROM service_account_secrets WHERE account_id = $1 AND id = $2",
);

impl Store {
    /// Adds a service account; a conflict means the id is taken.
    pub async fn insert_service_account(&self, account: &ServiceAccount) -> Result<Outcome> {
        let touched = [Touched::ServiceAccount(account.id)];
        transact!(self, "insert a service account", &touched, |tx| insert(tx, account, None, &[]).await)
    }

    /// Adds a service account with a secret, and records it; a conflict means the id is taken, or its organization is gone.
    /// Cancel: it took place or it did not.
    pub async fn add_service_account(
        &self,
        account: &ServiceAccount,
        secret: &ServiceAccountSecret,
        told: &[Event],
    ) -> Result<Outcome> {
        let touched = [Touched::ServiceAccount(account.id)];
        transact!(self, "insert a service account", &touched, |tx| insert(tx, account, Some(secret), told).await)
    }

    /// Changes a service account. A conflict means that somebody else changed it meanwhile; in use, that its
    /// organization would have no owner left.
    /// Cancel: it took place or it did not.
    pub async fn change_service_account(
        &self,
        before: &ServiceAccount,
        after: &ServiceAccount,
        told: &[Event],
    ) -> Result<Outcome> {
        let touched = [Touched::ServiceAccount(before.id)];
        transact!(self, "change a service account", &touched, |tx| {
            let outcome = change(tx, before, after, told).await?;
            if outcome != Outcome::Saved {
                return Ok(outcome);
            }
            Ok::<_, StoreError>(outcome)
        })
    }

    /// Removes a service account with its secrets and tokens. A conflict means that somebody else changed it meanwhile;
    /// in use, that its organization would have no owner left.
    /// Cancel: it took place or it did not.
    pub async fn remove_service_account(&self, account: &ServiceAccount, told: &[Event]) -> Result<Outcome> {
        let touched = [Touched::ServiceAccount(account.id), Touched::AllTokens];
        transact!(self, "delete a service account", &touched, |tx| {
            let outcome = remove(tx, account, told).await?;
            if outcome != Outcome::Saved {
                return Ok(outcome);
            }
            Ok::<_, StoreError>(outcome)
        })
    }

    /// Adds a secret to a service account that has fewer than `max`, expired ones counted too. A conflict means that
    /// the account is gone; in use, that it has that many.
    /// Cancel: it took place or it did not.
    pub async fn add_service_account_secret(
        &self,
        org: OrgId,
        secret: &ServiceAccountSecret,
        max: usize,
        told: &[Event],
    ) -> Result<Outcome> {
        transact!(self, "insert a service account's secret", &[], |tx| add_secret(tx, org, secret, max, told).await)
    }

    /// Removes a secret of a service account, and records it. Tokens got with it run out by themselves. A conflict means
    /// that there is none.
    /// Cancel: it took place or it did not.
    pub async fn remove_service_account_secret(
        &self,
        account: ServiceAccountId,
        id: ServiceAccountSecretId,
        told: &[Event],
    ) -> Result<Outcome> {
        transact!(self, "delete a service account's secret", &[], |tx| {
            let outcome = Outcome::of_rows(tx.execute(&DELETE_SECRET, values![account, id]).await?);
            if outcome == Outcome::Saved {
                events::insert(tx, told).await?;
            }
            Ok::<_, StoreError>(outcome)
        })
    }

    /// Finds a service account. Remembered where we own the database.
    pub async fn service_account(&self, id: ServiceAccountId) -> Result<Option<Arc<ServiceAccount>>> {
        let cache = self.caches().map(|caches| &caches.service_accounts);
        if let Some(known) = cache.and_then(|cache| cache.recall(&id)) {
            return Ok(Some(known));
        }
        let ticket = cache.map(|cache| cache.begin_load(&id));
        let Some(row) = self.read_one(&FIND, values![id]).await? else { return Ok(None) };
        let found = Arc::new(service_account(&row)?);
        if let (Some(cache), Some(ticket)) = (cache, ticket) {
            cache.remember(&id, Arc::clone(&found), ticket);
        }
        Ok(Some(found))
    }

    /// Lists an organization's service accounts, oldest first.
    pub async fn service_accounts_of(&self, org: OrgId) -> Result<Vec<ServiceAccount>> {
        self.read(&LIST, values![org]).await?.iter().map(service_account).collect()
    }

    /// Deletes a service account with its secrets and tokens. Tells whether there was one.
    pub async fn delete_service_account(&self, id: ServiceAccountId) -> Result<bool> {
        let touched = [Touched::ServiceAccount(id), Touched::AllTokens];
        Ok(self.execute(&DELETE, values![id], &touched).await? > 0)
    }

    /// Adds a secret; a conflict means the id is taken.
    pub async fn insert_service_account_secret(&self, secret: &ServiceAccountSecret) -> Result<Outcome> {
        transact!(self, "insert a service account's secret", &[], |tx| {
            Ok::<_, StoreError>(Outcome::of_rows(insert_secret(tx, secret).await?))
        })
    }

    /// Lists the secrets of a service account, expired ones too, oldest first.
    pub async fn service_account_secrets(&self, account: ServiceAccountId) -> Result<Vec<ServiceAccountSecret>> {
        self.read(&LIST_SECRETS, values![account]).await?.iter().map(secret).collect()
    }

    /// Notes that a secret was used; an earlier time than the noted one changes nothing.
    pub async fn note_service_account_secret_use(&self, id: ServiceAccountSecretId, at: Timestamp) -> Result<()> {
        self.execute(&TOUCH_SECRET, values![id, at], &[]).await.map(drop)
    }

    /// Deletes a secret of a service account. Tells whether there was one.
    pub async fn delete_service_account_secret(
        &self,
        account: ServiceAccountId,
        id: ServiceAccountSecretId,
    ) -> Result<bool> {
        Ok(self.execute(&DELETE_SECRET, values![account, id], &[]).await? > 0)
    }
}

fn service_account(row: &Row) -> Result<ServiceAccount> {
    let mut fields = row.fields("service_accounts");
    let id = fields.parsed()?;
    let org = fields.parsed()?;
    Ok(ServiceAccount {
        id,
        name: fields.text()?,
        grants: roles_from_text(org, &mut fields)?,
        access_list: access_list_from_text(&mut fields)?,
        created_at: fields.time()?,
        description: fields.text()?,
    })
}

async fn insert(
    tx: &mut Tx,
    account: &ServiceAccount,
    secret: Option<&ServiceAccountSecret>,
    told: &[Event],
) -> Result<Outcome> {
    let ServiceAccount { id, name, description, grants, access_list, created_at } = account;
    if !owners::take(tx, grants.org).await? {
        return Ok(Outcome::Conflict);
    }
    let (roles, list) = (roles_to_text(grants)?, access_list_to_text(access_list)?);
    let values = values![*id, grants.org, name, roles, list, *created_at, description];
    if tx.execute(&INSERT, values).await? == 0 {
        return Ok(Outcome::Conflict);
    }
    if let Some(secret) = secret {
        insert_secret(tx, secret).await?;
    }
    events::insert(tx, told).await?;
    Ok(Outcome::Saved)
}

async fn change(tx: &mut Tx, before: &ServiceAccount, after: &ServiceAccount, told: &[Event]) -> Result<Outcome> {
    let org = before.grants.org;
    if !owners::take(tx, org).await? {
        return Ok(Outcome::Conflict);
    }
    let values = values![
        before.id,
        &after.name,
        &after.description,
        roles_to_text(&after.grants)?,
        access_list_to_text(&after.access_list)?,
        &before.name,
        &before.description,
        roles_to_text(&before.grants)?,
        access_list_to_text(&before.access_list)?,
    ];
    if tx.execute(&CHANGE, values).await? == 0 {
        return Ok(Outcome::Conflict);
    }
    if owners::is_lost(&before.grants, Some(&after.grants)) && !owners::any(tx, org).await? {
        return Ok(Outcome::InUse);
    }
    events::insert(tx, told).await?;
    Ok(Outcome::Saved)
}

async fn remove(tx: &mut Tx, account: &ServiceAccount, told: &[Event]) -> Result<Outcome> {
    let org = account.grants.org;
    if !owners::take(tx, org).await? {
        return Ok(Outcome::Conflict);
    }
    if tx.execute(&DELETE_IF_SAME, values![account.id, roles_to_text(&account.grants)?]).await? == 0 {
        return Ok(Outcome::Conflict);
    }
    if owners::is_lost(&account.grants, None) && !owners::any(tx, org).await? {
        return Ok(Outcome::InUse);
    }
    events::insert(tx, told).await?;
    Ok(Outcome::Saved)
}

async fn add_secret(
    tx: &mut Tx,
    org: OrgId,
    secret: &ServiceAccountSecret,
    max: usize,
    told: &[Event],
) -> Result<Outcome> {
    if !owners::take(tx, org).await? {
        return Ok(Outcome::Conflict);
    }
    if tx.fetch(&FIND, values![secret.account]).await?.is_empty() {
        return Ok(Outcome::Conflict);
    }
    if tx.fetch(&LIST_SECRETS, values![secret.account]).await?.len() >= max {
        return Ok(Outcome::InUse);
    }
    insert_secret(tx, secret).await?;
    events::insert(tx, told).await?;
    Ok(Outcome::Saved)
}

async fn insert_secret(tx: &mut Tx, secret: &ServiceAccountSecret) -> Result<u64> {
    let ServiceAccountSecret { id, account, sha256, created_at, expires_at, last_used_at } = secret;
    let values = values![*id, *account, sha256.as_slice(), *created_at, *expires_at, *last_used_at];
    tx.execute(&INSERT_SECRET, values).await
}

fn secret(row: &Row) -> Result<ServiceAccountSecret> {
    let mut fields = row.fields("service_account_secrets");
    Ok(ServiceAccountSecret {
        id: fields.parsed()?,
        account: fields.parsed()?,
        sha256: fields.bytes()?,
        created_at: fields.time()?,
        expires_at: fields.time()?,
        last_used_at: fields.time_if_any()?,
    })
}

/// Makes a service account an owner of a project, unless it is one by another role. Tells whether it exists.
pub(crate) async fn own(tx: &mut Tx, id: ServiceAccountId, project: ProjectId) -> Result<bool> {
    let rows = tx.fetch(&TAKE_ROLES, values![id]).await?;
    let Some(row) = rows.first() else { return Ok(false) };
    let mut fields = row.fields("service_accounts");
    let org = fields.parsed()?;
    let grants = roles_from_text(org, &mut fields)?;
    if let Some(grants) = with_project(grants, project) {
        tx.execute(&SET_ROLES, values![id, roles_to_text(&grants)?]).await?;
    }
    Ok(true)
}
