//! DescribeVpcEndpoints, by id, by filter, in pages. It must not change anything.

use super::fields::{flag, list, none_left};
use super::page::Page;
use super::vpc_endpoint::VpcEndpoint;
use super::{Call, filter, stop_dry_run};
use crate::aws::error::ServiceError;
use crate::aws::query_protocol::Xml;

const FILTERS: [&str; 5] = ["service-name", "vpc-endpoint-id", "vpc-endpoint-state", "vpc-endpoint-type", "vpc-id"];

pub(super) fn run(call: &mut Call<'_>) -> Result<Xml, ServiceError> {
    let dry_run = flag(&mut call.form, "DryRun")?;
    let ids = list(&mut call.form, "VpcEndpointId");
    let filters = filter::take(&mut call.form, &FILTERS)?;
    let page = Page::take(&mut call.form, !ids.is_empty())?;
    none_left(&call.form)?;
    call.authorize("ec2:DescribeVpcEndpoints", "*", &[])?;
    stop_dry_run(dry_run)?;

    let now = call.now;
    let seen = |endpoint: &&VpcEndpoint| call.owns(&endpoint.account, &endpoint.region) && endpoint.visible_at <= now;
    for id in &ids {
        if !id.starts_with("vpce-") {
            let words = format!("The Vpc Endpoint Id '{id}' is malformed");
            return Err(ServiceError::new("InvalidVpcEndpointId.Malformed", words));
        }
        if call.state.network.endpoints.get(id).filter(seen).is_none() {
            let words = format!("The Vpc Endpoint Id '{id}' does not exist");
            return Err(ServiceError::new("InvalidVpcEndpointId.NotFound", words));
        }
    }
    let fits = |endpoint: &&VpcEndpoint| {
        let attributes = [
            ("service-name", std::slice::from_ref(&endpoint.service)),
            ("vpc-endpoint-id", std::slice::from_ref(&endpoint.id)),
            ("vpc-endpoint-state", &[endpoint.state(now).to_owned()]),
            ("vpc-endpoint-type", &["Interface".to_owned()]),
            ("vpc-id", std::slice::from_ref(&endpoint.vpc)),
        ];
        (ids.is_empty() || ids.contains(&endpoint.id)) && filter::hold(&filters, &attributes, &endpoint.tags)
    };
    let found = call.state.network.endpoints.values().filter(seen).filter(fits).collect();
    Ok(page.write("vpcEndpointSet", found, |xml, endpoint: &&VpcEndpoint| endpoint.write(xml, now)))
}
