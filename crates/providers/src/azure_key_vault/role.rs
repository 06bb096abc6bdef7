//! Proves a customer's role before it is authorized: the operator's application must be let into the tenant
//! as that service principal, and the tenant must not be the operator's own. What keeps one customer's role
//! from opening another's key is the key's tag (`key_state.rs`). Source: product.md 1.6 ("no confused deputy").
//! Must not know Key Vault.

use domain::customer_key::azure_key_vault::AzureGuid;
use domain::validity::{DefiniteReason, Failure, Reason};

use super::Azure;
use super::places::Resource;
use crate::refused::Refused;

impl Azure {
    pub(crate) async fn prove_role(&self, tenant: &AzureGuid, service_principal: &AzureGuid) -> Result<(), Failure> {
        let application = self.operator.abroad(tenant).map_err(|refused| refused.failure)?;
        if self.is_own(tenant) {
            let words = "the role is in a tenant of the operator's own";
            return Err(Refused::saying(Reason::Definite(DefiniteReason::RoleNotSafe), words).failure);
        }
        self.operator.prove().await.map_err(|refused| refused.failure)?;
        let wire = self.operator.wire();
        match self.operator.enter(wire, &application, service_principal, Resource::Vaults).await {
            Ok(_) => Ok(()),
            Err(refused) => Err(self.settle(refused, true).await),
        }
    }

    fn is_own(&self, tenant: &AzureGuid) -> bool {
        self.operator.home().is_some_and(|home| home.tenant == *tenant) || self.own_tenants.contains(tenant)
    }
}
