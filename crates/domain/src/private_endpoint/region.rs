//! Regions that a private endpoint can be in, by the names settings give them and by those of their clouds.
//! Must not know in which of them the operator has a place for endpoints.

use super::PrivateProvider;
use crate::cluster::{HostingCloud, RegionName};

/// A region of one provider, known to exist.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EndpointRegion {
    provider: PrivateProvider,
    name: &'static str,
}

impl EndpointRegion {
    /// Reads a region's name as settings give it: `US_EAST_2`.
    #[must_use]
    pub fn parse(provider: PrivateProvider, name: &str) -> Option<Self> {
        Self::all(provider).find(|region| region.name == name)
    }

    /// Lists every region of a provider.
    pub fn all(provider: PrivateProvider) -> impl Iterator<Item = Self> {
        let (aws, azure): (&[_], &[_]) = match provider {
            PrivateProvider::AwsKms => (AWS, &[]),
            PrivateProvider::AzureKeyVault => (&[], AZURE),
        };
        let names = aws.iter().copied().chain(azure.iter().map(|(name, _)| *name));
        names.map(move |name| Self { provider, name })
    }

    /// Gives the name as settings give it.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        self.name
    }

    /// Tells whose region it is.
    #[must_use]
    pub const fn provider(&self) -> PrivateProvider {
        self.provider
    }

    /// Gives the cloud and the region of it that clusters name it by.
    #[must_use]
    pub fn hosting(&self) -> (HostingCloud, RegionName) {
        let cloud = match self.provider {
            PrivateProvider::AwsKms => HostingCloud::Aws,
            PrivateProvider::AzureKeyVault => HostingCloud::Azure,
        };
        (cloud, RegionName::known(self.name))
    }

    /// Gives the name as Azure spells it, `eastus2`; none for a region of AWS.
    #[must_use]
    pub fn azure_location(&self) -> Option<&'static str> {
        match self.provider {
            PrivateProvider::AwsKms => None,
            PrivateProvider::AzureKeyVault => {
                AZURE.iter().find(|(name, _)| *name == self.name).map(|(_, location)| *location)
            }
        }
    }

    /// Gives the name as AWS spells it, `us-east-2`; none for a region of Azure, or for `GLOBAL`, which is no place.
    #[must_use]
    pub fn aws_name(&self) -> Option<String> {
        match self.provider {
            PrivateProvider::AwsKms if self.name == "GLOBAL" => None,
            PrivateProvider::AwsKms => Some(self.name.to_ascii_lowercase().replace('_', "-")),
            PrivateProvider::AzureKeyVault => None,
        }
    }
}

/// The regions of AWS. Source: contract.md 1.1, as the Admin API lists them.
const AWS: &[&str] = &[
    "US_GOV_WEST_1",
    "US_GOV_EAST_1",
    "US_EAST_1",
    "US_EAST_2",
    "US_WEST_1",
    "US_WEST_2",
    "CA_CENTRAL_1",
    "EU_NORTH_1",
    "EU_WEST_1",
    "EU_WEST_2",
    "EU_WEST_3",
    "EU_CENTRAL_1",
    "EU_CENTRAL_2",
    "AP_EAST_1",
    "AP_EAST_2",
    "AP_NORTHEAST_1",
    "AP_NORTHEAST_2",
    "AP_NORTHEAST_3",
    "AP_SOUTHEAST_1",
    "AP_SOUTHEAST_2",
    "AP_SOUTHEAST_3",
    "AP_SOUTHEAST_4",
    "AP_SOUTHEAST_5",
    "AP_SOUTHEAST_6",
    "AP_SOUTHEAST_7",
    "AP_SOUTH_1",
    "AP_SOUTH_2",
    "SA_EAST_1",
    "CN_NORTH_1",
    "CN_NORTHWEST_1",
    "ME_SOUTH_1",
    "ME_CENTRAL_1",
    "AF_SOUTH_1",
    "EU_SOUTH_1",
    "EU_SOUTH_2",
    "IL_CENTRAL_1",
    "CA_WEST_1",
    "MX_CENTRAL_1",
    "GLOBAL",
];

/// The regions of Azure and what Azure calls each. Source: contract.md 1.1, as the Admin API lists them; Azure's own
/// list of locations.
const AZURE: &[(&str, &str)] = &[
    ("US_CENTRAL", "centralus"),
    ("US_EAST", "eastus"),
    ("US_EAST_2", "eastus2"),
    ("US_NORTH_CENTRAL", "northcentralus"),
    ("US_WEST", "westus"),
    ("US_SOUTH_CENTRAL", "southcentralus"),
    ("EUROPE_NORTH", "northeurope"),
    ("EUROPE_WEST", "westeurope"),
    ("US_WEST_CENTRAL", "westcentralus"),
    ("US_WEST_2", "westus2"),
    ("US_WEST_3", "westus3"),
    ("CANADA_EAST", "canadaeast"),
    ("CANADA_CENTRAL", "canadacentral"),
    ("BRAZIL_SOUTH", "brazilsouth"),
    ("BRAZIL_SOUTHEAST", "brazilsoutheast"),
    ("AUSTRALIA_CENTRAL", "australiacentral"),
    ("AUSTRALIA_CENTRAL_2", "australiacentral2"),
    ("AUSTRALIA_EAST", "australiaeast"),
    ("AUSTRALIA_SOUTH_EAST", "australiasoutheast"),
    ("GERMANY_WEST_CENTRAL", "germanywestcentral"),
    ("GERMANY_NORTH", "germanynorth"),
    ("SWEDEN_CENTRAL", "swedencentral"),
    ("SWEDEN_SOUTH", "swedensouth"),
    ("SWITZERLAND_NORTH", "switzerlandnorth"),
    ("SWITZERLAND_WEST", "switzerlandwest"),
    ("UK_SOUTH", "uksouth"),
    ("UK_WEST", "ukwest"),
    ("NORWAY_EAST", "norwayeast"),
    ("NORWAY_WEST", "norwaywest"),
    ("INDIA_CENTRAL", "centralindia"),
    ("INDIA_SOUTH", "southindia"),
    ("INDIA_WEST", "westindia"),
    ("CHINA_EAST", "chinaeast"),
    ("CHINA_NORTH", "chinanorth"),
    ("ASIA_EAST", "eastasia"),
    ("JAPAN_EAST", "japaneast"),
    ("JAPAN_WEST", "japanwest"),
    ("ASIA_SOUTH_EAST", "southeastasia"),
    ("KOREA_CENTRAL", "koreacentral"),
    ("KOREA_SOUTH", "koreasouth"),
    ("FRANCE_CENTRAL", "francecentral"),
    ("FRANCE_SOUTH", "francesouth"),
    ("SOUTH_AFRICA_NORTH", "southafricanorth"),
    ("SOUTH_AFRICA_WEST", "southafricawest"),
    ("UAE_CENTRAL", "uaecentral"),
    ("UAE_NORTH", "uaenorth"),
    ("QATAR_CENTRAL", "qatarcentral"),
    ("POLAND_CENTRAL", "polandcentral"),
    ("ISRAEL_CENTRAL", "israelcentral"),
    ("ITALY_NORTH", "italynorth"),
    ("SPAIN_CENTRAL", "spaincentral"),
    ("MEXICO_CENTRAL", "mexicocentral"),
    ("NEW_ZEALAND_NORTH", "newzealandnorth"),
    ("US_GOV_VIRGINIA", "usgovvirginia"),
    ("US_GOV_ARIZONA", "usgovarizona"),
    ("US_GOV_TEXAS", "usgovtexas"),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_region_is_read_back_and_belongs_to_one_provider() {
        assert_eq!(EndpointRegion::all(PrivateProvider::AwsKms).count(), 39);
        assert_eq!(EndpointRegion::all(PrivateProvider::AzureKeyVault).count(), 56);
        for provider in PrivateProvider::ALL {
            for region in EndpointRegion::all(provider) {
                assert_eq!(EndpointRegion::parse(provider, region.as_str()), Some(region.clone()));
                assert_eq!(region.provider(), provider);
                assert_eq!(RegionName::parse(region.as_str()), Some(region.hosting().1), "the name fits its grammar");
            }
        }
        let azure: BTreeSet<_> = EndpointRegion::all(PrivateProvider::AzureKeyVault).map(|one| one.name).collect();
        let shared: Vec<_> = EndpointRegion::all(PrivateProvider::AwsKms)
            .map(|one| one.name)
            .filter(|one| azure.contains(one))
            .collect();
        assert_eq!(shared, ["US_EAST_2", "US_WEST_2"], "both clouds have regions of these names");
    }

    #[test]
    fn strange_names_are_no_regions() {
        for name in ["", "us_east_2", "US_EAST_9", "US_EAST_2 ", "eastus2"] {
            assert_eq!(EndpointRegion::parse(PrivateProvider::AzureKeyVault, name), None, "{name}");
        }
        assert_eq!(EndpointRegion::parse(PrivateProvider::AwsKms, "US_CENTRAL"), None, "Azure has it, AWS has not");
        assert_eq!(EndpointRegion::parse(PrivateProvider::AzureKeyVault, "US_EAST_1"), None);
    }

    #[test]
    fn each_cloud_has_its_own_spelling() {
        let azure = |name: &str| EndpointRegion::parse(PrivateProvider::AzureKeyVault, name).unwrap();
        let check = |name: &str, expected: &str| assert_eq!(azure(name).azure_location(), Some(expected));
        check("US_CENTRAL", "centralus");
        check("US_EAST_2", "eastus2");
        check("EUROPE_NORTH", "northeurope");
        check("ASIA_SOUTH_EAST", "southeastasia");
        check("AUSTRALIA_SOUTH_EAST", "australiasoutheast");
        check("AUSTRALIA_CENTRAL_2", "australiacentral2");
        check("BRAZIL_SOUTHEAST", "brazilsoutheast");
        check("INDIA_CENTRAL", "centralindia");
        check("US_GOV_VIRGINIA", "usgovvirginia");
        assert_eq!(azure("US_EAST_2").aws_name(), None);
        assert_eq!(azure("US_EAST_2").hosting().0, HostingCloud::Azure);
        let locations: BTreeSet<_> =
            EndpointRegion::all(PrivateProvider::AzureKeyVault).filter_map(|one| one.azure_location()).collect();
        assert_eq!(locations.len(), 56, "no two share a location");

        let aws = |name: &str| EndpointRegion::parse(PrivateProvider::AwsKms, name).unwrap();
        assert_eq!(aws("US_GOV_WEST_1").aws_name().as_deref(), Some("us-gov-west-1"));
        assert_eq!(aws("US_EAST_2").hosting().0, HostingCloud::Aws);
        assert_eq!(aws("US_EAST_2").azure_location(), None);
        assert_eq!(aws("GLOBAL").aws_name(), None, "it names no place");
    }
}
