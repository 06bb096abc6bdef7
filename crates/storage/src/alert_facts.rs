//! What a look at a project's alerts needs to know of it beside its snapshot, deleted projects too; and the tables
//! `rotation_clocks` and `key_outlooks`, which are kept for it. Must not know what any of it means for an alert.

use std::collections::BTreeMap;

use domain::cluster::ClusterName;
use domain::customer_key::ProviderKind;
use domain::id::{ClusterId, NodeId, OrgId, ProjectId};
use domain::master_key::MasterKeyId;
use domain::time::Timestamp;

use crate::Store;
use crate::engine::Tx;
use crate::error::Result;
use crate::sql::{Row, Sql, values};

/// How many things of a kind that can be brought back there are alerts about at a time. The oldest come first, so that a
/// further one never takes the place of one that is told already.
const MOST_RETURNABLE: i64 = 200;

/// Whose alerts they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertOwner {
    /// The organization.
    pub org: OrgId,
    /// Its name.
    pub org_name: String,
    /// The project's name; the one it had, if it is deleted.
    pub project_name: String,
    /// When it was deleted, if it was.
    pub deleted_at: Option<Timestamp>,
}

/// Something of a cluster that can be brought back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Returnable<I> {
    /// What it is.
    pub id: I,
    /// The cluster's name.
    pub cluster: ClusterName,
    /// When it went, of a cluster; when it is wiped, of a master key.
    pub at: Timestamp,
}

/// A node with several certificates that count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overlap {
    /// The node.
    pub node: NodeId,
    /// Its cluster's name.
    pub cluster: ClusterName,
    /// When the last but one of them stops counting.
    pub until: Timestamp,
}

/// What a provider said of the end of a customer key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyOutlook {
    /// The key, by the revision of the setting at which it or its credentials came.
    pub key_revision: i64,
    /// When the provider was asked.
    pub asked_at: Timestamp,
    /// When the key expires, if it does.
    pub expires_at: Option<Timestamp>,
    /// When the key is deleted, if that is scheduled.
    pub deletion_at: Option<Timestamp>,
}

static OWNER: Sql = Sql::same(
    "find whose alerts they are",
    "SELECT p.org_id, o.name, COALESCE(p.former_name, p.name), p.deleted_at
     FROM projects AS p JOIN organizations AS o ON o.id = p.org_id WHERE p.id = $1",
);
static CLOCKS: Sql =
    Sql::same("read the clocks of rotation", "SELECT provider, since FROM rotation_clocks WHERE project_id = $1");
static START_CLOCK: Sql = Sql::same(
    "start the clock of rotation",
    "INSERT INTO rotation_clocks (project_id, provider, since) VALUES ($1, $2, $3)
     ON CONFLICT (project_id, provider) DO UPDATE SET since = excluded.since",
);
static OUTLOOKS: Sql = Sql::same(
    "read what providers said of the end of customer keys",
    "SELECT provider, key_revision, asked_at, expires_at, deletion_at FROM key_outlooks WHERE project_id = $1",
);
// Only for a key that is there: its row goes with it.
static SAVE_OUTLOOK: Sql = Sql::same(
    "save what a provider said of the end of a customer key",
    "INSERT INTO key_outlooks (project_id, provider, key_revision, asked_at, expires_at, deletion_at)
     SELECT project_id, provider, $3, $4, $5, $6 FROM customer_keys
     WHERE project_id = $1 AND provider = $2 AND key_revision = $3
     ON CONFLICT (project_id, provider) DO UPDATE SET key_revision = excluded.key_revision,
         asked_at = excluded.asked_at, expires_at = excluded.expires_at, deletion_at = excluded.deletion_at",
);
static DESTROYED: Sql = Sql::same(
    "list the master keys that can be brought back",
    "SELECT id, cluster_name, purge_at FROM master_keys
     WHERE project_id = $1 AND purge_at > $2 AND purge_at IS NOT NULL AND purged_at IS NULL
     ORDER BY purge_at, id LIMIT $3",
);
static DELETED: Sql = Sql::same(
    "list the clusters that can be brought back",
    "SELECT id, name, deleted_at FROM clusters WHERE project_id = $1 AND deleted_at > $2 ORDER BY deleted_at, id LIMIT $3",
);
static OVERLAPS: Sql = Sql::same(
    "list the nodes with several certificates",
    "SELECT n.id, c.name, MIN(t.ends_at) FROM nodes AS n
     JOIN clusters AS c ON c.id = n.cluster_id
     JOIN node_certificates AS t ON t.node_id = n.id
     WHERE n.id = $1 AND n.project_id = $2 AND n.revoked_at IS NULL AND t.ends_at > $3
     GROUP BY n.id, c.name HAVING COUNT(*) > 1",
);

impl Store {
    /// Tells whose alerts those of a project are; none if there never was one.
    pub async fn alert_owner(&self, project: ProjectId) -> Result<Option<AlertOwner>> {
        let Some(row) = self.read_one(&OWNER, values![project]).await? else { return Ok(None) };
        let mut fields = row.fields("projects");
        let (org, org_name, project_name) = (fields.parsed()?, fields.text()?, fields.text()?);
        Ok(Some(AlertOwner { org, org_name, project_name, deleted_at: fields.time_if_any()? }))
    }

    /// Tells since when each provider's customer key has not been rotated.
    pub async fn rotation_clocks(&self, project: ProjectId) -> Result<BTreeMap<ProviderKind, Timestamp>> {
        let clock = |row: &Row| {
            let mut fields = row.fields("rotation_clocks");
            Ok((fields.word(ProviderKind::by_name)?, fields.time()?))
        };
        self.read(&CLOCKS, values![project]).await?.iter().map(clock).collect()
    }

    /// Gives what the providers said of the end of a project's customer keys.
    pub async fn key_outlooks(&self, project: ProjectId) -> Result<BTreeMap<ProviderKind, KeyOutlook>> {
        let outlook = |row: &Row| {
            let mut fields = row.fields("key_outlooks");
            let (provider, key_revision) = (fields.word(ProviderKind::by_name)?, fields.int()?);
            let (asked_at, expires_at) = (fields.time()?, fields.time_if_any()?);
            Ok((provider, KeyOutlook { key_revision, asked_at, expires_at, deletion_at: fields.time_if_any()? }))
        };
        self.read(&OUTLOOKS, values![project]).await?.iter().map(outlook).collect()
    }

    /// Keeps what a provider said, unless another key took the place of that one.
    pub async fn save_key_outlook(
        &self,
        project: ProjectId,
        provider: ProviderKind,
        outlook: KeyOutlook,
    ) -> Result<()> {
        let KeyOutlook { key_revision, asked_at, expires_at, deletion_at } = outlook;
        let values = values![project, provider.name(), key_revision, asked_at, expires_at, deletion_at];
        self.execute(&SAVE_OUTLOOK, values, &[]).await.map(drop)
    }

    /// Lists the destroyed master keys of a project whose time is not over, those first that are wiped first, 200
    /// at most.
    pub async fn returnable_master_keys(
        &self,
        project: ProjectId,
        now: Timestamp,
    ) -> Result<Vec<Returnable<MasterKeyId>>> {
        let rows = self.read(&DESTROYED, values![project, now, MOST_RETURNABLE]).await?;
        rows.iter().map(|row| returnable(row, "master_keys")).collect()
    }

    /// Lists the clusters of a project that were deleted after `since`, oldest first, 200 at most.
    pub async fn returnable_clusters(
        &self,
        project: ProjectId,
        since: Timestamp,
    ) -> Result<Vec<Returnable<ClusterId>>> {
        let rows = self.read(&DELETED, values![project, since, MOST_RETURNABLE]).await?;
        rows.iter().map(|row| returnable(row, "clusters")).collect()
    }

    /// Tells whether several certificates of a node count.
    pub async fn overlap_of(&self, project: ProjectId, node: NodeId, now: Timestamp) -> Result<Option<Overlap>> {
        let row = self.read_one(&OVERLAPS, values![node, project, now]).await?;
        let overlap = |row: Row| {
            let mut fields = row.fields("nodes");
            let (node, cluster) = (fields.parsed()?, fields.word(ClusterName::parse)?);
            Ok(Overlap { node, cluster, until: fields.time()? })
        };
        row.map(overlap).transpose()
    }
}

fn returnable<I: std::str::FromStr>(row: &Row, table: &'static str) -> Result<Returnable<I>> {
    let mut fields = row.fields(table);
    let (id, cluster) = (fields.parsed()?, fields.word(ClusterName::parse)?);
    Ok(Returnable { id, cluster, at: fields.time()? })
}

/// Starts the clock of a provider's rotation anew.
pub(crate) async fn start_clock(
    tx: &mut Tx,
    project: ProjectId,
    provider: ProviderKind,
    since: Timestamp,
) -> Result<()> {
    tx.execute(&START_CLOCK, values![project, provider.name(), since]).await.map(drop)
}
