//! Table `provider_roles`. A role resolves in its own project only.

use std::collections::BTreeSet;

use domain::customer_key::azure_key_vault::AzureGuid;
use domain::customer_key::gcp_kms::ServiceAccountEmail;
use domain::event::Event;
use domain::id::{ProjectId, ProviderRoleId};
use domain::provider_role::{ProviderRole, RoleIdentity};
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::cache::Touched;
use crate::engine::Tx;
use crate::error::{Result, StoreError};
use crate::sql::{Fields, Row, Sql, to_json, values};
use crate::store::transact;
use crate::{Outcome, Store, encryption_at_rest, events, projects};

/// How an identity lies in its column.
#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase", deny_unknown_fields)]
enum IdentityText {
    Aws {
        role_arn: Option<String>,
        external_id: String,
    },
    Azure {
        tenant: String,
        service_principal: String,
    },
    Gcp {
        service_account: String,
        /// Left out once it is made, so that equal identities are equal texts whenever they were written.
        #[serde(default = "yes", skip_serializing_if = "is_yes")]
        made: bool,
    },
}

const fn yes() -> bool {
    true
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands out a reference")]
const fn is_yes(flag: &bool) -> bool {
    *flag
}

/// What became of a change of a project's roles.
#[must_use]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoleOutcome {
    /// It is durable.
    Saved,
    /// The project or the role is not there, or the role changed meanwhile.
    Conflict,
    /// A customer key of the project, present or still needed, is reached with the role.
    InUse,
    /// The project has as many roles as it can have.
    TooMany,
}

static INSERT: Sql = Sql::same(
    "insert a provider role",
    "INSERT INTO provider_roles (id, project_id, identity, authorized_at, created_at) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT DO NOTHING",
);
static FIND: Sql = Sql::same(
    "find a provider role",
    "SELECT id, project_id, identity, authorized_at, created_at FROM provider_roles WHERE project_id = $1 AND id = $2",
);
static LIST: Sql = Sql::same(
    "list provider roles",
    "SELECT id, project_id, identity, authorized_at, created_at FROM provider_roles WHERE project_id = $1
     ORDER BY created_at, id",
);
static COUNT: Sql =
    Sql::same("count a project's provider roles", "SELECT COUNT(*) FROM provider_roles WHERE project_id = $1");
static HOLD: Sql = Sql::each(
    "hold on to a provider role",
    "SELECT id FROM provider_roles WHERE project_id = $1 AND id = $2 AND identity = $3 AND authorized_at = $4",
    "SELECT id FROM provider_roles WHERE project_id = $1 AND id = $2 AND identity = $3 AND authorized_at = $4 FOR SHARE",
);
static TAKE: Sql = Sql::each(
    "take a provider role",
    "SELECT id, project_id, identity, authorized_at, created_at FROM provider_roles WHERE project_id = $1 AND id = $2",
    "SELECT id, project_id, identity, authorized_at, created_at FROM provider_roles WHERE project_id = $1 AND id = $2
     FOR UPDATE",
);
static USED: Sql = Sql::same(
    "list the provider roles in use",
    "SELECT role_id FROM customer_keys WHERE project_id = $1 AND role_id IS NOT NULL
     UNION SELECT role_id FROM retired_customer_keys WHERE project_id = $1 AND role_id IS NOT NULL",
);
static CHANGE: Sql = Sql::same(
    "change a provider role",
    "UPDATE provider_roles SET identity = $4, authorized_at = $5 WHERE project_id = $1 AND id = $2 AND identity = $3",
);
static WITHDRAW: Sql = Sql::same(
    "withdraw a provider role",
    "UPDATE provider_roles SET identity = $3, authorized_at = NULL WHERE project_id = $1 AND id = $2",
);
static DELETE: Sql =
    Sql::same("delete a provider role", "DELETE FROM provider_roles WHERE project_id = $1 AND id = $2");
static SET_AUTHORIZED: Sql = Sql::same(
    "authorize a provider role",
    "UPDATE provider_roles SET identity = $3, authorized_at = $4 WHERE project_id = $1 AND id = $2",
);

impl Store {
    /// Adds a provider role; a conflict means the id is taken.
    pub async fn insert_provider_role(&self, role: &ProviderRole) -> Result<Outcome> {
        let ProviderRole { id, project, identity, authorized_at, created_at } = role;
        let values = values![*id, *project, identity_to_text(identity)?, *authorized_at, *created_at];
        self.execute(&INSERT, values, &[Touched::Project(*project)]).await.map(Outcome::of_rows)
    }

    /// Finds a provider role of one project; another project's does not resolve.
    pub async fn provider_role(&self, project: ProjectId, id: ProviderRoleId) -> Result<Option<ProviderRole>> {
        self.read_one(&FIND, values![project, id]).await?.as_ref().map(from_row).transpose()
    }

    /// Lists a project's provider roles, oldest first.
    pub async fn provider_roles_of(&self, project: ProjectId) -> Result<Vec<ProviderRole>> {
        self.read(&LIST, values![project]).await?.iter().map(from_row).collect()
    }

    /// Adds a role to a project that has fewer than `most`, and records it. A conflict means that there is no such
    /// project, or the id is taken.
    /// Cancel: it took place or it did not.
    pub async fn create_provider_role(&self, role: &ProviderRole, most: usize, told: &[Event]) -> Result<RoleOutcome> {
        let touched = [Touched::Project(role.project)];
        transact!(self, "create a provider role", &touched, |tx| create(tx, role, most, told).await)
    }

    /// Changes a role that still stands for the identity it did, and records it. If the customer keys that it is
    /// reached with were proved for it, that was at the revision `proved_at` of the project's setting, which must be the
    /// present one; zero for a setting that never was.
    /// Cancel: it took place or it did not.
    pub async fn change_provider_role(
        &self,
        before: &RoleIdentity,
        next: &ProviderRole,
        proved_at: Option<i64>,
        told: &[Event],
    ) -> Result<RoleOutcome> {
        let touched = [Touched::Project(next.project)];
        transact!(self, "change a provider role", &touched, |tx| change(tx, before, next, proved_at, told).await)
    }

    /// Makes a role that nothing uses one that nothing can use, until it is authorized again. One of Google's is to
    /// have its service account made again then.
    /// Cancel: it took place or it did not.
    pub async fn withdraw_provider_role(&self, project: ProjectId, id: ProviderRoleId) -> Result<RoleOutcome> {
        let touched = [Touched::Project(project)];
        transact!(self, "withdraw a provider role", &touched, |tx| withdraw(tx, project, id).await)
    }

    /// Deletes a role that nothing uses, and records it.
    /// Cancel: it took place or it did not.
    pub async fn delete_provider_role(
        &self,
        project: ProjectId,
        id: ProviderRoleId,
        told: &[Event],
    ) -> Result<RoleOutcome> {
        let touched = [Touched::Project(project)];
        transact!(self, "delete a provider role", &touched, |tx| delete(tx, project, id, told).await)
    }

    /// Lists the roles that customer keys of a project are reached with: those in use, and those that something is
    /// still wrapped by.
    pub async fn provider_roles_in_use(&self, project: ProjectId) -> Result<BTreeSet<ProviderRoleId>> {
        self.read(&USED, values![project]).await?.iter().map(|row| row.fields("customer_keys").parsed()).collect()
    }

    /// Stores what identity a role stands for and when it was proved. Tells whether the project has it.
    pub async fn set_provider_role_authorized(
        &self,
        project: ProjectId,
        id: ProviderRoleId,
        identity: &RoleIdentity,
        authorized_at: Option<Timestamp>,
    ) -> Result<bool> {
        let values = values![project, id, identity_to_text(identity)?, authorized_at];
        Ok(self.execute(&SET_AUTHORIZED, values, &[Touched::Project(project)]).await? > 0)
    }
}

async fn create(tx: &mut Tx, role: &ProviderRole, most: usize, told: &[Event]) -> Result<RoleOutcome> {
    let ProviderRole { id, project, identity, authorized_at, created_at } = role;
    // Two at once are counted one after the other.
    if !projects::take(tx, *project).await? {
        return Ok(RoleOutcome::Conflict);
    }
    let rows = tx.fetch(&COUNT, values![*project]).await?;
    let count = rows.first().map(projects::count).transpose()?.unwrap_or(0);
    if usize::try_from(count).is_ok_and(|count| count >= most) {
        return Ok(RoleOutcome::TooMany);
    }
    let values = values![*id, *project, identity_to_text(identity)?, *authorized_at, *created_at];
    if tx.execute(&INSERT, values).await? == 0 {
        return Ok(RoleOutcome::Conflict);
    }
    events::insert(tx, told).await?;
    Ok(RoleOutcome::Saved)
}

async fn change(
    tx: &mut Tx,
    before: &RoleIdentity,
    next: &ProviderRole,
    proved_at: Option<i64>,
    told: &[Event],
) -> Result<RoleOutcome> {
    let ProviderRole { id, project, identity, authorized_at, created_at: _ } = next;
    if !projects::hold(tx, *project).await? {
        return Ok(RoleOutcome::Conflict);
    }
    if let Some(proved_at) = proved_at {
        // A save that holds on to the role is waited for, and seen; one that comes later finds the role changed.
        tx.fetch(&TAKE, values![*project, *id]).await?;
        if encryption_at_rest::revision(tx, *project).await?.unwrap_or(0) != proved_at {
            return Ok(RoleOutcome::Conflict);
        }
    }
    let (before, identity) = (identity_to_text(before)?, identity_to_text(identity)?);
    if tx.execute(&CHANGE, values![*project, *id, before, identity, *authorized_at]).await? == 0 {
        return Ok(RoleOutcome::Conflict);
    }
    events::insert(tx, told).await?;
    Ok(RoleOutcome::Saved)
}

async fn withdraw(tx: &mut Tx, project: ProjectId, id: ProviderRoleId) -> Result<RoleOutcome> {
    let role = match take_unused(tx, project, id).await? {
        Ok(role) => role,
        Err(refused) => return Ok(refused),
    };
    let identity = match role.identity {
        RoleIdentity::Gcp { service_account, .. } => RoleIdentity::Gcp { service_account, made: false },
        other @ (RoleIdentity::Aws { .. } | RoleIdentity::Azure { .. }) => other,
    };
    tx.execute(&WITHDRAW, values![project, id, identity_to_text(&identity)?]).await?;
    Ok(RoleOutcome::Saved)
}

async fn delete(tx: &mut Tx, project: ProjectId, id: ProviderRoleId, told: &[Event]) -> Result<RoleOutcome> {
    if let Err(refused) = take_unused(tx, project, id).await? {
        return Ok(refused);
    }
    tx.execute(&DELETE, values![project, id]).await?;
    events::insert(tx, told).await?;
    Ok(RoleOutcome::Saved)
}

/// Takes a role that nothing uses. Whoever would come to use it waits, and then finds what became of it.
async fn take_unused(
    tx: &mut Tx,
    project: ProjectId,
    id: ProviderRoleId,
) -> Result<std::result::Result<ProviderRole, RoleOutcome>> {
    let rows = tx.fetch(&TAKE, values![project, id]).await?;
    let Some(role) = rows.first().map(from_row).transpose()? else { return Ok(Err(RoleOutcome::Conflict)) };
    for row in tx.fetch(&USED, values![project]).await? {
        if row.fields("customer_keys").parsed::<ProviderRoleId>()? == id {
            return Ok(Err(RoleOutcome::InUse));
        }
    }
    Ok(Ok(role))
}

/// Keeps a role as it is until the transaction ends. Tells whether the project has it and it is authorized, for the same
/// identity and since the same time.
pub(crate) async fn hold(tx: &mut Tx, project: ProjectId, role: &ProviderRole) -> Result<bool> {
    let values = values![project, role.id, identity_to_text(&role.identity)?, role.authorized_at];
    Ok(!tx.fetch(&HOLD, values).await?.is_empty())
}

fn from_row(row: &Row) -> Result<ProviderRole> {
    let mut fields = row.fields("provider_roles");
    let id = fields.parsed()?;
    provider_role(id, &mut fields)
}

/// Reads the columns of a role after its id: `project_id, identity, authorized_at, created_at`.
pub(crate) fn provider_role(id: ProviderRoleId, fields: &mut Fields<'_>) -> Result<ProviderRole> {
    Ok(ProviderRole {
        id,
        project: fields.parsed()?,
        identity: identity_from_text(fields.json()?).ok_or(CORRUPT)?,
        authorized_at: fields.time_if_any()?,
        created_at: fields.time()?,
    })
}

/// Whatever the query that the columns came by is called.
const CORRUPT: StoreError = StoreError::Corrupt { table: "provider_roles", what: "identity" };

fn identity_from_text(text: IdentityText) -> Option<RoleIdentity> {
    Some(match text {
        IdentityText::Aws { role_arn, external_id } => RoleIdentity::Aws { role_arn, external_id },
        IdentityText::Azure { tenant, service_principal } => RoleIdentity::Azure {
            tenant: AzureGuid::parse(&tenant)?,
            service_principal: AzureGuid::parse(&service_principal)?,
        },
        IdentityText::Gcp { service_account, made } => {
            RoleIdentity::Gcp { service_account: ServiceAccountEmail::parse(&service_account)?, made }
        }
    })
}

fn identity_to_text(identity: &RoleIdentity) -> Result<String> {
    to_json(&match identity {
        RoleIdentity::Aws { role_arn, external_id } => {
            IdentityText::Aws { role_arn: role_arn.clone(), external_id: external_id.clone() }
        }
        RoleIdentity::Azure { tenant, service_principal } => IdentityText::Azure {
            tenant: tenant.as_str().to_owned(),
            service_principal: service_principal.as_str().to_owned(),
        },
        RoleIdentity::Gcp { service_account, made } => {
            IdentityText::Gcp { service_account: service_account.as_str().to_owned(), made: *made }
        }
    })
}
