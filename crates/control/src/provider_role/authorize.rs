//! Authorizing a provider role: the customer says whom it stands for, and the provider proves that it lets us in, and
//! nobody else through us. Safe to repeat: the same identity again is proved again, and keeps its date.

use domain::access::ProjectRole;
use domain::customer_key::azure_key_vault::AzureGuid;
use domain::customer_key::{CustomerKey, Move, ProviderKind};
use domain::event::EventKind;
use domain::id::{ProjectId, ProviderRoleId};
use domain::provider_role::{ProviderRole, RoleIdentity};
use domain::validity::Finding;
use domain::violation::Violation;
use providers::Deadline;
use storage::{ProjectSnapshot, RoleOutcome};

use super::create::{account_refused, require_application, told_of};
use super::{NotProved, ProviderRoleError, ProviderRoleView};
use crate::encryption_at_rest::{GRANT_RETRY, may_be_a_fresh_grant, place_of, refused};
use crate::{Caller, Control, Error};

/// Whom a role is to stand for. What is not told stays as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RoleAuthorization {
    /// An IAM role.
    Aws {
        /// Its ARN, which must look like one.
        role_arn: Option<String>,
    },
    /// A service principal of our application.
    Azure {
        /// The application, which must be ours.
        application: Option<AzureGuid>,
        /// The customer's tenant.
        tenant: Option<AzureGuid>,
        /// The service principal's object id.
        service_principal: Option<AzureGuid>,
    },
    /// The service account that was made for the role.
    Gcp,
}

impl RoleAuthorization {
    const fn provider(&self) -> ProviderKind {
        match self {
            Self::Aws { .. } => ProviderKind::AwsKms,
            Self::Azure { .. } => ProviderKind::AzureKeyVault,
            Self::Gcp => ProviderKind::GcpKms,
        }
    }
}

impl Control {
    /// Authorizes a provider role of a project. A role in use may come to stand for another identity if every customer
    /// key that depends on it works with that one.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`, `Violations`, `ProviderRole`, `CandidateRefused`. The role is
    /// what it was then.
    /// Cancel: the role is what it was, or authorized.
    pub async fn authorize_provider_role(
        &self,
        caller: &Caller,
        project: ProjectId,
        id: ProviderRoleId,
        authorization: RoleAuthorization,
    ) -> Result<ProviderRoleView, Error> {
        let snapshot = self.project_for(caller, project, ProjectRole::Owner).await?;
        let stored = self.role_of(project, id).await?;
        let (provider, named) = (stored.identity.provider(), authorization.provider());
        if provider != named {
            return Err(ProviderRoleError::Elsewhere { id, provider, named }.into());
        }
        let before = match stored.identity.unmade_account().cloned() {
            None => stored,
            Some(account) => {
                // Whoever was making it was cut off, or began to delete it.
                self.make_account(&stored, &account).await.map_err(account_refused)?;
                let added = EventKind::ProviderRoleAdded(provider);
                let told = self.event_by(caller, snapshot.project.org, project, added, Some(told_of(&stored)))?;
                self.mark_made(stored, &[told]).await?
            }
        };
        let operator = self.operator_name(provider).await;
        let identity = wanted(&before.identity, authorization, operator.as_deref())?;
        let stands = before.identity == identity;
        let authorized_at = before.authorized_at.filter(|_| stands).or_else(|| Some(self.now()));
        let next = ProviderRole { identity, authorized_at, ..before.clone() };
        let deadline = Deadline::after(self.timings().update_deadline);
        self.prove_patiently(&next, deadline).await?;
        if !stands {
            self.prove_what_depends(&snapshot, &next, deadline).await?;
        }
        if !stands || before.authorized_at.is_none() {
            let kind = EventKind::ProviderRoleUpdated(provider);
            let told = self.event_by(caller, snapshot.project.org, project, kind, Some(told_of(&next)))?;
            // Whatever depends on the role was proved with the settings as they were.
            let proved_at = (!stands).then_some(snapshot.setting.revision);
            match self.store().change_provider_role(&before.identity, &next, proved_at, &[told]).await? {
                RoleOutcome::Saved => {}
                RoleOutcome::Conflict | RoleOutcome::InUse | RoleOutcome::TooMany => {
                    return Err(ProviderRoleError::Conflict(id).into());
                }
            }
            // What was taken as the identity of before is of no use any more.
            self.providers().forget(project, provider);
            tracing::info!(%project, role = %id, provider = provider.name(), "a provider role was authorized");
        }
        let used = self.store().provider_roles_in_use(project).await?;
        Ok(ProviderRoleView { operator, in_use: used.contains(&id), role: next })
    }

    /// Has the provider prove a role, again and again as long as a fresh trust policy explains the refusal and the
    /// patience lasts.
    async fn prove_patiently(&self, role: &ProviderRole, deadline: Deadline) -> Result<(), Error> {
        let patience = deadline.min(Deadline::after(self.timings().grant_patience));
        loop {
            let Err(failure) = self.providers().prove_role(role, deadline).await else { return Ok(()) };
            if !may_be_a_fresh_grant(failure.reason) || patience <= Deadline::after(GRANT_RETRY) {
                let identity = role.identity.clone();
                return Err(
                    ProviderRoleError::NotProved(Box::new(NotProved { role: role.id, identity, failure })).into()
                );
            }
            tokio::time::sleep(GRANT_RETRY).await;
        }
    }

    /// Proves that every customer key that depends on a role works with the identity it is to stand for.
    async fn prove_what_depends(
        &self,
        snapshot: &ProjectSnapshot,
        role: &ProviderRole,
        deadline: Deadline,
    ) -> Result<(), Error> {
        let retired = self.store().retired_customer_keys(role.project).await?;
        let former = retired.iter().filter_map(|retired| retired.key.as_ref());
        let all = snapshot.setting.customer_keys.values().chain(former);
        for key in all.filter(|key: &&CustomerKey| key.provider_role() == Some(role.id)) {
            let step = Move::ChangeCredentials;
            let observed = self.prove_candidate(role.project, key, step, Some(role), deadline).await?;
            if let Finding::Failed(failure) = observed.finding {
                return Err(refused(key.provider(), role.project, Some(role.id), place_of(key), failure));
            }
        }
        Ok(())
    }
}

/// Gives the identity that a role is to stand for.
/// Errors: all that is missing or not ours.
fn wanted(
    stored: &RoleIdentity,
    authorization: RoleAuthorization,
    operator: Option<&str>,
) -> Result<RoleIdentity, Error> {
    Ok(match (stored, authorization) {
        (RoleIdentity::Aws { role_arn: stored, external_id }, RoleAuthorization::Aws { role_arn }) => {
            let told = role_arn.or_else(|| stored.clone());
            let missing = || Error::Violations(vec![Violation::missing("iamAssumedRoleArn")]);
            RoleIdentity::Aws { role_arn: Some(told.ok_or_else(missing)?), external_id: external_id.clone() }
        }
        (
            RoleIdentity::Azure { tenant: stored, service_principal: stored_principal },
            RoleAuthorization::Azure { application, tenant, service_principal },
        ) => {
            if let Some(operator) = operator {
                require_application(application.as_ref(), operator)?;
            }
            RoleIdentity::Azure {
                tenant: tenant.unwrap_or_else(|| stored.clone()),
                service_principal: service_principal.unwrap_or_else(|| stored_principal.clone()),
            }
        }
        (stored, _) => stored.clone(),
    })
}
