//! Master keys come back as they went in, a name in a scope is one living key's, and of two who change the same thing
//! one wins.

use std::time::Duration;

use domain::cluster::Cluster;
use domain::customer_key::{
    CustomerKeyNumber, CustomerKeyVersion, EncryptionAtRest, Move, ProviderKind, WrappedDataKey,
};
use domain::event::EventKind;
use domain::id::NodeId;
use domain::master_key::access::Scope;
use domain::master_key::attribute::{
    AlternativeName, ApplicationSpecificInformation, Attribute, CustomName, CustomValue, Instance, Name, NameKind,
};
use domain::master_key::state::{Cause, Ending, Life, Schedule, State};
use domain::master_key::usage::UsageMask;
use domain::master_key::wrapped::WrappedKey;
use domain::master_key::{Algorithm, Content, KeyFormat, MasterKey, MasterKeyId, Owner};
use domain::node::{Node, NodeName, NodeRole};
use domain::time::Timestamp;
use storage::{
    ClusterOutcome, KEYS_PER_SCOPE_MAX, MasterKeyFilter, MasterKeyOutcome, NodeOutcome, Outcome, Store, StoredMasterKey,
};

use crate::database::Database;
use crate::fixtures::*;
use crate::on_both_engines;

on_both_engines! {
    every_kind_of_key_comes_back_with_all_that_is_said_of_it
    keys_are_listed_by_scope_and_project
    a_name_is_one_living_keys_in_its_scope
    a_key_changes_its_names
    of_two_that_take_the_same_names_one_wins
    of_two_changes_of_one_key_one_wins
    a_key_rests_on_what_is_there_and_still_so
    of_a_key_and_another_customer_key_one_comes_first
    a_scope_takes_so_many_keys_and_no_more
    what_is_remembered_follows_every_write
}

pub(crate) const LATER: Duration = Duration::from_secs(30 * 24 * 3600);

pub(crate) fn key_id(number: u8) -> MasterKeyId {
    MasterKeyId::from_random([number; 16])
}

pub(crate) fn node(number: u8, role: NodeRole) -> Node {
    Node {
        id: NodeId::from_random([number; 12]),
        project: project_id(1),
        cluster: cluster(1, 1, None).id,
        name: NodeName::parse(&format!("n{number}")).unwrap(),
        role,
        region: None,
        created_at: T0,
        revoked_at: None,
    }
}

/// A store where project 1 has a customer key of AWS, a cluster that uses it, two database processes and two clients.
pub(crate) async fn seeded(db: &Database) -> (Store, Cluster) {
    let store = db.open().await;
    seed_enabled(&store, 2).await;
    let cluster = cluster(1, 1, Some(ProviderKind::AwsKms));
    assert_eq!(store.create_cluster(&cluster, &[]).await.unwrap(), ClusterOutcome::Saved);
    for (number, role) in [(1, NodeRole::Mongod), (2, NodeRole::Mongod), (3, NodeRole::Client), (4, NodeRole::Client)] {
        assert_eq!(store.create_node(&node(number, role), 1, &[]).await.unwrap(), NodeOutcome::Saved);
    }
    (store, cluster)
}

pub(crate) fn named(names: &[&str]) -> Vec<Instance> {
    let instance = |(index, name): (u32, &&str)| Instance { index, attribute: Attribute::Name(Name::text(name)) };
    (0..).zip(names).map(instance).collect()
}

pub(crate) fn wrapped(number: u8, by: i64) -> WrappedKey {
    WrappedKey {
        provider: ProviderKind::AwsKms,
        customer_key: CustomerKeyNumber::from_stored(by),
        cluster_name: "cluster1".to_owned(),
        data_key: WrappedDataKey {
            ciphertext: vec![number; 184],
            customer_key_version: CustomerKeyVersion { key: format!("arn:aws:kms:key/{by}"), material: None },
        },
        sealed: vec![number; 60],
        revision: 1,
    }
}

/// A key that this node makes under the first customer key.
pub(crate) fn stored_key(number: u8, of: &Node, names: &[&str]) -> StoredMasterKey {
    let schedule = Schedule { activation: Some(T0), ..Schedule::default() };
    let key = MasterKey {
        id: key_id(number),
        project: of.project,
        cluster: of.cluster,
        owner: Owner { node: of.id, role: of.role },
        content: Content::SymmetricKey { format: KeyFormat::Raw },
        algorithm: Some(Algorithm::Aes),
        length: Some(256),
        usage: UsageMask::ENCRYPT.with(UsageMask::DECRYPT),
        fresh: Some(true),
        life: Life::begin(schedule, T0).unwrap(),
        described: named(names),
        revision: 1,
    };
    StoredMasterKey { key, wrapped: Some(wrapped(number, 1)), purge_at: None }
}

pub(crate) async fn insert(store: &Store, stored: &StoredMasterKey) -> MasterKeyOutcome {
    store.insert_master_key(stored, &[]).await.unwrap()
}

pub(crate) async fn read(store: &Store, number: u8) -> StoredMasterKey {
    StoredMasterKey::clone(&*store.master_key(key_id(number)).await.unwrap().unwrap())
}

/// Destroys a key as it is stored now.
pub(crate) async fn destroy(store: &Store, number: u8, at: Timestamp) {
    let mut key = read(store, number).await.key;
    if key.life.state == State::Active {
        let ending = Ending { cause: Cause::CessationOfOperation, message: None };
        key.life = key.life.end_use(ending, None, at).unwrap();
    }
    key.life = key.life.destroy(at).unwrap();
    let outcome = store.update_master_key(&key, Some(at + LATER), &[]).await.unwrap();
    assert_eq!(outcome, MasterKeyOutcome::Saved);
}

/// Gives the project another customer key of AWS, as its `revision`th setting.
pub(crate) async fn change_key(store: &Store, revision: i64, name: &str) -> Outcome {
    let next: EncryptionAtRest = setting(1, revision, static_key(name, "AKIAIOSFODNN7EXAMPLE", SECRET));
    save(store, &next, Move::ChangeKey, event(u32::try_from(9000 + revision).unwrap(), 1)).await
}

async fn every_kind_of_key_comes_back_with_all_that_is_said_of_it(db: Database) {
    let (store, _) = seeded(&db).await;
    let (mongod, client) = (node(1, NodeRole::Mongod), node(3, NodeRole::Client));
    let plain = stored_key(1, &mongod, &[]);
    let custom = |name: &str, value| Attribute::Custom { name: CustomName::parse(name).unwrap(), value };
    let said = [
        Attribute::Name(Name::text("plain \"Ä'; --")),
        Attribute::Name(Name { value: "https://example.com/1".to_owned(), kind: NameKind::Uri }),
        Attribute::AlternativeName(AlternativeName { value: "other".to_owned(), kind: 0x8000_0001 }),
        Attribute::OperationPolicyName("default".to_owned()),
        Attribute::ObjectGroup("group 1".to_owned()),
        Attribute::ApplicationSpecificInformation(ApplicationSpecificInformation {
            namespace: "mysql".to_owned(),
            data: Some("a\0b\u{1}".to_owned()),
        }),
        Attribute::ApplicationSpecificInformation(ApplicationSpecificInformation {
            namespace: "none".to_owned(),
            data: None,
        }),
        Attribute::ContactInformation("who@example.com".to_owned()),
        Attribute::Description("two\nlines".to_owned()),
        Attribute::Comment(String::new()),
        custom("x-integer", CustomValue::Integer(-5)),
        custom("x-long", CustomValue::LongInteger(i64::MIN)),
        custom("x-big", CustomValue::BigInteger(vec![0xff; 24])),
        custom("x-enumeration", CustomValue::Enumeration(u32::MAX)),
        custom("x-boolean", CustomValue::Boolean(false)),
        custom("x-text", CustomValue::Text("text".to_owned())),
        custom("x-bytes", CustomValue::Bytes(vec![0, 1, 0xfe])),
        custom("y-date", CustomValue::DateTime(-1)),
        custom("x-interval", CustomValue::Interval(7)),
    ];
    let mut full = stored_key(2, &client, &[]);
    full.key.described = (0..).zip(said).map(|(index, attribute)| Instance { index, attribute }).collect();
    full.key.content = Content::SecretData { kind: 2, format: KeyFormat::Opaque };
    (full.key.algorithm, full.key.length) = (Some(Algorithm::Other(0x8000_0002)), None);
    (full.key.usage, full.key.fresh) = (UsageMask::from_bits(i32::MIN), None);
    full.key.life = Life {
        state: State::Compromised,
        schedule: Schedule {
            activation: Some(T0),
            process_start: Some(T0 + LATER),
            protect_stop: Some(T0),
            deactivation: Some(T0 + LATER),
        },
        initial: T0,
        destroyed: None,
        compromise_occurred: Some(T0),
        compromised: Some(T0 + LATER),
        ending: Some(Ending { cause: Cause::KeyCompromise, message: Some("lost".to_owned()) }),
        changed: T0 + LATER,
    };
    let wrapping = full.wrapped.as_mut().unwrap();
    wrapping.data_key.customer_key_version.material = Some("material 1".to_owned());
    wrapping.revision = 3;
    let mut opaque = stored_key(3, &client, &[]);
    opaque.key.content = Content::OpaqueObject { kind: 0x8000_0000 };
    (opaque.key.algorithm, opaque.key.length) = (None, Some(0));
    opaque.key.life = Life::begin(Schedule::default(), T0).unwrap();
    let keys = [plain, full, opaque];
    for stored in &keys {
        assert_eq!(insert(&store, stored).await, MasterKeyOutcome::Saved);
    }
    let fresh = db.open_read_only().await.unwrap();
    for (number, stored) in (1..).zip(&keys) {
        assert_eq!(read(&fresh, number).await, *stored);
    }
    assert_eq!(fresh.master_key(key_id(9)).await.unwrap(), None);

    // Every cause and every state, by way of a change.
    let mut key = keys[2].key.clone();
    let causes = [
        Cause::Unspecified,
        Cause::CaCompromise,
        Cause::AffiliationChanged,
        Cause::Superseded,
        Cause::CessationOfOperation,
        Cause::PrivilegeWithdrawn,
    ];
    for (cause, state) in causes.into_iter().zip(State::ALL) {
        key.life.state = state;
        key.life.destroyed = state.is_destroyed().then_some(T0);
        key.life.ending = Some(Ending { cause, message: None });
        let purge_at = state.is_destroyed().then_some(T0 + LATER);
        assert_eq!(store.update_master_key(&key, purge_at, &[]).await.unwrap(), MasterKeyOutcome::Saved);
        key.revision += 1;
        let expected = StoredMasterKey { key: key.clone(), wrapped: keys[2].wrapped.clone(), purge_at };
        assert_eq!(read(&fresh, 3).await, expected);
    }
}

async fn keys_are_listed_by_scope_and_project(db: Database) {
    let (store, _) = seeded(&db).await;
    let (one, two, client) = (node(1, NodeRole::Mongod), node(2, NodeRole::Mongod), node(3, NodeRole::Client));
    for stored in [
        stored_key(5, &one, &["a"]),
        stored_key(2, &one, &["b", "c"]),
        stored_key(3, &two, &["a"]),
        stored_key(4, &client, &["a"]),
        stored_key(6, &node(4, NodeRole::Client), &["b"]),
    ] {
        assert_eq!(insert(&store, &stored).await, MasterKeyOutcome::Saved);
    }
    let ids = |found: Vec<std::sync::Arc<StoredMasterKey>>| found.iter().map(|key| key.key.id).collect::<Vec<_>>();
    let own = Scope::of_node(&one);
    assert_eq!(ids(store.master_keys_in_scope(own, None, 9).await.unwrap()), [key_id(2), key_id(5)]);
    assert_eq!(ids(store.master_keys_in_scope(own, None, 1).await.unwrap()), [key_id(2)]);
    assert_eq!(ids(store.master_keys_in_scope(own, Some(key_id(2)), 9).await.unwrap()), [key_id(5)]);
    assert_eq!(ids(store.master_keys_in_scope(own, Some(key_id(5)), 9).await.unwrap()), []);
    let clients = Scope::of_node(&client);
    assert_eq!(ids(store.master_keys_in_scope(clients, None, 9).await.unwrap()), [key_id(4), key_id(6)]);

    let named = async |scope, names: &[&str]| {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        ids(store.master_keys_named(scope, &names).await.unwrap())
    };
    assert_eq!(named(own, &["a"]).await, [key_id(5)]);
    assert_eq!(named(own, &["c", "a", "b", "a", "none"]).await, [key_id(2), key_id(5)]);
    assert_eq!(named(own, &[]).await, []);
    assert_eq!(named(clients, &["b"]).await, [key_id(6)]);
    assert_eq!(named(Scope::of_node(&two), &["b"]).await, []);

    destroy(&store, 5, T0).await;
    let listed = async |filter, offset, limit| {
        let (found, total) = store.master_keys_of_project(project_id(1), filter, offset, limit).await.unwrap();
        (ids(found), total)
    };
    let all = MasterKeyFilter::default();
    assert_eq!(listed(all, 0, 9).await, ([2, 3, 4, 5, 6].map(key_id).to_vec(), 5));
    assert_eq!(listed(all, 1, 2).await, ([3, 4].map(key_id).to_vec(), 5));
    let of_node = MasterKeyFilter { node: Some(one.id), ..all };
    assert_eq!(listed(of_node, 0, 9).await, ([2, 5].map(key_id).to_vec(), 2));
    assert_eq!(listed(MasterKeyFilter { destroyed: Some(true), ..of_node }, 0, 9).await, (vec![key_id(5)], 1));
    assert_eq!(listed(MasterKeyFilter { destroyed: Some(false), ..of_node }, 0, 9).await, (vec![key_id(2)], 1));
    assert_eq!(listed(MasterKeyFilter { cluster: Some(one.cluster), ..all }, 0, 9).await.1, 5);
    assert_eq!(listed(MasterKeyFilter { cluster: Some(cluster(7, 1, None).id), ..all }, 0, 9).await, (vec![], 0));
    assert_eq!(store.master_keys_of_project(project_id(2), all, 0, 9).await.unwrap().1, 0);
}

async fn a_name_is_one_living_keys_in_its_scope(db: Database) {
    let (store, _) = seeded(&db).await;
    let (one, client) = (node(1, NodeRole::Mongod), node(3, NodeRole::Client));
    assert_eq!(insert(&store, &stored_key(1, &one, &["a", "b"])).await, MasterKeyOutcome::Saved);
    let told = [domain::event::Event { kind: EventKind::MasterKeyDestroyed, ..event(70, 1) }];
    let refused = store.insert_master_key(&stored_key(2, &one, &["c", "b"]), &told).await.unwrap();
    assert_eq!(refused, MasterKeyOutcome::NameTaken);
    assert_eq!(store.master_key(key_id(2)).await.unwrap(), None, "nothing was written");
    assert_eq!(store.event_of_project(project_id(1), event_id(70)).await.unwrap(), None);
    assert_eq!(db.peek("SELECT name FROM master_key_names ORDER BY name").await, ["a", "b"]);
    assert_eq!(insert(&store, &stored_key(3, &node(2, NodeRole::Mongod), &["a"])).await, MasterKeyOutcome::Saved);
    assert_eq!(insert(&store, &stored_key(4, &client, &["a"])).await, MasterKeyOutcome::Saved);
    let shared = stored_key(5, &node(4, NodeRole::Client), &["a"]);
    assert_eq!(insert(&store, &shared).await, MasterKeyOutcome::NameTaken, "clients share a scope");
    assert_eq!(insert(&store, &stored_key(1, &one, &[])).await, MasterKeyOutcome::Conflict, "the id is taken");

    // A destroyed key gives its names free, and cannot come back while another has one of them.
    let before = read(&store, 1).await.key;
    destroy(&store, 1, T0).await;
    assert_eq!(insert(&store, &stored_key(2, &one, &["c", "b"])).await, MasterKeyOutcome::Saved);
    let destroyed = read(&store, 1).await.key;
    let life = destroyed.life.clone().bring_back(LATER, T0).unwrap();
    let returned = MasterKey { life, ..destroyed };
    let outcome = store.update_master_key(&returned, None, &[]).await.unwrap();
    assert_eq!(outcome, MasterKeyOutcome::NameTaken);
    assert_eq!(read(&store, 1).await.key.life.state, State::Destroyed, "nothing was written");
    destroy(&store, 2, T0).await;
    assert_eq!(store.update_master_key(&returned, None, &[]).await.unwrap(), MasterKeyOutcome::Saved);
    let back = read(&store, 1).await;
    assert_eq!((&back.key.described, back.purge_at), (&before.described, None));
    assert_eq!(insert(&store, &stored_key(6, &one, &["b"])).await, MasterKeyOutcome::NameTaken);
}

async fn a_key_changes_its_names(db: Database) {
    let (store, _) = seeded(&db).await;
    let one = node(1, NodeRole::Mongod);
    assert_eq!(insert(&store, &stored_key(1, &one, &["a", "b"])).await, MasterKeyOutcome::Saved);
    assert_eq!(insert(&store, &stored_key(2, &one, &["taken"])).await, MasterKeyOutcome::Saved);
    let mut key = read(&store, 1).await.key;
    key.described = named(&["b", "c", "taken"]);
    assert_eq!(store.update_master_key(&key, None, &[]).await.unwrap(), MasterKeyOutcome::NameTaken);
    let names = "SELECT name FROM master_key_names ORDER BY name";
    assert_eq!(db.peek(names).await, ["a", "b", "taken"], "nothing was written");
    key.described = named(&["b", "c"]);
    assert_eq!(store.update_master_key(&key, None, &[]).await.unwrap(), MasterKeyOutcome::Saved);
    assert_eq!(db.peek(names).await, ["b", "c", "taken"]);
    assert_eq!(read(&store, 1).await.key, MasterKey { revision: 2, ..key });
    assert_eq!(insert(&store, &stored_key(3, &one, &["a"])).await, MasterKeyOutcome::Saved);
}

async fn of_two_that_take_the_same_names_one_wins(db: Database) {
    let (store, _) = seeded(&db).await;
    let client = node(3, NodeRole::Client);
    for round in 0..8_u8 {
        let (a, b) = (format!("a{round}"), format!("b{round}"));
        let one = stored_key(10 + 2 * round, &client, &[&a, &b]);
        let other = stored_key(11 + 2 * round, &node(4, NodeRole::Client), &[&b, &a]);
        let (first, second) = tokio::join!(insert(&store, &one), insert(&store, &other));
        let mut outcomes = [first, second];
        outcomes.sort_by_key(|outcome| *outcome != MasterKeyOutcome::Saved);
        assert_eq!(outcomes, [MasterKeyOutcome::Saved, MasterKeyOutcome::NameTaken]);
    }
    let scope = Scope::of_node(&client);
    assert_eq!(store.master_keys_in_scope(scope, None, 99).await.unwrap().len(), 8);
    assert_eq!(db.peek("SELECT name FROM master_key_names").await.len(), 16);
}

async fn of_two_changes_of_one_key_one_wins(db: Database) {
    let (store, _) = seeded(&db).await;
    assert_eq!(insert(&store, &stored_key(1, &node(1, NodeRole::Mongod), &["a"])).await, MasterKeyOutcome::Saved);
    for round in 0..8 {
        let key = read(&store, 1).await.key;
        let change = async |name: String| {
            let changed = MasterKey { described: named(&[&name]), ..key.clone() };
            store.update_master_key(&changed, None, &[]).await.unwrap()
        };
        let (first, second) = tokio::join!(change(format!("one{round}")), change(format!("other{round}")));
        let won = if first == MasterKeyOutcome::Saved { format!("one{round}") } else { format!("other{round}") };
        let mut outcomes = [first, second];
        outcomes.sort_by_key(|outcome| *outcome != MasterKeyOutcome::Saved);
        assert_eq!(outcomes, [MasterKeyOutcome::Saved, MasterKeyOutcome::Conflict]);
        let stored = read(&store, 1).await.key;
        assert_eq!((stored.described, stored.revision), (named(&[&won]), key.revision + 1));
        assert_eq!(db.peek("SELECT name FROM master_key_names").await, [won]);
    }
    let gone = MasterKey { id: key_id(9), ..read(&store, 1).await.key };
    assert_eq!(store.update_master_key(&gone, None, &[]).await.unwrap(), MasterKeyOutcome::Conflict);
}

async fn a_key_rests_on_what_is_there_and_still_so(db: Database) {
    let (store, cluster) = seeded(&db).await;
    let one = node(1, NodeRole::Mongod);
    let good = stored_key(1, &one, &[]);
    let with = |edit: fn(&mut WrappedKey)| {
        let mut changed = good.clone();
        edit(changed.wrapped.as_mut().unwrap());
        changed
    };
    let role = StoredMasterKey {
        key: MasterKey { owner: Owner { role: NodeRole::Mongos, ..good.key.owner }, ..good.key.clone() },
        ..good.clone()
    };
    for wrong in [
        with(|wrapped| wrapped.customer_key = CustomerKeyNumber::from_stored(2)),
        with(|wrapped| wrapped.provider = ProviderKind::GcpKms),
        with(|wrapped| wrapped.cluster_name = "cluster2".to_owned()),
        stored_key(1, &Node { project: project_id(2), ..one.clone() }, &[]),
        stored_key(1, &node(7, NodeRole::Mongod), &[]),
        role,
    ] {
        assert_eq!(insert(&store, &wrong).await, MasterKeyOutcome::Conflict, "{wrong:?}");
    }
    assert_eq!(store.revoke_node(&node(2, NodeRole::Mongod), T0, &[]).await.unwrap(), Outcome::Saved);
    let revoked = stored_key(2, &node(2, NodeRole::Mongod), &[]);
    assert_eq!(insert(&store, &revoked).await, MasterKeyOutcome::Conflict);
    assert_eq!(insert(&store, &good).await, MasterKeyOutcome::Saved);

    assert_eq!(change_key(&store, 2, "alias/second").await, Outcome::Saved);
    let late = stored_key(3, &one, &[]);
    assert_eq!(insert(&store, &late).await, MasterKeyOutcome::Conflict, "wrapped by the key before");
    let anew = StoredMasterKey { wrapped: Some(wrapped(3, 2)), ..late };
    assert_eq!(insert(&store, &anew).await, MasterKeyOutcome::Saved);

    let mut without = cluster.clone();
    (without.settings.encryption, without.revision) = (None, 2);
    assert_eq!(store.save_cluster(&without, &[]).await.unwrap(), ClusterOutcome::Saved);
    let off = StoredMasterKey { wrapped: Some(wrapped(4, 2)), ..stored_key(4, &one, &[]) };
    assert_eq!(insert(&store, &off).await, MasterKeyOutcome::Conflict, "the cluster uses no customer key");
    let on = Cluster { settings: cluster.settings, revision: 3, ..without };
    assert_eq!(store.save_cluster(&on, &[]).await.unwrap(), ClusterOutcome::Saved);
    assert_eq!(store.delete_cluster(&on, T0, &[]).await.unwrap(), Outcome::Saved);
    assert_eq!(insert(&store, &off).await, MasterKeyOutcome::Conflict, "the cluster is gone");
    assert_eq!(db.peek("SELECT id FROM master_keys").await.len(), 2);
}

async fn of_a_key_and_another_customer_key_one_comes_first(db: Database) {
    let (store, _) = seeded(&db).await;
    let one = node(1, NodeRole::Mongod);
    let mut under_old = 0;
    for round in 1..=8_u8 {
        let by = i64::from(round);
        let stored = StoredMasterKey { wrapped: Some(wrapped(round, by)), ..stored_key(round, &one, &[]) };
        let name = format!("alias/round{round}");
        let (inserted, changed) = tokio::join!(insert(&store, &stored), change_key(&store, by + 1, &name));
        assert_eq!(changed, Outcome::Saved);
        under_old += match inserted {
            MasterKeyOutcome::Saved => 1,
            MasterKeyOutcome::Conflict => 0,
            MasterKeyOutcome::NameTaken | MasterKeyOutcome::TooMany => panic!("{inserted:?}"),
        };
        // A key that came first is counted by the rotation, and its customer key can still be reached.
        let rotation = store.unfinished_rotation(project_id(1), ProviderKind::AwsKms).await.unwrap().unwrap();
        assert_eq!(rotation.total, under_old);
        let old = CustomerKeyNumber::from_stored(by);
        let retired = store.retired_customer_key(project_id(1), ProviderKind::AwsKms, old).await.unwrap().unwrap();
        assert_eq!(retired.key.is_some(), inserted == MasterKeyOutcome::Saved);
    }
}

async fn a_scope_takes_so_many_keys_and_no_more(db: Database) {
    let (store, _) = seeded(&db).await;
    let (one, two) = (node(1, NodeRole::Mongod), node(2, NodeRole::Mongod));
    assert_eq!(insert(&store, &stored_key(1, &one, &[])).await, MasterKeyOutcome::Saved);
    fill_scope(&db, KEYS_PER_SCOPE_MAX - 2).await;
    assert_eq!(insert(&store, &stored_key(2, &one, &[])).await, MasterKeyOutcome::Saved);
    assert_eq!(insert(&store, &stored_key(3, &one, &[])).await, MasterKeyOutcome::TooMany);
    assert_eq!(insert(&store, &stored_key(3, &two, &[])).await, MasterKeyOutcome::Saved);
    // A purged one makes room.
    destroy(&store, 2, T0).await;
    let revision = read(&store, 2).await.key.revision;
    assert_eq!(store.purge_master_key(key_id(2), revision, T0 + LATER, &[]).await.unwrap(), Outcome::Saved);
    assert_eq!(insert(&store, &stored_key(4, &one, &[])).await, MasterKeyOutcome::Saved);
}

/// Copies the only key so often. The copies do not verify; they only count.
async fn fill_scope(db: &Database, copies: i64) {
    let numbers = if db.is_sqlite() {
        format!("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {copies})")
    } else {
        format!("WITH n(i) AS (SELECT generate_series(1, {copies}))")
    };
    let done = db
        .tamper(&format!(
            "INSERT INTO master_keys (id, project_id, cluster_id, node_id, role, scope, object_type, body, provider,
                 customer_key, cluster_name, wrapped_data_key, key_name, sealed, wrapping_revision, revision, created_at,
                 mac)
             {numbers}
             SELECT 'copy' || n.i, project_id, cluster_id, node_id, role, scope, object_type, body, provider,
                 customer_key, cluster_name, wrapped_data_key, key_name, sealed, wrapping_revision, revision, created_at,
                 mac FROM n, master_keys"
        ))
        .await;
    assert_eq!(i64::try_from(done).unwrap(), copies);
}

async fn what_is_remembered_follows_every_write(db: Database) {
    let (store, _) = seeded(&db).await;
    assert_eq!(store.master_key(key_id(1)).await.unwrap(), None);
    assert_eq!(insert(&store, &stored_key(1, &node(1, NodeRole::Mongod), &[])).await, MasterKeyOutcome::Saved);
    let first = read(&store, 1).await;
    // Behind our back: only a process that has the database to itself may go on with what it remembers.
    assert_eq!(db.tamper("UPDATE master_keys SET purge_at = 5").await, 1);
    let again = store.master_key(key_id(1)).await;
    if store.owns_database() {
        assert_eq!(*again.unwrap().unwrap(), first);
    } else {
        assert!(again.is_err(), "{again:?}");
    }
    assert_eq!(db.tamper("UPDATE master_keys SET purge_at = NULL").await, 1);

    let fresh = first.key.released(T0 + LATER).unwrap();
    assert_eq!(store.update_master_key(&fresh, None, &[]).await.unwrap(), MasterKeyOutcome::Saved);
    assert_eq!(read(&store, 1).await.key.fresh, Some(false));
    assert_eq!(change_key(&store, 2, "alias/second").await, Outcome::Saved);
    let (old, new) = (CustomerKeyNumber::FIRST, WrappedKey { sealed: vec![1; 60], ..wrapped(9, 2) });
    assert_eq!(store.rewrap_master_key(key_id(1), old, &new).await.unwrap(), Outcome::Saved);
    assert_eq!(read(&store, 1).await.wrapped, Some(new));
    destroy(&store, 1, T0).await;
    assert_eq!(read(&store, 1).await.purge_at, Some(T0 + LATER));
    let revision = read(&store, 1).await.key.revision;
    assert_eq!(store.purge_master_key(key_id(1), revision, T0 + LATER, &[]).await.unwrap(), Outcome::Saved);
    assert_eq!(read(&store, 1).await.wrapped, None);
}
