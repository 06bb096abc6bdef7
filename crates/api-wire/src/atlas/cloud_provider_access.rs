//! Cloud provider access: the roles that key providers are reached with, by dated shape. It must not know how one is
//! proved.

pub mod v2023_01_01;

use crate::schema::{Kind, Schema};

/// The clouds that roles are in, as bodies and paths name them.
pub static PROVIDER_NAME: Schema = Schema::inline(Kind::OneOf(PROVIDER_NAMES));

/// Their names, in exactly this case.
/// Source: contract.md 2.8.
pub static PROVIDER_NAMES: &[&str] = &["AWS", "AZURE", "GCP"];

/// A cloud that roles are in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum ProviderName {
    /// Amazon Web Services.
    Aws,
    /// Microsoft Azure.
    Azure,
    /// Google Cloud.
    Gcp,
}

impl ProviderName {
    /// Reads a cloud's name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Aws, Self::Azure, Self::Gcp].into_iter().find(|provider| provider.as_str() == name)
    }

    /// Returns the name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Aws => "AWS",
            Self::Azure => "AZURE",
            Self::Gcp => "GCP",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{PROVIDER_NAMES, ProviderName};

    #[test]
    fn reads_exactly_the_names_it_documents() {
        for name in PROVIDER_NAMES {
            let provider = ProviderName::parse(name).unwrap();
            assert_eq!(provider.as_str(), *name);
            assert_eq!(serde_json::to_string(&provider).unwrap(), format!("\"{name}\""));
        }
        for name in ["aws", "Azure", "GOOGLE", "", "AWS "] {
            assert_eq!(ProviderName::parse(name), None, "{name}");
        }
    }
}
