//! Sections `[azure.private_endpoints.REGION]`, `[aws.private_endpoints.REGION]` and `[private_endpoints]`: where the
//! operator has private endpoints made, and how long that may take. Must not know how a cloud is asked for one.

use std::time::Duration;

use control::Timings;
use domain::customer_key::azure_key_vault::{AzureEnvironment, AzureGuid, ResourceGroupName};
use domain::private_endpoint::{EndpointRegion, PrivateProvider};
use ipnet::IpNet;
use providers::{AwsPlace, AzurePlace};

use super::section::{Faults, Section};

const TABLE: &str = "private_endpoints";
const GUID: &str = "must be a GUID such as 11111111-2222-3333-4444-555555555555";
const RESOURCE_GROUP: &str = "must be the name of a resource group";
const SUBNET: &str = "must be a subnet's resource id: /subscriptions/ID/resourceGroups/NAME/providers/Microsoft.Network/virtualNetworks/NETWORK/subnets/NAME";

/// Reads how long the making of an endpoint may take.
pub(super) fn read_times(root: &mut Section<'_>, timings: Timings) -> Timings {
    let mut section = root.section(TABLE);
    let (least, most) = (Duration::from_secs(60), Duration::from_secs(24 * 3600));
    let endpoint_timeout = section.duration("timeout", least, most).unwrap_or(timings.endpoint_timeout);
    section.finish();
    Timings { endpoint_timeout, ..timings }
}

/// Reads the places of Azure. `home` is the environment of the operator's identity; without one nobody could make an
/// endpoint.
pub(super) fn read_azure(azure: &mut Section<'_>, home: Option<AzureEnvironment>, faults: &Faults) -> Vec<AzurePlace> {
    let tables = azure.sections(TABLE);
    if !tables.is_empty() && home.is_none() {
        faults.add(
            "azure.private_endpoints",
            "endpoints are made with the operator's own identity: set operator_identity",
        );
    }
    tables
        .into_iter()
        .filter_map(|(name, mut section)| {
            let place = read_azure_place(&name, &mut section, home, faults);
            section.finish();
            place
        })
        .collect()
}

fn read_azure_place(
    name: &str,
    section: &mut Section<'_>,
    home: Option<AzureEnvironment>,
    faults: &Faults,
) -> Option<AzurePlace> {
    let region = EndpointRegion::parse(PrivateProvider::AzureKeyVault, name);
    match &region {
        None => faults.add(&section.itself(), "is no region of Azure; the API spells them like US_EAST_2"),
        Some(region) if home.is_some_and(|home| home != environment_of(region)) => faults.add(
            &section.itself(),
            format!("is a region of {}, where operator_environment does not lead", environment_of(region).name()),
        ),
        Some(_) => {}
    }
    let location = match section.text("location") {
        None => region.as_ref().and_then(EndpointRegion::azure_location).map(str::to_owned),
        Some(text) => fits(section, faults, "location", text, is_location, "must be a location such as eastus2"),
    };
    let subscription = required(section, faults, "subscription").and_then(|text| {
        let parsed = AzureGuid::parse(&text);
        if parsed.is_none() {
            faults.add(&section.path("subscription"), GUID);
        }
        parsed
    });
    let resource_group = required(section, faults, "resource_group").and_then(|text| {
        let parsed = ResourceGroupName::parse(&text);
        if parsed.is_none() {
            faults.add(&section.path("resource_group"), RESOURCE_GROUP);
        }
        parsed
    });
    let subnet =
        required(section, faults, "subnet").and_then(|text| fits(section, faults, "subnet", text, is_subnet, SUBNET));
    let addresses = read_addresses(section, faults);
    Some(AzurePlace {
        region: region?,
        location: location?,
        subscription: subscription?,
        resource_group: resource_group?,
        subnet: subnet?,
        addresses,
    })
}

/// Reads the places of AWS. `has_identity` tells whether the operator is somebody there.
pub(super) fn read_aws(aws: &mut Section<'_>, has_identity: bool, faults: &Faults) -> Vec<AwsPlace> {
    let tables = aws.sections(TABLE);
    if !tables.is_empty() && !has_identity {
        faults
            .add("aws.private_endpoints", "endpoints are made with the operator's own identity: set operator_identity");
    }
    tables
        .into_iter()
        .filter_map(|(name, mut section)| {
            let place = read_aws_place(&name, &mut section, faults);
            section.finish();
            place
        })
        .collect()
}

fn read_aws_place(name: &str, section: &mut Section<'_>, faults: &Faults) -> Option<AwsPlace> {
    let region = EndpointRegion::parse(PrivateProvider::AwsKms, name).filter(|region| region.aws_name().is_some());
    if region.is_none() {
        faults.add(&section.itself(), "is no region of AWS; the API spells them like US_EAST_1");
    }
    let vpc = required(section, faults, "vpc").and_then(|text| {
        fits(section, faults, "vpc", text, |text| is_aws_id("vpc-", text), "must be a VPC's id: vpc-0123456789abcdef0")
    });
    let subnets = ids(section, faults, "subnets", "subnet-");
    let security_groups = ids(section, faults, "security_groups", "sg-");
    let addresses = read_addresses(section, faults);
    Some(AwsPlace { region: region?, vpc: vpc?, subnets, security_groups, addresses })
}

fn ids(section: &mut Section<'_>, faults: &Faults, key: &str, prefix: &str) -> Vec<String> {
    let given = section.names(key);
    let ids: Vec<String> = section.all_parsed(key);
    let wrong = ids.iter().any(|id| !is_aws_id(prefix, id));
    if !given || wrong {
        faults.add(&section.path(key), format!("must list ids such as {prefix}0123456789abcdef0"));
    }
    ids
}

/// Reads the networks that an endpoint's address must lie in. What they hold is all that private calls may connect to,
/// so everything there is, is too much.
fn read_addresses(section: &mut Section<'_>, faults: &Faults) -> Vec<IpNet> {
    let given = section.names("addresses");
    let addresses: Vec<IpNet> = section.all_parsed("addresses");
    if !given {
        faults
            .add(&section.path("addresses"), "is missing: list the subnet's address ranges, such as \"10.20.0.0/27\"");
    }
    if addresses.iter().any(|network| network.prefix_len() == 0) {
        faults.add(&section.path("addresses"), "holds every address there is; list the subnet's own ranges");
    }
    addresses
}

fn required(section: &mut Section<'_>, faults: &Faults, key: &str) -> Option<String> {
    let given = section.names(key);
    let text = section.text(key);
    if !given {
        faults.add(&section.path(key), "is missing");
    }
    text
}

fn fits(
    section: &Section<'_>,
    faults: &Faults,
    key: &str,
    text: String,
    good: impl Fn(&str) -> bool,
    fault: &str,
) -> Option<String> {
    if good(&text) {
        return Some(text);
    }
    faults.add(&section.path(key), fault);
    None
}

/// Tells which Azure a region belongs to.
fn environment_of(region: &EndpointRegion) -> AzureEnvironment {
    match region.as_str() {
        name if name.starts_with("CHINA_") => AzureEnvironment::AzureChina,
        name if name.starts_with("US_GOV_") => AzureEnvironment::AzureUsGovernment,
        _ => AzureEnvironment::Azure,
    }
}

fn is_location(text: &str) -> bool {
    !text.is_empty() && text.len() <= 64 && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
}

/// Tells whether a text is a subnet's id. Words of Azure's are equal whatever their case.
fn is_subnet(text: &str) -> bool {
    let segments: Vec<&str> = text.split('/').collect();
    let ["", subscriptions, id, resource_groups, resource_group, providers, network, networks, vnet, subnets, subnet] =
        segments.as_slice()
    else {
        return false;
    };
    let name = |text: &str| {
        let known = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        !text.is_empty() && text.len() <= 80 && text.chars().all(known)
    };
    let words = [
        (subscriptions, "subscriptions"),
        (resource_groups, "resourceGroups"),
        (providers, "providers"),
        (network, "Microsoft.Network"),
        (networks, "virtualNetworks"),
        (subnets, "subnets"),
    ];
    words.into_iter().all(|(word, expected)| word.eq_ignore_ascii_case(expected))
        && AzureGuid::parse(id).is_some()
        && ResourceGroupName::parse(resource_group).is_some()
        && name(vnet)
        && name(subnet)
}

/// Tells whether a text is an id of AWS's: its prefix, then 8 or 17 hexadecimal digits.
fn is_aws_id(prefix: &str, text: &str) -> bool {
    let digit = |c: char| c.is_ascii_digit() || matches!(c, 'a'..='f');
    text.strip_prefix(prefix).is_some_and(|id| matches!(id.len(), 8 | 17) && id.chars().all(digit))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::parse as parse_config;
    use crate::config::tests::GOOD;

    const AZURE: &str = r#"
        subscription = "11111111-2222-3333-4444-555555555555"
        resource_group = "atrest-endpoints"
        subnet = "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/net/providers/Microsoft.Network/virtualNetworks/atrest/subnets/us-east-2"
        addresses = ["10.20.0.0/27", "fd12:3456::/64"]
    "#;
    const AWS: &str = r#"
        vpc = "vpc-0123456789abcdef0"
        subnets = ["subnet-0123456789abcdef0", "subnet-01234567"]
        security_groups = ["sg-0123456789abcdef0"]
        addresses = ["10.30.0.0/26"]
    "#;

    fn parse(text: &str) -> Result<(Vec<AzurePlace>, Vec<AwsPlace>), Vec<String>> {
        let secret = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(secret.path(), "swordfish").unwrap();
        let text = text
            .replace(
                "[azure]\n",
                &format!(
                    "[azure]\noperator_identity = \"client-secret\"\noperator_secret_file = {:?}\n\
                     operator_tenant = \"11111111-2222-3333-4444-555555555555\"\n\
                     operator_client_id = \"66666666-2222-3333-4444-555555555555\"\n",
                    secret.path()
                ),
            )
            .replace("[aws]\n", "[aws]\noperator_identity = \"environment\"\n");
        match parse_config(&format!("{GOOD}{text}")) {
            Ok(config) => Ok((config.clouds.azure.places, config.clouds.aws.places)),
            Err(faults) => Err(faults.list().lines().map(|line| line.trim().to_owned()).collect()),
        }
    }

    #[test]
    fn places_are_read_with_the_locations_of_their_regions() {
        let text = format!(
            "[azure]\n[azure.private_endpoints.US_EAST_2]\n{AZURE}[azure.private_endpoints.US_WEST_3]\nlocation = \"westus3stage\"\n{AZURE}\
             [aws]\n[aws.private_endpoints.EU_WEST_1]\n{AWS}"
        );
        let (azure, aws) = parse(&text).unwrap();
        let found: Vec<_> = azure.iter().map(|place| (place.region.as_str(), place.location.as_str())).collect();
        assert_eq!(found, [("US_EAST_2", "eastus2"), ("US_WEST_3", "westus3stage")]);
        assert_eq!(azure[0].resource_group.as_str(), "atrest-endpoints");
        assert_eq!(azure[0].addresses.len(), 2);
        assert_eq!(aws[0].region.aws_name().as_deref(), Some("eu-west-1"));
        assert_eq!((aws[0].subnets.len(), aws[0].security_groups.len()), (2, 1));
    }

    #[test]
    fn by_default_there_is_no_place() {
        assert_eq!(parse(""), Ok((Vec::new(), Vec::new())));
    }

    #[test]
    fn endpoints_are_made_by_the_operators_own_identity() {
        let text = format!("[azure.private_endpoints.US_EAST_2]\n{AZURE}[aws.private_endpoints.EU_WEST_1]\n{AWS}");
        let faults = parse(&text).unwrap_err();
        assert_eq!(faults.len(), 2, "{faults:?}");
        assert!(faults.iter().all(|fault| fault.contains("set operator_identity")), "{faults:?}");
    }

    #[test]
    fn every_fault_is_named_at_once() {
        let text = "[azure]\n[azure.private_endpoints.US_EAST_2]\nlocation = \"East US 2\"\nsubscription = \"mine\"\n\
                    resource_group = \"a/b\"\nsubnet = \"default\"\naddresses = [\"10.0.0.0/33\", \"0.0.0.0/0\"]\nvnet = 1\n\
                    [azure.private_endpoints.eastus]\n[azure.private_endpoints.CHINA_EAST]\n\
                    [aws]\n[aws.private_endpoints.GLOBAL]\nvpc = \"vpc-1\"\nsubnets = [\"subnet-xyz\"]\n\
                    [aws.private_endpoints.US_EAST_1]\n";
        let text = parse(text).unwrap_err().join("\n");
        for part in [
            "azure.private_endpoints.US_EAST_2.location",
            "azure.private_endpoints.US_EAST_2.subscription",
            "azure.private_endpoints.US_EAST_2.resource_group",
            "azure.private_endpoints.US_EAST_2.subnet",
            "azure.private_endpoints.US_EAST_2.addresses: \"10.0.0.0/33\"",
            "azure.private_endpoints.US_EAST_2.addresses: holds every address",
            "azure.private_endpoints.US_EAST_2.vnet: is not a setting",
            "azure.private_endpoints.eastus: is no region",
            "azure.private_endpoints.CHINA_EAST: is a region of AZURE_CHINA",
            "azure.private_endpoints.CHINA_EAST.subscription: is missing",
            "azure.private_endpoints.CHINA_EAST.resource_group: is missing",
            "azure.private_endpoints.CHINA_EAST.subnet: is missing",
            "azure.private_endpoints.CHINA_EAST.addresses: is missing",
            "aws.private_endpoints.GLOBAL: is no region",
            "aws.private_endpoints.GLOBAL.vpc",
            "aws.private_endpoints.GLOBAL.subnets",
            "aws.private_endpoints.GLOBAL.security_groups",
            "aws.private_endpoints.US_EAST_1.vpc: is missing",
            "aws.private_endpoints.US_EAST_1.subnets",
            "aws.private_endpoints.US_EAST_1.addresses: is missing",
        ] {
            assert!(text.contains(part), "{part} is missing in\n{text}");
        }
    }

    #[test]
    fn a_place_is_a_table_by_its_region() {
        let faults =
            parse("[azure]\nprivate_endpoints = 1\n[aws]\n[aws.private_endpoints]\nUS_EAST_1 = 2\n").unwrap_err();
        for fault in ["azure.private_endpoints: must be a table", "aws.private_endpoints.US_EAST_1: must be a table"] {
            assert!(faults.iter().any(|found| found == fault), "{fault} is missing in {faults:?}");
        }
    }

    #[test]
    fn the_making_of_an_endpoint_has_its_time() {
        let timeout = |text: &str| parse_config(&format!("{GOOD}{text}")).map(|config| config.timings.endpoint_timeout);
        assert_eq!(timeout("").ok(), Some(Duration::from_secs(20 * 60)));
        assert_eq!(timeout("[private_endpoints]\ntimeout = \"45m\"\n").ok(), Some(Duration::from_secs(45 * 60)));
        for wrong in ["\"30s\"", "\"2d\"", "20"] {
            let faults = timeout(&format!("[private_endpoints]\ntimeout = {wrong}\n")).unwrap_err();
            assert!(faults.list().contains("private_endpoints.timeout"), "{wrong}");
        }
    }

    #[test]
    fn a_subnets_id_has_its_shape() {
        let good = "/subscriptions/11111111-2222-3333-4444-555555555555/resourcegroups/a.b/providers/microsoft.network/virtualNetworks/v/subnets/s_1";
        assert!(is_subnet(good));
        for wrong in ["", "/", &good[1..], &format!("{good}/"), &good.replace("/v/", "//"), &good.replace("s_1", "s?1")]
        {
            assert!(!is_subnet(wrong), "{wrong}");
        }
    }
}
