//! The roles there are, and which is as good as which. Must not know who holds them.

/// A role in an organization. Spelled as the Admin API spells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OrgRole {
    /// `ORG_OWNER`: everything, in every project of the organization too.
    Owner,
    /// `ORG_GROUP_CREATOR`: may create projects.
    ProjectCreator,
    /// `ORG_BILLING_ADMIN`: kept for whoever brings it along; there are no bills here.
    BillingAdmin,
    /// `ORG_BILLING_READ_ONLY`: kept for whoever brings it along; there are no bills here.
    BillingReadOnly,
    /// `ORG_STREAM_PROCESSING_ADMIN`: a stream processing owner in every project.
    StreamProcessingAdmin,
    /// `ORG_READ_ONLY`: may read everything, in every project of the organization too.
    ReadOnly,
    /// `ORG_MEMBER`: belongs to it; may read the organization itself.
    Member,
}

/// A role in a project. Spelled as the Admin API spells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProjectRole {
    /// `GROUP_OWNER`: everything.
    Owner,
    /// `GROUP_ACCESS_MANAGER`: may say who has which role in the project.
    AccessManager,
    /// `GROUP_ALERTS_MANAGER`: may change what is alerted to whom.
    AlertsManager,
    /// `GROUP_NETWORK_ACCESS_MANAGER`: may change the project's IP access list.
    NetworkAccessManager,
    /// `GROUP_BACKUP_MANAGER`: may change and take backups.
    BackupManager,
    /// `GROUP_BACKUP_CREATOR`: may take backups.
    BackupCreator,
    /// `GROUP_CLUSTER_MANAGER`: may change clusters.
    ClusterManager,
    /// `GROUP_CLUSTER_CREATOR`: may create clusters.
    ClusterCreator,
    /// `GROUP_DATABASE_ACCESS_ADMIN`: reads here; database users live in the databases.
    DatabaseAccessAdmin,
    /// `GROUP_DATA_ACCESS_ADMIN`: reads here; data lives in the databases.
    DataAccessAdmin,
    /// `GROUP_DATA_ACCESS_READ_WRITE`: reads here; data lives in the databases.
    DataAccessReadWrite,
    /// `GROUP_DATA_ACCESS_READ_ONLY`: reads here; data lives in the databases.
    DataAccessReadOnly,
    /// `GROUP_SEARCH_INDEX_EDITOR`: reads here; search indexes live in the databases.
    SearchIndexEditor,
    /// `GROUP_STREAM_PROCESSING_OWNER`: reads here; there is no stream processing.
    StreamProcessingOwner,
    /// `GROUP_OBSERVABILITY_VIEWER`: reads here; metrics have a door of their own.
    ObservabilityViewer,
    /// `GROUP_READ_ONLY`: may read everything.
    ReadOnly,
}

impl OrgRole {
    /// Every role there is.
    pub const ALL: [Self; 7] = [
        Self::Owner,
        Self::ProjectCreator,
        Self::BillingAdmin,
        Self::BillingReadOnly,
        Self::StreamProcessingAdmin,
        Self::ReadOnly,
        Self::Member,
    ];

    /// Gives the name the Admin API and the store use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Owner => "ORG_OWNER",
            Self::ProjectCreator => "ORG_GROUP_CREATOR",
            Self::BillingAdmin => "ORG_BILLING_ADMIN",
            Self::BillingReadOnly => "ORG_BILLING_READ_ONLY",
            Self::StreamProcessingAdmin => "ORG_STREAM_PROCESSING_ADMIN",
            Self::ReadOnly => "ORG_READ_ONLY",
            Self::Member => "ORG_MEMBER",
        }
    }

    /// Gives the name people know it by.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Owner => "Organization Owner",
            Self::ProjectCreator => "Organization Project Creator",
            Self::BillingAdmin => "Organization Billing Admin",
            Self::BillingReadOnly => "Organization Billing Viewer",
            Self::StreamProcessingAdmin => "Organization Stream Processing Admin",
            Self::ReadOnly => "Organization Read Only",
            Self::Member => "Organization Member",
        }
    }

    /// Finds a role by its name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }

    /// Tells whether holding `self` is as good as holding `wanted`.
    #[must_use]
    pub const fn covers(self, wanted: Self) -> bool {
        match (self, wanted) {
            (Self::Owner, _) | (_, Self::Member) => true,
            (Self::ReadOnly, Self::ReadOnly)
            | (Self::ProjectCreator, Self::ProjectCreator)
            | (Self::BillingAdmin, Self::BillingAdmin | Self::BillingReadOnly)
            | (Self::BillingReadOnly, Self::BillingReadOnly)
            | (Self::StreamProcessingAdmin, Self::StreamProcessingAdmin) => true,
            (
                Self::ProjectCreator
                | Self::BillingAdmin
                | Self::BillingReadOnly
                | Self::StreamProcessingAdmin
                | Self::ReadOnly
                | Self::Member,
                Self::Owner
                | Self::ProjectCreator
                | Self::BillingAdmin
                | Self::BillingReadOnly
                | Self::StreamProcessingAdmin
                | Self::ReadOnly,
            ) => false,
        }
    }

    /// Gives the role that this one amounts to in every project of the organization.
    #[must_use]
    pub const fn in_every_project(self) -> Option<ProjectRole> {
        match self {
            Self::Owner => Some(ProjectRole::Owner),
            Self::ReadOnly => Some(ProjectRole::ReadOnly),
            Self::StreamProcessingAdmin => Some(ProjectRole::StreamProcessingOwner),
            Self::ProjectCreator | Self::BillingAdmin | Self::BillingReadOnly | Self::Member => None,
        }
    }
}

impl ProjectRole {
    /// Every role there is.
    pub const ALL: [Self; 16] = [
        Self::Owner,
        Self::AccessManager,
        Self::AlertsManager,
        Self::NetworkAccessManager,
        Self::BackupManager,
        Self::BackupCreator,
        Self::ClusterManager,
        Self::ClusterCreator,
        Self::DatabaseAccessAdmin,
        Self::DataAccessAdmin,
        Self::DataAccessReadWrite,
        Self::DataAccessReadOnly,
        Self::SearchIndexEditor,
        Self::StreamProcessingOwner,
        Self::ObservabilityViewer,
        Self::ReadOnly,
    ];

    /// Gives the name the Admin API and the store use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Owner => "GROUP_OWNER",
            Self::AccessManager => "GROUP_ACCESS_MANAGER",
            Self::AlertsManager => "GROUP_ALERTS_MANAGER",
            Self::NetworkAccessManager => "GROUP_NETWORK_ACCESS_MANAGER",
            Self::BackupManager => "GROUP_BACKUP_MANAGER",
            Self::BackupCreator => "GROUP_BACKUP_CREATOR",
            Self::ClusterManager => "GROUP_CLUSTER_MANAGER",
            Self::ClusterCreator => "GROUP_CLUSTER_CREATOR",
            Self::DatabaseAccessAdmin => "GROUP_DATABASE_ACCESS_ADMIN",
            Self::DataAccessAdmin => "GROUP_DATA_ACCESS_ADMIN",
            Self::DataAccessReadWrite => "GROUP_DATA_ACCESS_READ_WRITE",
            Self::DataAccessReadOnly => "GROUP_DATA_ACCESS_READ_ONLY",
            Self::SearchIndexEditor => "GROUP_SEARCH_INDEX_EDITOR",
            Self::StreamProcessingOwner => "GROUP_STREAM_PROCESSING_OWNER",
            Self::ObservabilityViewer => "GROUP_OBSERVABILITY_VIEWER",
            Self::ReadOnly => "GROUP_READ_ONLY",
        }
    }

    /// Gives the name people know it by.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Owner => "Project Owner",
            Self::AccessManager => "Project Access Manager",
            Self::AlertsManager => "Project Alerts Manager",
            Self::NetworkAccessManager => "Project Network Access Manager",
            Self::BackupManager => "Project Backup Manager",
            Self::BackupCreator => "Project Backup Creator",
            Self::ClusterManager => "Project Cluster Manager",
            Self::ClusterCreator => "Project Cluster Creator",
            Self::DatabaseAccessAdmin => "Project Database Access Admin",
            Self::DataAccessAdmin => "Project Data Access Admin",
            Self::DataAccessReadWrite => "Project Data Access Read/Write",
            Self::DataAccessReadOnly => "Project Data Access Read Only",
            Self::SearchIndexEditor => "Project Search Index Editor",
            Self::StreamProcessingOwner => "Project Stream Processing Owner",
            Self::ObservabilityViewer => "Project Observability Viewer",
            Self::ReadOnly => "Project Read Only",
        }
    }

    /// Finds a role by its name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }

    /// Gives what a role is as good as, beside itself and reading. The owner is as good as all.
    const fn includes(self) -> &'static [Self] {
        match self {
            Self::Owner => &Self::ALL,
            Self::BackupManager => &[Self::BackupCreator],
            Self::DataAccessAdmin => &[Self::DataAccessReadWrite, Self::DataAccessReadOnly, Self::SearchIndexEditor],
            Self::DataAccessReadWrite => &[Self::DataAccessReadOnly],
            Self::AccessManager
            | Self::AlertsManager
            | Self::NetworkAccessManager
            | Self::BackupCreator
            | Self::ClusterManager
            | Self::ClusterCreator
            | Self::DatabaseAccessAdmin
            | Self::DataAccessReadOnly
            | Self::SearchIndexEditor
            | Self::StreamProcessingOwner
            | Self::ObservabilityViewer
            | Self::ReadOnly => &[],
        }
    }

    /// Tells whether holding `self` is as good as holding `wanted`. Every role may read.
    #[must_use]
    pub fn covers(self, wanted: Self) -> bool {
        self == wanted || wanted == Self::ReadOnly || self.includes().contains(&wanted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        assert!(OrgRole::ALL.into_iter().all(|role| OrgRole::by_name(role.name()) == Some(role)));
        assert!(ProjectRole::ALL.into_iter().all(|role| ProjectRole::by_name(role.name()) == Some(role)));
        assert_eq!(ProjectRole::by_name("GROUP_KING"), None);
    }

    #[test]
    fn whoever_covers_a_role_covers_what_that_one_covers() {
        for (a, b, c) in triples(&ProjectRole::ALL) {
            assert!(!(a.covers(b) && b.covers(c)) || a.covers(c), "{a:?} {b:?} {c:?}");
        }
        for (a, b, c) in triples(&OrgRole::ALL) {
            assert!(!(a.covers(b) && b.covers(c)) || a.covers(c), "{a:?} {b:?} {c:?}");
        }
    }

    #[test]
    fn only_the_owner_covers_the_owner() {
        assert!(ProjectRole::ALL.into_iter().all(|role| role.covers(role) && role.covers(ProjectRole::ReadOnly)));
        assert!(ProjectRole::ALL.into_iter().filter(|role| role.covers(ProjectRole::Owner)).eq([ProjectRole::Owner]));
        assert!(OrgRole::ALL.into_iter().all(|role| role.covers(role) && role.covers(OrgRole::Member)));
        assert!(OrgRole::ALL.into_iter().filter(|role| role.covers(OrgRole::Owner)).eq([OrgRole::Owner]));
    }

    fn triples<T: Copy>(all: &[T]) -> Vec<(T, T, T)> {
        let pairs = |a: T| all.iter().flat_map(move |b| all.iter().map(move |c| (a, *b, *c)));
        all.iter().flat_map(|a| pairs(*a)).collect()
    }
}
