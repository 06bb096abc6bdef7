//! The way to Azure: one per project, with connections of its own, one more for each private path of its keys,
//! and one for the operator. No two share a connection. Compares the clock with every answer that Azure itself
//! gave. Must not know what is asked, nor what an answer means.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use azure_core::error::{Error, ErrorKind};
use azure_core::http::headers::{HeaderName, HeaderValue, Headers};
use azure_core::http::request::Body;
use azure_core::http::{AsyncRawResponse, HttpClient, StatusCode};
use domain::id::ProjectId;
use domain::validity::{ForeignText, TransientReason};
use reqwest::header::HeaderMap;
use tracing::Dispatch;
use tracing::instrument::WithSubscriber;

use super::places::Places;
use crate::clock::{Clock, http_date, skew};
use crate::operator_health::OperatorHealth;
use crate::pin::Pin;
use crate::refused::Refused;
use crate::transport::{Answer, Transport, Unanswered};

/// The pause before a request is sent once more.
const PAUSE: Duration = Duration::from_millis(100);

/// One way to Azure. Clones share its connections.
#[derive(Clone)]
pub(super) struct Wire {
    transport: Transport,
    pub(super) clock: Clock,
    pub(super) health: Arc<OperatorHealth>,
    pub(super) places: Arc<Places>,
}

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Wire")
    }
}

impl Wire {
    pub(super) const fn new(
        transport: Transport,
        clock: Clock,
        health: Arc<OperatorHealth>,
        places: Arc<Places>,
    ) -> Self {
        Self { transport, clock, health, places }
    }

    fn apart(&self) -> Result<Self, Refused> {
        let transport = self.transport.apart().map_err(|fault| Refused::unexpected(&fault))?;
        Ok(Self { transport, ..self.clone() })
    }

    fn pinned(&self, pin: Pin) -> Result<Self, Refused> {
        let transport = self.transport.pinned(pin).map_err(|fault| Refused::unexpected(&fault))?;
        Ok(Self { transport, ..self.clone() })
    }

    /// Gives what it is pinned to, if it is a private path.
    pub(super) fn pin(&self) -> Option<&Pin> {
        self.transport.pin()
    }

    /// Gives the same way with room for longer answers. Unit: bytes.
    pub(super) fn with_answers_up_to(&self, limit: usize) -> Self {
        Self { transport: self.transport.clone().with_answers_up_to(limit), ..self.clone() }
    }

    /// Sends a request and reads its answer. A single broken connection or fault is so common that the
    /// request is sent once more; all of ours are safe to repeat.
    /// Errors: why there is no answer.
    pub(super) async fn send(&self, request: reqwest::Request) -> Result<Answer, Unanswered> {
        let again = request.try_clone();
        let answer = self.transport.send(request).await;
        let answer = match again {
            Some(again) if is_worth_repeating(&answer) => {
                tokio::time::sleep(PAUSE).await;
                self.transport.send(again).await?
            }
            Some(_) | None => answer?,
        };
        self.compare_clocks(&answer.headers);
        Ok(answer)
    }

    fn compare_clocks(&self, headers: &HeaderMap) {
        // A proxy's page has a Date too, but no request id of Azure.
        if !headers.contains_key("x-ms-request-id") {
            return;
        }
        let date = headers.get("date").and_then(|date| date.to_str().ok()).and_then(http_date);
        if let Some(theirs) = date {
            let ours = self.clock.now();
            match skew(theirs, ours) {
                None => self.health.clock_works(),
                Some(apart) => {
                    let words = format!("Azure's time and ours are {} s apart", apart.as_secs());
                    self.health.clock_fails(ours, ForeignText::tame(&words, &[]));
                }
            }
        }
    }
}

/// Key Vault wants to be left alone for a second or more where it throttles: that is not repeated.
fn is_worth_repeating(answer: &Result<Answer, Unanswered>) -> bool {
    match answer {
        Ok(answer) => answer.status.is_server_error(),
        Err(unanswered) => matches!(unanswered.reason, TransientReason::Connect | TransientReason::Timeout),
    }
}

/// The ways of all projects: the public one of each, and the private paths that it uses.
pub(super) struct Wires {
    base: Wire,
    most: usize,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    /// Counts what was asked for, to know what was not asked for in a long time.
    turn: u64,
    wires: BTreeMap<Way, (Wire, u64)>,
}

/// Whose way it is, and what it is pinned to if it is a private path.
type Way = (ProjectId, Option<Pin>);

impl Wires {
    pub(super) fn new(base: Wire, most: usize) -> Self {
        Self { base, most, kept: Mutex::default() }
    }

    /// Gives where Azure is.
    pub(super) fn places(&self) -> &Places {
        &self.base.places
    }

    /// Gives a project's public way.
    /// Errors: no client could be made, though one was at the start.
    pub(super) fn of(&self, project: ProjectId) -> Result<Wire, Refused> {
        self.way((project, None), Wire::apart)
    }

    /// Gives a project's private path. One to the same vault by other addresses is of no use any more.
    /// Errors: as for [`Self::of`].
    pub(super) fn by(&self, project: ProjectId, pin: &Pin) -> Result<Wire, Refused> {
        self.way((project, Some(pin.clone())), |base| base.pinned(pin.clone()))
    }

    fn way(&self, way: Way, make: impl FnOnce(&Wire) -> Result<Wire, Refused>) -> Result<Wire, Refused> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.turn = kept.turn.wrapping_add(1);
        let turn = kept.turn;
        if let Some((wire, used)) = kept.wires.get_mut(&way) {
            *used = turn;
            return Ok(wire.clone());
        }
        if let (project, Some(pin)) = &way {
            kept.wires.retain(|(of, other), _| {
                of != project || !other.as_ref().is_some_and(|other| other.is_of_the_origin_of(pin))
            });
        }
        if kept.wires.len() >= self.most {
            let oldest = kept.wires.iter().min_by_key(|(_, (_, used))| *used).map(|(way, _)| way.clone());
            oldest.map(|way| kept.wires.remove(&way));
        }
        let wire = make(&self.base)?;
        kept.wires.insert(way, (wire.clone(), turn));
        Ok(wire)
    }

    pub(super) fn forget(&self, project: ProjectId) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.wires.retain(|(of, _), _| *of != project);
    }
}

/// Runs a call of the SDK with its own log lines switched off: they carry addresses and errors with bodies.
pub(super) fn quiet<T>(call: impl Future<Output = T>) -> impl Future<Output = T> {
    call.with_subscriber(Dispatch::none())
}

#[async_trait]
impl HttpClient for Wire {
    async fn execute_request(&self, request: &azure_core::http::Request) -> azure_core::Result<AsyncRawResponse> {
        let answer = self.send(translated(request)?).await;
        let answer = answer.map_err(|unanswered| Error::with_error(ErrorKind::Io, unanswered, "send to azure"))?;
        let mut headers = Headers::new();
        for (name, value) in &answer.headers {
            if let Ok(value) = value.to_str() {
                headers.insert(HeaderName::from(name.as_str().to_owned()), HeaderValue::from(value.to_owned()));
            }
        }
        let status = StatusCode::from(answer.status.as_u16());
        Ok(AsyncRawResponse::from_bytes(status, headers, answer.body.to_vec()))
    }
}

/// Turns a request of the SDK's into one of our HTTP client's.
fn translated(request: &azure_core::http::Request) -> azure_core::Result<reqwest::Request> {
    let method = reqwest::Method::from_bytes(request.method().as_str().as_bytes());
    let method = method.map_err(|_| Error::with_message(ErrorKind::DataConversion, "a method that cannot be sent"))?;
    let mut sent = reqwest::Request::new(method, request.url().clone());
    for (name, value) in request.headers().iter() {
        let name = reqwest::header::HeaderName::from_bytes(name.as_str().as_bytes());
        let value = reqwest::header::HeaderValue::from_str(value.as_str());
        if let (Ok(name), Ok(mut value)) = (name, value) {
            value.set_sensitive(name == reqwest::header::AUTHORIZATION);
            sent.headers_mut().insert(name, value);
        } else {
            return Err(Error::with_message(ErrorKind::DataConversion, "a header that cannot be sent"));
        }
    }
    match request.body() {
        Body::Bytes(bytes) => *sent.body_mut() = Some(bytes.clone().into()),
        Body::SeekableStream(_) => return Err(Error::with_message(ErrorKind::Other, "nothing of ours is streamed")),
    }
    Ok(sent)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trusted_roots::TrustedRoots;

    fn wires(most: usize) -> Wires {
        let transport = Transport::new(&TrustedRoots::System, false, &Arc::default()).unwrap();
        Wires::new(Wire::new(transport, Clock::system(), Arc::default(), Arc::default()), most)
    }

    fn kept(wires: &Wires) -> Vec<ProjectId> {
        wires.kept.lock().unwrap().wires.keys().map(|(project, _)| *project).collect()
    }

    #[test]
    fn keeps_what_was_used_last_and_forgets_what_it_is_told_to() {
        let wires = wires(2);
        let [one, two, three] = [1, 2, 3].map(|id| ProjectId::from_random([id; 12]));
        for project in [one, two, one, three] {
            wires.of(project).unwrap();
        }
        assert_eq!(kept(&wires), [one, three]);
        wires.forget(one);
        assert_eq!(kept(&wires), [three]);
    }
    #[test]
    fn a_private_path_is_kept_apart_from_the_public_way_and_replaced_by_its_successor() {
        let wires = wires(10);
        let project = ProjectId::from_random([1; 12]);
        let pin = |host: &str, address: &str| {
            let url = format!("https://{host}.vault.azure.net/").parse().unwrap();
            Pin::new(&url, vec![address.parse().unwrap()]).unwrap()
        };
        let pins = |wires: &Wires| -> Vec<Option<Pin>> {
            wires.kept.lock().unwrap().wires.keys().map(|(_, pin)| pin.clone()).collect()
        };
        assert_eq!(wires.of(project).unwrap().pin(), None);
        let (one, two, other) = (pin("a", "10.0.0.4"), pin("a", "10.0.0.5"), pin("b", "10.0.0.4"));
        for pin in [&one, &other, &two] {
            assert_eq!(wires.by(project, pin).unwrap().pin(), Some(pin));
        }
        assert_eq!(pins(&wires), [None, Some(two), Some(other)]);
        wires.forget(project);
        assert_eq!(pins(&wires), []);
    }
}
