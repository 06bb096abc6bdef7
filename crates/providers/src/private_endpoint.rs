//! Private endpoints as all clouds that have them are asked: make one, see how it is, remove it, and whether
//! the places are fit where the operator has them made. Every call is safe to repeat: an endpoint's name is its
//! own. Must not know a cloud's wire, what state an endpoint is in for us, nor when it is asked.

use std::future::Future;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use domain::customer_key::azure_key_vault::{AzureGuid, ResourceGroupName};
use domain::customer_key::{CustomerKey, WrappedDataKey};
use domain::id::ProjectId;
use domain::private_endpoint::{EndpointRegion, PrivateEndpoint, PrivateProvider, Refusal, Route};
use domain::provider_role::ProviderRole;
use domain::secret::SecretBytes;
use domain::validity::{Failure, ForeignText, Reason, TransientReason};
use ipnet::IpNet;
use tokio::time::{Instant, timeout_at};

use crate::provider::{Deadline, Description, KeyProvider, Punctual, Tokens, Unhurried, WrapContext};
use crate::registry::{ConfigFault, Providers};

/// Where the operator has endpoints for Azure Key Vault made, in one region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AzurePlace {
    /// The region, as the API spells it.
    pub region: EndpointRegion,
    /// The region, as Azure spells it: `eastus2`.
    pub location: String,
    /// The operator's subscription.
    pub subscription: AzureGuid,
    /// The resource group the endpoints are put into.
    pub resource_group: ResourceGroupName,
    /// The resource id of the subnet they are put into.
    pub subnet: String,
    /// The addresses they may have. No other is ever connected to.
    pub addresses: Vec<IpNet>,
}

/// Where the operator has endpoints for AWS KMS made, in one region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AwsPlace {
    /// The region, as the API spells it.
    pub region: EndpointRegion,
    /// The network.
    pub vpc: String,
    /// Its subnets that get an interface each.
    pub subnets: Vec<String>,
    /// What the interfaces let in.
    pub security_groups: Vec<String>,
    /// The addresses they may have. No other is ever connected to.
    pub addresses: Vec<IpNet>,
}

/// One endpoint, as a cloud is asked for it.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// The endpoint and what is known of it.
    pub endpoint: &'a PrivateEndpoint,
    /// The name of this installation, which every resource carries.
    pub instance: &'a str,
    /// The project's key: its vault or its region.
    pub key: &'a CustomerKey,
    /// The project.
    pub project: ProjectId,
}

/// How an endpoint was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// There is none: its own place was asked, not only a list.
    Nothing,
    /// It is being made, changed or removed.
    Making,
    /// Its making was broken off for a passing reason: ask for it again.
    Faltered(ForeignText),
    /// It is there and waits for the customer.
    Pending(Found),
    /// It may be used.
    Approved(Found),
    /// The customer refuses it.
    Refused(Found, Refusal),
    /// It could not be made, or cannot be used.
    Failed(ForeignText),
}

/// What is known of an endpoint that is there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// The cloud's name of it.
    pub resource: Option<String>,
    /// What our end calls the connection.
    pub connection_name: Option<String>,
    /// The name that stands for its addresses.
    pub dns_name: Option<String>,
    /// Its addresses, all of them within the place's.
    pub addresses: Vec<IpAddr>,
}

/// What became of asking for an endpoint, or for its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// The cloud took it on. It may not have come about yet.
    Accepted {
        /// The cloud's name of the endpoint.
        resource: Option<String>,
        /// Where the cloud tells how it goes.
        operation: Option<String>,
    },
    /// The cloud will not, until somebody changes something.
    Refused(ForeignText),
    /// It was not done, or nobody knows whether it was: ask again.
    Later {
        /// What was said, or what happened.
        why: ForeignText,
        /// How long the cloud wants to be left alone.
        after: Option<Duration>,
    },
}

/// Why it could not be found out how an endpoint is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndpointTrouble {
    /// What was said, or what happened.
    pub words: ForeignText,
    /// How long the cloud wants to be left alone.
    pub after: Option<Duration>,
}

impl EndpointTrouble {
    pub(crate) fn saying(words: &str) -> Self {
        Self { words: ForeignText::tame(words, &[]), after: None }
    }
}

impl From<EndpointTrouble> for Asked {
    fn from(EndpointTrouble { words, after }: EndpointTrouble) -> Self {
        Self::Later { why: words, after }
    }
}

impl Asked {
    /// Refuses in words of ours.
    pub(crate) fn refused(words: &str) -> Self {
        Self::Refused(ForeignText::tame(words, &[]))
    }
}

// What an SDK awaits takes up a lot of room. It is boxed here, or the stack of whoever waits would not hold it.
impl Providers {
    /// Tells whether the operator has endpoints made in a region.
    #[must_use]
    pub fn place(&self, region: &EndpointRegion) -> bool {
        match region.provider() {
            PrivateProvider::AwsKms => self.aws.has_place(region),
            PrivateProvider::AzureKeyVault => self.azure.has_place(region),
        }
    }

    /// Asks a cloud for an endpoint. One that is there already is left as it is.
    /// Cancel: it may have been made.
    pub async fn make_endpoint(&self, wanted: &Wanted<'_>, deadline: Deadline) -> Asked {
        match wanted.endpoint.region.provider() {
            PrivateProvider::AwsKms => in_time(deadline, Box::pin(self.aws.make_endpoint(wanted))).await,
            PrivateProvider::AzureKeyVault => in_time(deadline, Box::pin(self.azure.make_endpoint(wanted))).await,
        }
    }

    /// Looks how an endpoint is. What one list of a place told serves all who ask within a few seconds.
    /// Errors: what kept us from finding out.
    pub async fn see_endpoint(&self, wanted: &Wanted<'_>, deadline: Deadline) -> Result<Seen, EndpointTrouble> {
        match wanted.endpoint.region.provider() {
            PrivateProvider::AwsKms => in_time(deadline, Box::pin(self.aws.see_endpoint(wanted))).await,
            PrivateProvider::AzureKeyVault => in_time(deadline, Box::pin(self.azure.see_endpoint(wanted))).await,
        }
    }

    /// Asks a cloud to remove an endpoint. One that is not there counts as removed.
    /// Cancel: it may have been removed.
    pub async fn remove_endpoint(&self, wanted: &Wanted<'_>, deadline: Deadline) -> Asked {
        match wanted.endpoint.region.provider() {
            PrivateProvider::AwsKms => in_time(deadline, Box::pin(self.aws.remove_endpoint(wanted))).await,
            PrivateProvider::AzureKeyVault => in_time(deadline, Box::pin(self.azure.remove_endpoint(wanted))).await,
        }
    }

    /// Reads what the customer's side calls an endpoint's connection, as the customer's principal. Gives none
    /// where that may not be read, is not there yet, or has no name.
    pub async fn connection_name(
        &self,
        project: ProjectId,
        key: &CustomerKey,
        role: Option<&ProviderRole>,
        endpoint: &PrivateEndpoint,
        deadline: Deadline,
    ) -> Option<String> {
        let CustomerKey::AzureKeyVault(settings) = key else { return None };
        let resource = endpoint.cloud.resource.as_deref()?;
        let asked = Box::pin(self.azure.connection_name(project, settings, role, resource));
        timeout_at(deadline.moment(), asked).await.ok()?
    }

    /// Asks the clouds whether endpoints could be made in the operator's places.
    /// Cancel: nothing was changed.
    pub async fn check_places(&self, deadline: Deadline) -> Vec<ConfigFault> {
        let late = |setting| vec![ConfigFault { setting, fault: "the cloud did not answer in time".to_owned() }];
        let aws = timeout_at(deadline.moment(), Box::pin(self.aws.check_places()));
        let azure = timeout_at(deadline.moment(), Box::pin(self.azure.check_places()));
        let (aws, azure) = tokio::join!(aws, azure);
        let aws = aws.unwrap_or_else(|_| late("aws.private_endpoints"));
        aws.into_iter().chain(azure.unwrap_or_else(|_| late("azure.private_endpoints"))).collect()
    }
}

/// Holds a cloud to a deadline.
async fn in_time<T: From<EndpointLate>>(deadline: Deadline, call: impl Future<Output = T>) -> T {
    if deadline.moment() <= Instant::now() {
        return EndpointLate.into();
    }
    timeout_at(deadline.moment(), call).await.unwrap_or_else(|_| EndpointLate.into())
}

/// That a cloud did not answer in time.
struct EndpointLate;

impl From<EndpointLate> for EndpointTrouble {
    fn from(_: EndpointLate) -> Self {
        Self::saying("the cloud did not answer in time")
    }
}

impl From<EndpointLate> for Asked {
    fn from(late: EndpointLate) -> Self {
        EndpointTrouble::from(late).into()
    }
}

impl From<EndpointLate> for Result<Seen, EndpointTrouble> {
    fn from(late: EndpointLate) -> Self {
        Err(late.into())
    }
}

/// Tells whether an address is one of a place's.
pub(crate) fn is_within(networks: &[IpNet], address: IpAddr) -> bool {
    let address = address.to_canonical();
    networks.iter().any(|network| network.contains(&address))
}

/// Gives the addresses of the routes that may be used, in their order. `networks` gives those of a region's place.
/// One address that is not of its place spoils its whole route: somebody else chose it.
/// Errors: `NO_PRIVATE_ENDPOINT` if there is no route, `ADDRESS_REFUSED` if none of them may be used.
pub(crate) fn addresses_of<'p>(
    routes: &[Route],
    networks: impl Fn(&EndpointRegion) -> Option<&'p [IpNet]>,
) -> Result<Vec<IpAddr>, TransientReason> {
    let routes: Vec<&Route> = routes.iter().filter(|route| !route.addresses.is_empty()).collect();
    if routes.is_empty() {
        return Err(TransientReason::NoPrivateEndpoint);
    }
    let usable = routes.into_iter().filter(|route| {
        let networks = networks(&route.region).unwrap_or_default();
        route.addresses.iter().all(|address| is_within(networks, *address))
    });
    let addresses: Vec<IpAddr> = usable.flat_map(|route| route.addresses.iter().copied()).collect();
    if addresses.is_empty() { Err(TransientReason::AddressRefused) } else { Ok(addresses) }
}

/// A customer key that no path leads to. Whatever is asked of it, nothing is sent.
#[derive(Debug)]
pub(crate) struct Unreachable(TransientReason);

impl Unreachable {
    /// Opens a key that cannot be reached, and why.
    pub(crate) fn because(reason: TransientReason) -> Arc<dyn KeyProvider> {
        Arc::new(Punctual(Self(reason)))
    }

    const fn failure(&self) -> Failure {
        Failure::silent(Reason::Transient(self.0))
    }
}

#[async_trait]
impl Unhurried for Unreachable {
    async fn check(&self, _tokens: Tokens) -> Result<(), Failure> {
        Err(self.failure())
    }

    async fn wrap(&self, _context: &WrapContext, _data_key: &SecretBytes<32>) -> Result<WrappedDataKey, Failure> {
        Err(self.failure())
    }

    async fn unwrap(&self, _context: &WrapContext, _wrapped: &WrappedDataKey) -> Result<SecretBytes<32>, Failure> {
        Err(self.failure())
    }

    async fn describe(&self) -> Result<Description, Failure> {
        Err(self.failure())
    }
}

#[cfg(test)]
mod tests {
    use domain::id::PrivateEndpointId;
    use domain::validity::Finding;

    use super::*;
    use crate::provider::Candidate;

    fn route(region: &str, addresses: &[&str]) -> Route {
        Route {
            endpoint: PrivateEndpointId::from_random([1; 12]),
            region: EndpointRegion::parse(PrivateProvider::AzureKeyVault, region).unwrap(),
            addresses: addresses.iter().map(|address| address.parse().unwrap()).collect(),
            dns_name: None,
        }
    }

    #[test]
    fn only_addresses_of_their_own_place_are_used() {
        let east: Vec<IpNet> = vec!["10.1.0.0/24".parse().unwrap(), "fd12::/64".parse().unwrap()];
        let central: Vec<IpNet> = vec!["10.2.0.0/24".parse().unwrap()];
        let check = |routes: &[Route], expected: Result<&[&str], TransientReason>| {
            let found = addresses_of(routes, |region| match region.as_str() {
                "US_EAST_2" => Some(&east),
                "US_CENTRAL" => Some(&central),
                _ => None,
            });
            let found = found.map(|found| found.iter().map(IpAddr::to_string).collect::<Vec<_>>());
            assert_eq!(found, expected.map(|all| all.iter().map(|&one| one.to_owned()).collect()));
        };
        let (no, refused) = (TransientReason::NoPrivateEndpoint, TransientReason::AddressRefused);
        check(&[], Err(no));
        check(&[route("US_EAST_2", &[])], Err(no));
        check(&[route("US_EAST_2", &["10.1.0.4"])], Ok(&["10.1.0.4"]));
        check(&[route("US_EAST_2", &["::ffff:10.1.0.4", "fd12::4"])], Ok(&["::ffff:10.1.0.4", "fd12::4"]));
        check(&[route("US_CENTRAL", &["10.2.0.9"]), route("US_EAST_2", &["10.1.0.4"])], Ok(&["10.2.0.9", "10.1.0.4"]));
        check(&[route("US_EAST_2", &["10.2.0.9"]), route("US_CENTRAL", &["10.2.0.9"])], Ok(&["10.2.0.9"]));
        check(&[route("US_EAST_2", &["10.1.0.4", "8.8.8.8"])], Err(refused));
        check(&[route("US_EAST_2", &["169.254.169.254"])], Err(refused));
        check(&[route("US_WEST", &["10.1.0.4"])], Err(refused));
    }

    #[tokio::test]
    async fn an_unreachable_key_says_so_whatever_is_asked() {
        let key = Unreachable::because(TransientReason::NoPrivateEndpoint);
        let soon = Deadline::after(Duration::from_secs(60));
        let expected = Failure::silent(Reason::Transient(TransientReason::NoPrivateEndpoint));
        assert_eq!(key.check(Tokens::Fresh, soon).await, Finding::Failed(expected.clone()));
        assert_eq!(key.check_candidate(Candidate::NewKey, soon).await, Finding::Failed(expected.clone()));
        assert_eq!(key.describe(soon).await, Err(expected));
    }

    #[tokio::test(start_paused = true)]
    async fn a_cloud_is_held_to_the_deadline() {
        let late = in_time(Deadline::after(Duration::from_secs(3)), std::future::pending::<Asked>()).await;
        assert!(matches!(late, Asked::Later { after: None, .. }));
        let never = in_time(Deadline::after(Duration::ZERO), async { Ok::<_, EndpointTrouble>(Seen::Making) }).await;
        assert!(never.is_err(), "a deadline that has passed stays passed");
    }
}
