//! Letting a node read another's master key.

use std::time::Duration;

use domain::access::ProjectRole;
use domain::event::EventKind;
use domain::id::{GrantId, NodeId, ProjectId};
use domain::master_key::MasterKeyId;
use domain::release_grant::{self, ReleaseGrant};
use storage::Outcome;

use super::GrantError;
use crate::{Caller, Control, Error, Identity, random_id};

impl Control {
    /// Lets a node of the project read a master key that is not its own, for so long.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`, `Grant`.
    /// Cancel: it is granted or it is not.
    pub async fn grant_master_key(
        &self,
        caller: &Caller,
        project: ProjectId,
        key: MasterKeyId,
        node: NodeId,
        lasting: Duration,
    ) -> Result<ReleaseGrant, Error> {
        let snapshot = self.project_for(caller, project, ProjectRole::Owner).await?;
        let stored = self.kept_master_key(project, key).await?;
        let found = self.store().node_of_project(project, node).await?;
        let found = found.ok_or_else(|| GrantError::NodeNotFound(node.to_string()))?;
        let now = self.now();
        let grant = release_grant::grant(&stored.key, &found, now + lasting, now).map_err(GrantError::Refused)?;
        let created_by = match &caller.identity {
            Identity::ApiKey { public_key, .. } => public_key.clone(),
            Identity::ServiceAccount { id } => format!("mdb_sa_id_{id}"),
        };
        let made = ReleaseGrant { id: GrantId::from_random(random_id()?), project, grant, created_at: now, created_by };
        let detail = Some(format!("master key {key}, node {node}, grant {}", made.id));
        let told = [self.event_by(caller, snapshot.project.org, project, EventKind::MasterKeyGranted, detail)?];
        match self.store().insert_release_grant(&made, &told).await? {
            Outcome::Saved => Ok(made),
            Outcome::Conflict | Outcome::InUse => Err(Error::Conflict),
        }
    }
}
