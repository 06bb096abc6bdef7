//! Leave to read another node's key comes back as it was given, ends by itself, and can be taken back.

use std::slice::from_ref;
use std::time::Duration;

use domain::id::{GrantId, ProjectId};
use domain::master_key::access::Grant;
use domain::node::Node;
use domain::release_grant::ReleaseGrant;
use storage::Outcome;

use crate::bare_keys::*;
use crate::database::Database;
use crate::fixtures::*;
use crate::on_both_engines;

on_both_engines! {
    leave_comes_back_until_it_ends
    leave_is_taken_back_once
    leave_joins_a_living_key_and_a_living_node_of_one_project
}

const HOUR: Duration = Duration::from_secs(3600);

fn leave(number: u8, key: u8, node: &Node, hours: u32) -> ReleaseGrant {
    ReleaseGrant {
        id: GrantId::from_random([number; 12]),
        project: node.project,
        grant: Grant { key: key_id(key), node: node.id, expires_at: T0 + HOUR * hours },
        created_at: T0 + Duration::from_secs(number.into()),
        created_by: "abcdefgh".to_owned(),
    }
}

async fn leave_comes_back_until_it_ends(db: Database) {
    let (store, _, [owner, guest]) = furnished(&db).await;
    put_key(&db, 1, &owner, 1).await;
    put_key(&db, 2, &owner, 1).await;
    let (short, long) = (leave(1, 1, &guest, 1), leave(2, 1, &guest, 2));
    for leave in [&short, &long, &leave(3, 2, &guest, 9)] {
        saved(store.insert_release_grant(leave, &[]).await.unwrap());
    }
    let one = project_id(1);
    let of_key = |now| store.release_grants_of_key(one, key_id(1), now);
    assert_eq!(of_key(T0).await.unwrap(), [short.clone(), long.clone()]);
    assert_eq!(store.grants_for(key_id(1), guest.id, T0).await.unwrap().len(), 2);
    assert_eq!(of_key(T0 + HOUR).await.unwrap(), from_ref(&long), "it ends at its time, not after it");
    assert_eq!(store.grants_for(key_id(1), guest.id, T0 + HOUR).await.unwrap(), [long.grant]);
    assert!(store.grants_for(key_id(1), owner.id, T0).await.unwrap().is_empty(), "it was given to another");
    assert!(store.release_grants_of_key(project_id(2), key_id(1), T0).await.unwrap().is_empty());
    assert_eq!(store.purge_release_grants(T0 + HOUR).await.unwrap(), 1);
    assert_eq!(of_key(T0).await.unwrap(), [long]);
}

async fn leave_is_taken_back_once(db: Database) {
    let (store, _, [owner, guest]) = furnished(&db).await;
    put_key(&db, 1, &owner, 1).await;
    let leave = leave(1, 1, &guest, 1);
    saved(store.insert_release_grant(&leave, &[]).await.unwrap());
    assert_eq!(store.delete_release_grant(project_id(2), leave.id, &[]).await.unwrap(), Outcome::Conflict);
    saved(store.delete_release_grant(project_id(1), leave.id, &[event(50, 1)]).await.unwrap());
    assert!(store.grants_for(key_id(1), guest.id, T0).await.unwrap().is_empty());
    let again = store.delete_release_grant(project_id(1), leave.id, &[event(51, 1)]).await.unwrap();
    assert_eq!(again, Outcome::Conflict);
    assert!(store.event_of_project(project_id(1), event_id(50)).await.unwrap().is_some());
    assert_eq!(store.event_of_project(project_id(1), event_id(51)).await.unwrap(), None);
}

async fn leave_joins_a_living_key_and_a_living_node_of_one_project(db: Database) {
    let (store, _, [owner, guest]) = furnished(&db).await;
    put_key(&db, 1, &owner, 1).await;
    put_key(&db, 2, &owner, 1).await;
    purge(&db, 2).await;
    let elsewhere = |project: ProjectId| ReleaseGrant { project, ..leave(1, 1, &guest, 1) };
    for (refused, why) in [
        (leave(1, 3, &guest, 1), "no such key"),
        (leave(1, 2, &guest, 1), "a purged key"),
        (elsewhere(project_id(2)), "a key of another project"),
    ] {
        assert_eq!(store.insert_release_grant(&refused, &[event(50, 1)]).await.unwrap(), Outcome::Conflict, "{why}");
    }
    saved(store.revoke_node(&guest, T0, &[]).await.unwrap());
    let late = store.insert_release_grant(&leave(1, 1, &guest, 1), &[event(50, 1)]).await.unwrap();
    assert_eq!(late, Outcome::Conflict, "a revoked node");
    assert_eq!(store.event_of_project(project_id(1), event_id(50)).await.unwrap(), None);
}
