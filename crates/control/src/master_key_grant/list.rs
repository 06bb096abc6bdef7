//! Reading who may read a master key that is another's.

use std::sync::Arc;

use domain::access::ProjectRole;
use domain::id::ProjectId;
use domain::master_key::MasterKeyId;
use domain::release_grant::ReleaseGrant;
use storage::StoredMasterKey;

use super::GrantError;
use crate::{Caller, Control, Error};

impl Control {
    /// Lists the grants of a master key that have not ended.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`, `Grant` if there is no such key.
    pub async fn master_key_grants(
        &self,
        caller: &Caller,
        project: ProjectId,
        key: MasterKeyId,
    ) -> Result<Vec<ReleaseGrant>, Error> {
        self.project_for(caller, project, ProjectRole::ReadOnly).await?;
        self.kept_master_key(project, key).await?;
        Ok(self.store().release_grants_of_key(project, key, self.now()).await?)
    }

    /// Finds a master key of a project.
    /// Errors: `Grant` if there is none.
    pub(super) async fn kept_master_key(
        &self,
        project: ProjectId,
        key: MasterKeyId,
    ) -> Result<Arc<StoredMasterKey>, Error> {
        let found = self.store().master_key(key).await?.filter(|stored| stored.key.project == project);
        Ok(found.ok_or_else(|| GrantError::MasterKeyNotFound(key.to_string()))?)
    }
}
