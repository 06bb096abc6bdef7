//! GET `encryptionAtRest` with Digest on one prepared nonce, 16 connections, SQLite: beside a bare axum
//! handler on the same kind of door that returns the same bytes.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::routing::get;
use control::Timings;
use simulators::Clouds;

use crate::house::{self, House};
use crate::http::{Client, Digest, request};
use crate::patch::enable;
use crate::report::{Latencies, figure, heading, millis};

const CONNECTIONS: usize = 16;
const WARM_UP: Duration = Duration::from_secs(2);
const MEASURED: Duration = Duration::from_secs(8);
/// Rounds, taken in turns so that both see the same machine.
const ROUNDS: usize = 3;

pub(crate) async fn bench() -> anyhow::Result<()> {
    heading("GET encryptionAtRest, Digest on one prepared nonce, 16 connections, SQLite");
    let folder = tempfile::tempdir()?;
    let clouds = Clouds::start(simulators::Options { echo: true, ..simulators::Options::default() }).await?;
    let house = House::build(house::sqlite(folder.path()), &clouds.aws_endpoint(), Timings::default()).await?;
    let (project, key) = house.furnish().await?;
    house.control.start();
    let address = house.open().await?;
    let path = format!("/api/atlas/v2/groups/{project}/encryptionAtRest");
    let digest = Arc::new(Digest::prepare(address, &path, &key.public_key, key.private_key.expose()).await?);
    enable(address, &path, &digest).await?;
    let (status, answer) =
        Client::connect(address).await?.send(&request("GET", &path, &digest.authorization("GET", &path), b"")).await?;
    anyhow::ensure!(status == 200, "GET answered {status}");
    let body = answer.windows(4).position(|four| four == b"\r\n\r\n").and_then(|end| answer.get(end + 4..));
    let body: &'static [u8] = Box::leak(body.unwrap_or_default().to_vec().into_boxed_slice());
    let bare = house::open(&house.tasks, axum::Router::new().route(&path, get(move || async move { body }))).await?;

    let mut ours = Vec::new();
    let mut theirs = Vec::new();
    load(address, &path, &digest, WARM_UP).await?;
    load(bare, &path, &digest, WARM_UP).await?;
    for _ in 0..ROUNDS {
        ours.extend(load(address, &path, &digest, MEASURED).await?);
        theirs.extend(load(bare, &path, &digest, MEASURED).await?);
    }
    let seconds = MEASURED.as_secs_f64() * f64::from(u32::try_from(ROUNDS)?);
    let rate = |latencies: &Latencies| Ok::<_, anyhow::Error>(f64::from(u32::try_from(latencies.count())?) / seconds);
    let (ours, theirs) = (Latencies::new(ours), Latencies::new(theirs));
    let ratio = rate(&ours)? / rate(&theirs)?;
    figure("bare axum handler, same bytes", &format!("{:.0}/s", rate(&theirs)?), None);
    figure("  p99", &millis(theirs.percentile(99)), None);
    figure("GET encryptionAtRest", &format!("{:.0}/s", rate(&ours)?), None);
    figure("  of the bare handler", &format!("{ratio:.2}"), Some(("at least 0.40", ratio >= 0.4)));
    let p99 = ours.percentile(99);
    figure("  p99", &millis(p99), Some(("under 20 ms", p99 < Duration::from_millis(20))));
    house.tasks.shut_down().await;
    house.store.close().await;
    clouds.shutdown().await;
    Ok(())
}

async fn load(address: SocketAddr, path: &str, digest: &Arc<Digest>, time: Duration) -> anyhow::Result<Vec<Duration>> {
    let mut workers = Vec::new();
    for _ in 0..CONNECTIONS {
        let (path, digest) = (path.to_owned(), digest.clone());
        let mut client = Client::connect(address).await?;
        #[expect(clippy::disallowed_methods, reason = "a load generator is not the house's background work")]
        let worker = tokio::spawn(async move {
            let begun = Instant::now();
            let mut latencies = Vec::new();
            while begun.elapsed() < time {
                let bytes = request("GET", &path, &digest.authorization("GET", &path), b"");
                let sent = Instant::now();
                let (status, _) = client.send(&bytes).await?;
                anyhow::ensure!(status == 200, "GET answered {status}");
                latencies.push(sent.elapsed());
            }
            anyhow::Ok(latencies)
        });
        workers.push(worker);
    }
    let mut all = Vec::new();
    for worker in workers {
        all.extend(worker.await??);
    }
    Ok(all)
}
