//! Table `private_endpoints`: one row for one resource in a cloud. What is known of the resource lies in one column.
//! Every write of a row holds the project's setting, so that rows, the path and the setting fit together. Must not know
//! when an endpoint changes its state, or how a cloud is asked.

mod cloud_text;
mod save;
#[cfg(test)]
mod tests;

use domain::customer_key::ProviderKind;
use domain::id::{PrivateEndpointId, ProjectId};
use domain::private_endpoint::{EndpointRegion, EndpointState, PrivateEndpoint, PrivateProvider};

pub use save::{EndpointOutcome, EndpointStep};

use crate::Store;
use crate::engine::Tx;
use crate::error::Result;
use crate::projects::count;
use crate::sql::{Fields, Row, Sql, Value, values};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, project_id, provider, region, state, predecessor, rejections, created_at, start_at, since, \
             cloud, error_message, revision FROM private_endpoints WHERE ",
            $rest
        )
    };
}

static FIND: Sql = Sql::same("find a private endpoint", select!("id = $1"));
static LIST: Sql = Sql::same("list a project's private endpoints", select!("project_id = $1 ORDER BY created_at, id"));
static PAGE: Sql = Sql::same(
    "list private endpoints",
    select!("project_id = $1 AND provider = $2 ORDER BY created_at, id LIMIT $3 OFFSET $4"),
);
static COUNT: Sql = Sql::same(
    "count private endpoints",
    "SELECT COUNT(*) FROM private_endpoints WHERE project_id = $1 AND provider = $2",
);
static ACTIVE: Sql = Sql::same(
    "list the private endpoints that are active",
    select!("project_id = $1 AND provider = $2 AND state = 'ACTIVE' ORDER BY created_at, id"),
);
static ANY: Sql =
    Sql::same("look for private endpoints", "SELECT COUNT(*) FROM private_endpoints WHERE project_id = $1");
static COUNT_ALL: Sql = Sql::same(
    "count all private endpoints",
    "SELECT provider, state, COUNT(*) FROM private_endpoints GROUP BY provider, state ORDER BY provider, state",
);

impl Store {
    /// Lists all private endpoints of a project, of every provider, oldest first.
    pub async fn private_endpoints(&self, project: ProjectId) -> Result<Vec<PrivateEndpoint>> {
        self.read(&LIST, values![project]).await?.iter().map(from_row).collect()
    }

    /// Finds a private endpoint.
    pub async fn private_endpoint(&self, id: PrivateEndpointId) -> Result<Option<PrivateEndpoint>> {
        self.read_one(&FIND, values![id]).await?.as_ref().map(from_row).transpose()
    }

    /// Lists a page of a project's private endpoints to a provider, oldest first, and counts them all.
    pub async fn private_endpoint_page(
        &self,
        project: ProjectId,
        provider: PrivateProvider,
        offset: i64,
        limit: i64,
    ) -> Result<(Vec<PrivateEndpoint>, i64)> {
        let name = provider.provider().name();
        let total = self.read_one(&COUNT, values![project, name]).await?.map_or(Ok(0), |row| count(&row))?;
        let rows = self.read(&PAGE, values![project, name, limit, offset]).await?;
        Ok((rows.iter().map(from_row).collect::<Result<_>>()?, total))
    }

    /// Counts the private endpoints in each state.
    pub async fn count_private_endpoints(&self) -> Result<Vec<(PrivateProvider, EndpointState, i64)>> {
        let rows = self.read(&COUNT_ALL, &[]).await?;
        let count = |row: &Row| {
            let mut fields = row.fields("private_endpoints");
            Ok((provider(&mut fields)?, fields.word(EndpointState::by_name)?, fields.int()?))
        };
        rows.iter().map(count).collect()
    }
}

/// Lists the endpoints to a provider that are active, oldest first.
pub(crate) async fn active(tx: &mut Tx, project: ProjectId, provider: PrivateProvider) -> Result<Vec<PrivateEndpoint>> {
    let rows = tx.fetch(&ACTIVE, values![project, provider.provider().name()]).await?;
    rows.iter().map(from_row).collect()
}

/// Tells whether a project has endpoints, in whatever state.
pub(crate) async fn any_in(tx: &mut Tx, project: ProjectId) -> Result<bool> {
    any(tx, &ANY, values![project]).await
}

/// Tells whether a project has endpoints to a provider, in whatever state.
pub(crate) async fn any_to(tx: &mut Tx, project: ProjectId, provider: ProviderKind) -> Result<bool> {
    any(tx, &COUNT, values![project, provider.name()]).await
}

async fn any(tx: &mut Tx, sql: &Sql, values: &[Value<'_>]) -> Result<bool> {
    let rows = tx.fetch(sql, values).await?;
    Ok(rows.first().map_or(Ok(0), count)? > 0)
}

fn from_row(row: &Row) -> Result<PrivateEndpoint> {
    let mut fields = row.fields("private_endpoints");
    let (id, project) = (fields.parsed()?, fields.parsed()?);
    let provider = provider(&mut fields)?;
    let region = fields.word(|name| EndpointRegion::parse(provider, name))?;
    let state = fields.word(EndpointState::by_name)?;
    let predecessor = fields.parsed_if_any()?;
    let rejections = fields.int()?;
    let rejections = u32::try_from(rejections).map_err(|_| fields.corrupt("rejections"))?;
    let (created_at, start_at, since) = (fields.time()?, fields.time()?, fields.time()?);
    let cloud = cloud_text::read(fields.json()?);
    Ok(PrivateEndpoint {
        id,
        project,
        region,
        state,
        predecessor,
        rejections,
        created_at,
        start_at,
        since,
        cloud,
        error_message: fields.text_if_any()?,
        revision: fields.int()?,
    })
}

/// Reads a provider that can be reached over private endpoints.
fn provider(fields: &mut Fields<'_>) -> Result<PrivateProvider> {
    fields.word(|name| ProviderKind::by_name(name).and_then(PrivateProvider::by_provider))
}
