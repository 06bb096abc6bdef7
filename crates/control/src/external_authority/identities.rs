//! Saying which certificates of a project's own authorities are a node, and taking that back.

use domain::access::ProjectRole;
use domain::cluster::ClusterName;
use domain::event::EventKind;
use domain::external_authority::{ExternalIdentity, Identity, IdentityKind};
use domain::id::{ExternalAuthorityId, NodeId, ProjectId};
use domain::violation::Violation;
use storage::{IdentityOutcome, Outcome};

use super::ExternalAuthorityError;
use crate::certificate_authority::sha256;
use crate::node::NodeError;
use crate::{Caller, Control, Error};

/// Which certificates are to be a node.
#[derive(Debug)]
pub struct NewIdentity<'i> {
    /// The authority whose certificates are meant.
    pub authority: ExternalAuthorityId,
    /// What of them is compared.
    pub kind: IdentityKind,
    /// With what, as a person wrote it.
    pub value: &'i str,
}

/// Gives the id of an identity. It has none of its own: equal identities have equal ids.
#[must_use]
pub fn identity_id(identity: &ExternalIdentity) -> String {
    let ExternalIdentity { authority, identity, .. } = identity;
    let hash = sha256(format!("{authority} {identity}").as_bytes());
    hash.iter().take(12).map(|byte| format!("{byte:02x}")).collect()
}

impl Control {
    /// Lists which certificates of the project's own authorities are a node, oldest first.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`, `ClusterNotFound`, `Node(NotFound)`.
    pub async fn node_identities(
        &self,
        caller: &Caller,
        project: ProjectId,
        cluster: &ClusterName,
        node: NodeId,
    ) -> Result<Vec<ExternalIdentity>, Error> {
        self.project_for(caller, project, ProjectRole::ReadOnly).await?;
        let node = self.node_of(project, cluster, node).await?;
        Ok(self.store().external_identities(node.id).await?)
    }

    /// Has certificates of one of the project's own authorities be a node from now on.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`, `ClusterNotFound`, `Node(NotFound, Revoked)`, `Violations`,
    /// `External(NotFound, IdentityTaken, TooManyIdentities)`.
    /// Cancel: it is written down or it is not.
    pub async fn add_node_identity(
        &self,
        caller: &Caller,
        project: ProjectId,
        cluster: &ClusterName,
        node: NodeId,
        wanted: NewIdentity<'_>,
    ) -> Result<ExternalIdentity, Error> {
        let snapshot = self.project_for(caller, project, ProjectRole::Owner).await?;
        let node = self.node_of(project, cluster, node).await?;
        let NewIdentity { authority, kind, value } = wanted;
        let malformed = || Error::Violations(vec![Violation::malformed("value", kind.grammar())]);
        let identity = Identity::parse(kind, value).ok_or_else(malformed)?;
        self.external_authority_of(project, authority).await?;
        if self.store().external_identities(node.id).await?.len() >= Identity::MOST {
            return Err(ExternalAuthorityError::TooManyIdentities(node.id).into());
        }
        let identity = ExternalIdentity { authority, identity, node: node.id, created_at: self.now() };
        let detail = Some(format!("node {} ({}), authority {authority}, {}", node.id, node.name, identity.identity));
        let told = [self.cluster_event(Some(caller), &snapshot, cluster, EventKind::NodeIdentityAdded, detail)?];
        match self.store().insert_external_identity(&node, &identity, &told).await? {
            IdentityOutcome::Saved => Ok(identity),
            IdentityOutcome::Taken => Err(ExternalAuthorityError::IdentityTaken(identity.identity).into()),
            IdentityOutcome::Gone => Err(NodeError::Revoked(node.id).into()),
        }
    }

    /// Has those certificates be the node no more, and gives what was taken back. Connections that show one are
    /// strangers at their next message.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`, `ClusterNotFound`, `Node(NotFound)`,
    /// `External(IdentityNotFound)`.
    /// Cancel: it is taken back or it is not.
    pub async fn remove_node_identity(
        &self,
        caller: &Caller,
        project: ProjectId,
        cluster: &ClusterName,
        node: NodeId,
        id: &str,
    ) -> Result<ExternalIdentity, Error> {
        let snapshot = self.project_for(caller, project, ProjectRole::Owner).await?;
        let node = self.node_of(project, cluster, node).await?;
        let not_found = || ExternalAuthorityError::IdentityNotFound { node: node.id, id: id.to_owned() };
        let all = self.store().external_identities(node.id).await?;
        let identity = all.into_iter().find(|one| identity_id(one) == id).ok_or_else(not_found)?;
        let ExternalIdentity { authority, identity: shown, .. } = &identity;
        let detail = Some(format!("node {} ({}), authority {authority}, {shown}", node.id, node.name));
        let told = [self.cluster_event(Some(caller), &snapshot, cluster, EventKind::NodeIdentityRemoved, detail)?];
        match self.store().delete_external_identity(&identity, &told).await? {
            Outcome::Saved => Ok(identity),
            Outcome::Conflict | Outcome::InUse => Err(not_found().into()),
        }
    }
}
