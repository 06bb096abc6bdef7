//! CreateVpcEndpoint: interface endpoints to KMS, by the endpoint's own name only. It must not know what uses them.

use std::collections::BTreeSet;

use super::fields::{flag, invalid_value, list, missing, none_left, required, tags};
use super::network::{Subnet, random_id};
use super::vpc_endpoint::{Interface, VpcEndpoint};
use super::{Call, stop_dry_run};
use crate::aws::arn::partition_of;
use crate::aws::error::ServiceError;
use crate::aws::query_protocol::Xml;
use crate::aws::secret::random;

/// What is asked for.
struct Wanted {
    vpc: String,
    service: String,
    subnets: Vec<String>,
    groups: Vec<String>,
    token: Option<String>,
}

pub(super) fn run(call: &mut Call<'_>) -> Result<Xml, ServiceError> {
    let dry_run = flag(&mut call.form, "DryRun")?;
    match call.form.take("VpcEndpointType").as_deref() {
        Some("Interface") => {}
        kind => {
            return Err(invalid_value(&format!(
                "VPC endpoints of type {} are not modelled by this simulator",
                kind.unwrap_or("Gateway")
            )));
        }
    }
    if flag(&mut call.form, "PrivateDnsEnabled")? {
        return Err(invalid_value("private DNS of an endpoint is not modelled by this simulator"));
    }
    let wanted = Wanted {
        vpc: required(&mut call.form, "VpcId")?,
        service: required(&mut call.form, "ServiceName")?,
        subnets: list(&mut call.form, "SubnetId"),
        groups: list(&mut call.form, "SecurityGroupId"),
        token: call.form.take("ClientToken"),
    };
    let tags = tags(&mut call.form, "vpc-endpoint")?;
    none_left(&call.form)?;
    if wanted.token.as_ref().is_some_and(|token| token.len() > 64 || !token.is_ascii()) {
        return Err(invalid_value("ClientToken must be up to 64 ASCII characters"));
    }
    if wanted.subnets.is_empty() {
        return Err(missing("SubnetId"));
    }
    authorize(call, &wanted, &tags)?;

    if let Some(made) = same(call, &wanted)? {
        stop_dry_run(dry_run)?;
        return Ok(answer(call, &made));
    }
    let interfaces = interfaces(call, &wanted)?;
    let most = call.pace.most;
    if call.state.network.endpoints.values().filter(|endpoint| endpoint.vpc == wanted.vpc).count() >= most {
        return Err(ServiceError::new(
            "VpcEndpointLimitExceeded",
            format!("The maximum number of VPC endpoints ({most}) has been reached for {}.", wanted.vpc),
        ));
    }
    stop_dry_run(dry_run)?;

    let id = random_id("vpce");
    let suffix = hex::encode(random::<4>());
    let domain = if partition_of(call.region) == "aws-cn" { "amazonaws.com.cn" } else { "amazonaws.com" };
    let delay = i64::try_from(call.pace.delay.as_millis()).unwrap_or(i64::MAX);
    let lag = i64::try_from(call.pace.lag.as_millis()).unwrap_or(i64::MAX);
    let endpoint = VpcEndpoint {
        dns_name: format!("{id}-{suffix}.kms.{}.vpce.{domain}", call.region),
        id: id.clone(),
        account: call.caller.account.clone(),
        region: call.region.to_owned(),
        vpc: wanted.vpc,
        service: wanted.service,
        groups: wanted.groups,
        interfaces,
        client_token: wanted.token,
        tags,
        created: call.now,
        visible_at: call.now.saturating_add(lag),
        available_at: call.now.saturating_add(delay),
        gone_at: None,
    };
    call.state.network.endpoints.insert(id.clone(), endpoint);
    call.state.touch();
    Ok(answer(call, &id))
}

/// Asks leave for each thing that takes part, as EC2 does.
/// Source: "Actions, resources, and condition keys for Amazon EC2", Service Authorization Reference.
fn authorize(
    call: &Call<'_>,
    wanted: &Wanted,
    tags: &std::collections::BTreeMap<String, String>,
) -> Result<(), ServiceError> {
    const CREATE: &str = "ec2:CreateVpcEndpoint";
    let requested: Vec<_> =
        tags.iter().map(|(tag, value)| (format!("aws:RequestTag/{tag}"), vec![value.clone()])).collect();
    let service = ("ec2:VpceServiceName".to_owned(), vec![wanted.service.clone()]);
    let new = call.arn("vpc-endpoint/*");
    let mut facts = requested.clone();
    facts.push(service);
    call.authorize(CREATE, &call.arn(&format!("vpc/{}", wanted.vpc)), &[])?;
    call.authorize(CREATE, &new, &facts)?;
    for subnet in &wanted.subnets {
        call.authorize(CREATE, &call.arn(&format!("subnet/{subnet}")), &[])?;
    }
    for group in &wanted.groups {
        call.authorize(CREATE, &call.arn(&format!("security-group/{group}")), &[])?;
    }
    if !tags.is_empty() {
        let mut facts = requested;
        facts.push(("ec2:CreateAction".to_owned(), vec!["CreateVpcEndpoint".to_owned()]));
        call.authorize("ec2:CreateTags", &new, &facts)?;
    }
    Ok(())
}

/// Finds what the same token made before, deleting or not.
/// Errors: `IdempotentParameterMismatch`.
fn same(call: &Call<'_>, wanted: &Wanted) -> Result<Option<String>, ServiceError> {
    let Some(token) = &wanted.token else { return Ok(None) };
    let mut all = call.state.network.endpoints.values();
    let made = all.find(|made| {
        call.owns(&made.account, &made.region) && made.client_token.as_ref().is_some_and(|known| known == token)
    });
    let Some(made) = made else { return Ok(None) };
    let subnets: Vec<&String> = made.subnets().collect();
    let equal = made.vpc == wanted.vpc
        && made.service == wanted.service
        && made.groups == wanted.groups
        && subnets == wanted.subnets.iter().collect::<Vec<_>>();
    if equal {
        return Ok(Some(made.id.clone()));
    }
    Err(ServiceError::new(
        "IdempotentParameterMismatch",
        "The request uses the same client token as a previous, but non-identical request.",
    ))
}

/// Checks that all which is named is there and fits, and gives each subnet its interface.
fn interfaces(call: &Call<'_>, wanted: &Wanted) -> Result<Vec<Interface>, ServiceError> {
    let network = &call.state.network;
    if !network.vpcs.get(&wanted.vpc).is_some_and(|vpc| call.owns(&vpc.account, &vpc.region)) {
        let words = format!("The Vpc Id {} does not exist", wanted.vpc);
        return Err(ServiceError::new("InvalidVpcId.NotFound", words));
    }
    if wanted.service != format!("com.amazonaws.{}.kms", call.region) {
        let words = format!("The Vpc Endpoint Service '{}' does not exist", wanted.service);
        return Err(ServiceError::new("InvalidServiceName", words));
    }
    for group in &wanted.groups {
        let found = network.security_groups.get(group).filter(|found| call.owns(&found.account, &found.region));
        match found {
            None => {
                let words = format!("The security group '{group}' does not exist");
                return Err(ServiceError::new("InvalidGroup.NotFound", words));
            }
            Some(found) if found.vpc != wanted.vpc => {
                let words = format!("Security group {group} does not belong to VPC {}.", wanted.vpc);
                return Err(ServiceError::new("InvalidParameter", words));
            }
            Some(_) => {}
        }
    }
    let mut zones = BTreeSet::new();
    wanted.subnets.iter().map(|id| interface(call, wanted, id, &mut zones)).collect()
}

fn interface(
    call: &Call<'_>,
    wanted: &Wanted,
    id: &str,
    zones: &mut BTreeSet<String>,
) -> Result<Interface, ServiceError> {
    let found = call.state.network.subnets.get(id).filter(|subnet| call.owns(&subnet.account, &subnet.region));
    let Some(Subnet { vpc, zone, address, .. }) = found else {
        let words = format!("The subnet ID '{id}' does not exist");
        return Err(ServiceError::new("InvalidSubnetID.NotFound", words));
    };
    if *vpc != wanted.vpc {
        let words = format!("Subnet {id} does not belong to VPC {}.", wanted.vpc);
        return Err(ServiceError::new("InvalidParameter", words));
    }
    if !zones.insert(zone.clone()) {
        return Err(ServiceError::new(
            "DuplicateSubnetsInSameZone",
            format!("Found another VPC endpoint subnet in the availability zone of {id}"),
        ));
    }
    Ok(Interface { id: random_id("eni"), subnet: id.to_owned(), zone: zone.clone(), address: *address })
}

fn answer(call: &Call<'_>, id: &str) -> Xml {
    let mut xml = Xml::default();
    if let Some(endpoint) = call.state.network.endpoints.get(id) {
        xml.element("vpcEndpoint", |xml| endpoint.write(xml, call.now));
        if let Some(token) = &endpoint.client_token {
            xml.text("clientToken", token);
        }
    }
    xml
}
