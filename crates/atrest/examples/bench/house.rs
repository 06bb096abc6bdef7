//! The house as `serve` wires it, on a free port, with the simulated AWS in echo mode.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use control::boot_clock::BootClock;
use control::bootstrap::NewApiKey;
use control::notice::Notifiers;
use control::task::Tasks;
use control::{Control, Parts, Timings};
use domain::access::{Grants, OrgRole};
use domain::customer_key::Policy;
use domain::id::ProjectId;
use domain::secret::{SecretBytes, SecretText};
use providers::aws_kms::{self, OperatorIdentity};
use providers::{Clock, Providers, ProvidersConfig};
use server::api::address::TrustedProxies;
use server::api::auth::{AuthSettings, ha1};
use server::api::listener::{self, ConnectionLimits, Door};
use server::api::{Api, ApiSettings, router};
use server::probes::Metrics;
use storage::{Engine, RootKey, Store, StoreOptions};
use tokio::net::TcpListener;

pub(crate) struct House {
    pub(crate) control: Control,
    pub(crate) store: Store,
    pub(crate) tasks: Tasks,
}

impl House {
    /// Builds one that knows the simulated AWS.
    pub(crate) async fn build(engine: Engine, endpoint: &str, timings: Timings) -> anyhow::Result<Self> {
        let operator = OperatorIdentity::Static {
            access_key_id: "AKIAOPERATOR00000000".to_owned(),
            secret_access_key: Arc::new(SecretText::new("secret".to_owned())),
            session_token: None,
        };
        let aws = aws_kms::Config {
            operator,
            kms_endpoint: Some(endpoint.to_owned()),
            sts_endpoint: Some(endpoint.to_owned()),
            ..aws_kms::Config::default()
        };
        let config = ProvidersConfig {
            clock: Clock::system(),
            allow_networks: vec!["127.0.0.0/8".parse()?],
            aws,
            ..ProvidersConfig::default()
        };
        Self::with(engine, config, timings).await
    }

    /// Builds one that knows these clouds.
    pub(crate) async fn with(engine: Engine, config: ProvidersConfig, timings: Timings) -> anyhow::Result<Self> {
        Self::whole(engine, config, Notifiers::default(), timings).await
    }

    /// Builds one that knows no cloud and tells by these.
    pub(crate) async fn telling(engine: Engine, notifiers: Notifiers, timings: Timings) -> anyhow::Result<Self> {
        let config = ProvidersConfig { clock: Clock::system(), ..ProvidersConfig::default() };
        Self::whole(engine, config, notifiers, timings).await
    }

    async fn whole(
        engine: Engine,
        config: ProvidersConfig,
        notifiers: Notifiers,
        timings: Timings,
    ) -> anyhow::Result<Self> {
        let root_key = RootKey::from_bytes(SecretBytes::fill(|place| {
            *place = [7; 32];
            anyhow::Ok(())
        })?)?;
        let store = Store::open(StoreOptions::new(engine), root_key).await?;
        let providers = Providers::new(config).map_err(|faults| anyhow::anyhow!("{faults:?}"))?;
        let tasks = Tasks::default();
        let control = Control::new(Parts {
            store: store.clone(),
            providers,
            notifiers,
            policy: Policy::default(),
            timings,
            clock: Clock::system(),
            boot_clock: BootClock::system(),
            tasks: tasks.clone(),
        });
        Ok(Self { control, store, tasks })
    }

    /// Makes an organization with one project and its owner's key.
    pub(crate) async fn furnish(&self) -> anyhow::Result<(ProjectId, NewApiKey)> {
        let org = self.control.create_organization("bench").await?;
        let project = self.control.create_project(org.id, "bench").await?;
        let grants = Grants { org: org.id, org_roles: [OrgRole::Owner].into(), project_roles: [].into() };
        let key = self.control.create_api_key("bench", grants, ha1).await?;
        Ok((project.id, key))
    }

    /// Opens the API's door.
    pub(crate) async fn open(&self) -> anyhow::Result<SocketAddr> {
        let settings = ApiSettings {
            strict_versions: false,
            rate_limits: false,
            auth: AuthSettings { throttle: false, ..AuthSettings::default() },
            trusted_proxies: TrustedProxies::default(),
            base_url: None,
            speaks_tls: false,
            loopback_only: false,
            outbound_addresses: Vec::new(),
            body_cap: ApiSettings::BODY_CAP,
        };
        let api = Api::new(self.control.clone(), settings, Metrics::default())?;
        open(&self.tasks, router::router(api)).await
    }
}

/// Opens a door for any router, with the limits every door has.
pub(crate) async fn open(tasks: &Tasks, app: axum::Router) -> anyhow::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let limits = ConnectionLimits::default();
    let door = Door { listener, tls: None, limits, app, open: Metrics::default().open_connections() };
    tasks.spawn(listener::serve(door, tasks.tracker().clone(), tasks.stop_signal().clone()));
    Ok(address)
}

pub(crate) fn sqlite(dir: &Path) -> Engine {
    Engine::Sqlite { dir: dir.join("data") }
}

/// Makes an empty database on the PostgreSQL that `cargo xtask bench` started.
pub(crate) async fn postgres() -> anyhow::Result<Option<Engine>> {
    #[expect(clippy::disallowed_methods, reason = "cargo xtask bench says here where its PostgreSQL is")]
    let Ok(url) = std::env::var("ATREST_TEST_POSTGRES") else { return Ok(None) };
    let name = format!("bench_{}", std::process::id());
    let made = std::process::Command::new("psql").args([&url, "-qc", &format!("CREATE DATABASE {name}")]).status()?;
    anyhow::ensure!(made.success(), "psql could not create a database");
    let base = url.rsplit_once('/').map_or(url.as_str(), |(base, _)| base);
    Ok(Some(Engine::Postgres { url: SecretText::new(format!("{base}/{name}")) }))
}
