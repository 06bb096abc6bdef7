//! API keys of an organization, and what they may do in its projects.

use std::collections::BTreeSet;

use domain::access::{Grants, OrgRole, ProjectRole};
use domain::api_key::{AccessList, ApiKey, Ha1};
use domain::event::{Event, EventKind};
use domain::id::{ApiKeyId, OrgId, ProjectId};
use domain::secret::SecretText;
use storage::Outcome;

use super::{
    AccessError, belonging, member_with, org_role_names, project_role_names, require_difference, saved, with_roles,
};
use crate::bootstrap::{random_letters, random_uuid, tail};
use crate::{Caller, Control, Error, random_id};

/// A change of an API key; what it does not mention stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyChange<R> {
    /// Another description.
    pub description: Option<String>,
    /// Other roles.
    pub roles: Option<BTreeSet<R>>,
}

impl Control {
    /// Lists an organization's API keys, oldest first.
    /// Errors: `OrganizationNotFound`.
    pub async fn api_keys(&self, caller: &Caller, org: OrgId) -> Result<Vec<ApiKey>, Error> {
        self.org_for(caller, org, OrgRole::Member).await?;
        Ok(self.store().api_keys_of(org).await?)
    }

    /// Lists the API keys that may do something in a project by a role in it, oldest first.
    /// Errors: `ProjectNotFound`.
    pub async fn api_keys_in(&self, caller: &Caller, project: ProjectId) -> Result<Vec<ApiKey>, Error> {
        let snapshot = self.project_for(caller, project, ProjectRole::ReadOnly).await?;
        let keys = self.store().api_keys_of(snapshot.project.org).await?;
        Ok(keys.into_iter().filter(|key| key.grants.project_roles.contains_key(&project)).collect())
    }

    /// Finds an API key of an organization. The id is as it was given.
    /// Errors: `OrganizationNotFound`, `Access(ApiKeyNotFound)`.
    pub async fn api_key_of(&self, caller: &Caller, org: OrgId, id: &str) -> Result<ApiKey, Error> {
        self.org_for(caller, org, OrgRole::Member).await?;
        self.find_key(org, id).await
    }

    /// Creates an API key with roles in an organization. `hash` makes the hash that sign-in checks.
    /// Errors: `OrganizationNotFound`, `OrgRoleMissing`, `Access(RoleNotHeld)`.
    /// Cancel: it is created or it is not; a private half that nobody saw is of no use.
    pub async fn add_api_key(
        &self,
        caller: &Caller,
        org: OrgId,
        description: String,
        roles: BTreeSet<OrgRole>,
        hash: impl FnOnce(&str, &SecretText) -> Ha1,
    ) -> Result<(ApiKey, SecretText), Error> {
        self.org_for(caller, org, OrgRole::Owner).await?;
        let grants = Grants { org, org_roles: belonging(roles), project_roles: [].into() };
        self.make_key(caller, None, description, grants, hash).await
    }

    /// Creates an API key that belongs to a project's organization and has roles in that project.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`, `Access(RoleNotHeld)`.
    /// Cancel: as for `add_api_key`.
    pub async fn add_api_key_in(
        &self,
        caller: &Caller,
        project: ProjectId,
        description: String,
        roles: BTreeSet<ProjectRole>,
        hash: impl FnOnce(&str, &SecretText) -> Ha1,
    ) -> Result<(ApiKey, SecretText), Error> {
        let snapshot = self.project_for(caller, project, ProjectRole::AccessManager).await?;
        let grants = member_with(snapshot.project.org, project, roles);
        self.make_key(caller, Some(project), description, grants, hash).await
    }

    /// Changes the description of an API key and its roles in the organization.
    /// Errors: as for `add_api_key`; `Access(ApiKeyNotFound, LastOwner)`, `Conflict`.
    /// Cancel: it is changed or it is not.
    pub async fn change_api_key(
        &self,
        caller: &Caller,
        org: OrgId,
        id: &str,
        change: KeyChange<OrgRole>,
    ) -> Result<ApiKey, Error> {
        self.org_for(caller, org, OrgRole::Owner).await?;
        let before = self.find_key(org, id).await?;
        let mut after = before.clone();
        if let Some(roles) = change.roles {
            after.grants.org_roles = belonging(roles);
        }
        after.description = change.description.unwrap_or(after.description);
        self.save_key(caller, None, before, after).await
    }

    /// Adds roles in a project to an API key of its organization.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`, `Access(ApiKeyNotFound, RoleNotHeld)`, `Conflict`.
    /// Cancel: they are added or they are not.
    pub async fn put_api_key_in(
        &self,
        caller: &Caller,
        project: ProjectId,
        id: &str,
        roles: BTreeSet<ProjectRole>,
    ) -> Result<ApiKey, Error> {
        let snapshot = self.project_for(caller, project, ProjectRole::Owner).await?;
        let before = self.find_key(snapshot.project.org, id).await?;
        let mut held = before.grants.project_roles.get(&project).cloned().unwrap_or_default();
        held.extend(roles);
        let grants = with_roles(before.grants.clone(), project, held);
        let after = ApiKey { grants, ..before.clone() };
        self.save_key(caller, Some(project), before, after).await
    }

    /// Changes the description of a project's API key and its roles there.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`, `Access(ApiKeyNotFound, RoleNotHeld, NoRoleLeft)`, `Conflict`.
    /// Cancel: it is changed or it is not.
    pub async fn change_api_key_in(
        &self,
        caller: &Caller,
        project: ProjectId,
        id: &str,
        change: KeyChange<ProjectRole>,
    ) -> Result<ApiKey, Error> {
        let snapshot = self.project_for(caller, project, ProjectRole::AccessManager).await?;
        let before = self.find_key_in(snapshot.project.org, project, id).await?;
        let mut after = before.clone();
        if let Some(roles) = change.roles {
            if roles.is_empty() {
                return Err(AccessError::NoRoleLeft.into());
            }
            after.grants = with_roles(after.grants, project, roles);
        }
        if let Some(description) = change.description {
            Self::require_all_of(caller, &before.grants)?;
            after.description = description;
        }
        self.save_key(caller, Some(project), before, after).await
    }

    /// Takes an API key out of a project. It stays in the organization.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`, `Access(ApiKeyNotFound, RoleNotHeld)`, `Conflict`.
    /// Cancel: it is taken out or it is not.
    pub async fn take_api_key_out(&self, caller: &Caller, project: ProjectId, id: &str) -> Result<(), Error> {
        let snapshot = self.project_for(caller, project, ProjectRole::AccessManager).await?;
        let before = self.find_key_in(snapshot.project.org, project, id).await?;
        let grants = with_roles(before.grants.clone(), project, BTreeSet::new());
        let after = ApiKey { grants, ..before.clone() };
        self.save_key(caller, Some(project), before, after).await.map(drop)
    }

    /// Deletes an API key.
    /// Errors: `OrganizationNotFound`, `OrgRoleMissing`, `Access(ApiKeyNotFound, LastOwner)`, `Conflict`.
    /// Cancel: it is deleted or it is not.
    pub async fn delete_api_key(&self, caller: &Caller, org: OrgId, id: &str) -> Result<(), Error> {
        self.org_for(caller, org, OrgRole::Owner).await?;
        let key = self.find_key(org, id).await?;
        let told = [self.event_in_org(caller, org, EventKind::ApiKeyDeleted, Some(shown(&key)))?];
        saved(self.store().remove_api_key(&key, &told).await?, org)
    }

    pub(super) async fn find_key(&self, org: OrgId, id: &str) -> Result<ApiKey, Error> {
        let not_found = || AccessError::ApiKeyNotFound(id.to_owned());
        let known: ApiKeyId = id.parse().map_err(|_| not_found())?;
        let found = self.store().api_key(known).await?.filter(|key| key.grants.org == org);
        Ok(found.ok_or_else(not_found)?)
    }

    async fn find_key_in(&self, org: OrgId, project: ProjectId, id: &str) -> Result<ApiKey, Error> {
        let key = self.find_key(org, id).await?;
        if !key.grants.project_roles.contains_key(&project) {
            return Err(AccessError::ApiKeyNotFound(id.to_owned()).into());
        }
        Ok(key)
    }

    async fn make_key(
        &self,
        caller: &Caller,
        project: Option<ProjectId>,
        description: String,
        grants: Grants,
        hash: impl FnOnce(&str, &SecretText) -> Ha1,
    ) -> Result<(ApiKey, SecretText), Error> {
        Self::require_all_of(caller, &grants)?;
        let (public_key, private_key) = (random_letters()?, random_uuid()?);
        let key = ApiKey {
            id: ApiKeyId::from_random(random_id()?),
            private_tail: tail(&private_key),
            public_key,
            description,
            grants,
            access_list: AccessList::default(),
            created_at: self.now(),
        };
        let org = key.grants.org;
        let mut told = vec![self.event_in_org(caller, org, EventKind::ApiKeyCreated, Some(shown(&key)))?];
        if let Some(project) = project {
            told.push(self.event_by(caller, org, project, EventKind::ApiKeyAddedToProject, Some(shown(&key)))?);
        }
        match self.store().add_api_key(&key, &hash(&key.public_key, &private_key), &told).await? {
            Outcome::Saved => Ok((key, private_key)),
            // A public half of eight letters may be taken, once in a very long while.
            Outcome::Conflict | Outcome::InUse => Err(Error::Conflict),
        }
    }

    async fn save_key(
        &self,
        caller: &Caller,
        project: Option<ProjectId>,
        before: ApiKey,
        after: ApiKey,
    ) -> Result<ApiKey, Error> {
        require_difference(caller, &before.grants, &after.grants)?;
        if before == after {
            return Ok(after);
        }
        let told = self.told_of_key(caller, project, &before, &after)?;
        saved(self.store().change_api_key(&before, &after, &told).await?, before.grants.org)?;
        Ok(after)
    }

    fn told_of_key(
        &self,
        caller: &Caller,
        project: Option<ProjectId>,
        before: &ApiKey,
        after: &ApiKey,
    ) -> Result<Vec<Event>, Error> {
        let (org, name) = (before.grants.org, shown(after));
        let mut told = Vec::new();
        if before.description != after.description {
            told.push(self.event_in_org(caller, org, EventKind::ApiKeyDescriptionChanged, Some(name.clone()))?);
        }
        if before.grants.org_roles != after.grants.org_roles {
            let detail = format!("{name}: {}", org_role_names(&after.grants.org_roles));
            told.push(self.event_in_org(caller, org, EventKind::ApiKeyRolesChanged, Some(detail))?);
        }
        if let Some(project) = project {
            let (was, is) = (before.grants.project_roles.get(&project), after.grants.project_roles.get(&project));
            let kind = match (was, is) {
                (None, Some(_)) => Some(EventKind::ApiKeyAddedToProject),
                (Some(_), None) => Some(EventKind::ApiKeyRemovedFromProject),
                (Some(was), Some(is)) if was != is => Some(EventKind::ApiKeyRolesChanged),
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

/// Names a key in an event.
pub(super) fn shown(key: &ApiKey) -> String {
    format!("API key {} ({})", key.public_key, key.id)
}
