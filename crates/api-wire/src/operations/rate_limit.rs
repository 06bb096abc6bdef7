//! The buckets that calls are counted in. It must not count: the server does.

/// A token bucket shared by a set of operations.
#[derive(Debug, PartialEq, Eq)]
pub struct RateLimitSet {
    /// A stable name.
    pub id: &'static str,
    /// Who has a bucket of his own.
    pub scope: Scope,
    /// How many calls a full bucket allows.
    pub capacity: u32,
    /// How many calls come back in each period.
    pub refill: u32,
    /// Unit: seconds.
    pub refill_period: u32,
}

/// Who has a bucket of his own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Each project.
    Project,
    /// Each organization.
    Organization,
    /// Each API key or service account.
    Caller,
    /// Each client address.
    Address,
}

const fn set(id: &'static str, scope: Scope, capacity: u32) -> RateLimitSet {
    // The published refill of the encryption-at-rest set is half its capacity a minute; the other
    // sets' refills were never seen, so they keep that proportion.
    RateLimitSet { id, scope, capacity, refill: capacity / 2, refill_period: 60 }
}

/// Source: contract.md 7.3, published.
pub static ENCRYPTION_AT_REST: RateLimitSet = set("encryptionAtRest", Scope::Project, 2000);
/// Ours: each call may ask a cloud several times.
pub static ENCRYPTION_AT_REST_CHECK: RateLimitSet = set("encryptionAtRestCheck", Scope::Project, 60);
/// Source: contract.md 7.3, capacity as recorded for cloud provider access.
pub static CLOUD_PROVIDER_ACCESS: RateLimitSet = set("cloudProviderAccess", Scope::Project, 2000);
/// Source: contract.md 7.3, capacity as recorded.
pub static EVENTS: RateLimitSet = set("events", Scope::Project, 300);
/// Source: contract.md 7.3, capacity as recorded for an organization's events.
pub static ORG_EVENTS: RateLimitSet = set("orgEvents", Scope::Caller, 500);
/// Source: contract.md 7.3, capacity as recorded for alerts.
pub static ALERTS: RateLimitSet = set("alerts", Scope::Project, 1200);
/// Source: contract.md 7.3, capacity as recorded for clusters.
pub static CLUSTERS: RateLimitSet = set("clusters", Scope::Project, 10_000);
/// Source: contract.md 7.3, capacity as recorded for projects.
pub static PROJECTS: RateLimitSet = set("projects", Scope::Caller, 1200);
/// Source: contract.md 7.3, capacity as recorded for the list of organizations.
pub static ORGANIZATIONS: RateLimitSet = set("organizations", Scope::Caller, 300);
/// Ours: never seen on the wire.
pub static ROOT: RateLimitSet = set("root", Scope::Caller, 1200);
/// Ours.
pub static NODES: RateLimitSet = set("nodes", Scope::Project, 2000);
/// Ours.
pub static KEYS: RateLimitSet = set("keys", Scope::Project, 2000);
/// Source: contract.md 7.3, capacity as recorded for backups.
pub static BACKUP: RateLimitSet = set("backup", Scope::Project, 1200);
/// Ours: never more than nodes can need.
pub static CERTIFICATE_AUTHORITIES: RateLimitSet = set("certificateAuthorities", Scope::Caller, 1200);
/// Ours. A fleet behind one address enrols within a quarter of an hour.
pub static ENROLMENTS: RateLimitSet = set("enrolments", Scope::Address, 1200);
/// Source: contract.md 7.3, capacity as recorded for users.
pub static USERS: RateLimitSet = set("users", Scope::Caller, 2500);
/// Ours: API keys, service accounts and teams.
pub static ACCESS: RateLimitSet = set("access", Scope::Caller, 1200);
/// Ours, and open to anybody. A token cannot be guessed; a password costs us work.
pub static INVITATIONS: RateLimitSet = set("invitations", Scope::Address, 30);
/// Ours, and open to anybody.
pub static DOCUMENT: RateLimitSet = set("openapi", Scope::Address, 300);

#[cfg(test)]
mod tests {
    use super::ENCRYPTION_AT_REST;

    #[test]
    fn has_the_published_bucket() {
        let set = &ENCRYPTION_AT_REST;
        assert_eq!((set.capacity, set.refill, set.refill_period), (2000, 1000, 60));
    }
}
