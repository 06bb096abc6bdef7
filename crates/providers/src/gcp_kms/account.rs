//! Service accounts of roles: made in the operator's project, one for each role, and deleted with it. The operator's
//! identity does it, with a token of its own for that. Must not know KMS, nor what a role is for.
//! Source: IAM API reference, `projects.serviceAccounts.create` and `.delete`.

use domain::customer_key::gcp_kms::ServiceAccountEmail;
use domain::validity::{Failure, Reason, TransientReason};

use super::Google;
use crate::refused::Refused;

impl Google {
    /// Gives the project that service accounts of roles are made in, if the operator is somebody at Google.
    pub(crate) fn project(&self) -> Option<&str> {
        self.project.as_deref()
    }

    /// Makes a service account, or finds it made. `words` are for whoever looks at the operator's project.
    /// Errors: what Google said; it is the operator's own matter, and noted as that.
    pub(crate) async fn make_account(&self, account: &ServiceAccountEmail, words: &str) -> Result<(), Failure> {
        let Some((name, project)) = parts(account) else { return Err(no_account().failure) };
        self.operator.make_account(project, name, words).await.map_err(|refused| refused.failure)
    }

    /// Deletes a service account, or finds it gone.
    /// Errors: as in making it.
    pub(crate) async fn remove_account(&self, account: &ServiceAccountEmail) -> Result<(), Failure> {
        let Some((_, project)) = parts(account) else { return Err(no_account().failure) };
        self.operator.remove_account(project, account.as_str()).await.map_err(|refused| refused.failure)
    }
}

/// Takes an address apart: its name, and the project it is in.
fn parts(account: &ServiceAccountEmail) -> Option<(&str, &str)> {
    let (name, host) = account.as_str().split_once('@')?;
    Some((name, host.strip_suffix(".iam.gserviceaccount.com")?))
}

fn no_account() -> Refused {
    let words = "the service account is in no project that one can be made in";
    Refused::saying(Reason::Transient(TransientReason::OperatorIdentity), words)
}
