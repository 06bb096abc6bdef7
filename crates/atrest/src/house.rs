//! Wires the rooms together for a server: store, providers, use cases, doors. Used by `serve` and by
//! dev mode alike; must not know which of them asks.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use control::boot_clock::BootClock;
use control::notice::Notifiers;
use control::task::Tasks;
use control::{Control, Parts, Timings};
use domain::customer_key::Policy;
use providers::{Deadline, Providers, ProvidersConfig};
use server::api::listener::{self, ConnectionLimits, Door};
use server::api::{Api, ApiSettings, router};
use server::kmip::{self, DoorCertificate, Kmip, KmipLimits, KmipSettings};
use server::probes::{self, Metrics};
use storage::{Engine, RootKey, Store, StoreOptions};
use tokio::net::TcpListener;

use crate::config::{ApiConfig, Config, KmipCertificate, KmipConfig, TlsFiles};
use crate::root_key;

/// The instance setting that says whose a database is.
const STAMP: &str = "stamp";
/// How long requests in flight may take to end once the end was asked for.
const DRAIN: Duration = Duration::from_secs(10);
/// How long the clouds may take to tell about all places for private endpoints.
const PLACES_DEADLINE: Duration = Duration::from_secs(60);

/// The use cases with everything they stand on.
pub(crate) struct House {
    pub(crate) control: Control,
    pub(crate) store: Store,
    tasks: Tasks,
    metrics: Metrics,
}

/// What the house is built of.
pub(crate) struct Plan {
    pub(crate) engine: Engine,
    pub(crate) root_key: RootKey,
    pub(crate) stamp: Stamp,
    pub(crate) providers: ProvidersConfig,
    pub(crate) notifiers: Notifiers,
    pub(crate) policy: Policy,
    pub(crate) timings: Timings,
}

/// What kind of server a database belongs to. One never serves the other's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stamp {
    Dev,
    Serve,
}

impl Stamp {
    const fn name(self) -> &'static str {
        match self {
            Self::Dev => "dev",
            Self::Serve => "serve",
        }
    }
}

impl House {
    /// Opens everything; nothing runs yet.
    /// Errors: the store does not open or bears another stamp; faults of the providers' settings.
    pub(crate) async fn build(plan: Plan) -> anyhow::Result<Self> {
        let clock = plan.providers.clock.clone();
        let providers = Providers::new(plan.providers).map_err(|faults| config_faults(&faults))?;
        let store = Store::open(StoreOptions::new(plan.engine), plan.root_key).await.context("open the store")?;
        check_stamp(&store, plan.stamp).await?;
        let tasks = Tasks::default();
        let control = Control::new(Parts {
            store: store.clone(),
            providers,
            notifiers: plan.notifiers,
            policy: plan.policy,
            timings: plan.timings,
            clock,
            boot_clock: BootClock::system(),
            tasks: tasks.clone(),
        });
        Ok(Self { control, store, tasks, metrics: Metrics::default() })
    }

    /// Runs all doors and the background work until the end is asked for, then lets go in order.
    /// Errors: the doors cannot be set up.
    pub(crate) async fn run(self, doors: Doors, asked_to_end: impl Future<Output = ()>) -> anyhow::Result<()> {
        let api = Api::new(self.control.clone(), doors.settings, self.metrics.clone()).context("set up the API")?;
        let kmip = match doors.kmip {
            Some(KmipDoor { listener, settings }) => Some(kmip::Door {
                listener,
                kmip: Kmip::prepare(self.control.clone(), settings, self.metrics.clone())
                    .await
                    .context("set up the door for keys")?,
                open: self.metrics.open_kmip_connections(),
            }),
            None => None,
        };
        self.control.start();
        let limits = ConnectionLimits { drain: DRAIN, ..ConnectionLimits::default() };
        let door = |listener, tls, app| Door { listener, tls, limits, app, open: self.metrics.open_connections() };
        let stop = self.tasks.stop_signal();
        let app = router::router(api);
        if let Some((listener, tls)) = doors.also {
            let door = door(listener, Some(tls), app.clone());
            self.tasks.spawn(listener::serve(door, self.tasks.tracker().clone(), stop.clone()));
        }
        self.tasks.spawn(listener::serve(door(doors.api, doors.tls, app), self.tasks.tracker().clone(), stop.clone()));
        let probes = probes::router(self.control.clone(), self.metrics.clone());
        self.tasks.spawn(listener::serve(
            door(doors.operations, None, probes),
            self.tasks.tracker().clone(),
            stop.clone(),
        ));
        if let Some(door) = kmip {
            self.tasks.spawn(kmip::serve(door, self.tasks.tracker().clone(), stop.clone()));
        }
        asked_to_end.await;
        tracing::info!("ending: finishing what is in flight");
        self.tasks.shut_down().await;
        self.store.close().await;
        tracing::info!("ended");
        Ok(())
    }
}

/// The doors, bound but not open.
pub(crate) struct Doors {
    pub(crate) api: TcpListener,
    pub(crate) tls: Option<Arc<rustls::ServerConfig>>,
    /// Another door of the API, over TLS. Dev mode has one.
    pub(crate) also: Option<(TcpListener, Arc<rustls::ServerConfig>)>,
    pub(crate) settings: ApiSettings,
    pub(crate) operations: TcpListener,
    pub(crate) kmip: Option<KmipDoor>,
}

/// The door for keys, bound but not open.
pub(crate) struct KmipDoor {
    pub(crate) listener: TcpListener,
    pub(crate) settings: KmipSettings,
}

/// Gives what the door for keys is to be, if there is to be one. It is never without TLS.
/// Errors: all faults of the certificate's files.
pub(crate) fn kmip_settings(kmip: &KmipConfig) -> anyhow::Result<KmipSettings> {
    let certificate = match &kmip.certificate {
        KmipCertificate::Own { names } => DoorCertificate::Own { names: names.clone() },
        KmipCertificate::Files(TlsFiles { certificate, private_key }) => {
            let (chain, key) = server::tls::read_files(certificate, private_key)?;
            DoorCertificate::Given { chain, key }
        }
    };
    Ok(KmipSettings { certificate, limits: KmipLimits { drain: DRAIN, ..kmip.limits.clone() } })
}

/// Reads the API's certificate and key, if it has any.
/// Errors: all faults of both files.
pub(crate) fn tls(api: &ApiConfig) -> anyhow::Result<Option<Arc<rustls::ServerConfig>>> {
    let Some(files) = &api.tls else { return Ok(None) };
    Ok(Some(server::tls::server_config(&files.certificate, &files.private_key)?))
}

/// Looks for the faults of a configuration that reading it could not see. Where places for private endpoints are
/// configured, their clouds are asked about them.
/// Errors: all of them.
pub(crate) async fn check(config: &Config) -> anyhow::Result<()> {
    let mut faults = Vec::new();
    if let Err(error) = tls(&config.api) {
        faults.push(format!("  api: {error:#}"));
    }
    if let Some(KmipConfig { certificate: KmipCertificate::Files(files), .. }) = &config.kmip
        && let Err(error) = server::tls::server_config(&files.certificate, &files.private_key)
    {
        faults.push(format!("  kmip: {error:#}"));
    }
    if let Err(fault) = root_key::check(config) {
        faults.push(format!("  {fault:#}"));
    }
    match Providers::new(config.clouds.clone().providers()) {
        Err(found) => faults.extend(found.iter().map(|fault| format!("  {fault}"))),
        Ok(providers) if config.clouds.has_places() => {
            let found = providers.check_places(Deadline::after(PLACES_DEADLINE)).await;
            faults.extend(found.iter().map(|fault| format!("  {fault}")));
        }
        Ok(_) => {}
    }
    anyhow::ensure!(faults.is_empty(), "the configuration has faults:\n{}", faults.join("\n"));
    Ok(())
}

async fn check_stamp(store: &Store, stamp: Stamp) -> anyhow::Result<()> {
    let _made_before =
        store.insert_instance_setting(STAMP, stamp.name().as_bytes()).await.context("stamp the database")?;
    let found = store.instance_setting(STAMP).await.context("read the database's stamp")?.unwrap_or_default();
    let found = String::from_utf8_lossy(&found);
    anyhow::ensure!(
        found == stamp.name(),
        "this database belongs to `atrest {found}`; `atrest {}` never touches it: name another one",
        stamp.name()
    );
    Ok(())
}

pub(crate) fn config_faults(faults: &[providers::ConfigFault]) -> anyhow::Error {
    let lines: Vec<String> = faults.iter().map(|fault| format!("  {fault}")).collect();
    anyhow::anyhow!("the providers' settings have faults:\n{}", lines.join("\n"))
}
