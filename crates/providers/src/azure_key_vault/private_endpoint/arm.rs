//! Azure Resource Manager, asked as the operator's application at home: one pipeline of the SDK's over our own
//! way to Azure. Goes to one host alone, whatever an answer points to. Must not know what is asked.

use std::sync::Arc;
use std::time::Duration;

use azure_core::http::headers::{HeaderName, Headers};
use azure_core::http::{
    ClientOptions, Context, Method, Pipeline, PipelineSendOptions, Request, RetryOptions, StatusCode, Transport,
};
use domain::customer_key::azure_key_vault::AzureEnvironment;
use domain::secret::SecretText;
use domain::validity::{Reason, TransientReason};
use serde_json::Value;
use url::Url;

use super::super::operator::Operator;
use super::super::places::below;
use super::super::token::Session;
use super::super::wire::{Wire, quiet};
use super::refusal::Said;
use crate::clock::{Clock, http_date};
use crate::private_endpoint::EndpointTrouble;
use crate::refused::Refused;
use crate::session::Freshness;
use crate::transport::{Unanswered, causes};

/// Bytes that an answer may have: a page of a list holds a thousand endpoints of 3 KiB each at most.
const ANSWER_LIMIT: usize = 8 * 1024 * 1024;
/// The longest we let ourselves be sent away for.
const LONGEST_WAIT: Duration = Duration::from_secs(10 * 60);

/// The version of Microsoft.Network that we speak. Source: clouds/emulators.md 2.3.
pub(super) const NETWORK: &str = "2024-05-01";

/// Resource Manager of the cloud that the operator is at home in.
pub(super) struct ResourceManager {
    pipeline: Pipeline,
    base: String,
    clock: Clock,
}

/// One call.
pub(super) struct Call<'a> {
    pub(super) method: Method,
    pub(super) url: &'a Url,
    pub(super) body: Option<&'a Value>,
}

impl<'a> Call<'a> {
    pub(super) const fn get(url: &'a Url) -> Self {
        Self { method: Method::Get, url, body: None }
    }
}

/// What was answered, whatever it was.
pub(super) struct Told {
    pub(super) status: u16,
    /// Where it tells how an operation goes that it took on.
    pub(super) operation: Option<String>,
    /// How long it wants to be left alone.
    pub(super) after: Option<Duration>,
    body: Vec<u8>,
    secrets: (Arc<Session>, Arc<SecretText>),
}

impl Told {
    pub(super) const fn is_success(&self) -> bool {
        matches!(self.status, 200..=299)
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.body.is_empty()
    }

    /// Reads the answer.
    /// Errors: it is none of Azure's.
    pub(super) fn read(&self) -> Result<Value, EndpointTrouble> {
        serde_json::from_slice(&self.body)
            .map_err(|_| EndpointTrouble::saying("Resource Manager gave an answer that it does not give"))
    }

    /// Reads what an error says, secrets struck out.
    pub(super) fn said(&self) -> Said {
        self.said_in(&self.read().unwrap_or_default())
    }

    /// Reads what an error says that is part of an answer.
    pub(super) fn said_in(&self, answer: &Value) -> Said {
        let (session, secret) = &self.secrets;
        Said::read(answer, &[session.credentials.expose(), secret.expose()])
    }
}

impl ResourceManager {
    pub(super) fn new(wire: &Wire, home: Option<AzureEnvironment>) -> Self {
        // Without an operator nothing is ever asked.
        let base = wire.places.resource_manager(home.unwrap_or(AzureEnvironment::Azure)).to_owned();
        let options = ClientOptions {
            // The reconciler decides when something is tried again.
            retry: RetryOptions::none(),
            transport: Some(Transport::new(Arc::new(wire.with_answers_up_to(ANSWER_LIMIT)))),
            ..Default::default()
        };
        let version = option_env!("CARGO_PKG_VERSION");
        let pipeline = Pipeline::new(Some("atrest"), version, options, Vec::new(), Vec::new(), None);
        Self { pipeline, base, clock: wire.clock.clone() }
    }

    /// Gives the address of something with a resource id, or below it.
    pub(super) fn at(&self, id: &str, rest: &[&str], version: &str) -> Result<Url, EndpointTrouble> {
        let segments: Vec<&str> = id.trim_matches('/').split('/').chain(rest.iter().copied()).collect();
        let plain = segments.iter().all(|segment| !matches!(*segment, "" | "." | ".."));
        let mut url = below(&self.base, &segments)
            .filter(|_| plain)
            .ok_or_else(|| EndpointTrouble::saying("a resource id that is no address"))?;
        url.set_query(Some(&format!("api-version={version}")));
        Ok(url)
    }

    /// Takes an address that an answer points to, if it is of the same host.
    pub(super) fn own(&self, address: &str) -> Option<Url> {
        let url = Url::parse(address).ok()?;
        let base = Url::parse(&self.base).ok()?;
        let plain = url.username().is_empty() && url.password().is_none();
        (plain && url.origin() == base.origin() && url.path().starts_with("/subscriptions/")).then_some(url)
    }

    /// Asks one thing as the operator.
    /// Errors: there was no answer, or no token to ask with.
    pub(super) async fn ask(&self, operator: &Operator, call: Call<'_>) -> Result<Told, EndpointTrouble> {
        // Boxed, for what the SDK's pipeline awaits is large, and whoever asks does so more than once.
        let told = Box::pin(self.send(operator, Freshness::Unexpired, &call)).await?;
        if told.status != u16::from(StatusCode::Unauthorized) {
            return Ok(told);
        }
        // A token may end before its time.
        Box::pin(self.send(operator, Freshness::New, &call)).await
    }

    async fn send(&self, operator: &Operator, freshness: Freshness, call: &Call<'_>) -> Result<Told, EndpointTrouble> {
        let session = operator.at_home(freshness).await.map_err(|refused| no_token(&refused))?;
        let secret = operator.home().map(|home| home.secret.clone());
        let secret = secret.ok_or_else(|| EndpointTrouble::saying("no operator identity for Azure is configured"))?;
        let mut request = Request::new(call.url.clone(), call.method);
        request.insert_header("authorization", format!("Bearer {}", session.credentials.expose()));
        request.insert_header("accept", "application/json");
        if let Some(body) = call.body {
            request.insert_header("content-type", "application/json");
            request.set_body(body.to_string().into_bytes());
        }
        let options = PipelineSendOptions { skip_checks: true, ..Default::default() };
        let answer = quiet(self.pipeline.send(&Context::new(), &mut request, Some(options))).await;
        let answer = answer.map_err(|error| no_answer(&error))?;
        let header = |name: &'static str| header(answer.headers(), name);
        let after = header("retry-after").and_then(|text| self.wait(text));
        let operation = header("azure-asyncoperation").and_then(|address| self.own(address)).map(String::from);
        Ok(Told {
            status: answer.status().into(),
            operation,
            after,
            body: answer.body().to_vec(),
            secrets: (session, secret),
        })
    }

    /// Reads a Retry-After: seconds, or a date.
    fn wait(&self, text: &str) -> Option<Duration> {
        let seconds = text.trim().parse().ok().map(Duration::from_secs);
        let wait = seconds.or_else(|| Some(http_date(text)?.since(self.clock.now())));
        wait.map(|wait| wait.min(LONGEST_WAIT))
    }
}

fn header<'h>(headers: &'h Headers, name: &'static str) -> Option<&'h str> {
    headers.get_optional_str(&HeaderName::from_static(name))
}

fn no_token(refused: &Refused) -> EndpointTrouble {
    if refused.failure.reason == Reason::Transient(TransientReason::OperatorIdentity) {
        return EndpointTrouble::saying("Atrest's own application at Azure is refused; its operator has been told");
    }
    EndpointTrouble::saying(&format!("no token to ask Resource Manager with ({})", refused.failure.reason.code()))
}

fn no_answer(error: &azure_core::Error) -> EndpointTrouble {
    let unanswered = causes(error).find_map(|cause| cause.downcast_ref::<Unanswered>());
    let why = unanswered.map_or(TransientReason::UnexpectedAnswer, |unanswered| unanswered.reason);
    EndpointTrouble::saying(&format!("no answer of Resource Manager ({})", why.code()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::Transport as OurTransport;
    use crate::trusted_roots::TrustedRoots;

    fn arm(home: AzureEnvironment) -> ResourceManager {
        let transport = OurTransport::new(&TrustedRoots::System, false, &Arc::default()).unwrap();
        ResourceManager::new(&Wire::new(transport, Clock::system(), Arc::default(), Arc::default()), Some(home))
    }

    #[test]
    fn the_operators_home_decides_where_resource_manager_is() {
        let check = |home, host: &str| {
            let arm = arm(home);
            let url = arm.at("/subscriptions/s/resourceGroups/g", &["providers", "x"], NETWORK).unwrap();
            let expected =
                format!("https://{host}/subscriptions/s/resourceGroups/g/providers/x?api-version=2024-05-01");
            assert_eq!(url.as_str(), expected);
            assert_eq!(arm.own(&expected).map(String::from), Some(expected));
        };
        check(AzureEnvironment::Azure, "management.azure.com");
        check(AzureEnvironment::AzureChina, "management.chinacloudapi.cn");
        check(AzureEnvironment::AzureUsGovernment, "management.usgovcloudapi.net");
    }

    #[test]
    fn no_answer_points_us_elsewhere() {
        let arm = arm(AzureEnvironment::Azure);
        for elsewhere in [
            "https://management.chinacloudapi.cn/subscriptions/s",
            "http://management.azure.com/subscriptions/s",
            "https://management.azure.com:8443/subscriptions/s",
            "https://me@management.azure.com/subscriptions/s",
            "https://management.azure.com@example.com/subscriptions/s",
            "https://management.azure.com/tenants",
            "https://management.azure.com/subscriptions/../tenants",
            "/subscriptions/s",
            "",
        ] {
            assert_eq!(arm.own(elsewhere), None, "{elsewhere}");
        }
        for odd in ["", "/", "/subscriptions/../tenants", "/subscriptions//x"] {
            assert!(arm.at(odd, &[], NETWORK).is_err(), "{odd}");
        }
    }
}
