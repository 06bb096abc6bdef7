//! Ending a node's leave before its time.

use domain::access::ProjectRole;
use domain::event::EventKind;
use domain::id::{GrantId, ProjectId};
use domain::master_key::MasterKeyId;
use storage::Outcome;

use super::GrantError;
use crate::{Caller, Control, Error};

impl Control {
    /// Ends a grant: the node's next request finds no such key. One that ended by itself is not found.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`, `Grant`.
    /// Cancel: it is ended or it is not.
    pub async fn end_master_key_grant(
        &self,
        caller: &Caller,
        project: ProjectId,
        key: MasterKeyId,
        id: GrantId,
    ) -> Result<(), Error> {
        let snapshot = self.project_for(caller, project, ProjectRole::Owner).await?;
        self.kept_master_key(project, key).await?;
        let grants = self.store().release_grants_of_key(project, key, self.now()).await?;
        let missing = || Error::from(GrantError::NotFound(id.to_string()));
        let found = grants.into_iter().find(|grant| grant.id == id).ok_or_else(missing)?;
        let detail = Some(format!("master key {key}, node {}, grant {id}", found.grant.node));
        let told = [self.event_by(caller, snapshot.project.org, project, EventKind::MasterKeyGrantEnded, detail)?];
        match self.store().delete_release_grant(project, id, &told).await? {
            Outcome::Saved => Ok(()),
            Outcome::Conflict | Outcome::InUse => Err(missing()),
        }
    }
}
