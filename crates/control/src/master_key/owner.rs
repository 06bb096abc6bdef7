//! What people may see of their project's master keys: everything but the bytes. Must not know how it is shown.

use std::sync::Arc;

use domain::access::ProjectRole;
use domain::id::ProjectId;
use domain::master_key::MasterKeyId;
use storage::{MasterKeyFilter, StoredMasterKey};

use super::Attributes;
use crate::{Caller, Control, Error};

/// One page of a project's master keys.
#[derive(Debug, Clone)]
pub struct MasterKeyPage {
    /// The page.
    pub keys: Vec<Attributes>,
    /// How many there are on all pages.
    pub total: u64,
}

impl Control {
    /// Lists a page of a project's master keys.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`.
    pub async fn master_keys(
        &self,
        caller: &Caller,
        project: ProjectId,
        filter: MasterKeyFilter,
        offset: u64,
        limit: u64,
    ) -> Result<MasterKeyPage, Error> {
        self.project_for(caller, project, ProjectRole::ReadOnly).await?;
        let (offset, limit) = (i64::try_from(offset).unwrap_or(i64::MAX), i64::try_from(limit).unwrap_or(i64::MAX));
        let (found, total) = self.store().master_keys_of_project(project, filter, offset, limit).await?;
        let mut keys = Vec::with_capacity(found.len());
        for key in found {
            keys.push(self.shown(key).await?);
        }
        Ok(MasterKeyPage { keys, total: u64::try_from(total).unwrap_or(0) })
    }

    /// Finds one master key of a project.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`, `NotFound`.
    pub async fn master_key(&self, caller: &Caller, project: ProjectId, id: MasterKeyId) -> Result<Attributes, Error> {
        self.project_for(caller, project, ProjectRole::ReadOnly).await?;
        self.shown(self.master_key_of(project, id).await?).await
    }

    pub(super) async fn shown(&self, key: Arc<StoredMasterKey>) -> Result<Attributes, Error> {
        let told = self.told(&key, false).await?;
        Ok(Attributes { key, told })
    }
}
