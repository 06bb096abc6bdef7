//! Table `nodes`. A revoked node keeps its row and counts for nothing. Must not know what a node may do.

use std::collections::BTreeMap;

use domain::cluster::RegionName;
use domain::event::Event;
use domain::id::{ClusterId, NodeId, ProjectId};
use domain::node::{Node, NodeName, NodeRole};
use domain::time::Timestamp;

use crate::cache::Touched;
use crate::engine::Tx;
use crate::error::Result;
use crate::projects::count;
use crate::sql::{Fields, Row, Sql, over_items, to_json, values};
use crate::store::transact;
use crate::{Outcome, Store, enrolment_tokens, events, node_certificates};

/// What became of a node's creation.
#[must_use]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NodeOutcome {
    /// It is durable, its events too.
    Saved,
    /// Nothing was written: somebody changed or deleted the cluster meanwhile.
    Conflict,
    /// Nothing was written: the cluster has a node of that name.
    NameTaken,
}

/// A node that has taken up its place in its cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnrolledNode {
    /// Its name.
    pub name: NodeName,
    /// What it is.
    pub role: NodeRole,
}

/// The columns of a node, as [`from_fields`] reads them.
macro_rules! node_columns {
    () => {
        "n.id, n.project_id, n.cluster_id, n.name, n.role, n.region, n.created_at, n.revoked_at"
    };
}
pub(crate) use node_columns;

static INSERT: Sql = Sql::same(
    "insert a node",
    "INSERT INTO nodes (id, project_id, cluster_id, name, role, region, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
);
static HOLD_CLUSTER: Sql = Sql::each(
    "hold on to a cluster as it is",
    "SELECT id FROM clusters WHERE project_id = $1 AND id = $2 AND revision = $3 AND deleted_at IS NULL",
    "SELECT id FROM clusters WHERE project_id = $1 AND id = $2 AND revision = $3 AND deleted_at IS NULL FOR SHARE",
);
static FIND: Sql = Sql::same(
    "find a node",
    concat!("SELECT ", node_columns!(), " FROM nodes AS n WHERE n.project_id = $1 AND n.cluster_id = $2 AND n.id = $3"),
);
static FIND_IN_PROJECT: Sql = Sql::same(
    "find a node of a project",
    concat!("SELECT ", node_columns!(), " FROM nodes AS n WHERE n.project_id = $1 AND n.id = $2"),
);
static LIST: Sql = Sql::same(
    "list nodes",
    concat!(
        "SELECT ",
        node_columns!(),
        " FROM nodes AS n WHERE n.cluster_id = $1 ORDER BY n.name, n.created_at, n.id LIMIT $2 OFFSET $3"
    ),
);
static ENROLLED: Sql = over_items!(
    "list the enrolled nodes of clusters",
    "SELECT n.cluster_id, n.name, n.role FROM nodes AS n
     WHERE n.revoked_at IS NULL AND n.role IN ('mongod', 'mongos')
     AND (EXISTS (SELECT 1 FROM node_certificates AS c WHERE c.node_id = n.id)
          OR EXISTS (SELECT 1 FROM external_identities AS e WHERE e.node_id = n.id))
     AND n.cluster_id IN (SELECT item.value ->> 'id' FROM",
    ") ORDER BY n.cluster_id, n.name"
);
static COUNT: Sql = Sql::same("count nodes", "SELECT COUNT(*) FROM nodes WHERE cluster_id = $1");
static REVOKE: Sql = Sql::same(
    "revoke a node",
    "UPDATE nodes SET revoked_at = $3 WHERE project_id = $1 AND id = $2 AND revoked_at IS NULL",
);
static TAKE: Sql = Sql::each(
    "take hold of a node",
    "SELECT id FROM nodes WHERE id = $1 AND revoked_at IS NULL",
    "SELECT id FROM nodes WHERE id = $1 AND revoked_at IS NULL FOR UPDATE",
);

impl Store {
    /// Adds a node to a cluster that is still at this revision, and records it.
    /// Cancel: it took place or it did not.
    pub async fn create_node(&self, node: &Node, cluster_revision: i64, told: &[Event]) -> Result<NodeOutcome> {
        transact!(self, "create a node", &[], |tx| create(tx, node, cluster_revision, told).await)
    }

    /// Finds a node of a cluster, revoked or not.
    pub async fn node(&self, project: ProjectId, cluster: ClusterId, id: NodeId) -> Result<Option<Node>> {
        let row = self.read_one(&FIND, values![project, cluster, id]).await?;
        row.as_ref().map(from_row).transpose()
    }

    /// Finds a node of a project, revoked or not, whatever its cluster.
    pub async fn node_of_project(&self, project: ProjectId, id: NodeId) -> Result<Option<Node>> {
        let row = self.read_one(&FIND_IN_PROJECT, values![project, id]).await?;
        row.as_ref().map(from_row).transpose()
    }

    /// Lists a page of a cluster's nodes by name, revoked ones too, and counts them all.
    pub async fn nodes_of(&self, cluster: ClusterId, offset: i64, limit: i64) -> Result<(Vec<Node>, i64)> {
        let total = self.read_one(&COUNT, values![cluster]).await?.map_or(Ok(0), |row| count(&row))?;
        let rows = self.read(&LIST, values![cluster, limit, offset]).await?;
        Ok((rows.iter().map(from_row).collect::<Result<_>>()?, total))
    }

    /// Lists the database processes and routers of each of these clusters that have a certificate or an identity, by name.
    pub async fn enrolled_nodes(&self, clusters: &[ClusterId]) -> Result<BTreeMap<ClusterId, Vec<EnrolledNode>>> {
        let items: Vec<_> = clusters.iter().map(|id| serde_json::json!({ "id": id.to_string() })).collect();
        let rows = self.read(&ENROLLED, values![to_json(&items)?]).await?;
        let mut found: BTreeMap<ClusterId, Vec<EnrolledNode>> = BTreeMap::new();
        for row in &rows {
            let mut fields = row.fields("nodes");
            let cluster = fields.parsed()?;
            let node = EnrolledNode { name: fields.word(NodeName::parse)?, role: fields.word(NodeRole::by_name)? };
            found.entry(cluster).or_default().push(node);
        }
        Ok(found)
    }

    /// Revokes a node: its certificates end, its unused tokens are gone, and that is recorded. A conflict means
    /// it was revoked already.
    /// Cancel: it took place or it did not.
    pub async fn revoke_node(&self, node: &Node, at: Timestamp, told: &[Event]) -> Result<Outcome> {
        transact!(self, "revoke a node", &[Touched::AllNodes], |tx| revoke(tx, node, at, told).await)
    }
}

async fn create(tx: &mut Tx, node: &Node, cluster_revision: i64, told: &[Event]) -> Result<NodeOutcome> {
    let Node { id, project, cluster, name, role, region, created_at, revoked_at: _ } = node;
    if tx.fetch(&HOLD_CLUSTER, values![*project, *cluster, cluster_revision]).await?.is_empty() {
        return Ok(NodeOutcome::Conflict);
    }
    let region = region.as_ref().map(RegionName::as_str);
    let values = values![*id, *project, *cluster, name.as_str(), role.name(), region, *created_at];
    if tx.execute(&INSERT, values).await? == 0 {
        return Ok(NodeOutcome::NameTaken);
    }
    events::insert(tx, told).await?;
    Ok(NodeOutcome::Saved)
}

async fn revoke(tx: &mut Tx, node: &Node, at: Timestamp, told: &[Event]) -> Result<Outcome> {
    let outcome = Outcome::of_rows(tx.execute(&REVOKE, values![node.project, node.id, at]).await?);
    if outcome == Outcome::Saved {
        node_certificates::end_all(tx, node.id, at).await?;
        enrolment_tokens::forget_unused(tx, node.id).await?;
        events::insert(tx, told).await?;
    }
    Ok(outcome)
}

/// Keeps a node as it is until the transaction ends. Tells whether there is one that was not revoked.
pub(crate) async fn take(tx: &mut Tx, id: NodeId) -> Result<bool> {
    Ok(!tx.fetch(&TAKE, values![id]).await?.is_empty())
}

fn from_row(row: &Row) -> Result<Node> {
    from_fields(&mut row.fields("nodes"))
}

/// Reads the columns that [`node_columns!`] names.
pub(crate) fn from_fields(fields: &mut Fields<'_>) -> Result<Node> {
    Ok(Node {
        id: fields.parsed()?,
        project: fields.parsed()?,
        cluster: fields.parsed()?,
        name: fields.word(NodeName::parse)?,
        role: fields.word(NodeRole::by_name)?,
        region: fields.word_if_any(RegionName::parse)?,
        created_at: fields.time()?,
        revoked_at: fields.time_if_any()?,
    })
}
