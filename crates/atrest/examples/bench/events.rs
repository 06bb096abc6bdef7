//! Lists of a project's events: 200,000 of them, or ten million if asked for, on both databases. What a page costs must
//! not depend on how many there are, nor on what is asked for; the plans are printed beside the figures.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use control::Timings;
use domain::cluster::ClusterName;
use domain::event::{Actor, Event, EventKind};
use domain::id::{EventId, OrgId, ProjectId};
use domain::time::Timestamp;
use storage::{Engine, EventFilter, EventSlice, Store};

use crate::house::{self, House};
use crate::http::{Client, Digest, request};
use crate::report::{Latencies, figure, heading, line, millis};

/// How many by default, and how many in full.
pub(crate) const SOME: u64 = 200_000;
pub(crate) const MANY: u64 = 10_000_000;
const CHUNK: u64 = 10_000;
const ROUNDS: usize = 60;
/// Nobody is asked there.
const NOWHERE: &str = "http://127.0.0.1:1";

pub(crate) async fn bench(count: u64) -> anyhow::Result<()> {
    heading(&format!("lists of events, {count} in one project"));
    let folder = tempfile::tempdir()?;
    measure("SQLite", house::sqlite(folder.path()), count, async || Ok(())).await?;
    match house::postgres().await? {
        Some(engine) => {
            let Engine::Postgres { url } = &engine else { anyhow::bail!("PostgreSQL is PostgreSQL") };
            let url = url.expose().to_owned();
            measure("PostgreSQL", engine, count, async || settle(&url).await).await?;
        }
        None => figure("PostgreSQL", "not measured", Some(("ATREST_TEST_POSTGRES to be set", false))),
    }
    Ok(())
}

/// Leaves the table as PostgreSQL itself does within its minute: nobody records 200,000 events and reads them at once.
async fn settle(url: &str) -> anyhow::Result<()> {
    let pool = sqlx::PgPool::connect(url).await.context("open the database")?;
    sqlx::raw_sql("VACUUM ANALYZE events").execute(&pool).await?;
    pool.close().await;
    Ok(())
}

async fn measure(
    name: &str,
    engine: Engine,
    count: u64,
    settle: impl AsyncFn() -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let house = House::build(engine, NOWHERE, Timings::default()).await?;
    let (project, key) = house.furnish().await?;
    let address = house.open().await?;
    let path = format!("/api/atlas/v2/groups/{project}/events");
    let org = house.store.org_of_project(project).await?.unwrap_or(OrgId::from_random([0; 12]));
    let begun = Instant::now();
    seed(&house.store, org, project, count).await?;
    settle().await?;
    let seconds = begun.elapsed().as_secs_f64();
    figure(&format!("{name}: recorded in chunks of {CHUNK}"), &format!("{seconds:.0} s"), None);
    // Not before: a nonce holds for minutes, which ten million events outlast.
    let digest = Arc::new(Digest::prepare(address, &path, &key.public_key, key.private_key.expose()).await?);
    let pages = [
        ("the newest 500, counted", "itemsPerPage=500".to_owned()),
        ("the newest 500, as the CLI asks", "itemsPerPage=500&includeCount=false".to_owned()),
        ("500 of a frequent type", "itemsPerPage=500&eventType=NODE_CERTIFICATE_ISSUED".to_owned()),
        ("500 of a rare type", "itemsPerPage=500&eventType=AWS_ENCRYPTION_KEY_INVALID".to_owned()),
        ("500 of all but a frequent type", "itemsPerPage=500&excludedEventType=NODE_CERTIFICATE_ISSUED".to_owned()),
        ("500 of one cluster", "itemsPerPage=500&clusterNames=cluster-7".to_owned()),
        (
            "500 of an hour long ago",
            "itemsPerPage=500&minDate=2020-09-13T12:26:40Z&maxDate=2020-09-13T13:26:40Z".to_owned(),
        ),
        ("the twentieth page of 500", "itemsPerPage=500&pageNum=20".to_owned()),
        ("a type that never was", "itemsPerPage=500&eventType=GCP_ENCRYPTION_KEY_INVALID".to_owned()),
    ];
    for (what, query) in pages {
        let p50 = time(address, &format!("{path}?{query}"), &digest).await?.percentile(50);
        let wish = Some(("under 20 ms", p50 < Duration::from_millis(20)));
        figure(&format!("{name}: {what}, p50"), &millis(p50), wish);
    }
    let rare = EventFilter { kinds: vec![EventKind::NodeRevoked], ..EventFilter::default() };
    for (what, filter) in [("the newest", EventFilter::default()), ("a type", rare)] {
        line(&format!("  {name}: plan for {what}"));
        let slice = EventSlice { offset: 0, limit: 500, count: true };
        for step in house.store.plan_of_events(project, &filter, slice).await? {
            line(&format!("    {step}"));
        }
    }
    house.tasks.shut_down().await;
    house.store.close().await;
    Ok(())
}

/// Records events a second apart: most of two kinds, one in ten thousand of a rare one.
async fn seed(store: &Store, org: OrgId, project: ProjectId, count: u64) -> anyhow::Result<()> {
    let start = Timestamp::from_millis(1_600_000_000_000);
    for chunk in 0..count.div_ceil(CHUNK) {
        let numbers = chunk * CHUNK..count.min((chunk + 1) * CHUNK);
        let events: Vec<Event> = numbers.map(|number| event(org, project, number, start)).collect();
        store.record_events(&events).await?;
    }
    Ok(())
}

fn event(org: OrgId, project: ProjectId, number: u64, start: Timestamp) -> Event {
    let mut id = [0; 12];
    id.iter_mut().zip(number.to_be_bytes()).for_each(|(to, from)| *to = from);
    let kind = match number % 10_000 {
        0 => EventKind::KeyInvalid(domain::customer_key::ProviderKind::AwsKms),
        rest if rest % 3 == 0 => EventKind::NodeCreated,
        _ => EventKind::NodeCertificateIssued,
    };
    Event {
        id: EventId::from_random(id),
        org,
        project: Some(project),
        cluster: ClusterName::parse(&format!("cluster-{}", number % 100)),
        kind,
        actor: Actor::System,
        remote_address: None,
        detail: Some("one of very many".to_owned()),
        created_at: start + Duration::from_secs(number),
    }
}

async fn time(address: SocketAddr, target: &str, digest: &Digest) -> anyhow::Result<Latencies> {
    let mut client = Client::connect(address).await?;
    let mut latencies = Vec::with_capacity(ROUNDS);
    for round in 0..ROUNDS + 5 {
        let bytes = request("GET", target, &digest.authorization("GET", target), b"");
        let sent = Instant::now();
        let (status, answer) = client.send(&bytes).await?;
        anyhow::ensure!(status == 200, "GET {target} answered {status}: {}", String::from_utf8_lossy(&answer));
        if round >= 5 {
            latencies.push(sent.elapsed());
        }
    }
    Ok(Latencies::new(latencies))
}
