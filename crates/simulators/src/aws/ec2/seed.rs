//! Seeding networks from Rust, for dev mode and tests. Everything is found by its name before it is made.
//! It must not know who seeds.

use std::net::Ipv4Addr;
use std::time::Duration;

use super::network::{SecurityGroup, Subnet, Vpc, random_id};
use crate::Error;
use crate::aws::state::State;
use crate::aws::{Aws, arn};
use crate::kept::lock;

/// A VPC, with the security group that was made with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreatedVpc {
    /// `vpc-…`
    pub id: String,
    /// `sg-…`
    pub security_group: String,
}

/// An endpoint, as whoever watches the simulated AWS from outside sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VpcEndpointView {
    /// `vpce-…`
    pub id: String,
    /// Its region.
    pub region: String,
    /// `pending`, `available` or `deleting`.
    pub state: String,
    /// Its regional DNS name.
    pub dns_name: String,
    /// The value of its tag `Name`, empty without one.
    pub name: String,
}

impl Aws {
    /// Finds a VPC of a region by its name, or makes one with a security group.
    /// Errors: `Refused` for a missing account, or a region that is not of its partition.
    pub async fn create_vpc(&self, account: &str, region: &str, name: &str) -> Result<CreatedVpc, Error> {
        self.seed(|state, _| {
            let owner = state.accounts.get(account);
            if !owner.is_some_and(|owner| arn::is_region(region) && arn::partition_of(region) == owner.partition) {
                return Err(Error::Refused(format!("{region} is no region of account {account}")));
            }
            let network = &mut state.network;
            let ours = |of: &str, at: &str, named: &str| of == account && at == region && named == name;
            let known = network.vpcs.values().find(|vpc| ours(&vpc.account, &vpc.region, &vpc.name));
            let id = known.map_or_else(|| random_id("vpc"), |vpc| vpc.id.clone());
            network.vpcs.entry(id.clone()).or_insert_with(|| Vpc {
                id: id.clone(),
                account: account.to_owned(),
                region: region.to_owned(),
                name: name.to_owned(),
                cidr: "127.66.0.0/16".to_owned(),
            });
            let known = network.security_groups.values().find(|group| group.vpc == id);
            let security_group = known.map_or_else(|| random_id("sg"), |group| group.id.clone());
            network.security_groups.entry(security_group.clone()).or_insert_with(|| SecurityGroup {
                id: security_group.clone(),
                account: account.to_owned(),
                region: region.to_owned(),
                vpc: id.clone(),
                name: name.to_owned(),
            });
            Ok(CreatedVpc { id, security_group })
        })
        .await
    }

    /// Finds a subnet of a VPC by its name, or makes one in a zone of its own. Endpoints in it are at this address,
    /// where the subnet of that name in `Options::aws_subnets` answers. Gives its id.
    /// Errors: `Refused` for a missing VPC.
    pub async fn create_subnet(&self, vpc: &str, name: &str, address: Ipv4Addr) -> Result<String, Error> {
        self.seed(|state, _| {
            let State { network, .. } = state;
            let Some(Vpc { account, region, .. }) = network.vpcs.get(vpc) else {
                return Err(Error::Refused(format!("there is no VPC {vpc}")));
            };
            let of_vpc = network.subnets.values().filter(|subnet| subnet.vpc == vpc);
            if let Some(known) = of_vpc.clone().find(|subnet| subnet.name == name) {
                return Ok(known.id.clone());
            }
            let zone = char::from(b'a'.saturating_add(u8::try_from(of_vpc.count()).unwrap_or(u8::MAX).min(25)));
            let [first, second, third, _] = address.octets();
            let subnet = Subnet {
                id: random_id("subnet"),
                account: account.clone(),
                region: region.clone(),
                vpc: vpc.to_owned(),
                name: name.to_owned(),
                zone: format!("{region}{zone}"),
                cidr: format!("{first}.{second}.{third}.0/24"),
                address,
            };
            let id = subnet.id.clone();
            network.subnets.insert(id.clone(), subnet);
            Ok(id)
        })
        .await
    }

    /// Says how long an endpoint is `pending`, and `deleting`; 200 ms unless said otherwise.
    pub fn set_endpoint_delay(&self, delay: Duration) {
        lock(&self.inner.pace).delay = delay;
    }

    /// Says how long a new endpoint is not found yet by whoever asks for it; not at all unless said otherwise.
    pub fn set_endpoint_lag(&self, lag: Duration) {
        lock(&self.inner.pace).lag = lag;
    }

    /// Says how many endpoints a VPC may have; 50 unless said otherwise.
    pub fn set_endpoint_limit(&self, most: usize) {
        lock(&self.inner.pace).most = most;
    }

    /// Lists the endpoints of all accounts, oldest first.
    pub fn vpc_endpoints(&self) -> Vec<VpcEndpointView> {
        let now = crate::answer::millis(time::OffsetDateTime::now_utc());
        let mut state = self.state();
        state.settle(now);
        let mut all: Vec<_> = state.network.endpoints.values().collect();
        all.sort_by_key(|endpoint| endpoint.created);
        let view = |endpoint: &super::vpc_endpoint::VpcEndpoint| VpcEndpointView {
            id: endpoint.id.clone(),
            region: endpoint.region.clone(),
            state: endpoint.state(now).to_owned(),
            dns_name: endpoint.dns_name.clone(),
            name: endpoint.tags.get("Name").cloned().unwrap_or_default(),
        };
        all.into_iter().map(view).collect()
    }
}
