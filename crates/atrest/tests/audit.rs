//! `atrest audit` as an operator runs it, beside a server that has the database open, on both databases.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    missing_docs,
    reason = "tests fail loudly, and hear from `cargo xtask test` where PostgreSQL is"
)]

use std::fs;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::cluster::ClusterName;
use domain::customer_key::{CustomerKeyNumber, CustomerKeyVersion, ProviderKind};
use domain::id::{ClusterId, NodeId, ProjectId};
use domain::master_key::MasterKeyId;
use domain::node::{NodeName, NodeRole, Serial};
use domain::release::{Release, ReleaseAct};
use domain::secret::SecretText;
use domain::time::Timestamp;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, SqliteConnection};
use storage::{Engine, RootKey, SignedHead, Store, StoreOptions};
use tempfile::TempDir;

struct Place {
    folder: TempDir,
    /// None is SQLite in the folder.
    url: Option<String>,
}

impl Place {
    fn sqlite() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), url: None }
    }

    async fn postgres() -> Self {
        let Ok(server) = std::env::var("ATREST_TEST_POSTGRES") else {
            panic!("ATREST_TEST_POSTGRES is not set; run the tests by `cargo xtask test`")
        };
        let name = format!("audit_{}", std::process::id());
        let mut connection = PgConnection::connect(&server).await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&mut connection).await.unwrap();
        let url = format!("{}/{name}", server.rsplit_once('/').unwrap().0);
        Self { folder: tempfile::tempdir().unwrap(), url: Some(url) }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn config(&self) -> PathBuf {
        let database = match &self.url {
            None => format!("sqlite_dir = {:?}", self.path("data")),
            Some(url) => format!("postgres_url = {url:?}"),
        };
        let text = format!("[storage]\n{database}\n[root_key]\nfile = {:?}\n", self.path("root.key"));
        fs::write(self.path("atrest.toml"), text).unwrap();
        self.path("atrest.toml")
    }

    /// Opens the database as a server does.
    async fn open(&self) -> Store {
        let engine = match &self.url {
            None => Engine::Sqlite { dir: self.path("data") },
            Some(url) => Engine::Postgres { url: SecretText::new(url.clone()) },
        };
        let root_key = RootKey::from_file(&self.path("root.key"), None).unwrap();
        Store::open(StoreOptions::new(engine), root_key).await.unwrap()
    }

    /// Changes the database behind the server's back.
    async fn tamper(&self, sql: &str) {
        let sql = AssertSqlSafe(sql.to_owned());
        match &self.url {
            None => {
                let url = format!("sqlite://{}", self.path("data/atrest.db").display());
                let mut connection = SqliteConnection::connect(&url).await.unwrap();
                sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
            }
            Some(url) => {
                let mut connection = PgConnection::connect(url).await.unwrap();
                sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
            }
        }
    }
}

fn atrest(words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_atrest")).args(words).stdin(Stdio::null()).output().unwrap()
}

fn good(words: &[&str]) -> String {
    let output = atrest(words);
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "atrest {words:?} failed: {complaint}");
    String::from_utf8(output.stdout).unwrap()
}

/// Gives what it complained of.
fn bad(words: &[&str]) -> String {
    let output = atrest(words);
    assert_eq!(output.status.code(), Some(1), "atrest {words:?}");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn project(number: u8) -> ProjectId {
    ProjectId::from_random([number; 12])
}

fn releases(numbers: std::ops::RangeInclusive<i64>, of: u8) -> Vec<Release> {
    let release = |number| Release {
        project: project(of),
        act: ReleaseAct::Get,
        key: MasterKeyId::from_random([2; 16]),
        provider: ProviderKind::AwsKms,
        customer_key: CustomerKeyNumber::FIRST,
        customer_key_version: CustomerKeyVersion { key: "arn".to_owned(), material: None },
        node: NodeId::from_random([3; 12]),
        node_name: NodeName::parse("db-1").unwrap(),
        role: NodeRole::Mongod,
        cluster: ClusterId::from_random([4; 12]),
        cluster_name: ClusterName::parse("cluster0").unwrap(),
        serial: Serial::from_random([5; 16]),
        address: IpAddr::from([192, 0, 2, 7]),
        at: Timestamp::from_millis(1_790_000_000_000 + number),
        times: 1,
    };
    numbers.map(release).collect()
}

fn head_in(said: &str, of: u8) -> String {
    let begins = format!("atrest-head:v1:{}:", project(of));
    said.split_whitespace()
        .find(|word| word.starts_with(&begins))
        .unwrap_or_else(|| panic!("no head in {said}"))
        .to_owned()
}

async fn a_record_is_verified_and_exported(place: Place) {
    let config = place.config();
    let config = config.to_str().unwrap();
    let verify = |more: &[&str]| {
        [&["audit", "verify", "--config", config], more]
            .concat()
            .iter()
            .map(|word| (*word).to_owned())
            .collect::<Vec<_>>()
    };
    let good = |words: &[String]| good(&words.iter().map(String::as_str).collect::<Vec<_>>());
    let bad = |words: &[String]| bad(&words.iter().map(String::as_str).collect::<Vec<_>>());
    let (one, two) = (project(1).to_string(), project(2).to_string());
    good(&["init", "--config", config].map(str::to_owned));
    assert!(good(&verify(&[])).contains("no release was recorded yet"));

    let server = place.open().await;
    server.append_releases(&releases(1..=4, 1)).await.unwrap();
    server.append_releases(&releases(1..=2, 2)).await.unwrap();
    let said = good(&verify(&[]));
    assert!(said.contains(&format!("project {one}: 4 lines, intact")), "{said}");
    assert!(said.contains(&format!("project {two}: 2 lines, intact")), "{said}");
    let early = head_in(&said, 1);
    assert!(!good(&verify(&["--project", &two])).contains(&one), "only what was asked for");

    // What is exported can be read, and its end can be verified by whoever knows the public key.
    let export = ["audit", "export", "--config", config, "--project", &one].map(str::to_owned);
    let exported = good(&export);
    let lines: Vec<serde_json::Value> = exported.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 5);
    for (number, line) in (1..).zip(&lines[..4]) {
        assert_eq!(line["sequence"], number);
        assert_eq!(line["release"]["at"], 1_790_000_000_000_i64 + number);
        assert_eq!(
            (line["release"]["act"].as_str(), line["release"]["nodeName"].as_str()),
            (Some("get"), Some("db-1"))
        );
    }
    let head: SignedHead = lines[4]["head"].as_str().unwrap().parse().unwrap();
    let key: [u8; 32] = URL_SAFE_NO_PAD.decode(lines[4]["publicKey"].as_str().unwrap()).unwrap().try_into().unwrap();
    assert!(head.is_signed_by(&key) && head.sequence == 4);
    assert_eq!(hex::encode(head.mac), lines[3]["mac"].as_str().unwrap());
    let rest = good(&[&export[..], &["--after", "3"].map(str::to_owned)].concat());
    assert_eq!(rest.lines().count(), 2, "{rest}");

    // The record goes on, and still holds what the head of before names.
    place.tamper("CREATE TABLE kept_releases AS SELECT * FROM releases").await;
    place.tamper("CREATE TABLE kept_heads AS SELECT * FROM release_heads").await;
    server.append_releases(&releases(5..=6, 1)).await.unwrap();
    let said = good(&verify(&["--head", &early]));
    assert!(said.contains("6 lines, intact"), "{said}");
    let late = head_in(&said, 1);

    place
        .tamper(&format!(
            "UPDATE releases SET line = replace(line, 'db-1', 'db-2') WHERE project_id = '{one}' AND sequence = 2"
        ))
        .await;
    let told = bad(&verify(&[]));
    assert!(told.contains(&format!("project {one}: line 2 is not what was written there")), "{told}");
    assert!(told.contains("the record of releases of one project is not what was written"), "{told}");
    place.tamper(&format!("DELETE FROM releases WHERE project_id = '{one}' AND sequence IN (2, 6)")).await;
    let told = bad(&verify(&["--project", &one]));
    assert!(
        told.contains("line 2 is missing") && told.contains("it stops at line 5, its head knows of line 6"),
        "{told}"
    );
    good(&verify(&["--project", &two]));
    let output = atrest(&export.each_ref().map(String::as_str));
    let (exported, told) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(1));
    assert!(
        exported.lines().count() == 4 && !exported.contains("atrest-head"),
        "all there is, and no head: {exported}"
    );
    assert!(told.contains("line 2 is missing"), "{told}");

    // Lines and head as they were before: only a head kept elsewhere knows better.
    place.tamper("DELETE FROM releases; INSERT INTO releases SELECT * FROM kept_releases").await;
    place.tamper("DELETE FROM release_heads; INSERT INTO release_heads SELECT * FROM kept_heads").await;
    good(&verify(&["--head", &early]));
    let told = bad(&verify(&["--head", &late]));
    assert!(told.contains("it stops at line 4, a signed head knows of line 6"), "{told}");
    let log = place.path("server.log");
    fs::write(&log, format!("{{\"head\":\"{early}\"}}\n{{\"head\":\"{late}\"}}\n")).unwrap();
    let told = bad(&verify(&["--heads-in", log.to_str().unwrap()]));
    assert!(told.contains("a signed head knows of line 6"), "{told}");
    fs::write(&log, "nothing\n").unwrap();
    assert!(bad(&verify(&["--heads-in", log.to_str().unwrap()])).contains("holds no signed head"));

    let false_head = early.replace(":4:", ":3:");
    assert!(bad(&verify(&["--head", &false_head])).contains("does not bear this installation's signature"));
    server.close().await;
}

#[tokio::test]
async fn a_record_on_sqlite_is_verified_and_exported() {
    a_record_is_verified_and_exported(Place::sqlite()).await;
}

#[tokio::test]
async fn a_record_on_postgres_is_verified_and_exported() {
    a_record_is_verified_and_exported(Place::postgres().await).await;
}

#[test]
fn what_is_no_head_or_project_is_a_mistake_of_the_call() {
    for words in [&["--head", "atrest-head:v1:x"], &["--project", "x"]] {
        let output = atrest(&[&["audit", "verify"], words.as_slice()].concat());
        assert_eq!(output.status.code(), Some(2), "{words:?}");
    }
}

#[tokio::test]
async fn a_folder_of_dev_mode_is_verified_by_its_name() {
    let place = Place::sqlite();
    let dir = place.folder.path();
    let words = ["audit", "verify", "--dir", dir.to_str().unwrap()];
    assert!(bad(&words).contains("is not a folder of `atrest dev`"));
    stamp(dir);
    let store = place.open().await;
    store.append_releases(&releases(1..=3, 1)).await.unwrap();
    assert!(good(&words).contains("3 lines, intact"));
    let exported = good(&["audit", "export", "--dir", dir.to_str().unwrap(), "--project", &project(1).to_string()]);
    assert_eq!(exported.lines().count(), 4);
}

/// Makes a folder look as dev mode leaves it.
fn stamp(dir: &Path) {
    fs::write(dir.join("THIS-IS-A-DEV-FOLDER"), "").unwrap();
    RootKey::generate_file(&dir.join("root.key")).unwrap();
}
