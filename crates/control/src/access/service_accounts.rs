//! Service accounts of an organization, their secrets, and what they may do in its projects.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use domain::access::{Grants, OrgRole, ProjectRole};
use domain::api_key::AccessList;
use domain::event::{Event, EventKind};
use domain::id::{OrgId, ProjectId, ServiceAccountId, ServiceAccountSecretId};
use domain::organization::OrgSettings;
use domain::secret::SecretText;
use domain::service_account::{CLIENT_ID_PREFIX, ServiceAccount};
use storage::{Outcome, ServiceAccountSecret};

use super::{
    AccessError, SECRET_HOURS_MIN, SECRETS_MAX, belonging, member_with, org_role_names, project_role_names,
    require_difference, saved, with_roles,
};
use crate::bootstrap::random_client_secret;
use crate::{Caller, Control, Error, random_id, sign_in};

/// A service account to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAccount<R> {
    /// What people call it.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Its roles.
    pub roles: BTreeSet<R>,
    /// How long its first secret lasts.
    /// Unit: hours.
    pub secret_hours: i64,
}

/// A change of a service account; what it does not mention stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountChange<R> {
    /// Another name.
    pub name: Option<String>,
    /// Another description.
    pub description: Option<String>,
    /// Other roles.
    pub roles: Option<BTreeSet<R>>,
}

/// A service account with what is known of its secrets.
#[derive(Debug, Clone)]
pub struct AccountView {
    /// The account.
    pub account: Arc<ServiceAccount>,
    /// Its secrets, expired ones too, oldest first.
    pub secrets: Vec<ServiceAccountSecret>,
}

/// A new secret, which is shown once and not kept.
#[derive(Debug)]
pub struct NewSecret {
    /// What is kept of it.
    pub kept: ServiceAccountSecret,
    /// The secret.
    pub secret: SecretText,
}

impl Control {
    /// Lists an organization's service accounts, oldest first.
    /// Errors: `OrganizationNotFound`, `OrgRoleMissing`.
    pub async fn service_accounts(&self, caller: &Caller, org: OrgId) -> Result<Vec<Arc<ServiceAccount>>, Error> {
        self.org_for(caller, org, OrgRole::ReadOnly).await?;
        Ok(self.store().service_accounts_of(org).await?.into_iter().map(Arc::new).collect())
    }

    /// Lists the service accounts that may do something in a project by a role in it, oldest first.
    /// Errors: `ProjectNotFound`.
    pub async fn service_accounts_in(
        &self,
        caller: &Caller,
        project: ProjectId,
    ) -> Result<Vec<Arc<ServiceAccount>>, Error> {
        let snapshot = self.project_for(caller, project, ProjectRole::ReadOnly).await?;
        let accounts = self.store().service_accounts_of(snapshot.project.org).await?;
        Ok(accounts.into_iter().filter(|one| one.grants.project_roles.contains_key(&project)).map(Arc::new).collect())
    }

    /// Adds to service accounts what is known of their secrets.
    /// Errors: those of the store.
    pub async fn with_secrets(&self, accounts: Vec<Arc<ServiceAccount>>) -> Result<Vec<AccountView>, Error> {
        let mut views = Vec::with_capacity(accounts.len());
        for account in accounts {
            let secrets = self.store().service_account_secrets(account.id).await?;
            views.push(AccountView { account, secrets });
        }
        Ok(views)
    }

    /// Finds a service account of an organization, by client id as it was given.
    /// Errors: `OrganizationNotFound`, `OrgRoleMissing`, `Access(AccountNotFound)`.
    pub async fn service_account_of(&self, caller: &Caller, org: OrgId, id: &str) -> Result<AccountView, Error> {
        self.org_for(caller, org, OrgRole::ReadOnly).await?;
        let account = self.find_account(org, id).await?;
        self.viewed(account).await
    }

    /// Finds a service account of a project, by client id as it was given.
    /// Errors: `ProjectNotFound`, `Access(AccountNotFound)`.
    pub async fn service_account_in(
        &self,
        caller: &Caller,
        project: ProjectId,
        id: &str,
    ) -> Result<AccountView, Error> {
        let snapshot = self.project_for(caller, project, ProjectRole::ReadOnly).await?;
        let account = self.find_account_in(snapshot.project.org, project, id).await?;
        self.viewed(account).await
    }

    /// Creates a service account with roles in an organization, and its first secret.
    /// Errors: `OrganizationNotFound`, `OrgRoleMissing`, `Access(RoleNotHeld, SecretHours)`.
    /// Cancel: it is created or it is not; a secret that nobody saw is of no use.
    pub async fn add_service_account(
        &self,
        caller: &Caller,
        org: OrgId,
        new: NewAccount<OrgRole>,
    ) -> Result<(AccountView, SecretText), Error> {
        self.org_for(caller, org, OrgRole::Owner).await?;
        let NewAccount { name, description, roles, secret_hours } = new;
        let grants = Grants { org, org_roles: belonging(roles), project_roles: [].into() };
        self.make_service_account(caller, None, name, description, grants, secret_hours).await
    }

    /// Creates a service account that belongs to a project's organization and has roles in that project.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`, `Access(RoleNotHeld, SecretHours)`.
    /// Cancel: as for `add_service_account`.
    pub async fn add_service_account_in(
        &self,
        caller: &Caller,
        project: ProjectId,
        new: NewAccount<ProjectRole>,
    ) -> Result<(AccountView, SecretText), Error> {
        let snapshot = self.project_for(caller, project, ProjectRole::Owner).await?;
        let NewAccount { name, description, roles, secret_hours } = new;
        let grants = member_with(snapshot.project.org, project, roles);
        self.make_service_account(caller, Some(project), name, description, grants, secret_hours).await
    }

    /// Changes a service account and its roles in the organization.
    /// Errors: as for `add_service_account`; `Access(AccountNotFound, LastOwner)`, `Conflict`.
    /// Cancel: it is changed or it is not.
    pub async fn change_service_account(
        &self,
        caller: &Caller,
        org: OrgId,
        id: &str,
        change: AccountChange<OrgRole>,
    ) -> Result<AccountView, Error> {
        self.org_for(caller, org, OrgRole::Owner).await?;
        let before = self.find_account(org, id).await?;
        let AccountChange { name, description, roles } = change;
        let mut after = described((*before).clone(), name, description);
        if let Some(roles) = roles {
            after.grants.org_roles = belonging(roles);
        }
        self.save_account(caller, None, &before, after).await
    }

    /// Changes a project's service account and its roles there.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`, `Access(AccountNotFound, RoleNotHeld, NoRoleLeft)`, `Conflict`.
    /// Cancel: it is changed or it is not.
    pub async fn change_service_account_in(
        &self,
        caller: &Caller,
        project: ProjectId,
        id: &str,
        change: AccountChange<ProjectRole>,
    ) -> Result<AccountView, Error> {
        let snapshot = self.project_for(caller, project, ProjectRole::Owner).await?;
        let before = self.find_account_in(snapshot.project.org, project, id).await?;
        let AccountChange { name, description, roles } = change;
        if name.is_some() || description.is_some() {
            Self::require_all_of(caller, &before.grants)?;
        }
        let mut after = described((*before).clone(), name, description);
        if let Some(roles) = roles {
            if roles.is_empty() {
                return Err(AccessError::NoRoleLeft.into());
            }
            after.grants = with_roles(after.grants, project, roles);
        }
        self.save_account(caller, Some(project), &before, after).await
    }

    /// Gives a service account of the organization roles in one of its projects, in place of those it had there.
    /// Errors: `ProjectNotFound`, `OrgRoleMissing`, `Access(AccountNotFound)`, `Conflict`.
    /// Cancel: it is given them or it is not.
    pub async fn invite_service_account(
        &self,
        caller: &Caller,
        project: ProjectId,
        id: &str,
        roles: BTreeSet<ProjectRole>,
    ) -> Result<AccountView, Error> {
        let snapshot = self.project_for(caller, project, ProjectRole::ReadOnly).await?;
        let org = snapshot.project.org;
        self.org_for(caller, org, OrgRole::Owner).await?;
        let before = self.find_account(org, id).await?;
        let grants = with_roles(before.grants.clone(), project, roles);
        let after = ServiceAccount { grants, ..(*before).clone() };
        self.save_account(caller, Some(project), &before, after).await
    }

    /// Takes a service account out of a project. It stays in the organization.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`, `Access(AccountNotFound, RoleNotHeld)`, `Conflict`.
    /// Cancel: it is taken out or it is not.
    pub async fn take_service_account_out(&self, caller: &Caller, project: ProjectId, id: &str) -> Result<(), Error> {
        let snapshot = self.project_for(caller, project, ProjectRole::Owner).await?;
        let before = self.find_account_in(snapshot.project.org, project, id).await?;
        let grants = with_roles(before.grants.clone(), project, BTreeSet::new());
        let after = ServiceAccount { grants, ..(*before).clone() };
        self.save_account(caller, Some(project), &before, after).await.map(drop)
    }

    /// Deletes a service account, its secrets and its tokens.
    /// Errors: `OrganizationNotFound`, `OrgRoleMissing`, `Access(AccountNotFound, LastOwner)`, `Conflict`.
    /// Cancel: it is deleted or it is not.
    pub async fn delete_service_account(&self, caller: &Caller, org: OrgId, id: &str) -> Result<(), Error> {
        self.org_for(caller, org, OrgRole::Owner).await?;
        let account = self.find_account(org, id).await?;
        let detail = Some(shown(&account));
        let told = [self.event_in_org(caller, org, EventKind::ServiceAccountDeleted, detail)?];
        saved(self.store().remove_service_account(&account, &told).await?, org)
    }

    /// Gives a service account of an organization one more secret.
    /// Errors: `OrganizationNotFound`, `OrgRoleMissing`, `Access(AccountNotFound, SecretHours, TooManySecrets)`.
    /// Cancel: as for `add_service_account`.
    pub async fn add_secret(&self, caller: &Caller, org: OrgId, id: &str, hours: i64) -> Result<NewSecret, Error> {
        self.org_for(caller, org, OrgRole::Owner).await?;
        let account = self.find_account(org, id).await?;
        self.save_secret(caller, &account, hours).await
    }

    /// Gives a service account of a project one more secret. With it one can do all that the account can, also
    /// elsewhere, so the caller must be able to do that too.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`, `Access(AccountNotFound, RoleNotHeld, SecretHours,
    /// TooManySecrets)`.
    /// Cancel: as for `add_service_account`.
    pub async fn add_secret_in(
        &self,
        caller: &Caller,
        project: ProjectId,
        id: &str,
        hours: i64,
    ) -> Result<NewSecret, Error> {
        let snapshot = self.project_for(caller, project, ProjectRole::Owner).await?;
        let account = self.find_account_in(snapshot.project.org, project, id).await?;
        Self::require_all_of(caller, &account.grants)?;
        self.save_secret(caller, &account, hours).await
    }

    /// Deletes a secret of an organization's service account. Tokens got with it run out by themselves.
    /// Errors: `OrganizationNotFound`, `OrgRoleMissing`, `Access(AccountNotFound, SecretNotFound)`.
    /// Cancel: it is deleted or it is not.
    pub async fn delete_secret(&self, caller: &Caller, org: OrgId, id: &str, secret: &str) -> Result<(), Error> {
        self.org_for(caller, org, OrgRole::Owner).await?;
        let account = self.find_account(org, id).await?;
        self.remove_secret(caller, &account, secret).await
    }

    /// Deletes a secret of a project's service account.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`, `Access(AccountNotFound, RoleNotHeld, SecretNotFound)`.
    /// Cancel: it is deleted or it is not.
    pub async fn delete_secret_in(
        &self,
        caller: &Caller,
        project: ProjectId,
        id: &str,
        secret: &str,
    ) -> Result<(), Error> {
        let snapshot = self.project_for(caller, project, ProjectRole::Owner).await?;
        let account = self.find_account_in(snapshot.project.org, project, id).await?;
        Self::require_all_of(caller, &account.grants)?;
        self.remove_secret(caller, &account, secret).await
    }

    /// Lists the projects of an organization in which a service account has roles of its own.
    /// Errors: `OrganizationNotFound`, `OrgRoleMissing`, `Access(AccountNotFound)`.
    pub async fn projects_of_service_account(
        &self,
        caller: &Caller,
        org: OrgId,
        id: &str,
    ) -> Result<BTreeMap<ProjectId, BTreeSet<ProjectRole>>, Error> {
        self.org_for(caller, org, OrgRole::ReadOnly).await?;
        let account = self.find_account(org, id).await?;
        let ids: Vec<_> = account.grants.project_roles.keys().copied().collect();
        let live: BTreeSet<_> = self.store().projects(&ids).await?.into_iter().map(|project| project.id).collect();
        let mut roles = account.grants.project_roles.clone();
        roles.retain(|project, _| live.contains(project));
        Ok(roles)
    }

    pub(super) async fn find_account(&self, org: OrgId, id: &str) -> Result<Arc<ServiceAccount>, Error> {
        let not_found = || AccessError::AccountNotFound(id.to_owned());
        let known = id.strip_prefix(CLIENT_ID_PREFIX).and_then(|id| id.parse().ok()).ok_or_else(not_found)?;
        let found = self.store().service_account(known).await?.filter(|account| account.grants.org == org);
        Ok(found.ok_or_else(not_found)?)
    }

    pub(super) async fn find_account_in(
        &self,
        org: OrgId,
        project: ProjectId,
        id: &str,
    ) -> Result<Arc<ServiceAccount>, Error> {
        let account = self.find_account(org, id).await?;
        if !account.grants.project_roles.contains_key(&project) {
            return Err(AccessError::AccountNotFound(id.to_owned()).into());
        }
        Ok(account)
    }

    async fn viewed(&self, account: Arc<ServiceAccount>) -> Result<AccountView, Error> {
        let secrets = self.store().service_account_secrets(account.id).await?;
        Ok(AccountView { account, secrets })
    }

    async fn make_service_account(
        &self,
        caller: &Caller,
        project: Option<ProjectId>,
        name: String,
        description: String,
        grants: Grants,
        hours: i64,
    ) -> Result<(AccountView, SecretText), Error> {
        Self::require_all_of(caller, &grants)?;
        let (now, org) = (self.now(), grants.org);
        let id = ServiceAccountId::from_random(random_id()?);
        let account =
            ServiceAccount { id, name, description, grants, access_list: AccessList::default(), created_at: now };
        let NewSecret { kept, secret } = self.make_secret(org, id, hours).await?;
        let detail = Some(shown(&account));
        let mut told = vec![self.event_in_org(caller, org, EventKind::ServiceAccountCreated, detail.clone())?];
        if let Some(project) = project {
            told.push(self.event_by(caller, org, project, EventKind::ServiceAccountAddedToProject, detail)?);
        }
        match self.store().add_service_account(&account, &kept, &told).await? {
            Outcome::Saved => Ok((AccountView { account: Arc::new(account), secrets: vec![kept] }, secret)),
            Outcome::Conflict | Outcome::InUse => Err(Error::Conflict),
        }
    }

    async fn make_secret(&self, org: OrgId, account: ServiceAccountId, hours: i64) -> Result<NewSecret, Error> {
        let settings = self.store().org_settings(org).await?;
        let max = settings.map_or(OrgSettings::SECRET_HOURS, |settings| settings.secret_hours_max);
        let lasts = u32::try_from(hours).ok().filter(|hours| (SECRET_HOURS_MIN..=max).contains(hours));
        let lasts = lasts.ok_or(AccessError::SecretHours { asked: hours, max })?;
        let (now, secret) = (self.now(), random_client_secret()?);
        let kept = ServiceAccountSecret {
            id: ServiceAccountSecretId::from_random(random_id()?),
            account,
            sha256: sign_in::hash_secret(&secret),
            created_at: now,
            expires_at: now + Duration::from_secs(u64::from(lasts) * 3600),
            last_used_at: None,
        };
        Ok(NewSecret { kept, secret })
    }

    async fn save_secret(&self, caller: &Caller, account: &ServiceAccount, hours: i64) -> Result<NewSecret, Error> {
        let org = account.grants.org;
        let made = self.make_secret(org, account.id, hours).await?;
        let detail = format!("{}: secret {}", shown(account), made.kept.id);
        let told = [self.event_in_org(caller, org, EventKind::ServiceAccountSecretAdded, Some(detail))?];
        match self.store().add_service_account_secret(org, &made.kept, SECRETS_MAX, &told).await? {
            Outcome::Saved => Ok(made),
            Outcome::Conflict => Err(AccessError::AccountNotFound(account.client_id()).into()),
            Outcome::InUse => Err(AccessError::TooManySecrets.into()),
        }
    }

    async fn remove_secret(&self, caller: &Caller, account: &ServiceAccount, secret: &str) -> Result<(), Error> {
        let not_found = || AccessError::SecretNotFound(secret.to_owned());
        let id: ServiceAccountSecretId = secret.parse().map_err(|_| not_found())?;
        let detail = format!("{}: secret {id}", shown(account));
        let kind = EventKind::ServiceAccountSecretDeleted;
        let told = [self.event_in_org(caller, account.grants.org, kind, Some(detail))?];
        match self.store().remove_service_account_secret(account.id, id, &told).await? {
            Outcome::Saved => Ok(()),
            Outcome::Conflict | Outcome::InUse => Err(not_found().into()),
        }
    }

    async fn save_account(
        &self,
        caller: &Caller,
        project: Option<ProjectId>,
        before: &ServiceAccount,
        after: ServiceAccount,
    ) -> Result<AccountView, Error> {
        require_difference(caller, &before.grants, &after.grants)?;
        if *before != after {
            let told = self.told_of_account(caller, project, before, &after)?;
            let outcome = self.store().change_service_account(before, &after, &told).await?;
            saved(outcome, before.grants.org)?;
        }
        self.viewed(Arc::new(after)).await
    }

    fn told_of_account(
        &self,
        caller: &Caller,
        project: Option<ProjectId>,
        before: &ServiceAccount,
        after: &ServiceAccount,
    ) -> Result<Vec<Event>, Error> {
        let (org, name) = (before.grants.org, shown(after));
        let mut told = Vec::new();
        if before.name != after.name || before.description != after.description {
            told.push(self.event_in_org(caller, org, EventKind::ServiceAccountDetailsChanged, Some(name.clone()))?);
        }
        if before.grants.org_roles != after.grants.org_roles {
            let detail = format!("{name}: {}", org_role_names(&after.grants.org_roles));
            told.push(self.event_in_org(caller, org, EventKind::ServiceAccountRolesChanged, Some(detail))?);
        }
        if let Some(project) = project {
            let (was, is) = (before.grants.project_roles.get(&project), after.grants.project_roles.get(&project));
            let kind = match (was, is) {
                (None, Some(_)) => Some(EventKind::ServiceAccountAddedToProject),
                (Some(_), None) => Some(EventKind::ServiceAccountRemovedFromProject),
                (Some(was), Some(is)) if was != is => Some(EventKind::ServiceAccountRolesChanged),
                (None, None) | (Some(_), Some(_)) => None,
            };
            if let Some(kind) = kind {
                let roles = is.map(project_role_names).unwrap_or_default();
                let detail = if roles.is_empty() { name } else { format!("{name}: {roles}") };
                told.push(self.event_by(caller, org, project, kind, Some(detail))?);
            }
        }
        Ok(told)
    }
}

fn described(account: ServiceAccount, name: Option<String>, description: Option<String>) -> ServiceAccount {
    let (kept, kept_description) = (account.name.clone(), account.description.clone());
    ServiceAccount { name: name.unwrap_or(kept), description: description.unwrap_or(kept_description), ..account }
}

/// Names a service account in an event.
pub(super) fn shown(account: &ServiceAccount) -> String {
    format!("service account {} ({})", account.name, account.client_id())
}
