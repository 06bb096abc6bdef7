//! DescribeVpcs. It must not change anything.

use super::fields::{flag, list, none_left};
use super::network::Vpc;
use super::page::{Page, tag_set};
use super::subnet::named;
use super::{Call, filter, stop_dry_run};
use crate::aws::error::ServiceError;
use crate::aws::query_protocol::Xml;

const FILTERS: [&str; 2] = ["cidr", "vpc-id"];

pub(super) fn describe(call: &mut Call<'_>) -> Result<Xml, ServiceError> {
    let dry_run = flag(&mut call.form, "DryRun")?;
    let ids = list(&mut call.form, "VpcId");
    let filters = filter::take(&mut call.form, &FILTERS)?;
    let page = Page::take(&mut call.form, !ids.is_empty())?;
    none_left(&call.form)?;
    call.authorize("ec2:DescribeVpcs", "*", &[])?;
    stop_dry_run(dry_run)?;

    let seen = |vpc: &&Vpc| call.owns(&vpc.account, &vpc.region);
    for id in &ids {
        if call.state.network.vpcs.get(id).filter(seen).is_none() {
            let words = format!("The vpc ID '{id}' does not exist");
            return Err(ServiceError::new("InvalidVpcID.NotFound", words));
        }
    }
    let fits = |vpc: &&Vpc| {
        let attributes = [("cidr", std::slice::from_ref(&vpc.cidr)), ("vpc-id", std::slice::from_ref(&vpc.id))];
        (ids.is_empty() || ids.contains(&vpc.id)) && filter::hold(&filters, &attributes, &named(&vpc.name))
    };
    let found = call.state.network.vpcs.values().filter(seen).filter(fits).collect();
    Ok(page.write("vpcSet", found, |xml, vpc: &&Vpc| {
        xml.text("vpcId", &vpc.id)
            .text("state", "available")
            .text("cidrBlock", &vpc.cidr)
            .text("ownerId", &vpc.account)
            .text("isDefault", "false");
        tag_set(xml, &named(&vpc.name));
    }))
}
