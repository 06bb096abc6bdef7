//! Deleting a provider role that nothing uses. One of Google's takes its service account with it: first nobody can use
//! the role any more, nor authorize it without making the account anew, then the account goes, then the role; whoever is cut off in between deletes it again.

use domain::access::ProjectRole;
use domain::customer_key::ProviderKind;
use domain::event::EventKind;
use domain::id::{ProjectId, ProviderRoleId};
use domain::provider_role::RoleIdentity;
use providers::Deadline;
use storage::RoleOutcome;

use super::ProviderRoleError;
use super::create::{account_refused, told_of};
use crate::{Caller, Control, Error};

impl Control {
    /// Deletes a provider role of a project.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`, `ProviderRole` if there is none of that provider, if it is in
    /// use, or if its service account cannot be deleted now.
    /// Cancel: safe to repeat. The role is what it was, or cannot be used, or is gone.
    pub async fn delete_provider_role(
        &self,
        caller: &Caller,
        project: ProjectId,
        provider: ProviderKind,
        id: ProviderRoleId,
    ) -> Result<(), Error> {
        let org = self.project_for(caller, project, ProjectRole::Owner).await?.project.org;
        let missing = || Error::from(ProviderRoleError::NotFound { project, id: id.to_string() });
        let role = self.role_of(project, id).await?;
        if role.identity.provider() != provider {
            return Err(missing());
        }
        if let RoleIdentity::Gcp { service_account, .. } = &role.identity {
            taken(self.store().withdraw_provider_role(project, id).await?, id)
                .map_err(|gone| gone.unwrap_or_else(missing))?;
            let deadline = Deadline::after(self.timings().check_deadline);
            let removed = self.providers().remove_account(service_account, deadline).await;
            removed.map_err(account_refused)?;
        }
        let kind = EventKind::ProviderRoleDeleted(provider);
        let told = self.event_by(caller, org, project, kind, Some(told_of(&role)))?;
        let outcome = self.store().delete_provider_role(project, id, &[told]).await?;
        taken(outcome, id).map_err(|gone| gone.unwrap_or_else(missing))?;
        self.providers().forget(project, provider);
        tracing::info!(%project, role = %id, provider = provider.name(), "a provider role was deleted");
        Ok(())
    }
}

/// Reads what became of taking a role away. No error means that there is none.
fn taken(outcome: RoleOutcome, id: ProviderRoleId) -> Result<(), Option<Error>> {
    match outcome {
        RoleOutcome::Saved => Ok(()),
        RoleOutcome::InUse => Err(Some(ProviderRoleError::InUse(id).into())),
        RoleOutcome::Conflict | RoleOutcome::TooMany => Err(None),
    }
}
