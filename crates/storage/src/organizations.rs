//! Table `organizations`.

use domain::id::OrgId;
use domain::organization::Organization;

use crate::error::Result;
use crate::sql::{Row, Sql, over_items, to_json, values};
use crate::{Outcome, Store};

static INSERT: Sql = Sql::same(
    "insert an organization",
    "INSERT INTO organizations (id, name, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
);
static FIND: Sql = Sql::same("find an organization", "SELECT id, name, created_at FROM organizations WHERE id = $1");
static LIST: Sql = over_items!(
    "list organizations",
    "SELECT id, name, created_at FROM organizations WHERE id IN (SELECT item.value ->> 'id' FROM",
    ") ORDER BY name, id"
);
static ALL: Sql =
    Sql::same("list all organizations", "SELECT id, name, created_at FROM organizations ORDER BY created_at, id");

impl Store {
    /// Adds an organization; a conflict means the id is taken.
    pub async fn insert_organization(&self, organization: &Organization) -> Result<Outcome> {
        let Organization { id, name, created_at } = organization;
        self.execute(&INSERT, values![*id, name, *created_at], &[]).await.map(Outcome::of_rows)
    }

    /// Finds an organization.
    pub async fn organization(&self, id: OrgId) -> Result<Option<Organization>> {
        self.read_one(&FIND, values![id]).await?.as_ref().map(organization).transpose()
    }

    /// Lists those of `ids` that exist, by name.
    pub async fn organizations(&self, ids: &[OrgId]) -> Result<Vec<Organization>> {
        let items: Vec<_> = ids.iter().map(|id| serde_json::json!({ "id": id.to_string() })).collect();
        self.read(&LIST, values![to_json(&items)?]).await?.iter().map(organization).collect()
    }

    /// Lists every organization, oldest first.
    pub async fn all_organizations(&self) -> Result<Vec<Organization>> {
        self.read(&ALL, &[]).await?.iter().map(organization).collect()
    }
}

fn organization(row: &Row) -> Result<Organization> {
    let mut fields = row.fields("organizations");
    Ok(Organization { id: fields.parsed()?, name: fields.text()?, created_at: fields.time()? })
}
