//! The KMIP door of the real binary in dev mode (SQLite, authorisation and recording on) beside a bare TTLV echo on the
//! same TLS set-up: cached Get, whole sessions, the first answer after a handshake, 5,000 idle connections, and a storm of
//! nodes after a restart.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use kmip_wire::attribute::{Attribute, AttributeValue};
use kmip_wire::enumeration::{CryptographicAlgorithm, ObjectType};
use kmip_wire::mask::UsageMask;
use kmip_wire::payload::create;
use kmip_wire::template::TemplateAttribute;
use kmip_wire::{Answer, Operation};

use crate::kmip_client::{self, Target};
use crate::kmip_server::{Echo, Server};
use crate::report::{Latencies, figure, heading, line, millis};

const WARM_UP: Duration = Duration::from_secs(1);
const MEASURED: Duration = Duration::from_secs(4);
/// Rounds, taken in turns so that both see the same machine.
const ROUNDS: u32 = 2;
/// How many nodes there are, and how many ask for a key of their own at once after a restart.
const NODES: usize = 1_000;
/// How many connections stand idle when memory is counted.
const IDLE: usize = 5_000;
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
    line(&format!("  enrolling {NODES} nodes ..."));
    let nodes = server.enrol(NODES).await?;
    idle(&mut server, &nodes, &get).await?;
    storm(&mut server, nodes, &target).await?;
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

/// Counts what connections cost that asked once and wait, five of each node, and whether one more is served as before.
async fn idle(server: &mut Server, nodes: &[Target], get: &Arc<Vec<u8>>) -> anyhow::Result<()> {
    // A fresh process: nothing that earlier connections left behind is used again.
    server.restart()?;
    let before = server.resident()?;
    let mut waiting = Vec::new();
    for node in nodes.iter().cycle().take(IDLE) {
        let mut client = node.connect().await?;
        kmip_client::answer(client.send(get).await?)?;
        waiting.push(client);
    }
    let each = f64::from(u32::try_from(server.resident()?.saturating_sub(before))?) / f64::from(u32::try_from(IDLE)?);
    figure(
        &format!("memory per idle connection, of {IDLE}"),
        &format!("{each:.1} KiB"),
        Some(("at most 64 KiB", each <= 64.0)),
    );
    let (first, pace) = (nodes.first().context("there are nodes")?, Duration::from_millis(2));
    let beside = kmip_client::load(first, 1, get, MEASURED, Some(pace)).await?;
    let p99 = Latencies::new(beside.latencies).percentile(99);
    figure("  one more beside them, 500 Gets a second, p99", &millis(p99), Some(("under 5 ms", p99 < P99)));
    drop(waiting);
    Ok(())
}

/// Restarts the server, so that nothing is in memory, and has a thousand nodes fetch a key each at once.
async fn storm(server: &mut Server, nodes: Vec<Target>, key_maker: &Target) -> anyhow::Result<()> {
    let mut keys = Vec::with_capacity(nodes.len());
    for _ in &nodes {
        keys.push(new_key(key_maker).await?);
    }
    let count = nodes.len();
    server.restart()?;
    let before = server.unwraps().await?;
    let begun = Instant::now();
    let work = nodes.into_iter().zip(keys).map(|(node, key)| async move {
        let get = kmip_client::get(&key)?;
        let mut client = node.connect().await?;
        kmip_client::answer(client.send(&get).await?)?;
        anyhow::Ok(vec![begun.elapsed()])
    });
    let answered = kmip_client::together(work).await?;
    let took = begun.elapsed();
    let unwraps = server.unwraps().await? - before;
    figure(&format!("storm of {count} nodes, a key each, not in memory"), &millis(took), None);
    figure("  answered", &answered.len().to_string(), Some(("every one", answered.len() == count)));
    let wished = u64::try_from(count)?;
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
