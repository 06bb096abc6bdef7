//! The operator's networks in the simulated clouds, in which private endpoints are made: two subnets each at AWS and
//! Azure, at whose private addresses these clouds answer too.

use std::net::Ipv4Addr;

use domain::private_endpoint::{EndpointRegion, PrivateProvider};
use providers::{AwsPlace, AzurePlace};
use simulators::azure::Role;
use simulators::{Aws, Azure, Subnet, Via};

use super::OPERATOR;
use super::azure::guid;

/// A subnet's name, and its private address. Other tests have the same ones, at other ports.
type Net = (&'static str, Ipv4Addr);

pub(crate) const AZURE_CENTRAL: Net = ("us-central", Ipv4Addr::new(127, 65, 1, 4));
pub(crate) const AZURE_EAST_2: Net = ("us-east-2", Ipv4Addr::new(127, 65, 2, 4));
pub(crate) const AWS_EAST_1: Net = ("us-east-1", Ipv4Addr::new(127, 66, 1, 4));
pub(crate) const AWS_EAST_2: Net = ("us-east-2", Ipv4Addr::new(127, 66, 2, 4));

/// The regions of Azure in which endpoints are made, unless a test says otherwise.
pub(crate) const AZURE_REGIONS: [&str; 2] = ["US_CENTRAL", "US_EAST_2"];
/// The operator's resource group of endpoints at Azure.
pub(crate) const ENDPOINTS: &str = "atrest-endpoints";
/// What the operator's user at AWS may do beside assuming roles.
pub(crate) const USE_NETWORK: &[&str] = &[
    "ec2:CreateTags",
    "ec2:CreateVpcEndpoint",
    "ec2:DeleteVpcEndpoints",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcEndpoints",
    "ec2:DescribeVpcs",
];

pub(super) fn azure_subnets() -> Vec<Subnet> {
    [AZURE_CENTRAL, AZURE_EAST_2].map(subnet).into()
}

pub(super) fn aws_subnets() -> Vec<Subnet> {
    [AWS_EAST_1, AWS_EAST_2].map(subnet).into()
}

fn subnet((name, address): Net) -> Subnet {
    Subnet { name: name.to_owned(), address }
}

/// The way of requests that come by a subnet.
pub(crate) fn via((name, _): Net) -> Via {
    Via::private(name)
}

/// Makes the operator's networks at AWS, and says where endpoints go.
pub(super) async fn furnish_aws(aws: &Aws) -> Vec<AwsPlace> {
    let mut places = Vec::new();
    for (region, name, net) in [("US_EAST_1", "us-east-1", AWS_EAST_1), ("US_EAST_2", "us-east-2", AWS_EAST_2)] {
        let vpc = aws.create_vpc(OPERATOR, name, "atrest").await.unwrap();
        let subnet = aws.create_subnet(&vpc.id, net.0, net.1).await.unwrap();
        places.push(AwsPlace {
            region: EndpointRegion::parse(PrivateProvider::AwsKms, region).unwrap(),
            vpc: vpc.id,
            subnets: vec![subnet],
            security_groups: vec![vpc.security_group],
            addresses: vec![around(net)],
        });
    }
    places
}

/// The operator's networks at Azure.
#[derive(Debug, Clone)]
pub(crate) struct AzureNetwork {
    subscription: String,
    central: String,
    east: String,
}

impl AzureNetwork {
    /// Makes them in the operator's tenant, whose application may make endpoints there.
    pub(super) async fn furnish(azure: &Azure, tenant: &str, client_id: &str) -> Self {
        let subscription = azure.create_subscription(tenant, "operator").await.unwrap();
        let group = azure.create_resource_group(&subscription, ENDPOINTS).await.unwrap();
        let at_home = azure.create_service_principal(tenant, client_id).await.unwrap();
        for role in [Role::Reader, Role::NetworkContributor] {
            azure.assign_role(&group, &at_home, role).await.unwrap();
        }
        let subnet = async |(name, address): Net| {
            azure.create_subnet(&subscription, ENDPOINTS, "atrest", name, address).await.unwrap()
        };
        let (central, east) = (subnet(AZURE_CENTRAL).await, subnet(AZURE_EAST_2).await);
        Self { subscription, central, east }
    }

    /// Says where endpoints of these regions go: those of `US_EAST_2` to its subnet, all others to the first.
    pub(super) fn places(&self, regions: &[&str]) -> Vec<AzurePlace> {
        let place = |name: &&str| {
            let region = EndpointRegion::parse(PrivateProvider::AzureKeyVault, name).unwrap();
            let (subnet, net) =
                if *name == "US_EAST_2" { (&self.east, AZURE_EAST_2) } else { (&self.central, AZURE_CENTRAL) };
            AzurePlace {
                location: region.azure_location().unwrap().to_owned(),
                region,
                subscription: guid(&self.subscription),
                resource_group: domain::customer_key::azure_key_vault::ResourceGroupName::parse(ENDPOINTS).unwrap(),
                subnet: subnet.clone(),
                addresses: vec![around(net)],
            }
        };
        regions.iter().map(place).collect()
    }
}

/// The addresses of a subnet.
fn around((_, address): Net) -> ipnet::IpNet {
    let [a, b, c, _] = address.octets();
    format!("{a}.{b}.{c}.0/24").parse().unwrap()
}
