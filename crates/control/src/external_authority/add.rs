//! Adding a certificate authority to a project.

use domain::access::ProjectRole;
use domain::event::EventKind;
use domain::external_authority::{ExternalAuthority, admit_authority};
use domain::id::{ExternalAuthorityId, ProjectId};
use storage::Outcome;

use super::{ExternalAuthorityError, read};
use crate::certificate_authority::sha256;
use crate::{Caller, Control, Error, random_id};

impl Control {
    /// Has a certificate authority, given as PEM, vouch for nodes of a project from now on. It can never show a node of
    /// another project: its key belongs to one.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`, `External(Unreadable, Refused, KeyTaken)`.
    /// Cancel: it is added or it is not.
    pub async fn add_external_authority(
        &self,
        caller: &Caller,
        project: ProjectId,
        name: &str,
        certificate: &str,
    ) -> Result<ExternalAuthority, Error> {
        let snapshot = self.project_for(caller, project, ProjectRole::Owner).await?;
        let read = read::authority(certificate).map_err(ExternalAuthorityError::Unreadable)?;
        let ours = self.store().certificate_authorities().await?;
        let is_ours = ours.iter().any(|(one, _)| one.public_key == read.public_key);
        let present = self.store().external_authorities(project).await?.len();
        let now = self.now();
        admit_authority(&read.facts, is_ours, present, now).map_err(ExternalAuthorityError::Refused)?;
        let authority = ExternalAuthority {
            id: ExternalAuthorityId::from_random(random_id()?),
            project,
            name: name.to_owned(),
            fingerprint: sha256(&read.der),
            certificate: read.der,
            public_key: read.public_key,
            created_at: now,
        };
        let detail = Some(format!("authority {} ({name})", authority.id));
        let kind = EventKind::ExternalAuthorityAdded;
        let told = [self.event_by(caller, snapshot.project.org, project, kind, detail)?];
        match self.store().insert_external_authority(&authority, &told).await? {
            Outcome::Saved => {}
            Outcome::Conflict | Outcome::InUse => return Err(ExternalAuthorityError::KeyTaken.into()),
        }
        self.trust_changed();
        Ok(authority)
    }
}
