//! The simulated AWS behind one door: which service and operation a request is for, what faults do to
//! it, who signed it, and that a change is saved before its answer goes out.
//! It must not know what an operation does.

mod arn;
mod authorize;
mod caller;
mod ec2;
mod echo;
mod error;
mod iam;
mod json_protocol;
mod kms;
mod overview;
mod policy;
mod query_protocol;
mod secret;
mod seed;
mod session_token;
mod sigv4;
mod state;
mod sts;

use std::sync::{Arc, Mutex, MutexGuard};

use http::Method;
use time::OffsetDateTime;

use crate::Error;
use crate::answer::{Chain, dated, millis, proxy_page};
use crate::door::{Answer, Incoming, Outcome};
use crate::fault::{FaultKind, Faults, Provider};
use crate::folder::Folder;
use crate::kept::{Kept, lock};
use crate::subnet::{Subnets, Via};
use crate::tally::Tally;

use caller::Caller;
use ec2::private_door::Passage;
pub use ec2::seed::{CreatedVpc, VpcEndpointView};
use error::ServiceError;
pub use overview::{Change, Inline};
use query_protocol::{Form, QueryService};
pub use seed::{AccessKeyPair, CreatedKey, KeyStatus, NewKey};
use sigv4::{Authorization, Refusal};
use state::State;

const FILE: &str = "aws.json";

/// The simulated AWS. Clones are one and the same.
#[derive(Clone)]
pub struct Aws {
    inner: Arc<Inner>,
}

struct Inner {
    kept: Kept<State>,
    faults: Faults,
    requests: Tally,
    /// Those of KMS that were let in and done.
    done: Tally,
    subnets: Subnets,
    pace: Mutex<ec2::Pace>,
    echo: bool,
}

/// Which operation a request is for. Names are ours, so that counters never grow with what clients send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Target {
    Kms(&'static str),
    Query(QueryService, &'static str),
    /// No operation of ours, in the protocol that it seems to be.
    UnknownKms,
    UnknownQuery(QueryService),
}

impl Target {
    fn of(request: &Incoming, form: &Result<Form, ServiceError>) -> (Self, String) {
        let fits = request.method == Method::POST && request.path == "/";
        if let Some(target) = request.header("x-amz-target") {
            let name = target.strip_prefix("TrentService.").unwrap_or_default();
            let known = kms::OPERATIONS.iter().find(|(known, _)| *known == name);
            let target_of = known.filter(|_| fits).map_or(Self::UnknownKms, |(name, _)| Self::Kms(name));
            return (target_of, target.to_owned());
        }
        let field = |name| form.as_ref().ok().and_then(|form| form.peek(name));
        let (action, version) = (field("Action").unwrap_or_default().to_owned(), field("Version"));
        let service = match version {
            Some(QueryService::IAM_VERSION) => QueryService::Iam,
            Some(QueryService::EC2_VERSION) => QueryService::Ec2,
            _ => QueryService::Sts,
        };
        let known = match service {
            QueryService::Sts => sts::OPERATIONS.iter().map(|(name, _)| *name).find(|name| *name == action),
            QueryService::Iam => iam::OPERATIONS.iter().map(|(name, _)| *name).find(|name| *name == action),
            QueryService::Ec2 => ec2::OPERATIONS.iter().map(|(name, _)| *name).find(|name| *name == action),
        };
        let versioned = version == Some(service.version());
        let target = match known {
            Some(name) if versioned && fits => Self::Query(service, name),
            Some(_) | None => Self::UnknownQuery(service),
        };
        (target, action)
    }

    /// The name that faults and counters know it by.
    fn name(self) -> &'static str {
        match self {
            Self::Kms(name) | Self::Query(_, name) => name,
            Self::UnknownKms | Self::UnknownQuery(_) => "unknown",
        }
    }
}

/// Tells whether a fault can be aimed at such an operation.
pub(crate) fn is_operation(name: &str) -> bool {
    kms::OPERATIONS.iter().any(|(known, _)| *known == name)
        || sts::OPERATIONS.iter().any(|(known, _)| *known == name)
        || iam::OPERATIONS.iter().any(|(known, _)| *known == name)
        || ec2::OPERATIONS.iter().any(|(known, _)| *known == name)
}

impl Aws {
    pub(crate) fn load(
        folder: Option<Arc<Folder>>,
        faults: Faults,
        echo: bool,
        subnets: Subnets,
    ) -> Result<Self, Error> {
        let kept = Kept::load(folder, FILE)?;
        Ok(Self {
            inner: Arc::new(Inner {
                kept,
                faults,
                requests: Tally::default(),
                done: Tally::default(),
                subnets,
                pace: Mutex::default(),
                echo,
            }),
        })
    }

    /// How many requests for an operation have come, answered or not; `unknown` counts those for none.
    pub fn requests(&self, operation: &str) -> u64 {
        self.inner.requests.of(operation)
    }

    /// The same for one way that they came; `*` is every operation.
    pub fn requests_via(&self, via: &Via, operation: &str) -> u64 {
        self.inner.requests.of_via(via, operation)
    }

    /// How many requests for an operation of KMS were let in and done.
    pub fn done(&self, operation: &str) -> u64 {
        self.inner.done.of(operation)
    }

    /// How many requests have come in all.
    pub fn all_requests(&self) -> u64 {
        self.inner.requests.all()
    }

    /// Answers a request of the AWS door.
    pub(crate) async fn answer(&self, request: Incoming) -> Outcome {
        if self.inner.echo {
            let (name, answer) = echo::answer(&request);
            self.inner.requests.count(&request.via, name);
            return Outcome::Answer(answer);
        }
        let is_form = !request.headers.contains_key("x-amz-target");
        let form = if is_form { Form::parse(&request.body) } else { Ok(Form::default()) };
        let (target, asked) = Target::of(&request, &form);
        self.inner.requests.count(&request.via, target.name());
        let request_id = uuid::Uuid::new_v4().to_string();
        let decision = self.inner.faults.decide(Provider::Aws, target.name());
        if !decision.delay.is_zero() {
            tokio::time::sleep(decision.delay).await;
        }
        let now = OffsetDateTime::now_utc() + time::Duration::milliseconds(decision.skew_ms);
        let answer = match decision.strike {
            Some(FaultKind::Reset) => return Outcome::Reset,
            // The client sees the connection end: a proxy gave up waiting for us.
            Some(FaultKind::Timeout) => return Outcome::Reset,
            Some(FaultKind::Html) => proxy_page(),
            Some(FaultKind::Deny) => target.error(&deny(target, &asked), &request_id),
            Some(FaultKind::Throttle | FaultKind::Conflict) => target.error(&throttle(target), &request_id),
            Some(FaultKind::Http500) => target.error(&internal(target), &request_id),
            Some(FaultKind::Latency | FaultKind::Skew | FaultKind::Lost | FaultKind::Endless) | None => {
                let Some((answer, revision)) = self.run(target, &asked, &request, form, now, &request_id) else {
                    return Outcome::Reset;
                };
                match self.save(revision).await {
                    Ok(()) => answer,
                    Err(error) => {
                        tracing::error!(error = %Chain(&error), "the simulated AWS could not save its state");
                        target.error(&internal(target), &request_id)
                    }
                }
            }
        };
        if decision.lost { Outcome::Reset } else { Outcome::Answer(dated(answer, now)) }
    }

    /// Authenticates and runs, and tells the revision that must be saved before the answer goes out. At a private
    /// door nobody answers but KMS, at the name of an endpoint that is available: then there is none.
    fn run(
        &self,
        target: Target,
        asked: &str,
        request: &Incoming,
        form: Result<Form, ServiceError>,
        now: OffsetDateTime,
        request_id: &str,
    ) -> Option<(Answer, u64)> {
        let mut state = self.state();
        let passage = match &request.via {
            Via::Public => None,
            Via::Private(subnet) => {
                let host = request.header("host").filter(|_| target.is_kms())?;
                Some(ec2::private_door::passage(&state.network, subnet, host, millis(now))?)
            }
        };
        let answer = match target {
            Target::Kms(_) | Target::UnknownKms => {
                let ran = authenticate(&state, request, "kms", passage, now).map_err(json_protocol::refused).and_then(
                    |(caller, region)| match target {
                        Target::Kms(name) => {
                            let call = &mut kms::Call {
                                state: &mut state,
                                caller: &caller,
                                region: &region,
                                now: millis(now),
                                body: &request.body,
                            };
                            kms::run(name, call)
                        }
                        Target::UnknownKms | Target::UnknownQuery(_) | Target::Query(..) => Err(unknown(target, asked)),
                    },
                );
                match ran {
                    Ok(value) => {
                        self.inner.done.count(&request.via, target.name());
                        json_protocol::answer(&value, request_id)
                    }
                    Err(error) => json_protocol::error(&error, request_id),
                }
            }
            Target::Query(QueryService::Ec2, _) | Target::UnknownQuery(QueryService::Ec2) => {
                let ran = authenticate(&state, request, "ec2", None, now).map_err(ec2::answer::refused).and_then(
                    |(caller, region)| {
                        let mut form = form?;
                        form.take("Action");
                        form.take("Version");
                        let (state, caller, region) = (&mut *state, &caller, region.as_str());
                        let call = &mut ec2::Call { state, caller, region, now: millis(now), form, pace: self.pace() };
                        if matches!(target, Target::Query(..)) {
                            ec2::run(target.name(), call)
                        } else {
                            Err(unknown(target, asked))
                        }
                    },
                );
                match ran {
                    Ok(result) => ec2::answer::answer(target.name(), result, request_id),
                    Err(error) => ec2::answer::error(&error, request_id),
                }
            }
            Target::Query(service, _) | Target::UnknownQuery(service) => {
                let authentic = authenticate(&state, request, service.name(), None, now);
                let ran = authentic.map_err(query_protocol::refused).and_then(|(caller, _)| {
                    let mut form = form?;
                    form.take("Action");
                    form.take("Version");
                    let call = &mut iam::Call { state: &mut state, caller: &caller, now: millis(now), form };
                    run_query(target, asked, call)
                });
                match ran {
                    Ok(result) => query_protocol::answer(service, target.name(), result, request_id),
                    Err(error) => query_protocol::error(service, &error, request_id),
                }
            }
        };
        Some((answer, state.revision))
    }

    fn pace(&self) -> ec2::Pace {
        *lock(&self.inner.pace)
    }

    pub(crate) fn subnets(&self) -> &Subnets {
        &self.inner.subnets
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.inner.kept.state()
    }

    async fn save(&self, revision: u64) -> Result<(), Error> {
        self.inner.kept.save(revision).await
    }
}

fn authenticate(
    state: &State,
    request: &Incoming,
    service: &str,
    passage: Option<Passage>,
    now: OffsetDateTime,
) -> Result<(Caller, String), Refusal> {
    let authorization = Authorization::read(&request.headers)?;
    if authorization.service != service {
        return Err(Refusal::Scope(format!("Credential should be scoped to correct service: '{service}'.")));
    }
    let elsewhere = passage.as_ref().is_some_and(|passage| passage.region != authorization.region);
    if elsewhere || !arn::is_region(&authorization.region) {
        return Err(Refusal::Scope("Credential should be scoped to a valid region.".to_owned()));
    }
    let mut caller = Caller::identify(state, &authorization, request, now)?;
    caller.passage = passage;
    // Credentials of one partition do not exist in another.
    if arn::partition_of(&authorization.region) != caller.partition {
        return Err(Refusal::UnknownKey);
    }
    Ok((caller, authorization.region))
}

fn run_query(
    target: Target,
    asked: &str,
    call: &mut iam::Call<'_>,
) -> Result<Option<query_protocol::Xml>, ServiceError> {
    let operation = match target {
        Target::Query(QueryService::Sts, name) => sts::OPERATIONS.iter().find(|(known, _)| *known == name),
        Target::Query(QueryService::Iam, name) => iam::OPERATIONS.iter().find(|(known, _)| *known == name),
        Target::Query(QueryService::Ec2, _) | Target::UnknownQuery(_) | Target::Kms(_) | Target::UnknownKms => None,
    };
    match operation {
        Some((_, operation)) => operation(call),
        None => Err(unknown(target, asked)),
    }
}

impl Target {
    fn error(self, error: &ServiceError, request_id: &str) -> Answer {
        match self {
            Self::Kms(_) | Self::UnknownKms => json_protocol::error(error, request_id),
            Self::Query(QueryService::Ec2, _) | Self::UnknownQuery(QueryService::Ec2) => {
                ec2::answer::error(error, request_id)
            }
            Self::Query(service, _) | Self::UnknownQuery(service) => query_protocol::error(service, error, request_id),
        }
    }

    fn is_kms(self) -> bool {
        matches!(self, Self::Kms(_) | Self::UnknownKms)
    }

    fn is_ec2(self) -> bool {
        matches!(self, Self::Query(QueryService::Ec2, _) | Self::UnknownQuery(QueryService::Ec2))
    }
}

fn unknown(target: Target, asked: &str) -> ServiceError {
    let asked: String = asked.chars().filter(|letter| letter.is_ascii_graphic()).take(100).collect();
    if target.is_kms() {
        ServiceError::new("UnknownOperationException", format!("{asked} is unknown, or not modelled by this simulator"))
    } else {
        ServiceError::new(
            "InvalidAction",
            format!("Could not find operation {asked}, or it is not modelled by this simulator"),
        )
    }
}

fn deny(target: Target, asked: &str) -> ServiceError {
    let action = asked.strip_prefix("TrentService.").unwrap_or(asked);
    let words = format!("User: an armed fault is not authorized to perform: {action}");
    if target.is_kms() {
        ServiceError::new("AccessDeniedException", words)
    } else if target.is_ec2() {
        let words = format!("You are not authorized to perform this operation. {words}");
        ServiceError::with_status("UnauthorizedOperation", 403, words)
    } else {
        ServiceError::with_status("AccessDenied", 403, words)
    }
}

fn throttle(target: Target) -> ServiceError {
    if target.is_kms() {
        ServiceError::new(
            "ThrottlingException",
            "You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls.",
        )
    } else if target.is_ec2() {
        ServiceError::with_status("RequestLimitExceeded", 503, "Request limit exceeded.")
    } else {
        ServiceError::new("Throttling", "Rate exceeded")
    }
}

fn internal(target: Target) -> ServiceError {
    let code = match target {
        Target::Kms(_) | Target::UnknownKms => "KMSInternalException",
        Target::Query(QueryService::Ec2, _) | Target::UnknownQuery(QueryService::Ec2) => "InternalError",
        Target::Query(..) | Target::UnknownQuery(_) => "InternalFailure",
    };
    ServiceError::with_status(code, 500, "An internal failure happened, as an armed fault or a full disk wants it.")
}
