//! How the key calls of a project leave: by the public address, or by its active private endpoints alone
//! (product.md 5.3). Must not know how a call is made.

use std::net::IpAddr;

use super::EndpointRegion;
use crate::customer_key::CustomerKey;
use crate::customer_key::aws_kms::AwsKms;
use crate::customer_key::azure_key_vault::AzureKeyVault;
use crate::id::PrivateEndpointId;
use crate::validity::{Failure, Finding, Reason, TransientReason};

/// One active endpoint as a path uses it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Route {
    /// The endpoint.
    pub endpoint: PrivateEndpointId,
    /// Where it is.
    pub region: EndpointRegion,
    /// Where it listens.
    pub addresses: Vec<IpAddr>,
    /// Its own name, where calls go to it by that.
    pub dns_name: Option<String>,
}

/// How a project's key calls at one provider leave.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub enum KeyPath {
    /// By the provider's public address.
    #[default]
    Public,
    /// By these routes and no other way; with none of them, not at all.
    Private(Vec<Route>),
}

impl KeyPath {
    /// Tells whether the public address is out of the question.
    #[must_use]
    pub const fn is_private(&self) -> bool {
        matches!(self, Self::Private(_))
    }

    /// Gives the routes, none of them for a public path.
    #[must_use]
    pub fn routes(&self) -> &[Route] {
        match self {
            Self::Public => &[],
            Self::Private(routes) => routes,
        }
    }
}

/// Narrows a path to the routes that lead to a key, in the order to try them. Any endpoint leads to a vault of
/// Azure's, the oldest first as the path gives them. One on AWS leads to keys of its own region and to replicas
/// there: the key's own region first, then the others by name.
#[must_use]
pub fn routes_for(key: &CustomerKey, path: &KeyPath) -> KeyPath {
    let KeyPath::Private(routes) = path else { return KeyPath::Public };
    let mut routes = routes.clone();
    match key {
        CustomerKey::AzureKeyVault(_) => {}
        CustomerKey::AwsKms(aws) => {
            routes.retain(|route| serves(aws, &route.region));
            routes.sort_by(|one, two| rank(aws, one).cmp(&rank(aws, two)));
        }
        // No endpoint leads there, and so none of these is one.
        CustomerKey::GcpKms(_) => routes.clear(),
    }
    KeyPath::Private(routes)
}

/// Gives the path to a key that a project has or had. `present` is the key that it has at that provider: its endpoints
/// lead to that vault alone, so a former key in another one is out of reach as long as the path is private.
#[must_use]
pub fn path_of(key: &CustomerKey, present: Option<&CustomerKey>, path: &KeyPath) -> KeyPath {
    match (key, present) {
        (CustomerKey::AzureKeyVault(key), Some(CustomerKey::AzureKeyVault(present)))
            if path.is_private() && !same_vault(key, present) =>
        {
            KeyPath::Private(Vec::new())
        }
        (CustomerKey::AwsKms(_) | CustomerKey::AzureKeyVault(_) | CustomerKey::GcpKms(_), _) => routes_for(key, path),
    }
}

fn same_vault(one: &AzureKeyVault, other: &AzureKeyVault) -> bool {
    one.environment == other.environment && one.vault.as_str().eq_ignore_ascii_case(other.vault.as_str())
}

/// Reads what a public check of a key found. That the provider lets nobody in from public addresses is no fault while
/// private networking is required and the first endpoint is still to come: then that one is waited for.
#[must_use]
pub fn awaiting_endpoint(finding: Finding, key: &CustomerKey, path: &KeyPath) -> Finding {
    match finding {
        Finding::Failed(failure)
            if failure.reason == Reason::Transient(TransientReason::NetworkDenied)
                && key.requires_private_networking()
                && !path.is_private() =>
        {
            Finding::Failed(Failure { reason: Reason::Transient(TransientReason::AwaitingEndpoint), ..failure })
        }
        Finding::Failed(_) | Finding::Usable => finding,
    }
}

fn rank<'r>(aws: &AwsKms, route: &'r Route) -> (bool, &'r EndpointRegion) {
    (route.region.as_str() != aws.region.name(), &route.region)
}

/// Tells whether an endpoint on AWS in that region leads to the key: it is there, or has, as far as its name tells, a
/// replica there. Replicas stay within their partition.
pub(super) fn serves(aws: &AwsKms, region: &EndpointRegion) -> bool {
    region.as_str() == aws.region.name()
        || (aws.key.is_multi_region() && partition(region.as_str()) == partition(aws.region.name()))
}

/// Names the part of AWS that a region belongs to.
fn partition(region: &str) -> &'static str {
    match region {
        name if name.starts_with("CN_") => "aws-cn",
        name if name.starts_with("US_GOV_") => "aws-us-gov",
        _ => "aws",
    }
}

#[cfg(test)]
mod tests {
    use super::super::PrivateProvider;
    use super::*;
    use crate::customer_key::aws_kms::{AwsKeyName, AwsRegion, tests::role_settings};
    use crate::customer_key::azure_key_vault::VaultName;
    use crate::customer_key::azure_key_vault::tests::role_settings as azure_settings;

    fn routes(provider: PrivateProvider, regions: &[&str]) -> KeyPath {
        let numbered = regions.iter().zip(1..);
        KeyPath::Private(
            numbered
                .map(|(region, number)| Route {
                    endpoint: PrivateEndpointId::from_random([number; 12]),
                    region: EndpointRegion::parse(provider, region).unwrap(),
                    addresses: vec![[10, 0, 0, number].into()],
                    dns_name: None,
                })
                .collect(),
        )
    }

    fn regions(path: &KeyPath) -> Vec<&str> {
        assert!(path.is_private());
        path.routes().iter().map(|route| route.region.as_str()).collect()
    }

    #[test]
    fn a_public_path_stays_public() {
        assert_eq!(routes_for(&CustomerKey::AwsKms(role_settings()), &KeyPath::Public), KeyPath::Public);
        assert!(!KeyPath::Public.is_private() && KeyPath::Public.routes().is_empty());
    }

    #[test]
    fn any_endpoint_leads_to_a_vault_the_oldest_first() {
        let path = routes(PrivateProvider::AzureKeyVault, &["US_EAST_2", "EUROPE_NORTH", "ASIA_EAST"]);
        let key = CustomerKey::AzureKeyVault(azure_settings());
        assert_eq!(regions(&routes_for(&key, &path)), ["US_EAST_2", "EUROPE_NORTH", "ASIA_EAST"]);
    }

    #[test]
    fn an_endpoint_on_aws_leads_to_keys_and_replicas_of_its_region() {
        let check = |key: &str, region: &str, expected: &[&str]| {
            let mut aws = role_settings();
            aws.key = AwsKeyName::parse(key).unwrap();
            aws.region = AwsRegion::parse(region).unwrap();
            let path = routes(PrivateProvider::AwsKms, &["US_WEST_2", "EU_WEST_1", "US_EAST_1", "CN_NORTH_1"]);
            assert_eq!(regions(&routes_for(&CustomerKey::AwsKms(aws), &path)), expected, "{key} {region}");
        };
        let id = "1234abcd-12ab-34cd-56ef-1234567890ab";
        check(id, "US_EAST_1", &["US_EAST_1"]);
        check(&format!("arn:aws:kms:us-east-1:111122223333:key/{id}"), "US_EAST_1", &["US_EAST_1"]);
        check(id, "AP_EAST_1", &[]);
        check("alias/mrk-1234", "EU_WEST_1", &["EU_WEST_1"]);
        let replicated = "mrk-1234abcd12ab34cd56ef1234567890ab";
        check(replicated, "US_WEST_2", &["US_WEST_2", "EU_WEST_1", "US_EAST_1"]);
        check(replicated, "AP_EAST_1", &["EU_WEST_1", "US_EAST_1", "US_WEST_2"]);
        let arn = format!("arn:aws-cn:kms:cn-northwest-1:111122223333:key/{replicated}");
        check(&arn, "CN_NORTHWEST_1", &["CN_NORTH_1"]);
    }

    #[test]
    fn a_former_key_in_another_vault_is_out_of_reach() {
        let present = azure_settings();
        let check = |former: AzureKeyVault, path: &KeyPath, expected: &KeyPath| {
            let present = CustomerKey::AzureKeyVault(present.clone());
            assert_eq!(path_of(&CustomerKey::AzureKeyVault(former), Some(&present), path), *expected);
        };
        let path = routes(PrivateProvider::AzureKeyVault, &["US_EAST_2"]);
        let elsewhere = AzureKeyVault { vault: VaultName::parse("another-vault").unwrap(), ..present.clone() };
        let shouted = VaultName::parse(&present.vault.as_str().to_ascii_uppercase()).unwrap();
        check(present.clone(), &path, &path);
        check(AzureKeyVault { vault: shouted, ..present.clone() }, &path, &path);
        check(elsewhere.clone(), &path, &KeyPath::Private(Vec::new()));
        check(elsewhere, &KeyPath::Public, &KeyPath::Public);
    }

    #[test]
    fn a_closed_vault_waits_for_its_first_endpoint() {
        let check = |reason, required, path: &KeyPath, expected| {
            let key = AzureKeyVault { require_private_networking: required, ..azure_settings() };
            let found = Finding::Failed(Failure::silent(Reason::Transient(reason)));
            let read = awaiting_endpoint(found, &CustomerKey::AzureKeyVault(key), path);
            assert_eq!(read, Finding::Failed(Failure::silent(Reason::Transient(expected))), "{reason:?} {required}");
        };
        use TransientReason::{AwaitingEndpoint, NetworkDenied, Timeout};
        check(NetworkDenied, true, &KeyPath::Public, AwaitingEndpoint);
        check(NetworkDenied, false, &KeyPath::Public, NetworkDenied);
        check(NetworkDenied, true, &KeyPath::Private(Vec::new()), NetworkDenied);
        check(Timeout, true, &KeyPath::Public, Timeout);
        let key = CustomerKey::AzureKeyVault(azure_settings());
        assert_eq!(awaiting_endpoint(Finding::Usable, &key, &KeyPath::Public), Finding::Usable);
    }

    #[test]
    fn without_a_route_the_path_stays_private() {
        let none = KeyPath::Private(Vec::new());
        assert_eq!(routes_for(&CustomerKey::AzureKeyVault(azure_settings()), &none), none);
        assert_eq!(routes_for(&CustomerKey::AwsKms(role_settings()), &none), none);
    }
}
