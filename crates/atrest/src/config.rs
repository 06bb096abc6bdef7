//! The configuration of a server: one TOML file, read once into types. The only place that reads the
//! environment. Every fault is named at once, with what to do about it.

mod clouds;
mod kmip;
mod notices;
mod places;
mod root_key;
mod section;

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use control::Timings;
use domain::customer_key::gcp_kms::TOKEN_URI;
use domain::customer_key::{Policy, StaticCredentials, VersionlessKeys};
use domain::secret::SecretText;
use ipnet::IpNet;
use providers::aws_kms::OperatorIdentity;
use storage::Engine;

use crate::log::{LogConfig, LogFormat};
use crate::say::say;
pub(crate) use clouds::{CloudsConfig, operator_of};
pub(crate) use kmip::{KmipCertificate, KmipConfig};
pub(crate) use notices::{NoticesConfig, WebhooksConfig, notifiers};
pub(crate) use root_key::{RootKeyConfig, VaultConfig, VaultLogin, WrapperConfig};
use section::{Faults, Section};

/// Names the configuration file.
#[derive(Debug, Args)]
pub(crate) struct ConfigFile {
    /// The configuration file.
    #[arg(long, env = "ATREST_CONFIG", default_value = "/etc/atrest/atrest.toml")]
    pub(crate) config: PathBuf,
}

/// Reads the environment for the commands that ask a server; what is no text cannot be meant for them.
pub(crate) fn environment() -> BTreeMap<String, String> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}

/// Everything an operator can set.
#[derive(Debug)]
pub(crate) struct Config {
    pub(crate) api: ApiConfig,
    pub(crate) kmip: Option<KmipConfig>,
    pub(crate) operations_listen: SocketAddr,
    pub(crate) storage: StorageConfig,
    pub(crate) root_key: RootKeyConfig,
    pub(crate) digest: bool,
    pub(crate) policy: Policy,
    pub(crate) timings: Timings,
    pub(crate) rate_limits: bool,
    pub(crate) clouds: CloudsConfig,
    pub(crate) notices: NoticesConfig,
    pub(crate) log: LogConfig,
}

impl Config {
    /// Gives what is needed to open the root key.
    pub(crate) fn root_key_parts(self) -> (RootKeyConfig, CloudsConfig) {
        (self.root_key, self.clouds)
    }
}

/// The API's door.
#[derive(Debug)]
pub(crate) struct ApiConfig {
    pub(crate) listen: SocketAddr,
    pub(crate) base_url: Option<String>,
    pub(crate) tls: Option<TlsFiles>,
    pub(crate) trusted_proxies: Vec<IpNet>,
    pub(crate) strict_versions: bool,
    /// The networks that key providers are called from, as told to clients.
    pub(crate) outbound_addresses: Vec<IpNet>,
}

/// Where the API's certificate and key are.
#[derive(Debug)]
pub(crate) struct TlsFiles {
    pub(crate) certificate: PathBuf,
    pub(crate) private_key: PathBuf,
}

/// Which database, unopened.
#[derive(Debug)]
pub(crate) enum StorageConfig {
    Sqlite { dir: PathBuf },
    Postgres { url: SecretText },
}

impl StorageConfig {
    pub(crate) fn into_engine(self) -> Engine {
        match self {
            Self::Sqlite { dir } => Engine::Sqlite { dir },
            Self::Postgres { url } => Engine::Postgres { url },
        }
    }

    /// Gives the folder the root key must not be in.
    pub(crate) fn data_dir(&self) -> Option<&std::path::Path> {
        match self {
            Self::Sqlite { dir } => Some(dir),
            Self::Postgres { .. } => None,
        }
    }
}

/// Says whether a configuration file is good.
/// Errors: all its faults.
pub(crate) async fn check(file: &ConfigFile) -> anyhow::Result<()> {
    let config = read(file)?;
    crate::house::check(&config).await?;
    say(&format!("{}: no faults found", file.config.display()));
    Ok(())
}

/// Reads a configuration file.
/// Errors: all its faults at once.
pub(crate) fn read(file: &ConfigFile) -> anyhow::Result<Config> {
    let path = &file.config;
    let text = std::fs::read_to_string(path).map_err(|error| {
        anyhow::anyhow!("read {}: {error}; name the configuration file with --config", path.display())
    })?;
    parse(&text).map_err(|faults| anyhow::anyhow!("{} has faults:\n{}", path.display(), faults.list()))
}

fn parse(text: &str) -> Result<Config, Faults> {
    let faults = Faults::default();
    let table = text.parse::<toml::Table>().unwrap_or_else(|error| {
        faults.add("", format!("not TOML: {}", error.message()));
        toml::Table::new()
    });
    let mut root = Section::root(table, &faults);
    let config = read_root(&mut root, &faults);
    root.finish();
    match config {
        Some(config) if faults.is_empty() => Ok(config),
        _ => Err(faults),
    }
}

fn read_root(root: &mut Section<'_>, faults: &Faults) -> Option<Config> {
    let mut api = root.section("api");
    let api_config = read_api(&mut api, faults);
    api.finish();

    let kmip = kmip::read(root, faults);

    let mut operations = root.section("operations");
    let operations_listen = operations.parsed("listen").unwrap_or((IpAddr::V4(Ipv4Addr::LOCALHOST), 9090).into());
    operations.finish();

    let mut storage = root.section("storage");
    let storage_config = read_storage(&mut storage, faults);
    storage.finish();

    let mut root_key = root.section("root_key");
    let root_key_config = root_key::read(&mut root_key, faults);
    root_key.finish();

    let mut auth = root.section("auth");
    let digest = auth.flag("digest").unwrap_or(true);
    auth.finish();

    let mut policy = root.section("policy");
    let static_credentials = policy.one_of(
        "static_credentials",
        &[("allow", StaticCredentials::Allow), ("refuse-new", StaticCredentials::RefuseNew)],
    );
    let versionless_keys = policy.flag("versionless_keys").map(|accepted| match accepted {
        true => VersionlessKeys::Accept,
        false => VersionlessKeys::Refuse,
    });
    policy.finish();

    let mut limits = root.section("limits");
    let rate_limits = limits.flag("rate_limits").unwrap_or(true);
    limits.finish();

    let mut checks = root.section("checks");
    let timings = read_timings(&mut checks);
    checks.finish();
    let timings = kmip::read_times(root, timings);
    let timings = places::read_times(root, timings);

    let clouds = clouds::read(root, faults);
    let by_aws = matches!(root_key_config, Some(RootKeyConfig::Wrapped { by: WrapperConfig::AwsKms { .. }, .. }));
    if by_aws && matches!(clouds.aws.operator, OperatorIdentity::None) {
        faults.add("root_key.aws_kms_key", "is used with the operator's own identity: set operator_identity in [aws]");
    }

    let notices = notices::read(root, faults);

    let mut log = root.section("log");
    let default = LogConfig::default();
    let log_config = LogConfig {
        format: log.one_of("format", &[("json", LogFormat::Json), ("text", LogFormat::Text)]).unwrap_or(default.format),
        filter: log.text("filter").unwrap_or(default.filter),
    };
    log.finish();

    Some(Config {
        api: api_config,
        kmip,
        operations_listen,
        storage: storage_config?,
        root_key: root_key_config?,
        digest,
        policy: Policy {
            static_credentials: static_credentials.unwrap_or_default(),
            versionless_keys: versionless_keys.unwrap_or_default(),
            vault_suffixes: clouds.azure.vault_suffixes.clone(),
            operator_azure_environment: clouds.operator_azure_environment(),
            google_token_uri: clouds.google.token_uri.clone().unwrap_or_else(|| TOKEN_URI.to_owned()),
        },
        timings,
        rate_limits,
        clouds,
        notices,
        log: log_config,
    })
}

fn read_api(api: &mut Section<'_>, faults: &Faults) -> ApiConfig {
    let listen: SocketAddr = api.parsed("listen").unwrap_or((IpAddr::V4(Ipv4Addr::LOCALHOST), 8080).into());
    let certificate = api.text("tls_certificate").map(PathBuf::from);
    let private_key = api.text("tls_private_key").map(PathBuf::from);
    let tls = match (certificate, private_key) {
        (Some(certificate), Some(private_key)) => Some(TlsFiles { certificate, private_key }),
        (None, None) => None,
        (Some(_), None) | (None, Some(_)) => {
            faults.add("api", "tls_certificate and tls_private_key go together: name both or neither");
            None
        }
    };
    let trusted_proxies: Vec<IpNet> = api.all_parsed("trusted_proxies");
    if !listen.ip().is_loopback() && tls.is_none() && trusted_proxies.is_empty() {
        faults.add(
            "api.listen",
            format!("{listen} is not loopback: set tls_certificate and tls_private_key, or name the TLS-speaking proxies in trusted_proxies"),
        );
    }
    let base_url = api.text("base_url").map(|url| url.trim_end_matches('/').to_owned());
    if base_url.as_ref().is_some_and(|url| !url.starts_with("https://") && !url.starts_with("http://")) {
        faults.add("api.base_url", "must begin with https:// or http://");
    }
    let strict_versions = api.flag("strict_versions").unwrap_or(false);
    let outbound_addresses = api.all_parsed("outbound_addresses");
    ApiConfig { listen, base_url, tls, trusted_proxies, strict_versions, outbound_addresses }
}

fn read_storage(storage: &mut Section<'_>, faults: &Faults) -> Option<StorageConfig> {
    let dir = storage.text("sqlite_dir").map(PathBuf::from);
    let url = storage.text("postgres_url").map(SecretText::new);
    let url = url.or_else(|| storage.secret_file("postgres_url_file"));
    match (dir, url) {
        (Some(dir), None) => Some(StorageConfig::Sqlite { dir }),
        (None, Some(url)) => Some(StorageConfig::Postgres { url }),
        (None, None) => {
            faults.add("storage", "names no database: set sqlite_dir, or postgres_url or postgres_url_file");
            None
        }
        (Some(_), Some(_)) => {
            faults.add("storage", "names two databases: keep sqlite_dir or the postgres_url, not both");
            None
        }
    }
}

fn read_timings(checks: &mut Section<'_>) -> Timings {
    let default = Timings::default();
    // Source: product.md 2.3: 15 s to 15 min.
    let every = checks.seconds("every_seconds", 15, 900).unwrap_or(default.check_every);
    Timings { check_every: every, ..default }
}

/// Gives timings that suit a person playing with dev mode. Source: product.md 8.
pub(crate) fn dev_timings() -> Timings {
    Timings {
        check_every: Duration::from_secs(2),
        check_freshness: Duration::from_secs(1),
        endpoint_poll_fast: Duration::from_millis(250),
        endpoint_poll_slow: Duration::from_secs(1),
        notice_retry: [1, 30].map(Duration::from_secs),
        endpoint_backoff: [1, 2, 4].map(Duration::from_secs),
        ..Timings::default()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(super) const GOOD: &str =
        "[storage]\nsqlite_dir = \"/var/lib/atrest\"\n[root_key]\nfile = \"/etc/atrest/root.key\"\n";

    fn faults(text: &str) -> Vec<String> {
        parse(text).err().map(|faults| faults.list().lines().map(str::to_owned).collect()).unwrap_or_default()
    }

    #[test]
    fn a_small_file_is_enough() {
        let config = parse(GOOD).unwrap();
        assert_eq!(config.api.listen.to_string(), "127.0.0.1:8080");
        assert_eq!(config.operations_listen.to_string(), "127.0.0.1:9090");
        assert!(config.digest && config.rate_limits && !config.api.strict_versions);
        assert_eq!(config.policy.static_credentials, StaticCredentials::Allow);
    }

    #[test]
    fn names_every_fault_at_once() {
        let found = faults(
            "[api]\nlisten = \"0.0.0.0:80\"\nlissten = 1\n[checks]\nevery_seconds = 1\n[policy]\nstatic_credentials = \"never\"\n[auth]\ndigest = \"yes\"\n[nonsense]\n",
        );
        let text = found.join("\n");
        for part in [
            "api.listen",
            "api.lissten",
            "checks.every_seconds",
            "policy.static_credentials",
            "auth.digest",
            "nonsense",
            "storage",
            "root_key",
        ] {
            assert!(text.contains(part), "{part} is missing in\n{text}");
        }
        assert_eq!(found.len(), 8, "{text}");
    }

    #[test]
    fn off_loopback_needs_tls_or_a_trusted_proxy() {
        let with = |api: &str| faults(&format!("{GOOD}[api]\nlisten = \"192.0.2.1:443\"\n{api}"));
        assert_eq!(with("").len(), 1);
        assert!(with("trusted_proxies = [\"192.0.2.0/24\"]").is_empty());
        assert!(with("tls_certificate = \"a\"\ntls_private_key = \"b\"").is_empty());
        assert_eq!(with("tls_certificate = \"a\"").len(), 2);
    }

    #[test]
    fn a_password_is_never_quoted_back() {
        let found = faults("[storage]\npostgres_url = \"postgres://u:swordfish@h/d\"\nsqlite_dir = \"/x\"\n");
        assert!(!found.join("\n").contains("swordfish"));
        let config =
            parse("[storage]\npostgres_url = \"postgres://u:swordfish@h/d\"\n[root_key]\nfile = \"/k\"\n").unwrap();
        assert!(!format!("{config:?}").contains("swordfish"));
    }

    #[test]
    fn not_toml_is_one_fault_among_the_others() {
        assert!(faults("[api\n").join("\n").contains("not TOML"));
    }
}
