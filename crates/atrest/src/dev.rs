//! `atrest dev`: the server and the simulated clouds on loopback, with no configuration. The only
//! subcommand that knows the simulators.

mod certificates;
mod dev_json;
mod folder;
mod notices;
mod place;
mod seed;
mod tls;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use control::notice::Notifiers;
use control::{Control, Timings};
use domain::node::NodeRole;
use domain::secret::SecretText;
use server::api::ApiSettings;
use server::api::address::TrustedProxies;
use server::api::auth::AuthSettings;
use server::kmip::KmipSettings;
use simulators::Clouds;
use storage::{Engine, RootKey};
use tokio::net::TcpListener;

use crate::config::dev_timings;
use crate::house::{Doors, House, KmipDoor, Plan, Stamp};
use crate::log::{self, LogConfig, LogFormat};
use crate::say::{Progress, say};
use crate::shutdown;
use dev_json::{DevJson, KmipPart};
use folder::DevFolder;
use place::DevPlace;
use seed::fleet;

/// What `atrest dev` can be told.
#[derive(Debug, Args)]
pub(crate) struct DevArguments {
    /// Where everything is kept. The same folder brings everything back.
    #[arg(long, default_value = ".atrest-dev")]
    dir: PathBuf,
    /// Where the API listens. Port 0 takes a free one and keeps it for this folder.
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Where the API listens over TLS. Port 0 takes a free one and keeps it for this folder.
    #[arg(long, default_value = "127.0.0.1:0")]
    tls_listen: SocketAddr,
    /// Where database nodes fetch their keys, by KMIP over TLS. Port 0 takes a free one and keeps it.
    #[arg(long, default_value = "127.0.0.1:5696")]
    kmip_listen: SocketAddr,
    /// Where health and metrics listen.
    #[arg(long, default_value = "127.0.0.1:0")]
    operations_listen: SocketAddr,
    /// Where the simulated AWS listens; with another port than 0 the console, Azure and Google take the
    /// next three.
    #[arg(long, default_value = "127.0.0.1:0")]
    clouds_listen: SocketAddr,
    /// Use this PostgreSQL database instead of SQLite.
    #[arg(long)]
    database_url: Option<String>,
    /// Send mails by this server, unencrypted: an address of this machine, such as 127.0.0.1:1025.
    #[arg(long, value_name = "ADDRESS")]
    smtp: Option<SocketAddr>,
    /// Believe these certificates of webhooks' receivers, besides the system's. A PEM file.
    #[arg(long, value_name = "FILE")]
    webhooks_ca: Option<PathBuf>,
    /// Check keys as seldom as a real server does.
    #[arg(long)]
    real_timings: bool,
    /// What to log, e.g. "info" or "trace".
    #[arg(long, env = "ATREST_LOG", default_value = "warn")]
    log: String,
    /// Log JSON lines.
    #[arg(long)]
    log_json: bool,
}

/// Where private endpoints can be made on this machine.
struct Places {
    aws: Vec<DevPlace>,
    azure: Vec<DevPlace>,
}

/// Runs dev mode until it is asked to end.
/// Errors: an address that is not loopback or is taken; a folder that is not dev mode's.
pub(crate) async fn run(arguments: DevArguments) -> anyhow::Result<()> {
    let format = if arguments.log_json { LogFormat::Json } else { LogFormat::Text };
    log::start(&LogConfig { format, filter: arguments.log.clone() })?;
    let DevArguments { listen, tls_listen, kmip_listen, operations_listen, clouds_listen, .. } = arguments;
    for address in [listen, tls_listen, kmip_listen, operations_listen, clouds_listen] {
        anyhow::ensure!(address.ip().is_loopback(), "{address} is not loopback: dev mode holds throw-away secrets");
    }
    let end = shutdown::listen_for_the_end()?;
    let progress = Progress::begin("starting dev mode");
    let folder = DevFolder::open(&arguments.dir)?;
    let places = Places { aws: place::at_hand(&place::AWS), azure: place::at_hand(&place::AZURE) };
    let before = folder.read_dev_json()?;
    let api = bind("--listen", arguments.listen, before.as_ref().and_then(DevJson::api_port)).await?;
    let kmip = bind("--kmip-listen", arguments.kmip_listen, before.as_ref().and_then(DevJson::kmip_port)).await?;
    let clouds = start_clouds(&folder, arguments.clouds_listen, &places).await?;
    // Those that may take any port come last, or they could take one that another is remembered by.
    let api_tls = bind("--tls-listen", tls_listen, before.as_ref().and_then(DevJson::api_tls_port)).await?;
    let operations = bind("--operations-listen", arguments.operations_listen, None).await?;
    let cloud = seed::seed_clouds(&clouds, &places).await.context("furnish the simulated clouds")?;

    let database = arguments.database_url.map(SecretText::new);
    let base_url = format!("http://{}", api.local_addr()?);
    let notifiers = notices::notifiers(arguments.smtp, arguments.webhooks_ca.as_deref(), &base_url)?;
    let house = build(&folder, &cloud, database, notifiers, arguments.real_timings).await?;
    let (tls, api_ca) = tls::prepare(&house.control, &folder.kmip()?).await?;
    let addresses = dev_json::Addresses {
        api: api.local_addr()?,
        api_tls: api_tls.local_addr()?,
        api_ca,
        operations: operations.local_addr()?,
        kmip: kmip.local_addr()?,
        console: clouds.console_url(),
        console_token: clouds.console_token().to_owned(),
        ca_file: folder.write_ca(clouds.ca_pem())?,
    };
    // Credentials of an earlier start are good for the database they were made in, and for no other.
    let before = if house.control.is_empty().await? { None } else { before };
    let dev_json = match before {
        Some(before) => before.moved_to(&addresses, &cloud)?,
        None => {
            let furnished = seed::seed_house(&house.control, &clouds, &cloud, &addresses).await;
            furnished.context("furnish the first project")?
        }
    };
    let kmip_part = furnish_fleet(&house.control, &dev_json, &cloud, &folder, addresses.kmip).await;
    let dev_json = DevJson { kmip: Some(kmip_part.context("furnish the second project")?), ..dev_json };
    folder.write_dev_json(&dev_json)?;
    progress.done();
    greet(&dev_json, &folder.dev_json_path());

    let settings = ApiSettings {
        strict_versions: false,
        rate_limits: false,
        auth: AuthSettings { throttle: false, ..AuthSettings::default() },
        trusted_proxies: TrustedProxies(Vec::new()),
        base_url: None,
        speaks_tls: false,
        loopback_only: true,
        outbound_addresses: Vec::new(),
        body_cap: ApiSettings::BODY_CAP,
    };
    // Its own certificate names this machine, which is where it is.
    let kmip = KmipDoor { listener: kmip, settings: KmipSettings::default() };
    let also = Some((api_tls, tls));
    house.run(Doors { api, tls: None, also, settings, operations, kmip: Some(kmip) }, end).await?;
    clouds.shutdown().await;
    Ok(())
}

/// Gives what opens the database of a folder, for those who only read it. One that was started with
/// `--database-url` keeps none there.
/// Errors: it is no folder of dev mode; its root key is unfit.
pub(crate) fn look_into(dir: &Path) -> anyhow::Result<(Engine, RootKey)> {
    let folder = DevFolder::made(dir)?;
    let root_key = RootKey::from_file(&folder.root_key(), Some(&folder.data()))?;
    Ok((Engine::Sqlite { dir: folder.data() }, root_key))
}

/// Makes the second project, or finds it, and sees to its nodes' certificates.
async fn furnish_fleet(
    control: &Control,
    dev_json: &DevJson,
    clouds: &seed::SeededClouds,
    folder: &DevFolder,
    address: SocketAddr,
) -> anyhow::Result<KmipPart> {
    let owner = fleet::owner(control, &dev_json.api.api_key.public_key).await?;
    let project = match &dev_json.kmip {
        Some(kmip) => kmip.project_id.parse().context("read the project of dev.json's kmip part")?,
        None => fleet::seed(control, &owner, dev_json.api.org_id.parse()?, clouds).await?,
    };
    let files = folder.kmip()?;
    Ok(KmipPart {
        host: address.ip(),
        port: address.port(),
        clients: certificates::keep(control, &owner, project, &files).await?,
        ca_file: certificates::write_authorities(control, &files).await?,
        project_id: project.to_string(),
    })
}

async fn bind(option: &str, wanted: SocketAddr, remembered: Option<u16>) -> anyhow::Result<TcpListener> {
    let bound = match remembered.filter(|_| wanted.port() == 0) {
        Some(port) => simulators::bind_again(SocketAddr::new(wanted.ip(), port)).await,
        None => TcpListener::bind(wanted).await,
    };
    bound.with_context(|| {
        format!("listen on {wanted}; if another program has it, choose another with {option} 127.0.0.1:0")
    })
}

async fn start_clouds(folder: &DevFolder, listen: SocketAddr, places: &Places) -> anyhow::Result<Clouds> {
    let port = |after: u16| if listen.port() == 0 { 0 } else { listen.port().saturating_add(after) };
    let options = simulators::Options {
        dir: Some(folder.clouds()),
        listen: listen.ip(),
        aws_port: listen.port(),
        console_port: port(1),
        azure_port: port(2),
        gcp_port: port(3),
        aws_subnets: place::subnets(&places.aws),
        azure_subnets: place::subnets(&places.azure),
        ..simulators::Options::default()
    };
    Clouds::start(options).await.context("start the simulated clouds")
}

async fn build(
    folder: &DevFolder,
    cloud: &seed::SeededClouds,
    database: Option<SecretText>,
    notifiers: Notifiers,
    real_timings: bool,
) -> anyhow::Result<House> {
    let timings = if real_timings { Timings::default() } else { dev_timings() };
    let engine = match database {
        Some(url) => Engine::Postgres { url },
        None => Engine::Sqlite { dir: folder.data() },
    };
    let root_key_file = folder.root_key();
    let root_key = if root_key_file.exists() {
        RootKey::from_file(&root_key_file, Some(&folder.data()))?
    } else {
        RootKey::generate_file(&root_key_file)?
    };
    House::build(Plan {
        engine,
        root_key,
        stamp: Stamp::Dev,
        providers: cloud.providers(timings.endpoint_poll_fast)?,
        notifiers,
        policy: cloud.policy(),
        timings,
    })
    .await
}

fn greet(dev: &DevJson, path: &Path) {
    say(&format!("\nAtrest is ready at {}", dev.api.base_url));
    if let (Some(url), Some(ca)) = (&dev.api.tls_base_url, &dev.api.ca_file) {
        say(&format!("The same over TLS: {url}, whose authority is in {}", ca.display()));
    }
    say(&format!("The simulated clouds' console: {}#token={}", dev.clouds.console, dev.clouds.console_token));
    say(&format!("Health and figures: {}/metrics", dev.api.operations_url));
    say(&format!("Everything a program needs to know: {}\n", path.display()));
    say("Enable encryption at rest with a key in the simulated AWS KMS; paste this:\n");
    say(&format!(
        "curl --digest -u '{}:{}' -H 'Content-Type: application/json' \\\n  -X PATCH '{}/api/atlas/v2/groups/{}/encryptionAtRest?pretty=true' \\\n  -d '{}'\n",
        dev.api.api_key.public_key,
        dev.api.api_key.private_key,
        dev.api.base_url,
        dev.api.project_id,
        dev.clouds.aws.payload
    ));
    if let Some(kmip) = &dev.kmip {
        greet_nodes(kmip);
    }
    say("Stop with Ctrl-C.");
}

/// Shows how the nodes of the second project fetch keys.
fn greet_nodes(kmip: &KmipPart) {
    let (host, port, ca) = (kmip.host, kmip.port, kmip.ca_file.display());
    say(&format!("Database nodes fetch their keys by KMIP at {host}:{port}, in project {}.", kmip.project_id));
    if let Some(node) = kmip.clients.iter().find(|client| client.role == NodeRole::Mongod.name()) {
        say("Start a MongoDB Enterprise or Percona Server for MongoDB that is encrypted under one:\n");
        say(&format!(
            "mkdir -p {name}-data && mongod --dbpath {name}-data --enableEncryption \\\n  --kmipServerName {host} --kmipPort {port} --kmipServerCAFile '{ca}' \\\n  --kmipClientCertificateFile '{pem}'\n",
            name = node.name,
            pem = node.cert_file.with_extension("pem").display(),
        ));
    }
    if let Some(client) = kmip.clients.iter().find(|client| client.role == NodeRole::Client.name()) {
        say("Or make a key in Python (pip install pykmip):\n");
        say(&format!(
            "python3 -c 'from kmip.pie.client import ProxyKmipClient as Client; from kmip.core.enums import CryptographicAlgorithm as Algorithm\nwith Client(\"{host}\", {port}, cert=\"{cert}\", key=\"{key}\", ca=\"{ca}\", config_file=\"/dev/null\") as client: \\\n    uid = client.create(Algorithm.AES, 256); client.activate(uid); print(uid, len(client.get(uid).value) * 8, \"bits\")'\n",
            cert = client.cert_file.display(),
            key = client.key_file.display(),
        ));
    }
}
