//! A project's backup compliance policy. While it demands encryption, every cluster of the project uses a customer key
//! and keeps it. Must not know how it is spelled.

use domain::access::ProjectRole;
use domain::backup::{ComplianceChange, CompliancePolicy};
use domain::cluster::{ClusterName, Settings};
use domain::event::EventKind;
use domain::id::ProjectId;
use storage::{ComplianceOutcome, Outcome};

use crate::backup_schedule::fresh_ids;
use crate::cluster::encryption_demanded;
use crate::{Caller, Control, Error};

/// What a compliance policy stands against, or what stands against it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ComplianceError {
    /// These clusters have no customer key, which it would demand.
    #[error("demand a customer key of clusters that have none")]
    Unencrypted(Vec<ClusterName>),
    /// No provider is enabled whose key clusters could use.
    #[error("demand customer keys in project {0}, which has no provider enabled")]
    NothingEnabled(ProjectId),
    /// It demands that this cluster uses a customer key.
    #[error("leave cluster {0} without a customer key, which the project demands")]
    EncryptionDemanded(ClusterName),
    /// It demands that a provider stays enabled.
    #[error("disable the last provider of project {0}, which demands customer keys")]
    LastProvider(ProjectId),
}

impl Control {
    /// Finds a project's backup compliance policy, if it has one.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`.
    pub async fn compliance_policy(
        &self,
        caller: &Caller,
        project: ProjectId,
    ) -> Result<Option<CompliancePolicy>, Error> {
        self.project_for(caller, project, ProjectRole::Owner).await?;
        Ok(self.store().compliance_policy(project).await?)
    }

    /// Sets a project's backup compliance policy and gives it.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`, `Violations`, `Compliance`. Nothing is changed then.
    /// Cancel: nothing is changed, or all of it.
    pub async fn update_compliance_policy(
        &self,
        caller: &Caller,
        project: ProjectId,
        change: ComplianceChange,
    ) -> Result<CompliancePolicy, Error> {
        let snapshot = self.project_for(caller, project, ProjectRole::Owner).await?;
        let present = self.store().compliance_policy(project).await?;
        let fresh = fresh_ids(change.lines())?;
        let next = change.apply(project, present.as_ref(), &fresh, self.now()).map_err(Error::Violations)?;
        if let Some(present) = present.as_ref()
            && (CompliancePolicy { updated_at: present.updated_at, ..next.clone() }) == *present
        {
            return Ok(present.clone());
        }
        let kind =
            if present.is_some() { EventKind::CompliancePolicyUpdated } else { EventKind::CompliancePolicyEnabled };
        let detail = next.encryption_at_rest.then(|| "every cluster uses a customer key".to_owned());
        let told = [self.event_by(caller, snapshot.project.org, project, kind, detail)?];
        match self.store().save_compliance_policy(&next, &told).await? {
            ComplianceOutcome::Saved => Ok(next),
            ComplianceOutcome::Conflict => Err(Error::ProjectNotFound(project)),
            ComplianceOutcome::Unencrypted(clusters) => Err(ComplianceError::Unencrypted(clusters).into()),
            ComplianceOutcome::NothingEnabled => Err(ComplianceError::NothingEnabled(project).into()),
        }
    }

    /// Ends a project's backup compliance policy. To end one that is not there changes nothing.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`.
    /// Cancel: it is ended or it is not.
    pub async fn delete_compliance_policy(&self, caller: &Caller, project: ProjectId) -> Result<(), Error> {
        let snapshot = self.project_for(caller, project, ProjectRole::Owner).await?;
        let kind = EventKind::CompliancePolicyDisabled;
        let told = [self.event_by(caller, snapshot.project.org, project, kind, None)?];
        match self.store().delete_compliance_policy(project, &told).await? {
            Outcome::Saved | Outcome::Conflict | Outcome::InUse => Ok(()),
        }
    }

    /// Refuses to leave a cluster without a customer key while the policy demands one. The store asks again, where nobody
    /// can come in between.
    /// Errors: `Compliance`.
    pub(crate) async fn require_key_if_demanded(
        &self,
        project: ProjectId,
        name: &ClusterName,
        settings: &Settings,
    ) -> Result<(), Error> {
        if settings.encryption.is_some() {
            return Ok(());
        }
        let policy = self.store().compliance_policy(project).await?;
        let demanded = policy.is_some_and(|policy| policy.encryption_at_rest);
        if demanded { Err(encryption_demanded(name.clone())) } else { Ok(()) }
    }

    /// Refuses to disable the last provider while the policy demands customer keys. The store asks again, where nobody
    /// can come in between.
    /// Errors: `Compliance`.
    pub(crate) async fn require_provider_left(&self, project: ProjectId) -> Result<(), Error> {
        let policy = self.store().compliance_policy(project).await?;
        let demanded = policy.is_some_and(|policy| policy.encryption_at_rest);
        if demanded { Err(ComplianceError::LastProvider(project).into()) } else { Ok(()) }
    }
}
