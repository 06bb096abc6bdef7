//! Lists of the interface endpoints in a place, taken once for all who ask within a few seconds, with the addresses
//! of those that are there. Must not know what state an endpoint is in for us.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::private_endpoint::{PrivateEndpoint, Refusal};
use domain::validity::ForeignText;
use tokio::time::Instant;

use super::Aws;
use super::ec2::{Ec2, Refused};
use super::xml::Element;
use crate::flight::Flight;
use crate::private_endpoint::{EndpointTrouble, Found, Seen};

/// Entries on one page of a list, the most that EC2 gives.
const PAGE: &str = "1000";
/// Pages of one list at most; a place with more endpoints is no place of ours.
const MOST_PAGES: usize = 100;
/// Interfaces asked for at once. Source: values of a filter, EC2 API reference.
const INTERFACES: usize = 200;
/// The tag that names the installation.
pub(super) const INSTANCE_TAG: &str = "atrest-instance";
/// The tag that names the endpoint.
pub(super) const ENDPOINT_TAG: &str = "atrest-endpoint";

/// What EC2 tells about one endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Listed {
    pub(super) id: String,
    state: String,
    dns_name: Option<String>,
    interfaces: Vec<String>,
    /// Our id, by its tag.
    endpoint: Option<String>,
    last_error: Option<String>,
}

impl Listed {
    pub(super) fn read(item: &Element) -> Option<Self> {
        let tag = |key: &str| {
            let mut tags = item.items("tagSet");
            tags.find(|tag| tag.text_of("key") == Some(key))?.text_of("value").map(str::to_owned)
        };
        let names = item.items("dnsEntrySet").filter_map(|entry| entry.text_of("dnsName"));
        let last_error = item.child("lastError").map(|error| {
            let part = |name| error.text_of(name).unwrap_or_default();
            format!("{}: {}", part("code"), part("message"))
        });
        Some(Self {
            id: item.text_of("vpcEndpointId")?.to_owned(),
            state: item.text_of("state")?.to_owned(),
            dns_name: names.map(str::to_owned).next(),
            interfaces: item.items("networkInterfaceIdSet").map(|item| item.text().to_owned()).collect(),
            endpoint: tag(ENDPOINT_TAG),
            last_error,
        })
    }

    fn is_for(&self, endpoint: &PrivateEndpoint) -> bool {
        match &endpoint.cloud.resource {
            Some(resource) => self.id == *resource,
            None => self.endpoint.as_ref().is_some_and(|id| *id == endpoint.id.to_string()),
        }
    }

    /// Says what it is for us, given the addresses of interfaces. States are spelled in either case.
    /// Source: `State` of VpcEndpoint, EC2 API reference.
    fn seen(&self, addresses: &HashMap<String, IpAddr>) -> Seen {
        let mut found = Found { resource: Some(self.id.clone()), dns_name: self.dns_name.clone(), ..Found::default() };
        let known: Option<Vec<IpAddr>> = self.interfaces.iter().map(|id| addresses.get(id).copied()).collect();
        let whole = known.as_ref().is_some_and(|known| !known.is_empty()) && found.dns_name.is_some();
        found.addresses = known.unwrap_or_default();
        match self.state.to_ascii_lowercase().as_str() {
            // Its interfaces or its name are not told yet.
            "available" if !whole => Seen::Making,
            "available" => Seen::Approved(found),
            "pendingacceptance" => Seen::Pending(found),
            "rejected" => Seen::Refused(found, Refusal::Rejected),
            "deleting" | "expired" => Seen::Refused(found, Refusal::ResourceGone),
            "deleted" => Seen::Nothing,
            "failed" => {
                let words = self.last_error.as_deref().unwrap_or("AWS gives no reason");
                Seen::Failed(ForeignText::tame(&format!("the endpoint's making failed: {words}"), &[]))
            }
            _ => Seen::Making,
        }
    }
}

/// One list.
#[derive(Debug, Clone)]
struct Taken {
    at: Instant,
    list: Result<Arc<List>, EndpointTrouble>,
}

#[derive(Debug)]
struct List {
    endpoints: Vec<Listed>,
    addresses: HashMap<String, IpAddr>,
}

/// The lists of one place.
pub(super) struct Survey {
    region: String,
    every: Duration,
    last: Flight<Taken>,
    /// The addresses of interfaces, which never change.
    addresses: Mutex<HashMap<String, IpAddr>>,
}

impl Survey {
    pub(super) fn new(region: String, every: Duration) -> Self {
        Self { region, every, last: Flight::default(), addresses: Mutex::default() }
    }

    /// Looks how an endpoint is: on the last list, and where it is not on that, by a question of its own.
    /// Errors: what kept us from finding out.
    pub(super) async fn see(
        &self,
        (aws, ec2): (&Aws, &Ec2),
        instance: &str,
        endpoint: &PrivateEndpoint,
    ) -> Result<Seen, EndpointTrouble> {
        let recent = |taken: &Taken| taken.at.elapsed() < self.every;
        let taken = self.last.join(recent, async {
            let list = self.take((aws, ec2), &by_tag(INSTANCE_TAG, instance)).await;
            Taken { at: Instant::now(), list: list.map(Arc::new).map_err(EndpointTrouble::from) }
        });
        let list = taken.await.list?;
        if let Some(listed) = list.endpoints.iter().find(|listed| listed.is_for(endpoint)) {
            return Ok(listed.seen(&list.addresses));
        }
        let own = self.take((aws, ec2), &of_its_own(endpoint)).await;
        match own {
            Ok(own) => {
                let listed = own.endpoints.iter().find(|listed| listed.is_for(endpoint));
                Ok(listed.map_or(Seen::Nothing, |listed| listed.seen(&own.addresses)))
            }
            Err(refused) if refused.is(&["InvalidVpcEndpointId.NotFound", "InvalidVpcEndpoint.NotFound"]) => {
                Ok(Seen::Nothing)
            }
            Err(refused) => Err(refused.into()),
        }
    }

    /// Looks for an endpoint whose id EC2 has not told us, by its tag.
    /// Errors: what kept us from finding out.
    pub(super) async fn find(
        &self,
        (aws, ec2): (&Aws, &Ec2),
        endpoint: &PrivateEndpoint,
    ) -> Result<Option<String>, Refused> {
        let found = self.list((aws, ec2), &by_tag(ENDPOINT_TAG, &endpoint.id.to_string())).await?;
        Ok(found.into_iter().next().map(|listed| listed.id))
    }

    async fn take(&self, (aws, ec2): (&Aws, &Ec2), of: &[(String, String)]) -> Result<List, Refused> {
        let endpoints = self.list((aws, ec2), of).await?;
        let mut addresses: HashMap<String, IpAddr> = HashMap::new();
        let mut unknown = Vec::new();
        {
            let known = self.addresses.lock().unwrap_or_else(PoisonError::into_inner);
            for id in endpoints.iter().flat_map(|listed| &listed.interfaces) {
                match known.get(id) {
                    Some(address) => drop(addresses.insert(id.clone(), *address)),
                    None => unknown.push(id.clone()),
                }
            }
        }
        for some in unknown.chunks(INTERFACES) {
            addresses.extend(self.interfaces((aws, ec2), some).await?);
        }
        let mut known = self.addresses.lock().unwrap_or_else(PoisonError::into_inner);
        if of.iter().any(|(_, value)| value.ends_with(INSTANCE_TAG)) {
            // A list of all: what is not on it is gone.
            known.clone_from(&addresses);
        } else {
            known.extend(addresses.iter().map(|(id, address)| (id.clone(), *address)));
        }
        Ok(List { endpoints, addresses })
    }

    async fn list(&self, (aws, ec2): (&Aws, &Ec2), of: &[(String, String)]) -> Result<Vec<Listed>, Refused> {
        let mut endpoints = Vec::new();
        let mut token: Option<String> = None;
        for _ in 0..MOST_PAGES {
            let mut fields = of.to_vec();
            fields.extend(token.map(|token| ("NextToken".to_owned(), token)));
            let page = ec2.ask(aws, &self.region, "DescribeVpcEndpoints", &fields).await?;
            endpoints.extend(page.items("vpcEndpointSet").filter_map(Listed::read));
            match page.text_of("nextToken") {
                None => return Ok(endpoints),
                Some(next) => token = Some(next.to_owned()),
            }
        }
        Err(Refused::Passing(EndpointTrouble::saying("EC2's list of endpoints does not end")))
    }

    async fn interfaces(&self, (aws, ec2): (&Aws, &Ec2), ids: &[String]) -> Result<HashMap<String, IpAddr>, Refused> {
        // By a filter rather than by name: one that is gone by now must not spoil the rest.
        let mut fields = vec![("Filter.1.Name".to_owned(), "network-interface-id".to_owned())];
        fields.extend(ids.iter().zip(1..).map(|(id, number)| (format!("Filter.1.Value.{number}"), id.clone())));
        let answer = ec2.ask(aws, &self.region, "DescribeNetworkInterfaces", &fields).await?;
        let read = |item: &Element| {
            let address = item.text_of("privateIpAddress")?.parse().ok()?;
            Some((item.text_of("networkInterfaceId")?.to_owned(), address))
        };
        Ok(answer.items("networkInterfaceSet").filter_map(read).collect())
    }
}

fn by_tag(tag: &str, value: &str) -> Vec<(String, String)> {
    vec![
        ("Filter.1.Name".to_owned(), format!("tag:{tag}")),
        ("Filter.1.Value.1".to_owned(), value.to_owned()),
        ("MaxResults".to_owned(), PAGE.to_owned()),
    ]
}

fn of_its_own(endpoint: &PrivateEndpoint) -> Vec<(String, String)> {
    match &endpoint.cloud.resource {
        Some(resource) => vec![("VpcEndpointId.1".to_owned(), resource.clone())],
        None => by_tag(ENDPOINT_TAG, &endpoint.id.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_of_aws_is_one_of_ours() {
        let addresses = HashMap::from([("eni-1".to_owned(), IpAddr::from([10, 0, 0, 4]))]);
        let listed = |state: &str, interfaces: &[&str]| Listed {
            id: "vpce-1".to_owned(),
            state: state.to_owned(),
            dns_name: Some("vpce-1-2.kms.us-east-1.vpce.amazonaws.com".to_owned()),
            interfaces: interfaces.iter().map(|&id| id.to_owned()).collect(),
            endpoint: None,
            last_error: Some("Odd: it went wrong".to_owned()),
        };
        let seen = |state: &str| listed(state, &["eni-1"]).seen(&addresses);
        let found = Found {
            resource: Some("vpce-1".to_owned()),
            connection_name: None,
            dns_name: Some("vpce-1-2.kms.us-east-1.vpce.amazonaws.com".to_owned()),
            addresses: vec![IpAddr::from([10, 0, 0, 4])],
        };
        for state in ["available", "Available"] {
            assert_eq!(seen(state), Seen::Approved(found.clone()));
        }
        for state in ["pending", "Pending", "partial", "brand-new"] {
            assert_eq!(seen(state), Seen::Making, "{state}");
        }
        assert_eq!(seen("pendingAcceptance"), Seen::Pending(found.clone()));
        assert_eq!(seen("rejected"), Seen::Refused(found.clone(), Refusal::Rejected));
        assert_eq!(seen("deleting"), Seen::Refused(found.clone(), Refusal::ResourceGone));
        assert_eq!(seen("expired"), Seen::Refused(found, Refusal::ResourceGone));
        assert_eq!(seen("deleted"), Seen::Nothing);
        let words = ForeignText::tame("the endpoint's making failed: Odd: it went wrong", &[]);
        assert_eq!(seen("failed"), Seen::Failed(words));
        assert_eq!(listed("available", &["eni-2"]).seen(&addresses), Seen::Making, "an address is missing");
        assert_eq!(listed("available", &[]).seen(&addresses), Seen::Making);
        let unnamed = Listed { dns_name: None, ..listed("available", &["eni-1"]) };
        assert_eq!(unnamed.seen(&addresses), Seen::Making);
    }
}
