//! DescribeSubnets. It must not change anything.

use std::collections::BTreeMap;

use super::fields::{flag, list, none_left};
use super::network::Subnet;
use super::page::{Page, tag_set};
use super::{Call, filter, stop_dry_run};
use crate::aws::error::ServiceError;
use crate::aws::query_protocol::Xml;

const FILTERS: [&str; 4] = ["availability-zone", "cidr-block", "subnet-id", "vpc-id"];
/// Free addresses in any subnet here. A simulated subnet never fills up.
const FREE: &str = "251";

pub(super) fn describe(call: &mut Call<'_>) -> Result<Xml, ServiceError> {
    let dry_run = flag(&mut call.form, "DryRun")?;
    let ids = list(&mut call.form, "SubnetId");
    let filters = filter::take(&mut call.form, &FILTERS)?;
    let page = Page::take(&mut call.form, !ids.is_empty())?;
    none_left(&call.form)?;
    call.authorize("ec2:DescribeSubnets", "*", &[])?;
    stop_dry_run(dry_run)?;

    let seen = |subnet: &&Subnet| call.owns(&subnet.account, &subnet.region);
    for id in &ids {
        if call.state.network.subnets.get(id).filter(seen).is_none() {
            let words = format!("The subnet ID '{id}' does not exist");
            return Err(ServiceError::new("InvalidSubnetID.NotFound", words));
        }
    }
    let fits = |subnet: &&Subnet| {
        let attributes = [
            ("availability-zone", std::slice::from_ref(&subnet.zone)),
            ("cidr-block", std::slice::from_ref(&subnet.cidr)),
            ("subnet-id", std::slice::from_ref(&subnet.id)),
            ("vpc-id", std::slice::from_ref(&subnet.vpc)),
        ];
        (ids.is_empty() || ids.contains(&subnet.id)) && filter::hold(&filters, &attributes, &named(&subnet.name))
    };
    let found = call.state.network.subnets.values().filter(seen).filter(fits).collect();
    Ok(page.write("subnetSet", found, |xml, subnet: &&Subnet| {
        xml.text("subnetId", &subnet.id)
            .text("state", "available")
            .text("vpcId", &subnet.vpc)
            .text("cidrBlock", &subnet.cidr)
            .text("availableIpAddressCount", FREE)
            .text("availabilityZone", &subnet.zone)
            .text("ownerId", &subnet.account);
        tag_set(xml, &named(&subnet.name));
    }))
}

/// The one tag of what a seeder made.
pub(super) fn named(name: &str) -> BTreeMap<String, String> {
    BTreeMap::from([("Name".to_owned(), name.to_owned())])
}
