//! What a store refuses to open, and what a root key file must be like.

use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::time::Duration;

use domain::secret::SecretText;
use storage::{Engine, OpenError, Outcome, Retry, RootKey, RootKeyError, Store, StoreError, StoreOptions};

use crate::database::{Database, root_key};
use crate::fixtures::*;
use crate::on_both_engines;

on_both_engines! {
    another_root_key_is_refused
    what_was_saved_is_there_after_reopening
    a_reader_writes_nothing
}

async fn another_root_key_is_refused(db: Database) {
    drop(db.open().await);
    let refused = db.try_open(2).await.err().unwrap();
    let StoreError::Open(OpenError::WrongRootKey { wanted, given }) = &refused else { panic!("{refused:?}") };
    assert_eq!((wanted.as_str(), given.as_str()), (root_key(1).id(), root_key(2).id()));
    assert_eq!(refused.retry(), Retry::Never);
    db.open().await.ping().await.unwrap();
}

async fn what_was_saved_is_there_after_reopening(db: Database) {
    let store = db.open().await;
    seed_enabled(&store, 1).await;
    // Dropped in the middle, without a goodbye.
    drop(store);
    let store = db.open().await;
    assert_eq!(store.encryption_at_rest(project_id(1)).await.unwrap().revision, 1);
    store.close().await;
    let closed = store.ping().await.unwrap_err();
    assert_eq!(closed.retry(), Retry::Later);
    assert_eq!(closed.to_string(), "ping the database: the database cannot be reached");
}

async fn a_reader_writes_nothing(db: Database) {
    if db.is_sqlite() {
        let nothing = db.open_read_only().await.err().unwrap();
        assert!(matches!(nothing, StoreError::Open(OpenError::NoDatabase { .. })), "{nothing:?}");
    }
    let store = db.open().await;
    seed_enabled(&store, 1).await;
    let reader = db.open_read_only().await.unwrap();
    assert!(!reader.owns_database());
    assert!(matches!(reader.record_events(&[event(9, 1)]).await, Err(StoreError::ReadOnly { .. })));
    assert!(matches!(reader.insert_project(&project(9, 1)).await, Err(StoreError::ReadOnly { .. })));
    for revision in 2..5 {
        let next = setting(1, revision, static_key("alias/next", "AKIAIOSFODNN7EXAMPLE", SECRET));
        let number = u32::try_from(revision).unwrap();
        let step = domain::customer_key::Move::ChangeKey;
        assert_eq!(save(&store, &next, step, event(10 + number, 1)).await, Outcome::Saved);
        let seen = reader.project_snapshot(project_id(1)).await.unwrap().unwrap();
        assert_eq!(seen.setting.revision, revision, "a reader remembers nothing");
    }
}

#[tokio::test]
async fn a_second_store_on_the_same_folder_is_refused() {
    let db = Database::sqlite();
    let store = db.open().await;
    let refused = db.try_open(1).await.err().unwrap();
    assert!(matches!(refused, StoreError::Open(OpenError::FolderLocked { .. })), "{refused:?}");
    let clone = store.clone();
    drop(store);
    assert!(db.try_open(1).await.is_err(), "a clone holds the folder");
    drop(clone);
    db.try_open(1).await.unwrap();
}

#[tokio::test]
async fn the_folder_and_its_files_are_ours_alone() {
    let outer = tempfile::tempdir().unwrap();
    let dir = outer.path().join("a/b");
    let options = || StoreOptions::new(Engine::Sqlite { dir: dir.clone() });
    let store = Store::open(options(), root_key(1)).await.unwrap();
    seed(&store, 1).await;
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&dir), 0o700);
    let files: Vec<_> = std::fs::read_dir(&dir).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(files.len() >= 3, "{files:?}");
    for file in files {
        assert_eq!(mode(&file), 0o600, "{}", file.display());
    }
    drop(store);
    let made_for_us = outer.path().join("empty");
    std::fs::create_dir(&made_for_us).unwrap();
    Store::open(StoreOptions::new(Engine::Sqlite { dir: made_for_us.clone() }), root_key(1)).await.unwrap();
    assert_eq!(mode(&made_for_us), 0o700);
    for open_to_others in [0o750, 0o705, 0o777] {
        std::fs::set_permissions(&dir, std::fs::Permissions::from_mode(open_to_others)).unwrap();
        let refused = Store::open(options(), root_key(1)).await.err().unwrap();
        assert!(matches!(refused, StoreError::Open(OpenError::FolderNotPrivate { .. })), "{refused:?}");
    }
}

#[tokio::test]
async fn a_server_that_acknowledges_too_early_is_refused() {
    let db = Database::postgres().await;
    let Database::Postgres { name, .. } = &db else { panic!("postgres") };
    db.tamper(&format!("ALTER DATABASE {name} SET synchronous_commit = off")).await;
    let refused = db.try_open(1).await.err().unwrap();
    let StoreError::Open(OpenError::NotDurable { found, .. }) = &refused else { panic!("{refused:?}") };
    assert_eq!(found, "off");
    db.tamper(&format!("ALTER DATABASE {name} SET synchronous_commit = local")).await;
    db.try_open(1).await.unwrap();
}

#[tokio::test]
async fn a_server_that_is_not_there_can_be_tried_again() {
    let at = |url: &str| {
        let engine = Engine::Postgres { url: SecretText::new(url.to_owned()) };
        StoreOptions { acquire_timeout: Duration::from_secs(2), ..StoreOptions::new(engine) }
    };
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let gone = Store::open(at(&format!("postgres://u:hunter2@127.0.0.1:{port}/x")), root_key(1)).await.err().unwrap();
    assert_eq!(gone.retry(), Retry::Later, "{gone:?}");
    assert!(!format!("{gone:?}{gone}").contains("hunter2"));
    let nonsense = Store::open(at("not a url, hunter2"), root_key(1)).await.err().unwrap();
    assert!(matches!(nonsense, StoreError::Open(OpenError::NotAUrl(_))), "{nonsense:?}");
    assert!(!format!("{nonsense:?}{nonsense}").contains("hunter2"));
}

fn key_file(dir: &Path, name: &str, content: &[u8]) -> std::path::PathBuf {
    let path = dir.join(name);
    std::fs::write(&path, content).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    path
}

#[test]
fn a_root_key_file_holds_32_bytes_in_one_of_three_forms() {
    use base64::Engine as _;
    let dir = tempfile::tempdir().unwrap();
    let key: [u8; 32] = std::array::from_fn(|index| u8::try_from(index * 7).unwrap());
    let wanted = RootKey::from_bytes(secret_bytes(key)).unwrap();
    let base64 = base64::engine::general_purpose::STANDARD.encode(key);
    let forms: [Vec<u8>; 6] = [
        key.to_vec(),
        hex::encode(key).into_bytes(),
        format!("  {}\r\n", hex::encode(key).to_uppercase()).into_bytes(),
        base64.clone().into_bytes(),
        format!("{base64}\n").into_bytes(),
        base64.trim_end_matches('=').as_bytes().to_vec(),
    ];
    for (form, number) in forms.iter().zip(0..) {
        let path = key_file(dir.path(), &format!("key{number}"), form);
        assert_eq!(RootKey::from_file(&path, None).unwrap().id(), wanted.id(), "form {number}");
    }
    let (long, disguised) = (vec![b'a'; 5000], hex::encode([1; 16]));
    let unfit: [&[u8]; 8] = [b"", b"short", &key[..31], &[7; 33], disguised.as_bytes(), &long, &[b'g'; 64], b"\n"];
    for content in unfit {
        let refused = RootKey::from_file(&key_file(dir.path(), "unfit", content), None).unwrap_err();
        assert!(matches!(refused, RootKeyError::NotAKey { .. }), "{refused:?}");
    }
}

#[test]
fn a_root_key_file_that_others_could_read_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let content = hex::encode([9; 32]);
    let path = key_file(dir.path(), "key", content.as_bytes());
    for mode in [0o640, 0o604, 0o660, 0o644] {
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        let refused = RootKey::from_file(&path, None).unwrap_err();
        assert!(matches!(refused, RootKeyError::NotPrivate { .. }), "{refused:?}");
        assert!(refused.to_string().contains("chmod 600"));
    }
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o400)).unwrap();
    RootKey::from_file(&path, None).unwrap();

    let link = dir.path().join("link");
    symlink(&path, &link).unwrap();
    assert!(matches!(RootKey::from_file(&link, None), Err(RootKeyError::NotAFile { .. })));
    assert!(matches!(RootKey::from_file(dir.path(), None), Err(RootKeyError::NotAFile { .. })));
    assert!(matches!(RootKey::from_file(&dir.path().join("none"), None), Err(RootKeyError::Io { .. })));
    if rustix::process::geteuid().is_root() {
        std::os::unix::fs::chown(&path, Some(65_534), None).unwrap();
        assert!(matches!(RootKey::from_file(&path, None), Err(RootKeyError::NotOurs { .. })));
    }
}

#[test]
fn a_root_key_file_inside_the_data_folder_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    std::fs::create_dir_all(data.join("deep")).unwrap();
    let content = hex::encode([9; 32]);
    let inside = key_file(&data, "deep/key", content.as_bytes());
    assert!(matches!(RootKey::from_file(&inside, Some(&data)), Err(RootKeyError::InDataFolder { .. })));
    let by_a_detour = data.join("deep/../../data/deep/key");
    assert!(matches!(RootKey::from_file(&by_a_detour, Some(&data)), Err(RootKeyError::InDataFolder { .. })));
    let outside = key_file(dir.path(), "data-key", content.as_bytes());
    RootKey::from_file(&outside, Some(&data)).unwrap();
    RootKey::from_file(&outside, Some(&dir.path().join("not yet"))).unwrap();
}

#[test]
fn a_generated_root_key_file_is_new_private_and_readable() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("key");
    let made = RootKey::generate_file(&path).unwrap();
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(RootKey::from_file(&path, None).unwrap().id(), made.id());
    assert!(matches!(RootKey::generate_file(&path), Err(RootKeyError::Exists { .. })));
    assert_ne!(RootKey::generate_file(&dir.path().join("other")).unwrap().id(), made.id());
    assert_eq!(format!("{made:?}"), format!("RootKey({})", made.id()));
    let (one, two) = (made.derive("one").unwrap(), made.derive("two").unwrap());
    assert!(one.matches(made.derive("one").unwrap().expose()) && !one.matches(two.expose()));
}
