//! Who may call an operation: the roles that operations ask for. It must not know which role is as good as which.

/// Who may call an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anybody.
    Public,
    /// Anybody with good credentials; the answer holds what they may see.
    Authenticated,
    /// Whoever has at least this role in the project of the path.
    Project(ProjectRole),
    /// Whoever has at least this role in the organization of the path.
    Organization(OrgRole),
}

/// The project roles that operations ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProjectRole {
    /// May look.
    ReadOnly,
    /// May create clusters.
    ClusterCreator,
    /// May change clusters.
    ClusterManager,
    /// May take backups.
    BackupCreator,
    /// May change backups.
    BackupManager,
    /// May change the project's IP access list.
    NetworkAccessManager,
    /// May change what is alerted.
    AlertsManager,
    /// May say who has which role in the project.
    AccessManager,
    /// May change settings.
    Owner,
}

impl ProjectRole {
    /// Returns the role as keys and accounts carry it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ReadOnly => "GROUP_READ_ONLY",
            Self::ClusterCreator => "GROUP_CLUSTER_CREATOR",
            Self::ClusterManager => "GROUP_CLUSTER_MANAGER",
            Self::BackupCreator => "GROUP_BACKUP_CREATOR",
            Self::BackupManager => "GROUP_BACKUP_MANAGER",
            Self::NetworkAccessManager => "GROUP_NETWORK_ACCESS_MANAGER",
            Self::AlertsManager => "GROUP_ALERTS_MANAGER",
            Self::AccessManager => "GROUP_ACCESS_MANAGER",
            Self::Owner => "GROUP_OWNER",
        }
    }

    /// Returns the role as people call it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::ReadOnly => "Project Read Only",
            Self::ClusterCreator => "Project Cluster Creator",
            Self::ClusterManager => "Project Cluster Manager",
            Self::BackupCreator => "Project Backup Creator",
            Self::BackupManager => "Project Backup Manager",
            Self::NetworkAccessManager => "Project Network Access Manager",
            Self::AlertsManager => "Project Alerts Manager",
            Self::AccessManager => "Project Access Manager",
            Self::Owner => "Project Owner",
        }
    }
}

/// The organization roles that operations ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OrgRole {
    /// Belongs to it.
    Member,
    /// May look.
    ReadOnly,
    /// May change it.
    Owner,
}

impl OrgRole {
    /// Returns the role as keys and accounts carry it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Member => "ORG_MEMBER",
            Self::ReadOnly => "ORG_READ_ONLY",
            Self::Owner => "ORG_OWNER",
        }
    }

    /// Returns the role as people call it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Member => "Organization Member",
            Self::ReadOnly => "Organization Read Only",
            Self::Owner => "Organization Owner",
        }
    }
}
