//! Rows of master keys that nobody reads whole: enough to be counted, held and pointed at.

use domain::cluster::Cluster;
use domain::id::NodeId;
use domain::master_key::MasterKeyId;
use domain::node::{Node, NodeName, NodeRole};
use storage::{ClusterOutcome, NodeOutcome, Outcome, Store};

use crate::database::Database;
use crate::fixtures::*;

pub(crate) fn key_id(number: u8) -> MasterKeyId {
    MasterKeyId::from_random([number; 16])
}

fn client(number: u8, of: &Cluster) -> Node {
    Node {
        id: NodeId::from_random([number; 12]),
        project: of.project,
        cluster: of.id,
        name: NodeName::parse(&format!("client-{number}")).unwrap(),
        role: NodeRole::Client,
        region: None,
        created_at: T0,
        revoked_at: None,
    }
}

/// A store with projects 1 and 2, and in project 1 clusters 1 and 2 with a client each, of these numbers.
pub(crate) async fn furnished(db: &Database) -> (Store, [Cluster; 2], [Node; 2]) {
    let store = db.open().await;
    seed_enabled(&store, 2).await;
    let clusters = [1, 2].map(|number| cluster(number, 1, None));
    let nodes = [client(1, &clusters[0]), client(2, &clusters[1])];
    for cluster in &clusters {
        assert_eq!(store.create_cluster(cluster, &[]).await.unwrap(), ClusterOutcome::Saved);
    }
    for node in &nodes {
        assert_eq!(store.create_node(node, 1, &[]).await.unwrap(), NodeOutcome::Saved);
    }
    (store, clusters, nodes)
}

/// Puts a row where no key is, of a node's, under a customer key of AWS.
pub(crate) async fn put_key(db: &Database, number: u8, node: &Node, customer_key: i64) {
    let blob = if db.is_sqlite() { "x'00'" } else { "'\\x00'" };
    let (id, Node { id: node, project, cluster, .. }) = (key_id(number), node);
    let put = format!(
        "INSERT INTO master_keys (id, project_id, cluster_id, node_id, role, scope, object_type, body, provider,
             customer_key, cluster_name, key_name, wrapping_revision, revision, created_at, mac)
         VALUES ('{id}', '{project}', '{cluster}', '{node}', 'client', 'clients:{cluster}', 'SymmetricKey', '{{}}',
             'aws_kms', {customer_key}, 'cluster', 'arn', 1, 1, 0, {blob})"
    );
    assert_eq!(db.tamper(&put).await, 1);
}

/// Marks a key as purged.
pub(crate) async fn purge(db: &Database, number: u8) {
    let purge = format!("UPDATE master_keys SET purged_at = 1 WHERE id = '{}'", key_id(number));
    assert_eq!(db.tamper(&purge).await, 1);
}

/// Puts a key under another customer key.
pub(crate) async fn move_key(db: &Database, number: u8, to: i64) {
    let wrapped = format!("UPDATE master_keys SET customer_key = {to} WHERE id = '{}'", key_id(number));
    assert_eq!(db.tamper(&wrapped).await, 1);
}

pub(crate) fn saved(outcome: Outcome) {
    assert_eq!(outcome, Outcome::Saved);
}
