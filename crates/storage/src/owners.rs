//! What keeps an organization in somebody's hands: changes of who may do what are made one after the other, and
//! none takes the last owner away. Must not know who asks for the change.

use domain::access::{Grants, OrgRole};
use domain::id::OrgId;

use crate::engine::Tx;
use crate::error::Result;
use crate::sql::{Sql, values};

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
