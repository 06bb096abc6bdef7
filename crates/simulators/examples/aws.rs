//! Starts the simulated AWS for another language's client and prints what that client needs, as one
//! JSON line. Ends when its standard input closes.
//!
//! `cargo run -p simulators --example aws -- [--dir DIR] [--port N] [--tls] [--echo]`

use std::io::{Read as _, Write as _};
use std::net::Ipv4Addr;

use anyhow::{Context as _, bail};
use simulators::{Clouds, Options, Subnet};

/// Where the one subnet's endpoints are.
const PRIVATE: Ipv4Addr = Ipv4Addr::new(127, 66, 30, 4);
/// What an administrator of the account may do.
const ADMINISTRATOR: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let clouds = Clouds::start(options()?).await?;
    let aws = clouds.aws();
    let account = aws.create_account("probe").await?;
    let root = aws.root_keys(&account)?;
    let admin = aws.create_user(&account, "admin", Some(ADMINISTRATOR)).await?;
    let vpc = aws.create_vpc(&account, "us-east-1", "probe").await?;
    let subnet = aws.create_subnet(&vpc.id, "private", PRIVATE).await?;
    let line = serde_json::json!({
        "endpoint": clouds.aws_endpoint(),
        "account": account,
        "root": { "accessKeyId": root.access_key_id, "secretAccessKey": root.expose_secret() },
        "admin": { "accessKeyId": admin.access_key_id, "secretAccessKey": admin.expose_secret() },
        "network": { "vpc": vpc.id, "subnet": subnet, "securityGroup": vpc.security_group, "address": PRIVATE },
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
    let private = Subnet { name: "private".to_owned(), address: PRIVATE };
    let mut options = Options { aws_subnets: vec![private], ..Options::default() };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--dir" => options.dir = Some(words.next().context("--dir needs a folder")?.into()),
            "--port" => options.aws_port = words.next().context("--port needs a number")?.parse()?,
            "--tls" => options.tls = true,
            "--echo" => options.echo = true,
            other => bail!("unknown argument {other}"),
        }
    }
    Ok(options)
}
