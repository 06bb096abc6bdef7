//! The subcommands as an operator runs them, one after the other, on both databases.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    missing_docs,
    reason = "tests fail loudly, and hear from `cargo xtask test` where PostgreSQL is"
)]

mod door;

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// How long a start or an end may take on a busy machine.
const SOON: Duration = Duration::from_secs(30);

struct Place {
    folder: tempfile::TempDir,
    database: String,
    api: u16,
    operations: u16,
}

impl Place {
    fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = format!("sqlite_dir = {:?}", folder.path().join("data"));
        Self { folder, database, api: free_port(), operations: free_port() }
    }

    fn postgres(name: &str) -> Self {
        let Ok(url) = std::env::var("ATREST_TEST_POSTGRES") else {
            panic!("ATREST_TEST_POSTGRES is not set; run the tests by `cargo xtask test`")
        };
        let name = format!("commands_{name}_{}", std::process::id());
        let made = Command::new("psql").args([&url, "-qc", &format!("CREATE DATABASE {name}")]).status().unwrap();
        assert!(made.success(), "psql could not create a database");
        let base = url.rsplit_once('/').unwrap().0;
        let database = format!("postgres_url = \"{base}/{name}\"");
        Self { folder: tempfile::tempdir().unwrap(), database, api: free_port(), operations: free_port() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn configure(&self, root_key: &Path) -> PathBuf {
        let text = format!(
            "[api]\nlisten = \"127.0.0.1:{}\"\n[operations]\nlisten = \"127.0.0.1:{}\"\n[storage]\n{}\n[root_key]\nfile = {root_key:?}\n",
            self.api, self.operations, self.database
        );
        let path = self.path("atrest.toml");
        fs::write(&path, text).unwrap();
        path
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn atrest(words: &[&str], config: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_atrest"));
    command.args(words).arg("--config").arg(config).stdin(Stdio::null()).output().unwrap()
}

fn good(words: &[&str], config: &Path) -> String {
    let output = atrest(words, config);
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "atrest {words:?} failed: {complaint}");
    String::from_utf8(output.stdout).unwrap()
}

fn bad(words: &[&str], config: &Path) -> String {
    let output = atrest(words, config);
    assert!(!output.status.success(), "atrest {words:?} did not fail");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

struct Server(Child);

impl Server {
    fn start(config: &Path, operations: u16) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_atrest"));
        let child = command.arg("serve").arg("--config").arg(config).stdin(Stdio::null()).stderr(Stdio::null()).spawn();
        let mut server = Self(child.unwrap());
        let begun = Instant::now();
        while ask(operations, "/readyz") != Some(200) {
            assert!(server.0.try_wait().unwrap().is_none(), "atrest serve ended by itself");
            assert!(begun.elapsed() < SOON, "atrest serve was not ready in time");
            std::thread::yield_now();
        }
        server
    }

    /// Asks for the end as a service manager does, and waits for it.
    fn end(mut self) {
        let told = Command::new("kill").args(["-TERM", &self.0.id().to_string()]).status().unwrap();
        assert!(told.success());
        let begun = Instant::now();
        let status = loop {
            if let Some(status) = self.0.try_wait().unwrap() {
                break status;
            }
            assert!(begun.elapsed() < SOON, "atrest serve did not end in time");
            std::thread::yield_now();
        };
        assert!(status.success(), "atrest serve ended with {status}");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _gone = self.0.kill();
        let _reaped = self.0.wait();
    }
}

/// Asks for a page and gives the status, or nothing if nobody answers.
fn ask(port: u16, path: &str) -> Option<u16> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n").ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    answer.get(9..12)?.parse().ok()
}

/// Reads the projects with an API key, by curl and Digest.
fn projects(port: u16, init: &str) -> String {
    read(port, "/api/atlas/v2/groups", init)
}

/// Reads what is at a path with an API key, by curl and Digest.
fn read(port: u16, path: &str, init: &str) -> String {
    String::from_utf8(curl(init, &[&format!("http://127.0.0.1:{port}{path}")])).unwrap()
}

/// Runs curl with an API key by Digest, and gives what it was answered.
fn curl(init: &str, words: &[&str]) -> Vec<u8> {
    let word = |name: &str| init.lines().find_map(|line| line.strip_prefix(name)).unwrap().trim().to_owned();
    let key = format!("{}:{}", word("public key"), word("private key"));
    Command::new("curl").args(["-sS", "--digest", "--user", &key]).args(words).output().unwrap().stdout
}

fn a_life(place: &Place, other: &Place) {
    let root_key = place.path("root.key");
    let config = place.configure(&root_key);
    assert!(bad(&["config", "check"], &config).contains("root_key.file"), "there is no root key yet");
    let made = good(&["init", "--organization", "Acme", "--project", "first"], &config);
    assert_eq!(fs::metadata(&root_key).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(bad(&["init"], &config).contains("holds an organization already"));
    assert!(good(&["config", "check"], &config).contains("no faults"));

    let server = Server::start(&config, place.operations);
    assert_eq!(ask(place.api, "/healthz"), Some(200));
    assert!(projects(place.api, &made).contains("\"name\":\"first\""));
    let backup = place.path("while-running.backup");
    good(&["backup", "--to", backup.to_str().unwrap()], &config);
    assert!(bad(&["backup", "--to", backup.to_str().unwrap()], &config).contains("exists"), "never overwrites");
    server.end();

    // The backup brings everything back elsewhere, whichever the database is there.
    let there = other.configure(&root_key);
    good(&["restore", "--from", backup.to_str().unwrap()], &there);
    assert!(bad(&["restore", "--from", backup.to_str().unwrap()], &there).contains("empty"), "never mixes");
    let server = Server::start(&there, other.operations);
    assert!(projects(other.api, &made).contains("\"name\":\"first\""));
    server.end();

    // Another root key takes over, and the old one opens nothing any more.
    let new_key = place.path("root-2.key");
    good(&["root-key", "rotate", "--to", new_key.to_str().unwrap()], &config);
    assert!(bad(&["serve"], &config).contains("root key"));
    let config = place.configure(&new_key);
    let server = Server::start(&config, place.operations);
    assert!(projects(place.api, &made).contains("\"name\":\"first\""));
    server.end();
}

#[test]
fn an_installation_lives_on_sqlite_and_moves_to_postgres() {
    a_life(&Place::sqlite(), &Place::postgres("moved"));
}

#[test]
fn an_installation_lives_on_postgres_and_moves_to_sqlite() {
    a_life(&Place::postgres("lived"), &Place::sqlite());
}

#[test]
fn an_init_that_was_cut_off_before_its_key_goes_on() {
    let place = Place::postgres("cut");
    let config = place.configure(&place.path("root.key"));
    let first = good(&["init", "--organization", "Acme", "--project", "first"], &config);
    let url = place.database.split('"').nth(1).unwrap();
    let cut = Command::new("psql").args([url, "-qc", "DELETE FROM api_keys"]).status().unwrap();
    assert!(cut.success());
    let second = good(&["init", "--organization", "Another", "--project", "another"], &config);
    let place_of = |made: &str| made.lines().take(2).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(place_of(&first), place_of(&second), "the same organization and project");
    let server = Server::start(&config, place.operations);
    let seen = projects(place.api, &second);
    assert!(seen.contains("\"name\":\"first\"") && seen.contains("\"totalCount\":1"), "{seen}");
    server.end();
}

fn recover<'w>(words: &[&'w str]) -> Vec<&'w str> {
    [["admin", "recover-owner", "--email"].as_slice(), words].concat()
}

/// An operator gets in again, by a key that owns the organization, with a person who owns it too.
fn an_owner_again(place: &Place) {
    let config = place.configure(&place.path("root.key"));
    assert!(bad(&recover(&["ada@example.com"]), &config).contains("root key file"), "there is nothing yet");
    let made = good(&["init", "--organization", "Acme", "--project", "first"], &config);
    assert!(bad(&recover(&["ada"]), &config).contains("must be an e-mail address"));
    let unknown = bad(&recover(&["ada@example.com", "--org", "0123456789abcdef01234567"]), &config);
    assert!(unknown.contains("recover the owner"), "{unknown}");
    let first = good(&recover(&["Ada@Example.com"]), &config);
    let told =
        |said: &str, name: &str| said.lines().find_map(|line| line.strip_prefix(name)).unwrap().trim().to_owned();
    assert!(told(&first, "organization").ends_with("(Acme)") && told(&first, "owner").starts_with("ada@example.com ("));
    let shut = good(&recover(&["ada@example.com", "--network", "192.0.2.0/24"]), &config);
    assert_eq!(told(&first, "owner"), told(&shut, "owner"), "the same person");

    let server = Server::start(&config, place.operations);
    for key in [&made, &first] {
        assert!(projects(place.api, key).contains("\"name\":\"first\""));
    }
    assert!(!projects(place.api, &shut).contains("\"name\":\"first\""), "it may come from elsewhere only");
    let org = told(&first, "organization").split(' ').next().unwrap().to_owned();
    let people = read(place.api, &format!("/api/atlas/v2/orgs/{org}/users"), &first);
    assert!(people.contains("\"username\":\"ada@example.com\"") && people.contains("ORG_OWNER"), "{people}");
    let events = read(place.api, &format!("/api/atlas/v2/orgs/{org}/events"), &first);
    assert_eq!(events.matches("ORG_OWNER_RECOVERED").count(), 2, "{events}");
    let private = told(&first, "private key");
    assert!(!events.contains(&private) && !people.contains(&private));
    if place.database.starts_with("sqlite") {
        assert!(bad(&recover(&["ada@example.com"]), &config).contains("another"), "the server has the database");
    } else {
        let while_running = good(&recover(&["bob@example.com"]), &config);
        assert!(projects(place.api, &while_running).contains("\"name\":\"first\""));
    }
    server.end();
    a_deleted_organization_again(place, &config, &first, &org);
}

/// An organization and its project are deleted, and the operator brings one back and its new owner the other.
fn a_deleted_organization_again(place: &Place, config: &Path, owner: &str, org: &str) {
    let server = Server::start(config, place.operations);
    let base = format!("http://127.0.0.1:{}/api", place.api);
    let listed: serde_json::Value = serde_json::from_str(&projects(place.api, owner)).unwrap();
    let project = listed["results"][0]["id"].as_str().unwrap();
    for path in [format!("groups/{project}"), format!("orgs/{org}")] {
        let url = format!("{base}/atlas/v2/{path}");
        let words = ["--request", "DELETE", "--output", "/dev/null", "--write-out", "%{http_code}", &url];
        assert_eq!(curl(owner, &words)[0], b'2', "{path}");
    }
    server.end();

    assert!(bad(&recover(&["ada@example.com"]), config).contains(&format!("--org: {org} (Acme)")));
    let again = good(&recover(&["ada@example.com", "--org", org]), config);
    let server = Server::start(config, place.operations);
    assert!(!projects(place.api, &again).contains("\"name\":\"first\""), "a project comes back by itself");
    let back = format!("{base}/atrest/v1/orgs/{org}/deletedGroups/{project}/return");
    assert_eq!(post(&back, &again, "", "name"), "first");
    assert!(projects(place.api, &again).contains("\"name\":\"first\""));
    let events = read(place.api, &format!("/api/atlas/v2/orgs/{org}/events"), &again);
    assert!(events.contains("\"ORG_DELETED\"") && events.matches("ORG_OWNER_RECOVERED").count() >= 3, "{events}");
    server.end();
}

#[test]
fn an_operator_gets_in_again_on_sqlite() {
    an_owner_again(&Place::sqlite());
}

#[test]
fn an_operator_gets_in_again_on_postgres() {
    an_owner_again(&Place::postgres("owner"));
}

#[test]
fn serve_and_dev_never_touch_each_others_data() {
    let place = Place::sqlite();
    let dir = place.path("dev");
    let mut dev = Command::new(env!("CARGO_BIN_EXE_atrest"));
    let words = ["dev", "--listen", "127.0.0.1:0", "--kmip-listen", "127.0.0.1:0", "--dir"];
    let child = dev.args(words).arg(&dir).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let dev = Server(child.unwrap());
    let begun = Instant::now();
    while !dir.join("dev.json").exists() {
        assert!(begun.elapsed() < SOON, "dev mode was not ready in time");
        std::thread::yield_now();
    }
    assert_eq!(fs::metadata(dir.join("dev.json")).unwrap().permissions().mode() & 0o777, 0o600);
    dev.end();
    let into_dev = Place { database: format!("sqlite_dir = {:?}", dir.join("data")), ..place };
    let config = into_dev.configure(&dir.join("root.key"));
    assert!(bad(&["serve"], &config).contains("belongs to `atrest dev`"));

    let foreign = into_dev.path("foreign");
    fs::create_dir(&foreign).unwrap();
    fs::write(foreign.join("precious"), "not ours").unwrap();
    let mut dev = Command::new(env!("CARGO_BIN_EXE_atrest"));
    let output = dev.args(["dev", "--listen", "127.0.0.1:0", "--dir"]).arg(&foreign).output().unwrap();
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("did not make"));
    assert!(foreign.join("precious").exists());

    let mut dev = Command::new(env!("CARGO_BIN_EXE_atrest"));
    let output = dev.args(["dev", "--listen", "0.0.0.0:0", "--dir"]).arg(into_dev.path("other")).output().unwrap();
    assert!(String::from_utf8_lossy(&output.stderr).contains("not loopback"));
}

/// Asks an API with a key, by curl and Digest, and gives a text member of the answer.
fn post(url: &str, init: &str, body: &str, member: &str) -> String {
    let json = "Content-Type: application/json";
    let answer: serde_json::Value =
        serde_json::from_slice(&curl(init, &["--insecure", "--header", json, "--data", body, url])).unwrap();
    answer[member].as_str().unwrap_or_else(|| panic!("no {member} in {answer}")).to_owned()
}

/// Runs `atrest node certificate`, which hears the token on standard input.
fn enrol(token: &str, words: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_atrest"));
    command.args(["node", "certificate", "--token", "-"]).args(words);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // It may have ended before it read: then what it says counts.
    let _heard = writeln!(child.stdin.take().unwrap(), "{token}");
    child.wait_with_output().unwrap()
}

#[test]
fn a_node_gets_its_certificate() {
    use rustls::pki_types::pem::PemObject as _;
    use rustls::pki_types::{CertificateDer, PrivateKeyDer};

    let place = Place::sqlite();
    let config = place.configure(&place.path("root.key"));
    let made = good(&["init"], &config);
    let project = made.lines().find_map(|line| line.strip_prefix("project")).unwrap().trim().to_owned();
    let server = Server::start(&config, place.operations);
    let base = format!("http://127.0.0.1:{}", place.api);
    let cluster = r#"{"name":"c","clusterType":"REPLICASET","replicationSpecs":[{"regionConfigs":[{"providerName":"AWS","regionName":"US_EAST_1","priority":7,"electableSpecs":{"instanceSize":"M10","nodeCount":3}}]}]}"#;
    post(&format!("{base}/api/atlas/v2/groups/{project}/clusters"), &made, cluster, "id");
    let nodes = format!("/api/atrest/v1/groups/{project}/clusters/c/nodes");
    let node = r#"{"name":"db1","role":"mongod","region":"US_EAST_1"}"#;
    let id = post(&format!("{base}{nodes}"), &made, node, "id");
    let tokens = |base: &str| post(&format!("{base}{nodes}/{id}/enrolmentTokens"), &made, "", "token");

    let folder = tempfile::tempdir().unwrap();
    let (out, ca) = (folder.path().join("db1.pem"), folder.path().join("ca.pem"));
    let files = ["--out", out.to_str().unwrap(), "--ca-out", ca.to_str().unwrap()];
    let said = |output: &Output| String::from_utf8_lossy(&output.stderr).into_owned();
    let left = || fs::read_dir(folder.path()).unwrap().count();

    // Whoever stands in between is found out, and leaves nothing behind.
    let token = tokens(&base);
    let deceived = format!("{}{}", &token[..token.len() - 64], "0".repeat(64));
    let to_server = [&["--server", base.as_str()], files.as_slice()].concat();
    let refused = enrol(&deceived, &to_server);
    assert!(!refused.status.success() && said(&refused).contains("stand in between"), "{}", said(&refused));
    let in_clear = enrol(&token, &[&["--server", "http://192.0.2.1:1"], files.as_slice()].concat());
    assert!(!in_clear.status.success() && said(&in_clear).contains("use https"), "{}", said(&in_clear));
    assert_eq!(left(), 0);

    let token = tokens(&base);
    let enrolled = enrol(&token, &to_server);
    assert!(enrolled.status.success(), "{}", said(&enrolled));
    let pem = fs::read(&out).unwrap();
    assert_eq!(fs::metadata(&out).unwrap().permissions().mode() & 0o777, 0o600);
    PrivateKeyDer::from_pem_slice(&pem).unwrap();
    CertificateDer::from_pem_slice(&pem).unwrap();
    CertificateDer::from_pem_file(&ca).unwrap();
    let shown = format!("{}{}", String::from_utf8_lossy(&enrolled.stdout), said(&enrolled));
    assert!(shown.contains("db1") && !shown.contains(&token[..40]) && !shown.contains("PRIVATE"), "{shown}");
    let again = enrol(&token, &to_server);
    assert!(!again.status.success() && said(&again).contains("ENROLMENT_TOKEN_USED"), "{}", said(&again));
    assert!(!said(&again).contains(&token[..40]));
    assert_eq!((fs::read(&out).unwrap(), left()), (pem.clone(), 2), "nothing was overwritten");
    server.end();

    // Over https, believed by the file that names its authority and not without.
    let key = rcgen::KeyPair::generate().unwrap();
    let certificate = rcgen::CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap().self_signed(&key).unwrap();
    fs::write(place.path("tls.key"), key.serialize_pem()).unwrap();
    fs::write(place.path("tls.pem"), certificate.pem()).unwrap();
    let tls = format!(
        "[api]\ntls_certificate = {:?}\ntls_private_key = {:?}\n",
        place.path("tls.pem"),
        place.path("tls.key")
    );
    fs::write(&config, fs::read_to_string(&config).unwrap().replacen("[api]\n", &tls, 1)).unwrap();
    let server = Server::start(&config, place.operations);
    let base = format!("https://127.0.0.1:{}", place.api);
    let token = tokens(&base);
    let to_server = [&["--server", base.as_str()], files.as_slice()].concat();
    assert!(!enrol(&token, &to_server).status.success());
    let vouching = place.path("tls.pem");
    let believed = [to_server.as_slice(), &["--server-ca", vouching.to_str().unwrap()]].concat();
    let first = pem;
    let enrolled = enrol(&token, &believed);
    assert!(enrolled.status.success(), "{}", said(&enrolled));
    let pem = fs::read(&out).unwrap();
    assert_ne!(first, pem, "a new key");

    // Later it renews without a token, and its file changes wholly or not at all.
    let there = ["--server", base.as_str(), "--server-ca", vouching.to_str().unwrap()];
    let renew = |file: &Path| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_atrest"));
        command.args(["node", "certificate", "--renew", file.to_str().unwrap()]).args(there);
        command.args(["--ca-out", ca.to_str().unwrap()]).output().unwrap()
    };
    fs::set_permissions(&out, fs::Permissions::from_mode(0o640)).unwrap();
    let renewed = renew(&out);
    assert!(renewed.status.success(), "{}", said(&renewed));
    let next = fs::read(&out).unwrap();
    assert!(
        next != pem && PrivateKeyDer::from_pem_slice(&next).is_ok() && CertificateDer::from_pem_slice(&next).is_ok()
    );
    assert_eq!((fs::metadata(&out).unwrap().permissions().mode() & 0o777, left()), (0o640, 2));
    let stale = folder.path().join("stale.pem");
    fs::write(&stale, &pem).unwrap();
    let refused = renew(&stale);
    assert!(!refused.status.success() && said(&refused).contains("NODE_CERTIFICATE_SUCCEEDED"), "{}", said(&refused));
    assert_eq!(fs::read(&stale).unwrap(), pem, "the old file stays");
    // Interrupted after it was asked for: the key that waits beside the file gets its certificate again.
    let waiting = folder.path().join("stale.pem.next-key");
    fs::write(&waiting, &next).unwrap();
    let again = renew(&stale);
    assert!(again.status.success(), "{}", said(&again));
    let leaf = |pem: &[u8]| CertificateDer::from_pem_slice(pem).unwrap().to_vec();
    assert_eq!((leaf(&fs::read(&stale).unwrap()), waiting.exists()), (leaf(&next), false));
    server.end();

    // The operator has the authority succeeded; the node renews, and its CA file holds both.
    let succeeded = good(&["certificate-authority", "succeed"], &config);
    assert!(succeeded.contains("SHA-256"), "{succeeded}");
    let server = Server::start(&config, place.operations);
    let renewed = renew(&out);
    assert!(renewed.status.success(), "{}", said(&renewed));
    assert_eq!(fs::read_to_string(&ca).unwrap().matches("BEGIN CERTIFICATE").count(), 2);
    server.end();
}

#[test]
fn nodes_fetch_keys_where_the_configuration_says_so() {
    let place = Place::sqlite();
    let config = place.configure(&place.path("root.key"));
    let port = free_port();
    let with = |kmip: &str| {
        let base = fs::read_to_string(&config).unwrap();
        let base = base.split("[kmip]").next().unwrap().to_owned();
        fs::write(&config, format!("{base}[kmip]\nlisten = \"127.0.0.1:{port}\"\n{kmip}\n")).unwrap();
    };
    let made = good(&["init"], &config);
    let project = made.lines().find_map(|line| line.strip_prefix("project")).unwrap().trim().to_owned();
    let (certificate, key) = (place.path("kmip.pem"), place.path("kmip.key"));
    with(&format!("certificate = {certificate:?}\nprivate_key = {key:?}\n"));
    let faults = bad(&["config", "check"], &config);
    assert!(faults.contains("kmip.pem") && faults.contains("kmip.key"), "both files are named: {faults}");
    assert!(bad(&["serve"], &config).contains("kmip.pem"));

    // Over Atrest's own authority, and then over a certificate of the operator's.
    with("names = [\"127.0.0.1\", \"kmip.example.com\"]");
    assert!(good(&["config", "check"], &config).contains("no faults"));
    let server = Server::start(&config, place.operations);
    let base = format!("http://127.0.0.1:{}", place.api);
    let cluster = r#"{"name":"c","clusterType":"REPLICASET","replicationSpecs":[{"regionConfigs":[{"providerName":"AWS","regionName":"US_EAST_1","priority":7,"electableSpecs":{"instanceSize":"M10","nodeCount":3}}]}]}"#;
    post(&format!("{base}/api/atlas/v2/groups/{project}/clusters"), &made, cluster, "id");
    let nodes = format!("{base}/api/atrest/v1/groups/{project}/clusters/c/nodes");
    let id = post(&nodes, &made, r#"{"name":"app","role":"client"}"#, "id");
    let token = post(&format!("{nodes}/{id}/enrolmentTokens"), &made, "", "token");
    let (pem, ca) = (place.path("app.pem"), place.path("ca.pem"));
    let words = ["--server", &base, "--out", pem.to_str().unwrap(), "--ca-out", ca.to_str().unwrap()];
    assert!(enrol(&token, &words).status.success());
    let mut held = door::connect(port, &ca, &pem, &pem, SOON);
    assert_eq!(door::get(&mut held), door::ITEM_NOT_FOUND);
    // A node that keeps its connection open does not keep the server from ending.
    server.end();

    let signed = rcgen::KeyPair::generate().unwrap();
    let made = rcgen::CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap().self_signed(&signed).unwrap();
    fs::write(&key, signed.serialize_pem()).unwrap();
    fs::write(&certificate, made.pem()).unwrap();
    with(&format!("certificate = {certificate:?}\nprivate_key = {key:?}\n"));
    let server = Server::start(&config, place.operations);
    assert_eq!(door::ask(port, &certificate, &pem, &pem, SOON), door::ITEM_NOT_FOUND);
    server.end();
}
