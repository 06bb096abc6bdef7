//! Proves a role's service account before the role is authorized: it must let the operator in, and must
//! not be the operator's own. Must not know KMS.

use domain::customer_key::gcp_kms::ServiceAccountEmail;
use domain::validity::{DefiniteReason, Failure, Reason};

use super::Google;
use crate::refused::Refused;

impl Google {
    pub(crate) async fn prove_role(&self, service_account: &ServiceAccountEmail) -> Result<(), Failure> {
        self.operator.prove().await.map_err(|refused| refused.failure)?;
        if self.operator.email() == Some(service_account.as_str()) {
            let words = "the role's service account is the operator's own";
            return Err(Refused::saying(Reason::Definite(DefiniteReason::RoleNotSafe), words).failure);
        }
        match self.operator.impersonate(service_account.as_str()).await {
            Ok(_) => Ok(()),
            Err(refused) => Err(self.settle(refused, true).await),
        }
    }
}
