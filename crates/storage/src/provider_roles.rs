//! Table `provider_roles`. A role resolves in its own project only.

use domain::customer_key::azure_key_vault::AzureGuid;
use domain::customer_key::gcp_kms::ServiceAccountEmail;
use domain::id::{ProjectId, ProviderRoleId};
use domain::provider_role::{ProviderRole, RoleIdentity};
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::cache::Touched;
use crate::error::{Result, StoreError};
use crate::sql::{Fields, Row, Sql, to_json, values};
use crate::{Outcome, Store};

/// How an identity lies in its column.
#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase", deny_unknown_fields)]
enum IdentityText {
    Aws { role_arn: Option<String>, external_id: String },
    Azure { tenant: String, service_principal: String },
    Gcp { service_account: String },
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
        IdentityText::Gcp { service_account } => {
            RoleIdentity::Gcp { service_account: ServiceAccountEmail::parse(&service_account)? }
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
        RoleIdentity::Gcp { service_account } => {
            IdentityText::Gcp { service_account: service_account.as_str().to_owned() }
        }
    })
}
