//! Table `search_deployments`: nodes for search beside a cluster. Must not know what they look like in each region.

use domain::cluster::{HostingCloud, RegionName};
use domain::event::Event;
use domain::id::{ClusterId, ProjectId};
use domain::search_deployment::{SearchDeployment, SearchSpec, WantedSearchNodes};
use serde::{Deserialize, Serialize};

use crate::engine::Tx;
use crate::error::Result;
use crate::sql::{Row, Sql, to_json, values};
use crate::store::transact;
use crate::{Outcome, Store, clusters, events};

/// The column.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct WantedText {
    default_count: Option<u32>,
    specs: Vec<SpecText>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SpecText {
    size: String,
    count: Option<u32>,
    cloud: Option<String>,
    region: Option<String>,
}

static FIND: Sql = Sql::same(
    "find a search deployment",
    "SELECT cluster_id, project_id, id, wanted, revision FROM search_deployments
     WHERE project_id = $1 AND cluster_id = $2",
);
static INSERT: Sql = Sql::same(
    "create a search deployment",
    "INSERT INTO search_deployments (cluster_id, project_id, id, wanted, revision) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT DO NOTHING",
);
static UPDATE: Sql = Sql::same(
    "change a search deployment",
    "UPDATE search_deployments SET wanted = $2, revision = $3 WHERE cluster_id = $1 AND id = $4 AND revision = $5",
);
static DELETE: Sql = Sql::same(
    "delete a search deployment",
    "DELETE FROM search_deployments WHERE cluster_id = $1 AND id = $2 AND revision = $3",
);

impl Store {
    /// Finds a cluster's nodes for search.
    pub async fn search_deployment(&self, project: ProjectId, cluster: ClusterId) -> Result<Option<SearchDeployment>> {
        self.read_one(&FIND, values![project, cluster]).await?.as_ref().map(from_row).transpose()
    }

    /// Adds nodes for search to a cluster, and records it. A conflict means that it has some, or is gone.
    /// Cancel: it took place or it did not.
    pub async fn create_search_deployment(&self, next: &SearchDeployment, told: &[Event]) -> Result<Outcome> {
        transact!(self, "create a search deployment", &[], |tx| create(tx, next, told).await)
    }

    /// Saves nodes for search over the revision before, and records it. A conflict means that somebody else changed them
    /// meanwhile, or that the cluster is gone.
    /// Cancel: it took place or it did not.
    pub async fn save_search_deployment(&self, next: &SearchDeployment, told: &[Event]) -> Result<Outcome> {
        transact!(self, "change a search deployment", &[], |tx| save(tx, next, told).await)
    }

    /// Takes nodes for search of this revision away, and records it. A conflict means that somebody else changed them
    /// meanwhile.
    /// Cancel: it took place or it did not.
    pub async fn delete_search_deployment(&self, present: &SearchDeployment, told: &[Event]) -> Result<Outcome> {
        transact!(self, "delete a search deployment", &[], |tx| delete(tx, present, told).await)
    }
}

async fn create(tx: &mut Tx, next: &SearchDeployment, told: &[Event]) -> Result<Outcome> {
    let SearchDeployment { id, project, cluster, wanted, revision } = next;
    if !clusters::hold(tx, *project, *cluster).await? {
        return Ok(Outcome::Conflict);
    }
    let rows = tx.execute(&INSERT, values![*cluster, *project, *id, write(wanted)?, *revision]).await?;
    told_if_saved(tx, rows, told).await
}

async fn save(tx: &mut Tx, next: &SearchDeployment, told: &[Event]) -> Result<Outcome> {
    let SearchDeployment { id, project, cluster, wanted, revision } = next;
    if !clusters::hold(tx, *project, *cluster).await? {
        return Ok(Outcome::Conflict);
    }
    let before = revision.saturating_sub(1);
    let rows = tx.execute(&UPDATE, values![*cluster, write(wanted)?, *revision, *id, before]).await?;
    told_if_saved(tx, rows, told).await
}

async fn delete(tx: &mut Tx, present: &SearchDeployment, told: &[Event]) -> Result<Outcome> {
    let rows = tx.execute(&DELETE, values![present.cluster, present.id, present.revision]).await?;
    told_if_saved(tx, rows, told).await
}

async fn told_if_saved(tx: &mut Tx, rows: u64, told: &[Event]) -> Result<Outcome> {
    let outcome = Outcome::of_rows(rows);
    if outcome == Outcome::Saved {
        events::insert(tx, told).await?;
    }
    Ok(outcome)
}

fn write(wanted: &WantedSearchNodes) -> Result<String> {
    let WantedSearchNodes { default_count, specs } = wanted;
    let spec = |SearchSpec { size, count, cloud, region }: &SearchSpec| SpecText {
        size: size.clone(),
        count: *count,
        cloud: cloud.map(|cloud| cloud.name().to_owned()),
        region: region.as_ref().map(|region| region.as_str().to_owned()),
    };
    to_json(&WantedText { default_count: *default_count, specs: specs.iter().map(spec).collect() })
}

fn from_row(row: &Row) -> Result<SearchDeployment> {
    let mut fields = row.fields("search_deployments");
    let (cluster, project, id) = (fields.parsed()?, fields.parsed()?, fields.parsed()?);
    let text = fields.json()?;
    let wanted = read(text).ok_or_else(|| fields.corrupt("wanted nodes"))?;
    Ok(SearchDeployment { id, project, cluster, wanted, revision: fields.int()? })
}

fn read(text: WantedText) -> Option<WantedSearchNodes> {
    let WantedText { default_count, specs } = text;
    let spec = |SpecText { size, count, cloud, region }| {
        let cloud = match cloud {
            None => None,
            Some(name) => Some(HostingCloud::by_name(&name)?),
        };
        let region = match region {
            None => None,
            Some(name) => Some(RegionName::parse(&name)?),
        };
        Some(SearchSpec { size, count, cloud, region })
    };
    Some(WantedSearchNodes { default_count, specs: specs.into_iter().map(spec).collect::<Option<_>>()? })
}
