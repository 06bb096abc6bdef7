//! Reading a project's customer keys: the present ones and those before.

use std::collections::BTreeMap;

use domain::access::ProjectRole;
use domain::customer_key::{CustomerKeyNumber, ProviderKind};
use domain::id::ProjectId;
use domain::rotation::{Disabling, Protected};
use domain::time::Timestamp;
use domain::validity::Validity;
use storage::CustomerKeyUse;

use crate::{Caller, Control, Error};

/// A customer key that a project has or had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerKeyView {
    /// The provider that holds it.
    pub provider: ProviderKind,
    /// Which of the project's customer keys at that provider it is.
    pub number: CustomerKeyNumber,
    /// Its full name.
    pub name: String,
    /// Since when it was the present one, if that was recorded: the first one's beginning is not.
    pub since: Option<Timestamp>,
    /// When another took its place, if one did, or the provider was disabled.
    pub retired_at: Option<Timestamp>,
    /// Whether it is the one that the settings name.
    pub is_current: bool,
    /// Where it stands; none if there are no credentials to ask with any more.
    pub validity: Option<Validity>,
    /// What it protects.
    pub protected: Protected,
    /// Whether the customer may disable it.
    pub disabling: Disabling,
}

impl Control {
    /// Lists the customer keys that a project has and had, by provider, the newest first.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`.
    pub async fn customer_keys_of_project(
        &self,
        caller: &Caller,
        project: ProjectId,
    ) -> Result<Vec<CustomerKeyView>, Error> {
        let snapshot = self.project_for(caller, project, ProjectRole::ReadOnly).await?;
        let (uses, retired, (rotations, _)) = tokio::try_join!(
            self.store().customer_key_uses(project),
            self.store().retired_customer_keys(project),
            self.store().rotations_of_project(project, 0, i64::MAX),
        )?;
        let uses: BTreeMap<_, _> = uses.into_iter().map(|of| ((of.provider, of.number), protected(&of))).collect();
        // The newest first, so that the last to be taken in is the one that began.
        let since: BTreeMap<_, _> =
            rotations.iter().map(|rotation| ((rotation.provider, rotation.to), rotation.started_at)).collect();
        let view = |provider, number, name, retired_at: Option<Timestamp>, validity| {
            let protected = uses.get(&(provider, number)).copied().unwrap_or_default();
            let is_current = retired_at.is_none();
            CustomerKeyView {
                provider,
                number,
                name,
                since: since.get(&(provider, number)).copied(),
                retired_at,
                is_current,
                validity,
                protected,
                disabling: Disabling::of(is_current, protected),
            }
        };
        let mut views: Vec<_> = retired
            .iter()
            .map(|key| {
                let validity = key.key.is_some().then(|| key.validity.clone());
                view(key.provider, key.number, key.name.clone(), Some(key.retired_at), validity)
            })
            .collect();
        for (provider, key) in &snapshot.setting.customer_keys {
            if let Some(stored) = snapshot.validities.get(provider) {
                views.push(view(*provider, stored.number, key.full_name(), None, Some(stored.validity.clone())));
            }
        }
        views.sort_by(|one, other| (one.provider, other.number).cmp(&(other.provider, one.number)));
        Ok(views)
    }
}

const fn protected(of: &CustomerKeyUse) -> Protected {
    Protected { master_keys: of.master_keys, snapshots: of.snapshots }
}
