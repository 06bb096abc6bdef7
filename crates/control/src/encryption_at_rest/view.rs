//! Reading a project's setting. The view has no field for a secret.

use domain::access::ProjectRole;
use domain::customer_key::aws_kms::{AwsCredentials, AwsKms};
use domain::customer_key::{CustomerKey, EncryptionAtRest, ProviderKind};
use domain::id::{ProjectId, ProviderRoleId};
use domain::validity::Definite;
use futures_util::future;
use storage::ProjectSnapshot;

use crate::{Caller, Control, Error};

/// A project's setting as it may be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EncryptionAtRestView {
    /// AWS KMS, if enabled.
    pub aws_kms: Option<AwsKmsView>,
    /// A flag kept for clients.
    pub enabled_for_search_nodes: bool,
}

/// AWS KMS settings as they may be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AwsKmsView {
    /// The public half of the access key, if one is used.
    pub access_key_id: Option<String>,
    /// The key's name.
    pub customer_master_key_id: String,
    /// The key's region.
    pub region: String,
    /// The role, if one is used.
    pub role_id: Option<ProviderRoleId>,
    /// Whether key calls must leave by a private endpoint once there is one.
    pub require_private_networking: bool,
    /// Whether the key could last be used. Unknown keeps the last definite answer.
    pub valid: bool,
}

impl Control {
    /// Reads a project's setting, with every key checked not longer ago than the freshness asks,
    /// as far as that is found out before the read deadline.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`.
    /// Cancel: safe; checks under way go on.
    pub async fn encryption_at_rest(&self, caller: &Caller, project: ProjectId) -> Result<EncryptionAtRestView, Error> {
        let snapshot = self.project_for(caller, project, ProjectRole::ReadOnly).await?;
        if !self.freshen(&snapshot).await {
            return Ok(view(&snapshot));
        }
        let snapshot = self.store().project_snapshot(project).await?.ok_or(Error::ProjectNotFound(project))?;
        Ok(view(&snapshot))
    }

    /// Checks what was not checked lately. Gives whether anything had to be checked.
    pub(super) async fn freshen(&self, snapshot: &ProjectSnapshot) -> bool {
        let now = self.now();
        let freshness = self.timings().check_freshness;
        let old: Vec<ProviderKind> = snapshot
            .validities
            .iter()
            .filter(|(_, stored)| stored.validity.is_older_than(freshness, now))
            .map(|(provider, _)| *provider)
            .collect();
        if old.is_empty() {
            return false;
        }
        let checks = old.into_iter().map(|provider| self.check_customer_key(snapshot.project.id, provider));
        // At the deadline the last known answer is given; the checks go on and are saved.
        let _in_time = tokio::time::timeout(self.timings().read_deadline, future::join_all(checks)).await;
        true
    }
}

/// Shows a setting as it is stored, with what the last checks of its keys found.
pub(super) fn view(snapshot: &ProjectSnapshot) -> EncryptionAtRestView {
    view_of(&snapshot.setting, |provider| {
        let stored = snapshot.validities.get(&provider);
        stored.and_then(|stored| stored.validity.last_definite()) == Some(Definite::Valid)
    })
}

/// Shows a setting, given which of its keys are valid.
pub(super) fn view_of(setting: &EncryptionAtRest, is_valid: impl Fn(ProviderKind) -> bool) -> EncryptionAtRestView {
    let mut aws_kms = None;
    for key in setting.customer_keys.values() {
        let valid = is_valid(key.provider());
        match key {
            CustomerKey::AwsKms(aws) => aws_kms = Some(view_aws(aws, valid)),
        }
    }
    EncryptionAtRestView { aws_kms, enabled_for_search_nodes: setting.enabled_for_search_nodes }
}

fn view_aws(aws: &AwsKms, valid: bool) -> AwsKmsView {
    let AwsKms { key, region, credentials, require_private_networking } = aws;
    let (access_key_id, role_id) = match credentials {
        AwsCredentials::Role(role) => (None, Some(*role)),
        AwsCredentials::Static { access_key_id, secret_access_key: _ } => (Some(access_key_id.clone()), None),
    };
    AwsKmsView {
        access_key_id,
        customer_master_key_id: key.as_str().to_owned(),
        region: region.name().to_owned(),
        role_id,
        require_private_networking: *require_private_networking,
        valid,
    }
}
