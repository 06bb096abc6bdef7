//! Where Azure is: authority, vaults and Resource Manager of each environment, or where the operator says.
//! No tenant input chooses a host: a tenant's words become a path segment, or the label before a suffix.
//! Must not know what is asked there. Source: product.md 2.5; Azure's list of national clouds.

use domain::customer_key::azure_key_vault::{
    AzureEnvironment, AzureGuid, AzureKeyVault as Settings, VaultName, VaultSuffix, VaultSuffixes,
};
use url::Url;

/// The version of Resource Manager's answers about vaults that we read.
const VAULTS_VERSION: &str = "2023-07-01";

/// Where Azure is.
#[derive(Debug, Clone, Default)]
pub(super) struct Places {
    pub(super) authority: Option<String>,
    pub(super) management: Option<String>,
    pub(super) vault_suffixes: VaultSuffixes,
}

/// What a token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Resource {
    /// The keys of vaults.
    Vaults,
    /// The vaults as resources.
    Management,
}

const fn authority(environment: AzureEnvironment) -> &'static str {
    match environment {
        AzureEnvironment::Azure => "https://login.microsoftonline.com",
        AzureEnvironment::AzureChina => "https://login.chinacloudapi.cn",
        AzureEnvironment::AzureUsGovernment => "https://login.microsoftonline.us",
    }
}

const fn management(environment: AzureEnvironment) -> &'static str {
    match environment {
        AzureEnvironment::Azure => "https://management.azure.com",
        AzureEnvironment::AzureChina => "https://management.chinacloudapi.cn",
        AzureEnvironment::AzureUsGovernment => "https://management.usgovcloudapi.net",
    }
}

/// Gives what a token's scope is called. It follows the environment, wherever the operator says Azure is.
pub(super) const fn scope(environment: AzureEnvironment, resource: Resource) -> &'static str {
    match (environment, resource) {
        (AzureEnvironment::Azure, Resource::Vaults) => "https://vault.azure.net/.default",
        (AzureEnvironment::AzureChina, Resource::Vaults) => "https://vault.azure.cn/.default",
        (AzureEnvironment::AzureUsGovernment, Resource::Vaults) => "https://vault.usgovcloudapi.net/.default",
        (AzureEnvironment::Azure, Resource::Management) => "https://management.azure.com/.default",
        (AzureEnvironment::AzureChina, Resource::Management) => "https://management.chinacloudapi.cn/.default",
        (AzureEnvironment::AzureUsGovernment, Resource::Management) => "https://management.usgovcloudapi.net/.default",
    }
}

impl Places {
    /// Gives the token endpoint of a tenant.
    pub(super) fn tokens(&self, environment: AzureEnvironment, tenant: &AzureGuid) -> Option<Url> {
        let base = self.authority.as_deref().unwrap_or_else(|| authority(environment));
        below(base, &[tenant.as_str(), "oauth2", "v2.0", "token"])
    }

    /// Gives the address of the vault as Resource Manager should know it.
    pub(super) fn vault_resource(&self, settings: &Settings) -> Option<Url> {
        self.in_vault(settings, &[])
    }

    /// Gives the address of the connections that private endpoints have to the vault.
    pub(super) fn vault_connections(&self, settings: &Settings) -> Option<Url> {
        self.in_vault(settings, &["privateEndpointConnections"])
    }

    fn in_vault(&self, settings: &Settings, rest: &[&str]) -> Option<Url> {
        let base = self.resource_manager(settings.environment);
        let mut url = below(base, &[vault_segments(settings).as_slice(), rest].concat())?;
        url.set_query(Some(&format!("api-version={VAULTS_VERSION}")));
        Some(url)
    }

    /// Gives where Resource Manager is.
    pub(super) fn resource_manager(&self, environment: AzureEnvironment) -> &str {
        self.management.as_deref().unwrap_or_else(|| management(environment))
    }

    /// Gives what follows a vault's name in its host.
    pub(super) const fn suffix(&self, environment: AzureEnvironment) -> &VaultSuffix {
        self.vault_suffixes.of(environment)
    }

    /// Gives the vault's base address.
    pub(super) fn vault(&self, environment: AzureEnvironment, vault: &VaultName) -> String {
        format!("https://{}/", vault.host(self.suffix(environment)))
    }

    /// Tells whether the vaults are Azure's own, whose challenges name the domain they are in.
    pub(super) fn are_azures(&self, environment: AzureEnvironment) -> bool {
        self.suffix(environment) == VaultSuffixes::default().of(environment)
    }
}

/// Gives the vault's resource id, piece by piece.
pub(super) fn vault_segments(settings: &Settings) -> [&str; 8] {
    [
        "subscriptions",
        settings.subscription.as_str(),
        "resourceGroups",
        settings.resource_group.as_str(),
        "providers",
        "Microsoft.KeyVault",
        "vaults",
        settings.vault.as_str(),
    ]
}

/// Gives an address below another; the segments are escaped.
pub(super) fn below(base: &str, segments: &[&str]) -> Option<Url> {
    let mut url = Url::parse(base).ok()?;
    url.path_segments_mut().ok()?.pop_if_empty().extend(segments);
    Some(url)
}

#[cfg(test)]
mod tests {
    use domain::customer_key::VersionlessKeys;
    use domain::customer_key::azure_key_vault::{AzureCredentials, KeyIdentifier, ResourceGroupName};
    use domain::id::ProviderRoleId;

    use super::*;

    fn settings(environment: AzureEnvironment, group: &str) -> Settings {
        let guid = |text: &str| AzureGuid::parse(text).unwrap();
        Settings {
            environment,
            tenant: guid("11111111-2222-3333-4444-555555555555"),
            subscription: guid("66666666-7777-8888-9999-000000000000"),
            resource_group: ResourceGroupName::parse(group).unwrap(),
            vault: VaultName::parse("Acme").unwrap(),
            key: KeyIdentifier::from_parts("k", Some("1"), VersionlessKeys::Refuse).unwrap(),
            credentials: AzureCredentials::Role(ProviderRoleId::from_random([1; 12])),
            require_private_networking: false,
        }
    }

    #[test]
    fn each_environment_has_places_of_its_own() {
        let check = |environment, hosts: [&str; 3]| {
            let (places, settings) = (Places::default(), settings(environment, "g"));
            let tokens = places.tokens(environment, &settings.tenant).unwrap();
            assert_eq!(tokens.path(), "/11111111-2222-3333-4444-555555555555/oauth2/v2.0/token");
            let vault = Url::parse(&places.vault(environment, &settings.vault)).unwrap();
            let resource = places.vault_resource(&settings).unwrap();
            assert_eq!([&tokens, &vault, &resource].map(|url| url.host_str().unwrap()), hosts);
            let scopes = [Resource::Vaults, Resource::Management].map(|resource| scope(environment, resource));
            assert!(vault.host_str().unwrap().ends_with(scopes[0].split('/').nth(2).unwrap()));
            assert_eq!(scopes[1], format!("https://{}/.default", hosts[2]));
            assert!(places.are_azures(environment));
        };
        check(AzureEnvironment::Azure, ["login.microsoftonline.com", "acme.vault.azure.net", "management.azure.com"]);
        check(
            AzureEnvironment::AzureChina,
            ["login.chinacloudapi.cn", "acme.vault.azure.cn", "management.chinacloudapi.cn"],
        );
        check(
            AzureEnvironment::AzureUsGovernment,
            ["login.microsoftonline.us", "acme.vault.usgovcloudapi.net", "management.usgovcloudapi.net"],
        );
    }

    #[test]
    fn names_are_escaped() {
        let places = Places { management: Some("https://localhost:8443".to_owned()), ..Places::default() };
        let url = places.vault_resource(&settings(AzureEnvironment::Azure, "größe_(1).x")).unwrap();
        assert_eq!(
            url.as_str(),
            "https://localhost:8443/subscriptions/66666666-7777-8888-9999-000000000000/resourceGroups/\
             gr%C3%B6%C3%9Fe_(1).x/providers/Microsoft.KeyVault/vaults/Acme?api-version=2023-07-01"
        );
    }

    #[test]
    fn vaults_elsewhere_are_not_azures() {
        let mut places = Places::default();
        places.vault_suffixes.azure = VaultSuffix::parse(".vault.localhost:8443").unwrap();
        assert!(!places.are_azures(AzureEnvironment::Azure) && places.are_azures(AzureEnvironment::AzureChina));
    }
}
