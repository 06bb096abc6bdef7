//! Making a provider role: our half of the agreement. What the customer has to do follows from the answer.

use domain::Bug;
use domain::access::ProjectRole;
use domain::customer_key::ProviderKind;
use domain::customer_key::azure_key_vault::AzureGuid;
use domain::customer_key::gcp_kms::ServiceAccountEmail;
use domain::event::{Event, EventKind};
use domain::id::{ProjectId, ProviderRoleId};
use domain::provider_role::{MOST_ROLES, ProviderRole, RoleIdentity};
use domain::validity::{Failure, Reason, TransientReason};
use domain::violation::{Violation, ViolationKind};
use providers::Deadline;
use storage::RoleOutcome;

use super::{ProviderRoleError, ProviderRoleView};
use crate::bootstrap::random_uuid;
use crate::{Caller, Control, Error, random_id};

/// What is told of a role that is to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NewRole {
    /// One of AWS: the customer tells its ARN later, because its trust policy needs our external id first.
    Aws,
    /// A service principal of our application.
    Azure {
        /// The application it is one of, if that was told.
        application: Option<AzureGuid>,
        /// The customer's tenant.
        tenant: AzureGuid,
        /// The service principal's object id.
        service_principal: AzureGuid,
    },
    /// One of Google: a service account of its own, which we make.
    Gcp,
}

impl NewRole {
    /// Tells which provider it is one of.
    #[must_use]
    pub const fn provider(&self) -> ProviderKind {
        match self {
            Self::Aws => ProviderKind::AwsKms,
            Self::Azure { .. } => ProviderKind::AzureKeyVault,
            Self::Gcp => ProviderKind::GcpKms,
        }
    }
}

impl Control {
    /// Makes a provider role of a project, not yet authorized.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`, `Violations`, `ProviderRole`.
    /// Cancel: the role was made or it was not. One of Google's may be left without its service account, which
    /// authorizing it makes; it says so until then.
    pub async fn create_provider_role(
        &self,
        caller: &Caller,
        project: ProjectId,
        new: NewRole,
    ) -> Result<ProviderRoleView, Error> {
        let org = self.project_for(caller, project, ProjectRole::Owner).await?.project.org;
        let provider = new.provider();
        let deadline = Deadline::after(self.timings().check_deadline);
        let operator = match self.providers().operator_name(provider, deadline).await {
            Ok(Some(operator)) => operator,
            Ok(None) => return Err(ProviderRoleError::NotConfigured(provider).into()),
            Err(failure) => return Err(account_refused(failure)),
        };
        let id = ProviderRoleId::from_random(random_id()?);
        let identity = identity_of(new, id, &operator)?;
        let role = ProviderRole { id, project, identity, authorized_at: None, created_at: self.now() };
        let added =
            self.event_by(caller, org, project, EventKind::ProviderRoleAdded(provider), Some(told_of(&role)))?;
        let role = match role.identity.unmade_account().cloned() {
            None => self.insert_told(role, &[added]).await?,
            Some(account) => {
                let role = self.insert_told(role, &[]).await?;
                if let Err(failure) = self.make_account(&role, &account).await {
                    self.take_back(&role, &account, &failure).await;
                    return Err(account_refused(failure));
                }
                self.mark_made(role, &[added]).await?
            }
        };
        tracing::info!(%project, role = %id, provider = provider.name(), "a provider role was made");
        Ok(ProviderRoleView { role, operator: Some(operator), in_use: false })
    }

    async fn insert_told(&self, role: ProviderRole, told: &[Event]) -> Result<ProviderRole, Error> {
        match self.store().create_provider_role(&role, MOST_ROLES, told).await? {
            RoleOutcome::Saved => Ok(role),
            RoleOutcome::TooMany => Err(ProviderRoleError::TooMany.into()),
            // A random id is new, so it is the project that is gone.
            RoleOutcome::Conflict | RoleOutcome::InUse => Err(Error::ProjectNotFound(role.project)),
        }
    }

    /// Has the service account of a role made at Google, or finds it made.
    /// Errors: what Google said, or that it did not.
    pub(super) async fn make_account(&self, role: &ProviderRole, account: &ServiceAccountEmail) -> Result<(), Failure> {
        let deadline = Deadline::after(self.timings().check_deadline);
        let words = format!("Atrest role {} of project {}", role.id, role.project);
        self.providers().make_account(account, &words, deadline).await
    }

    /// Takes back a role whose service account was not seen to be made: nobody was told of it, and nothing can use it. No
    /// answer does not mean that nothing was made, so the account goes first. While that fails the role stays, and goes
    /// when somebody deletes it.
    async fn take_back(&self, role: &ProviderRole, account: &ServiceAccountEmail, failure: &Failure) {
        let (project, id) = (role.project, role.id);
        if failure.reason != Reason::Transient(TransientReason::OperatorIdentity) {
            let deadline = Deadline::after(self.timings().check_deadline);
            if let Err(failure) = self.providers().remove_account(account, deadline).await {
                let reason = failure.reason.code();
                tracing::warn!(%project, role = %id, reason, "a role that may have its service account stays behind");
                return;
            }
        }
        if let Err(error) = self.store().delete_provider_role(project, id, &[]).await {
            let error: &dyn std::error::Error = &error;
            tracing::warn!(%project, role = %id, error, "a role without its service account stays behind");
        }
    }

    /// Remembers that the service account of a role is made.
    pub(super) async fn mark_made(&self, role: ProviderRole, told: &[Event]) -> Result<ProviderRole, Error> {
        let RoleIdentity::Gcp { service_account, .. } = &role.identity else {
            return Err(Error::Bug(Bug("only a role of Google's has a service account of ours")));
        };
        let identity = RoleIdentity::Gcp { service_account: service_account.clone(), made: true };
        let next = ProviderRole { identity, ..role.clone() };
        match self.store().change_provider_role(&role.identity, &next, None, told).await? {
            RoleOutcome::Saved => Ok(next),
            RoleOutcome::Conflict | RoleOutcome::InUse | RoleOutcome::TooMany => {
                Err(ProviderRoleError::Conflict(role.id).into())
            }
        }
    }
}

/// Tells that a role's service account could not be made or deleted.
pub(super) fn account_refused(failure: Failure) -> Error {
    ProviderRoleError::Account(Box::new(failure)).into()
}

fn identity_of(new: NewRole, id: ProviderRoleId, operator: &str) -> Result<RoleIdentity, Error> {
    Ok(match new {
        NewRole::Aws => RoleIdentity::Aws { role_arn: None, external_id: random_uuid()?.expose().to_owned() },
        NewRole::Azure { application, tenant, service_principal } => {
            require_application(application.as_ref(), operator)?;
            RoleIdentity::Azure { tenant, service_principal }
        }
        NewRole::Gcp => {
            let account = ServiceAccountEmail::of_role(id, operator);
            let service_account = account.ok_or(Error::Bug(Bug("the operator's Google project was checked")))?;
            RoleIdentity::Gcp { service_account, made: false }
        }
    })
}

/// Refuses another application than the operator's: its service principal would be of no use here.
pub(super) fn require_application(told: Option<&AzureGuid>, operator: &str) -> Result<(), Error> {
    if told.is_none_or(|told| told.as_str() == operator) {
        return Ok(());
    }
    let kind = ViolationKind::NotOurs { ours: operator.to_owned() };
    Err(Error::Violations(vec![Violation { field: "atlasAzureAppId".to_owned(), kind }]))
}

/// Says which role an event is about.
pub(super) fn told_of(role: &ProviderRole) -> String {
    match &role.identity {
        RoleIdentity::Aws { role_arn: Some(arn), .. } => format!("role {}: {arn}", role.id),
        RoleIdentity::Aws { role_arn: None, .. } => format!("role {}", role.id),
        RoleIdentity::Azure { tenant, service_principal } => {
            format!("role {}: service principal {} in tenant {}", role.id, service_principal.as_str(), tenant.as_str())
        }
        RoleIdentity::Gcp { service_account, .. } => format!("role {}: {}", role.id, service_account.as_str()),
    }
}
