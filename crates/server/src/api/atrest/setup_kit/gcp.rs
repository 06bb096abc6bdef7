//! The kit for Google: two roles on one key for the service account that was made for the role entry.

use api_wire::atrest::setup_kit::SetupStep;
use control::provider_role::SetupFacts;
use domain::customer_key::gcp_kms::KeyVersionName;
use domain::provider_role::{ProviderRole, RoleIdentity};
use serde_json::json;

use super::{json, no_key, shell, text};
use crate::api::error::Refused;

/// Writes the steps.
/// Errors: the key is no resource name of a key version.
pub(super) fn steps(facts: &SetupFacts, key: Option<&str>) -> Result<Vec<SetupStep>, Refused> {
    const EXPECTED: &str = "a key version: projects/<project>/locations/<location>/keyRings/<ring>/cryptoKeys/<key>/cryptoKeyVersions/<number>";
    let version = key.map(|key| KeyVersionName::parse(key).ok_or_else(|| no_key(EXPECTED))).transpose()?;
    let parts: Vec<&str> = version.as_ref().map(|version| version.as_str().split('/').collect()).unwrap_or_default();
    let part = |at: usize, placeholder: &'static str| parts.get(at).map_or(placeholder, |part| *part).to_owned();
    let (owner, location) = (part(1, "YOUR_PROJECT"), part(3, "YOUR_LOCATION"));
    let (ring, name) = (part(5, "YOUR_KEY_RING"), part(7, "YOUR_KEY"));
    let version = version.as_ref().map_or("YOUR_KEY_VERSION", KeyVersionName::as_str);
    let account = match facts.role.as_ref().map(|role| &role.identity) {
        Some(RoleIdentity::Gcp { service_account, .. }) => service_account.as_str(),
        Some(RoleIdentity::Aws { .. } | RoleIdentity::Azure { .. }) | None => "YOUR_GCP_SERVICE_ACCOUNT_FOR_ATLAS",
    };
    let role_id = facts.role.as_ref().map_or_else(|| "YOUR_ROLE_ID".to_owned(), ProviderRole::id_text);
    let mut steps = Vec::new();
    if facts.role.is_none() {
        steps.push(json(
            "Make the role entry: body of POST cloudProviderAccess; its answer names the service account",
            &json!({"providerName": "GCP"}),
        ));
    }
    steps.push(shell(
        "Let the service account use the key, and see the state of its versions",
        format!(
            "for role in roles/cloudkms.cryptoKeyEncrypterDecrypter roles/cloudkms.viewer; do\n  gcloud kms keys add-iam-policy-binding {name} --project {owner} --location {location} --keyring {ring} \\\n    --member serviceAccount:{account} --role $role\ndone"
        ),
    ));
    steps.push(json("Authorize the role: body of PATCH cloudProviderAccess/{roleId}", &json!({"providerName": "GCP"})));
    steps.push(json(
        "Enable: body of PATCH encryptionAtRest",
        &json!({"googleCloudKms": {"enabled": true, "keyVersionResourceID": version, "roleId": role_id}}),
    ));
    steps.push(text("Private endpoints", "Google Cloud KMS has none here."));
    Ok(steps)
}
