//! The KMIP door of the real binary in dev mode (SQLite, authorisation and recording on) beside a bare TTLV echo on the
//! same TLS set-up: cached Get, whole sessions, the first answer after a handshake, a storm of nodes after a restart,
//! and what an idle connection costs.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use kmip_wire::Answer;
use kmip_wire::Operation;
use kmip_wire::attribute::{Attribute, AttributeValue};
use kmip_wire::enumeration::{CryptographicAlgorithm, ObjectType};
use kmip_wire::mask::UsageMask;
use kmip_wire::payload::create;
use kmip_wire::template::TemplateAttribute;
use serde_json::Value;

use crate::http::{Client, request};
use crate::kmip_client::{self, Identity, Target};
use crate::report::{Latencies, figure, heading, line, millis, resident};

const WARM_UP: Duration = Duration::from_secs(1);
const MEASURED: Duration = Duration::from_secs(4);
/// Rounds, taken in turns so that both see the same machine.
const ROUNDS: u32 = 2;
/// How many connections stand idle when memory is counted.
const IDLE: u32 = 1_000;
/// How many connections ask for a key of their own at once after a restart.
const STORM: usize = 1_000;
/// The most that a connection may wait at half load.
const P99: Duration = Duration::from_millis(5);

pub(crate) async fn bench() -> anyhow::Result<()> {
    heading("KMIP, TLS 1.3 with client certificates, SQLite, against a bare TTLV echo");
    let folder = tempfile::tempdir()?;
    let mut server = Server::start(folder.path())?;
    let target = server.target()?;
    let key = new_key(&target).await?;
    let get = Arc::new(kmip_client::get(&key)?);
    let state = Arc::new(kmip_client::state(&key)?);
    let size = target.connect().await?.send(&get).await?.len();
    let echo = Echo::start(folder.path(), size)?;
    let bare = Target { address: echo.address, ..Target::new(echo.address, &echo.ca, &server.identity()?)? };

    for (connections, least) in [(1, 10_000.0), (8, 20_000.0)] {
        gets(&target, &bare, connections, least, &get).await?;
    }
    for (workers, least) in [(1, 600.0), (8, 1_200.0)] {
        sessions(&target, &bare, workers, least, &[state.clone(), get.clone()]).await?;
    }
    first_answer(&target, &bare, &get).await?;
    idle(&mut server, &target, &get).await?;
    storm(&mut server, &target).await?;
    Ok(())
}

/// Compares cached Gets, at full load and at half.
async fn gets(
    target: &Target,
    bare: &Target,
    connections: usize,
    least: f64,
    get: &Arc<Vec<u8>>,
) -> anyhow::Result<()> {
    kmip_client::load(target, connections, get, WARM_UP, None).await?;
    kmip_client::load(bare, connections, get, WARM_UP, None).await?;
    let (mut ours, mut theirs) = (0.0, 0.0);
    for _ in 0..ROUNDS {
        ours += kmip_client::load(target, connections, get, MEASURED, None).await?.rate() / f64::from(ROUNDS);
        theirs += kmip_client::load(bare, connections, get, MEASURED, None).await?.rate() / f64::from(ROUNDS);
    }
    beside(&format!("Get, {connections} connection(s)"), ours, theirs, least);
    let pace = Duration::from_secs_f64(2.0 * f64::from(u32::try_from(connections)?) / ours);
    let half = kmip_client::load(target, connections, get, MEASURED, Some(pace)).await?;
    let p99 = Latencies::new(half.latencies).percentile(99);
    figure("  p99 at half that load", &millis(p99), Some(("under 5 ms", p99 < P99)));
    Ok(())
}

async fn sessions(
    target: &Target,
    bare: &Target,
    workers: usize,
    least: f64,
    messages: &[Arc<Vec<u8>>; 2],
) -> anyhow::Result<()> {
    let (mut ours, mut theirs, mut all) = (0.0, 0.0, Vec::new());
    kmip_client::sessions(target, workers, messages, WARM_UP).await?;
    for _ in 0..ROUNDS {
        let load = kmip_client::sessions(target, workers, messages, MEASURED).await?;
        ours += load.rate() / f64::from(ROUNDS);
        all.extend(load.latencies);
        theirs += kmip_client::sessions(bare, workers, messages, MEASURED).await?.rate() / f64::from(ROUNDS);
    }
    beside(&format!("whole sessions, {workers} at once"), ours, theirs, least);
    figure("  p99 at full load", &millis(Latencies::new(all).percentile(99)), None);
    Ok(())
}

fn beside(what: &str, ours: f64, theirs: f64, least: f64) {
    figure(&format!("{what}: echo"), &format!("{theirs:.0}/s"), None);
    figure(what, &format!("{ours:.0}/s"), Some((&format!("at least {least:.0}/s"), ours >= least)));
    let ratio = ours / theirs;
    figure("  of the echo", &format!("{ratio:.2}"), Some(("at least 0.40", ratio >= 0.4)));
}

/// Times the first answer after a handshake. Nagle's algorithm against a delayed acknowledgement shows as 41 ms here.
async fn first_answer(target: &Target, bare: &Target, get: &Arc<Vec<u8>>) -> anyhow::Result<()> {
    let mut medians = Vec::new();
    for target in [target, bare] {
        let mut latencies = Vec::new();
        for _ in 0..100 {
            let mut client = target.connect().await?;
            let sent = Instant::now();
            client.send(get).await?;
            latencies.push(sent.elapsed());
        }
        medians.push(Latencies::new(latencies).percentile(99));
    }
    let [ours, theirs] = medians.as_slice() else { anyhow::bail!("two were measured") };
    figure("first answer after a handshake, p99: echo", &millis(*theirs), None);
    let wish = ("under 20 ms", *ours < Duration::from_millis(20));
    figure("first answer after a handshake, p99", &millis(*ours), Some(wish));
    Ok(())
}

/// Counts what connections cost that asked once and wait.
async fn idle(server: &mut Server, target: &Target, get: &Arc<Vec<u8>>) -> anyhow::Result<()> {
    // A fresh process: nothing that earlier connections left behind is used again.
    server.restart()?;
    target.connect().await?.send(get).await?;
    let before = server.resident()?;
    let mut waiting = Vec::new();
    for _ in 0..IDLE {
        let mut client = target.connect().await?;
        client.send(get).await?;
        waiting.push(client);
    }
    let each = f64::from(u32::try_from(server.resident()?.saturating_sub(before))?) / f64::from(IDLE);
    figure("memory per idle connection", &format!("{each:.1} KiB"), Some(("at most 64 KiB", each <= 64.0)));
    drop(waiting);
    Ok(())
}

/// Restarts the server, so that nothing is in memory, and has a thousand connections fetch a key each at once.
async fn storm(server: &mut Server, target: &Target) -> anyhow::Result<()> {
    let mut keys = Vec::with_capacity(STORM);
    for _ in 0..STORM {
        keys.push(new_key(target).await?);
    }
    server.restart()?;
    let before = server.unwraps().await?;
    let begun = Instant::now();
    let work = keys.into_iter().map(|key| {
        let target = target.clone();
        async move {
            let get = kmip_client::get(&key)?;
            let mut client = target.connect().await?;
            kmip_client::answer(client.send(&get).await?)?;
            anyhow::Ok(vec![begun.elapsed()])
        }
    });
    let answered = kmip_client::together(work).await?;
    let unwraps = server.unwraps().await? - before;
    figure(&format!("storm of {STORM} uncached keys, all answered after"), &millis(begun.elapsed()), None);
    figure("  answered", &answered.len().to_string(), Some(("every one", answered.len() == STORM)));
    let wished = u64::try_from(STORM)?;
    figure("  unwraps at the provider", &unwraps.to_string(), Some(("one a key", unwraps == wished)));
    Ok(())
}

async fn new_key(target: &Target) -> anyhow::Result<String> {
    let values = [
        AttributeValue::CryptographicAlgorithm(CryptographicAlgorithm::AES),
        AttributeValue::CryptographicLength(256),
        AttributeValue::CryptographicUsageMask(UsageMask::ENCRYPT.with(UsageMask::DECRYPT)),
    ];
    let attributes = values.into_iter().map(Attribute::new).collect();
    let request = create::Request {
        object_type: ObjectType::SYMMETRIC_KEY,
        template_attribute: TemplateAttribute::of(attributes),
    };
    let message = kmip_client::message(Operation::Create(request))?;
    let answered = kmip_client::answer(target.connect().await?.send(&message).await?)?;
    let Answer::Create(made) = answered else { anyhow::bail!("Create was answered with {answered:?}") };
    Ok(made.unique_identifier)
}

/// `atrest dev`, the release binary beside this program.
struct Server {
    folder: PathBuf,
    process: Child,
    dev: Value,
}

impl Server {
    fn start(folder: &Path) -> anyhow::Result<Self> {
        let folder = folder.join("dev");
        let (process, dev) = Self::spawn(&folder)?;
        Ok(Self { folder, process, dev })
    }

    fn restart(&mut self) -> anyhow::Result<()> {
        self.process.kill()?;
        self.process.wait()?;
        (self.process, self.dev) = Self::spawn(&self.folder)?;
        Ok(())
    }

    fn spawn(folder: &Path) -> anyhow::Result<(Child, Value)> {
        let program = program()?;
        let options = [
            "--listen",
            "127.0.0.1:0",
            "--kmip-listen",
            "127.0.0.1:0",
            "--clouds-listen",
            "127.0.0.1:0",
            "--real-timings",
        ];
        let mut process = Command::new(program)
            .arg("dev")
            .arg("--dir")
            .arg(folder)
            .args(options)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("start atrest dev")?;
        // The greeting is printed when everything answers.
        let greeting = BufReader::new(process.stdout.take().context("the output is piped")?);
        let mut lines = greeting.lines();
        let ready = lines.by_ref().map_while(Result::ok).any(|line| line.contains("curl"));
        anyhow::ensure!(ready, "atrest dev ended before it was ready");
        // Read on, so that the server never waits for a reader.
        std::thread::spawn(move || lines.for_each(drop));
        let dev = serde_json::from_slice(&std::fs::read(folder.join("dev.json"))?)?;
        Ok((process, dev))
    }

    fn text(&self, pointer: &str) -> anyhow::Result<&str> {
        self.dev.pointer(pointer).and_then(Value::as_str).with_context(|| format!("dev.json has {pointer}"))
    }

    fn identity(&self) -> anyhow::Result<Identity<'_>> {
        let certificate = Path::new(self.text("/kmip/clients/0/certFile")?);
        Ok(Identity { certificate, key: Path::new(self.text("/kmip/clients/0/keyFile")?) })
    }

    fn target(&self) -> anyhow::Result<Target> {
        let port = self.dev.pointer("/kmip/port").and_then(Value::as_u64).context("dev.json has a port for KMIP")?;
        let address = format!("{}:{port}", self.text("/kmip/host")?).parse()?;
        Target::new(address, Path::new(self.text("/kmip/caFile")?), &self.identity()?)
    }

    fn resident(&self) -> anyhow::Result<u64> {
        resident(&self.process.id().to_string()).context("read the server's memory")
    }

    /// Gives how many data keys providers have unwrapped since the server started, as its metrics tell.
    async fn unwraps(&self) -> anyhow::Result<u64> {
        let address = self.text("/api/operationsUrl")?.trim_start_matches("http://").trim_end_matches('/').parse()?;
        let (status, answer) = Client::connect(address).await?.send(&request("GET", "/metrics", "", b"")).await?;
        anyhow::ensure!(status == 200, "/metrics answered {status}");
        let metrics = String::from_utf8(answer)?;
        let counted = metrics.lines().filter(|line| line.starts_with("atrest_unwraps_total"));
        Ok(counted.filter_map(|line| line.rsplit_once(' ')?.1.parse::<u64>().ok()).sum())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _gone = self.process.kill();
        let _gone = self.process.wait();
    }
}

/// The echo, in a process of its own as the server is.
struct Echo {
    process: Child,
    address: std::net::SocketAddr,
    ca: PathBuf,
}

impl Echo {
    fn start(folder: &Path, size: usize) -> anyhow::Result<Self> {
        let own = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()])?;
        let (ca, key) = (folder.join("echo.pem"), folder.join("echo.key"));
        std::fs::write(&ca, own.cert.pem())?;
        std::fs::write(&key, own.signing_key.serialize_pem())?;
        let nodes = folder.join("dev").join("kmip").join("ca.pem");
        let mut process = Command::new(std::env::current_exe()?)
            .arg("kmip-echo")
            .args([&nodes, &ca, &key])
            .arg(size.to_string())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut address = String::new();
        BufReader::new(process.stdout.take().context("the output is piped")?).read_line(&mut address)?;
        line(&format!("  the echo answers at {}", address.trim()));
        Ok(Self { process, address: address.trim().parse()?, ca })
    }
}

impl Drop for Echo {
    fn drop(&mut self) {
        let _gone = self.process.kill();
        let _gone = self.process.wait();
    }
}

fn program() -> anyhow::Result<PathBuf> {
    let this = std::env::current_exe()?;
    let folder = this.parent().and_then(Path::parent).context("an example lies in a folder of its own")?;
    Ok(folder.join("atrest"))
}
