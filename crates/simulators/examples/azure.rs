//! Starts the simulated Azure for another language's client and prints what that client needs, as one JSON line:
//! one customer with an app, a vault named `localhost` and an RSA key in it, a subnet `s` with a private address. `arguments` are the words that a
//! check with Microsoft's SDKs takes, in the order: authority, vault, Resource Manager, CA file, key name, key
//! version, client id, secret, tenant, subscription, resource group, vault name. Ends when its standard input closes.
//!
//! `cargo run -p simulators --example azure -- --ca FILE [--dir DIR] [--port N] [--rbac]`

use std::io::{Read as _, Write as _};
use std::net::Ipv4Addr;
use std::path::PathBuf;

use anyhow::{Context as _, bail};
use simulators::azure::{NewKey, Role, VaultAccess};
use simulators::{Clouds, Options, Subnet};

/// The private address of the subnet `s`.
const PRIVATE: Ipv4Addr = Ipv4Addr::new(127, 65, 9, 4);

/// What the customer's app may do in a vault of policies.
const PERMISSIONS: [&str; 12] = [
    "get",
    "list",
    "create",
    "update",
    "delete",
    "recover",
    "purge",
    "rotate",
    "encrypt",
    "decrypt",
    "wrapKey",
    "unwrapKey",
];

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let words = Words::read()?;
    let clouds = Clouds::start(words.options).await?;
    std::fs::write(&words.ca, clouds.ca_pem()).with_context(|| format!("write {}", words.ca.display()))?;
    let azure = clouds.azure();
    let tenant = azure.create_tenant("customer").await?;
    let app = azure.create_app(&tenant, "probe", false).await?;
    let secret = azure.create_secret(&app.client_id, "probe", None).await?;
    let object_id = azure.create_service_principal(&tenant, &app.client_id).await?;
    let subscription = azure.create_subscription(&tenant, "probe").await?;
    let resource_group = azure.create_resource_group(&subscription, "probe").await?;
    let access = if words.rbac { VaultAccess::Rbac } else { VaultAccess::Policies };
    let vault = azure.create_vault(&subscription, "probe", "localhost", access).await?;
    azure.create_access_policy("localhost", &object_id, &PERMISSIONS).await?;
    azure.assign_role(&vault, &object_id, Role::KeyVaultAdministrator).await?;
    azure.assign_role(&resource_group, &object_id, Role::Contributor).await?;
    azure.assign_role(&format!("/subscriptions/{subscription}"), &object_id, Role::Reader).await?;
    let subnet = azure.create_subnet(&subscription, "probe", "v", "s", PRIVATE).await?;
    let key = azure.create_key("localhost", NewKey { name: "cmk".to_owned(), ..NewKey::default() }).await?;
    let endpoint = clouds.azure_endpoint();
    let line = serde_json::json!({
        "endpoint": endpoint,
        "tenant": tenant,
        "clientId": app.client_id,
        "clientSecret": secret.expose_secret(),
        "objectId": object_id,
        "subscription": subscription,
        "resourceGroup": "probe",
        "vault": "localhost",
        "subnet": { "id": subnet, "name": "s", "address": PRIVATE },
        "key": { "name": key.name, "version": key.version, "id": key.id },
        "console": clouds.console_url(),
        "consoleToken": clouds.console_token(),
        "caFile": words.ca,
        "arguments": [
            endpoint, endpoint, endpoint, words.ca, key.name, key.version, app.client_id, secret.expose_secret(),
            tenant, subscription, "probe", "localhost",
        ],
    });
    writeln!(std::io::stdout(), "{line}")?;
    std::io::stdout().flush()?;

    tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new()))
        .await?
        .context("wait for standard input to close")?;
    clouds.shutdown().await;
    Ok(())
}

struct Words {
    options: Options,
    /// Where the authority's certificate is written for clients that want a file.
    ca: PathBuf,
    rbac: bool,
}

impl Words {
    fn read() -> anyhow::Result<Self> {
        let subnet = Subnet { name: "s".to_owned(), address: PRIVATE };
        let (mut options, mut ca, mut rbac) =
            (Options { azure_subnets: vec![subnet], ..Options::default() }, None, false);
        let mut words = std::env::args().skip(1);
        while let Some(word) = words.next() {
            match word.as_str() {
                "--ca" => ca = Some(words.next().context("--ca needs a file")?.into()),
                "--dir" => options.dir = Some(words.next().context("--dir needs a folder")?.into()),
                "--port" => options.azure_port = words.next().context("--port needs a number")?.parse()?,
                "--rbac" => rbac = true,
                other => bail!("unknown argument {other}"),
            }
        }
        Ok(Self { options, ca: ca.context("--ca says where to write the authority's certificate")?, rbac })
    }
}
