//! A master key's row is what we wrote, in every column, or it is refused; and it stays so under another root key, in a
//! backup, when it is wrapped again and when its bytes are wiped.

use domain::customer_key::{CustomerKeyNumber, ProviderKind};
use domain::event::EventKind;
use domain::id::SnapshotId;
use domain::master_key::access::Scope;
use domain::master_key::wrapped::WrappedKey;
use domain::node::NodeRole;
use domain::snapshot::Snapshot;
use storage::{MasterKeyFilter, MasterKeyOutcome, Outcome, StoreError, StoredMasterKey};

use crate::database::{Database, root_key};
use crate::fixtures::*;
use crate::master_keys::*;
use crate::on_both_engines;

on_both_engines! {
    a_bit_flipped_in_any_column_is_noticed
    a_row_moved_over_another_is_noticed
    a_name_that_leads_elsewhere_is_noticed
    a_write_does_not_bless_what_was_edited
    another_root_key_keeps_every_row
    a_backup_holds_every_row
    a_key_is_wrapped_again_only_from_where_it_was
    purging_wipes_the_bytes_and_keeps_the_row
    a_key_that_a_snapshot_needs_is_not_purged
    keys_of_a_deleted_cluster_are_purged_and_of_one_brought_back_not
}

/// How a column is spelled in SQL, and how it can be changed.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Text,
    Int,
    Blob,
}

const COLUMNS: [(&str, Kind); 21] = [
    ("id", Kind::Text),
    ("project_id", Kind::Text),
    ("cluster_id", Kind::Text),
    ("node_id", Kind::Text),
    ("role", Kind::Text),
    ("scope", Kind::Text),
    ("object_type", Kind::Text),
    ("body", Kind::Text),
    ("provider", Kind::Text),
    ("customer_key", Kind::Int),
    ("cluster_name", Kind::Text),
    ("wrapped_data_key", Kind::Blob),
    ("key_name", Kind::Text),
    ("key_material", Kind::Text),
    ("sealed", Kind::Blob),
    ("wrapping_revision", Kind::Int),
    ("revision", Kind::Int),
    ("purge_at", Kind::Int),
    ("purged_at", Kind::Int),
    ("created_at", Kind::Int),
    ("mac", Kind::Blob),
];
const NULLABLE: [&str; 5] = ["wrapped_data_key", "key_material", "sealed", "purge_at", "purged_at"];

/// Sets a column of the only key, whatever refers to it.
async fn set(db: &Database, column: &str, value: &str) {
    let free = if db.is_sqlite() { "PRAGMA foreign_keys = OFF" } else { "SET session_replication_role = replica" };
    db.tamper(&format!("{free}; UPDATE master_keys SET {column} = {value}")).await;
}

/// Gives the bytes of a column of the only key as hex; nothing for a null.
async fn hex_of(db: &Database, (column, kind): (&str, Kind)) -> Option<String> {
    let hex = match (db.is_sqlite(), kind) {
        (true, _) => format!("hex({column})"),
        (false, Kind::Blob) => format!("encode({column}, 'hex')"),
        (false, Kind::Text | Kind::Int) => format!("encode(convert_to(CAST({column} AS TEXT), 'UTF8'), 'hex')"),
    };
    db.peek(&format!("SELECT {hex} FROM master_keys WHERE {column} IS NOT NULL")).await.pop()
}

/// Spells bytes as a value of a column.
fn literal(db: &Database, kind: Kind, bytes: &[u8]) -> String {
    match kind {
        Kind::Int => String::from_utf8(bytes.to_vec()).unwrap(),
        Kind::Text => format!("'{}'", String::from_utf8(bytes.to_vec()).unwrap().replace('\'', "''")),
        Kind::Blob if db.is_sqlite() => format!("x'{}'", hex::encode(bytes)),
        Kind::Blob => format!("decode('{}', 'hex')", hex::encode(bytes)),
    }
}

async fn a_bit_flipped_in_any_column_is_noticed(db: Database) {
    let (store, _) = seeded(&db).await;
    let mut stored = stored_key(1, &node(1, NodeRole::Mongod), &["a"]);
    stored.wrapped.as_mut().unwrap().data_key.customer_key_version.material = Some("material".to_owned());
    assert_eq!(insert(&store, &stored).await, MasterKeyOutcome::Saved);
    let columns = if db.is_sqlite() {
        "SELECT name FROM pragma_table_info('master_keys') ORDER BY cid"
    } else {
        "SELECT CAST(column_name AS TEXT) FROM information_schema.columns WHERE table_name = 'master_keys'
         ORDER BY ordinal_position"
    };
    assert_eq!(db.peek(columns).await, COLUMNS.map(|(column, _)| column), "every column is tried");

    // It remembers nothing.
    let reader = db.open_read_only().await.unwrap();
    let mut tried = 0;
    for (column, kind) in COLUMNS {
        let before = hex_of(&db, (column, kind)).await.map(|hex| hex::decode(hex).unwrap());
        let mut others = vec![];
        if NULLABLE.contains(&column) {
            others.push(if before.is_some() { "NULL".to_owned() } else { literal(&db, kind, b"0") });
        }
        if let Some(bytes) = &before {
            for at in [0, bytes.len() / 2, bytes.len() - 1] {
                let mut flipped = bytes.clone();
                flipped[at] ^= 1;
                others.push(literal(&db, kind, &flipped));
            }
        }
        for other in others {
            set(&db, column, &other).await;
            let by_id = reader.master_key(key_id(1)).await;
            let listed = reader.master_keys_of_project(project_id(1), MasterKeyFilter::default(), 0, 9).await;
            // Under another id it is not found by the old one, and refused wherever it comes up.
            let noticed =
                by_id.as_ref().is_err_and(is_sealed) || (column == "id" && listed.is_err_and(|e| is_sealed(&e)));
            assert!(noticed, "{column} = {other}: {by_id:?}");
            tried += 1;
            let back = before.as_ref().map_or_else(|| "NULL".to_owned(), |bytes| literal(&db, kind, bytes));
            set(&db, column, &back).await;
            assert_eq!(read(&reader, 1).await, stored, "{column} is back");
        }
    }
    assert_eq!(tried, 3 * (COLUMNS.len() - 2) + NULLABLE.len());
}

fn is_sealed(error: &StoreError) -> bool {
    matches!(error, StoreError::Sealed { table: "master_keys", .. })
}

async fn a_row_moved_over_another_is_noticed(db: Database) {
    let (store, _) = seeded(&db).await;
    for number in [1, 2] {
        let stored = stored_key(number, &node(number, NodeRole::Mongod), &[]);
        assert_eq!(insert(&store, &stored).await, MasterKeyOutcome::Saved);
    }
    // Everything of key 1, its hash too, under the id of key 2.
    let columns = COLUMNS.map(|(column, _)| column)[1..].to_vec();
    let sets: Vec<_> = columns
        .iter()
        .map(|column| format!("{column} = (SELECT {column} FROM master_keys WHERE id = '{}')", key_id(1)))
        .collect();
    db.tamper(&format!("UPDATE master_keys SET {} WHERE id = '{}'", sets.join(", "), key_id(2))).await;
    let reader = db.open_read_only().await.unwrap();
    let refused = reader.master_key(key_id(2)).await.unwrap_err();
    let StoreError::Sealed { row, .. } = &refused else { panic!("{refused:?}") };
    assert_eq!(*row, key_id(2).to_string());
    assert!(reader.master_key(key_id(1)).await.is_ok(), "the one it was taken from still opens");
}

async fn a_name_that_leads_elsewhere_is_noticed(db: Database) {
    let (store, _) = seeded(&db).await;
    let (one, two) = (node(1, NodeRole::Mongod), node(2, NodeRole::Mongod));
    for (number, node) in [(1, &one), (2, &two)] {
        assert_eq!(insert(&store, &stored_key(number, node, &["a"])).await, MasterKeyOutcome::Saved);
    }
    let of_one = format!("WHERE scope = 'node:{}'", one.id);
    let wanted = |name: &str| [name.to_owned()];
    for (change, name) in [
        (format!("name = 'b' {of_one}"), "b"),
        (format!("master_key_id = '{}' {of_one}", key_id(2)), "b"),
        (format!("name = 'a' {of_one}"), "a"),
    ] {
        assert_eq!(db.tamper(&format!("UPDATE master_key_names SET {change}")).await, 1);
        let refused = store.master_keys_named(Scope::of_node(&one), &wanted(name)).await;
        assert!(matches!(refused, Err(StoreError::Corrupt { table: "master_key_names", .. })), "{change}: {refused:?}");
    }
    let found = store.master_keys_named(Scope::of_node(&two), &wanted("a")).await.unwrap();
    assert_eq!(found.len(), 1);
}

async fn a_write_does_not_bless_what_was_edited(db: Database) {
    let (store, _) = seeded(&db).await;
    let stored = stored_key(1, &node(1, NodeRole::Mongod), &["a"]);
    assert_eq!(insert(&store, &stored).await, MasterKeyOutcome::Saved);
    assert_eq!(db.tamper("UPDATE master_keys SET customer_key = 1, sealed = wrapped_data_key").await, 1);
    assert!(store.update_master_key(&stored.key, None, &[]).await.is_err_and(|error| is_sealed(&error)));
    let rewrapped = store.rewrap_master_key(key_id(1), CustomerKeyNumber::FIRST, &wrapped(1, 1)).await;
    assert!(rewrapped.is_err_and(|error| is_sealed(&error)));
    let purged = store.purge_master_key(key_id(1), 1, T0 + LATER, &[]).await;
    assert!(purged.is_err_and(|error| is_sealed(&error)));
    assert!(store.reseal(&root_key(2)).await.is_err_and(|error| is_sealed(&error)));
}

/// Three keys: one alive, one destroyed, one purged.
async fn three_keys(store: &storage::Store) -> Vec<StoredMasterKey> {
    for number in 1..=3 {
        let stored = stored_key(number, &node(1, NodeRole::Mongod), &[&format!("name{number}")]);
        assert_eq!(insert(store, &stored).await, MasterKeyOutcome::Saved);
    }
    for number in [2, 3] {
        destroy(store, number, T0).await;
    }
    let revision = read(store, 3).await.key.revision;
    assert_eq!(store.purge_master_key(key_id(3), revision, T0 + LATER, &[]).await.unwrap(), Outcome::Saved);
    vec![read(store, 1).await, read(store, 2).await, read(store, 3).await]
}

async fn another_root_key_keeps_every_row(db: Database) {
    let (store, _) = seeded(&db).await;
    let keys = three_keys(&store).await;
    let macs = db.peek("SELECT id FROM master_keys").await.len();
    // Two customer keys with secrets and three rows.
    assert_eq!(store.reseal(&root_key(2)).await.unwrap(), 2 + u64::try_from(macs).unwrap());
    store.close().await;
    drop(store);
    let store = db.try_open(2).await.unwrap();
    for (number, stored) in (1..).zip(&keys) {
        assert_eq!(read(&store, number).await, *stored);
    }
    // What was authenticated under the old key is worth nothing under the new one.
    let old = db.peek("SELECT id FROM master_keys WHERE purged_at IS NULL AND purge_at IS NULL").await;
    assert_eq!(old, [key_id(1).to_string()]);
    let changed = keys[0].key.released(T0).unwrap();
    assert_eq!(store.update_master_key(&changed, None, &[]).await.unwrap(), MasterKeyOutcome::Saved);
    assert_eq!(read(&store, 1).await.key.fresh, Some(false));
}

async fn a_backup_holds_every_row(db: Database) {
    let (store, _) = seeded(&db).await;
    let keys = three_keys(&store).await;
    assert_eq!(insert(&store, &stored_key(4, &node(3, NodeRole::Client), &["edited"])).await, MasterKeyOutcome::Saved);
    assert_eq!(db.tamper(&format!("UPDATE master_keys SET revision = 7 WHERE id = '{}'", key_id(4))).await, 1);
    let mut file = Vec::new();
    assert_eq!(store.backup(&mut file, T0).await.unwrap().rows["master_keys"], 4);
    for target in [db.another().await, db.other_engine().await] {
        let restored = target.open().await;
        assert_eq!(restored.restore(&mut file.as_slice(), T0 + LATER).await.unwrap().rows["master_key_names"], 2);
        for (number, stored) in (1..).zip(&keys) {
            assert_eq!(read(&restored, number).await, *stored);
        }
        let edited = restored.master_key(key_id(4)).await.unwrap_err();
        assert!(is_sealed(&edited), "a backup does not bless what was edited: {edited:?}");
        let (scope, wanted) = (Scope::of_node(&node(1, NodeRole::Mongod)), ["name1".to_owned()]);
        assert_eq!(restored.master_keys_named(scope, &wanted).await.unwrap().len(), 1);
    }
}

async fn a_key_is_wrapped_again_only_from_where_it_was(db: Database) {
    let (store, _) = seeded(&db).await;
    let one = node(1, NodeRole::Mongod);
    for number in 1..=3 {
        assert_eq!(insert(&store, &stored_key(number, &one, &[])).await, MasterKeyOutcome::Saved);
    }
    let (first, second) = (CustomerKeyNumber::FIRST, CustomerKeyNumber::FIRST.next());
    let new = |number: u8, by: i64| WrappedKey { sealed: vec![number; 60], ..wrapped(100, by) };
    let rewrap = async |number, from, wrapped: &WrappedKey| {
        store.rewrap_master_key(key_id(number), from, wrapped).await.unwrap()
    };
    assert_eq!(rewrap(1, first, &new(1, 2)).await, Outcome::Conflict, "the second key is not there yet");
    assert_eq!(change_key(&store, 2, "alias/second").await, Outcome::Saved);
    let to_do = async |current, after| {
        store.master_keys_to_rewrap(project_id(1), ProviderKind::AwsKms, current, after, 2).await.unwrap()
    };
    assert_eq!(to_do(second, None).await, [key_id(1), key_id(2)]);
    assert_eq!(to_do(second, Some(key_id(2))).await, [key_id(3)]);
    for (wrong, why) in [
        (new(1, 1), "the first key is in use no more"),
        (new(2, 2), "other bytes"),
        (WrappedKey { revision: 2, ..new(1, 2) }, "bytes sealed anew"),
        (WrappedKey { provider: ProviderKind::GcpKms, ..new(1, 2) }, "another provider"),
    ] {
        assert_eq!(rewrap(1, first, &wrong).await, Outcome::Conflict, "{why}");
    }
    assert_eq!(rewrap(1, second, &new(1, 2)).await, Outcome::Conflict, "it is under the first");
    assert_eq!(rewrap(9, first, &new(9, 2)).await, Outcome::Conflict, "there is no such key");
    assert_eq!(rewrap(1, first, &new(1, 2)).await, Outcome::Saved);
    assert_eq!(rewrap(1, first, &new(1, 2)).await, Outcome::Conflict, "it is under the second");
    let stored = read(&store, 1).await;
    assert_eq!((stored.key.revision, stored.wrapped.unwrap()), (1, new(1, 2)), "nothing is said of it anew");
    assert_eq!(to_do(second, None).await, [key_id(2), key_id(3)]);

    // A change of the key and a wrapping at the same time both count.
    for number in [2, 3] {
        let key = read(&store, number).await.key;
        let fresh = key.released(T0).unwrap();
        let target = new(number, 2);
        let (changed, wrapped) =
            tokio::join!(store.update_master_key(&fresh, None, &[]), rewrap(number, first, &target));
        assert_eq!((changed.unwrap(), wrapped), (MasterKeyOutcome::Saved, Outcome::Saved));
        let stored = read(&store, number).await;
        assert_eq!((stored.key.fresh, stored.key.revision), (Some(false), 2));
        assert_eq!(stored.wrapped.unwrap(), new(number, 2));
    }
    assert_eq!(to_do(second, None).await, []);
    assert_eq!(to_do(first, None).await.len(), 2);
}

async fn purging_wipes_the_bytes_and_keeps_the_row(db: Database) {
    let (store, _) = seeded(&db).await;
    let mut canary = stored_key(1, &node(1, NodeRole::Mongod), &["a"]);
    let needle = b"canary of a wrapped data key, as long as one is";
    canary.wrapped.as_mut().unwrap().data_key.ciphertext = needle.to_vec();
    assert_eq!(insert(&store, &canary).await, MasterKeyOutcome::Saved);
    assert_eq!(store.purge_master_key(key_id(1), 1, T0 + LATER, &[]).await.unwrap(), Outcome::Conflict, "it lives");
    destroy(&store, 1, T0).await;
    let stored = read(&store, 1).await;
    let due = async |at| store.master_keys_to_purge(at, T0, 9).await.unwrap();
    assert_eq!(due(T0 + LATER - std::time::Duration::from_millis(1)).await, []);
    assert_eq!(due(T0 + LATER).await, [key_id(1)]);
    let told = [domain::event::Event { kind: EventKind::MasterKeyPurged, ..event(71, 1) }];
    let purge = async |revision, at| store.purge_master_key(key_id(1), revision, at, &told).await.unwrap();
    let revision = stored.key.revision;
    assert_eq!(purge(revision, T0).await, Outcome::Conflict, "its time has not come");
    assert_eq!(purge(revision - 1, T0 + LATER).await, Outcome::Conflict, "it changed meanwhile");
    if db.is_sqlite() {
        assert!(lies_in(&db, needle));
    }
    assert_eq!(purge(revision, T0 + LATER).await, Outcome::Saved);
    assert_eq!(purge(revision + 1, T0 + LATER).await, Outcome::Conflict, "it is purged");
    let event = store.event_of_project(project_id(1), event_id(71)).await.unwrap();
    assert_eq!(event.unwrap().kind, EventKind::MasterKeyPurged);
    assert_eq!(due(T0 + LATER).await, []);
    let expected = StoredMasterKey {
        key: domain::master_key::MasterKey { revision: revision + 1, ..stored.key },
        wrapped: None,
        ..stored
    };
    assert_eq!(read(&store, 1).await, expected, "all that was said of it stays");
    assert_eq!(db.peek("SELECT id FROM master_keys WHERE sealed IS NULL AND wrapped_data_key IS NULL").await.len(), 1);
    if db.is_sqlite() {
        assert!(!lies_in(&db, needle), "neither in the file nor in its log");
    }
    // What can be said of it still can; it cannot come back.
    let mut key = expected.key;
    let ending =
        domain::master_key::state::Ending { cause: domain::master_key::state::Cause::KeyCompromise, message: None };
    key.life = key.life.end_use(ending, None, T0 + LATER).unwrap();
    assert_eq!(store.update_master_key(&key, Some(T0 + LATER), &[]).await.unwrap(), MasterKeyOutcome::Saved);
    key.revision += 1;
    key.life = key.life.bring_back(LATER * 2, T0).unwrap();
    assert_eq!(store.update_master_key(&key, None, &[]).await.unwrap(), MasterKeyOutcome::Conflict);
}

/// Tells whether bytes lie in any file of the folder.
pub(crate) fn lies_in(db: &Database, needle: &[u8]) -> bool {
    std::fs::read_dir(db.dir()).unwrap().any(|entry| {
        let file = std::fs::read(entry.unwrap().path()).unwrap();
        file.windows(needle.len()).any(|window| window == needle)
    })
}

async fn a_key_that_a_snapshot_needs_is_not_purged(db: Database) {
    let (store, cluster) = seeded(&db).await;
    assert_eq!(insert(&store, &stored_key(1, &node(1, NodeRole::Mongod), &[])).await, MasterKeyOutcome::Saved);
    let snapshot = Snapshot {
        id: SnapshotId::from_random([1; 12]),
        project: project_id(1),
        cluster: cluster.id,
        description: None,
        taken_at: T0,
        released_at: None,
        master_keys: vec![key_id(1)],
    };
    assert_eq!(store.insert_snapshot(&snapshot, &[]).await.unwrap(), Outcome::Saved);
    destroy(&store, 1, T0).await;
    let (revision, at) = (read(&store, 1).await.key.revision, T0 + LATER);
    assert_eq!(store.master_keys_to_purge(at, T0, 9).await.unwrap(), []);
    assert_eq!(store.purge_master_key(key_id(1), revision, at, &[]).await.unwrap(), Outcome::InUse);
    let uses = store.customer_key_uses(project_id(1)).await.unwrap();
    assert_eq!(
        (uses.len(), uses[0].number, uses[0].master_keys, uses[0].snapshots),
        (1, CustomerKeyNumber::FIRST, 1, 1)
    );
    assert_eq!(store.release_snapshot(project_id(1), snapshot.id, at, &[]).await.unwrap(), Outcome::Saved);
    assert_eq!(store.customer_key_uses(project_id(1)).await.unwrap()[0].snapshots, 0);
    assert_eq!(store.master_keys_to_purge(at, T0, 9).await.unwrap(), [key_id(1)]);
    assert_eq!(store.purge_master_key(key_id(1), revision, at, &[]).await.unwrap(), Outcome::Saved);
    assert_eq!(store.customer_key_uses(project_id(1)).await.unwrap(), []);
    let late = Snapshot { id: SnapshotId::from_random([2; 12]), ..snapshot };
    assert_eq!(store.insert_snapshot(&late, &[]).await.unwrap(), Outcome::Conflict);
}

async fn keys_of_a_deleted_cluster_are_purged_and_of_one_brought_back_not(db: Database) {
    let (store, cluster) = seeded(&db).await;
    let one = node(1, NodeRole::Mongod);
    for number in [1, 2] {
        let name = format!("name{number}");
        assert_eq!(insert(&store, &stored_key(number, &one, &[&name])).await, MasterKeyOutcome::Saved);
    }
    assert_eq!(store.delete_cluster(&cluster, T0, &[]).await.unwrap(), Outcome::Saved);
    let second = std::time::Duration::from_secs(1);
    assert_eq!(store.master_keys_to_purge(T0, T0, 9).await.unwrap(), []);
    let mut due = store.master_keys_to_purge(T0, T0 + second, 9).await.unwrap();
    due.sort();
    assert_eq!(due, [key_id(1), key_id(2)]);
    assert_eq!(store.master_keys_to_purge(T0, T0 + second, 1).await.unwrap().len(), 1);
    assert_eq!(store.purge_master_key(key_id(1), 1, T0 + LATER, &[]).await.unwrap(), Outcome::Saved);
    assert_eq!(db.peek("SELECT name FROM master_key_names").await, ["name2"]);
    // Whoever brings the cluster back between the list and the purge keeps his keys.
    let back = format!("UPDATE clusters SET deleted_at = NULL WHERE id = '{}'", cluster.id);
    assert_eq!(db.tamper(&back).await, 1);
    assert_eq!(store.purge_master_key(key_id(2), 1, T0 + LATER, &[]).await.unwrap(), Outcome::Conflict);
    assert!(read(&store, 2).await.wrapped.is_some());
}
