//! Tables, migrations, sealing and backup, on SQLite and PostgreSQL behind one [`Store`].
//!
//! A table has no rule in it: this room loads and saves what `domain` defines, whole and durably. It
//! must not know providers, doors, wire shapes or why something is saved. One file per table; SQL is
//! written once for both engines wherever they agree.

mod access_tokens;
mod alert_configs;
mod alert_facts;
mod alerts;
mod api_keys;
mod backup;
mod backup_compliance;
mod backup_schedules;
mod burned_nonces;
mod cache;
mod certificate_authorities;
mod clusters;
mod customer_keys;
mod data_dir;
mod encryption_at_rest;
mod engine;
mod enrolment_tokens;
mod error;
mod events;
mod external_authorities;
mod external_identities;
mod grants;
mod instance_settings;
mod master_keys;
mod migrate;
mod network_access;
mod node_certificates;
mod nodes;
mod organizations;
mod outbox;
mod owners;
mod private_endpoints;
mod private_paths;
mod project_snapshot;
mod projects;
mod provider_roles;
mod recipients;
mod release_grants;
mod releases;
mod reseal;
mod retired_customer_keys;
mod root_key;
mod rotations;
mod seal;
mod search_deployments;
mod service_accounts;
mod snapshots;
mod sql;
mod store;
mod teams;
mod users;
mod validities;
mod work;

pub use access_tokens::AccessToken;
pub use alert_configs::{AlertConfigOutcome, Webhook, Webhooks};
pub use alert_facts::{AlertOwner, KeyOutlook, Overlap, Returnable};
pub use alerts::AlertLook;
pub use api_keys::StoredApiKey;
pub use backup::{BackupError, BackupInfo, RowCounts};
pub use backup_compliance::ComplianceOutcome;
pub use certificate_authorities::SigningAuthority;
pub use clusters::ClusterOutcome;
pub use clusters::deleted::DeletedCluster;
pub use customer_keys::Fingerprint;
pub use encryption_at_rest::{NewValidity, SaveSetting};
pub use enrolment_tokens::Enrolment;
pub use error::{OpenError, Retry, StoreError};
pub use events::{ActorFilter, EventFilter, EventSlice};
pub use external_identities::{ExternalNode, IdentityOutcome, RecognisedExternal, Shown};
pub use master_keys::{CustomerKeyUse, KEYS_PER_SCOPE_MAX, MasterKeyFilter, MasterKeyOutcome, StoredMasterKey};
pub use migrate::{MIGRATIONS, Migration};
pub use network_access::AccessOutcome;
pub use node_certificates::{RecognisedNode, SaveNodeCertificate};
pub use nodes::{EnrolledNode, NodeOutcome};
pub use organizations::{KnownOrganization, OrgOutcome};
pub use outbox::{NoticeEnd, NoticeStep, PendingNotice};
pub use private_endpoints::{EndpointOutcome, EndpointStep};
pub use project_snapshot::{ProjectSnapshot, StoredValidity};
pub use projects::deleted::DeletedProject;
pub use projects::{Creator, ProjectFilter};
pub use provider_roles::RoleOutcome;
pub use releases::{Breach, NotAHead, ReleaseHead, ReleaseLine, SignedHead, Verdict};
pub use retired_customer_keys::RetiredCustomerKey;
pub use root_key::{RootKey, RootKeyError};
pub use service_accounts::ServiceAccountSecret;
pub use store::{Access, Engine, Store, StoreOptions};
pub use teams::{TeamOutcome, TeamRoles};
pub use users::{Arrival, UserToken};
pub use validities::{ValidityOutcome, ValidityUpdate, validity_work, validity_work_id};
pub use work::{Claim, WorkKind};

/// What became of a write that somebody else may have beaten.
#[must_use]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is durable.
    Saved,
    /// Nothing was written: the row changed meanwhile, or the name is taken.
    Conflict,
    /// Nothing was written: something else needs what was to go.
    InUse,
}

impl Outcome {
    pub(crate) const fn of_rows(rows: u64) -> Self {
        if rows == 0 { Self::Conflict } else { Self::Saved }
    }
}
