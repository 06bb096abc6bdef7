//! What lies in the simulated EC2: VPCs with their subnets and security groups, and the endpoints in them.
//! It must not know any wire protocol, nor who may do what.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};

use super::vpc_endpoint::VpcEndpoint;
use crate::aws::secret::random;

/// Everything of EC2's, as it stands in `aws.json`. By id throughout: ids are random, thus unique.
#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Network {
    pub(crate) vpcs: BTreeMap<String, Vpc>,
    pub(crate) subnets: BTreeMap<String, Subnet>,
    pub(crate) security_groups: BTreeMap<String, SecurityGroup>,
    pub(crate) endpoints: BTreeMap<String, VpcEndpoint>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Vpc {
    pub(crate) id: String,
    pub(crate) account: String,
    pub(crate) region: String,
    /// Under which a seeder finds it again.
    pub(crate) name: String,
    pub(crate) cidr: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Subnet {
    pub(crate) id: String,
    pub(crate) account: String,
    pub(crate) region: String,
    pub(crate) vpc: String,
    /// Under which a seeder finds it again, and the private door of it is known.
    pub(crate) name: String,
    pub(crate) zone: String,
    pub(crate) cidr: String,
    /// Where the subnet's endpoints are: the private door's, one for all of them.
    pub(crate) address: Ipv4Addr,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SecurityGroup {
    pub(crate) id: String,
    pub(crate) account: String,
    pub(crate) region: String,
    pub(crate) vpc: String,
    pub(crate) name: String,
}

impl Network {
    /// Lets the calendar act: endpoints whose deletion is done are gone. Tells whether anything changed.
    pub(crate) fn settle(&mut self, now: i64) -> bool {
        let before = self.endpoints.len();
        self.endpoints.retain(|_, endpoint| !endpoint.is_gone(now));
        self.endpoints.len() < before
    }
}

/// An identifier as EC2 makes them: a prefix and seventeen hex digits.
pub(crate) fn random_id(prefix: &str) -> String {
    let hex = hex::encode(random::<9>());
    format!("{prefix}-{}", hex.get(..17).unwrap_or(&hex))
}
