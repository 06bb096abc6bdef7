//! DescribeSecurityGroups. It must not change anything.

use super::fields::{flag, list, none_left};
use super::network::SecurityGroup;
use super::page::Page;
use super::subnet::named;
use super::{Call, filter, stop_dry_run};
use crate::aws::error::ServiceError;
use crate::aws::query_protocol::Xml;

const FILTERS: [&str; 3] = ["group-id", "group-name", "vpc-id"];

pub(super) fn describe(call: &mut Call<'_>) -> Result<Xml, ServiceError> {
    let dry_run = flag(&mut call.form, "DryRun")?;
    let ids = list(&mut call.form, "GroupId");
    let filters = filter::take(&mut call.form, &FILTERS)?;
    let page = Page::take(&mut call.form, !ids.is_empty())?;
    none_left(&call.form)?;
    call.authorize("ec2:DescribeSecurityGroups", "*", &[])?;
    stop_dry_run(dry_run)?;

    let seen = |group: &&SecurityGroup| call.owns(&group.account, &group.region);
    for id in &ids {
        if call.state.network.security_groups.get(id).filter(seen).is_none() {
            let words = format!("The security group '{id}' does not exist");
            return Err(ServiceError::new("InvalidGroup.NotFound", words));
        }
    }
    let fits = |group: &&SecurityGroup| {
        let attributes = [
            ("group-id", std::slice::from_ref(&group.id)),
            ("group-name", std::slice::from_ref(&group.name)),
            ("vpc-id", std::slice::from_ref(&group.vpc)),
        ];
        (ids.is_empty() || ids.contains(&group.id)) && filter::hold(&filters, &attributes, &named(&group.name))
    };
    let found = call.state.network.security_groups.values().filter(seen).filter(fits).collect();
    Ok(page.write("securityGroupInfo", found, |xml, group: &&SecurityGroup| {
        xml.text("groupId", &group.id)
            .text("groupName", &group.name)
            .text("groupDescription", &group.name)
            .text("vpcId", &group.vpc)
            .text("ownerId", &group.account);
    }))
}
