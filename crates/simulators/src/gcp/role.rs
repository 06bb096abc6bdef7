//! The roles that can be granted, and the permissions in each. A role that is not here is refused by name.
//! It must not know who holds a role.
//!
//! Source: "IAM roles and permissions index" and "Permissions and roles", Cloud KMS documentation, cut to the
//! permissions of what is modelled.

use super::name::Kind;

const ALL: [&str; 36] = [
    "cloudkms.cryptoKeys.create",
    "cloudkms.cryptoKeys.get",
    "cloudkms.cryptoKeys.getIamPolicy",
    "cloudkms.cryptoKeys.list",
    "cloudkms.cryptoKeys.setIamPolicy",
    "cloudkms.cryptoKeys.update",
    "cloudkms.cryptoKeyVersions.create",
    "cloudkms.cryptoKeyVersions.destroy",
    "cloudkms.cryptoKeyVersions.get",
    "cloudkms.cryptoKeyVersions.list",
    "cloudkms.cryptoKeyVersions.restore",
    "cloudkms.cryptoKeyVersions.update",
    "cloudkms.cryptoKeyVersions.useToDecrypt",
    "cloudkms.cryptoKeyVersions.useToEncrypt",
    "cloudkms.keyRings.create",
    "cloudkms.keyRings.get",
    "cloudkms.keyRings.getIamPolicy",
    "cloudkms.keyRings.list",
    "cloudkms.keyRings.setIamPolicy",
    "iam.serviceAccountKeys.create",
    "iam.serviceAccountKeys.delete",
    "iam.serviceAccountKeys.disable",
    "iam.serviceAccountKeys.enable",
    "iam.serviceAccountKeys.get",
    "iam.serviceAccountKeys.list",
    "iam.serviceAccounts.create",
    "iam.serviceAccounts.delete",
    "iam.serviceAccounts.disable",
    "iam.serviceAccounts.enable",
    "iam.serviceAccounts.get",
    "iam.serviceAccounts.getAccessToken",
    "iam.serviceAccounts.getIamPolicy",
    "iam.serviceAccounts.list",
    "iam.serviceAccounts.setIamPolicy",
    "resourcemanager.projects.getIamPolicy",
    "resourcemanager.projects.setIamPolicy",
];

/// What an owner may do but this: impersonation is granted by a role of its own.
const NOT_THE_OWNERS: [&str; 1] = ["iam.serviceAccounts.getAccessToken"];
const USES: [&str; 2] = ["cloudkms.cryptoKeyVersions.useToDecrypt", "cloudkms.cryptoKeyVersions.useToEncrypt"];

/// Tells whether a role gives a permission; `None` where the role is not known.
fn gives(role: &str, permission: &str) -> Option<bool> {
    let reads = ["get", "list"].iter().any(|act| permission.rsplit('.').next() == Some(*act));
    Some(match role {
        "roles/owner" => !NOT_THE_OWNERS.contains(&permission),
        "roles/cloudkms.admin" => permission.starts_with("cloudkms.") && !USES.contains(&permission),
        "roles/cloudkms.viewer" => permission.starts_with("cloudkms.") && reads,
        "roles/cloudkms.cryptoKeyEncrypterDecrypter" => USES.contains(&permission),
        "roles/cloudkms.cryptoKeyEncrypter" => permission == "cloudkms.cryptoKeyVersions.useToEncrypt",
        "roles/cloudkms.cryptoKeyDecrypter" => permission == "cloudkms.cryptoKeyVersions.useToDecrypt",
        "roles/iam.serviceAccountTokenCreator" => {
            permission == "iam.serviceAccounts.getAccessToken"
                || (permission.starts_with("iam.serviceAccounts.") && reads)
        }
        "roles/iam.serviceAccountAdmin" => {
            permission.starts_with("iam.serviceAccounts.") && !NOT_THE_OWNERS.contains(&permission)
        }
        "roles/iam.serviceAccountKeyAdmin" => {
            permission.starts_with("iam.serviceAccountKeys.")
                || (permission.starts_with("iam.serviceAccounts.") && reads)
        }
        _ => return None,
    })
}

/// Tells whether a role gives a permission.
pub(crate) fn permits(role: &str, permission: &str) -> bool {
    gives(role, permission) == Some(true)
}

/// Tells whether such a resource, or one inside it, has such a permission.
pub(crate) fn is_permission_of(permission: &str, kind: Kind) -> bool {
    let families: &[&str] = match kind {
        Kind::Project => &[""],
        Kind::KeyRing => &["cloudkms."],
        Kind::CryptoKey => &["cloudkms.cryptoKeys.", "cloudkms.cryptoKeyVersions."],
        Kind::ServiceAccount => &["iam."],
        Kind::Location | Kind::CryptoKeyVersion | Kind::ServiceAccountKey => &[],
    };
    ALL.contains(&permission) && families.iter().any(|family| permission.starts_with(family))
}

/// Tells whether a role can be granted on such a resource: where it would give nothing, it cannot.
pub(crate) fn is_grantable(role: &str, kind: Kind) -> bool {
    ALL.iter().any(|permission| is_permission_of(permission, kind) && permits(role, permission))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_what_the_roles_give() {
        let check = |role: &str, permission: &str, expected: bool| {
            assert_eq!(permits(role, permission), expected, "{role} {permission}");
        };
        let (encrypt, decrypt) = (USES[1], USES[0]);
        check("roles/owner", encrypt, true);
        check("roles/owner", "iam.serviceAccounts.getAccessToken", false);
        check("roles/cloudkms.admin", "cloudkms.cryptoKeyVersions.destroy", true);
        check("roles/cloudkms.admin", "cloudkms.cryptoKeys.setIamPolicy", true);
        check("roles/cloudkms.admin", encrypt, false);
        check("roles/cloudkms.admin", "iam.serviceAccounts.get", false);
        check("roles/cloudkms.viewer", "cloudkms.cryptoKeyVersions.get", true);
        check("roles/cloudkms.viewer", "cloudkms.cryptoKeys.getIamPolicy", false);
        check("roles/cloudkms.viewer", decrypt, false);
        check("roles/cloudkms.cryptoKeyEncrypterDecrypter", encrypt, true);
        check("roles/cloudkms.cryptoKeyEncrypterDecrypter", decrypt, true);
        check("roles/cloudkms.cryptoKeyEncrypterDecrypter", "cloudkms.cryptoKeyVersions.get", false);
        check("roles/cloudkms.cryptoKeyEncrypter", decrypt, false);
        check("roles/cloudkms.cryptoKeyDecrypter", encrypt, false);
        check("roles/iam.serviceAccountTokenCreator", "iam.serviceAccounts.getAccessToken", true);
        check("roles/iam.serviceAccountAdmin", "iam.serviceAccounts.getAccessToken", false);
        check("roles/iam.serviceAccountAdmin", "iam.serviceAccountKeys.create", false);
        check("roles/editor", "cloudkms.cryptoKeys.get", false);
    }

    #[test]
    fn grants_roles_only_where_they_mean_something() {
        assert!(is_grantable("roles/cloudkms.cryptoKeyEncrypterDecrypter", Kind::CryptoKey));
        assert!(is_grantable("roles/cloudkms.viewer", Kind::Project));
        assert!(!is_grantable("roles/iam.serviceAccountTokenCreator", Kind::CryptoKey));
        assert!(!is_grantable("roles/cloudkms.admin", Kind::ServiceAccount));
        assert!(!is_grantable("roles/editor", Kind::Project));
    }
}
