//! Table `private_paths`: where key calls leave by private endpoints only, and by which. A row comes with a provider's
//! first active endpoint, follows its active endpoints, and stays with none. Must not know how a route is used.

use std::net::IpAddr;

use domain::customer_key::ProviderKind;
use domain::id::ProjectId;
use domain::private_endpoint::{EndpointRegion, KeyPath, PrivateProvider, Route};
use serde::{Deserialize, Serialize};

use crate::engine::Tx;
use crate::error::Result;
use crate::private_endpoints;
use crate::sql::{Fields, Sql, to_json, values};

/// One route in the column.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct RouteText {
    endpoint: String,
    region: String,
    addresses: Vec<IpAddr>,
    dns_name: Option<String>,
}

static PUT: Sql = Sql::same(
    "save a private path",
    "INSERT INTO private_paths (project_id, provider, routes) VALUES ($1, $2, $3)
     ON CONFLICT (project_id, provider) DO UPDATE SET routes = excluded.routes",
);
static EMPTY: Sql = Sql::same(
    "save a private path without routes",
    "UPDATE private_paths SET routes = '[]' WHERE project_id = $1 AND provider = $2",
);
static FORGET: Sql =
    Sql::same("forget a private path", "DELETE FROM private_paths WHERE project_id = $1 AND provider = $2");

/// Makes a path follow the endpoints that are active now. The caller holds the project's setting.
pub(crate) async fn keep_in_step(tx: &mut Tx, project: ProjectId, provider: PrivateProvider) -> Result<()> {
    let active = private_endpoints::active(tx, project, provider).await?;
    let name = provider.provider().name();
    if active.is_empty() {
        return tx.execute(&EMPTY, values![project, name]).await.map(drop);
    }
    let route = |row: &domain::private_endpoint::PrivateEndpoint| RouteText {
        endpoint: row.id.to_string(),
        region: row.region.as_str().to_owned(),
        addresses: row.cloud.addresses.clone(),
        dns_name: row.cloud.dns_name.clone(),
    };
    let routes: Vec<RouteText> = active.iter().map(route).collect();
    tx.execute(&PUT, values![project, name, to_json(&routes)?]).await.map(drop)
}

/// Lets key calls leave publicly again.
pub(crate) async fn forget(tx: &mut Tx, project: ProjectId, provider: ProviderKind) -> Result<()> {
    tx.execute(&FORGET, values![project, provider.name()]).await.map(drop)
}

/// Reads the column `routes` of a provider's row, which need not be there.
pub(crate) fn path(provider: ProviderKind, fields: &mut Fields<'_>) -> Result<Option<KeyPath>> {
    let Some(text) = fields.text_if_any()? else { return Ok(None) };
    let routes = read(provider, &text).ok_or_else(|| fields.corrupt("routes"))?;
    Ok(Some(KeyPath::Private(routes)))
}

fn read(provider: ProviderKind, text: &str) -> Option<Vec<Route>> {
    let provider = PrivateProvider::by_provider(provider)?;
    let route = |text: RouteText| {
        let RouteText { endpoint, region, addresses, dns_name } = text;
        let region = EndpointRegion::parse(provider, &region)?;
        Some(Route { endpoint: endpoint.parse().ok()?, region, addresses, dns_name })
    };
    serde_json::from_str::<Vec<RouteText>>(text).ok()?.into_iter().map(route).collect()
}
