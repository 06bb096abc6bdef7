//! PATCH `encryptionAtRest`, one client: our own share, which is all but the provider's time. Each PATCH
//! flips one option, so that it proves its candidate, saves and records an event.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use control::Timings;
use domain::customer_key::CustomerKey;
use domain::customer_key::aws_kms::{AwsCredentials, AwsKeyName, AwsKms, AwsRegion};
use domain::private_endpoint::KeyPath;
use domain::secret::SecretText;
use providers::{Deadline, Tokens};
use simulators::Clouds;
use std::sync::Arc;
use storage::Engine;

use crate::house::{self, House};
use crate::http::{Client, Digest, request};
use crate::report::{Latencies, figure, heading, millis};

const ROUNDS: usize = 300;

pub(crate) async fn bench() -> anyhow::Result<()> {
    heading("PATCH encryptionAtRest, one client, our own share");
    let folder = tempfile::tempdir()?;
    measure("SQLite", house::sqlite(folder.path()), Some(Duration::from_millis(3))).await?;
    match house::postgres().await? {
        Some(engine) => measure("PostgreSQL", engine, None).await?,
        None => figure("PostgreSQL", "not measured", Some(("ATREST_TEST_POSTGRES to be set", false))),
    }
    Ok(())
}

async fn measure(name: &str, engine: Engine, wish: Option<Duration>) -> anyhow::Result<()> {
    let clouds = Clouds::start(simulators::Options { echo: true, ..simulators::Options::default() }).await?;
    let house = House::build(engine, &clouds.aws_endpoint(), Timings::default()).await?;
    let (project, key) = house.furnish().await?;
    let address = house.open().await?;
    let path = format!("/api/atlas/v2/groups/{project}/encryptionAtRest");
    let digest = Digest::prepare(address, &path, &key.public_key, key.private_key.expose()).await?;
    enable(address, &path, &digest).await?;
    let provider = house.control.providers().open(project, &candidate()?, None, &KeyPath::Public)?;

    let mut client = Client::connect(address).await?;
    let mut whole = Vec::with_capacity(ROUNDS);
    let mut theirs = Vec::with_capacity(ROUNDS);
    for round in 0..ROUNDS + 20 {
        let flag = round % 2 == 0;
        let body = format!(r#"{{"awsKms":{{"requirePrivateNetworking":{flag}}}}}"#);
        let bytes = request("PATCH", &path, &digest.authorization("PATCH", &path), body.as_bytes());
        let sent = Instant::now();
        let (status, answer) = client.send(&bytes).await?;
        let took = sent.elapsed();
        anyhow::ensure!(status == 200, "PATCH answered {status}: {}", String::from_utf8_lossy(&answer));
        let sent = Instant::now();
        provider.check(Tokens::Fresh, Deadline::after(Duration::from_secs(5))).await;
        let check = sent.elapsed();
        if round >= 20 {
            whole.push(took);
            theirs.push(check);
        }
    }
    let (whole, theirs) = (Latencies::new(whole), Latencies::new(theirs));
    let share = whole.percentile(50).saturating_sub(theirs.percentile(50));
    figure(&format!("{name}: whole PATCH, median"), &millis(whole.percentile(50)), None);
    figure(&format!("{name}: provider's time, median"), &millis(theirs.percentile(50)), None);
    let wish = wish.map(|most| ("under 3 ms", share < most));
    figure(&format!("{name}: our own share, median"), &millis(share), wish);
    house.tasks.shut_down().await;
    house.store.close().await;
    clouds.shutdown().await;
    Ok(())
}

/// Enables AWS KMS with the candidate.
pub(crate) async fn enable(address: SocketAddr, path: &str, digest: &Digest) -> anyhow::Result<()> {
    let body = br#"{"awsKms":{"enabled":true,"customerMasterKeyID":"alias/bench","region":"US_EAST_1","accessKeyID":"AKIA0000000000000000","secretAccessKey":"secret"}}"#;
    let bytes = request("PATCH", path, &digest.authorization("PATCH", path), body);
    let (status, answer) = Client::connect(address).await?.send(&bytes).await?;
    anyhow::ensure!(status == 200, "PATCH answered {status}: {}", String::from_utf8_lossy(&answer));
    Ok(())
}

/// The same candidate as the rules know it.
fn candidate() -> anyhow::Result<CustomerKey> {
    Ok(CustomerKey::AwsKms(AwsKms {
        key: AwsKeyName::parse("alias/bench").ok_or_else(|| anyhow::anyhow!("an alias is a key's name"))?,
        region: AwsRegion::parse("US_EAST_1").map_err(|_| anyhow::anyhow!("US_EAST_1 is a region"))?,
        credentials: AwsCredentials::Static {
            access_key_id: "AKIA0000000000000000".to_owned(),
            secret_access_key: Arc::new(SecretText::new("secret".to_owned())),
        },
        require_private_networking: false,
    }))
}
