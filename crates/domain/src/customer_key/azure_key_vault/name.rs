//! Names in Azure: clouds, GUIDs, resource groups, vaults and the address of a key. Every one is parsed
//! by its grammar, so that nothing a customer writes can choose a host or a path. Source: product.md 2.5.

use crate::customer_key::VersionlessKeys;

/// A cloud of Azure's with vaults of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AzureEnvironment {
    /// The public cloud.
    Azure,
    /// The cloud run in China.
    AzureChina,
    /// The cloud for the government of the United States.
    AzureUsGovernment,
}

impl AzureEnvironment {
    /// Every environment.
    pub const ALL: [Self; 3] = [Self::Azure, Self::AzureChina, Self::AzureUsGovernment];

    /// Gives the name settings give it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Azure => "AZURE",
            Self::AzureChina => "AZURE_CHINA",
            Self::AzureUsGovernment => "AZURE_US_GOVERNMENT",
        }
    }

    /// Finds an environment by its name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|environment| environment.name() == name)
    }
}

/// What follows a vault's name in its host: `.vault.azure.net`, with a port if the operator says so.
///
/// An emulator that knows one vault only may have no domain at all: `:8443` after the vault `localhost`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VaultSuffix(String);

impl VaultSuffix {
    /// Reads a suffix.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (domain, port) = match text.split_once(':') {
            None => (text, None),
            Some((domain, port)) => (domain, Some(port)),
        };
        let label = |label: &str| {
            !label.is_empty() && label.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        };
        let domain_fits = match domain.strip_prefix('.') {
            Some(labels) => labels.split('.').all(label),
            None => domain.is_empty() && port.is_some(),
        };
        // As a URL spells it: digits alone, none of them idle.
        let port_fits =
            port.is_none_or(|port| port.starts_with(|c: char| matches!(c, '1'..='9')) && port.parse::<u16>().is_ok());
        (domain_fits && port_fits).then(|| Self(text.to_owned()))
    }

    /// Gives the text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Where the vaults of each environment are. Source: product.md 2.5; the operator may say otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VaultSuffixes {
    /// Of the public cloud.
    pub azure: VaultSuffix,
    /// Of the cloud in China.
    pub azure_china: VaultSuffix,
    /// Of the government's cloud.
    pub azure_us_government: VaultSuffix,
}

impl VaultSuffixes {
    /// Gives the suffix of an environment.
    #[must_use]
    pub const fn of(&self, environment: AzureEnvironment) -> &VaultSuffix {
        match environment {
            AzureEnvironment::Azure => &self.azure,
            AzureEnvironment::AzureChina => &self.azure_china,
            AzureEnvironment::AzureUsGovernment => &self.azure_us_government,
        }
    }
}

impl Default for VaultSuffixes {
    fn default() -> Self {
        Self {
            azure: VaultSuffix(".vault.azure.net".to_owned()),
            azure_china: VaultSuffix(".vault.azure.cn".to_owned()),
            azure_us_government: VaultSuffix(".vault.usgovcloudapi.net".to_owned()),
        }
    }
}

/// An id of Azure's for a tenant, an application or a subscription. Equal whatever its case.
#[derive(Debug, Clone, Eq)]
pub struct AzureGuid(String);

impl AzureGuid {
    pub(super) const GRAMMAR: &'static str = "a GUID such as 11111111-2222-3333-4444-555555555555";

    /// Reads a GUID with its hyphens.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let lengths = text.split('-').map(str::len);
        let fits = lengths.eq([8, 4, 4, 4, 12]) && text.chars().all(|c| c.is_ascii_hexdigit() || c == '-');
        fits.then(|| Self(text.to_owned()))
    }

    /// Gives the id as the customer wrote it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl PartialEq for AzureGuid {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

/// A resource group's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceGroupName(String);

impl ResourceGroupName {
    pub(super) const GRAMMAR: &'static str = "a resource group of Azure: at most 90 letters, digits, hyphens, underscores, periods and parentheses, not ending with a period";

    /// Reads a name. Source: Azure's naming rules for `Microsoft.Resources/resourceGroups`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let known = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '(' | ')');
        let fits = (1..=90).contains(&text.chars().count()) && text.chars().all(known) && !text.ends_with('.');
        fits.then(|| Self(text.to_owned()))
    }

    /// Gives the name as the customer wrote it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A vault's name: the first label of its host. Equal whatever its case, as hosts are.
#[derive(Debug, Clone, Eq)]
pub struct VaultName(String);

impl VaultName {
    pub(super) const GRAMMAR: &'static str =
        "the name of a key vault: 3 to 24 letters, digits and hyphens, beginning with a letter";

    /// Reads a name. Source: Azure's naming rules for `Microsoft.KeyVault/vaults`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let known = |c: char| c.is_ascii_alphanumeric() || c == '-';
        let fits = (3..=24).contains(&text.len())
            && text.chars().all(known)
            && text.starts_with(|c: char| c.is_ascii_alphabetic())
            && !text.ends_with('-')
            && !text.contains("--");
        fits.then(|| Self(text.to_owned()))
    }

    /// Gives the name as the customer wrote it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Gives the vault's host, with its port if the suffix has one.
    #[must_use]
    pub fn host(&self, suffix: &VaultSuffix) -> String {
        format!("{}{}", self.0.to_ascii_lowercase(), suffix.0)
    }
}

impl PartialEq for VaultName {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

/// A key in a vault: its name and, but for versionless keys, its version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyIdentifier {
    name: String,
    version: Option<String>,
}

impl KeyIdentifier {
    /// Reads a key's address: `https://<host>/keys/<name>/<version>`, letter by letter. The host is
    /// exactly that of the vault. Names admit no escape, so there is nothing to be decoded or resolved.
    #[must_use]
    pub fn parse(text: &str, vault: &VaultName, suffix: &VaultSuffix, versionless: VersionlessKeys) -> Option<Self> {
        let (host, path) = text.strip_prefix("https://")?.split_once('/')?;
        if !host.eq_ignore_ascii_case(&vault.host(suffix)) {
            return None;
        }
        let mut segments = path.split('/');
        let (Some("keys"), Some(name)) = (segments.next(), segments.next()) else { return None };
        let version = segments.next().filter(|version| !version.is_empty());
        if segments.next().is_some() {
            return None;
        }
        Self::from_parts(name, version, versionless)
    }

    /// Makes an identifier of its parts.
    #[must_use]
    pub fn from_parts(name: &str, version: Option<&str>, versionless: VersionlessKeys) -> Option<Self> {
        let part = |text: &str, hyphen: bool| {
            (1..=127).contains(&text.len()) && text.chars().all(|c| c.is_ascii_alphanumeric() || (hyphen && c == '-'))
        };
        let fits = match version {
            Some(version) => part(version, false),
            None => versionless == VersionlessKeys::Accept,
        };
        (part(name, true) && fits).then(|| Self { name: name.to_owned(), version: version.map(str::to_owned) })
    }

    /// Says what an address of a key in a vault looks like.
    #[must_use]
    pub fn shape(vault: &VaultName, suffix: &VaultSuffix, versionless: VersionlessKeys) -> String {
        let host = vault.host(suffix);
        match versionless {
            VersionlessKeys::Refuse => format!("https://{host}/keys/<key name>/<key version>"),
            VersionlessKeys::Accept => format!("https://{host}/keys/<key name>[/<key version>]"),
        }
    }

    /// Gives the key's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Gives the version, if one is named.
    #[must_use]
    pub fn version(&self) -> Option<&str> {
        self.version.as_deref()
    }

    /// Gives the key's address in a vault.
    #[must_use]
    pub fn url(&self, vault: &VaultName, suffix: &VaultSuffix) -> String {
        let (host, name) = (vault.host(suffix), &self.name);
        match &self.version {
            Some(version) => format!("https://{host}/keys/{name}/{version}"),
            None => format!("https://{host}/keys/{name}"),
        }
    }
}

#[cfg(test)]
mod tests;
