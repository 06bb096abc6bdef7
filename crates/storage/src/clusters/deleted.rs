//! Deleted clusters: their rows stay, so that one can be brought back. Must not know for how long.

use domain::cluster::{Cluster, ClusterName};
use domain::customer_key::ProviderKind;
use domain::event::Event;
use domain::id::{ClusterId, ProjectId};
use domain::time::Timestamp;

use super::{ClusterOutcome, count_on, hold_on, settings_text};
use crate::cache::Touched;
use crate::engine::Tx;
use crate::error::Result;
use crate::projects::count;
use crate::sql::{Row, Sql, values};
use crate::store::transact;
use crate::{Store, events, projects};

/// A deleted cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeletedCluster {
    /// The cluster as it was, with the provider that it used.
    pub cluster: Cluster,
    /// When it was deleted.
    pub deleted_at: Timestamp,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, project_id, name, settings, former_encryption_provider, revision, created_at, deleted_at
             FROM clusters WHERE project_id = $1 AND deleted_at > $2 ",
            $rest
        )
    };
}

static FIND: Sql = Sql::same("find a deleted cluster", select!("AND id = $3"));
static LIST: Sql = Sql::same("list deleted clusters", select!("ORDER BY deleted_at DESC, id LIMIT $3 OFFSET $4"));
static COUNT: Sql =
    Sql::same("count deleted clusters", "SELECT COUNT(*) FROM clusters WHERE project_id = $1 AND deleted_at > $2");
static NAMED: Sql = Sql::same(
    "find whose a cluster's name is",
    "SELECT id FROM clusters WHERE project_id = $1 AND name = $2 AND deleted_at IS NULL",
);
static BRING_BACK: Sql = Sql::same(
    "bring a cluster back",
    "UPDATE clusters SET deleted_at = NULL, encryption_provider = $4, former_encryption_provider = NULL,
         revision = revision + 1
     WHERE project_id = $1 AND id = $2 AND revision = $3 AND deleted_at IS NOT NULL",
);

impl Store {
    /// Finds a cluster that was deleted after `since`.
    pub async fn deleted_cluster(
        &self,
        project: ProjectId,
        id: ClusterId,
        since: Timestamp,
    ) -> Result<Option<DeletedCluster>> {
        self.read_one(&FIND, values![project, since, id]).await?.as_ref().map(from_row).transpose()
    }

    /// Lists a page of a project's clusters that were deleted after `since`, the last first, and counts them all.
    pub async fn deleted_clusters_of(
        &self,
        project: ProjectId,
        since: Timestamp,
        offset: i64,
        limit: i64,
    ) -> Result<(Vec<DeletedCluster>, i64)> {
        let total = self.read_one(&COUNT, values![project, since]).await?.map_or(Ok(0), |row| count(&row))?;
        let rows = self.read(&LIST, values![project, since, limit, offset]).await?;
        Ok((rows.iter().map(from_row).collect::<Result<_>>()?, total))
    }

    /// Brings a deleted cluster of this revision back, and records it: its nodes are its nodes again. A conflict
    /// means that somebody else brought it back, or its project is gone.
    /// Cancel: it took place or it did not.
    pub async fn bring_back_cluster(&self, deleted: &DeletedCluster, told: &[Event]) -> Result<ClusterOutcome> {
        let cluster = &deleted.cluster;
        transact!(self, "bring a cluster back", &[Touched::AllNodes], |tx| bring_back(tx, cluster, told).await)
    }
}

async fn bring_back(tx: &mut Tx, cluster: &Cluster, told: &[Event]) -> Result<ClusterOutcome> {
    // Nobody creates a cluster of the project until the transaction ends, so nobody takes the name.
    if !projects::take(tx, cluster.project).await? {
        return Ok(ClusterOutcome::Conflict);
    }
    if let Some(refused) = hold_on(tx, cluster).await? {
        return Ok(refused);
    }
    if !tx.fetch(&NAMED, values![cluster.project, cluster.name.as_str()]).await?.is_empty() {
        return Ok(ClusterOutcome::NameTaken);
    }
    let provider = cluster.settings.encryption.map(ProviderKind::name);
    let values = values![cluster.project, cluster.id, cluster.revision, provider];
    if tx.execute(&BRING_BACK, values).await? == 0 {
        return Ok(ClusterOutcome::Conflict);
    }
    count_on(tx, cluster.project, 1).await?;
    events::insert(tx, told).await?;
    Ok(ClusterOutcome::Saved)
}

fn from_row(row: &Row) -> Result<DeletedCluster> {
    let mut fields = row.fields("clusters");
    let (id, project) = (fields.parsed()?, fields.parsed()?);
    let name = fields.word(ClusterName::parse)?;
    let text = fields.json()?;
    let encryption = fields.word_if_any(ProviderKind::by_name)?;
    let settings = settings_text::read(text, encryption).map_err(|what| fields.corrupt(what))?;
    let cluster = Cluster { id, project, name, settings, revision: fields.int()?, created_at: fields.time()? };
    Ok(DeletedCluster { cluster, deleted_at: fields.time()? })
}
