//! The places in which dev mode has private endpoints made: subnets of the simulated clouds, each at a loopback
//! address of its own. Must not know how a cloud is furnished with one.

use std::net::{Ipv4Addr, TcpListener};

use anyhow::Context as _;
use domain::private_endpoint::{EndpointRegion, PrivateProvider};
use ipnet::IpNet;
use simulators::Subnet;

/// A place for private endpoints.
#[derive(Debug, Clone, Copy)]
pub(super) struct DevPlace {
    region: &'static str,
    provider: PrivateProvider,
    /// The subnet's name.
    pub(super) subnet: &'static str,
    /// Where endpoints in it listen.
    pub(super) address: Ipv4Addr,
}

/// The places at Azure. Source: product.md 8.
pub(super) const AZURE: [DevPlace; 2] = [
    DevPlace {
        region: "US_CENTRAL",
        provider: PrivateProvider::AzureKeyVault,
        subnet: "us-central",
        address: Ipv4Addr::new(127, 65, 1, 4),
    },
    DevPlace {
        region: "US_EAST_2",
        provider: PrivateProvider::AzureKeyVault,
        subnet: "us-east-2",
        address: Ipv4Addr::new(127, 65, 2, 4),
    },
];

/// The places at AWS. Source: product.md 8.
pub(super) const AWS: [DevPlace; 2] = [
    DevPlace {
        region: "US_EAST_1",
        provider: PrivateProvider::AwsKms,
        subnet: "us-east-1",
        address: Ipv4Addr::new(127, 66, 1, 4),
    },
    DevPlace {
        region: "US_EAST_2",
        provider: PrivateProvider::AwsKms,
        subnet: "us-east-2",
        address: Ipv4Addr::new(127, 66, 2, 4),
    },
];

impl DevPlace {
    /// Gives the region.
    /// Errors: there is none of that name.
    pub(super) fn region(&self) -> anyhow::Result<EndpointRegion> {
        let region = EndpointRegion::parse(self.provider, self.region);
        region.with_context(|| format!("{} is no region", self.region))
    }

    /// Gives the addresses that endpoints in it may have.
    /// Errors: never, for addresses of version 4.
    pub(super) fn addresses(&self) -> anyhow::Result<Vec<IpNet>> {
        Ok(vec![IpNet::new(self.address.into(), 24).context("make a network of an address")?.trunc()])
    }
}

/// Gives the places whose addresses this machine has: Linux has all of 127.0.0.0/8, others only what was set up.
pub(super) fn at_hand(places: &[DevPlace]) -> Vec<DevPlace> {
    let is_here = |place: &&DevPlace| {
        let bound = TcpListener::bind((place.address, 0));
        if let Err(error) = &bound {
            let (region, address) = (place.region, place.address);
            tracing::warn!(region, %address, %error, "no private endpoints there: this machine lacks the address");
        }
        bound.is_ok()
    };
    places.iter().filter(is_here).copied().collect()
}

/// Tells the simulators where their private addresses are.
pub(super) fn subnets(places: &[DevPlace]) -> Vec<Subnet> {
    places.iter().map(|place| Subnet { name: place.subnet.to_owned(), address: place.address }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_is_a_region_with_addresses_around_its_own() {
        for place in AZURE.into_iter().chain(AWS) {
            let region = place.region().unwrap();
            assert_eq!(region.provider(), place.provider);
            let [network] = place.addresses().unwrap()[..] else { panic!("one network is enough") };
            assert!(network.contains(&std::net::IpAddr::V4(place.address)) && network.prefix_len() == 24);
            assert_eq!(place.subnet, place.region.to_ascii_lowercase().replace('_', "-"));
        }
        assert_eq!((at_hand(&[]).len(), subnets(&AWS).len()), (0, 2));
    }
}
