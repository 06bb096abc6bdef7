//! The simulated Azure behind one TLS door: which service and operation a request is for, what faults do to it, and
//! that a change is saved before its answer goes out. The paths of Entra, Key Vault and Resource Manager are
//! distinct, so one address serves all three; the host tells the vault: `localhost` is the vault of that name, any
//! other answers at `NAME.localhost`.
//! It must not know what an operation does.
//!
//! Operations that faults and counters know, beside `unknown`:
//! Entra `GetInstanceDiscovery`, `GetOpenIdConfiguration`, `GetToken`; Key Vault `CreateKey`, `Decrypt`,
//! `DeleteKey`, `Encrypt`, `GetDeletedKey`, `GetDeletedKeys`, `GetKey`, `GetKeyVersions`, `GetKeys`,
//! `PurgeDeletedKey`, `RecoverDeletedKey`, `RotateKey`, `UnwrapKey`, `UpdateKey`, `WrapKey`; Resource Manager
//! `CreatePrivateEndpoint`, `CreateVault`, `DeleteConnection`, `DeletePrivateEndpoint`, `DeleteVault`, `GetConnection`,
//! `GetOperation`, `GetPermissions`, `GetPrivateEndpoint`, `GetProvider`, `GetResourceGroup`, `GetSubnet`,
//! `GetSubscription`, `GetVault`, `GetVaults`, `ListConnections`, `ListPrivateEndpoints`, `RegisterProvider`,
//! `UpdateAccessPolicies`, `UpdateConnection`, `UpdateVault`. A request to a vault that shows no token is a
//! `Challenge`: counted, and struck by no fault. By a private address only Key Vault answers.

mod arm;
mod async_operation;
mod caller;
mod entra;
mod error;
mod key_vault;
mod networking;
mod overview;
mod private_endpoint;
mod request;
mod role;
mod seed;
mod state;
mod token;
mod vault;

use std::sync::{Arc, MutexGuard};

use http::header;
use time::OffsetDateTime;

use crate::Error;
use crate::answer::{Chain, dated, millis, proxy_page};
use crate::door::{Answer, Incoming, Outcome};
use crate::fault::{Decision, FaultKind, Faults, Provider};
use crate::folder::Folder;
use crate::kept::Kept;
use crate::subnet::{Subnets, Via};
use crate::tally::Tally;

use arm::Moment;
use error::ApiError;
pub use key_vault::key::KeyOp;
pub use key_vault::material::{Curve, KeyKind, RsaBits};
use key_vault::{From, Material};
pub use networking::{ConnectionView, EndpointView};
pub use overview::{Change, KeyRef};
pub use private_endpoint::LinkStatus;
pub use role::Role;
pub use seed::{AppRegistration, ClientSecret, CreatedKey, NewKey};
use state::State;
pub use vault::VaultAccess;

const FILE: &str = "azure.json";

/// The simulated Azure. Clones are one and the same.
#[derive(Clone)]
pub struct Azure {
    inner: Arc<Inner>,
}

struct Inner {
    kept: Kept<State>,
    faults: Faults,
    requests: Tally,
    subnets: Subnets,
    port: u16,
}

/// Where a request goes.
enum Target {
    Entra(entra::Route),
    /// With the vault's name.
    KeyVault(String, key_vault::Route),
    /// As Entra, but for a client without a token. With the vault's name.
    Challenge(String),
    ResourceManager(arm::Route),
    /// A vault that does not exist has no name in the DNS.
    NoVault,
    Unknown,
}

/// Tells whether a fault can be aimed at such an operation.
pub(crate) fn is_operation(name: &str) -> bool {
    entra::OPERATIONS.contains(&name) || key_vault::is_operation(name) || arm::is_operation(name)
}

impl Target {
    fn of(state: &State, request: &Incoming) -> Self {
        let segments = request::segments(request);
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        if let Some(route) = key_vault::Route::of(&request.method, &segments) {
            return match key_vault::vault_of(state, request) {
                None => Self::NoVault,
                Some(vault) if !request.headers.contains_key(header::AUTHORIZATION) => Self::Challenge(vault),
                Some(vault) => Self::KeyVault(vault, route),
            };
        }
        if request::host(request) != "localhost" || request.via != Via::Public {
            return Self::Unknown;
        }
        if let Some(route) = arm::Route::of(&request.method, &segments) {
            return Self::ResourceManager(route);
        }
        entra::Route::of(&request.method, &segments).map_or(Self::Unknown, Self::Entra)
    }

    /// The name that faults and counters know it by.
    fn name(&self) -> &'static str {
        match self {
            Self::Entra(route) => route.name(),
            Self::KeyVault(_, route) => route.name(),
            Self::ResourceManager(route) => route.name(),
            Self::Challenge(_) => "Challenge",
            Self::NoVault | Self::Unknown => "unknown",
        }
    }
}

impl Azure {
    pub(crate) fn load(
        folder: Option<Arc<Folder>>,
        faults: Faults,
        port: u16,
        subnets: Subnets,
    ) -> Result<Self, Error> {
        let kept = Kept::load(folder, FILE)?;
        Ok(Self { inner: Arc::new(Inner { kept, faults, requests: Tally::default(), subnets, port }) })
    }

    /// How many requests for an operation have come, answered or not; `Challenge` counts those that showed a vault
    /// no token, `unknown` those for no operation.
    pub fn requests(&self, operation: &str) -> u64 {
        self.inner.requests.of(operation)
    }

    /// The same for one way that they came; `*` is every operation.
    pub fn requests_via(&self, via: &Via, operation: &str) -> u64 {
        self.inner.requests.of_via(via, operation)
    }

    /// How many requests have come in all.
    pub fn all_requests(&self) -> u64 {
        self.inner.requests.all()
    }

    /// Answers a request of the Azure door.
    pub(crate) async fn answer(&self, request: Incoming) -> Outcome {
        let target = Target::of(&self.state(), &request);
        self.inner.requests.count(&request.via, target.name());
        let decision = if matches!(target, Target::Challenge(_)) {
            Decision::default()
        } else {
            self.inner.faults.decide(Provider::Azure, target.name())
        };
        if !decision.delay.is_zero() {
            tokio::time::sleep(decision.delay).await;
        }
        let now = OffsetDateTime::now_utc() + time::Duration::milliseconds(decision.skew_ms);
        let answer = match decision.strike {
            // Of a timeout the client sees the connection end: a proxy gave up waiting for us.
            Some(FaultKind::Reset | FaultKind::Timeout) => return Outcome::Reset,
            // A proxy between us and the client knows nothing of our headers.
            Some(FaultKind::Html) => return Outcome::Answer(dated(proxy_page(), now)),
            Some(FaultKind::Deny) => self.denied(&target, now),
            Some(FaultKind::Throttle) => throttled(&target, now),
            Some(FaultKind::Http500) => internal(&target, now),
            Some(FaultKind::Conflict) => arm::conflict().answer(),
            Some(FaultKind::Latency | FaultKind::Skew | FaultKind::Lost | FaultKind::Endless) | None => {
                if matches!(target, Target::NoVault) {
                    return Outcome::Reset;
                }
                let material = self.material(&target, &request).await;
                let (answer, revision) = self.run(&target, &request, (now, decision.endless), material);
                match self.inner.kept.save(revision).await {
                    Ok(()) => answer,
                    Err(error) => {
                        tracing::error!(error = %Chain(&error), "the simulated Azure could not save its state");
                        internal(&target, now)
                    }
                }
            }
        };
        let answer = match target {
            Target::KeyVault(..) | Target::Challenge(_) => key_vault::headed(answer, &request),
            Target::ResourceManager(_) => arm::headed(answer),
            Target::Entra(_) | Target::NoVault | Target::Unknown => answer,
        };
        if decision.lost { Outcome::Reset } else { Outcome::Answer(dated(answer, now)) }
    }

    /// Runs, and tells the revision that must be saved before the answer goes out.
    fn run(
        &self,
        target: &Target,
        request: &Incoming,
        (now, endless): (OffsetDateTime, bool),
        material: Option<Material>,
    ) -> (Answer, u64) {
        let (mut state, port, seconds) = (self.state(), self.inner.port, now.unix_timestamp());
        // What goes on does so by our own clock, whatever the caller is shown.
        let millis = millis(OffsetDateTime::now_utc());
        state.settle_operations(millis);
        let answer = match target {
            Target::Entra(route) => {
                let endpoint = format!("https://localhost:{port}");
                entra::run(&state, route, request, &endpoint, now).unwrap_or_else(|refusal| refusal.answer(now))
            }
            Target::KeyVault(vault, route) => {
                let came = self.came(&request.via);
                let ran = key_vault::run(&mut state, vault, route, request, came, (port, seconds, material));
                ran.unwrap_or_else(|error| error.answer())
            }
            Target::ResourceManager(route) => {
                let ran = arm::run(&mut state, route, request, port, Moment { seconds, millis, endless });
                ran.unwrap_or_else(|error| error.answer())
            }
            Target::Challenge(vault) => match state.vaults.get(vault) {
                Some(vault) => key_vault::challenge(vault, port),
                None => nowhere(),
            },
            Target::NoVault | Target::Unknown => nowhere(),
        };
        (answer, state.revision)
    }

    fn came(&self, via: &Via) -> From {
        match via {
            Via::Private(name) => match self.inner.subnets.find(name) {
                Some(lane) => From::Private(lane.subnet.address),
                None => From::Public,
            },
            Via::Public => From::Public,
        }
    }

    /// Makes the key pair that a call will need, while nothing waits for the state.
    async fn material(&self, target: &Target, request: &Incoming) -> Option<Material> {
        let Target::KeyVault(vault, route) = target else { return None };
        let kind = key_vault::kind_to_make(self.state().vaults.get(vault)?, route, request)?;
        make(kind).await
    }

    fn denied(&self, target: &Target, now: OffsetDateTime) -> Answer {
        match target {
            Target::Entra(_) => entra::Refusal::denied().answer(now),
            Target::KeyVault(vault, route) => match self.state().vaults.get(vault) {
                Some(vault) => key_vault::denied(vault, route).answer(),
                None => nowhere(),
            },
            Target::ResourceManager(route) => arm::denied_by_fault(route).answer(),
            Target::Challenge(_) | Target::NoVault | Target::Unknown => nowhere(),
        }
    }

    pub(crate) fn subnets(&self) -> &Subnets {
        &self.inner.subnets
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.inner.kept.state()
    }
}

/// Makes a key pair where blocking is allowed; `None` only if that fails.
async fn make(kind: KeyKind) -> Option<Material> {
    tokio::task::spawn_blocking(move || Material::generate(kind)).await.ok().flatten()
}

fn throttled(target: &Target, now: OffsetDateTime) -> Answer {
    match target {
        Target::Entra(_) => entra::Refusal::throttled().answer(now),
        Target::ResourceManager(_) => arm::throttled().answer(),
        Target::KeyVault(..) | Target::Challenge(_) | Target::NoVault | Target::Unknown => {
            key_vault::throttled().answer()
        }
    }
}

fn internal(target: &Target, now: OffsetDateTime) -> Answer {
    match target {
        Target::Entra(_) => entra::Refusal::internal().answer(now),
        Target::KeyVault(..)
        | Target::Challenge(_)
        | Target::ResourceManager(_)
        | Target::NoVault
        | Target::Unknown => {
            let words = "An internal server error happened, as an armed fault or a full disk wants it.";
            ApiError::new(500, "InternalServerError", words).answer()
        }
    }
}

fn nowhere() -> Answer {
    ApiError::new(404, "NotFound", "There is nothing here, or it is not modelled by this simulator.").answer()
}
