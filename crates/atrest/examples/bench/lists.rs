//! Long lists: a page of 500 of 100,000 clusters, over the wire and on both databases, at the beginning, in the middle and
//! at the end. The plan that the database makes of the list is printed too.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use control::Timings;
use simulators::Clouds;
use storage::Engine;

use crate::house::{self, House};
use crate::http::{Client, Digest, request};
use crate::report::{Latencies, figure, heading, line, millis};

const CLUSTERS: u32 = 100_000;
const PAGE: u32 = 500;
/// How often each page is asked for.
const CALLS: usize = 60;
const WANTED: Duration = Duration::from_millis(20);

/// Copies the one cluster of a project as often as is wanted: `$1` times.
const COPY: &str = "INSERT INTO clusters (id, project_id, name, settings, encryption_provider, revision, created_at)
    SELECT {id}, c.project_id, 'cluster-' || {number}, c.settings, c.encryption_provider, 1, c.created_at
    FROM clusters AS c CROSS JOIN {numbers} WHERE c.name = 'first'";
const COUNT: &str = "UPDATE cluster_counts SET clusters = (SELECT COUNT(*) FROM clusters)";

pub(crate) async fn bench() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    on(house::sqlite(folder.path()), "SQLite", Database::Sqlite(folder.path())).await?;
    match house::postgres().await? {
        Some(engine) => {
            let Engine::Postgres { url } = &engine else { anyhow::bail!("PostgreSQL is PostgreSQL") };
            let url = url.expose().to_owned();
            on(engine, "PostgreSQL", Database::Postgres(&url)).await
        }
        None => {
            line("\nPostgreSQL was not started; its lists are left out");
            Ok(())
        }
    }
}

/// Where the bench reaches the database behind the store's back.
enum Database<'d> {
    Sqlite(&'d Path),
    Postgres(&'d str),
}

async fn on(engine: Engine, name: &str, database: Database<'_>) -> anyhow::Result<()> {
    heading(&format!("A page of {PAGE} of {CLUSTERS} clusters, {name}"));
    let clouds = Clouds::start(simulators::Options::default()).await?;
    let house = House::build(engine, &clouds.aws_endpoint(), Timings::default()).await?;
    let (project, key) = house.furnish().await?;
    let address = house.open().await?;
    let list = format!("/api/atlas/v2/groups/{project}/clusters");
    let digest = Digest::prepare(address, &list, &key.public_key, key.private_key.expose()).await?;
    let mut client = Client::connect(address).await?;
    let body = br#"{"name":"first","clusterType":"REPLICASET","replicationSpecs":[{"regionConfigs":[{"providerName":"AWS","regionName":"US_EAST_1","priority":7,"electableSpecs":{"instanceSize":"M10","nodeCount":3}}]}]}"#;
    let newest = "Accept: application/vnd.atlas.2024-10-23+json\r\n";
    let signed = |method: &str, path: &str| format!("{newest}{}", digest.authorization(method, path));
    let (status, _) = client.send(&bare("POST", &list, &signed("POST", &list), body)).await?;
    anyhow::ensure!(status == 201, "POST answered {status}");
    database.fill().await?;

    for (place, page) in [("first", 1), ("middle", CLUSTERS / PAGE / 2), ("last", CLUSTERS / PAGE)] {
        for step in house.store.plan_of_clusters(project, i64::from((page - 1) * PAGE), i64::from(PAGE)).await? {
            line(&format!("    {step}"));
        }
        let path = format!("{list}?itemsPerPage={PAGE}&pageNum={page}");
        let mut latencies = Vec::with_capacity(CALLS);
        let mut bytes = 0;
        for _ in 0..CALLS {
            let request = bare("GET", &path, &signed("GET", &path), b"");
            let begun = Instant::now();
            let (status, answer) = client.send(&request).await?;
            latencies.push(begun.elapsed());
            anyhow::ensure!(status == 200, "GET answered {status}");
            bytes = answer.len();
        }
        anyhow::ensure!(bytes > 100_000, "a page of {PAGE} clusters has more than {bytes} bytes");
        let latencies = Latencies::new(latencies);
        let median = latencies.percentile(50);
        figure(&format!("the {place} page, median"), &millis(median), Some(("under 20 ms", median < WANTED)));
        figure("  p99", &millis(latencies.percentile(99)), None);
    }
    house.tasks.shut_down().await;
    house.store.close().await;
    clouds.shutdown().await;
    Ok(())
}

/// Writes a request that names its own version.
fn bare(method: &str, path: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let whole = request(method, path, headers, body);
    let text = String::from_utf8_lossy(&whole).replacen("Accept: application/vnd.atlas.2023-01-01+json\r\n", "", 1);
    text.into_bytes()
}

impl Database<'_> {
    /// Fills the project with copies of its one cluster.
    async fn fill(&self) -> anyhow::Result<()> {
        match self {
            Self::Sqlite(folder) => {
                let file = folder.join("data").join("atrest.db");
                let options = sqlx::sqlite::SqliteConnectOptions::new().filename(file);
                let pool = sqlx::SqlitePool::connect_with(options).await.context("open the database")?;
                let numbers = format!(
                    "(WITH RECURSIVE n(number) AS (SELECT 2 UNION ALL SELECT number + 1 FROM n WHERE number < {CLUSTERS}) SELECT number FROM n) AS n"
                );
                let copy = COPY.replace("{numbers}", &numbers).replace("{id}", "lower(hex(randomblob(12)))");
                let copy = copy.replace("{number}", "substr('000000' || n.number, -6)");
                sqlx::raw_sql(sqlx::AssertSqlSafe(format!("{copy}; {COUNT}; ANALYZE"))).execute(&pool).await?;
                pool.close().await;
            }
            Self::Postgres(url) => {
                let pool = sqlx::PgPool::connect(url).await.context("open the database")?;
                let copy = COPY
                    .replace("{numbers}", &format!("generate_series(2, {CLUSTERS}) AS n(number)"))
                    .replace("{id}", "substr(md5(n.number::text), 1, 24)")
                    .replace("{number}", "lpad(n.number::text, 6, '0')");
                for statement in [copy.as_str(), COUNT, "VACUUM ANALYZE clusters"] {
                    sqlx::raw_sql(sqlx::AssertSqlSafe(statement.to_owned())).execute(&pool).await?;
                }
                pool.close().await;
            }
        }
        Ok(())
    }
}
