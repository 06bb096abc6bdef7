//! Table `external_identities`: which certificates of a project's own authorities are which node, and how a node is
//! recognised by one. What belongs to a revoked node or a deleted cluster counts for nothing and gives way. Must not
//! know X.509.

use std::sync::Arc;

use domain::cluster::ClusterName;
use domain::event::Event;
use domain::external_authority::{ExternalIdentity, Identity, IdentityKind};
use domain::id::{ExternalAuthorityId, NodeId, OrgId};
use domain::node::Node;
use domain::time::Timestamp;
use serde::Serialize;

use crate::cache::Touched;
use crate::engine::Tx;
use crate::error::Result;
use crate::nodes::node_columns;
use crate::sql::{Row, Sql, over_items, to_json, values};
use crate::store::transact;
use crate::{Outcome, Store, events, external_authorities, nodes};

/// What became of writing an identity down.
#[must_use]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdentityOutcome {
    /// It is durable, its events too.
    Saved,
    /// Nothing was written: such certificates are a node already.
    Taken,
    /// Nothing was written: the node was revoked or the authority removed meanwhile, or never of that project.
    Gone,
}

/// What a certificate shows that an external authority vouches for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// All it shows.
    pub identities: Vec<Identity>,
    /// Since when it counts.
    pub not_before: Timestamp,
    /// When it ceases to count.
    pub not_after: Timestamp,
}

/// Whom a certificate shows that an external authority vouches for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecognisedExternal {
    /// Every node it is said to be, revoked or not; more than one is somebody's mistake.
    pub nodes: Vec<ExternalNode>,
    /// SHA-256 of the public key of the authority that vouches for it.
    pub authority_key: [u8; 32],
    /// Since when it counts.
    pub not_before: Timestamp,
    /// When it ceases to count.
    pub not_after: Timestamp,
}

/// A node of a live cluster that a certificate is said to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExternalNode {
    /// The node, revoked or not.
    pub node: Node,
    /// Its cluster's name.
    pub cluster_name: ClusterName,
    /// The organization its project belongs to.
    pub org: OrgId,
}

static INSERT: Sql = Sql::same(
    "insert an identity of a node",
    "INSERT INTO external_identities (authority_id, kind, value, node_id, created_at)
     VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
);
static MAKE_WAY: Sql = Sql::same(
    "forget an identity of a node that is gone",
    "DELETE FROM external_identities WHERE authority_id = $1 AND kind = $2 AND value = $3 AND node_id IN (
         SELECT n.id FROM nodes AS n JOIN clusters AS k ON k.id = n.cluster_id
         WHERE n.revoked_at IS NOT NULL OR k.deleted_at IS NOT NULL)",
);
static LIST: Sql = Sql::same(
    "list a node's identities",
    "SELECT authority_id, kind, value, node_id, created_at FROM external_identities
     WHERE node_id = $1 ORDER BY created_at, authority_id, kind, value",
);
static DELETE: Sql = Sql::same(
    "delete an identity of a node",
    "DELETE FROM external_identities WHERE authority_id = $1 AND kind = $2 AND value = $3 AND node_id = $4",
);
static FORGET_ALL: Sql =
    Sql::same("forget the identities of an authority", "DELETE FROM external_identities WHERE authority_id = $1");
static RECOGNISE: Sql = over_items!(
    "recognise a node by an external authority",
    "WITH u AS MATERIALIZED (SELECT item.value ->> 'kind' AS kind, item.value ->> 'value' AS shown FROM",
    concat!(
        ")
         SELECT DISTINCT ",
        node_columns!(),
        ", k.name, p.org_id
         FROM u
         JOIN external_authorities AS a ON a.public_key = $2 AND a.removed_at IS NULL
         JOIN external_identities AS i ON i.authority_id = a.id AND i.kind = u.kind AND i.value = u.shown
         JOIN nodes AS n ON n.id = i.node_id AND n.project_id = a.project_id
         JOIN clusters AS k ON k.id = n.cluster_id AND k.deleted_at IS NULL
         JOIN projects AS p ON p.id = n.project_id AND p.deleted_at IS NULL"
    )
);

#[derive(Serialize)]
struct Item<'i> {
    kind: &'static str,
    value: &'i str,
}

impl Store {
    /// Writes down that certificates which show this are a node, and records it.
    /// Cancel: it took place or it did not.
    pub async fn insert_external_identity(
        &self,
        node: &Node,
        identity: &ExternalIdentity,
        told: &[Event],
    ) -> Result<IdentityOutcome> {
        transact!(self, "insert an identity of a node", &[Touched::AllNodes], |tx| {
            insert(tx, node, identity, told).await
        })
    }

    /// Lists a node's identities, oldest first.
    pub async fn external_identities(&self, node: NodeId) -> Result<Vec<ExternalIdentity>> {
        self.read(&LIST, values![node]).await?.iter().map(from_row).collect()
    }

    /// Deletes an identity of a node, and records it. A conflict means it was gone already.
    /// Cancel: it took place or it did not.
    pub async fn delete_external_identity(&self, identity: &ExternalIdentity, told: &[Event]) -> Result<Outcome> {
        transact!(self, "delete an identity of a node", &[Touched::AllNodes], |tx| delete(tx, identity, told).await)
    }

    /// Gives what [`Store::recognise_external`] would, if it is remembered.
    #[must_use]
    pub fn remembered_external(
        &self,
        fingerprint: &[u8; 32],
        authority_key: &[u8; 32],
    ) -> Option<Arc<RecognisedExternal>> {
        let known = self.caches()?.external_nodes.recall(fingerprint)?;
        (known.authority_key == *authority_key).then_some(known)
    }

    /// Recognises the nodes of live clusters that a certificate with this fingerprint is said to be, for which the
    /// authority of that key vouches. `read` is asked what the certificate shows if it is not remembered, which it is
    /// where we own the database.
    pub async fn recognise_external(
        &self,
        fingerprint: &[u8; 32],
        authority_key: &[u8; 32],
        read: impl FnOnce() -> Option<Shown>,
    ) -> Result<Option<Arc<RecognisedExternal>>> {
        if let Some(known) = self.remembered_external(fingerprint, authority_key) {
            return Ok(Some(known));
        }
        let cache = self.caches().map(|caches| &caches.external_nodes);
        let Some(Shown { identities, not_before, not_after }) = read() else { return Ok(None) };
        let ticket = cache.map(|cache| cache.begin_load(fingerprint));
        let item = |one: &'_ Identity| (one.kind().name(), one.value().to_owned());
        let shown: Vec<_> = identities.iter().map(item).collect();
        let items: Vec<_> = shown.iter().map(|(kind, value)| Item { kind, value }).collect();
        let rows = self.read(&RECOGNISE, values![to_json(&items)?, authority_key.as_slice()]).await?;
        if rows.is_empty() {
            return Ok(None);
        }
        let nodes = rows.iter().map(node_from_row).collect::<Result<_>>()?;
        let found = Arc::new(RecognisedExternal { nodes, authority_key: *authority_key, not_before, not_after });
        if let (Some(cache), Some(ticket)) = (cache, ticket) {
            cache.remember(fingerprint, Arc::clone(&found), ticket);
        }
        Ok(Some(found))
    }
}

async fn insert(tx: &mut Tx, node: &Node, identity: &ExternalIdentity, told: &[Event]) -> Result<IdentityOutcome> {
    let ExternalIdentity { authority, identity, node: id, created_at } = identity;
    let alive = nodes::take(tx, *id).await? && external_authorities::hold(tx, node.project, *authority).await?;
    if !alive {
        return Ok(IdentityOutcome::Gone);
    }
    let (kind, value) = (identity.kind().name(), identity.value());
    tx.execute(&MAKE_WAY, values![*authority, kind, value]).await?;
    if tx.execute(&INSERT, values![*authority, kind, value, *id, *created_at]).await? == 0 {
        return Ok(IdentityOutcome::Taken);
    }
    events::insert(tx, told).await?;
    Ok(IdentityOutcome::Saved)
}

async fn delete(tx: &mut Tx, identity: &ExternalIdentity, told: &[Event]) -> Result<Outcome> {
    let ExternalIdentity { authority, identity, node, created_at: _ } = identity;
    let values = values![*authority, identity.kind().name(), identity.value(), *node];
    let outcome = Outcome::of_rows(tx.execute(&DELETE, values).await?);
    if outcome == Outcome::Saved {
        events::insert(tx, told).await?;
    }
    Ok(outcome)
}

/// Forgets all identities under an authority.
pub(crate) async fn forget_all(tx: &mut Tx, authority: ExternalAuthorityId) -> Result<()> {
    tx.execute(&FORGET_ALL, values![authority]).await.map(drop)
}

fn from_row(row: &Row) -> Result<ExternalIdentity> {
    let mut fields = row.fields("external_identities");
    let authority = fields.parsed()?;
    let kind = fields.word(IdentityKind::by_name)?;
    let identity = fields.word(|value| Identity::parse(kind, value))?;
    Ok(ExternalIdentity { authority, identity, node: fields.parsed()?, created_at: fields.time()? })
}

fn node_from_row(row: &Row) -> Result<ExternalNode> {
    let mut fields = row.fields("nodes");
    let node = nodes::from_fields(&mut fields)?;
    Ok(ExternalNode { node, cluster_name: fields.word(ClusterName::parse)?, org: fields.parsed()? })
}
