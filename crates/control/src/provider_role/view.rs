//! Reading provider roles.

use std::collections::BTreeMap;

use domain::access::ProjectRole;
use domain::customer_key::ProviderKind;
use domain::id::{ProjectId, ProviderRoleId};
use domain::provider_role::ProviderRole;
use providers::Deadline;

use super::ProviderRoleError;
use crate::{Caller, Control, Error};

/// A provider role as it may be shown. It has no secret: an external id is none.
#[derive(Debug, Clone)]
pub struct ProviderRoleView {
    /// The role.
    pub role: ProviderRole,
    /// Who the customer lets in: see `Providers::operator_name`. None while that cannot be told.
    pub operator: Option<String>,
    /// Whether a customer key is reached with it: the present one, or one that something is still wrapped by.
    pub in_use: bool,
}

impl Control {
    /// Lists a project's provider roles, oldest first.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`.
    pub async fn provider_roles(&self, caller: &Caller, project: ProjectId) -> Result<Vec<ProviderRoleView>, Error> {
        self.project_for(caller, project, ProjectRole::ReadOnly).await?;
        let roles = self.store().provider_roles_of(project).await?;
        let used = self.store().provider_roles_in_use(project).await?;
        // Asked once for each provider: while AWS does not tell who the operator is, every asking takes its time.
        let mut operators = BTreeMap::new();
        let mut views = Vec::with_capacity(roles.len());
        for role in roles {
            let provider = role.identity.provider();
            let operator = match operators.get(&provider) {
                Some(known) => Option::clone(known),
                None => operators.entry(provider).insert_entry(self.operator_name(provider).await).get().clone(),
            };
            views.push(ProviderRoleView { operator, in_use: used.contains(&role.id), role });
        }
        Ok(views)
    }

    /// Finds a provider role of a project.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`, `ProviderRole`.
    pub async fn provider_role(
        &self,
        caller: &Caller,
        project: ProjectId,
        id: ProviderRoleId,
    ) -> Result<ProviderRoleView, Error> {
        self.project_for(caller, project, ProjectRole::ReadOnly).await?;
        let role = self.role_of(project, id).await?;
        let used = self.store().provider_roles_in_use(project).await?;
        let operator = self.operator_name(role.identity.provider()).await;
        Ok(ProviderRoleView { operator, in_use: used.contains(&role.id), role })
    }

    /// Gives the id of the authorized role of a project that stands for an ARN; of several the oldest.
    /// Errors: `ProviderRole` if there is none, whoever else may have one.
    pub(crate) async fn role_by_arn(&self, project: ProjectId, arn: &str) -> Result<ProviderRoleId, Error> {
        let roles = self.store().provider_roles_of(project).await?;
        let found = roles.into_iter().find(|role| role.authorized_at.is_some() && role.identity.aws_arn() == Some(arn));
        found.map(|role| role.id).ok_or_else(|| ProviderRoleError::NoneOfThatArn(arn.to_owned()).into())
    }

    pub(super) async fn role_of(&self, project: ProjectId, id: ProviderRoleId) -> Result<ProviderRole, Error> {
        let found = self.store().provider_role(project, id).await?;
        found.ok_or_else(|| ProviderRoleError::NotFound { project, id: id.to_string() }.into())
    }

    /// Gives who customers let in at a provider. None where the operator is nobody, and while it cannot be told.
    pub(super) async fn operator_name(&self, provider: ProviderKind) -> Option<String> {
        let deadline = Deadline::after(self.timings().read_deadline);
        match self.providers().operator_name(provider, deadline).await {
            Ok(name) => name,
            Err(failure) => {
                let reason = failure.reason.code();
                tracing::warn!(provider = provider.name(), reason, "it cannot be told who the operator is");
                None
            }
        }
    }
}
