//! A project with its setting, the roles it uses and its validities, as they are at one instant:
//! what a GET shows and what a check starts from. One statement, so that the parts fit together.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::customer_key::{CustomerKeyNumber, EncryptionAtRest, ProviderKind};
use domain::id::{ProjectId, ProviderRoleId};
use domain::private_endpoint::KeyPath;
use domain::project::Project;
use domain::provider_role::ProviderRole;
use domain::time::Timestamp;
use domain::validity::Validity;

use crate::Store;
use crate::customer_keys::{Fingerprint, KeyRow};
use crate::error::Result;
use crate::private_paths;
use crate::projects::project;
use crate::provider_roles::provider_role;
use crate::sql::{Fields, Sql, Value, over_items, to_json, values};
use crate::validities::{validity, validity_columns};

/// A project and all that encryption at rest needs to know of it.
#[derive(Debug, Clone)]
pub struct ProjectSnapshot {
    /// The project.
    pub project: Project,
    /// Its setting; unset if it never had one.
    pub setting: EncryptionAtRest,
    /// Where the customer key of each enabled provider stands.
    pub validities: BTreeMap<ProviderKind, StoredValidity>,
    /// The provider roles that the setting names.
    pub roles: BTreeMap<ProviderRoleId, ProviderRole>,
    /// How key calls leave at the providers where they leave privately; see [`Self::path`].
    pub paths: BTreeMap<ProviderKind, KeyPath>,
}

impl ProjectSnapshot {
    /// Tells how key calls to a provider leave.
    #[must_use]
    pub fn path(&self, provider: ProviderKind) -> KeyPath {
        self.paths.get(&provider).cloned().unwrap_or(KeyPath::Public)
    }
}

/// A validity and what goes with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredValidity {
    /// The validity.
    pub validity: Validity,
    /// The revision of the setting at which this key or its credentials came.
    pub key_revision: i64,
    /// Counts the writes of the row; an update names the one it saw.
    pub row_revision: i64,
    /// When the key is to be checked next.
    pub next_check_at: Timestamp,
    /// Recognises the same key with the same credentials elsewhere.
    pub fingerprint: Fingerprint,
    /// Which of the project's customer keys at that provider it is.
    pub number: CustomerKeyNumber,
    /// Since when the last definite answer has been what it is.
    pub definite_since: Option<Timestamp>,
}

macro_rules! select {
    () => {
        concat!(
            "SELECT p.id, p.org_id, p.name, p.created_at, p.inactive_at, e.enabled_for_search_nodes, e.revision,
                    k.provider, k.settings, k.role_id, k.sealed_secret, k.key_revision, k.fingerprint, k.number, ",
            validity_columns!(),
            ", v.definite_since, v.revision, w.due_at, n.routes, r.project_id, r.identity, r.authorized_at, r.created_at
             FROM projects AS p
             LEFT JOIN encryption_at_rest AS e ON e.project_id = p.id
             LEFT JOIN customer_keys AS k ON k.project_id = p.id
             LEFT JOIN validities AS v ON v.project_id = k.project_id AND v.provider = k.provider
             LEFT JOIN work AS w ON w.kind = 'validity_check' AND w.id = k.project_id || '/' || k.provider
             LEFT JOIN private_paths AS n ON n.project_id = k.project_id AND n.provider = k.provider
             LEFT JOIN provider_roles AS r ON r.project_id = k.project_id AND r.id = k.role_id "
        )
    };
}

pub(crate) static ONE: Sql = Sql::same(
    "read a project's snapshot",
    concat!(select!(), "WHERE p.deleted_at IS NULL AND p.id = $1 ORDER BY k.provider"),
);
static MANY: Sql = over_items!(
    "read snapshots of projects",
    concat!(select!(), "WHERE p.deleted_at IS NULL AND p.id IN (SELECT item.value ->> 'id' FROM"),
    ") ORDER BY p.id, k.provider"
);

impl Store {
    /// Gives the snapshot of a project, if it exists. Where we own the database it comes from memory
    /// when it can; elsewhere always from the database.
    pub async fn project_snapshot(&self, id: ProjectId) -> Result<Option<Arc<ProjectSnapshot>>> {
        let cache = self.caches().map(|caches| &caches.projects);
        if let Some(known) = cache.and_then(|cache| cache.recall(&id)) {
            return Ok(Some(known));
        }
        let ticket = cache.map(|cache| cache.begin_load(&id));
        let Some(found) = self.load(&ONE, values![id]).await?.pop() else { return Ok(None) };
        let found = Arc::new(found);
        if let (Some(cache), Some(ticket)) = (cache, ticket) {
            cache.remember(&id, Arc::clone(&found), ticket);
        }
        Ok(Some(found))
    }

    /// Gives the snapshots of those of `ids` that exist, in one statement, never from memory.
    pub async fn project_snapshots(&self, ids: &[ProjectId]) -> Result<Vec<ProjectSnapshot>> {
        let items: Vec<_> = ids.iter().map(|id| serde_json::json!({ "id": id.to_string() })).collect();
        self.load(&MANY, values![to_json(&items)?]).await
    }

    async fn load(&self, sql: &Sql, values: &[Value<'_>]) -> Result<Vec<ProjectSnapshot>> {
        let mut snapshots: Vec<ProjectSnapshot> = Vec::new();
        for row in self.read(sql, values).await? {
            let mut fields = row.fields("projects");
            let project = project(&mut fields)?;
            let (flag, revision) = (fields.int_if_any()?, fields.int_if_any()?);
            if snapshots.last().is_none_or(|last| last.project.id != project.id) {
                let mut setting = EncryptionAtRest::unset(project.id);
                setting.enabled_for_search_nodes = flag == Some(1);
                setting.revision = revision.unwrap_or(0);
                snapshots.push(ProjectSnapshot {
                    project,
                    setting,
                    validities: BTreeMap::new(),
                    roles: BTreeMap::new(),
                    paths: BTreeMap::new(),
                });
            }
            if let (Some(provider), Some(snapshot)) = (fields.word_if_any(ProviderKind::by_name)?, snapshots.last_mut())
            {
                self.add_provider(snapshot, provider, &mut fields)?;
            }
        }
        Ok(snapshots)
    }

    fn add_provider(
        &self,
        snapshot: &mut ProjectSnapshot,
        provider: ProviderKind,
        fields: &mut Fields<'_>,
    ) -> Result<()> {
        let key = KeyRow {
            project: snapshot.project.id,
            provider,
            settings: fields.text()?,
            role: fields.parsed_if_any()?,
            sealed_secret: fields.blob_if_any()?,
        };
        let role = key.role;
        let (key_revision, fingerprint) = (fields.int()?, Fingerprint(fields.bytes()?));
        let number = CustomerKeyNumber::from_stored(fields.int()?);
        let stored = StoredValidity {
            validity: validity(fields)?,
            definite_since: fields.time_if_any()?,
            key_revision,
            row_revision: fields.int()?,
            next_check_at: fields.time()?,
            fingerprint,
            number,
        };
        if let Some(path) = private_paths::path(provider, fields)? {
            snapshot.paths.insert(provider, path);
        }
        if let Some(role) = role {
            snapshot.roles.insert(role, provider_role(role, fields)?);
        }
        snapshot.setting.customer_keys.insert(provider, key.open(self.sealer())?);
        snapshot.validities.insert(provider, stored);
        Ok(())
    }
}
