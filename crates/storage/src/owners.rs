//! What keeps an organization in somebody's hands: changes of who may do what are made one after the other, and
//! none takes the last owner away. Must not know who asks for the change.

use domain::access::{Grants, OrgRole};
use domain::api_key::{ApiKey, Ha1};
use domain::event::Event;
use domain::id::OrgId;
use domain::time::Timestamp;
use domain::user::Member;

use crate::cache::Touched;
use crate::engine::Tx;
use crate::error::{Result, StoreError};
use crate::sql::{Sql, values};
use crate::store::transact;
use crate::{Outcome, Store, api_keys, events, organizations, users};

static TAKE: Sql = Sql::each(
    "take the access to an organization",
    "SELECT id FROM organizations WHERE id = $1 AND deleted_at IS NULL",
    "SELECT id FROM organizations WHERE id = $1 AND deleted_at IS NULL FOR NO KEY UPDATE",
);
/// Organization roles are the only names in the column that begin so.
static ANY: Sql = Sql::same(
    "find an owner of an organization",
    r#"SELECT id FROM api_keys WHERE org_id = $1 AND roles LIKE '%"ORG_OWNER"%'
       UNION ALL SELECT id FROM service_accounts WHERE org_id = $1 AND roles LIKE '%"ORG_OWNER"%'
       UNION ALL SELECT user_id FROM org_members
                 WHERE org_id = $1 AND state = 'ACTIVE' AND roles LIKE '%"ORG_OWNER"%'
       LIMIT 1"#,
);

impl Store {
    /// Makes a person what they are to be to an organization, be they known to it or not, adds an API key, and records
    /// both. An organization that was deleted at `deleted_at` is back then, with nobody else in it. A conflict means
    /// that somebody else changed the person meanwhile, that the organization is gone or was brought back, or that the
    /// key's id or public half is taken.
    /// Cancel: all of it took place or nothing.
    pub async fn recover_owner(
        &self,
        deleted_at: Option<Timestamp>,
        before: Option<&Member>,
        after: &Member,
        key: &ApiKey,
        ha1: &Ha1,
        told: &[Event],
    ) -> Result<Outcome> {
        let sealed = self.seal_ha1(key, ha1)?;
        // What is deleted is remembered of more than keys.
        let touched = [if deleted_at.is_some() { Touched::Everything } else { Touched::AllApiKeys }];
        transact!(self, "recover an owner", &touched, |tx| {
            let outcome = recover(tx, deleted_at, before, after, key, &sealed, told).await?;
            if outcome != Outcome::Saved {
                return Ok(outcome);
            }
            Ok::<_, StoreError>(outcome)
        })
    }
}

async fn recover(
    tx: &mut Tx,
    deleted_at: Option<Timestamp>,
    before: Option<&Member>,
    after: &Member,
    key: &ApiKey,
    sealed_ha1: &[u8],
    told: &[Event],
) -> Result<Outcome> {
    if let Some(deleted_at) = deleted_at
        && !organizations::bring_back(tx, after.grants.org, deleted_at).await?
    {
        return Ok(Outcome::Conflict);
    }
    let outcome = match before {
        Some(before) => users::change(tx, before, after, None, &[]).await?,
        None => users::insert(tx, after, None, &[]).await?,
    };
    if outcome != Outcome::Saved {
        return Ok(outcome);
    }
    let outcome = api_keys::insert(tx, key, sealed_ha1, &[]).await?;
    if outcome == Outcome::Saved {
        events::insert(tx, told).await?;
    }
    Ok(outcome)
}

/// Keeps everybody else from changing who may do what in an organization, and from deleting it, until the transaction
/// ends. Tells whether there is one.
pub(crate) async fn take(tx: &mut Tx, org: OrgId) -> Result<bool> {
    Ok(!tx.fetch(&TAKE, values![org]).await?.is_empty())
}

/// Tells whether an organization has an owner, as the transaction sees it: an API key, a service account, or a person
/// who came.
pub(crate) async fn any(tx: &mut Tx, org: OrgId) -> Result<bool> {
    Ok(!tx.fetch(&ANY, values![org]).await?.is_empty())
}

/// Tells whether a change takes an owner away.
pub(crate) fn is_lost(before: &Grants, after: Option<&Grants>) -> bool {
    let owns = |grants: &Grants| grants.org_roles.contains(&OrgRole::Owner);
    owns(before) && !after.is_some_and(owns)
}
