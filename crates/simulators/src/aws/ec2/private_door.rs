//! Who is let in by a subnet's private door: a call of KMS to the name of an endpoint that is available there.
//! It must not know what the call asks.

use super::network::Network;

/// The endpoint that a request came by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Passage {
    pub(crate) vpc_endpoint: String,
    pub(crate) vpc: String,
    pub(crate) region: String,
}

/// Finds the endpoint that a request to `host` came by in the subnet of this name; none means that nothing answers.
pub(crate) fn passage(network: &Network, subnet: &str, host: &str, now: i64) -> Option<Passage> {
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let subnets: Vec<&String> =
        network.subnets.values().filter(|found| found.name == subnet).map(|found| &found.id).collect();
    let endpoint = network.endpoints.values().find(|endpoint| {
        endpoint.is_available(now)
            && endpoint.dns_name.eq_ignore_ascii_case(name)
            && endpoint.subnets().any(|id| subnets.contains(&id))
    })?;
    Some(Passage { vpc_endpoint: endpoint.id.clone(), vpc: endpoint.vpc.clone(), region: endpoint.region.clone() })
}
