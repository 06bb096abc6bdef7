//! An installation on SQLite in a folder of its own, run as an operator runs it; keeps all that was said.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How long a start or an end may take on a busy machine.
pub(crate) const SOON: Duration = Duration::from_secs(40);

pub(crate) struct Installation {
    folder: tempfile::TempDir,
    api: u16,
    operations: u16,
    said: String,
    last: String,
}

impl Installation {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { folder, api: free_port(), operations: free_port(), said: String::new(), last: String::new() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn configure(&self, name: &str, tables: &str) -> PathBuf {
        let text = format!(
            "[api]\nlisten = \"127.0.0.1:{}\"\n[operations]\nlisten = \"127.0.0.1:{}\"\n[storage]\nsqlite_dir = {:?}\n[log]\nfilter = \"trace\"\n{tables}",
            self.api,
            self.operations,
            self.path("data")
        );
        let path = self.path(name);
        fs::write(&path, text).unwrap();
        path
    }

    fn run(&mut self, words: &[&str], config: &Path) -> (bool, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_atrest"));
        let output = command.args(words).arg("--config").arg(config).stdin(Stdio::null()).output().unwrap();
        self.last = String::from_utf8_lossy(&output.stderr).into_owned();
        self.said.push_str(&self.last);
        (output.status.success(), String::from_utf8(output.stdout).unwrap())
    }

    pub(crate) fn good(&mut self, words: &[&str], config: &Path) -> String {
        let (success, result) = self.run(words, config);
        assert!(success, "atrest {words:?} failed: {}", self.last);
        result
    }

    pub(crate) fn bad(&mut self, words: &[&str], config: &Path) -> String {
        let (success, _) = self.run(words, config);
        assert!(!success, "atrest {words:?} did not fail");
        self.last.clone()
    }

    /// Starts the server, uses a sealed API key, and ends it.
    pub(crate) fn serves(&mut self, config: &Path, init: &str) {
        let log = self.path("log");
        let mut command = Command::new(env!("CARGO_BIN_EXE_atrest"));
        let command = command.arg("serve").arg("--config").arg(config).stdin(Stdio::null());
        let mut server = Server(command.stderr(fs::File::create(&log).unwrap()).spawn().unwrap());
        let begun = Instant::now();
        let ended = loop {
            if ready(self.operations) {
                break false;
            }
            if server.0.try_wait().unwrap().is_some() || begun.elapsed() > SOON {
                break true;
            }
            std::thread::yield_now();
        };
        let answer = if ended { String::new() } else { projects(self.api, init) };
        server.end();
        self.last = fs::read_to_string(&log).unwrap();
        self.said.push_str(&self.last);
        assert!(answer.contains("\"name\":\"Default\""), "atrest serve did not serve: {answer}\n{}", self.errors());
    }

    /// What the last run said on standard error.
    pub(crate) fn last_words(&self) -> &str {
        &self.last
    }

    fn errors(&self) -> String {
        let telling = |line: &&str| !line.contains("\"TRACE\"") && !line.contains("\"DEBUG\"");
        self.last.lines().filter(telling).collect::<Vec<_>>().join("\n")
    }

    pub(crate) fn nothing_said_holds(&self, secrets: &[&str]) {
        assert!(self.said.contains("\"TRACE\""), "the log was at trace level");
        for secret in secrets {
            assert!(!self.said.contains(secret), "a secret was said");
        }
    }
}

struct Server(Child);

impl Server {
    fn end(mut self) {
        let _gone = Command::new("kill").args(["-TERM", &self.0.id().to_string()]).status();
        let begun = Instant::now();
        while self.0.try_wait().unwrap().is_none() {
            assert!(begun.elapsed() < SOON, "atrest serve did not end in time");
            std::thread::yield_now();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _gone = self.0.kill();
        let _reaped = self.0.wait();
    }
}

pub(crate) fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn ready(port: u16) -> bool {
    let ask = || {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
        write!(stream, "GET /readyz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n").ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        Some(answer.starts_with("HTTP/1.1 200"))
    };
    ask() == Some(true)
}

/// Reads the projects with the first API key, by curl and Digest: its secret half is sealed.
fn projects(port: u16, init: &str) -> String {
    let word = |name: &str| init.lines().find_map(|line| line.strip_prefix(name)).unwrap().trim().to_owned();
    let key = format!("{}:{}", word("public key"), word("private key"));
    let url = format!("http://127.0.0.1:{port}/api/atlas/v2/groups");
    let output = Command::new("curl").args(["-sS", "--digest", "--user", &key, &url]).output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}
