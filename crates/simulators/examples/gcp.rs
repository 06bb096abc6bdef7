//! Starts the simulated Google Cloud for another language's client and prints what that client needs, as one
//! JSON line. Ends when its standard input closes.
//!
//! `cargo run -p simulators --example gcp -- [--dir DIR] [--port N] [--tls]`

use std::io::{Read as _, Write as _};

use anyhow::{Context as _, bail};
use simulators::gcp::NewKey;
use simulators::{Clouds, Options};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let clouds = Clouds::start(options()?).await?;
    let gcp = clouds.gcp();
    gcp.create_project("p1").await?;
    let ring = gcp.create_key_ring("p1", "us-east4", "r1").await?;
    let key = gcp.create_crypto_key(&ring, "k1", NewKey::default()).await?;
    let owner = gcp.create_service_account("p1", "atlas").await?;
    gcp.grant_once("projects/p1", &owner, "roles/owner").await?;
    // Another account, which may use the key, and which the first may act as.
    let role = gcp.create_service_account("p1", "customer-role").await?;
    gcp.grant_once(&key, &role, "roles/cloudkms.cryptoKeyEncrypterDecrypter").await?;
    gcp.grant_once(&key, &role, "roles/cloudkms.viewer").await?;
    let name = format!("projects/p1/serviceAccounts/{role}");
    gcp.grant_once(&name, &owner, "roles/iam.serviceAccountTokenCreator").await?;
    let owner = gcp.create_service_account_key(&owner).await?;
    let line = serde_json::json!({
        "endpoint": clouds.gcp_endpoint(),
        "address": clouds.gcp_address().to_string(),
        "key": key,
        "keyVersion": format!("{key}/cryptoKeyVersions/1"),
        "serviceAccountKey": owner.expose_json(),
        "role": role,
        "console": clouds.console_url(),
        "consoleToken": clouds.console_token(),
        "caPem": clouds.ca_pem(),
    });
    writeln!(std::io::stdout(), "{line}")?;
    std::io::stdout().flush()?;

    tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new()))
        .await?
        .context("wait for standard input to close")?;
    clouds.shutdown().await;
    Ok(())
}

fn options() -> anyhow::Result<Options> {
    let mut options = Options::default();
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--dir" => options.dir = Some(words.next().context("--dir needs a folder")?.into()),
            "--port" => options.gcp_port = words.next().context("--port needs a number")?.parse()?,
            "--tls" => options.tls = true,
            other => bail!("unknown argument {other}"),
        }
    }
    Ok(options)
}
