//! The record of releases: lines follow each other whoever writes them, and whatever is done to them behind the
//! store's back is found and named.

use std::net::IpAddr;
use std::slice::from_ref;
use std::time::Duration;

use domain::cluster::ClusterName;
use domain::customer_key::{CustomerKeyNumber, CustomerKeyVersion, ProviderKind};
use domain::id::{ClusterId, NodeId};
use domain::master_key::MasterKeyId;
use domain::node::{NodeName, NodeRole, Serial};
use domain::release::{Release, ReleaseAct};
use domain::time::Timestamp;
use storage::{Breach, SignedHead, Store, StoreError, StoreOptions};

use crate::database::{Database, root_key};
use crate::fixtures::*;
use crate::on_both_engines;

on_both_engines! {
    lines_follow_each_other_across_batches_and_openings
    writers_at_once_never_fork_a_chain
    every_kind_of_tampering_is_found_and_named
    a_signed_head_finds_what_a_head_that_was_put_back_hides
    only_heads_that_we_signed_count
    a_damaged_head_takes_no_more_lines_and_harms_nobody_else
    heads_that_moved_are_listed
    ten_thousand_lines_are_verified
    the_record_goes_on_under_another_root_key
    the_record_goes_on_after_a_restore
    a_reader_verifies_beside_a_writer
}

/// A release that is like no other: `number` is when it was.
pub(crate) fn release(number: i64, project: u32) -> Release {
    Release {
        project: project_id(project),
        act: ReleaseAct::Get,
        key: MasterKeyId::from_random([u8::try_from(project).unwrap(); 16]),
        provider: ProviderKind::AwsKms,
        customer_key: CustomerKeyNumber::FIRST,
        customer_key_version: CustomerKeyVersion { key: "arn:aws:kms:eu:1:key/Ä\"'".to_owned(), material: None },
        node: NodeId::from_random([3; 12]),
        node_name: NodeName::parse("db-1").unwrap(),
        role: NodeRole::Mongod,
        cluster: ClusterId::from_random([4; 12]),
        cluster_name: ClusterName::parse("cluster0").unwrap(),
        serial: Serial::from_random([5; 16]),
        address: IpAddr::from([192, 0, 2, 7]),
        at: T0 + Duration::from_millis(number.unsigned_abs()),
        times: 1,
    }
}

fn releases(numbers: std::ops::RangeInclusive<i64>, project: u32) -> Vec<Release> {
    numbers.map(|number| release(number, project)).collect()
}

async fn append(store: &Store, numbers: std::ops::RangeInclusive<i64>, project: u32) {
    store.append_releases(&releases(numbers, project)).await.unwrap();
}

async fn breaches(store: &Store, project: u32, heads: &[SignedHead]) -> Vec<Breach> {
    store.verify_releases(project_id(project), heads).await.unwrap().breaches
}

async fn sign(store: &Store, project: u32) -> SignedHead {
    let head = store.release_head(project_id(project)).await.unwrap().unwrap();
    store.sign_release_head(&head, T0).await.unwrap()
}

async fn lines_follow_each_other_across_batches_and_openings(db: Database) {
    let store = db.open().await;
    assert_eq!(store.release_head(project_id(1)).await.unwrap(), None);
    assert!(breaches(&store, 1, &[]).await.is_empty());
    assert!(store.projects_with_releases(&[]).await.unwrap().is_empty());
    store.append_releases(&[]).await.unwrap();
    append(&store, 1..=3, 1).await;
    let mixed = [release(1, 2), release(4, 1), release(2, 2)];
    store.append_releases(&mixed).await.unwrap();
    store.close().await;
    drop(store);
    let store = db.open().await;
    append(&store, 5..=6, 1).await;
    for (project, numbers) in [(1, 1..=6), (2, 1..=2)] {
        let verdict = store.verify_releases(project_id(project), &[]).await.unwrap();
        assert!(verdict.is_intact(), "{verdict:?}");
        let wanted = releases(numbers, project);
        assert_eq!(usize::try_from(verdict.lines).unwrap(), wanted.len());
        let head = store.release_head(project_id(project)).await.unwrap().unwrap();
        assert_eq!(verdict.head, Some(head));
        let lines = store.release_lines(project_id(project), 0, 100).await.unwrap();
        let sequences: Vec<i64> = lines.iter().map(|line| line.sequence).collect();
        assert_eq!(sequences, (1..=head.sequence).collect::<Vec<_>>());
        let found: Vec<Release> = lines.iter().map(|line| line.release().unwrap()).collect();
        assert_eq!(found, wanted);
        assert_eq!((lines.last().unwrap().mac, wanted.last().unwrap().at), (head.mac, head.updated_at));
    }
    let page = store.release_lines(project_id(1), 2, 3).await.unwrap();
    assert_eq!(page.iter().map(|line| line.sequence).collect::<Vec<_>>(), [3, 4, 5]);
    assert_eq!(store.projects_with_releases(&[project_id(9)]).await.unwrap(), [1, 2, 9].map(project_id));
}

async fn writers_at_once_never_fork_a_chain(db: Database) {
    // On PostgreSQL each is a process of its own; SQLite has one process and many callers.
    let first = db.open().await;
    let second = if db.is_sqlite() { first.clone() } else { db.open().await };
    let write = |store: Store, writer: i64| async move {
        for turn in 0..20 {
            let number = writer * 100 + turn;
            // Two of three projects each time, in this order or the other.
            let (one, two) = [(1, 2), (3, 1), (2, 3)][usize::try_from(number % 3).unwrap()];
            store.append_releases(&[release(number, one), release(number, two)]).await.unwrap();
        }
    };
    let writers = (0..8).map(|writer| write(if writer % 2 == 0 { first.clone() } else { second.clone() }, writer));
    futures_util::future::join_all(writers).await;
    let mut all = 0;
    for project in 1..=3 {
        let verdict = second.verify_releases(project_id(project), &[]).await.unwrap();
        assert!(verdict.is_intact(), "{verdict:?}");
        all += verdict.lines;
    }
    assert_eq!(all, 8 * 20 * 2);
}

/// Keeps both tables as they are, to come back to.
async fn keep(db: &Database, name: &str) {
    db.tamper(&format!("CREATE TABLE releases_{name} AS SELECT * FROM releases")).await;
    db.tamper(&format!("CREATE TABLE release_heads_{name} AS SELECT * FROM release_heads")).await;
}

async fn bring_back(db: &Database, name: &str) {
    for table in ["releases", "release_heads"] {
        db.tamper(&format!("DELETE FROM {table}")).await;
        db.tamper(&format!("INSERT INTO {table} SELECT * FROM {table}_{name}")).await;
    }
}

async fn every_kind_of_tampering_is_found_and_named(db: Database) {
    use Breach::*;

    let store = db.open().await;
    append(&store, 1..=3, 2).await;
    append(&store, 1..=4, 1).await;
    keep(&db, "old").await;
    append(&store, 5..=7, 1).await;
    keep(&db, "kept").await;
    let (one, two) = (project_id(1), project_id(2));
    let edited =
        |sequences: &[i64]| sequences.iter().map(|sequence| Edited { sequence: *sequence }).collect::<Vec<_>>();
    let cases: Vec<(String, Vec<Breach>)> = vec![
        (
            format!(
                "UPDATE releases SET line = replace(line, '192.0.2.7', '192.0.2.8') WHERE project_id = '{one}' AND sequence = 3"
            ),
            edited(&[3]),
        ),
        (
            format!("UPDATE releases SET line = line || ' ' WHERE project_id = '{one}' AND sequence IN (1, 7)"),
            edited(&[1, 7]),
        ),
        (format!("UPDATE releases SET line = '' WHERE project_id = '{one}' AND sequence = 4"), edited(&[4])),
        (
            format!(
                "UPDATE releases SET line = (SELECT line FROM releases WHERE project_id = '{two}' AND sequence = 3) WHERE project_id = '{one}' AND sequence = 3"
            ),
            edited(&[3]),
        ),
        (
            format!(
                "UPDATE releases SET mac = (SELECT mac FROM releases WHERE project_id = '{one}' AND sequence = 4) WHERE project_id = '{one}' AND sequence = 3"
            ),
            edited(&[3]),
        ),
        (
            format!(
                "UPDATE releases SET mac = (SELECT mac FROM releases WHERE project_id = '{one}' AND sequence = 4) WHERE project_id = '{one}' AND sequence = 7"
            ),
            edited(&[7]),
        ),
        (format!("DELETE FROM releases WHERE project_id = '{one}' AND sequence = 3"), vec![Missing { from: 3, to: 3 }]),
        (format!("DELETE FROM releases WHERE project_id = '{one}' AND sequence = 1"), vec![Missing { from: 1, to: 1 }]),
        (
            format!("DELETE FROM releases WHERE project_id = '{one}' AND sequence IN (2, 4, 5)"),
            vec![Missing { from: 2, to: 2 }, Missing { from: 4, to: 5 }],
        ),
        (format!("DELETE FROM releases WHERE project_id = '{one}' AND sequence = 7"), vec![Cut { last: 6, head: 7 }]),
        (format!("DELETE FROM releases WHERE project_id = '{one}'"), vec![Cut { last: 0, head: 7 }]),
        // The line that followed takes the place of the one that went, and so on.
        (
            format!(
                "DELETE FROM releases WHERE project_id = '{one}' AND sequence = 6; UPDATE releases SET sequence = 6 WHERE project_id = '{one}' AND sequence = 7"
            ),
            vec![Edited { sequence: 6 }, Cut { last: 6, head: 7 }],
        ),
        // Two lines change places; the one behind them does not follow any more.
        (
            format!(
                "UPDATE releases SET sequence = 99 WHERE project_id = '{one}' AND sequence = 3; UPDATE releases SET sequence = 3 WHERE project_id = '{one}' AND sequence = 4; UPDATE releases SET sequence = 4 WHERE project_id = '{one}' AND sequence = 99"
            ),
            edited(&[3, 4, 5]),
        ),
        (
            format!(
                "INSERT INTO releases SELECT project_id, 8, line, mac FROM releases WHERE project_id = '{one}' AND sequence = 7"
            ),
            vec![Edited { sequence: 8 }, HeadPutBack { head: 7, last: 8 }],
        ),
        (
            format!(
                "INSERT INTO releases SELECT project_id, 0, line, mac FROM releases WHERE project_id = '{one}' AND sequence = 7"
            ),
            edited(&[0]),
        ),
        (format!("DELETE FROM release_heads WHERE project_id = '{one}'"), vec![HeadMissing { last: 7 }]),
        (format!("UPDATE release_heads SET sequence = 6 WHERE project_id = '{one}'"), vec![HeadEdited]),
        (format!("UPDATE release_heads SET updated_at = updated_at + 1 WHERE project_id = '{one}'"), vec![HeadEdited]),
        (format!("UPDATE release_heads SET mac = head_mac WHERE project_id = '{one}'"), vec![HeadEdited]),
        (
            format!(
                "DELETE FROM releases WHERE project_id = '{one}' AND sequence = 7; UPDATE release_heads SET sequence = 6, mac = (SELECT mac FROM releases WHERE project_id = '{one}' AND sequence = 6) WHERE project_id = '{one}'"
            ),
            vec![HeadEdited],
        ),
        (
            format!(
                "DELETE FROM release_heads WHERE project_id = '{one}'; INSERT INTO release_heads SELECT * FROM release_heads_old WHERE project_id = '{one}'"
            ),
            vec![HeadPutBack { head: 4, last: 7 }],
        ),
        (
            format!(
                "UPDATE releases SET line = replace(line, 'get', 'got') WHERE project_id = '{one}' AND sequence = 2; DELETE FROM releases WHERE project_id = '{one}' AND sequence > 5"
            ),
            vec![Edited { sequence: 2 }, Cut { last: 5, head: 7 }],
        ),
    ];
    for (tampering, expected) in cases {
        db.tamper(&tampering).await;
        assert_eq!(breaches(&store, 1, &[]).await, expected, "{tampering}");
        assert!(expected.iter().all(|breach| !breach.to_string().is_empty()));
        assert!(breaches(&store, 2, &[]).await.is_empty(), "the other project is harmed: {tampering}");
        bring_back(&db, "kept").await;
        assert!(breaches(&store, 1, &[]).await.is_empty());
    }
    // Without its key nothing can be verified, and nothing is taken for intact.
    store.close().await;
    drop(store);
    db.tamper("DELETE FROM instance_settings WHERE key = 'release_chain_key'").await;
    let store = db.open().await;
    assert_eq!(breaches(&store, 1, &[]).await, [NoKey]);
    assert!(breaches(&store, 3, &[]).await.is_empty(), "it has no record");
}

async fn a_signed_head_finds_what_a_head_that_was_put_back_hides(db: Database) {
    let store = db.open().await;
    append(&store, 1..=4, 1).await;
    let early = sign(&store, 1).await;
    keep(&db, "old").await;
    append(&store, 5..=7, 1).await;
    let late = sign(&store, 1).await;
    let both = [late.clone(), early.clone()];
    assert!(breaches(&store, 1, &both).await.is_empty());
    // Lines and head as they were: the record by itself looks well.
    bring_back(&db, "old").await;
    assert!(breaches(&store, 1, &[]).await.is_empty());
    assert_eq!(breaches(&store, 1, &both).await, [Breach::CutBehindSignedHead { last: 4, signed: 7 }]);
    // It is written on, past the place of the signed head.
    append(&store, 15..=18, 1).await;
    assert!(breaches(&store, 1, from_ref(&early)).await.is_empty());
    assert_eq!(breaches(&store, 1, &both).await, [Breach::Forked { sequence: 7 }]);
    // All of it goes, head and lines: as if there had never been a release.
    db.tamper("DELETE FROM releases").await;
    db.tamper("DELETE FROM release_heads").await;
    assert!(breaches(&store, 1, &[]).await.is_empty());
    assert_eq!(breaches(&store, 1, &[early]).await, [Breach::CutBehindSignedHead { last: 0, signed: 4 }]);
}

async fn only_heads_that_we_signed_count(db: Database) {
    let store = db.open().await;
    append(&store, 1..=2, 1).await;
    append(&store, 1..=1, 2).await;
    let head = sign(&store, 1).await;
    let key = store.release_public_key().await.unwrap().unwrap();
    let text = head.to_string();
    let read: SignedHead = text.parse().unwrap();
    assert!(read == head && read.is_signed_by(&key) && !read.is_signed_by(&[7; 32]));
    let other = db.another().await;
    let stranger = other.open().await;
    append(&stranger, 1..=2, 1).await;
    let one = project_id(1).to_string();
    for (changed, signed) in [
        (text.replace(":2:", ":3:"), 3),
        (text.replace(":2:", ":1:"), 1),
        (text.replace(&T0.as_millis().to_string(), &(T0.as_millis() + 1).to_string()), 2),
        (sign(&store, 2).await.to_string().replace(&project_id(2).to_string(), &one), 1),
        (sign(&stranger, 1).await.to_string(), 2),
    ] {
        let changed: SignedHead = changed.parse().unwrap();
        assert_eq!(breaches(&store, 1, &[changed]).await, [Breach::NotOurSignature { signed }]);
    }
    assert!(breaches(&store, 2, &[head]).await.is_empty(), "a head of another project says nothing about this one");
}

async fn a_damaged_head_takes_no_more_lines_and_harms_nobody_else(db: Database) {
    let store = db.open().await;
    append(&store, 1..=3, 1).await;
    keep(&db, "kept").await;
    let one = project_id(1);
    for damage in [
        format!("UPDATE release_heads SET sequence = 2 WHERE project_id = '{one}'"),
        format!("DELETE FROM release_heads WHERE project_id = '{one}'"),
    ] {
        db.tamper(&damage).await;
        let refused = store.append_releases(&[release(4, 1)]).await.unwrap_err();
        assert!(matches!(refused, StoreError::Corrupt { table: "release_heads", .. }), "{damage}: {refused:?}");
        // All or nothing: the other project's lines of the same batch are not written either, but alone they are.
        let mixed = [release(1, 2), release(4, 1)];
        assert!(store.append_releases(&mixed).await.is_err());
        assert!(store.release_lines(project_id(2), 0, 9).await.unwrap().is_empty());
        append(&store, 1..=1, 2).await;
        bring_back(&db, "kept").await;
        append(&store, 4..=4, 1).await;
        assert!(breaches(&store, 1, &[]).await.is_empty());
        bring_back(&db, "kept").await;
    }
}

async fn heads_that_moved_are_listed(db: Database) {
    let store = db.open().await;
    append(&store, 1..=3, 1).await;
    append(&store, 8..=9, 2).await;
    let since = |millis| T0 + Duration::from_millis(millis);
    let listed = |at: Timestamp| {
        let store = store.clone();
        async move {
            let heads = store.release_heads_since(at).await.unwrap();
            heads.into_iter().map(|(project, head)| (project, head.map(|head| head.sequence))).collect::<Vec<_>>()
        }
    };
    assert_eq!(listed(since(0)).await, [(project_id(1), Some(3)), (project_id(2), Some(2))]);
    assert_eq!(listed(since(9)).await, [(project_id(2), Some(2))]);
    assert_eq!(listed(since(10)).await, []);
    // A line that comes late does not move the time back.
    append(&store, 1..=1, 2).await;
    assert_eq!(listed(since(9)).await, [(project_id(2), Some(3))]);
    db.tamper(&format!("UPDATE release_heads SET sequence = 1 WHERE project_id = '{}'", project_id(2))).await;
    assert_eq!(listed(since(0)).await, [(project_id(1), Some(3)), (project_id(2), None)]);
}

async fn ten_thousand_lines_are_verified(db: Database) {
    let store = db.open().await;
    for batch in 0..10 {
        append(&store, batch * 1000 + 1..=batch * 1000 + 1000, 1).await;
    }
    let head = sign(&store, 1).await;
    let verdict = store.verify_releases(project_id(1), from_ref(&head)).await.unwrap();
    assert!(verdict.is_intact() && verdict.lines == 10_000, "{verdict:?}");
    db.tamper("DELETE FROM releases WHERE sequence = 5678").await;
    db.tamper("UPDATE releases SET line = '{}' WHERE sequence > 9000").await;
    let verdict = store.verify_releases(project_id(1), &[head]).await.unwrap();
    assert_eq!((verdict.lines, verdict.breaches.len()), (9_999, 100), "the first hundred are told");
    assert_eq!(verdict.breaches[..2], [Breach::Missing { from: 5678, to: 5678 }, Breach::Edited { sequence: 9001 }]);
}

async fn the_record_goes_on_under_another_root_key(db: Database) {
    let store = db.open().await;
    append(&store, 1..=3, 1).await;
    let head = sign(&store, 1).await;
    assert_eq!(store.reseal(&root_key(2)).await.unwrap(), 2, "the key that chains and the one that signs");
    store.close().await;
    drop(store);
    let store = Store::open(StoreOptions { ..db.options() }, root_key(2)).await.unwrap();
    append(&store, 4..=5, 1).await;
    let verdict = store.verify_releases(project_id(1), &[head]).await.unwrap();
    assert!(verdict.is_intact() && verdict.lines == 5, "{verdict:?}");
}

async fn the_record_goes_on_after_a_restore(db: Database) {
    let store = db.open().await;
    append(&store, 1..=3, 1).await;
    let early = sign(&store, 1).await;
    let mut file = Vec::new();
    store.backup(&mut file, T0).await.unwrap();
    append(&store, 4..=5, 1).await;
    let late = sign(&store, 1).await;
    for target in [db.another().await, db.other_engine().await] {
        let restored = target.open().await;
        restored.restore(&mut file.as_slice(), T0).await.unwrap();
        assert!(breaches(&restored, 1, from_ref(&early)).await.is_empty());
        // What was recorded after the backup is lost with it, and a head kept elsewhere says so.
        let cut = Breach::CutBehindSignedHead { last: 3, signed: 5 };
        assert_eq!(breaches(&restored, 1, from_ref(&late)).await, [cut]);
        append(&restored, 24..=25, 1).await;
        assert!(breaches(&restored, 1, from_ref(&early)).await.is_empty());
        assert_eq!(breaches(&restored, 1, from_ref(&late)).await, [Breach::Forked { sequence: 5 }]);
    }
}

async fn a_reader_verifies_beside_a_writer(db: Database) {
    let store = db.open().await;
    let early = db.open_read_only().await.unwrap();
    assert!(breaches(&early, 1, &[]).await.is_empty(), "there is no key yet, and nothing to verify");
    append(&store, 1..=3, 1).await;
    let reader = db.open_read_only().await.unwrap();
    for reader in [early, reader] {
        let head = sign(&reader, 1).await;
        assert!(breaches(&reader, 1, &[head]).await.is_empty());
        assert_eq!(reader.release_lines(project_id(1), 0, 9).await.unwrap().len(), 3);
        let refused = reader.append_releases(&[release(4, 1)]).await.unwrap_err();
        assert!(matches!(refused, StoreError::ReadOnly { .. }), "{refused:?}");
    }
}
