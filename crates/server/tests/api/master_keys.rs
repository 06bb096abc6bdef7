//! Master keys at the use cases: making them, handing them out, whose they are, their lives, their names.

use std::sync::Arc;
use std::time::Duration;

use control::master_key::{Checked, Cipher, MasterKeyError, Mode};
use domain::cluster::ClusterName;
use domain::master_key::attribute::{Attribute, AttributeName, AttributeRefusal};
use domain::master_key::create::{CreateRefusal, Registered};
use domain::master_key::lease::NoKey;
use domain::master_key::locate::{Criteria, StorageStatus};
use domain::master_key::state::{Cause, Ending, Move, MoveRefusal, ReturnRefusal, State};
use domain::master_key::usage::{UsageMask, UseRefusal};
use domain::master_key::{Content, KeyFormat, MasterKeyId, ObjectType};
use domain::node::NodeRole;
use domain::secret::SecretSlice;
use serde_json::json;
use storage::MasterKeyFilter;
use tokio::task::JoinSet;

use crate::database::Database;
use crate::fleet::{Member, Refusal, aes, named, usage};
use crate::house::{House, Plan};
use crate::nodes;
use crate::on_both_engines;

on_both_engines! {
    a_key_is_made_once_and_fetched_for_good
    whatever_is_registered_comes_back_as_it_came
    no_key_lies_readable_in_the_database
    to_others_it_does_not_exist
    clients_of_a_cluster_share_their_keys
    a_cluster_without_a_customer_key_makes_none_and_keeps_its_own
    a_life_goes_its_ways_and_no_other
    of_many_moves_at_once_each_is_made_once
    nothing_is_handed_out_once_it_is_destroyed
    an_owner_brings_a_destroyed_key_back
    a_revoked_node_gets_nothing_from_memory
    names_are_one_owners_and_free_again
    attributes_are_added_changed_and_deleted
    what_is_located_is_ones_own
    data_is_encrypted_and_decrypted_in_here
    the_first_release_ends_freshness
    every_release_is_on_record
    an_owners_grant_lets_another_node_read_one_key_for_a_while
}

const DAY: Duration = Duration::from_secs(24 * 3600);

/// A house whose first project uses AWS, with an encrypted cluster `c` and a node of it.
async fn open(database: Database) -> (House, Member) {
    let house = House::open(database).await;
    house.enable().await;
    house.new_cluster(house.project, "c", "AWS").await;
    let node = house.new_member(house.project, "c", "n1", NodeRole::Mongod).await;
    (house, node)
}

fn ending(cause: Cause) -> Ending {
    Ending { cause, message: None }
}

async fn a_key_is_made_once_and_fetched_for_good(database: Database) {
    let house = House::open_everywhere(database).await;
    house.patch(&house.cloud().whole_payload()).await.ok();
    let mut made = Vec::new();
    for provider in ["AWS", "AZURE", "GCP"] {
        let cluster = provider.to_lowercase();
        house.new_cluster(house.project, &cluster, provider).await;
        let node = house.new_member(house.project, &cluster, "n1", NodeRole::Mongod).await;
        let id = house.new_master_key(&node, &[]).await;
        let bytes = house.fetch(&node, id).await.unwrap();
        assert_eq!(bytes.len(), 32);
        assert_eq!(house.fetch(&node, id).await.unwrap(), bytes);
        made.push((node, id, bytes));
    }
    assert!(made[0].2 != made[1].2 && made[1].2 != made[2].2);
    // The next process remembers nothing, and has the providers unwrap.
    let (org, project, owner) = (house.org, house.project, house.owner.clone());
    let house = House::reopen(house.end().await, Plan::default(), org, project, owner).await;
    for (node, id, bytes) in &made {
        assert_eq!(house.fetch(node, *id).await.as_ref(), Ok(bytes));
    }
    house.end().await;
}

async fn whatever_is_registered_comes_back_as_it_came(database: Database) {
    let (house, node) = open(database).await;
    for (content, bytes) in [
        (Content::SymmetricKey { format: KeyFormat::Raw }, vec![3; 16]),
        (Content::SecretData { kind: 2, format: KeyFormat::Opaque }, (0..96).collect()),
        (Content::SecretData { kind: 1, format: KeyFormat::Raw }, b"password".to_vec()),
        (Content::OpaqueObject { kind: 0x8000_0000 }, vec![0]),
        (Content::OpaqueObject { kind: 0x8000_0000 }, vec![9; 64 * 1024]),
    ] {
        let is_key = content.object_type() == ObjectType::SymmetricKey;
        let algorithm = is_key.then_some(domain::master_key::Algorithm::Aes);
        let registered = Registered { content, bytes: 0, algorithm, length: None };
        let material = SecretSlice::copied(&bytes);
        let made = house.control.register_master_key(node.asking(), registered, material, Vec::new()).await.unwrap();
        assert_eq!((made.key.content, made.key.revision), (content, 1));
        assert_eq!(house.fetch(&node, made.key.id).await, Ok(bytes));
    }
    let registered = Registered { content: Content::OpaqueObject { kind: 1 }, bytes: 7, algorithm: None, length: None };
    for (bytes, refusal) in
        [(0, CreateRefusal::NoMaterial), (64 * 1024 + 1, CreateRefusal::MaterialTooLong { most: 64 * 1024 })]
    {
        let material = SecretSlice::copied(&vec![1; bytes]);
        let got = house.control.register_master_key(node.asking(), registered, material, Vec::new()).await;
        assert_eq!(Refusal::of(got.unwrap_err()), Refusal(MasterKeyError::Create(refusal)));
    }
    house.end().await;
}

async fn no_key_lies_readable_in_the_database(database: Database) {
    let (house, node) = open(database).await;
    let mut all = Vec::new();
    for number in 0..4 {
        let bytes: Vec<u8> = (0..32_u8).map(|place| place.wrapping_mul(7) ^ (number * 31 + 1)).collect();
        let id = house.register(&node, &bytes, &[named(&format!("name{number}"))]).await;
        all.push(bytes);
        all.push(house.fetch(&node, id).await.unwrap());
    }
    let made = house.new_master_key(&node, &[]).await;
    all.push(house.fetch(&node, made).await.unwrap());
    house.control.destroy_master_key(node.asking(), made).await.unwrap();
    let ground = house.end().await;
    for (place, bytes) in ground.database.everything().await {
        for secret in &all {
            let hex = hex::encode(secret);
            assert!(!bytes.windows(32).any(|window| window == secret), "{place} holds a master key");
            assert!(!bytes.windows(64).any(|window| window == hex.as_bytes()), "{place} holds a master key in hex");
        }
    }
}

/// Uses a key in every way there is, and gives what each came to.
async fn every_use(house: &House, node: &Member, id: MasterKeyId) -> Vec<(&'static str, Option<MasterKeyError>)> {
    let (control, asker) = (&house.control, node.asking());
    let note = |result: Result<(), control::Error>| result.err().map(|error| Refusal::of(error).0);
    let cipher = Cipher { mode: Mode::CbcPkcs5, iv: Some(&[1; 16]), aad: &[] };
    let data = SecretSlice::copied(&[2; 16]);
    let wanted = Checked { usage: Some(UsageMask::ENCRYPT) };
    vec![
        ("attributes", note(control.master_key_attributes(asker, id, false).await.map(drop))),
        ("state", note(control.master_key_attributes(asker, id, true).await.map(drop))),
        ("check", note(control.check_master_key(asker, id, wanted).await.map(drop))),
        ("get", note(control.release_master_key(asker, id).await.map(drop))),
        ("encrypt", note(control.encrypt_with_master_key(asker, id, cipher, &data).await.map(drop))),
        ("decrypt", note(control.decrypt_with_master_key(asker, id, cipher, &[3; 16], None).await.map(drop))),
        ("add", note(control.add_master_key_attribute(asker, id, named("x")).await.map(drop))),
        ("modify", note(control.modify_master_key_attribute(asker, id, 0, named("y")).await.map(drop))),
        ("delete", note(control.delete_master_key_attribute(asker, id, AttributeName::Name, 0).await.map(drop))),
        ("activate", note(control.activate_master_key(asker, id).await)),
        ("end use", note(control.end_master_key_use(asker, id, ending(Cause::Unspecified), None).await)),
        ("destroy", note(control.destroy_master_key(asker, id).await)),
    ]
}

async fn to_others_it_does_not_exist(database: Database) {
    let (house, node) = open(database).await;
    let id = house.new_active_key(&node).await;
    let bytes = house.fetch(&node, id).await.unwrap();
    let clients = house.new_member(house.project, "c", "driver", NodeRole::Client).await;
    let theirs = house.new_active_key(&clients).await;
    house.new_cluster(house.project, "d", "AWS").await;
    let second = house.new_project("second").await;
    house.patch_in(second, &house.cloud().payload()).await.ok();
    house.new_cluster(second, "c", "AWS").await;
    let others = [
        house.new_member(house.project, "c", "n2", NodeRole::Mongod).await,
        house.new_member(house.project, "c", "client", NodeRole::Client).await,
        house.new_member(house.project, "d", "n1", NodeRole::Mongod).await,
        house.new_member(house.project, "d", "client", NodeRole::Client).await,
        house.new_member(second, "c", "n1", NodeRole::Mongod).await,
        house.new_member(second, "c", "driver", NodeRole::Client).await,
    ];
    for other in &others {
        let name = &other.0.node.name;
        for (what, refusal) in every_use(&house, other, id).await {
            assert_eq!(refusal, Some(MasterKeyError::NotFound), "{name}: {what}");
        }
        let unknown = MasterKeyId::from_random([0xAB; 16]);
        for (what, refusal) in every_use(&house, other, unknown).await {
            assert_eq!(refusal, Some(MasterKeyError::NotFound), "{name}, of nobody: {what}");
        }
        let by_id = Criteria { attributes: vec![Attribute::UniqueIdentifier(id)], ..Criteria::default() };
        for criteria in [Criteria::default(), by_id] {
            let located = house.control.locate_master_keys(other.asking(), &criteria).await.unwrap();
            assert!(!located.ids.contains(&id), "{name}");
        }
    }
    // The clients' key is no mongod's.
    for (what, refusal) in every_use(&house, &node, theirs).await {
        assert_eq!(refusal, Some(MasterKeyError::NotFound), "{what}");
    }
    // Nothing that was tried changed anything.
    assert_eq!(house.fetch(&node, id).await, Ok(bytes));
    assert_eq!(house.state(&node, id).await, Ok(State::Active));
    house.end().await;
}

async fn clients_of_a_cluster_share_their_keys(database: Database) {
    let (house, _) = open(database).await;
    let one = house.new_member(house.project, "c", "one", NodeRole::Client).await;
    let two = house.new_member(house.project, "c", "two", NodeRole::Client).await;
    let id = house.new_active_key(&one).await;
    assert_eq!(house.fetch(&one, id).await, house.fetch(&two, id).await);
    assert!(house.fetch(&two, id).await.is_ok());
    house.control.end_master_key_use(two.asking(), id, ending(Cause::Superseded), None).await.unwrap();
    assert_eq!(house.state(&one, id).await, Ok(State::Deactivated));
    house.end().await;
}

async fn a_cluster_without_a_customer_key_makes_none_and_keeps_its_own(database: Database) {
    let (house, node) = open(database).await;
    let id = house.new_master_key(&node, &[]).await;
    let bytes = house.fetch(&node, id).await.unwrap();
    let path = format!("/api/atlas/v2/groups/{}/clusters/c", house.project);
    house.ask("PATCH", &path).json(&json!({"encryptionAtRestProvider": "NONE"})).send().await.ok();
    let got = house.control.create_master_key(node.asking(), ObjectType::SymmetricKey, aes(&[])).await;
    let off = || Refusal(MasterKeyError::Create(CreateRefusal::EncryptionOff));
    assert_eq!(Refusal::of(got.unwrap_err()), off());
    let content = Content::SecretData { kind: 2, format: KeyFormat::Opaque };
    let registered = Registered { content, bytes: 0, algorithm: None, length: None };
    let got = house.control.register_master_key(node.asking(), registered, SecretSlice::copied(&[1; 96]), vec![]).await;
    assert_eq!(Refusal::of(got.unwrap_err()), off());
    assert_eq!(house.fetch(&node, id).await, Ok(bytes), "its data is still encrypted");
    house.end().await;
}

async fn a_life_goes_its_ways_and_no_other(database: Database) {
    let (house, node) = open(database).await;
    let control = &house.control;
    let refused = |error: Result<(), control::Error>| Refusal::of(error.unwrap_err());
    let no_way = |wanted, from| Refusal(MasterKeyError::Move(MoveRefusal::NoWay { wanted, from }));
    let id = house.new_master_key(&node, &[]).await;
    assert_eq!(house.state(&node, id).await, Ok(State::PreActive));
    assert!(house.fetch(&node, id).await.is_ok(), "some never activate");
    let got = control.end_master_key_use(node.asking(), id, ending(Cause::Superseded), None).await;
    assert_eq!(refused(got), no_way(Move::Deactivate, State::PreActive));
    control.activate_master_key(node.asking(), id).await.unwrap();
    assert_eq!(house.state(&node, id).await, Ok(State::Active));
    assert_eq!(refused(control.activate_master_key(node.asking(), id).await), no_way(Move::Activate, State::Active));
    assert_eq!(refused(control.destroy_master_key(node.asking(), id).await), no_way(Move::Destroy, State::Active));
    control.end_master_key_use(node.asking(), id, ending(Cause::Superseded), None).await.unwrap();
    assert_eq!(house.state(&node, id).await, Ok(State::Deactivated));
    assert!(house.fetch(&node, id).await.is_ok(), "who rotates reads the old one");
    control.end_master_key_use(node.asking(), id, ending(Cause::KeyCompromise), None).await.unwrap();
    assert_eq!(house.state(&node, id).await, Ok(State::Compromised));
    control.destroy_master_key(node.asking(), id).await.unwrap();
    assert_eq!(house.state(&node, id).await, Ok(State::DestroyedCompromised));
    let told = control.master_key_attributes(node.asking(), id, true).await.unwrap();
    let all = told.key.key.attributes(told.told.unwrap());
    assert!(all.iter().any(|one| one.attribute.name() == AttributeName::DestroyDate), "all that is said of it stays");
    let scheduled = [Attribute::ActivationDate(control.now() - Duration::from_secs(5))];
    let id = house.new_master_key(&node, &scheduled).await;
    assert_eq!(house.state(&node, id).await, Ok(State::Active), "a date that has come");
    let later = [Attribute::ActivationDate(control.now() + DAY)];
    let id = house.new_master_key(&node, &later).await;
    assert_eq!(house.state(&node, id).await, Ok(State::PreActive));
    house.end().await;
}

async fn of_many_moves_at_once_each_is_made_once(database: Database) {
    let (house, node) = open(database).await;
    for _ in 0..5 {
        let id = house.new_master_key(&node, &[]).await;
        let mut moves = JoinSet::new();
        for number in 0..12 {
            let (control, node) = (house.control.clone(), node.shared());
            moves.spawn(async move {
                let asker = node.asking();
                match number % 4 {
                    0 => ("activate", control.activate_master_key(asker, id).await),
                    1 => {
                        let moved = control.end_master_key_use(asker, id, ending(Cause::Unspecified), None).await;
                        ("deactivate", moved)
                    }
                    2 => ("destroy", control.destroy_master_key(asker, id).await),
                    _ => ("get", control.release_master_key(asker, id).await.map(drop)),
                }
            });
        }
        let mut done = Vec::new();
        while let Some(moved) = moves.join_next().await {
            let (what, result) = moved.unwrap();
            match result {
                Ok(()) if what != "get" => done.push(what),
                Ok(()) => {}
                Err(error) => {
                    let refusal = Refusal::of(error).0;
                    let fits = matches!(
                        refusal,
                        MasterKeyError::Move(_) | MasterKeyError::Use(UseRefusal::Destroyed) | MasterKeyError::Conflict
                    );
                    assert!(fits, "{what}: {refusal:?}");
                }
            }
        }
        let state = house.state(&node, id).await.unwrap();
        let count = |what: &str| done.iter().filter(|one| **one == what).count();
        assert!(["activate", "deactivate", "destroy"].iter().all(|what| count(what) <= 1), "{done:?}");
        let expected = match (count("activate"), count("deactivate"), count("destroy")) {
            (_, _, 1) => State::Destroyed,
            (1, 1, 0) => State::Deactivated,
            (1, 0, 0) => State::Active,
            (0, 0, 0) => State::PreActive,
            other => panic!("{other:?}"),
        };
        assert_eq!(state, expected, "{done:?}");
    }
    house.end().await;
}

async fn nothing_is_handed_out_once_it_is_destroyed(database: Database) {
    let (house, node) = open(database).await;
    let id = house.new_active_key(&node).await;
    // Many fetch while it is compromised and destroyed.
    let mut fetches = JoinSet::new();
    let gone = Arc::new(std::sync::atomic::AtomicBool::new(false));
    for _ in 0..8 {
        let (control, node, gone) = (house.control.clone(), node.shared(), gone.clone());
        fetches.spawn(async move {
            loop {
                let over = gone.load(std::sync::atomic::Ordering::SeqCst);
                match control.release_master_key(node.asking(), id).await {
                    Ok(_) => assert!(!over, "handed out after it was destroyed"),
                    Err(error) => {
                        let refusal = Refusal::of(error);
                        assert_eq!(refusal, Refusal(MasterKeyError::Use(UseRefusal::Destroyed)));
                        return;
                    }
                }
                tokio::task::yield_now().await;
            }
        });
    }
    house.control.end_master_key_use(node.asking(), id, ending(Cause::KeyCompromise), None).await.unwrap();
    house.control.destroy_master_key(node.asking(), id).await.unwrap();
    gone.store(true, std::sync::atomic::Ordering::SeqCst);
    while let Some(fetched) = fetches.join_next().await {
        fetched.unwrap();
    }
    assert_eq!(house.events().await.last().map(String::as_str), Some("MASTER_KEY_DESTROYED"));
    house.end().await;
}

async fn an_owner_brings_a_destroyed_key_back(database: Database) {
    let (house, node) = open(database).await;
    let owner = house.owning();
    let id = house.new_master_key(&node, &[named("db")]).await;
    let bytes = house.fetch(&node, id).await.unwrap();
    let back = |error: control::Error| Refusal::of(error);
    let got = house.control.return_master_key(&owner, house.project, id).await;
    assert_eq!(back(got.unwrap_err()), Refusal(MasterKeyError::Return(ReturnRefusal::NotDestroyed)));
    house.control.destroy_master_key(node.asking(), id).await.unwrap();
    let destroyed = MasterKeyFilter { destroyed: Some(true), ..MasterKeyFilter::default() };
    let page = house.control.master_keys(&owner, house.project, destroyed, 0, 10).await.unwrap();
    assert_eq!((page.total, page.keys[0].key.key.id, page.keys[0].told), (1, id, Ok(State::Destroyed)));
    // Its name is free, and taken.
    let other = house.new_master_key(&node, &[named("db")]).await;
    let got = house.control.return_master_key(&owner, house.project, id).await;
    assert!(matches!(back(got.unwrap_err()).0, MasterKeyError::NameTaken(names) if names[0].value == "db"));
    house.control.destroy_master_key(node.asking(), other).await.unwrap();
    // Another project's owner brings nothing back.
    let second = house.new_project("second").await;
    let got = house.control.return_master_key(&owner, second, id).await;
    assert_eq!(back(got.unwrap_err()), Refusal(MasterKeyError::NotFound));
    let returned = house.control.return_master_key(&owner, house.project, id).await.unwrap();
    assert_eq!(returned.told, Ok(State::PreActive));
    assert_eq!(house.fetch(&node, id).await, Ok(bytes));
    house.control.destroy_master_key(node.asking(), id).await.unwrap();
    house.pass(30 * DAY);
    let got = house.control.return_master_key(&owner, house.project, id).await;
    assert!(matches!(back(got.unwrap_err()).0, MasterKeyError::Return(ReturnRefusal::Purged { .. })));
    house.end().await;
}

async fn a_revoked_node_gets_nothing_from_memory(database: Database) {
    let (house, address) = nodes::open(database).await;
    house.enable().await;
    let path = format!("/api/atlas/v2/groups/{}/clusters/c", house.project);
    house.ask("PATCH", &path).json(&json!({"encryptionAtRestProvider": "AWS"})).send().await.ok();
    let leaf = nodes::enrolled(&house, &address, &nodes::new_key()).await;
    let node = Member(nodes::recognise(&house, &leaf).await.unwrap());
    let id = house.new_master_key(&node, &[]).await;
    assert!(house.fetch(&node, id).await.is_ok());
    let name = ClusterName::parse("c").unwrap();
    house.control.revoke_node(&house.owning(), house.project, &name, node.0.node.id).await.unwrap();
    assert!(nodes::recognise(&house, &leaf).await.is_err(), "the door asks at each message");
    // Had the door asked a moment earlier, the node as it is now would get nothing either.
    let mut revoked = node.clone();
    revoked.0.node.revoked_at = Some(house.control.now());
    assert_eq!(house.fetch(&revoked, id).await, Err(Refusal(MasterKeyError::NotFound)));
    house.end().await;
}

async fn names_are_one_owners_and_free_again(database: Database) {
    let (house, node) = open(database).await;
    let other = house.new_member(house.project, "c", "n2", NodeRole::Mongod).await;
    let id = house.new_master_key(&node, &[named("db"), named("second")]).await;
    house.new_master_key(&other, &[named("db")]).await;
    let again = house.control.create_master_key(node.asking(), ObjectType::SymmetricKey, aes(&[named("db")])).await;
    let refusal = Refusal::of(again.unwrap_err()).0;
    assert!(matches!(
        refusal,
        MasterKeyError::Create(CreateRefusal::Attribute(AttributeRefusal::NameTaken(name))) if name.value == "db"
    ));
    // Of many at once one gets it.
    let mut made = JoinSet::new();
    for _ in 0..6 {
        let (control, node) = (house.control.clone(), node.shared());
        made.spawn(async move {
            control.create_master_key(node.asking(), ObjectType::SymmetricKey, aes(&[named("one")])).await.is_ok()
        });
    }
    let made = made.join_all().await;
    assert_eq!(made.into_iter().filter(|made| *made).count(), 1);
    house.control.destroy_master_key(node.asking(), id).await.unwrap();
    house.new_master_key(&node, &[named("db")]).await;
    house.end().await;
}

async fn attributes_are_added_changed_and_deleted(database: Database) {
    let (house, node) = open(database).await;
    let control = &house.control;
    let id = house.new_master_key(&node, &[named("a")]).await;
    let added = control.add_master_key_attribute(node.asking(), id, named("b")).await.unwrap();
    assert_eq!(added.index, 1);
    let changed = control.modify_master_key_attribute(node.asking(), id, 0, named("c")).await.unwrap();
    assert_eq!((changed.index, changed.attribute), (0, named("c")));
    let gone = control.delete_master_key_attribute(node.asking(), id, AttributeName::Name, 1).await.unwrap();
    assert_eq!((gone.index, gone.attribute), (1, named("b")));
    let told = control.master_key_attributes(node.asking(), id, false).await.unwrap();
    assert_eq!(told.key.key.names().map(|name| name.value.as_str()).collect::<Vec<_>>(), ["c"]);
    assert_eq!(told.key.key.revision, 4);
    let got = control.add_master_key_attribute(node.asking(), id, Attribute::State(State::Active)).await;
    assert_eq!(
        Refusal::of(got.unwrap_err()),
        Refusal(MasterKeyError::Attribute(AttributeRefusal::ServerAlone(AttributeName::State)))
    );
    let got = control.modify_master_key_attribute(node.asking(), id, 0, usage(UsageMask::ENCRYPT)).await;
    assert_eq!(
        Refusal::of(got.unwrap_err()),
        Refusal(MasterKeyError::Attribute(AttributeRefusal::Fixed(AttributeName::CryptographicUsageMask)))
    );
    // Many at once lose nothing.
    let mut adding = JoinSet::new();
    for number in 0..5 {
        let (control, node) = (control.clone(), node.shared());
        adding.spawn(async move {
            control.add_master_key_attribute(node.asking(), id, named(&format!("m{number}"))).await.unwrap().index
        });
    }
    let mut indices = adding.join_all().await;
    indices.sort_unstable();
    assert_eq!(indices, [1, 2, 3, 4, 5]);
    house.end().await;
}

async fn what_is_located_is_ones_own(database: Database) {
    let (house, node) = open(database).await;
    let other = house.new_member(house.project, "c", "n2", NodeRole::Mongod).await;
    let a = house.new_master_key(&node, &[named("a")]).await;
    let b = house.new_active_key(&node).await;
    let theirs = house.new_master_key(&other, &[named("a")]).await;
    let find = async |asker: &Member, criteria: Criteria| {
        let mut ids = house.control.locate_master_keys(asker.asking(), &criteria).await.unwrap().ids;
        ids.sort_unstable();
        ids
    };
    let like = |attributes: &[Attribute]| Criteria { attributes: attributes.to_vec(), ..Criteria::default() };
    let mut both = [a, b];
    both.sort_unstable();
    assert_eq!(find(&node, Criteria::default()).await, both);
    assert_eq!(find(&node, like(&[named("a")])).await, [a]);
    assert_eq!(find(&other, like(&[named("a")])).await, [theirs]);
    assert_eq!(find(&node, like(&[named("nobody's")])).await, []);
    assert_eq!(find(&node, like(&[Attribute::State(State::Active)])).await, [b]);
    assert_eq!(find(&node, like(&[Attribute::ObjectType(ObjectType::SymmetricKey)])).await, both);
    assert_eq!(find(&node, like(&[Attribute::UniqueIdentifier(a), named("b")])).await, []);
    house.control.destroy_master_key(node.asking(), a).await.unwrap();
    assert_eq!(find(&node, like(&[named("a")])).await, []);
    let storage = Some(StorageStatus { online: false, destroyed: true });
    assert_eq!(find(&node, Criteria { storage, ..like(&[named("a")]) }).await, [a]);
    house.end().await;
}

async fn data_is_encrypted_and_decrypted_in_here(database: Database) {
    let (house, node) = open(database).await;
    let control = &house.control;
    let (id, data) = (house.new_active_key(&node).await, SecretSlice::copied(&[7; 96]));
    for mode in [Mode::CbcPkcs5, Mode::Cbc, Mode::Gcm { tag_length: 16 }, Mode::Gcm { tag_length: 12 }] {
        let cipher = Cipher { mode, iv: None, aad: &[] };
        let encrypted = control.encrypt_with_master_key(node.asking(), id, cipher, &data).await.unwrap();
        let (iv, tag) = (Some(encrypted.iv.as_slice()), encrypted.tag.as_deref());
        let cipher = Cipher { iv, ..cipher };
        let clear = control.decrypt_with_master_key(node.asking(), id, cipher, &encrypted.data, tag).await.unwrap();
        assert!(clear.matches(&[7; 96]), "{mode:?}");
    }
    let cipher = Cipher { mode: Mode::CbcPkcs5, iv: Some(&[0; 16]), aad: &[] };
    let check = async |id, encrypts: Option<UseRefusal>, decrypts: Option<UseRefusal>| {
        let refusal = |error: Option<control::Error>| error.map(|error| Refusal::of(error).0);
        let got = control.encrypt_with_master_key(node.asking(), id, cipher, &data).await.err();
        assert_eq!(refusal(got), encrypts.map(MasterKeyError::Use));
        let sealed = control.decrypt_with_master_key(node.asking(), id, cipher, &[0; 32], None).await;
        match decrypts {
            Some(decrypts) => assert_eq!(refusal(sealed.err()), Some(MasterKeyError::Use(decrypts))),
            None => assert!(!matches!(refusal(sealed.err()), Some(MasterKeyError::Use(_)))),
        }
    };
    control.end_master_key_use(node.asking(), id, ending(Cause::Superseded), None).await.unwrap();
    check(id, Some(UseRefusal::WrongState { state: State::Deactivated }), None).await;
    let unmasked = house.new_master_key(&node, &[]).await;
    let not_for_this = Some(UseRefusal::NotForThis { mask: UsageMask::NONE });
    check(unmasked, not_for_this, not_for_this).await;
    let wanted = Checked { usage: Some(UsageMask::ENCRYPT) };
    assert_eq!(control.check_master_key(node.asking(), unmasked, wanted).await.unwrap(), wanted, "refused");
    let active = house.new_active_key(&node).await;
    assert_eq!(control.check_master_key(node.asking(), active, wanted).await.unwrap(), Checked::default());
    house.end().await;
}

async fn the_first_release_ends_freshness(database: Database) {
    let (house, node) = open(database).await;
    let id = house.new_master_key(&node, &[Attribute::Fresh(true)]).await;
    let fresh = async || house.control.master_key_attributes(node.asking(), id, false).await.unwrap().key.key.fresh;
    assert_eq!(fresh().await, Some(true));
    let mut fetches = JoinSet::new();
    for _ in 0..4 {
        let (control, node) = (house.control.clone(), node.shared());
        fetches.spawn(async move { control.release_master_key(node.asking(), id).await.unwrap().key.key.fresh });
    }
    assert!(fetches.join_all().await.iter().all(|fresh| *fresh == Some(false)));
    assert_eq!(fresh().await, Some(false));
    house.end().await;
}

async fn every_release_is_on_record(database: Database) {
    let (house, node) = open(database).await;
    let id = house.new_active_key(&node).await;
    let before = house.store.release_lines(house.project, 0, 100).await.unwrap().len();
    assert_eq!(before, 0, "making a key is no release");
    house.fetch(&node, id).await.unwrap();
    let lines = house.store.release_lines(house.project, 0, 100).await.unwrap();
    assert_eq!(lines.len(), 1, "durable before the bytes leave");
    for part in [&id.to_string(), &node.0.node.id.to_string(), "192.0.2.7", "\"get\"", &house.cloud().key.arn] {
        assert!(lines[0].line.contains(part), "{part} in {}", lines[0].line);
    }
    let cipher = Cipher { mode: Mode::CbcPkcs5, iv: None, aad: &[] };
    let data = SecretSlice::copied(&[1; 16]);
    house.control.encrypt_with_master_key(node.asking(), id, cipher, &data).await.unwrap();
    let lines = house.store.release_lines(house.project, 0, 100).await.unwrap();
    assert!(lines.iter().any(|line| line.line.contains("\"encrypt\"")));
    // What is refused is no release.
    let count = lines.len();
    let other = house.new_member(house.project, "c", "n2", NodeRole::Mongod).await;
    assert_eq!(house.fetch(&other, id).await, Err(Refusal(MasterKeyError::NotFound)));
    assert_eq!(house.store.release_lines(house.project, 0, 100).await.unwrap().len(), count);
    assert!(!NoKey::StoreAway.is_definitive());
    house.end().await;
}

async fn an_owners_grant_lets_another_node_read_one_key_for_a_while(database: Database) {
    let (house, node) = open(database).await;
    let (id, other) = (house.new_active_key(&node).await, house.new_active_key(&node).await);
    let bytes = house.fetch(&node, id).await.unwrap();
    house.new_cluster(house.project, "restored", "NONE").await;
    let restoring = house.new_member(house.project, "restored", "n1", NodeRole::Mongod).await;
    assert_eq!(house.fetch(&restoring, id).await, Err(Refusal(MasterKeyError::NotFound)));
    let hour = Duration::from_secs(3600);
    let to = restoring.0.node.id;
    house.control.grant_master_key(&house.owning(), house.project, id, to, hour).await.unwrap();
    assert_eq!(house.fetch(&restoring, id).await, Ok(bytes));
    assert_eq!(house.state(&restoring, id).await, Ok(State::Active));
    let reads = ["attributes", "state", "check", "get", "decrypt"];
    for (what, refusal) in every_use(&house, &restoring, id).await {
        if reads.contains(&what) {
            assert!(
                !matches!(refusal, Some(MasterKeyError::NotFound | MasterKeyError::ReadOnly)),
                "{what}: {refusal:?}"
            );
        } else {
            assert_eq!(refusal, Some(MasterKeyError::ReadOnly), "{what}");
        }
    }
    assert_eq!(house.fetch(&restoring, other).await, Err(Refusal(MasterKeyError::NotFound)), "one key alone");
    house.pass_everywhere(hour);
    assert_eq!(house.fetch(&restoring, id).await, Err(Refusal(MasterKeyError::NotFound)));
    assert!(house.fetch(&node, id).await.is_ok());
    house.end().await;
}
