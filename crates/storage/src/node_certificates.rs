//! Table `node_certificates`: what was given to nodes, and how a node is recognised by it. Must not know X.509,
//! nor when a certificate counts.

use std::sync::Arc;

use domain::cluster::ClusterName;
use domain::event::Event;
use domain::id::{ClusterId, NodeId, OrgId, ProjectId};
use domain::node::{Node, NodeCertificate, Serial};
use domain::time::Timestamp;
use serde::Serialize;

use crate::cache::Touched;
use crate::engine::Tx;
use crate::error::Result;
use crate::nodes::node_columns;
use crate::projects::count;
use crate::sql::{Fields, Row, Sql, over_items, to_json, values};
use crate::store::transact;
use crate::{Outcome, Store, enrolment_tokens, events, nodes};

/// A node as its certificate shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecognisedNode {
    /// The node, revoked or not.
    pub node: Node,
    /// Its cluster's name. The cluster was not deleted.
    pub cluster_name: ClusterName,
    /// The organization its project belongs to.
    pub org: OrgId,
    /// The certificate, live or not.
    pub certificate: NodeCertificate,
    /// SHA-256 of the public key of the authority that signed it.
    pub authority_key: [u8; 32],
}

/// A certificate to keep.
#[derive(Debug)]
pub struct SaveNodeCertificate<'s> {
    /// SHA-256 of the token that is used up by it; none if the node renews by the certificate it has.
    pub token: Option<[u8; 32]>,
    /// What is kept of it.
    pub certificate: &'s NodeCertificate,
    /// The whole of it, as DER.
    pub der: &'s [u8],
    /// How many the node had had when it was made.
    pub predecessors: usize,
    /// When those that count end because of it.
    pub ends: &'s [(Serial, Timestamp)],
    /// What tells of it.
    pub told: &'s [Event],
}

/// The columns of a certificate, as [`from_fields`] reads them.
macro_rules! certificate_columns {
    () => {
        "c.serial, c.node_id, c.authority_id, c.public_key, c.fingerprint, c.issued_at, c.expires_at, c.ends_at"
    };
}

static INSERT: Sql = Sql::same(
    "insert a node's certificate",
    "INSERT INTO node_certificates (serial, node_id, authority_id, public_key, fingerprint, certificate, issued_at,
         expires_at, ends_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING",
);
static LIST: Sql = Sql::same(
    "list a node's certificates",
    concat!(
        "SELECT ",
        certificate_columns!(),
        " FROM node_certificates AS c WHERE c.node_id = $1 ORDER BY c.issued_at, c.serial"
    ),
);
static LIST_CLUSTER: Sql = Sql::same(
    "list the certificates of a cluster's nodes",
    concat!(
        "SELECT ",
        certificate_columns!(),
        " FROM node_certificates AS c WHERE c.node_id IN (SELECT id FROM nodes WHERE cluster_id = $1) AND c.ends_at > $2
          ORDER BY c.issued_at, c.serial"
    ),
);
static COUNT: Sql =
    Sql::same("count a node's certificates", "SELECT COUNT(*) FROM node_certificates WHERE node_id = $1");
static DER: Sql = Sql::same("read a node's certificate", "SELECT certificate FROM node_certificates WHERE serial = $1");
static RECOGNISE: Sql = Sql::same(
    "recognise a node",
    concat!(
        "SELECT ",
        node_columns!(),
        ", ",
        certificate_columns!(),
        ", k.name, p.org_id, a.public_key
         FROM node_certificates AS c
         JOIN nodes AS n ON n.id = c.node_id
         JOIN clusters AS k ON k.id = n.cluster_id AND k.deleted_at IS NULL
         JOIN projects AS p ON p.id = n.project_id AND p.deleted_at IS NULL
         JOIN certificate_authorities AS a ON a.id = c.authority_id
         WHERE c.fingerprint = $1"
    ),
);
static PROJECTS: Sql = Sql::same(
    "list projects whose nodes have certificates",
    "SELECT DISTINCT p.id, p.org_id FROM node_certificates AS c
     JOIN nodes AS n ON n.id = c.node_id
     JOIN projects AS p ON p.id = n.project_id AND p.deleted_at IS NULL
     WHERE c.ends_at > $1 ORDER BY p.id",
);
static END_ALL: Sql = Sql::same(
    "end a node's certificates",
    "UPDATE node_certificates SET ends_at = $2 WHERE node_id = $1 AND ends_at > $2",
);
static END: Sql = over_items!(
    "end certificates of a node",
    "WITH u AS MATERIALIZED (
         SELECT item.value ->> 'serial' AS serial, CAST(item.value ->> 'end' AS BIGINT) AS new_end FROM",
    ")
     UPDATE node_certificates SET ends_at = u.new_end FROM u
     WHERE node_certificates.node_id = $2 AND node_certificates.serial = u.serial"
);

#[derive(Serialize)]
struct End {
    serial: String,
    end: i64,
}

impl Store {
    /// Lists all certificates a node ever had, oldest first.
    pub async fn node_certificates(&self, node: NodeId) -> Result<Vec<NodeCertificate>> {
        self.read(&LIST, values![node]).await?.iter().map(from_row).collect()
    }

    /// Lists the certificates of a cluster's nodes that end after a time, oldest first.
    pub async fn certificates_of_cluster(&self, cluster: ClusterId, after: Timestamp) -> Result<Vec<NodeCertificate>> {
        self.read(&LIST_CLUSTER, values![cluster, after]).await?.iter().map(from_row).collect()
    }

    /// Reads a certificate, as DER.
    pub async fn node_certificate_der(&self, serial: Serial) -> Result<Option<Vec<u8>>> {
        let row = self.read_one(&DER, values![serial.to_string()]).await?;
        row.map(|row| row.fields("node_certificates").blob()).transpose()
    }

    /// Lists the projects, and their organizations, that have nodes with certificates that end after a time.
    pub async fn projects_with_certificates(&self, after: Timestamp) -> Result<Vec<(ProjectId, OrgId)>> {
        let pair = |row: &Row| {
            let mut fields = row.fields("projects");
            Ok((fields.parsed()?, fields.parsed()?))
        };
        self.read(&PROJECTS, values![after]).await?.iter().map(pair).collect()
    }

    /// Keeps a certificate and uses its token up, ends its predecessors, and records it. A conflict means that
    /// the token was used or replaced, the node was revoked or has had another certificate meanwhile.
    /// Cancel: it took place or it did not.
    pub async fn save_node_certificate(&self, wanted: SaveNodeCertificate<'_>) -> Result<Outcome> {
        let wanted = &wanted;
        transact!(self, "save a node's certificate", &[Touched::AllNodes], |tx| save(tx, wanted).await)
    }

    /// Recognises the node of a live cluster that was given a certificate with this fingerprint. Remembered where
    /// we own the database.
    pub async fn recognise_node(&self, fingerprint: &[u8; 32]) -> Result<Option<Arc<RecognisedNode>>> {
        let cache = self.caches().map(|caches| &caches.nodes);
        if let Some(known) = cache.and_then(|cache| cache.recall(fingerprint)) {
            return Ok(Some(known));
        }
        let ticket = cache.map(|cache| cache.begin_load(fingerprint));
        let Some(row) = self.read_one(&RECOGNISE, values![fingerprint.as_slice()]).await? else { return Ok(None) };
        let mut fields = row.fields("nodes");
        let node = nodes::from_fields(&mut fields)?;
        let certificate = from_fields(&mut fields)?;
        let (cluster_name, org) = (fields.word(ClusterName::parse)?, fields.parsed()?);
        let found = Arc::new(RecognisedNode { node, cluster_name, org, certificate, authority_key: fields.bytes()? });
        if let (Some(cache), Some(ticket)) = (cache, ticket) {
            cache.remember(fingerprint, Arc::clone(&found), ticket);
        }
        Ok(Some(found))
    }
}

async fn save(tx: &mut Tx, wanted: &SaveNodeCertificate<'_>) -> Result<Outcome> {
    let SaveNodeCertificate { token, certificate, der, predecessors, ends, told } = wanted;
    let NodeCertificate { serial, node, authority, public_key, fingerprint, issued_at, expires_at, ends_at } =
        certificate;
    if !nodes::take(tx, *node).await? {
        return Ok(Outcome::Conflict);
    }
    // A statement of its own after the lock, so that it sees what the lock waited for.
    let had = tx.fetch(&COUNT, values![*node]).await?.first().map_or(Ok(0), count)?;
    if usize::try_from(had) != Ok(*predecessors) {
        return Ok(Outcome::Conflict);
    }
    let number = serial.to_string();
    let (key, print) = (public_key.as_slice(), fingerprint.as_slice());
    let values = values![&number, *node, *authority, key, print, *der, *issued_at, *expires_at, *ends_at];
    if tx.execute(&INSERT, values).await? == 0 {
        return Ok(Outcome::Conflict);
    }
    if let Some(token) = token
        && !enrolment_tokens::use_up(tx, token, *node, *issued_at, &number).await?
    {
        // Nothing of this transaction may stay: the certificate goes with the token.
        tx.execute(&FORGET, values![&number]).await?;
        return Ok(Outcome::Conflict);
    }
    let items: Vec<_> =
        ends.iter().map(|(serial, end)| End { serial: serial.to_string(), end: end.as_millis() }).collect();
    tx.execute(&END, values![to_json(&items)?, *node]).await?;
    events::insert(tx, *told).await?;
    Ok(Outcome::Saved)
}

static FORGET: Sql = Sql::same("take back a node's certificate", "DELETE FROM node_certificates WHERE serial = $1");

/// Lists all certificates a node ever had, oldest first.
pub(crate) async fn list(tx: &mut Tx, node: NodeId) -> Result<Vec<NodeCertificate>> {
    tx.fetch(&LIST, values![node]).await?.iter().map(from_row).collect()
}

/// Ends all certificates of a node.
pub(crate) async fn end_all(tx: &mut Tx, node: NodeId, at: Timestamp) -> Result<()> {
    tx.execute(&END_ALL, values![node, at]).await.map(drop)
}

fn from_row(row: &Row) -> Result<NodeCertificate> {
    from_fields(&mut row.fields("node_certificates"))
}

/// Reads the columns that `certificate_columns!` names.
fn from_fields(fields: &mut Fields<'_>) -> Result<NodeCertificate> {
    Ok(NodeCertificate {
        serial: fields.word(Serial::parse)?,
        node: fields.parsed()?,
        authority: fields.parsed()?,
        public_key: fields.bytes()?,
        fingerprint: fields.bytes()?,
        issued_at: fields.time()?,
        expires_at: fields.time()?,
        ends_at: fields.time()?,
    })
}
