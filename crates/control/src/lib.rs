//! The use cases: everything Atrest decides, by noun. Doors call these and nothing else.
//!
//! This room knows no HTTP, no KMIP and no SQL. It reads the rules in `domain` straight down:
//! authorize, load, let the domain decide, ask the provider, save, tell.

pub mod access;
pub mod alert;
pub mod alert_config;
pub mod authorize;
pub mod backup_compliance;
pub mod backup_schedule;
pub mod boot_clock;
pub mod bootstrap;
pub mod caller;
pub mod certificate_authority;
mod check;
pub mod cluster;
pub mod container;
pub mod encryption_at_rest;
pub mod error;
pub mod event;
pub mod external_authority;
mod key_path;
pub mod master_key;
pub mod master_key_grant;
pub mod networking;
pub mod node;
pub mod notice;
pub mod observed;
pub mod organization;
pub mod private_endpoint;
pub mod project;
pub mod provider_role;
pub mod reconcile;
mod release_record;
pub mod rotation;
pub mod search_deployment;
pub mod sign_in;
pub mod snapshot;
pub mod task;

use std::sync::Arc;
use std::time::Duration;

use domain::Bug;
use domain::customer_key::{Policy, ProviderKind};
use domain::master_key::lease::{BootTime, LEASE_MAX, OUTAGE_GRACE};
use domain::master_key::state::PURGE_AFTER;
use domain::secret::SecretBytes;
use domain::time::Timestamp;
use providers::{Clock, Providers};
use storage::Store;

use boot_clock::BootClock;
pub use caller::{Caller, Identity};
pub use error::Error;
use observed::Observed;
use release_record::Recorder;
use task::Tasks;

/// How often and how long. All are operator settings with safe defaults.
#[derive(Debug, Clone, Copy)]
pub struct Timings {
    /// Between two regular checks of a customer key; spread by a tenth either way.
    pub check_every: Duration,
    /// How old a check may be before a reader causes a new one.
    pub check_freshness: Duration,
    /// How long a reader waits for that new check.
    pub read_deadline: Duration,
    /// How long one check by itself may take.
    pub check_deadline: Duration,
    /// How long a change may take, proofs included.
    pub update_deadline: Duration,
    /// How long a refusal that a fresh grant explains is tried again before it is answered.
    pub grant_patience: Duration,
    /// How long an unwrapped master key is served from memory; five minutes at most.
    pub lease_max: Duration,
    /// How long it is served while its provider is away.
    pub outage_grace: Duration,
    /// How many master keys are wrapped or unwrapped at once.
    pub unwraps_at_once: usize,
    /// How long sealed bytes outlive the destruction of their master key.
    pub purge_after: Duration,
    /// Between two looks at a private endpoint that is being made or taken away.
    pub endpoint_poll_fast: Duration,
    /// Between two looks at one that waits for its approval or is in use.
    pub endpoint_poll_slow: Duration,
    /// How long one question to the cloud about it may take. A creation that was never answered is believed to have
    /// come to nothing half as long again after that.
    pub endpoint_call: Duration,
    /// How long the cloud may take to make one.
    pub endpoint_timeout: Duration,
    /// How long a notice that was not taken waits before it is tried again: at first, and at most.
    pub notice_retry: [Duration; 2],
    /// How long a notice is tried at all.
    pub notice_give_up: Duration,
    /// How long the successor waits after the second, the third and the fourth rejection.
    pub endpoint_backoff: [Duration; 3],
    /// How old what a provider said of the end of a key may be.
    pub outlook_freshness: Duration,
    /// How long the re-wrapping of master keys may take before somebody is told.
    pub stalled_after: Duration,
}

impl Default for Timings {
    /// Source: product.md 1.4, 1.5, 2.3, 3.4, 3.7, 5.1.
    fn default() -> Self {
        Self {
            check_every: Duration::from_secs(60),
            check_freshness: Duration::from_secs(10),
            read_deadline: Duration::from_secs(3),
            check_deadline: Duration::from_secs(10),
            update_deadline: Duration::from_secs(25),
            grant_patience: Duration::from_secs(10),
            lease_max: LEASE_MAX,
            outage_grace: OUTAGE_GRACE,
            unwraps_at_once: 32,
            purge_after: PURGE_AFTER,
            endpoint_poll_fast: Duration::from_secs(2),
            endpoint_poll_slow: Duration::from_secs(10),
            endpoint_call: Duration::from_secs(10),
            endpoint_timeout: Duration::from_secs(20 * 60),
            notice_retry: [5, 3600].map(Duration::from_secs),
            notice_give_up: Duration::from_secs(24 * 3600),
            endpoint_backoff: [60, 5 * 60, 30 * 60].map(Duration::from_secs),
            outlook_freshness: Duration::from_secs(3600),
            stalled_after: Duration::from_secs(3600),
        }
    }
}

/// What the house is wired up with.
pub struct Parts {
    /// The store.
    pub store: Store,
    /// The providers.
    pub providers: Providers,
    /// Who sends mails and webhooks.
    pub notifiers: notice::Notifiers,
    /// The operator's policy.
    pub policy: Policy,
    /// The operator's timings.
    pub timings: Timings,
    /// The clock.
    pub clock: Clock,
    /// The clock that leases run on.
    pub boot_clock: BootClock,
    /// Where background work starts and is joined.
    pub tasks: Tasks,
}

/// The one way into the use cases. Clones share everything.
#[derive(Clone)]
pub struct Control(Arc<Inner>);

struct Inner {
    parts: Parts,
    updates: encryption_at_rest::UpdatesInFlight,
    checks: check::ChecksInFlight,
    keys: master_key::Keys,
    retired_checks: check::RetiredChecksInFlight,
    observed: Observed,
    trust: certificate_authority::Trust,
    nodes_seen: node::NodesSeen,
    recorder: Recorder,
}

impl Control {
    /// Wires the use cases up. Background work starts with [`Control::start`].
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        let recorder = Recorder::new(parts.store.clone(), parts.clock.clone(), parts.tasks.clone());
        let keys = master_key::Keys::new(parts.timings.unwraps_at_once);
        Self(Arc::new(Inner {
            parts,
            updates: encryption_at_rest::UpdatesInFlight::default(),
            checks: check::ChecksInFlight::default(),
            keys,
            retired_checks: check::RetiredChecksInFlight::default(),
            observed: Observed::default(),
            trust: certificate_authority::Trust::default(),
            nodes_seen: node::NodesSeen::default(),
            recorder,
        }))
    }

    /// Starts the record of releases and every reconciler. They end when the tasks are told to stop.
    pub fn start(&self) {
        self.tasks().spawn(self.recorder().clone().run());
        reconcile::start(self);
    }

    /// Tells the time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.0.parts.clock.now()
    }

    /// Fills a place with bytes from the system's random generator.
    /// Errors: `Bug` if the system has none to give.
    pub fn random(&self, place: &mut [u8]) -> Result<(), Error> {
        random(place)
    }

    /// Derives a key for one purpose from the root key. It is the same on every replica.
    /// Errors: `Bug` if derivation fails.
    pub fn derive_key(&self, label: &str) -> Result<SecretBytes<32>, Error> {
        Ok(self.0.parts.store.derive_key(label)?)
    }

    /// Tells whether this process alone works on the database.
    #[must_use]
    pub fn owns_database(&self) -> bool {
        self.0.parts.store.owns_database()
    }

    /// Asks the store for a sign of life.
    /// Errors: whatever keeps the store from answering.
    pub async fn ping(&self) -> Result<(), Error> {
        Ok(self.0.parts.store.ping().await?)
    }

    /// Gives what was observed, for metrics.
    #[must_use]
    pub fn observed(&self) -> &Observed {
        &self.0.observed
    }

    /// Counts the customer keys in each state, for metrics.
    /// Errors: those of the store.
    pub async fn customer_key_counts(&self) -> Result<Vec<(ProviderKind, &'static str, u64)>, Error> {
        let counts = self.store().count_validities().await?;
        let count = |(provider, state, count)| (provider, state, u64::try_from(count).unwrap_or(0));
        Ok(counts.into_iter().map(count).collect())
    }

    /// Gives the health of the operator's own identities, for metrics.
    #[must_use]
    pub fn providers(&self) -> &Providers {
        &self.0.parts.providers
    }

    /// Gives the timings in force.
    #[must_use]
    pub fn timings(&self) -> &Timings {
        &self.0.parts.timings
    }

    /// Gives the place where background work starts.
    #[must_use]
    pub fn tasks(&self) -> &Tasks {
        &self.0.parts.tasks
    }

    pub(crate) fn recorder(&self) -> &Recorder {
        &self.0.recorder
    }

    pub(crate) fn keys(&self) -> &master_key::Keys {
        &self.0.keys
    }

    /// Tells the time since boot.
    pub(crate) fn boot_now(&self) -> BootTime {
        self.0.parts.boot_clock.now()
    }

    pub(crate) fn store(&self) -> &Store {
        &self.0.parts.store
    }

    pub(crate) fn nodes_seen(&self) -> &node::NodesSeen {
        &self.0.nodes_seen
    }

    pub(crate) fn trust(&self) -> &certificate_authority::Trust {
        &self.0.trust
    }

    pub(crate) fn policy(&self) -> &Policy {
        &self.0.parts.policy
    }
}

/// Fills a place with bytes from the system's random generator.
pub(crate) fn random(place: &mut [u8]) -> Result<(), Error> {
    aws_lc_rs::rand::fill(place).map_err(|_| Error::Bug(Bug("the system has random bytes")))
}

/// Makes twelve random bytes, enough for an id.
pub(crate) fn random_id() -> Result<[u8; 12], Error> {
    let mut bytes = [0; 12];
    random(&mut bytes)?;
    Ok(bytes)
}
