//! Dev mode's folder over several starts, as far as database nodes are concerned: who calls the door for keys with the
//! files of dev.json gets an answer, and finds everything where it was.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "tests fail loudly"
)]

mod door;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

/// How long a start or an end may take on a busy machine.
const SOON: Duration = Duration::from_secs(60);

struct Dev {
    process: Child,
    json: Value,
}

impl Dev {
    /// Starts dev mode on free ports, or on those that the folder remembers.
    fn start(folder: &Path) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_atrest"));
        command.args(["dev", "--listen", "127.0.0.1:0", "--kmip-listen", "127.0.0.1:0", "--dir"]).arg(folder);
        let before = written(folder);
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let mut dev = Self { process: child, json: Value::Null };
        let begun = Instant::now();
        // It is written anew at each start, and before the doors open.
        while written(folder) == before {
            assert!(dev.process.try_wait().unwrap().is_none(), "atrest dev ended by itself");
            assert!(begun.elapsed() < SOON, "atrest dev was not ready in time");
            std::thread::yield_now();
        }
        dev.json = serde_json::from_slice(&fs::read(folder.join("dev.json")).unwrap()).unwrap();
        dev
    }

    fn end(mut self) -> Value {
        let told = Command::new("kill").args(["-TERM", &self.process.id().to_string()]).status().unwrap();
        assert!(told.success());
        assert!(self.process.wait().unwrap().success());
        self.json.take()
    }

    fn kmip(&self) -> &Value {
        &self.json["kmip"]
    }

    fn port(&self) -> u16 {
        self.kmip()["port"].as_u64().unwrap().try_into().unwrap()
    }

    fn ca(&self) -> PathBuf {
        path(&self.kmip()["caFile"])
    }

    fn nodes(&self) -> Vec<Node> {
        let node = |one: &Value| Node {
            name: one["name"].as_str().unwrap().to_owned(),
            cluster: one["cluster"].as_str().unwrap().to_owned(),
            role: one["role"].as_str().unwrap().to_owned(),
            certificate: path(&one["certFile"]),
            key: path(&one["keyFile"]),
        };
        self.kmip()["clients"].as_array().unwrap().iter().map(node).collect()
    }

    /// Asks for a key that nobody has, as a node does. Gives the Result Reason.
    fn ask(&self, node: &Node) -> u32 {
        door::ask(self.port(), &self.ca(), &node.certificate, &node.key, SOON)
    }
}

impl Drop for Dev {
    fn drop(&mut self) {
        let _gone = self.process.kill();
        let _reaped = self.process.wait();
    }
}

struct Node {
    name: String,
    cluster: String,
    role: String,
    certificate: PathBuf,
    key: PathBuf,
}

fn path(value: &Value) -> PathBuf {
    PathBuf::from(value.as_str().unwrap())
}

fn written(folder: &Path) -> Option<std::time::SystemTime> {
    fs::metadata(folder.join("dev.json")).ok()?.modified().ok()
}

#[test]
fn nodes_find_everything_where_it_was() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("dev");
    let dev = Dev::start(&folder);
    let nodes = dev.nodes();
    let described: Vec<_> = nodes.iter().map(|node| (&*node.name, &*node.cluster, &*node.role)).collect();
    let expected = [
        ("cluster0-0", "cluster0", "client"),
        ("cluster0-1", "cluster0", "client"),
        ("cluster0-mongod", "cluster0", "mongod"),
        ("cluster1-0", "cluster1", "client"),
        ("cluster1-mongod", "cluster1", "mongod"),
    ];
    assert_eq!(described, expected);
    assert_eq!(dev.kmip()["host"], "127.0.0.1");
    assert_ne!(dev.kmip()["projectId"], dev.json["api"]["projectId"]);
    for node in &nodes {
        let both = node.certificate.with_extension("pem");
        for file in [&node.certificate, &node.key, &both] {
            assert_eq!(fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600, "{}", file.display());
        }
        let parts = [fs::read(&node.key).unwrap(), fs::read(&node.certificate).unwrap()].concat();
        assert_eq!(fs::read(&both).unwrap(), parts, "one file holds both");
        assert_eq!(dev.ask(node), door::ITEM_NOT_FOUND, "{}", node.name);
    }
    let files = |nodes: &[Node]| nodes.iter().map(|node| fs::read(&node.certificate).unwrap()).collect::<Vec<_>>();
    let (before, first) = (files(&nodes), dev.end());

    let dev = Dev::start(&folder);
    assert_eq!(dev.json["kmip"], first["kmip"], "names, ids and port");
    assert_eq!(files(&nodes), before, "certificates that have time left");
    assert_eq!(dev.ask(&nodes[0]), door::ITEM_NOT_FOUND);
    dev.end();

    // A lost key is replaced, and nobody else's.
    fs::remove_file(&nodes[1].key).unwrap();
    let dev = Dev::start(&folder);
    let after = files(&nodes);
    let same: Vec<_> = after.iter().zip(&before).map(|(after, before)| after == before).collect();
    assert_eq!(same, [true, false, true, true, true]);
    assert_eq!(dev.ask(&nodes[1]), door::ITEM_NOT_FOUND);
    dev.end();

    // A folder of before there was such a door gets one; and what a start that was cut off has made is taken up.
    let mut json: Value = serde_json::from_slice(&fs::read(folder.join("dev.json")).unwrap()).unwrap();
    json["kmip"] = Value::Null;
    fs::write(folder.join("dev.json"), json.to_string()).unwrap();
    let dev = Dev::start(&folder);
    assert_eq!(dev.kmip()["projectId"], first["kmip"]["projectId"]);
    assert_eq!((dev.kmip()["clients"].clone(), files(&nodes)), (first["kmip"]["clients"].clone(), after));
    assert_eq!(dev.ask(&dev.nodes()[3]), door::ITEM_NOT_FOUND);
    dev.end();
}
