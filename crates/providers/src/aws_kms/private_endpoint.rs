//! Private endpoints for AWS KMS: interface endpoints of the operator's VPCs, asked for with the operator's identity.
//! Must not know what state an endpoint is in for us.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::private_endpoint::EndpointRegion;
use ipnet::IpNet;

use super::Aws;
use super::ec2::{Ec2, Refused};
use super::survey::{ENDPOINT_TAG, INSTANCE_TAG, Survey};
use super::xml::Element;
use crate::private_endpoint::{Asked, AwsPlace, EndpointTrouble, Seen, Wanted};
use crate::registry::ConfigFault;

/// What the settings of places are called.
pub(super) const PLACES: &str = "aws.private_endpoints";
/// The tag that names the project.
const PROJECT_TAG: &str = "atrest-project";
/// How EC2 says that an endpoint is not there.
const GONE: &[&str] = &["InvalidVpcEndpoint.NotFound", "InvalidVpcEndpointId.NotFound"];

type Fields = Vec<(String, String)>;

/// The operator's places, and how EC2 is asked about them.
pub(super) struct Endpoints {
    places: BTreeMap<EndpointRegion, Place>,
    ec2: Ec2,
}

/// One place, and what was seen there.
struct Place {
    place: AwsPlace,
    /// As AWS spells it.
    region: String,
    survey: Survey,
}

impl Endpoints {
    pub(super) fn new(places: Vec<AwsPlace>, survey_every: Duration, ec2: Ec2) -> Self {
        let places = places.into_iter().filter_map(|place| {
            let region = place.region.aws_name()?;
            let survey = Survey::new(region.clone(), survey_every);
            Some((place.region.clone(), Place { place, region, survey }))
        });
        Self { places: places.collect(), ec2 }
    }

    /// Gives the addresses that endpoints of a region may have.
    pub(super) fn networks(&self, region: &EndpointRegion) -> Option<&[IpNet]> {
        self.places.get(region).map(|place| place.place.addresses.as_slice())
    }

    fn place(&self, region: &EndpointRegion) -> Result<&Place, String> {
        let nowhere = || format!("the operator has no private endpoints made in {}", region.as_str());
        self.places.get(region).ok_or_else(nowhere)
    }
}

impl Aws {
    pub(crate) fn has_place(&self, region: &EndpointRegion) -> bool {
        self.endpoints.places.contains_key(region)
    }

    /// Asks for an endpoint. The same token gives the same endpoint however often.
    pub(crate) async fn make_endpoint(&self, wanted: &Wanted<'_>) -> Asked {
        let place = match self.endpoints.place(&wanted.endpoint.region) {
            Ok(place) => place,
            Err(nowhere) => return Asked::refused(&nowhere),
        };
        match self.create(place, wanted).await {
            Ok(resource) => Asked::Accepted { resource: Some(resource), operation: None },
            Err(refused) => refused.into(),
        }
    }

    /// Looks how an endpoint is.
    pub(crate) async fn see_endpoint(&self, wanted: &Wanted<'_>) -> Result<Seen, EndpointTrouble> {
        let place = self.endpoints.place(&wanted.endpoint.region);
        let place = place.map_err(|nowhere| EndpointTrouble::saying(&nowhere))?;
        place.survey.see((self, &self.endpoints.ec2), wanted.instance, wanted.endpoint).await
    }

    /// Asks for an endpoint's end. Where EC2 may have made one without our hearing its name, the name is asked for
    /// first: by its tag, then by the same token.
    pub(crate) async fn remove_endpoint(&self, wanted: &Wanted<'_>) -> Asked {
        let place = match self.endpoints.place(&wanted.endpoint.region) {
            Ok(place) => place,
            Err(nowhere) => return Asked::refused(&nowhere),
        };
        match self.remove(place, wanted).await {
            Ok(resource) => Asked::Accepted { resource, operation: None },
            Err(refused) => refused.into(),
        }
    }

    async fn remove(&self, place: &Place, wanted: &Wanted<'_>) -> Result<Option<String>, Refused> {
        let known = &wanted.endpoint.cloud;
        let resource = match &known.resource {
            Some(resource) => resource.clone(),
            None if !known.asked => return Ok(None),
            None => match place.survey.find((self, &self.endpoints.ec2), wanted.endpoint).await? {
                Some(resource) => resource,
                // EC2 lists what it has made a moment later only.
                None => match self.create(place, wanted).await {
                    Ok(resource) => resource,
                    // What cannot be made was not made.
                    Err(Refused::Definite { .. }) => return Ok(None),
                    Err(passing) => return Err(passing),
                },
            },
        };
        let fields = vec![field("VpcEndpointId.1", &resource)];
        let answer = self.endpoints.ec2.ask(self, &place.region, "DeleteVpcEndpoints", &fields).await;
        // An answer without an error may still say that this one was not deleted.
        let deleted = answer.and_then(|answer| {
            let unsuccessful = answer.items("unsuccessful").find_map(|item| item.child("error"));
            unsuccessful.map_or(Ok(()), |error| Err(Refused::of_item(self, error)))
        });
        match deleted {
            Ok(()) => Ok(Some(resource)),
            Err(refused) if refused.is(GONE) => Ok(Some(resource)),
            Err(refused) => Err(refused),
        }
    }

    /// Creates an endpoint, or finds the one that was created by the same token.
    async fn create(&self, place: &Place, wanted: &Wanted<'_>) -> Result<String, Refused> {
        let mut fields = creation(&place.place, &place.region);
        fields.push(field("ClientToken", &wanted.endpoint.resource_name()));
        fields.extend(tags(wanted));
        let refused = match self.endpoints.ec2.ask(self, &place.region, "CreateVpcEndpoint", &fields).await {
            Ok(answer) => return created(&answer),
            Err(refused) => refused,
        };
        if refused.is(&["IdempotentParameterMismatch"]) {
            // The place's settings changed since; what was made by the older ones is ours all the same.
            let found = place.survey.find((self, &self.endpoints.ec2), wanted.endpoint).await?;
            return found.ok_or(refused);
        }
        Err(refused)
    }

    /// Asks AWS whether endpoints could be made in the operator's places.
    pub(crate) async fn check_places(&self) -> Vec<ConfigFault> {
        let mut faults = Vec::new();
        for place in self.endpoints.places.values() {
            let name = place.place.region.as_str();
            let found = self.check_place(place).await;
            faults.extend(
                found.into_iter().map(|fault| ConfigFault { setting: PLACES, fault: format!("{name}: {fault}") }),
            );
        }
        faults
    }

    async fn check_place(&self, Place { place, region, .. }: &Place) -> Vec<String> {
        let mut faults = Vec::new();
        let ask = async |action, fields: Fields| self.endpoints.ec2.ask(self, region, action, &fields).await;
        match ask("DescribeVpcs", vec![field("VpcId.1", &place.vpc)]).await {
            Ok(_) => {}
            Err(refused) => faults.push(format!("the VPC {}: {}", place.vpc, said(&refused))),
        }
        for subnet in &place.subnets {
            match ask("DescribeSubnets", vec![field("SubnetId.1", subnet)]).await {
                Ok(answer) => faults.extend(answer.items("subnetSet").find_map(|item| misplaced(item, place))),
                Err(refused) => faults.push(format!("the subnet {subnet}: {}", said(&refused))),
            }
        }
        for security_group in &place.security_groups {
            match ask("DescribeSecurityGroups", vec![field("GroupId.1", security_group)]).await {
                Ok(answer) => {
                    let vpc = answer.items("securityGroupInfo").find_map(|item| item.text_of("vpcId"));
                    if vpc.is_some_and(|vpc| vpc != place.vpc) {
                        faults.push(format!("the security group {security_group} is not of the VPC {}", place.vpc));
                    }
                }
                Err(refused) => faults.push(format!("the security group {security_group}: {}", said(&refused))),
            }
        }
        if !faults.is_empty() {
            // What is missing is told; trying with it would only tell it again.
            return faults;
        }
        let tagged = vec![field("Filter.1.Name", "tag-key"), field("Filter.1.Value.1", INSTANCE_TAG)];
        let ours = ask("DescribeVpcEndpoints", tagged).await;
        if let Err(refused) = &ours {
            faults.push(format!("ec2:DescribeVpcEndpoints: {}", said(refused)));
        }
        if let Err(refused) = ask("DescribeNetworkInterfaces", vec![field("MaxResults", "5")]).await {
            faults.push(format!("ec2:DescribeNetworkInterfaces: {}", said(&refused)));
        }
        let mut creation = creation(place, region);
        creation.push(field("DryRun", "true"));
        creation.extend(tag_fields(&[(INSTANCE_TAG, "check"), (ENDPOINT_TAG, "check"), (PROJECT_TAG, "check")]));
        faults.extend(dry(ask("CreateVpcEndpoint", creation).await, "ec2:CreateVpcEndpoint with ec2:CreateTags"));
        // Leave to delete may hang on tags, so it is tried on an endpoint that carries them, if there is one.
        let ours = ours.ok().and_then(|ours| {
            let id = ours.items("vpcEndpointSet").find_map(|item| item.text_of("vpcEndpointId"))?.to_owned();
            Some(vec![field("VpcEndpointId.1", &id), field("DryRun", "true")])
        });
        if let Some(deletion) = ours {
            faults.extend(dry(ask("DeleteVpcEndpoints", deletion).await, "ec2:DeleteVpcEndpoints"));
        }
        faults
    }
}

/// Tells what is wrong with a subnet that is there.
fn misplaced(subnet: &Element, place: &AwsPlace) -> Option<String> {
    let id = subnet.text_of("subnetId")?;
    if subnet.text_of("vpcId").is_some_and(|vpc| vpc != place.vpc) {
        return Some(format!("the subnet {id} is not of the VPC {}", place.vpc));
    }
    let range: IpNet = subnet.text_of("cidrBlock")?.parse().ok()?;
    let within = place.addresses.iter().any(|network| network.contains(&range));
    (!within).then(|| format!("the subnet {id} has the addresses {range}; `addresses` does not list all of them"))
}

/// Tells what is wrong where a dry run would not have gone well.
fn dry(answer: Result<Element, Refused>, permission: &str) -> Option<String> {
    match answer {
        Err(refused) if refused.is(&["DryRunOperation"]) => None,
        Err(refused) => Some(format!("{permission}: {}", said(&refused))),
        Ok(_) => Some(format!("{permission}: AWS did what it was asked to do for trial only")),
    }
}

fn said(refused: &Refused) -> &str {
    match refused {
        Refused::Definite { words, .. } => words.as_str(),
        Refused::Passing(trouble) => trouble.words.as_str(),
    }
}

/// Writes what every creation in a place has in common.
fn creation(place: &AwsPlace, region: &str) -> Fields {
    let AwsPlace { vpc, subnets, security_groups, .. } = place;
    let mut fields = vec![
        field("VpcEndpointType", "Interface"),
        field("VpcId", vpc),
        field("ServiceName", &format!("com.amazonaws.{region}.kms")),
        // The endpoint is reached by its own name; the VPC's other inhabitants keep theirs.
        field("PrivateDnsEnabled", "false"),
    ];
    fields.extend(subnets.iter().zip(1..).map(|(subnet, number)| field(&format!("SubnetId.{number}"), subnet)));
    let security_groups = security_groups.iter().zip(1..);
    fields.extend(security_groups.map(|(id, number)| field(&format!("SecurityGroupId.{number}"), id)));
    fields
}

fn tags(wanted: &Wanted<'_>) -> Fields {
    let (endpoint, project) = (wanted.endpoint.id.to_string(), wanted.project.to_string());
    tag_fields(&[
        ("Name", &wanted.endpoint.resource_name()),
        (ENDPOINT_TAG, &endpoint),
        (INSTANCE_TAG, wanted.instance),
        (PROJECT_TAG, &project),
    ])
}

fn tag_fields(tags: &[(&str, &str)]) -> Fields {
    let mut fields = vec![field("TagSpecification.1.ResourceType", "vpc-endpoint")];
    for ((key, value), number) in tags.iter().zip(1..) {
        fields.push(field(&format!("TagSpecification.1.Tag.{number}.Key"), key));
        fields.push(field(&format!("TagSpecification.1.Tag.{number}.Value"), value));
    }
    fields
}

fn field(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

fn created(answer: &Element) -> Result<String, Refused> {
    let id = answer.child("vpcEndpoint").and_then(|made| made.text_of("vpcEndpointId"));
    let unnamed = || Refused::Passing(EndpointTrouble::saying("EC2 answered without the endpoint's id"));
    id.map(str::to_owned).ok_or_else(unnamed)
}
