//! Rotations: a row comes back as it is, ends only when nothing is left to do, and never twice.

use std::time::Duration;

use domain::customer_key::{CustomerKeyNumber, ProviderKind};
use domain::id::RotationId;
use domain::rotation::Rotation;
use storage::{Outcome, WorkKind, validity_work_id};

use crate::bare_keys::*;
use crate::database::Database;
use crate::fixtures::*;
use crate::on_both_engines;

on_both_engines! {
    a_rotation_comes_back_as_it_lies_in_its_row
    what_is_left_is_counted_in_the_keys
    a_rotation_ends_when_nothing_is_left_and_once
    a_superseded_rotation_takes_nothing_more
    of_one_provider_one_rotation_is_under_way
}

const AWS: ProviderKind = ProviderKind::AwsKms;

fn rotation(number: u8, to: i64, total: i64) -> Rotation {
    Rotation {
        id: RotationId::from_random([number; 12]),
        project: project_id(1),
        provider: AWS,
        from: CustomerKeyNumber::from_stored(to - 1),
        to: CustomerKeyNumber::from_stored(to),
        started_at: T0 + Duration::from_secs(number.into()),
        total,
        finished_at: None,
        superseded_at: None,
        last_failure: None,
    }
}

/// Writes the row as the change of a customer key does.
async fn begin(db: &Database, rotation: &Rotation) {
    let Rotation { id, project, provider, from, to, started_at, total, .. } = rotation;
    let begin = format!(
        "INSERT INTO rotations (id, project_id, provider, from_number, to_number, started_at, total)
         VALUES ('{id}', '{project}', '{}', {from}, {to}, {}, {total})",
        provider.name(),
        started_at.as_millis()
    );
    assert_eq!(db.tamper(&begin).await, 1);
}

async fn supersede(db: &Database, rotation: &Rotation) {
    let at = T0.as_millis();
    db.tamper(&format!("UPDATE rotations SET superseded_at = {at} WHERE id = '{}'", rotation.id)).await;
}

async fn a_rotation_comes_back_as_it_lies_in_its_row(db: Database) {
    let (store, _, _) = furnished(&db).await;
    let (first, second) = (rotation(1, 2, 5), rotation(2, 3, 7));
    begin(&db, &first).await;
    supersede(&db, &first).await;
    begin(&db, &second).await;
    saved(store.note_rotation_failure(second.id, Some("ACCESS_DENIED")).await.unwrap());
    let first = Rotation { superseded_at: Some(T0), ..first };
    let second = Rotation { last_failure: Some("ACCESS_DENIED".to_owned()), ..second };
    let one = project_id(1);
    assert_eq!(store.rotations_of_project(one, 0, 9).await.unwrap(), (vec![second.clone(), first.clone()], 2));
    assert_eq!(store.rotations_of_project(one, 1, 1).await.unwrap(), (vec![first.clone()], 2));
    assert_eq!(store.rotation(one, first.id).await.unwrap(), Some(first));
    assert_eq!(store.rotation(project_id(2), second.id).await.unwrap(), None);
    assert_eq!(store.unfinished_rotation(one, AWS).await.unwrap(), Some(second.clone()));
    assert_eq!(store.unfinished_rotation(one, ProviderKind::GcpKms).await.unwrap(), None);
    saved(store.note_rotation_failure(second.id, None).await.unwrap());
    let found = store.rotation(one, second.id).await.unwrap().unwrap();
    assert_eq!(found.last_failure, None);
}

async fn what_is_left_is_counted_in_the_keys(db: Database) {
    let (store, _, [node, other]) = furnished(&db).await;
    for (number, customer_key) in [(1, 1), (2, 1), (3, 2), (4, 3), (5, 1)] {
        put_key(&db, number, if number % 2 == 0 { &node } else { &other }, customer_key).await;
    }
    purge(&db, 5).await;
    let left = |to| store.master_keys_left(project_id(1), AWS, CustomerKeyNumber::from_stored(to));
    assert_eq!((left(3).await.unwrap(), left(2).await.unwrap(), left(1).await.unwrap()), (3, 3, 2));
    move_key(&db, 1, 3).await;
    assert_eq!(left(3).await.unwrap(), 2);
    let google = store.master_keys_left(project_id(1), ProviderKind::GcpKms, CustomerKeyNumber::FIRST);
    assert_eq!(google.await.unwrap(), 0);
}

async fn a_rotation_ends_when_nothing_is_left_and_once(db: Database) {
    let (store, _, [node, _]) = furnished(&db).await;
    put_key(&db, 1, &node, 1).await;
    put_key(&db, 2, &node, 1).await;
    let under_way = rotation(1, 2, 2);
    begin(&db, &under_way).await;
    let work = validity_work_id(project_id(1), AWS);
    store.schedule_work(WorkKind::Rotation, &work, T0).await.unwrap();
    saved(store.note_rotation_failure(under_way.id, Some("TIMEOUT")).await.unwrap());
    let at = T0 + Duration::from_secs(99);
    let finish = || async { store.finish_rotation(under_way.id, at, &[event(50, 1)]).await.unwrap() };
    assert_eq!(finish().await, Outcome::InUse);
    move_key(&db, 1, 2).await;
    assert_eq!(finish().await, Outcome::InUse, "one is left");
    assert_eq!(store.event_of_project(project_id(1), event_id(50)).await.unwrap(), None);
    purge(&db, 2).await;
    saved(finish().await);
    let found = store.rotation(project_id(1), under_way.id).await.unwrap().unwrap();
    assert_eq!(found, Rotation { finished_at: Some(at), ..under_way.clone() }, "nothing holds it up any more");
    assert_eq!(store.next_due(WorkKind::Rotation).await.unwrap(), None, "its piece of work is gone");
    assert!(store.event_of_project(project_id(1), event_id(50)).await.unwrap().is_some());
    let again = store.finish_rotation(under_way.id, at, &[]).await.unwrap();
    assert_eq!(again, Outcome::Conflict);
    assert_eq!(store.note_rotation_failure(under_way.id, Some("late")).await.unwrap(), Outcome::Conflict);
}

async fn a_superseded_rotation_takes_nothing_more(db: Database) {
    let (store, _, _) = furnished(&db).await;
    let early = rotation(1, 2, 0);
    begin(&db, &early).await;
    supersede(&db, &early).await;
    assert_eq!(store.finish_rotation(early.id, T0, &[event(50, 1)]).await.unwrap(), Outcome::Conflict);
    assert_eq!(store.note_rotation_failure(early.id, Some("late")).await.unwrap(), Outcome::Conflict);
    let found = store.rotation(project_id(1), early.id).await.unwrap().unwrap();
    assert_eq!((found.finished_at, found.last_failure), (None, None));
    assert_eq!(store.event_of_project(project_id(1), event_id(50)).await.unwrap(), None);
}

async fn of_one_provider_one_rotation_is_under_way(db: Database) {
    let (_store, _, _) = furnished(&db).await;
    begin(&db, &rotation(1, 2, 0)).await;
    let second = format!(
        "INSERT INTO rotations (id, project_id, provider, from_number, to_number, started_at, total)
         SELECT '{}', project_id, provider, 2, 3, 0, 0 FROM rotations",
        RotationId::from_random([2; 12])
    );
    assert!(db.try_tamper(&second).await.is_err());
}
