//! Reading rotations.

use std::collections::BTreeMap;

use domain::access::ProjectRole;
use domain::customer_key::{CustomerKeyNumber, ProviderKind};
use domain::id::{ProjectId, RotationId};
use domain::rotation::{Progress, Rotation};
use storage::ProjectSnapshot;

use crate::{Caller, Control, Error};

/// A rotation and how far it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RotationView {
    /// The rotation.
    pub rotation: Rotation,
    /// How far it is; none once another took over.
    pub progress: Option<Progress>,
    /// The full name of the customer key before, as long as it is known.
    pub from_name: Option<String>,
    /// The full name of the customer key after, as long as it is known.
    pub to_name: Option<String>,
}

/// One page of rotations, the newest first.
#[derive(Debug)]
pub struct RotationPage {
    /// The page.
    pub rotations: Vec<RotationView>,
    /// How many there are on all pages.
    pub total: u64,
}

impl Control {
    /// Lists a project's rotations, the newest first.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`.
    pub async fn rotations(
        &self,
        caller: &Caller,
        project: ProjectId,
        offset: u64,
        limit: u64,
    ) -> Result<RotationPage, Error> {
        let snapshot = self.project_for(caller, project, ProjectRole::ReadOnly).await?;
        let (offset, limit) = (i64::try_from(offset).unwrap_or(i64::MAX), i64::try_from(limit).unwrap_or(i64::MAX));
        let (rotations, total) = self.store().rotations_of_project(project, offset, limit).await?;
        let names = self.customer_key_names(&snapshot).await?;
        let mut views = Vec::with_capacity(rotations.len());
        for rotation in rotations {
            views.push(self.view_rotation(rotation, &names).await?);
        }
        Ok(RotationPage { rotations: views, total: u64::try_from(total).unwrap_or(0) })
    }

    /// Finds a rotation of a project.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`, `RotationNotFound`.
    pub async fn rotation(&self, caller: &Caller, project: ProjectId, id: RotationId) -> Result<RotationView, Error> {
        let snapshot = self.project_for(caller, project, ProjectRole::ReadOnly).await?;
        let found = self.store().rotation(project, id).await?;
        let rotation = found.ok_or_else(|| Error::RotationNotFound(id.to_string()))?;
        let names = self.customer_key_names(&snapshot).await?;
        self.view_rotation(rotation, &names).await
    }

    async fn view_rotation(&self, rotation: Rotation, names: &Names) -> Result<RotationView, Error> {
        let Rotation { project, provider, from, to, .. } = rotation;
        // Of all rotations of a provider at most one goes on, so at most a few are counted.
        let left =
            if rotation.state().goes_on() { self.store().master_keys_left(project, provider, to).await? } else { 0 };
        let progress = rotation.progress(left);
        let name = |number| names.get(&(provider, number)).cloned();
        Ok(RotationView { from_name: name(from), to_name: name(to), progress, rotation })
    }

    async fn customer_key_names(&self, snapshot: &ProjectSnapshot) -> Result<Names, Error> {
        let retired = self.store().retired_customer_keys(snapshot.project.id).await?;
        let retired = retired.iter().map(|retired| ((retired.provider, retired.number), retired.name.clone()));
        let present = snapshot.setting.customer_keys.iter().filter_map(|(provider, key)| {
            let number = snapshot.validities.get(provider)?.number;
            Some(((*provider, number), key.full_name()))
        });
        Ok(retired.chain(present).collect())
    }
}

/// The full names of a project's customer keys.
type Names = BTreeMap<(ProviderKind, CustomerKeyNumber), String>;
