//! Provider roles that nobody asked for: those that dev mode starts with. They pass the same proof as any other.

use domain::Bug;
use domain::customer_key::azure_key_vault::AzureGuid;
use domain::customer_key::gcp_kms::ServiceAccountEmail;
use domain::id::{ProjectId, ProviderRoleId};
use domain::provider_role::{ProviderRole, RoleIdentity};
use storage::Outcome;

use crate::bootstrap::random_uuid;
use crate::{Control, Error, random_id};

impl Control {
    /// Creates a provider role with an external id of ours, not yet authorized.
    /// Errors: those of the store.
    pub async fn create_aws_role(&self, project: ProjectId) -> Result<ProviderRole, Error> {
        let external_id = random_uuid()?.expose().to_owned();
        let id = ProviderRoleId::from_random(random_id()?);
        self.insert_role(id, project, RoleIdentity::Aws { role_arn: None, external_id }).await
    }

    /// Creates a provider role for the service principal of our application in a customer's tenant, not
    /// yet authorized.
    /// Errors: those of the store.
    pub async fn create_azure_role(
        &self,
        project: ProjectId,
        tenant: AzureGuid,
        service_principal: AzureGuid,
    ) -> Result<ProviderRole, Error> {
        let id = ProviderRoleId::from_random(random_id()?);
        self.insert_role(id, project, RoleIdentity::Azure { tenant, service_principal }).await
    }

    /// Creates a provider role for a service account of its own in the operator's Google project, not yet
    /// authorized. The service account must be made under the address that the role then has.
    /// Errors: those of the store.
    pub async fn create_gcp_role(&self, project: ProjectId, operator_project: &str) -> Result<ProviderRole, Error> {
        let id = ProviderRoleId::from_random(random_id()?);
        let service_account = ServiceAccountEmail::of_role(id, operator_project)
            .ok_or(Error::Bug(Bug("the operator's Google project was checked")))?;
        self.insert_role(id, project, RoleIdentity::Gcp { service_account, made: true }).await
    }

    /// Authorizes a provider role for the ARN the customer tells, after AWS proved it safe.
    /// Errors: `CandidateRefused` with what AWS said.
    pub async fn authorize_aws_role(&self, role: ProviderRole, role_arn: &str) -> Result<ProviderRole, Error> {
        let identity = match role.identity {
            RoleIdentity::Aws { external_id, .. } => {
                RoleIdentity::Aws { role_arn: Some(role_arn.to_owned()), external_id }
            }
            RoleIdentity::Azure { .. } | RoleIdentity::Gcp { .. } => {
                return Err(Error::Bug(Bug("a role for an ARN is one of AWS")));
            }
        };
        self.authorize_role(ProviderRole { identity, ..role }).await
    }

    /// Authorizes a provider role, after the provider proved it safe.
    /// Errors: `CandidateRefused` with what the provider said.
    pub async fn authorize_role(&self, role: ProviderRole) -> Result<ProviderRole, Error> {
        let role = ProviderRole { authorized_at: Some(self.now()), ..role };
        self.prove_role(&role).await?;
        let ProviderRole { id, project, identity, authorized_at, .. } = &role;
        self.store().set_provider_role_authorized(*project, *id, identity, *authorized_at).await?;
        Ok(role)
    }

    async fn insert_role(
        &self,
        id: ProviderRoleId,
        project: ProjectId,
        identity: RoleIdentity,
    ) -> Result<ProviderRole, Error> {
        let role = ProviderRole { id, project, identity, authorized_at: None, created_at: self.now() };
        match self.store().insert_provider_role(&role).await? {
            Outcome::Saved => Ok(role),
            Outcome::Conflict | Outcome::InUse => Err(Error::Bug(Bug("a random name is new"))),
        }
    }
}
