//! Limits that a project can have. Two of them hold something here; the others limit what cannot exist here, so they
//! are never exceeded. Must not know who counts.

/// A limit of a project, by what it limits. Spelled as the Admin API spells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProjectLimit {
    /// Clusters.
    Clusters,
    /// Entries of the project's IP access list.
    NetworkAccessEntries,
    /// Database users.
    DatabaseUsers,
    /// Custom database roles.
    CustomRoles,
    /// Serverless instances.
    ServerlessInstances,
    /// Entries of the IP access list that other regions share.
    CrossRegionEntries,
    /// Nodes of a region that a private link serves.
    NodesPerPrivateLinkRegion,
    /// Private Service Connect connections of a region.
    PrivateServiceConnections,
    /// The mask of their subnet.
    PrivateServiceConnectionsSubnetMask,
    /// Bytes that one federated query may read.
    FederatedBytesPerQuery,
    /// Bytes that federated queries may read in a day.
    FederatedBytesPerDay,
    /// Bytes that federated queries may read in a week.
    FederatedBytesPerWeek,
    /// Bytes that federated queries may read in a month.
    FederatedBytesPerMonth,
}

impl ProjectLimit {
    /// Every limit there is.
    pub const ALL: [Self; 13] = [
        Self::Clusters,
        Self::NetworkAccessEntries,
        Self::DatabaseUsers,
        Self::CustomRoles,
        Self::ServerlessInstances,
        Self::CrossRegionEntries,
        Self::NodesPerPrivateLinkRegion,
        Self::PrivateServiceConnections,
        Self::PrivateServiceConnectionsSubnetMask,
        Self::FederatedBytesPerQuery,
        Self::FederatedBytesPerDay,
        Self::FederatedBytesPerWeek,
        Self::FederatedBytesPerMonth,
    ];

    /// Gives the name the Admin API and the store use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Clusters => "atlas.project.deployment.clusters",
            Self::NetworkAccessEntries => "atlas.project.security.networkAccess.entries",
            Self::DatabaseUsers => "atlas.project.security.databaseAccess.users",
            Self::CustomRoles => "atlas.project.security.databaseAccess.customRoles",
            Self::ServerlessInstances => "atlas.project.deployment.serverlessMTMs",
            Self::CrossRegionEntries => "atlas.project.security.networkAccess.crossRegionEntries",
            Self::NodesPerPrivateLinkRegion => "atlas.project.deployment.nodesPerPrivateLinkRegion",
            Self::PrivateServiceConnections => "atlas.project.deployment.privateServiceConnectionsPerRegionGroup",
            Self::PrivateServiceConnectionsSubnetMask => "atlas.project.deployment.privateServiceConnectionsSubnetMask",
            Self::FederatedBytesPerQuery => "dataFederation.bytesProcessed.query",
            Self::FederatedBytesPerDay => "dataFederation.bytesProcessed.daily",
            Self::FederatedBytesPerWeek => "dataFederation.bytesProcessed.weekly",
            Self::FederatedBytesPerMonth => "dataFederation.bytesProcessed.monthly",
        }
    }

    /// Finds a limit by its name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|limit| limit.name() == name)
    }

    /// Gives the value it has until somebody sets one; a limit without one is not there until then.
    /// Unit: what it counts; bytes for federated queries.
    #[must_use]
    pub const fn default_value(self) -> Option<u64> {
        match self {
            // Ours: as many as a project was tried with.
            Self::Clusters => Some(100_000),
            Self::NetworkAccessEntries => Some(200),
            Self::DatabaseUsers | Self::CustomRoles | Self::ServerlessInstances => Some(100),
            Self::CrossRegionEntries => Some(40),
            Self::NodesPerPrivateLinkRegion | Self::PrivateServiceConnections => Some(50),
            Self::PrivateServiceConnectionsSubnetMask => Some(27),
            Self::FederatedBytesPerQuery
            | Self::FederatedBytesPerDay
            | Self::FederatedBytesPerWeek
            | Self::FederatedBytesPerMonth => None,
        }
    }

    /// Gives the greatest value that can be set.
    /// Unit: what it counts; bytes for federated queries.
    #[must_use]
    pub const fn maximum(self) -> u64 {
        match self {
            Self::Clusters => 100_000,
            Self::NetworkAccessEntries
            | Self::DatabaseUsers
            | Self::CustomRoles
            | Self::ServerlessInstances
            | Self::CrossRegionEntries
            | Self::NodesPerPrivateLinkRegion
            | Self::PrivateServiceConnections => 10_000,
            Self::PrivateServiceConnectionsSubnetMask => 32,
            // As JSON numbers are exact up to there.
            Self::FederatedBytesPerQuery
            | Self::FederatedBytesPerDay
            | Self::FederatedBytesPerWeek
            | Self::FederatedBytesPerMonth => 9_007_199_254_740_991,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back_and_defaults_are_possible() {
        for limit in ProjectLimit::ALL {
            assert_eq!(ProjectLimit::by_name(limit.name()), Some(limit));
            assert!(limit.default_value().is_none_or(|value| value <= limit.maximum()));
        }
        assert_eq!(ProjectLimit::by_name("atlas.project.moons"), None);
    }
}
