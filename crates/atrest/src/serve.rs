//! `atrest serve`: the server, from a configuration file. Must not know the simulators.

use anyhow::Context as _;
use domain::time::Timestamp;
use server::api::ApiSettings;
use server::api::address::TrustedProxies;
use server::api::auth::AuthSettings;
use tokio::net::TcpListener;

use crate::config::{self, ConfigFile};
use crate::house::{self, Doors, House, KmipDoor, Plan, Stamp};
use crate::{log, root_key, shutdown};

/// Runs the server until it is asked to end.
/// Errors: all faults of the configuration; the store does not open; an address is taken.
pub(crate) async fn run(file: &ConfigFile) -> anyhow::Result<()> {
    let config = config::read(file)?;
    let end = shutdown::listen_for_the_end()?;
    log::start(&config.log)?;
    let tls = house::tls(&config.api)?;
    let kmip_settings = config.kmip.as_ref().map(house::kmip_settings).transpose()?;
    let notifiers = config.notices.notifiers(config.api.base_url.as_deref())?;
    let root_key = root_key::open(&config).await?;
    let api = TcpListener::bind(config.api.listen).await.with_context(|| format!("listen on {}", config.api.listen))?;
    let operations = TcpListener::bind(config.operations_listen)
        .await
        .with_context(|| format!("listen on {}", config.operations_listen))?;
    let kmip = match (&config.kmip, kmip_settings) {
        (Some(kmip), Some(settings)) => {
            let listener =
                TcpListener::bind(kmip.listen).await.with_context(|| format!("listen on {}", kmip.listen))?;
            Some(KmipDoor { listener, settings })
        }
        _ => None,
    };
    let settings = ApiSettings {
        strict_versions: config.api.strict_versions,
        rate_limits: config.rate_limits,
        auth: AuthSettings { digest: config.digest, ..AuthSettings::default() },
        trusted_proxies: TrustedProxies(config.api.trusted_proxies),
        base_url: config.api.base_url,
        speaks_tls: tls.is_some(),
        loopback_only: false,
        outbound_addresses: config.api.outbound_addresses,
        body_cap: ApiSettings::BODY_CAP,
    };
    let house = House::build(Plan {
        engine: config.storage.into_engine(),
        root_key,
        stamp: Stamp::Serve,
        providers: config.clouds.providers(),
        notifiers,
        policy: config.policy,
        timings: config.timings,
    })
    .await?;
    if house.control.is_empty().await? {
        tracing::warn!("the database holds no organization: run `atrest init` to make one and its owner's API key");
    }
    let (api_address, operations_address) = (api.local_addr()?, operations.local_addr()?);
    if let Some(door) = &kmip {
        tracing::info!(kmip = %door.listener.local_addr()?, "serving keys to nodes");
    }
    tracing::info!(api = %api_address, operations = %operations_address, started_at = started_at(), "serving");
    house.run(Doors { api, tls, also: None, settings, operations, kmip }, end).await
}

fn started_at() -> i64 {
    let now: Timestamp = providers::Clock::system().now();
    now.as_secs()
}
