//! What a customer needs to know to let us in, filled in as far as it can be told. The documents themselves are the
//! door's to write.

use domain::access::ProjectRole;
use domain::customer_key::ProviderKind;
use domain::id::{ProjectId, ProviderRoleId};
use domain::provider_role::ProviderRole;

use super::ProviderRoleError;
use crate::{Caller, Control, Error};

/// What goes into the policies that a customer pastes.
#[derive(Debug, Clone)]
pub struct SetupFacts {
    /// The project.
    pub project: ProjectId,
    /// Who is let in: see `Providers::operator_name`. None where roles cannot be used, or while it cannot be told.
    pub operator: Option<String>,
    /// The role that the documents are for, if one was named.
    pub role: Option<ProviderRole>,
    /// Where vaults of Azure's public cloud are, as it follows a vault's name.
    pub vault_suffix: String,
}

impl Control {
    /// Gathers what goes into a customer's policies for one provider.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`, `ProviderRole` if the project has no such role, or one of
    /// another provider.
    pub async fn setup_facts(
        &self,
        caller: &Caller,
        project: ProjectId,
        provider: ProviderKind,
        role: Option<ProviderRoleId>,
    ) -> Result<SetupFacts, Error> {
        self.project_for(caller, project, ProjectRole::ReadOnly).await?;
        let role = match role {
            None => None,
            Some(id) => {
                let role = self.role_of(project, id).await?;
                let is = role.identity.provider();
                if is != provider {
                    return Err(ProviderRoleError::Elsewhere { id, provider: is, named: provider }.into());
                }
                Some(role)
            }
        };
        let operator = self.operator_name(provider).await;
        let vault_suffix = self.policy().vault_suffixes.azure.as_str().to_owned();
        Ok(SetupFacts { project, operator, role, vault_suffix })
    }
}
