//! A project's own certificate authorities and their names for nodes come back as they went in; of two nodes that claim
//! one name one wins; what was removed or revoked is recognised no more, whatever is remembered; and old tokens go.

use std::time::Duration;

use domain::event::{Event, EventKind};
use domain::external_authority::{ExternalAuthority, ExternalIdentity, Identity, IdentityKind};
use domain::id::{ExternalAuthorityId, NodeId};
use domain::node::{Node, NodeName, NodeRole, next_token};
use storage::{ClusterOutcome, EventFilter, IdentityOutcome, NodeOutcome, Outcome, Shown, Store};

use crate::database::Database;
use crate::fixtures::*;
use crate::on_both_engines;

on_both_engines! {
    an_authority_comes_back_as_it_was_saved
    a_key_belongs_to_one_authority_that_was_not_removed
    a_name_shows_one_node_and_is_remembered_no_longer_than_true
    of_two_nodes_with_one_name_one_wins
    a_node_of_another_project_is_never_shown
    tokens_go_when_they_were_used_or_expired_by_then
}

const MINUTE: Duration = Duration::from_secs(60);

fn authority(number: u8, project: u32) -> ExternalAuthority {
    ExternalAuthority {
        id: ExternalAuthorityId::from_random([number; 12]),
        project: project_id(project),
        name: format!("authority {number}"),
        certificate: vec![number; 400],
        fingerprint: [number; 32],
        public_key: [number; 32],
        created_at: T0 + MINUTE * u32::from(number),
    }
}

fn node(number: u8) -> Node {
    Node {
        id: NodeId::from_random([number; 12]),
        project: project_id(1),
        cluster: cluster(1, 1, None).id,
        name: NodeName::parse(&format!("n{number}")).unwrap(),
        role: NodeRole::Client,
        region: None,
        created_at: T0,
        revoked_at: None,
    }
}

fn identity(of: u8, node: &Node, name: &str) -> ExternalIdentity {
    let identity = Identity::parse(IdentityKind::SanDns, name).unwrap();
    ExternalIdentity { authority: authority(of, 1).id, identity, node: node.id, created_at: T0 }
}

fn told(number: u32, kind: EventKind) -> [Event; 1] {
    [Event { kind, ..event(number, 1) }]
}

/// A store with a cluster, two nodes, and authority 1 of the first project.
async fn seeded(db: &Database) -> (Store, Node, Node) {
    let store = db.open().await;
    seed(&store, 2).await;
    assert_eq!(store.create_cluster(&cluster(1, 1, None), &[]).await.unwrap(), ClusterOutcome::Saved);
    for node in [node(1), node(2)] {
        assert_eq!(store.create_node(&node, 1, &[]).await.unwrap(), NodeOutcome::Saved);
    }
    let told = told(1, EventKind::ExternalAuthorityAdded);
    assert_eq!(store.insert_external_authority(&authority(1, 1), &told).await.unwrap(), Outcome::Saved);
    (store, node(1), node(2))
}

async fn recognised(store: &Store, key: u8, names: &[&str]) -> Option<Vec<NodeId>> {
    let identities = names.iter().map(|name| Identity::parse(IdentityKind::SanDns, name).unwrap()).collect();
    let read = || Some(Shown { identities, not_before: T0, not_after: T0 + MINUTE });
    let found = store.recognise_external(&[77; 32], &[key; 32], read).await.unwrap()?;
    assert_eq!((found.not_before, found.not_after), (T0, T0 + MINUTE));
    let mut nodes: Vec<_> = found.nodes.iter().map(|one| one.node.id).collect();
    nodes.sort_unstable();
    Some(nodes)
}

async fn an_authority_comes_back_as_it_was_saved(db: Database) {
    let (store, _, _) = seeded(&db).await;
    let (one, two) = (authority(1, 1), authority(2, 1));
    assert_eq!(store.insert_external_authority(&two, &[]).await.unwrap(), Outcome::Saved);
    assert_eq!(store.external_authorities(project_id(1)).await.unwrap(), [one.clone(), two.clone()]);
    assert_eq!(store.external_authority(project_id(1), two.id).await.unwrap(), Some(two.clone()));
    assert_eq!(store.external_authority(project_id(2), two.id).await.unwrap(), None);
    assert_eq!(store.all_external_authorities().await.unwrap().len(), 2);
    let gone = told(2, EventKind::ExternalAuthorityRemoved);
    assert_eq!(store.remove_external_authority(&one, T0, &gone).await.unwrap(), Outcome::Saved);
    assert_eq!(store.remove_external_authority(&one, T0, &[]).await.unwrap(), Outcome::Conflict);
    assert_eq!(store.all_external_authorities().await.unwrap(), [two]);
    let (events, _) = store.events_of_project(project_id(1), &EventFilter::default(), slice(0, 9)).await.unwrap();
    let kinds: Vec<_> = events.into_iter().map(|event| event.kind).collect();
    assert_eq!(kinds, [EventKind::ExternalAuthorityRemoved, EventKind::ExternalAuthorityAdded]);
}

async fn a_key_belongs_to_one_authority_that_was_not_removed(db: Database) {
    let (store, _, _) = seeded(&db).await;
    let again = ExternalAuthority { public_key: [1; 32], ..authority(2, 2) };
    let told = told(2, EventKind::ExternalAuthorityAdded);
    assert_eq!(store.insert_external_authority(&again, &told).await.unwrap(), Outcome::Conflict);
    let (_, total) = store.events_of_project(project_id(1), &EventFilter::default(), slice(0, 9)).await.unwrap();
    assert_eq!(total, 1, "what lost is not told");
    assert_eq!(store.remove_external_authority(&authority(1, 1), T0, &[]).await.unwrap(), Outcome::Saved);
    assert_eq!(store.insert_external_authority(&again, &[]).await.unwrap(), Outcome::Saved);
}

async fn a_name_shows_one_node_and_is_remembered_no_longer_than_true(db: Database) {
    let (store, one, two) = seeded(&db).await;
    assert_eq!(recognised(&store, 1, &["db1"]).await, None);
    let (first, second) = (identity(1, &one, "db1"), identity(1, &two, "db2"));
    for one_of in [(&one, &first), (&two, &second)] {
        assert_eq!(store.insert_external_identity(one_of.0, one_of.1, &[]).await.unwrap(), IdentityOutcome::Saved);
    }
    assert_eq!(store.external_identities(one.id).await.unwrap(), std::slice::from_ref(&first));
    assert_eq!(recognised(&store, 2, &["db1"]).await, None, "by another key");
    for _ in 0..2 {
        assert_eq!(recognised(&store, 1, &["db1", "db2", "else"]).await, Some(vec![one.id, two.id]));
    }
    assert_eq!(store.delete_external_identity(&second, &[]).await.unwrap(), Outcome::Saved);
    assert_eq!(store.delete_external_identity(&second, &[]).await.unwrap(), Outcome::Conflict);
    assert_eq!(recognised(&store, 1, &["db1", "db2"]).await, Some(vec![one.id]));
    assert_eq!(store.remove_external_authority(&authority(1, 1), T0, &[]).await.unwrap(), Outcome::Saved);
    assert_eq!(recognised(&store, 1, &["db1"]).await, None);
    assert!(store.external_identities(one.id).await.unwrap().is_empty());
    assert_eq!(store.insert_external_identity(&one, &first, &[]).await.unwrap(), IdentityOutcome::Gone);
}

async fn of_two_nodes_with_one_name_one_wins(db: Database) {
    let (store, one, two) = seeded(&db).await;
    let (first, second) = (identity(1, &one, "db1"), identity(1, &two, "db1"));
    let (left, right) = tokio::join!(
        store.insert_external_identity(&one, &first, &[]),
        store.insert_external_identity(&two, &second, &[])
    );
    let outcomes = [left.unwrap(), right.unwrap()];
    assert!(outcomes.contains(&IdentityOutcome::Saved) && outcomes.contains(&IdentityOutcome::Taken), "{outcomes:?}");
    // A revoked node gives way, and gets nothing more.
    let (winner, loser, wanted) =
        if outcomes[0] == IdentityOutcome::Saved { (one, two, second) } else { (two, one, first) };
    assert_eq!(store.revoke_node(&winner, T0 + MINUTE, &[]).await.unwrap(), Outcome::Saved);
    assert_eq!(store.insert_external_identity(&loser, &wanted, &[]).await.unwrap(), IdentityOutcome::Saved);
    let late = identity(1, &winner, "late");
    assert_eq!(store.insert_external_identity(&winner, &late, &[]).await.unwrap(), IdentityOutcome::Gone);
    assert_eq!(recognised(&store, 1, &["db1"]).await, Some(vec![loser.id]));
}

async fn a_node_of_another_project_is_never_shown(db: Database) {
    let (store, one, _) = seeded(&db).await;
    let foreign = ExternalAuthority { public_key: [9; 32], ..authority(9, 2) };
    assert_eq!(store.insert_external_authority(&foreign, &[]).await.unwrap(), Outcome::Saved);
    let wanted = ExternalIdentity { authority: foreign.id, ..identity(1, &one, "db1") };
    assert_eq!(store.insert_external_identity(&one, &wanted, &[]).await.unwrap(), IdentityOutcome::Gone);
    // Not even if somebody says that the node is of the authority's project.
    let pretended = Node { project: project_id(2), ..one };
    let _outcome = store.insert_external_identity(&pretended, &wanted, &[]).await.unwrap();
    assert_eq!(recognised(&store, 9, &["db1"]).await, None);
}

async fn tokens_go_when_they_were_used_or_expired_by_then(db: Database) {
    let (store, one, two) = seeded(&db).await;
    for (number, node, at) in [(1, &one, T0), (2, &two, T0 + MINUTE)] {
        let token = next_token(node, [number; 32], at).unwrap();
        assert_eq!(store.insert_enrolment_token(&token, &[]).await.unwrap(), Outcome::Saved);
    }
    let hour = MINUTE * 60;
    assert_eq!(store.purge_enrolment_tokens(T0 + hour - Duration::from_millis(1)).await.unwrap(), 0);
    assert_eq!(store.purge_enrolment_tokens(T0 + hour).await.unwrap(), 1);
    assert!(store.enrolment(&[1; 32]).await.unwrap().is_none() && store.enrolment(&[2; 32]).await.unwrap().is_some());
}
