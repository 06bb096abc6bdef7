//! DescribeNetworkInterfaces: those that endpoints have, with their addresses. It must not change anything.

use super::fields::{flag, list, none_left};
use super::page::Page;
use super::vpc_endpoint::{Interface, VpcEndpoint};
use super::{Call, filter, stop_dry_run};
use crate::aws::error::ServiceError;
use crate::aws::query_protocol::Xml;

const FILTERS: [&str; 4] = ["network-interface-id", "private-ip-address", "subnet-id", "vpc-id"];

pub(super) fn describe(call: &mut Call<'_>) -> Result<Xml, ServiceError> {
    let dry_run = flag(&mut call.form, "DryRun")?;
    let ids = list(&mut call.form, "NetworkInterfaceId");
    let filters = filter::take(&mut call.form, &FILTERS)?;
    let page = Page::take(&mut call.form, !ids.is_empty())?;
    none_left(&call.form)?;
    call.authorize("ec2:DescribeNetworkInterfaces", "*", &[])?;
    stop_dry_run(dry_run)?;

    let owned = call.state.network.endpoints.values().filter(|of| call.owns(&of.account, &of.region));
    let all: Vec<(&VpcEndpoint, &Interface)> =
        owned.flat_map(|of| of.interfaces.iter().map(move |interface| (of, interface))).collect();
    for id in &ids {
        if !all.iter().any(|(_, interface)| interface.id == *id) {
            let words = format!("The networkInterface ID '{id}' does not exist");
            return Err(ServiceError::new("InvalidNetworkInterfaceID.NotFound", words));
        }
    }
    let fits = |(of, interface): &(&VpcEndpoint, &Interface)| {
        let attributes = [
            ("network-interface-id", std::slice::from_ref(&interface.id)),
            ("private-ip-address", &[interface.address.to_string()]),
            ("subnet-id", std::slice::from_ref(&interface.subnet)),
            ("vpc-id", std::slice::from_ref(&of.vpc)),
        ];
        (ids.is_empty() || ids.contains(&interface.id)) && filter::hold(&filters, &attributes, &of.tags)
    };
    let found = all.into_iter().filter(fits).collect();
    Ok(page.write("networkInterfaceSet", found, |xml, (of, interface)| {
        xml.text("networkInterfaceId", &interface.id)
            .text("subnetId", &interface.subnet)
            .text("vpcId", &of.vpc)
            .text("availabilityZone", &interface.zone)
            .text("description", &format!("VPC Endpoint Interface {}", of.id))
            .text("ownerId", &of.account)
            .text("requesterManaged", "true")
            .text("interfaceType", "vpc_endpoint")
            .text("status", "in-use")
            .text("privateIpAddress", &interface.address.to_string());
        xml.element("privateIpAddressesSet", |xml| {
            xml.element("item", |xml| {
                xml.text("privateIpAddress", &interface.address.to_string()).text("primary", "true");
            });
        });
        xml.element("groupSet", |xml| {
            for group in &of.groups {
                xml.element("item", |xml| {
                    xml.text("groupId", group);
                });
            }
        });
    }))
}
