//! Private endpoints to key providers, by dated shape. It must not know how one is made.

pub mod v2023_01_01;

use crate::schema::{Kind, Schema};

/// The providers that can be reached over private endpoints, as the path names them.
pub static CLOUD_PROVIDER: Schema = Schema::inline(Kind::OneOf(CLOUD_PROVIDERS));

/// Their names, in exactly this case.
/// Source: contract.md 2.5.
pub static CLOUD_PROVIDERS: &[&str] = &["AZURE", "AWS"];

/// A provider that can be reached over private endpoints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum CloudProvider {
    /// Azure Key Vault.
    Azure,
    /// AWS KMS.
    Aws,
}

impl CloudProvider {
    /// Reads a provider's name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Azure, Self::Aws].into_iter().find(|provider| provider.as_str() == name)
    }

    /// Returns the name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Azure => "AZURE",
            Self::Aws => "AWS",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{CLOUD_PROVIDERS, CloudProvider};

    #[test]
    fn reads_exactly_the_names_it_documents() {
        for name in CLOUD_PROVIDERS {
            let provider = CloudProvider::parse(name).unwrap();
            assert_eq!(provider.as_str(), *name);
            assert_eq!(serde_json::to_string(&provider).unwrap(), format!("\"{name}\""));
        }
        for name in ["GCP", "azure", "Aws", "", "AZURE "] {
            assert_eq!(CloudProvider::parse(name), None, "{name}");
        }
    }
}
