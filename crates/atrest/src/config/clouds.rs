//! Sections `[providers]`, `[aws]`, `[azure]` and `[gcp]`: who the operator is at each cloud, and where
//! the clouds are. Must not know how a cloud is called.

use std::sync::Arc;

use domain::customer_key::azure_key_vault::{AzureEnvironment, AzureGuid, VaultSuffix, VaultSuffixes};
use domain::customer_key::gcp_kms::{PrivateKeyId, ServiceAccountEmail};
use domain::secret::SecretText;
use ipnet::IpNet;
use providers::{Clock, ProvidersConfig, TrustedRoots, aws_kms, azure_key_vault, gcp_kms};
use serde::Deserialize;
use zeroize::Zeroizing;

use super::places;
use super::section::{Faults, Section};

/// What concerns the clouds.
#[derive(Debug, Clone)]
pub(crate) struct CloudsConfig {
    pub(crate) allow_networks: Vec<IpNet>,
    pub(crate) aws: aws_kms::Config,
    pub(crate) azure: azure_key_vault::Config,
    pub(crate) google: gcp_kms::Config,
}

impl CloudsConfig {
    /// Gives the providers' settings.
    pub(crate) fn providers(self) -> ProvidersConfig {
        let Self { allow_networks, aws, azure, google } = self;
        ProvidersConfig { clock: Clock::system(), allow_networks, aws, azure, google }
    }

    /// Tells whether private endpoints can be made anywhere.
    pub(crate) fn has_places(&self) -> bool {
        !self.aws.places.is_empty() || !self.azure.places.is_empty()
    }

    /// Gives the Azure environment that roles work in, if the operator is somebody at Azure.
    pub(super) fn operator_azure_environment(&self) -> Option<AzureEnvironment> {
        match &self.azure.operator {
            azure_key_vault::OperatorIdentity::None => None,
            azure_key_vault::OperatorIdentity::ClientSecret { environment, .. } => Some(*environment),
        }
    }
}

pub(super) fn read(root: &mut Section<'_>, faults: &Faults) -> CloudsConfig {
    let mut providers = root.section("providers");
    let allow_networks = providers.all_parsed("allow_networks");
    providers.finish();

    let mut aws = root.section("aws");
    let aws_config = read_aws(&mut aws, faults);
    aws.finish();

    let mut azure = root.section("azure");
    let azure_config = read_azure(&mut azure, faults);
    azure.finish();

    let mut google = root.section("gcp");
    let google_config = read_google(&mut google, faults);
    google.finish();

    CloudsConfig { allow_networks, aws: aws_config, azure: azure_config, google: google_config }
}

fn trusted_roots(section: &mut Section<'_>) -> TrustedRoots {
    section.file("ca_file").map_or(TrustedRoots::System, TrustedRoots::SystemAnd)
}

fn read_aws(aws: &mut Section<'_>, faults: &Faults) -> aws_kms::Config {
    use aws_kms::OperatorIdentity;
    let access_key_id = aws.text("operator_access_key_id");
    let secret_access_key = aws.secret_file("operator_secret_access_key_file");
    let identity = aws.one_of("operator_identity", &[("none", 0_u8), ("environment", 1), ("static", 2)]);
    let operator = match (identity.unwrap_or(0), access_key_id, secret_access_key) {
        (0, None, None) => OperatorIdentity::None,
        (1, None, None) => OperatorIdentity::Environment,
        (2, Some(access_key_id), Some(secret)) => {
            OperatorIdentity::Static { access_key_id, secret_access_key: Arc::new(secret), session_token: None }
        }
        (2, _, _) => {
            faults.add(
                "aws",
                "operator_identity = \"static\" needs operator_access_key_id and operator_secret_access_key_file",
            );
            OperatorIdentity::None
        }
        _ => {
            faults.add("aws", "an operator access key is set, but operator_identity is not \"static\"");
            OperatorIdentity::None
        }
    };
    let places = places::read_aws(aws, !matches!(operator, OperatorIdentity::None), faults);
    aws_kms::Config {
        operator,
        own_accounts: aws.all_parsed("own_accounts"),
        account_arn: aws.text("account_arn"),
        kms_endpoint: aws.text("kms_endpoint"),
        sts_endpoint: aws.text("sts_endpoint"),
        ec2_endpoint: aws.text("ec2_endpoint"),
        places,
        trusted_roots: trusted_roots(aws),
        ..aws_kms::Config::default()
    }
}

fn read_azure(azure: &mut Section<'_>, faults: &Faults) -> azure_key_vault::Config {
    use azure_key_vault::OperatorIdentity;
    let environments = AzureEnvironment::ALL.map(|environment| (environment.name(), environment));
    let environment = azure.one_of("operator_environment", &environments);
    let tenant = guid(azure, "operator_tenant", faults);
    let client_id = guid(azure, "operator_client_id", faults);
    let secret = azure.secret_file("operator_secret_file");
    let identity = azure.one_of("operator_identity", &[("none", 0_u8), ("client-secret", 1)]);
    let operator = match (identity.unwrap_or(0), tenant, client_id, secret) {
        (0, None, None, None) => OperatorIdentity::None,
        (1, Some(tenant), Some(client_id), Some(secret)) => OperatorIdentity::ClientSecret {
            environment: environment.unwrap_or(AzureEnvironment::Azure),
            tenant,
            client_id,
            secret: Arc::new(secret),
        },
        (1, _, _, _) => {
            faults.add(
                "azure",
                "operator_identity = \"client-secret\" needs operator_tenant, operator_client_id and operator_secret_file",
            );
            OperatorIdentity::None
        }
        _ => {
            faults.add("azure", "an operator application is set, but operator_identity is not \"client-secret\"");
            OperatorIdentity::None
        }
    };
    let own_tenants: Vec<String> = azure.all_parsed("own_tenants");
    let own_tenants = own_tenants.iter().filter_map(|text| as_guid(text, "own_tenants", faults)).collect();
    let home = match &operator {
        OperatorIdentity::None => None,
        OperatorIdentity::ClientSecret { environment, .. } => Some(*environment),
    };
    let places = places::read_azure(azure, home, faults);
    let default = VaultSuffixes::default();
    azure_key_vault::Config {
        operator,
        own_tenants,
        authority: azure.text("authority"),
        management: azure.text("management"),
        vault_suffixes: VaultSuffixes {
            azure: suffix(azure, "vault_suffix", faults).unwrap_or(default.azure),
            azure_china: suffix(azure, "vault_suffix_china", faults).unwrap_or(default.azure_china),
            azure_us_government: suffix(azure, "vault_suffix_us_government", faults)
                .unwrap_or(default.azure_us_government),
        },
        trusted_roots: trusted_roots(azure),
        places,
        ..azure_key_vault::Config::default()
    }
}

fn guid(azure: &mut Section<'_>, key: &str, faults: &Faults) -> Option<AzureGuid> {
    as_guid(&azure.text(key)?, key, faults)
}

fn as_guid(text: &str, key: &str, faults: &Faults) -> Option<AzureGuid> {
    let guid = AzureGuid::parse(text);
    if guid.is_none() {
        faults.add(&format!("azure.{key}"), "must be a GUID such as 11111111-2222-3333-4444-555555555555");
    }
    guid
}

fn suffix(azure: &mut Section<'_>, key: &str, faults: &Faults) -> Option<VaultSuffix> {
    let text = azure.text(key)?;
    let suffix = VaultSuffix::parse(&text);
    if suffix.is_none() {
        faults
            .add(&format!("azure.{key}"), "must be what follows a vault's name in its host, such as .vault.azure.net");
    }
    suffix
}

fn read_google(google: &mut Section<'_>, faults: &Faults) -> gcp_kms::Config {
    use gcp_kms::OperatorIdentity;
    let key_file = google.secret_file("operator_key_file");
    let identity = google.one_of("operator_identity", &[("none", 0_u8), ("service-account-key", 1)]);
    let operator = match (identity.unwrap_or(0), key_file) {
        (0, None) => OperatorIdentity::None,
        (1, Some(file)) => operator_of(&file).unwrap_or_else(|fault| {
            faults.add("gcp.operator_key_file", fault);
            OperatorIdentity::None
        }),
        (1, None) => {
            faults.add("gcp", "operator_identity = \"service-account-key\" needs operator_key_file");
            OperatorIdentity::None
        }
        _ => {
            faults.add("gcp", "an operator key file is set, but operator_identity is not \"service-account-key\"");
            OperatorIdentity::None
        }
    };
    gcp_kms::Config {
        operator,
        operator_project: google.text("operator_project"),
        kms_endpoint: google.text("kms_endpoint"),
        iam_endpoint: google.text("iam_endpoint"),
        iam_credentials_endpoint: google.text("iam_credentials_endpoint"),
        token_uri: google.text("token_uri"),
        trusted_roots: trusted_roots(google),
        ..gcp_kms::Config::default()
    }
}

/// What is used of the operator's key file.
#[derive(Deserialize)]
struct KeyFile {
    #[serde(rename = "type")]
    kind: String,
    client_email: String,
    private_key_id: String,
    private_key: Zeroizing<String>,
}

/// Reads the operator's key file.
/// Errors: what is wrong with it, without a word of it.
pub(crate) fn operator_of(file: &SecretText) -> Result<gcp_kms::OperatorIdentity, &'static str> {
    let KeyFile { kind, client_email, private_key_id, private_key } =
        serde_json::from_str(file.expose()).map_err(|_| "is not the key file of a service account")?;
    if kind != "service_account" {
        return Err("must be a key file whose type is service_account");
    }
    Ok(gcp_kms::OperatorIdentity::ServiceAccountKey {
        client_email: ServiceAccountEmail::parse(&client_email).ok_or("names no service account as client_email")?,
        private_key_id: PrivateKeyId::parse(&private_key_id).ok_or("has no hexadecimal private_key_id")?,
        private_key: Arc::new(SecretText::new(private_key.to_string())),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> (CloudsConfig, Vec<String>) {
        let faults = Faults::default();
        let mut root = Section::root(text.parse().unwrap(), &faults);
        let config = read(&mut root, &faults);
        root.finish();
        (config, faults.list().lines().map(|line| line.trim().to_owned()).collect())
    }

    fn written(text: &str) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        file
    }

    #[test]
    fn by_default_the_operator_is_nobody_anywhere() {
        let (config, faults) = parse("");
        assert!(faults.is_empty(), "{faults:?}");
        assert!(matches!(config.aws.operator, aws_kms::OperatorIdentity::None));
        assert!(matches!(config.azure.operator, azure_key_vault::OperatorIdentity::None));
        assert!(matches!(config.google.operator, gcp_kms::OperatorIdentity::None));
        assert_eq!(config.azure.vault_suffixes, VaultSuffixes::default());
        assert_eq!(config.operator_azure_environment(), None);
    }

    #[test]
    fn an_operator_application_is_whole_or_a_fault() {
        let secret = written("operator-secret\n");
        let whole = format!(
            "[azure]\noperator_identity = \"client-secret\"\noperator_environment = \"AZURE_CHINA\"\n\
             operator_tenant = \"11111111-2222-3333-4444-555555555555\"\n\
             operator_client_id = \"66666666-2222-3333-4444-555555555555\"\noperator_secret_file = {:?}\n",
            secret.path()
        );
        let (config, faults) = parse(&whole);
        assert!(faults.is_empty(), "{faults:?}");
        assert_eq!(config.operator_azure_environment(), Some(AzureEnvironment::AzureChina));
        assert!(!format!("{config:?}").contains("operator-secret"));

        let (config, faults) = parse("[azure]\nown_tenants = [\"11111111-2222-3333-4444-555555555555\", \"mine\"]\n");
        assert_eq!((config.azure.own_tenants.len(), faults.len()), (1, 1), "{faults:?}");
        let (_, faults) = parse("[azure]\noperator_identity = \"client-secret\"\noperator_tenant = \"nobody\"\n");
        assert_eq!(faults.len(), 2, "{faults:?}");
        let (_, faults) = parse(&whole.replace("operator_identity = \"client-secret\"", ""));
        assert_eq!(faults.len(), 1, "{faults:?}");
    }

    #[test]
    fn suffixes_are_what_follows_a_vaults_name() {
        let (config, faults) = parse("[azure]\nvault_suffix = \".vault.example.com:8443\"\n");
        assert!(faults.is_empty(), "{faults:?}");
        assert_eq!(config.azure.vault_suffixes.azure.as_str(), ".vault.example.com:8443");
        for wrong in ["vault.azure.net", "", ".vault.azure.net/", ":0", ".a@b", ".", "https://x"] {
            let (_, faults) = parse(&format!("[azure]\nvault_suffix = {wrong:?}\n"));
            assert_eq!(faults.len(), 1, "{wrong}: {faults:?}");
        }
    }

    #[test]
    fn an_operator_key_file_is_read_and_never_quoted() {
        let file = |kind: &str, email: &str| {
            written(&format!(
                r#"{{"type":"{kind}","client_email":"{email}","private_key_id":"ab12","private_key":"swordfish","project_id":"p"}}"#
            ))
        };
        let check = |file: &tempfile::NamedTempFile, wanted: usize| {
            let text =
                format!("[gcp]\noperator_identity = \"service-account-key\"\noperator_key_file = {:?}\n", file.path());
            let (config, faults) = parse(&text);
            assert_eq!(faults.len(), wanted, "{faults:?}");
            assert!(!format!("{config:?}{faults:?}").contains("swordfish"));
            config
        };
        let good = check(&file("service_account", "atrest@p.iam.gserviceaccount.com"), 0);
        assert!(matches!(good.google.operator, gcp_kms::OperatorIdentity::ServiceAccountKey { .. }));
        check(&file("external_account", "atrest@p.iam.gserviceaccount.com"), 1);
        check(&file("service_account", "person@example.com"), 1);
        check(&written("swordfish"), 1);
    }
}
