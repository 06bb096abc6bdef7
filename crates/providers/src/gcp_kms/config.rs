//! What the operator sets for Google: who he is there, and where it is. Must not know what is asked there.

use std::sync::Arc;

use domain::customer_key::gcp_kms::{PrivateKeyId, ServiceAccountEmail, TOKEN_URI};
use domain::secret::SecretText;
use domain::validity::ForeignText;
use url::Url;

use super::token::AccountKey;
use crate::address::AddressPolicy;
use crate::endpoint;
use crate::registry::ConfigFault;
use crate::trusted_roots::TrustedRoots;

const KMS_ENDPOINT: &str = "https://cloudkms.googleapis.com";
const IAM_ENDPOINT: &str = "https://iam.googleapis.com";
const IAM_CREDENTIALS_ENDPOINT: &str = "https://iamcredentials.googleapis.com";

/// Who the operator is at Google.
#[derive(Debug, Clone, Default)]
pub enum OperatorIdentity {
    /// Nobody: roles cannot be used, service account keys can.
    #[default]
    None,
    /// A key of a service account of the operator's.
    ServiceAccountKey {
        /// The service account.
        client_email: ServiceAccountEmail,
        /// Which of its keys.
        private_key_id: PrivateKeyId,
        /// The private key, in PEM.
        private_key: Arc<SecretText>,
    },
}

/// What the operator sets for Google.
#[derive(Debug, Clone)]
pub struct Config {
    /// Who the operator is at Google. Only roles need it.
    pub operator: OperatorIdentity,
    /// The project that service accounts of roles are made in; by default the one of the operator's own account.
    pub operator_project: Option<String>,
    /// Where Cloud KMS is, for emulators; by default `https://cloudkms.googleapis.com`.
    pub kms_endpoint: Option<String>,
    /// Where IAM is, likewise; by default `https://iam.googleapis.com`.
    pub iam_endpoint: Option<String>,
    /// Where IAM Credentials is, likewise; by default `https://iamcredentials.googleapis.com`.
    pub iam_credentials_endpoint: Option<String>,
    /// Where tokens come from, likewise, with its path. The same value as in the policy.
    pub token_uri: Option<String>,
    /// Whose certificates are believed.
    pub trusted_roots: TrustedRoots,
    /// Tokens that are kept at most; about 2 KiB each.
    pub most_sessions: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            operator: OperatorIdentity::None,
            operator_project: None,
            kms_endpoint: None,
            iam_endpoint: None,
            iam_credentials_endpoint: None,
            token_uri: None,
            trusted_roots: TrustedRoots::System,
            most_sessions: 50_000,
        }
    }
}

/// Where Google is.
pub(super) struct Places {
    pub(super) kms: Url,
    pub(super) iam: Url,
    pub(super) iam_credentials: Url,
    pub(super) token: Url,
}

impl Config {
    /// Tells whether any of Google's places is reached by TLS.
    pub(super) fn speaks_tls(&self) -> bool {
        let plain = |endpoint: &Option<String>| endpoint.as_deref().is_some_and(|url| url.starts_with("http://"));
        ![&self.kms_endpoint, &self.iam_endpoint, &self.iam_credentials_endpoint, &self.token_uri]
            .into_iter()
            .all(plain)
    }

    /// Gives the project that service accounts of roles are made in, if the operator is somebody at Google.
    pub(super) fn project(&self) -> Option<String> {
        let OperatorIdentity::ServiceAccountKey { client_email, .. } = &self.operator else { return None };
        let host = client_email.as_str().split_once('@').map(|(_, host)| host);
        let home = host.and_then(|host| host.strip_suffix(".iam.gserviceaccount.com"));
        self.operator_project.clone().or_else(|| home.map(str::to_owned))
    }

    /// Reads where Google is.
    /// Errors: every fault of the settings, not only the first.
    pub(super) fn places(&self, addresses: &AddressPolicy) -> Result<Places, Vec<ConfigFault>> {
        let mut faults = Vec::new();
        let mut place = |setting, given: &Option<String>, default: &str, may_have_path| {
            let given = given.as_deref().unwrap_or(default);
            let checked = if may_have_path { Ok(()) } else { endpoint::check(given, addresses) };
            let url = checked.and_then(|()| endpoint::check_place(given, addresses));
            url.map_err(|fault| faults.push(ConfigFault { setting, fault })).ok()
        };
        let kms = place("gcp.kms_endpoint", &self.kms_endpoint, KMS_ENDPOINT, false);
        let iam = place("gcp.iam_endpoint", &self.iam_endpoint, IAM_ENDPOINT, false);
        let iam_credentials =
            place("gcp.iam_credentials_endpoint", &self.iam_credentials_endpoint, IAM_CREDENTIALS_ENDPOINT, false);
        let token = place("gcp.token_uri", &self.token_uri, TOKEN_URI, true);
        let mut tell = |setting, fault: &str| faults.push(ConfigFault { setting, fault: fault.to_owned() });
        if let OperatorIdentity::ServiceAccountKey { client_email, private_key_id, private_key } = &self.operator {
            let key = AccountKey {
                client_email: client_email.as_str().to_owned(),
                private_key_id: private_key_id.as_str().to_owned(),
                private_key: private_key.clone(),
            };
            if let Err(refused) = key.check() {
                tell(
                    "gcp.operator_key_file",
                    refused.failure.provider_message.as_ref().map_or("", ForeignText::as_str),
                );
            }
        }
        if self.operator_project.as_deref().is_some_and(|project| !is_project(project)) {
            tell("gcp.operator_project", "not the id of a project, e.g. atrest-operator-1");
        }
        if self.most_sessions == 0 {
            tell("gcp.most_sessions", "is zero");
        }
        match (kms, iam, iam_credentials, token) {
            (Some(kms), Some(iam), Some(iam_credentials), Some(token)) if faults.is_empty() => {
                Ok(Places { kms, iam, iam_credentials, token })
            }
            _ => Err(faults),
        }
    }
}

/// Tells whether a text can be a project's id in an account's address: one label, as `p-abc`.
fn is_project(text: &str) -> bool {
    (1..=63).contains(&text.len())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        && !text.starts_with('-')
        && !text.ends_with('-')
}
