//! The simulated Google Cloud behind one door: which method a request is for, what faults do to it, who sent
//! it, and that a change is saved before its answer goes out.
//! It must not know what a method does.

mod access_token;
mod body;
mod caller;
mod corruption;
mod enumeration;
mod error;
mod iam;
mod jwt;
mod kms;
mod name;
mod oauth;
mod operation;
mod overview;
mod page;
mod policy;
mod role;
mod rsa_key;
mod scope;
mod seed;
mod state;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use http::StatusCode;
use serde_json::Value;
use time::OffsetDateTime;

use crate::Error;
use crate::answer::{self, Chain, dated, millis, proxy_page};
use crate::door::{Answer, Incoming, Outcome};
use crate::fault::{FaultKind, Faults, Provider};
use crate::folder::Folder;
use crate::kept::{Kept, lock};

use body::{Fields, Query};
use caller::Caller;
pub use corruption::Corruption;
use enumeration::View;
use error::{Code, Status};
pub use kms::purpose::{Protection, Purpose};
pub use kms::version::VersionState;
use name::{Kind, Name};
use operation::Route;
pub use overview::{Change, Grant};
use rsa_key::RsaKey;
pub use seed::{NewKey, ServiceAccountKey};
use state::{ServiceAccount, State};

const FILE: &str = "gcp.json";
/// The token endpoint, as faults and counters know it.
const GET_TOKEN: &str = "GetToken";

/// The simulated Google Cloud. Clones are one and the same.
#[derive(Clone)]
pub struct Gcp {
    inner: Arc<Inner>,
}

struct Inner {
    kept: Kept<State>,
    faults: Faults,
    requests: Mutex<BTreeMap<&'static str, u64>>,
    /// Those that were let in and done.
    done: Mutex<BTreeMap<&'static str, u64>>,
    /// What the next answers are bent by. It does not outlive a restart, as armed faults do not.
    corruptions: Mutex<Vec<Corruption>>,
    /// What our own URLs begin with.
    endpoint: String,
}

/// What a request is for. Names are ours, so that counters never grow with what clients send.
enum Target {
    Token,
    Method(Route),
    /// Nothing of ours, and why.
    Unknown(Status),
}

impl Target {
    fn of(request: &Incoming) -> Self {
        match (request.method.as_str(), request.path.as_str()) {
            ("POST", oauth::PATH) => Self::Token,
            (method, path) => match Route::find(method, path) {
                Ok(route) => Self::Method(route),
                Err(status) => Self::Unknown(status),
            },
        }
    }

    /// The name that faults and counters know it by.
    fn name(&self) -> &'static str {
        match self {
            Self::Token => GET_TOKEN,
            Self::Method(route) => route.operation.name,
            Self::Unknown(_) => "unknown",
        }
    }

    fn denied(&self) -> Answer {
        match self {
            Self::Token => oauth::Refusal::denied().to_answer(),
            Self::Method(route) => route.operation.denied(&route.name).to_answer(),
            Self::Unknown(_) => Status::new(Code::PermissionDenied, "The caller does not have permission").to_answer(),
        }
    }

    fn throttled(&self) -> Answer {
        match self {
            Self::Token => oauth::Refusal::throttled().to_answer(),
            Self::Method(_) | Self::Unknown(_) => Status::new(
                Code::ResourceExhausted,
                "Quota exceeded for quota metric 'Cryptographic requests' and limit 'Cryptographic requests per minute'.",
            )
            .with_info("RATE_LIMIT_EXCEEDED", "googleapis.com", &[("service", "cloudkms.googleapis.com")])
            .to_answer(),
        }
    }

    fn internal(&self) -> Answer {
        match self {
            Self::Token => oauth::Refusal::internal().to_answer(),
            Self::Method(_) | Self::Unknown(_) => {
                Status::new(Code::Internal, "Internal error encountered, as an armed fault or a full disk wants it.")
                    .to_answer()
            }
        }
    }
}

/// Tells whether a fault can be aimed at such an operation.
pub(crate) fn is_operation(name: &str) -> bool {
    name == GET_TOKEN || operation::is_known(name)
}

/// One authenticated call, which is allowed.
pub(crate) struct Call<'a> {
    pub(crate) state: &'a mut State,
    pub(crate) caller: &'a Caller,
    /// The resource, or the parent of those that are listed or made.
    pub(crate) name: Name,
    pub(crate) query: Query,
    pub(crate) fields: Fields,
    /// Unit: ms since 1970.
    pub(crate) now: i64,
    /// What our own URLs begin with.
    pub(crate) endpoint: &'a str,
    /// For the method that makes one.
    pub(crate) fresh_key: Option<RsaKey>,
    pub(crate) corruptions: &'a mut Vec<Corruption>,
}

impl Call<'_> {
    /// Errors: INVALID_ARGUMENT for a field or parameter that no handler took.
    pub(crate) fn nothing_left(&self) -> Result<(), Status> {
        self.query.nothing_left()?;
        self.fields.nothing_left()
    }

    pub(crate) fn view(&self) -> View {
        View { numeric: self.query.numeric }
    }

    /// Takes the name that a changed resource may carry.
    /// Errors: INVALID_ARGUMENT where it is another one.
    pub(crate) fn own_name(&mut self) -> Result<(), Status> {
        self.same_name("name")
    }

    /// Takes the name that a policy's request may carry.
    /// Errors: as for `own_name`.
    pub(crate) fn own_resource(&mut self) -> Result<(), Status> {
        self.same_name("resource")
    }

    fn same_name(&mut self, field: &str) -> Result<(), Status> {
        match self.fields.text(field)? {
            Some(text) if text != self.name.to_string() => {
                Err(Status::invalid(format!("The {field} in the body is not the one in the path.")))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// The service account that the name is of.
    /// Errors: NOT_FOUND.
    pub(crate) fn account(&self) -> Result<&ServiceAccount, Status> {
        self.state.account(&self.name).ok_or_else(|| unknown_account(&self.name))
    }

    /// Errors: NOT_FOUND.
    pub(crate) fn account_mut(&mut self) -> Result<&mut ServiceAccount, Status> {
        self.state.account_mut(&self.name).ok_or_else(|| unknown_account(&self.name))
    }
}

fn unknown_account(name: &Name) -> Status {
    Status::not_found(format!("Not found; Gaia id not found for email {}", name.account()))
}

impl Gcp {
    pub(crate) fn load(folder: Option<Arc<Folder>>, faults: Faults, endpoint: String) -> Result<Self, Error> {
        let kept = Kept::load(folder, FILE)?;
        let inner = Inner {
            kept,
            faults,
            requests: Mutex::default(),
            done: Mutex::default(),
            corruptions: Mutex::default(),
            endpoint,
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// How many requests for an operation have come, answered or not: `GetToken`, `Encrypt` and so on;
    /// `unknown` counts those for none.
    pub fn requests(&self, operation: &str) -> u64 {
        lock(&self.inner.requests).get(operation).copied().unwrap_or(0)
    }

    /// How many requests for an operation were let in and done.
    pub fn done(&self, operation: &str) -> u64 {
        lock(&self.inner.done).get(operation).copied().unwrap_or(0)
    }

    /// How many requests have come in all.
    pub fn all_requests(&self) -> u64 {
        lock(&self.inner.requests).values().sum()
    }

    /// Bends the next answer that it fits; each call bends one.
    pub fn corrupt_next_answer(&self, corruption: Corruption) {
        lock(&self.inner.corruptions).push(corruption);
    }

    /// Answers a request of the Google door.
    pub(crate) async fn answer(&self, request: Incoming) -> Outcome {
        let target = Target::of(&request);
        self.count(target.name());
        let decision = self.inner.faults.decide(Provider::Gcp, target.name());
        if !decision.delay.is_zero() {
            tokio::time::sleep(decision.delay).await;
        }
        let now = OffsetDateTime::now_utc() + time::Duration::milliseconds(decision.skew_ms);
        let answer = match decision.strike {
            Some(FaultKind::Reset) => return Outcome::Reset,
            // The client sees the connection end: a proxy gave up waiting for us.
            Some(FaultKind::Timeout) => return Outcome::Reset,
            Some(FaultKind::Html) => proxy_page(),
            Some(FaultKind::Deny) => target.denied(),
            Some(FaultKind::Throttle | FaultKind::Conflict) => target.throttled(),
            Some(FaultKind::Http500) => target.internal(),
            Some(FaultKind::Latency | FaultKind::Skew | FaultKind::Lost | FaultKind::Endless) | None => {
                match self.settled(&target, &request, now).await {
                    Ok(answer) => answer,
                    Err(error) => {
                        tracing::error!(error = %Chain(&error), "the simulated Google Cloud could not save its state");
                        target.internal()
                    }
                }
            }
        };
        if decision.lost { Outcome::Reset } else { Outcome::Answer(dated(answer, now)) }
    }

    /// Runs, and saves what that changed.
    async fn settled(&self, target: &Target, request: &Incoming, now: OffsetDateTime) -> Result<Answer, Error> {
        let fresh_key = match target {
            Target::Method(route) if route.operation.name == "CreateServiceAccountKey" => {
                Some(RsaKey::generate().await?)
            }
            Target::Method(_) | Target::Token | Target::Unknown(_) => None,
        };
        let (answer, revision) = self.run(target, request, fresh_key, millis(now));
        self.save(revision).await?;
        Ok(answer)
    }

    /// Authenticates and runs, and tells the revision that must be saved before the answer goes out.
    fn run(&self, target: &Target, request: &Incoming, fresh_key: Option<RsaKey>, now: i64) -> (Answer, u64) {
        let mut state = self.state();
        let answer = match target {
            Target::Unknown(status) => status.to_answer(),
            Target::Token => match oauth::exchange(&state, request, &self.inner.endpoint, now) {
                Ok(value) => answer::json(StatusCode::OK, &value),
                Err(refusal) => refusal.to_answer(),
            },
            Target::Method(route) => match self.call(&mut state, route, request, fresh_key, now) {
                Ok(value) => {
                    *lock(&self.inner.done).entry(target.name()).or_default() += 1;
                    answer::json(StatusCode::OK, &value)
                }
                Err(status) => status.to_answer(),
            },
        };
        (answer, state.revision)
    }

    fn call(
        &self,
        state: &mut State,
        route: &Route,
        request: &Incoming,
        fresh_key: Option<RsaKey>,
        now: i64,
    ) -> Result<Value, Status> {
        let operation = route.operation;
        let caller = Caller::identify(state, request, operation, &self.inner.endpoint, now)?;
        route.name.check()?;
        let name = in_its_project(state, &route.name)?;
        operation.authorize(state, &caller.member, &name)?;
        state.settle(now);
        let call = &mut Call {
            state,
            caller: &caller,
            name,
            query: Query::read(&request.query)?,
            fields: Fields::read(request)?,
            now,
            endpoint: &self.inner.endpoint,
            fresh_key,
            corruptions: &mut lock(&self.inner.corruptions),
        };
        (operation.run)(call)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.inner.kept.state()
    }

    fn count(&self, operation: &'static str) {
        *lock(&self.inner.requests).entry(operation).or_default() += 1;
    }

    async fn save(&self, revision: u64) -> Result<(), Error> {
        self.inner.kept.save(revision).await
    }
}

/// A service account may be named in the project `-`: its address says which it is in.
fn in_its_project(state: &State, name: &Name) -> Result<Name, Status> {
    if name.project() != "-" {
        return Ok(name.clone());
    }
    let account = state.account(name).ok_or_else(|| unknown_account(name))?;
    let full = Name::parse(&format!("projects/{}", account.project), Kind::Project)?;
    let full = full.child("serviceAccounts", &account.email)?;
    if name.kind == Kind::ServiceAccountKey { full.child("keys", name.id()) } else { Ok(full) }
}
