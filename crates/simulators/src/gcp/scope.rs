//! OAuth scopes, and the services they open. A scope that is not here is refused.
//! It must not know who asks.

use super::operation::Service;

const CLOUD_PLATFORM: &str = "https://www.googleapis.com/auth/cloud-platform";
const CLOUD_KMS: &str = "https://www.googleapis.com/auth/cloudkms";
const IAM: &str = "https://www.googleapis.com/auth/iam";

pub(crate) fn is_known(scope: &str) -> bool {
    [CLOUD_PLATFORM, CLOUD_KMS, IAM].contains(&scope)
}

/// Tells whether one of the scopes opens a service.
pub(crate) fn opens(scopes: &[String], service: Service) -> bool {
    scopes.iter().any(|scope| match service {
        Service::Kms => scope == CLOUD_KMS || scope == CLOUD_PLATFORM,
        Service::Iam | Service::IamCredentials => scope == IAM || scope == CLOUD_PLATFORM,
        Service::ResourceManager => scope == CLOUD_PLATFORM,
    })
}

/// The scopes of a text, which blanks part; `None` where there is none, or an unknown one.
pub(crate) fn read(text: &str) -> Option<Vec<String>> {
    let scopes: Vec<String> = text.split(' ').filter(|scope| !scope.is_empty()).map(str::to_owned).collect();
    (!scopes.is_empty() && scopes.iter().all(|scope| is_known(scope))).then_some(scopes)
}
