//! Table `enrolment_tokens`. Of a token only the SHA-256 comes here. Must not know what a token may be used for.

use domain::cluster::ClusterName;
use domain::event::Event;
use domain::id::{NodeId, OrgId};
use domain::node::{EnrolmentToken, Node, NodeCertificate, Serial, TokenUse};
use domain::time::Timestamp;

use crate::engine::Tx;
use crate::error::Result;
use crate::nodes::{self, node_columns};
use crate::sql::{Sql, values};
use crate::store::transact;
use crate::{Outcome, Store, events, node_certificates};

/// A token and everything that decides what it is good for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enrolment {
    /// The token.
    pub token: EnrolmentToken,
    /// Its node, revoked or not. The cluster of it was not deleted.
    pub node: Node,
    /// The name of the node's cluster.
    pub cluster_name: ClusterName,
    /// The organization of the node's project.
    pub org: OrgId,
    /// All certificates the node ever had, oldest first.
    pub certificates: Vec<NodeCertificate>,
}

static INSERT: Sql = Sql::same(
    "insert an enrolment token",
    "INSERT INTO enrolment_tokens (sha256, node_id, created_at, expires_at) VALUES ($1, $2, $3, $4)",
);
static FIND: Sql = Sql::same(
    "find an enrolment token",
    concat!(
        "SELECT t.sha256, t.node_id, t.created_at, t.expires_at, t.used_at, t.used_serial, ",
        node_columns!(),
        ", k.name, p.org_id
         FROM enrolment_tokens AS t
         JOIN nodes AS n ON n.id = t.node_id
         JOIN clusters AS k ON k.id = n.cluster_id AND k.deleted_at IS NULL
         JOIN projects AS p ON p.id = n.project_id AND p.deleted_at IS NULL
         WHERE t.sha256 = $1"
    ),
);
static USE: Sql = Sql::same(
    "use an enrolment token up",
    "UPDATE enrolment_tokens SET used_at = $3, used_serial = $4
     WHERE sha256 = $1 AND node_id = $2 AND used_at IS NULL AND expires_at > $3",
);
static PURGE: Sql =
    Sql::same("purge enrolment tokens", "DELETE FROM enrolment_tokens WHERE COALESCE(used_at, expires_at) <= $1");
static FORGET_UNUSED: Sql = Sql::same(
    "forget the unused enrolment tokens of a node",
    "DELETE FROM enrolment_tokens WHERE node_id = $1 AND used_at IS NULL",
);

impl Store {
    /// Keeps a token in place of those of its node that were not used, and records it. A conflict means that the
    /// node was revoked.
    /// Cancel: it took place or it did not.
    pub async fn insert_enrolment_token(&self, token: &EnrolmentToken, told: &[Event]) -> Result<Outcome> {
        transact!(self, "insert an enrolment token", &[], |tx| insert(tx, token, told).await)
    }

    /// Forgets tokens that were used or expired by then, and counts them.
    pub async fn purge_enrolment_tokens(&self, by: Timestamp) -> Result<u64> {
        self.execute(&PURGE, values![by], &[]).await
    }

    /// Finds a token, its node and what the node has had, all as they are at one instant: an unused token beside the
    /// certificate that used it up would look like a key that asks twice.
    pub async fn enrolment(&self, sha256: &[u8; 32]) -> Result<Option<Enrolment>> {
        let mut tx = self.snapshot(FIND.act).await?;
        let Some(row) = tx.fetch(&FIND, values![sha256.as_slice()]).await?.pop() else { return Ok(None) };
        let mut fields = row.fields("enrolment_tokens");
        let (sha256, of_node) = (fields.bytes()?, fields.parsed()?);
        let (created_at, expires_at, used_at) = (fields.time()?, fields.time()?, fields.time_if_any()?);
        let used = used_at.zip(fields.word_if_any(Serial::parse)?).map(|(at, serial)| TokenUse { at, serial });
        let token = EnrolmentToken { sha256, node: of_node, created_at, expires_at, used };
        let node = nodes::from_fields(&mut fields)?;
        let (cluster_name, org) = (fields.word(ClusterName::parse)?, fields.parsed()?);
        let certificates = node_certificates::list(&mut tx, node.id).await?;
        tx.commit(FIND.act).await?;
        Ok(Some(Enrolment { token, node, cluster_name, org, certificates }))
    }
}

async fn insert(tx: &mut Tx, token: &EnrolmentToken, told: &[Event]) -> Result<Outcome> {
    let EnrolmentToken { sha256, node, created_at, expires_at, used: _ } = token;
    if !nodes::take(tx, *node).await? {
        return Ok(Outcome::Conflict);
    }
    forget_unused(tx, *node).await?;
    tx.execute(&INSERT, values![sha256.as_slice(), *node, *created_at, *expires_at]).await?;
    events::insert(tx, told).await?;
    Ok(Outcome::Saved)
}

/// Uses a token of a node up. Tells whether it was there, unused and in time.
pub(crate) async fn use_up(tx: &mut Tx, sha256: &[u8; 32], node: NodeId, at: Timestamp, serial: &str) -> Result<bool> {
    Ok(tx.execute(&USE, values![sha256.as_slice(), node, at, serial]).await? > 0)
}

/// Forgets what was not used.
pub(crate) async fn forget_unused(tx: &mut Tx, node: NodeId) -> Result<()> {
    tx.execute(&FORGET_UNUSED, values![node]).await.map(drop)
}
