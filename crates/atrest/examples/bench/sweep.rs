//! A validity sweep of 10,000 configured projects with distinct credentials: does it fit into one
//! interval of 60 s on one core, and what does a project cost in memory, its cached token included?
//!
//! The server runs in a process of its own on core 0; the simulated AWS, in echo mode, on core 1.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use control::Timings;
use domain::customer_key::aws_kms::{AwsCredentials, AwsKeyName, AwsKms, AwsRegion};
use domain::customer_key::{CustomerKey, EncryptionAtRest, Move, ProviderKind};
use domain::id::{OrgId, ProjectId, ProviderRoleId};
use domain::organization::Organization;
use domain::project::{Activity, Project};
use domain::provider_role::{ProviderRole, RoleIdentity};
use domain::time::Timestamp;
use domain::validity::Validity;
use simulators::Clouds;
use storage::{NewValidity, SaveSetting};

use crate::house::{self, House};
use crate::report::{figure, heading, line, resident};

const PROJECTS: u32 = 10_000;
const INTERVAL: Duration = Duration::from_secs(60);
/// The endpoint the seeding child names; nobody is asked there.
const NOWHERE: &str = "http://127.0.0.1:1";

pub(crate) async fn bench() -> anyhow::Result<()> {
    heading("validity sweep of 10,000 projects, each with a role of its own, SQLite, one core");
    let folder = tempfile::tempdir()?;
    let dir = folder.path().to_str().context("name the folder")?;
    line("  seeding ...");
    child(None, &["sweep-seed", dir])?;
    let clouds = Clouds::start(simulators::Options { echo: true, ..simulators::Options::default() }).await?;
    pin(std::process::id(), 1)?;
    let endpoint = clouds.aws_endpoint();
    let dir = dir.to_owned();
    tokio::task::spawn_blocking(move || child(Some(0), &["sweep-run", &dir, &endpoint])).await??;
    clouds.shutdown().await;
    Ok(())
}

/// Runs this program again, on one core if told.
fn child(core: Option<usize>, words: &[&str]) -> anyhow::Result<()> {
    let program = std::env::current_exe()?;
    let mut command = match core {
        None => Command::new(program),
        Some(core) => {
            let mut command = Command::new("taskset");
            command.args(["-c", &core.to_string()]).arg(program);
            command
        }
    };
    let status = command.args(words).status().context("run a child (taskset comes with util-linux)")?;
    anyhow::ensure!(status.success(), "a child ended with {status}");
    Ok(())
}

fn pin(process: u32, core: usize) -> anyhow::Result<()> {
    let status = Command::new("taskset").args(["-a", "-cp", &core.to_string(), &process.to_string()]).output()?.status;
    anyhow::ensure!(status.success(), "taskset could not pin the simulated AWS to core {core}");
    Ok(())
}

/// Fills a database with configured projects, all due at once.
pub(crate) async fn seed(dir: &str) -> anyhow::Result<()> {
    let house = House::build(house::sqlite(Path::new(dir)), NOWHERE, Timings::default()).await?;
    let at = Timestamp::from_millis(1);
    let org = OrgId::from_random([1; 12]);
    let store = &house.store;
    let _saved = store.insert_organization(&Organization { id: org, name: "bench".to_owned(), created_at: at }).await?;
    for number in 0..PROJECTS {
        let mut bytes = [0; 12];
        bytes[..4].copy_from_slice(&number.to_be_bytes());
        let (project, role) = (ProjectId::from_random(bytes), ProviderRoleId::from_random(bytes));
        let name = format!("project {number}");
        let _saved = store
            .insert_project(&Project { id: project, org, name, created_at: at, activity: Activity::Active })
            .await?;
        let identity = RoleIdentity::Aws {
            role_arn: Some(format!("arn:aws:iam::444455556666:role/role-{number}")),
            external_id: format!("external-{number}"),
        };
        let role_row = ProviderRole { id: role, project, identity, authorized_at: Some(at), created_at: at };
        let _saved = store.insert_provider_role(&role_row).await?;
        let key = AwsKms {
            key: AwsKeyName::parse(&format!("alias/key-{number}")).context("an alias is a key's name")?,
            region: AwsRegion::parse("US_EAST_1").map_err(|_| anyhow::anyhow!("US_EAST_1 is a region"))?,
            credentials: AwsCredentials::Role(role),
            require_private_networking: false,
        };
        let mut next = EncryptionAtRest::unset(project);
        next.customer_keys.insert(ProviderKind::AwsKms, CustomerKey::AwsKms(key));
        next.revision = 1;
        let validity = NewValidity { validity: Validity::unchecked(), next_check_at: at };
        let _saved = store
            .save_encryption_at_rest(SaveSetting {
                expected_revision: 0,
                next: &next,
                moves: &BTreeMap::from([(ProviderKind::AwsKms, Move::Enable)]),
                roles: vec![role_row],
                validities: [(ProviderKind::AwsKms, validity)].into(),
                at,
                events: Vec::new(),
            })
            .await?;
    }
    store.close().await;
    Ok(())
}

/// Sweeps twice: cold, when each role must be assumed first, and warm.
pub(crate) async fn run(dir: &str, endpoint: &str) -> anyhow::Result<()> {
    let house = House::build(house::sqlite(Path::new(dir)), endpoint, Timings::default()).await?;
    let before = resident("self").context("read our own memory")?;
    let cpu_before = cpu_seconds()?;
    let begun = Instant::now();
    house.control.start();
    wait_for_checks(&house, PROJECTS).await;
    let cold = begun.elapsed();
    let cpu = cpu_seconds()? - cpu_before;
    fits("cold sweep, each role assumed first", cold);
    figure("  processor time", &format!("{cpu:.1} s"), None);
    // Every next check lies 54 to 66 s after its last, so the second sweep is spread over a minute.
    let cpu_before = cpu_seconds()?;
    wait_for_checks(&house, PROJECTS * 2).await;
    let whole = begun.elapsed();
    let cpu = cpu_seconds()? - cpu_before;
    figure("second sweep done after", &format!("{:.1} s", whole.as_secs_f64()), None);
    let warm = Duration::from_secs_f64(cpu);
    figure("  its processor time", &format!("{cpu:.1} s"), Some(("within 60 s of one core", warm < INTERVAL)));
    let grown = resident("self").context("read our own memory")?.saturating_sub(before);
    let each = f64::from(u32::try_from(grown)?) / f64::from(PROJECTS);
    figure(
        "memory per project, cached token included",
        &format!("{each:.1} KiB"),
        Some(("at most 16 KiB", each <= 16.0)),
    );
    house.tasks.shut_down().await;
    Ok(())
}

fn fits(name: &str, took: Duration) {
    figure(name, &format!("{:.1} s", took.as_secs_f64()), Some(("within 60 s", took < INTERVAL)));
}

async fn wait_for_checks(house: &House, wanted: u32) {
    while house.control.observed().checks().values().sum::<u64>() < u64::from(wanted) {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Gives the processor time of this process so far.
fn cpu_seconds() -> anyhow::Result<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let rest = stat.rsplit_once(") ").context("read our own times")?.1;
    let ticks: Vec<u32> = rest.split(' ').skip(11).take(2).filter_map(|ticks| ticks.parse().ok()).collect();
    // Linux counts these in hundredths of a second on every machine we run on.
    Ok(f64::from(ticks.iter().sum::<u32>()) / 100.0)
}
