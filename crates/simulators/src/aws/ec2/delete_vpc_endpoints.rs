//! DeleteVpcEndpoints: what cannot be deleted is told beside what can, not instead. It must not know what used them.

use super::fields::{flag, list, missing, none_left};
use super::{Call, stop_dry_run};
use crate::aws::error::ServiceError;
use crate::aws::query_protocol::Xml;

pub(super) fn run(call: &mut Call<'_>) -> Result<Xml, ServiceError> {
    const DELETE: &str = "ec2:DeleteVpcEndpoints";
    let dry_run = flag(&mut call.form, "DryRun")?;
    let ids = list(&mut call.form, "VpcEndpointId");
    none_left(&call.form)?;
    if ids.is_empty() {
        return Err(missing("VpcEndpointId"));
    }
    for id in &ids {
        let endpoint = call.state.network.endpoints.get(id);
        let facts = endpoint.map(super::vpc_endpoint::VpcEndpoint::facts).unwrap_or_default();
        call.authorize(DELETE, &call.arn(&format!("vpc-endpoint/{id}")), &facts)?;
    }
    stop_dry_run(dry_run)?;

    let delay = i64::try_from(call.pace.delay.as_millis()).unwrap_or(i64::MAX);
    let gone_at = call.now.saturating_add(delay);
    let (account, region) = (call.caller.account.clone(), call.region);
    let mut unsuccessful = Vec::new();
    for id in ids {
        let found = call.state.network.endpoints.get_mut(&id);
        match found.filter(|endpoint| endpoint.account == account && endpoint.region == region) {
            Some(endpoint) => endpoint.delete(gone_at),
            None => unsuccessful.push(id),
        }
    }
    call.state.touch();
    let mut xml = Xml::default();
    xml.element("unsuccessful", |xml| {
        for id in &unsuccessful {
            xml.element("item", |xml| {
                xml.element("error", |xml| {
                    xml.text("code", "InvalidVpcEndpoint.NotFound")
                        .text("message", &format!("The Vpc Endpoint Id '{id}' does not exist"));
                });
                xml.text("resourceId", id);
            });
        }
    });
    Ok(xml)
}
