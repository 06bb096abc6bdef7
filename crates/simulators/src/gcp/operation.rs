//! Every method that is answered: its name, the service it belongs to, the path and verb it is reached by, and
//! the permission it takes. One list feeds routing, faults, counters and authorization.
//! It must not know what a method does.

use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::Call;
use super::error::{Code, Status};
use super::iam::{account_key, credentials, iam_policy, service_account};
use super::kms::{decrypt, encrypt, key_ring, manage_key, manage_version};
use super::name::{Kind, Name};
use super::state::State;

/// The services that share the door.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Service {
    Kms,
    Iam,
    IamCredentials,
    ResourceManager,
}

impl Service {
    /// Where the real one is.
    pub(crate) fn host(self) -> &'static str {
        match self {
            Self::Kms => "cloudkms.googleapis.com",
            Self::Iam => "iam.googleapis.com",
            Self::IamCredentials => "iamcredentials.googleapis.com",
            Self::ResourceManager => "cloudresourcemanager.googleapis.com",
        }
    }

    /// As it is called in its protocol buffers.
    fn package(self) -> &'static str {
        match self {
            Self::Kms => "google.cloud.kms.v1.KeyManagementService",
            Self::Iam => "google.iam.admin.v1.IAM",
            Self::IamCredentials => "google.iam.credentials.v1.IAMCredentials",
            Self::ResourceManager => "google.cloudresourcemanager.v1.Projects",
        }
    }
}

/// What a path names: one resource, or those of one kind under their parent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    One(Kind),
    All(Kind),
}

type Run = fn(&mut Call<'_>) -> Result<Value, Status>;

/// One method.
pub(crate) struct Operation {
    pub(crate) name: &'static str,
    pub(crate) service: Service,
    method: &'static str,
    shape: Shape,
    /// What follows the colon; empty for the standard methods.
    verb: &'static str,
    /// Asked on the resource, or on the parent; empty for a method that anybody may call.
    permission: &'static str,
    pub(crate) run: Run,
}

const fn row(
    name: &'static str,
    service: Service,
    (method, shape, verb): (&'static str, Shape, &'static str),
    permission: &'static str,
    run: Run,
) -> Operation {
    Operation { name, service, method, shape, verb, permission, run }
}

use Kind::{CryptoKey, CryptoKeyVersion, KeyRing, Project, ServiceAccount, ServiceAccountKey};
use Service::{Iam, IamCredentials, Kms, ResourceManager};
use Shape::{All, One};

#[rustfmt::skip]
static OPERATIONS: [Operation; 42] = [
    row("CreateKeyRing", Kms, ("POST", All(KeyRing), ""), "cloudkms.keyRings.create", key_ring::create),
    row("GetKeyRing", Kms, ("GET", One(KeyRing), ""), "cloudkms.keyRings.get", key_ring::read),
    row("ListKeyRings", Kms, ("GET", All(KeyRing), ""), "cloudkms.keyRings.list", key_ring::list),
    row("CreateCryptoKey", Kms, ("POST", All(CryptoKey), ""), "cloudkms.cryptoKeys.create", manage_key::create),
    row("GetCryptoKey", Kms, ("GET", One(CryptoKey), ""), "cloudkms.cryptoKeys.get", manage_key::read),
    row("ListCryptoKeys", Kms, ("GET", All(CryptoKey), ""), "cloudkms.cryptoKeys.list", manage_key::list),
    row("UpdateCryptoKey", Kms, ("PATCH", One(CryptoKey), ""), "cloudkms.cryptoKeys.update", manage_key::update),
    row("UpdateCryptoKeyPrimaryVersion", Kms, ("POST", One(CryptoKey), "updatePrimaryVersion"), "cloudkms.cryptoKeys.update", manage_key::update_primary),
    row("CreateCryptoKeyVersion", Kms, ("POST", All(CryptoKeyVersion), ""), "cloudkms.cryptoKeyVersions.create", manage_version::create),
    row("GetCryptoKeyVersion", Kms, ("GET", One(CryptoKeyVersion), ""), "cloudkms.cryptoKeyVersions.get", manage_version::read),
    row("ListCryptoKeyVersions", Kms, ("GET", All(CryptoKeyVersion), ""), "cloudkms.cryptoKeyVersions.list", manage_version::list),
    row("UpdateCryptoKeyVersion", Kms, ("PATCH", One(CryptoKeyVersion), ""), "cloudkms.cryptoKeyVersions.update", manage_version::update),
    row("DestroyCryptoKeyVersion", Kms, ("POST", One(CryptoKeyVersion), "destroy"), "cloudkms.cryptoKeyVersions.destroy", manage_version::destroy),
    row("RestoreCryptoKeyVersion", Kms, ("POST", One(CryptoKeyVersion), "restore"), "cloudkms.cryptoKeyVersions.restore", manage_version::restore),
    row("Encrypt", Kms, ("POST", One(CryptoKey), "encrypt"), "cloudkms.cryptoKeyVersions.useToEncrypt", encrypt::run),
    row("Encrypt", Kms, ("POST", One(CryptoKeyVersion), "encrypt"), "cloudkms.cryptoKeyVersions.useToEncrypt", encrypt::run),
    row("Decrypt", Kms, ("POST", One(CryptoKey), "decrypt"), "cloudkms.cryptoKeyVersions.useToDecrypt", decrypt::run),
    row("GetIamPolicy", Kms, ("GET", One(KeyRing), "getIamPolicy"), "cloudkms.keyRings.getIamPolicy", iam_policy::read),
    row("SetIamPolicy", Kms, ("POST", One(KeyRing), "setIamPolicy"), "cloudkms.keyRings.setIamPolicy", iam_policy::set),
    row("TestIamPermissions", Kms, ("POST", One(KeyRing), "testIamPermissions"), "", iam_policy::test),
    row("GetIamPolicy", Kms, ("GET", One(CryptoKey), "getIamPolicy"), "cloudkms.cryptoKeys.getIamPolicy", iam_policy::read),
    row("SetIamPolicy", Kms, ("POST", One(CryptoKey), "setIamPolicy"), "cloudkms.cryptoKeys.setIamPolicy", iam_policy::set),
    row("TestIamPermissions", Kms, ("POST", One(CryptoKey), "testIamPermissions"), "", iam_policy::test),
    row("GetIamPolicy", ResourceManager, ("POST", One(Project), "getIamPolicy"), "resourcemanager.projects.getIamPolicy", iam_policy::read),
    row("SetIamPolicy", ResourceManager, ("POST", One(Project), "setIamPolicy"), "resourcemanager.projects.setIamPolicy", iam_policy::set),
    row("TestIamPermissions", ResourceManager, ("POST", One(Project), "testIamPermissions"), "", iam_policy::test),
    row("GenerateAccessToken", IamCredentials, ("POST", One(ServiceAccount), "generateAccessToken"), "iam.serviceAccounts.getAccessToken", credentials::generate_access_token),
    row("CreateServiceAccount", Iam, ("POST", All(ServiceAccount), ""), "iam.serviceAccounts.create", service_account::create),
    row("GetServiceAccount", Iam, ("GET", One(ServiceAccount), ""), "iam.serviceAccounts.get", service_account::read),
    row("ListServiceAccounts", Iam, ("GET", All(ServiceAccount), ""), "iam.serviceAccounts.list", service_account::list),
    row("DeleteServiceAccount", Iam, ("DELETE", One(ServiceAccount), ""), "iam.serviceAccounts.delete", service_account::delete),
    row("DisableServiceAccount", Iam, ("POST", One(ServiceAccount), "disable"), "iam.serviceAccounts.disable", service_account::disable),
    row("EnableServiceAccount", Iam, ("POST", One(ServiceAccount), "enable"), "iam.serviceAccounts.enable", service_account::enable),
    row("GetIamPolicy", Iam, ("POST", One(ServiceAccount), "getIamPolicy"), "iam.serviceAccounts.getIamPolicy", iam_policy::read),
    row("SetIamPolicy", Iam, ("POST", One(ServiceAccount), "setIamPolicy"), "iam.serviceAccounts.setIamPolicy", iam_policy::set),
    row("TestIamPermissions", Iam, ("POST", One(ServiceAccount), "testIamPermissions"), "", iam_policy::test),
    row("CreateServiceAccountKey", Iam, ("POST", All(ServiceAccountKey), ""), "iam.serviceAccountKeys.create", account_key::create),
    row("GetServiceAccountKey", Iam, ("GET", One(ServiceAccountKey), ""), "iam.serviceAccountKeys.get", account_key::read),
    row("ListServiceAccountKeys", Iam, ("GET", All(ServiceAccountKey), ""), "iam.serviceAccountKeys.list", account_key::list),
    row("DeleteServiceAccountKey", Iam, ("DELETE", One(ServiceAccountKey), ""), "iam.serviceAccountKeys.delete", account_key::delete),
    row("DisableServiceAccountKey", Iam, ("POST", One(ServiceAccountKey), "disable"), "iam.serviceAccountKeys.disable", account_key::disable),
    row("EnableServiceAccountKey", Iam, ("POST", One(ServiceAccountKey), "enable"), "iam.serviceAccountKeys.enable", account_key::enable),
];

/// Finds a method by its own name.
pub(crate) fn is_known(name: &str) -> bool {
    OPERATIONS.iter().any(|operation| operation.name == name)
}

/// A method, and what it is to be done to: the resource, or the parent of those that are listed or made.
pub(crate) struct Route {
    pub(crate) operation: &'static Operation,
    pub(crate) name: Name,
}

impl Route {
    /// Finds the method of a request.
    /// Errors: NOT_FOUND where there is none; INVALID_ARGUMENT for an encoded slash in a path.
    pub(crate) fn find(method: &str, path: &str) -> Result<Self, Status> {
        let rest = path.strip_prefix("/v1/").ok_or_else(Status::no_method)?;
        let (rest, verb) = match rest.rsplit_once('/').map_or(rest, |(_, last)| last).split_once(':') {
            Some((_, verb)) => (rest.get(..rest.len().saturating_sub(verb.len() + 1)).unwrap_or_default(), verb),
            None => (rest, ""),
        };
        let segments: Vec<String> = rest.split('/').map(decode).collect::<Result<_, _>>()?;
        let (shape, name) = shape(&segments).ok_or_else(Status::no_method)?;
        let operation = OPERATIONS
            .iter()
            .find(|known| known.method == method && known.shape == shape && known.verb == verb)
            .ok_or_else(Status::no_method)?;
        Ok(Self { operation, name })
    }
}

/// One part of a path. A slash that is encoded would make one part look like two.
fn decode(segment: &str) -> Result<String, Status> {
    let text = percent_decode_str(segment).decode_utf8();
    let text = text.ok().filter(|text| !text.contains(['/', '\\', '%']) && !text.chars().any(char::is_control));
    match text {
        Some(text) => Ok(text.into_owned()),
        None => Err(Status::invalid("The path has an encoded character that no resource name has.")),
    }
}

fn shape(segments: &[String]) -> Option<(Shape, Name)> {
    if let Some(name) = Name::of(segments) {
        return Some((One(name.kind), name));
    }
    let (_, parent) = segments.split_last()?;
    let collections: Vec<&str> = segments.iter().step_by(2).map(String::as_str).collect();
    Some((All(Kind::of(&collections)?), Name::of(parent)?))
}

impl Operation {
    /// As errors name it.
    pub(crate) fn full_name(&self) -> String {
        format!("{}.{}", self.service.package(), self.name)
    }

    /// Asks whether a member may do this to that. Who may not is not told whether it exists.
    /// Errors: PERMISSION_DENIED.
    pub(crate) fn authorize(&self, state: &State, member: &str, name: &Name) -> Result<(), Status> {
        if self.permission.is_empty() || state.allows(member, self.permission, name) {
            return Ok(());
        }
        Err(self.denied(name))
    }

    pub(crate) fn denied(&self, name: &Name) -> Status {
        let permission = self.permission;
        match self.service {
            Kms => {
                // Versions have no policy: using one is asked of its key.
                let uses = permission.starts_with("cloudkms.cryptoKeyVersions.useTo");
                let resource = if uses { name.crypto_key() } else { name.clone() }.to_string();
                Status::new(
                    Code::PermissionDenied,
                    format!("Permission '{permission}' denied on resource '{resource}' (or it may not exist)."),
                )
                .with_info(
                    "IAM_PERMISSION_DENIED",
                    self.service.host(),
                    &[("permission", permission), ("resource", &resource)],
                )
            }
            Iam | IamCredentials | ResourceManager => Status::new(
                Code::PermissionDenied,
                format!("Permission '{permission}' denied on resource (or it may not exist)."),
            )
            .with_info("IAM_PERMISSION_DENIED", Iam.host(), &[("permission", permission)]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "/v1/projects/p1/locations/global/keyRings/r/cryptoKeys/k";

    #[test]
    fn finds_methods_by_path_and_verb() {
        let check = |method: &str, path: &str, expected: Option<(&str, &str)>| {
            let found = Route::find(method, path);
            let found = found.as_ref().ok().map(|route| (route.operation.name, route.name.to_string()));
            let found = found.as_ref().map(|(operation, name)| (*operation, name.as_str()));
            assert_eq!(found, expected, "{method} {path}");
        };
        let key = KEY.strip_prefix("/v1/").unwrap();
        check("GET", KEY, Some(("GetCryptoKey", key)));
        check("POST", &format!("{KEY}:encrypt"), Some(("Encrypt", key)));
        check("POST", &format!("{KEY}:decrypt"), Some(("Decrypt", key)));
        check("POST", &format!("{KEY}/cryptoKeyVersions"), Some(("CreateCryptoKeyVersion", key)));
        let version = format!("{key}/cryptoKeyVersions/1");
        check("POST", &format!("/v1/{version}:encrypt"), Some(("Encrypt", &version)));
        check("POST", &format!("/v1/{version}:decrypt"), None);
        check("GET", &format!("{KEY}/"), None);
        check("GET", &format!("{KEY}:encrypt"), None);
        check("POST", &format!("{KEY}:encrypt:encrypt"), None);
        check("POST", &format!("{KEY}%3Aencrypt"), None);
        check("GET", &format!("/v1{KEY}"), None);
        check("GET", "/v1/projects/p1/locations/global/keyRings%2Fr", None);
        check("GET", &format!("{KEY}/cryptoKeyVersions/1%2F2"), None);
        check("PUT", KEY, None);
        let account = "projects/-/serviceAccounts/a@p1.iam.gserviceaccount.com";
        check("POST", &format!("/v1/{account}:generateAccessToken"), Some(("GenerateAccessToken", account)));
        let encoded = account.replace('@', "%40");
        check("POST", &format!("/v1/{encoded}:generateAccessToken"), Some(("GenerateAccessToken", account)));
        check("POST", "/v1/projects/p1:getIamPolicy", Some(("GetIamPolicy", "projects/p1")));
    }

    #[test]
    fn asks_for_permissions_that_there_are() {
        for operation in &OPERATIONS {
            let known = operation.permission.is_empty()
                || crate::gcp::role::is_permission_of(operation.permission, Kind::Project);
            assert!(known, "{}", operation.name);
        }
    }
}
