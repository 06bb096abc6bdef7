//! Table `clusters`. What is said about a cluster lies in one column; the provider of its customer key has
//! a column of its own, which holds on to the key's row. Must not know when a cluster may use a key.

pub(crate) mod deleted;
mod process_text;
mod settings_text;

use std::collections::BTreeMap;

use domain::cluster::{Cluster, ClusterName, HostingCloud, RegionName};
use domain::customer_key::ProviderKind;
use domain::event::Event;
use domain::id::{ClusterId, ProjectId};
use domain::project::ProjectLimit;
use domain::time::Timestamp;

use crate::cache::Touched;
use crate::engine::Tx;
use crate::error::{Result, StoreError};
use crate::projects::count;
use crate::sql::{Row, Sql, over_items, to_json, values};
use crate::store::transact;
use crate::{Outcome, Store, backup_compliance, customer_keys, encryption_at_rest, events, projects};

/// What became of a cluster's creation or change.
#[must_use]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClusterOutcome {
    /// It is durable, its events too.
    Saved,
    /// Nothing was written: somebody else changed or deleted it meanwhile, or its project.
    Conflict,
    /// Nothing was written: the project has a cluster of that name.
    NameTaken,
    /// Nothing was written: the project has no customer key of that provider.
    ProviderNotEnabled,
    /// Nothing was written: the project demands that every cluster uses a customer key.
    EncryptionDemanded,
    /// Nothing was written: the project would have more clusters than this, its limit.
    TooMany(u64),
}

macro_rules! select {
    ($($rest:literal),+ $(,)?) => {
        concat!(
            "SELECT id, project_id, name, settings, encryption_provider, revision, created_at FROM clusters
             WHERE deleted_at IS NULL AND ",
            $($rest),+
        )
    };
}

static INSERT: Sql = Sql::same(
    "insert a cluster",
    "INSERT INTO clusters (id, project_id, name, settings, encryption_provider, revision, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
);
static UPDATE: Sql = Sql::same(
    "save a cluster",
    "UPDATE clusters SET settings = $3, encryption_provider = $4, revision = $5
     WHERE project_id = $1 AND id = $2 AND revision = $6 AND deleted_at IS NULL",
);
static DELETE: Sql = Sql::same(
    "delete a cluster",
    "UPDATE clusters SET deleted_at = $3, former_encryption_provider = encryption_provider,
         encryption_provider = NULL, revision = revision + 1
     WHERE project_id = $1 AND id = $2 AND revision = $4 AND deleted_at IS NULL",
);
static FIND: Sql = Sql::same("find a cluster", select!("project_id = $1 AND name = $2"));
/// Lists a page. The rows on the way to it are passed by in the index alone, coming from the end that is said.
macro_rules! list_from {
    ($order:literal) => {
        Sql::same(
            "list clusters",
            select!(
                "project_id = $1 AND name >= (
                     SELECT name FROM clusters WHERE project_id = $1 AND deleted_at IS NULL ORDER BY name ",
                $order,
                " LIMIT 1 OFFSET $3
                 ) ORDER BY name LIMIT $2"
            ),
        )
    };
}
static LIST_FROM_FIRST: Sql = list_from!("ASC");
static LIST_FROM_LAST: Sql = list_from!("DESC");
static COUNT: Sql = Sql::same("count clusters", "SELECT clusters FROM cluster_counts WHERE project_id = $1");
static COUNT_ON: Sql = Sql::same(
    "count on clusters",
    "INSERT INTO cluster_counts (project_id, clusters) VALUES ($1, $2)
     ON CONFLICT (project_id) DO UPDATE SET clusters = cluster_counts.clusters + excluded.clusters",
);
static COUNT_EACH: Sql = over_items!(
    "count the clusters of projects",
    "SELECT project_id, clusters FROM cluster_counts WHERE clusters > 0
     AND project_id IN (SELECT item.value ->> 'id' FROM",
    ")"
);
static LIST_OF_EACH: Sql = over_items!(
    "list the clusters of projects",
    "SELECT id, project_id, name, settings, encryption_provider, revision, created_at FROM clusters
     WHERE deleted_at IS NULL AND project_id IN (SELECT item.value ->> 'id' FROM",
    ") ORDER BY project_id, name"
);
static USING: Sql = Sql::same(
    "list the clusters that use a customer key",
    "SELECT name FROM clusters WHERE project_id = $1 AND encryption_provider = $2 ORDER BY name",
);

static HOLD: Sql = Sql::each(
    "hold on to a cluster",
    "SELECT id FROM clusters WHERE project_id = $1 AND id = $2 AND deleted_at IS NULL",
    "SELECT id FROM clusters WHERE project_id = $1 AND id = $2 AND deleted_at IS NULL FOR SHARE",
);
// The engines agree on everything but how an array is unfolded.
static PLACES: Sql = Sql::each(
    "list where a project's clusters are",
    "SELECT DISTINCT place.value ->> 'cloud', place.value ->> 'region'
     FROM clusters, json_each(settings, '$.shards') AS shard, json_each(shard.value, '$.placements') AS place
     WHERE project_id = $1 AND deleted_at IS NULL ORDER BY 1, 2",
    "SELECT DISTINCT place.value ->> 'cloud', place.value ->> 'region'
     FROM clusters, json_array_elements(CAST(settings AS json) -> 'shards') AS shard(value),
          json_array_elements(shard.value -> 'placements') AS place(value)
     WHERE project_id = $1 AND deleted_at IS NULL ORDER BY 1, 2",
);

impl Store {
    /// Adds a cluster, and records it.
    /// Cancel: it took place or it did not.
    pub async fn create_cluster(&self, cluster: &Cluster, told: &[Event]) -> Result<ClusterOutcome> {
        transact!(self, "create a cluster", &[], |tx| {
            let outcome = create(tx, cluster, told).await?;
            if outcome != ClusterOutcome::Saved {
                return Ok(outcome);
            }
            Ok::<_, StoreError>(outcome)
        })
    }

    /// Saves a cluster over the revision before it, and records that.
    /// Cancel: it took place or it did not.
    pub async fn save_cluster(&self, next: &Cluster, told: &[Event]) -> Result<ClusterOutcome> {
        transact!(self, "save a cluster", &[], |tx| save(tx, next, told).await)
    }

    /// Deletes a cluster of this revision, and records it. Its row stays; its name and its hold on the
    /// customer key go.
    /// Cancel: it took place or it did not.
    pub async fn delete_cluster(&self, cluster: &Cluster, at: Timestamp, told: &[Event]) -> Result<Outcome> {
        transact!(self, "delete a cluster", &[Touched::AllNodes], |tx| delete(tx, cluster, at, told).await)
    }

    /// Finds a cluster of a project by its name.
    pub async fn cluster(&self, project: ProjectId, name: &ClusterName) -> Result<Option<Cluster>> {
        self.read_one(&FIND, values![project, name.as_str()]).await?.as_ref().map(from_row).transpose()
    }

    /// Lists a page of a project's clusters, by name, and counts them all.
    pub async fn clusters_of(&self, project: ProjectId, offset: i64, limit: i64) -> Result<(Vec<Cluster>, i64)> {
        let total = self.read_one(&COUNT, values![project]).await?.map_or(Ok(0), |row| count(&row))?;
        let Some((list, passed)) = way_to(offset, total) else { return Ok((Vec::new(), total)) };
        let rows = self.read(list, values![project, limit, passed]).await?;
        Ok((rows.iter().map(from_row).collect::<Result<_>>()?, total))
    }

    /// Shows how the database would go about a page of a project's clusters.
    pub async fn plan_of_clusters(&self, project: ProjectId, offset: i64, limit: i64) -> Result<Vec<String>> {
        let total = self.read_one(&COUNT, values![project]).await?.map_or(Ok(0), |row| count(&row))?;
        let Some((list, passed)) = way_to(offset, total) else { return Ok(Vec::new()) };
        // Both engines read the same.
        self.explain(&list.sqlite, values![project, limit, passed]).await
    }

    /// Lists all clusters of these projects, project by project and by name.
    pub async fn clusters_of_each(&self, projects: &[ProjectId]) -> Result<Vec<Cluster>> {
        let items: Vec<_> = projects.iter().map(|id| serde_json::json!({ "id": id.to_string() })).collect();
        let rows = self.read(&LIST_OF_EACH, values![to_json(&items)?]).await?;
        rows.iter().map(from_row).collect()
    }

    /// Counts the clusters of each of these projects; one without any has no entry.
    pub async fn cluster_counts(&self, projects: &[ProjectId]) -> Result<BTreeMap<ProjectId, i64>> {
        let items: Vec<_> = projects.iter().map(|id| serde_json::json!({ "id": id.to_string() })).collect();
        let rows = self.read(&COUNT_EACH, values![to_json(&items)?]).await?;
        let pair = |row: &Row| {
            let mut fields = row.fields("clusters");
            Ok((fields.parsed()?, fields.int()?))
        };
        rows.iter().map(pair).collect()
    }

    /// Lists the regions that a project's clusters have nodes in, each once.
    pub async fn places_of_clusters(&self, project: ProjectId) -> Result<Vec<(HostingCloud, RegionName)>> {
        let rows = self.read(&PLACES, values![project]).await?;
        let place = |row: &Row| {
            let mut fields = row.fields("clusters");
            Ok((fields.word(HostingCloud::by_name)?, fields.word(RegionName::parse)?))
        };
        rows.iter().map(place).collect()
    }

    /// Lists the names of a project's clusters that use a provider's customer key.
    pub async fn clusters_using(&self, project: ProjectId, provider: ProviderKind) -> Result<Vec<ClusterName>> {
        let rows = self.read(&USING, values![project, provider.name()]).await?;
        rows.iter().map(|row| row.fields("clusters").word(ClusterName::parse)).collect()
    }
}

/// Gives the list that comes to an offset by the shorter way, and how many rows it passes by on it; none if the list ends
/// before.
fn way_to(offset: i64, total: i64) -> Option<(&'static Sql, i64)> {
    let behind = total.saturating_sub(1).saturating_sub(offset);
    match behind {
        ..0 => None,
        _ if offset <= behind => Some((&LIST_FROM_FIRST, offset)),
        _ => Some((&LIST_FROM_LAST, behind)),
    }
}

async fn create(tx: &mut Tx, cluster: &Cluster, told: &[Event]) -> Result<ClusterOutcome> {
    if let Some(refused) = hold_on(tx, cluster).await? {
        return Ok(refused);
    }
    let Cluster { id, project, name, settings, revision, created_at } = cluster;
    let provider = settings.encryption.map(ProviderKind::name);
    let text = settings_text::write(settings)?;
    let values = values![*id, *project, name.as_str(), text, provider, *revision, *created_at];
    if tx.execute(&INSERT, values).await? == 0 {
        return Ok(ClusterOutcome::NameTaken);
    }
    count_on(tx, *project, 1).await?;
    // Counted first, so that of clusters made at once each sees those before it.
    if let Some(at_most) = projects::settings::limit(tx, *project, ProjectLimit::Clusters).await?
        && u64::try_from(counted(tx, *project).await?).unwrap_or(0) > at_most
    {
        return Ok(ClusterOutcome::TooMany(at_most));
    }
    events::insert(tx, told).await?;
    Ok(ClusterOutcome::Saved)
}

async fn save(tx: &mut Tx, next: &Cluster, told: &[Event]) -> Result<ClusterOutcome> {
    if let Some(refused) = hold_on(tx, next).await? {
        return Ok(refused);
    }
    let Cluster { id, project, name: _, settings, revision, created_at: _ } = next;
    let provider = settings.encryption.map(ProviderKind::name);
    let before = revision.saturating_sub(1);
    let values = values![*project, *id, settings_text::write(settings)?, provider, *revision, before];
    if tx.execute(&UPDATE, values).await? == 0 {
        return Ok(ClusterOutcome::Conflict);
    }
    events::insert(tx, told).await?;
    Ok(ClusterOutcome::Saved)
}

async fn delete(tx: &mut Tx, cluster: &Cluster, at: Timestamp, told: &[Event]) -> Result<Outcome> {
    let outcome =
        Outcome::of_rows(tx.execute(&DELETE, values![cluster.project, cluster.id, at, cluster.revision]).await?);
    if outcome == Outcome::Saved {
        count_on(tx, cluster.project, -1).await?;
        events::insert(tx, told).await?;
    }
    Ok(outcome)
}

/// Counts a cluster that came or went. Whoever does so next in the project waits for the transaction to end.
async fn count_on(tx: &mut Tx, project: ProjectId, by: i64) -> Result<()> {
    tx.execute(&COUNT_ON, values![project, by]).await.map(drop)
}

async fn counted(tx: &mut Tx, project: ProjectId) -> Result<i64> {
    tx.fetch(&COUNT, values![project]).await?.first().map_or(Ok(0), count)
}

/// Keeps the project alive, and the provider it needs enabled, until the transaction ends. Gives why not.
async fn hold_on(tx: &mut Tx, cluster: &Cluster) -> Result<Option<ClusterOutcome>> {
    if !projects::hold(tx, cluster.project).await? {
        return Ok(Some(ClusterOutcome::Conflict));
    }
    let Some(provider) = cluster.settings.encryption else {
        let demanded = backup_compliance::demands_encryption(tx, cluster.project).await?;
        return Ok(demanded.then_some(ClusterOutcome::EncryptionDemanded));
    };
    encryption_at_rest::hold(tx, cluster.project).await?;
    // A statement of its own after the lock, so that it sees what the lock waited for.
    let enabled = customer_keys::key_revision(tx, cluster.project, provider).await?.is_some();
    Ok((!enabled).then_some(ClusterOutcome::ProviderNotEnabled))
}

/// Keeps a cluster from being deleted until the transaction ends. Tells whether there is one.
pub(crate) async fn hold(tx: &mut Tx, project: ProjectId, id: ClusterId) -> Result<bool> {
    Ok(!tx.fetch(&HOLD, values![project, id]).await?.is_empty())
}

/// Tells whether a project has clusters that use a provider's customer key.
pub(crate) async fn any_using(tx: &mut Tx, project: ProjectId, provider: ProviderKind) -> Result<bool> {
    Ok(!tx.fetch(&USING, values![project, provider.name()]).await?.is_empty())
}

/// Tells whether a project has clusters.
pub(crate) async fn any_in(tx: &mut Tx, project: ProjectId) -> Result<bool> {
    let rows = tx.fetch(&COUNT, values![project]).await?;
    Ok(rows.first().map_or(Ok(0), count)? > 0)
}

fn from_row(row: &Row) -> Result<Cluster> {
    let mut fields = row.fields("clusters");
    let (id, project) = (fields.parsed()?, fields.parsed()?);
    let name = fields.word(ClusterName::parse)?;
    let text = fields.json()?;
    let encryption = fields.word_if_any(ProviderKind::by_name)?;
    let settings = settings_text::read(text, encryption).map_err(|what| fields.corrupt(what))?;
    Ok(Cluster { id, project, name, settings, revision: fields.int()?, created_at: fields.time()? })
}
