//! Nodes, their tokens and their certificates come back as they went in; of two requests with one token one wins;
//! and what was revoked or deleted is recognised no more, whatever is remembered.

use std::time::Duration;

use domain::certificate_authority::CertificateAuthority;
use domain::cluster::{Cluster, RegionName};
use domain::event::{Event, EventKind};
use domain::id::{CertificateAuthorityId, NodeId};
use domain::node::{EnrolmentToken, Node, NodeCertificate, NodeName, NodeRole, Serial, TokenUse, next_token};
use domain::secret::SecretText;
use storage::{ClusterOutcome, EventFilter, NodeOutcome, Outcome, SaveNodeCertificate, Store};

use crate::database::Database;
use crate::fixtures::*;
use crate::on_both_engines;

on_both_engines! {
    a_node_comes_back_as_it_was_saved
    a_cluster_that_changed_meanwhile_takes_no_node
    a_token_comes_back_with_all_that_decides
    a_newer_token_takes_the_place_of_an_unused_one
    a_certificate_uses_its_token_up_and_ends_its_predecessors
    of_two_enrolments_with_one_token_one_wins
    a_certificate_that_lost_leaves_nothing
    a_revoked_node_is_recognised_as_that_at_once
    a_deleted_cluster_has_no_nodes_to_recognise
    an_authority_comes_back_sealed_and_one_wins_a_generation
}

const MINUTE: Duration = Duration::from_secs(60);
const CA_KEY: &str = "-----BEGIN PRIVATE KEY-----\ncanaryOfTheAuthority/0123456789\n-----END PRIVATE KEY-----\n";

fn node(number: u8, name: &str) -> Node {
    Node {
        id: NodeId::from_random([number; 12]),
        project: project_id(1),
        cluster: cluster(1, 1, None).id,
        name: NodeName::parse(name).unwrap(),
        role: NodeRole::Mongod,
        region: RegionName::parse("US_EAST_2"),
        created_at: T0,
        revoked_at: None,
    }
}

fn told(number: u32, kind: EventKind) -> [Event; 1] {
    [Event { cluster: Some(cluster_name("cluster1")), kind, ..event(number, 1) }]
}

pub(crate) fn authority(number: u8) -> CertificateAuthority {
    CertificateAuthority {
        id: CertificateAuthorityId::from_random([number; 12]),
        generation: 1,
        certificate: vec![number; 400],
        public_key: [number; 32],
        created_at: T0,
        expires_at: T0 + CertificateAuthority::LASTS,
    }
}

pub(crate) fn ca_key() -> SecretText {
    SecretText::new(CA_KEY.to_owned())
}

fn certificate(number: u8, of: &Node) -> NodeCertificate {
    let issued_at = T0 + MINUTE * u32::from(number);
    NodeCertificate {
        serial: Serial::from_random([number; 16]),
        node: of.id,
        authority: authority(1).id,
        public_key: [number; 32],
        fingerprint: [number; 32],
        issued_at,
        expires_at: issued_at + NodeCertificate::LASTS,
        ends_at: issued_at + NodeCertificate::LASTS,
    }
}

async fn enrol(store: &Store, token: u8, number: u8, of: &Node, predecessors: usize) -> Outcome {
    let certificate = certificate(number, of);
    let told = told(100 + u32::from(number), EventKind::NodeCertificateIssued);
    let wanted = SaveNodeCertificate {
        token: Some([token; 32]),
        certificate: &certificate,
        der: &[number; 500],
        predecessors,
        ends: &[],
        told: &told,
    };
    store.save_node_certificate(wanted).await.unwrap()
}

async fn give_token(store: &Store, number: u8, to: &Node) -> EnrolmentToken {
    let token = next_token(to, [number; 32], T0).unwrap();
    let told = told(200 + u32::from(number), EventKind::NodeEnrolmentTokenCreated);
    assert_eq!(store.insert_enrolment_token(&token, &told).await.unwrap(), Outcome::Saved);
    token
}

/// A store with a cluster, an authority and one node that has a token.
async fn seeded(db: &Database) -> (Store, Cluster, Node) {
    let store = db.open().await;
    seed(&store, 2).await;
    let cluster = cluster(1, 1, None);
    assert_eq!(store.create_cluster(&cluster, &[]).await.unwrap(), ClusterOutcome::Saved);
    assert_eq!(store.insert_certificate_authority(&authority(1), &ca_key(), &[]).await.unwrap(), Outcome::Saved);
    let node = node(1, "n1");
    let outcome = store.create_node(&node, 1, &told(1, EventKind::NodeCreated)).await.unwrap();
    assert_eq!(outcome, NodeOutcome::Saved);
    give_token(&store, 1, &node).await;
    (store, cluster, node)
}

async fn kinds(store: &Store) -> Vec<EventKind> {
    let (events, _) = store.events_of_project(project_id(1), &EventFilter::default(), slice(0, 99)).await.unwrap();
    events.into_iter().rev().map(|event| event.kind).collect()
}

async fn a_node_comes_back_as_it_was_saved(db: Database) {
    let (store, cluster, one) = seeded(&db).await;
    assert_eq!(store.node(project_id(1), cluster.id, one.id).await.unwrap(), Some(one.clone()));
    assert_eq!(store.node(project_id(2), cluster.id, one.id).await.unwrap(), None);
    let taken = store.create_node(&Node { id: NodeId::from_random([2; 12]), ..one.clone() }, 1, &[]).await.unwrap();
    assert_eq!(taken, NodeOutcome::NameTaken);
    let client = Node { role: NodeRole::Client, region: None, ..node(3, "a.b_c-d") };
    assert_eq!(store.create_node(&client, 1, &[]).await.unwrap(), NodeOutcome::Saved);
    let (page, total) = store.nodes_of(cluster.id, 0, 9).await.unwrap();
    assert_eq!((page, total), (vec![client.clone(), one.clone()], 2));
    assert_eq!(store.nodes_of(cluster.id, 1, 1).await.unwrap(), (vec![one.clone()], 2));

    // A revoked node keeps its row and gives its name free.
    assert_eq!(store.revoke_node(&one, T0 + MINUTE, &told(2, EventKind::NodeRevoked)).await.unwrap(), Outcome::Saved);
    assert_eq!(store.revoke_node(&one, T0 + MINUTE, &[]).await.unwrap(), Outcome::Conflict);
    let revoked = store.node(project_id(1), cluster.id, one.id).await.unwrap().unwrap();
    assert_eq!(revoked.revoked_at, Some(T0 + MINUTE));
    let heir = Node { id: NodeId::from_random([2; 12]), ..one };
    assert_eq!(store.create_node(&heir, 1, &[]).await.unwrap(), NodeOutcome::Saved);
    assert_eq!(store.nodes_of(cluster.id, 0, 9).await.unwrap().1, 3);
    let expected = [EventKind::NodeCreated, EventKind::NodeEnrolmentTokenCreated, EventKind::NodeRevoked];
    assert_eq!(kinds(&store).await, expected);
}

async fn a_cluster_that_changed_meanwhile_takes_no_node(db: Database) {
    let (store, cluster, _) = seeded(&db).await;
    assert_eq!(store.create_node(&node(2, "n2"), 2, &[]).await.unwrap(), NodeOutcome::Conflict);
    let foreign = Node { project: project_id(2), ..node(2, "n2") };
    assert_eq!(store.create_node(&foreign, 1, &[]).await.unwrap(), NodeOutcome::Conflict);
    assert_eq!(store.delete_cluster(&cluster, T0, &[]).await.unwrap(), Outcome::Saved);
    assert_eq!(store.create_node(&node(2, "n2"), 2, &[]).await.unwrap(), NodeOutcome::Conflict);
}

async fn a_token_comes_back_with_all_that_decides(db: Database) {
    let (store, cluster, node) = seeded(&db).await;
    let found = store.enrolment(&[1; 32]).await.unwrap().unwrap();
    assert_eq!(found.token, next_token(&node, [1; 32], T0).unwrap());
    assert_eq!((&found.node, &found.cluster_name, found.org), (&node, &cluster.name, org_id(1)));
    assert!(found.certificates.is_empty());
    assert_eq!(store.enrolment(&[2; 32]).await.unwrap(), None);

    assert_eq!(enrol(&store, 1, 1, &node, 0).await, Outcome::Saved);
    let found = store.enrolment(&[1; 32]).await.unwrap().unwrap();
    let written = certificate(1, &node);
    assert_eq!(found.token.used, Some(TokenUse { at: written.issued_at, serial: written.serial }));
    assert_eq!(found.certificates, [written]);
}

async fn a_newer_token_takes_the_place_of_an_unused_one(db: Database) {
    let (store, _, node) = seeded(&db).await;
    give_token(&store, 2, &node).await;
    assert_eq!(store.enrolment(&[1; 32]).await.unwrap(), None);
    assert_eq!(enrol(&store, 1, 1, &node, 0).await, Outcome::Conflict);
    assert_eq!(enrol(&store, 2, 1, &node, 0).await, Outcome::Saved);
    // One that was used stays, so that its answer can be repeated.
    give_token(&store, 3, &node).await;
    assert!(store.enrolment(&[2; 32]).await.unwrap().is_some());
}

async fn a_certificate_uses_its_token_up_and_ends_its_predecessors(db: Database) {
    let (store, cluster, node) = seeded(&db).await;
    assert_eq!(enrol(&store, 1, 1, &node, 0).await, Outcome::Saved);
    assert_eq!(store.node_certificate_der(certificate(1, &node).serial).await.unwrap(), Some(vec![1; 500]));
    give_token(&store, 2, &node).await;
    let second = certificate(2, &node);
    let end = second.issued_at + NodeCertificate::OVERLAP;
    let wanted = SaveNodeCertificate {
        token: Some([2; 32]),
        certificate: &second,
        der: &[2; 500],
        predecessors: 1,
        ends: &[(certificate(1, &node).serial, end)],
        told: &[],
    };
    assert_eq!(store.save_node_certificate(wanted).await.unwrap(), Outcome::Saved);
    let first = NodeCertificate { ends_at: end, ..certificate(1, &node) };
    assert_eq!(store.node_certificates(node.id).await.unwrap(), [first.clone(), second.clone()]);
    assert_eq!(store.certificates_of_cluster(cluster.id, T0).await.unwrap(), [first, second.clone()]);
    assert_eq!(store.certificates_of_cluster(cluster.id, end).await.unwrap(), [second]);
}

async fn of_two_enrolments_with_one_token_one_wins(db: Database) {
    let (store, _, node) = seeded(&db).await;
    for round in 0..5_u8 {
        let token = 10 + round;
        give_token(&store, token, &node).await;
        let had = store.node_certificates(node.id).await.unwrap().len();
        let (one, other) = (20 + 2 * round, 21 + 2 * round);
        let (first, second) =
            tokio::join!(enrol(&store, token, one, &node, had), enrol(&store, token, other, &node, had));
        let won = [first, second].into_iter().filter(|outcome| *outcome == Outcome::Saved).count();
        assert_eq!(won, 1, "{first:?} {second:?}");
        assert_eq!(store.node_certificates(node.id).await.unwrap().len(), had + 1);
    }
    let issued = kinds(&store).await.into_iter().filter(|kind| *kind == EventKind::NodeCertificateIssued).count();
    assert_eq!(issued, 5);
}

async fn a_certificate_that_lost_leaves_nothing(db: Database) {
    let (store, _, node) = seeded(&db).await;
    assert_eq!(enrol(&store, 9, 1, &node, 0).await, Outcome::Conflict, "no such token");
    assert_eq!(enrol(&store, 1, 1, &node, 1).await, Outcome::Conflict, "another number of predecessors");
    assert_eq!(enrol(&store, 1, 60, &node, 0).await, Outcome::Conflict, "an hour later");
    assert!(store.node_certificates(node.id).await.unwrap().is_empty());
    assert!(!kinds(&store).await.contains(&EventKind::NodeCertificateIssued));
    assert_eq!(store.enrolment(&[1; 32]).await.unwrap().unwrap().token.used, None);
    assert_eq!(enrol(&store, 1, 1, &node, 0).await, Outcome::Saved);
    give_token(&store, 2, &node).await;
    assert_eq!(enrol(&store, 2, 1, &node, 1).await, Outcome::Conflict, "the same key, serial and fingerprint");
}

async fn a_revoked_node_is_recognised_as_that_at_once(db: Database) {
    let (store, cluster, node) = seeded(&db).await;
    assert_eq!(store.recognise_node(&[1; 32]).await.unwrap(), None);
    assert_eq!(enrol(&store, 1, 1, &node, 0).await, Outcome::Saved);
    for _ in 0..2 {
        let found = store.recognise_node(&[1; 32]).await.unwrap().unwrap();
        assert_eq!((&found.node, &found.certificate), (&node, &certificate(1, &node)));
        assert_eq!((&found.cluster_name, found.org, found.authority_key), (&cluster.name, org_id(1), [1; 32]));
    }
    give_token(&store, 2, &node).await;
    let at = T0 + 5 * MINUTE;
    assert_eq!(store.revoke_node(&node, at, &[]).await.unwrap(), Outcome::Saved);
    let found = store.recognise_node(&[1; 32]).await.unwrap().unwrap();
    assert_eq!((found.node.revoked_at, found.certificate.ends_at), (Some(at), at));
    assert_eq!(store.enrolment(&[2; 32]).await.unwrap(), None);
    assert_eq!(enrol(&store, 2, 3, &node, 1).await, Outcome::Conflict);
    let late = next_token(&node, [3; 32], T0).unwrap();
    assert_eq!(store.insert_enrolment_token(&late, &[]).await.unwrap(), Outcome::Conflict);
}

async fn a_deleted_cluster_has_no_nodes_to_recognise(db: Database) {
    let (store, cluster, node) = seeded(&db).await;
    assert_eq!(enrol(&store, 1, 1, &node, 0).await, Outcome::Saved);
    assert!(store.recognise_node(&[1; 32]).await.unwrap().is_some());
    give_token(&store, 2, &node).await;
    assert_eq!(store.delete_cluster(&cluster, T0, &[]).await.unwrap(), Outcome::Saved);
    assert_eq!(store.recognise_node(&[1; 32]).await.unwrap(), None);
    assert_eq!(store.enrolment(&[2; 32]).await.unwrap(), None);
}

async fn an_authority_comes_back_sealed_and_one_wins_a_generation(db: Database) {
    let (store, _, node) = seeded(&db).await;
    let lost = store.insert_certificate_authority(&authority(2), &ca_key(), &[]).await.unwrap();
    assert_eq!(lost, Outcome::Conflict);
    let found = store.newest_certificate_authority().await.unwrap().unwrap();
    assert_eq!((&found.authority, found.private_key.expose()), (&authority(1), CA_KEY));
    assert_eq!(store.certificate_authorities().await.unwrap(), [(authority(1), None)]);
    assert_eq!(enrol(&store, 1, 1, &node, 0).await, Outcome::Saved);
    let next = CertificateAuthority { generation: 2, ..authority(2) };
    assert_eq!(store.insert_certificate_authority(&next, &ca_key(), &[]).await.unwrap(), Outcome::Saved);
    let end = certificate(1, &node).ends_at;
    assert_eq!(store.certificate_authorities().await.unwrap(), [(next.clone(), None), (authority(1), Some(end))]);
    assert_eq!(store.newest_certificate_authority().await.unwrap().unwrap().authority, next);

    // The key of one opens in no other row.
    let steal = "UPDATE certificate_authorities SET sealed_key = (SELECT sealed_key FROM certificate_authorities
                 WHERE generation = 1) WHERE generation = 2";
    assert_eq!(db.tamper(steal).await, 1);
    assert!(store.newest_certificate_authority().await.is_err());
}
