//! What can go wrong in a use case, by whose fault it is. Must not know a status code or an
//! `errorCode`: each door has its own table for these.

use domain::Bug;
use domain::access::{OrgRole, ProjectRole};
use domain::cluster::{self, ClusterName};
use domain::customer_key::azure_key_vault::AzureEnvironment;
use domain::customer_key::{ProviderKind, Refusal};
use domain::id::{EventId, OrgId, ProjectId, ProviderRoleId};
use domain::private_endpoint::PlacementRefusal;
use domain::validity::Failure;
use domain::violation::Violation;
use storage::{Retry, StoreError};

use crate::access::AccessError;
use crate::alert_config::AlertError;
use crate::backup_compliance::ComplianceError;
use crate::external_authority::ExternalAuthorityError;
use crate::master_key::MasterKeyError;
use crate::master_key_grant::GrantError;
use crate::node::NodeError;
use crate::private_endpoint::PrivateEndpointError;
use crate::project::ProjectError;
use crate::provider_role::ProviderRoleError;
use crate::search_deployment::SearchDeploymentError;
use crate::snapshot::SnapshotError;

/// What can go wrong in a use case.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    // -- the caller's request --
    /// No such project, as far as this caller can tell.
    #[error("find project {0}")]
    ProjectNotFound(ProjectId),
    /// No such organization, as far as this caller can tell.
    #[error("find organization {0}")]
    OrganizationNotFound(OrgId),
    /// No such cluster in that project.
    #[error("find cluster {name} of project {project}")]
    ClusterNotFound {
        /// The project.
        project: ProjectId,
        /// The name.
        name: ClusterName,
    },
    /// The project has a cluster of that name.
    #[error("create a second cluster {name} in project {project}")]
    ClusterNameTaken {
        /// The project.
        project: ProjectId,
        /// The name.
        name: ClusterName,
    },
    /// A rule about clusters stands against it.
    #[error("describe cluster {} so", .name.as_ref().map_or("", ClusterName::as_str))]
    ClusterRefused {
        /// The cluster's name, if it has one.
        name: Option<ClusterName>,
        /// The rule.
        refusal: cluster::Refusal,
    },
    /// Nobody can do that to a cluster from here.
    #[error("do to cluster {name} what cannot be done from here")]
    ClusterUnsupported {
        /// The cluster.
        name: ClusterName,
        /// What.
        what: crate::cluster::Unsupported,
    },
    /// Somebody else changed or deleted the cluster first.
    #[error("change cluster {0}, which somebody else changed meanwhile")]
    ClusterConflict(ClusterName),
    /// Something about who may do what stands against it.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// Something about nodes stands against it.
    #[error(transparent)]
    Node(#[from] NodeError),
    /// Something about snapshots stands against it.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    /// A compliance policy stands against it, or it against the policy.
    #[error(transparent)]
    Compliance(#[from] ComplianceError),
    /// Something about nodes for search stands against it.
    #[error(transparent)]
    SearchDeployment(#[from] SearchDeploymentError),
    /// No such network container in that project. The id is told as it was given.
    #[error("find network container {0}")]
    ContainerNotFound(String),
    /// Something about grants stands against it.
    #[error(transparent)]
    Grant(#[from] GrantError),
    /// No such rotation in that project. The id is told as it was given.
    #[error("find rotation {0}")]
    RotationNotFound(String),
    /// No cluster of that id was deleted that can still be brought back. The id is told as it was given.
    #[error("find deleted cluster {0}")]
    DeletedClusterNotFound(String),
    /// No project of that id was deleted that can still be brought back. The id is told as it was given.
    #[error("find deleted project {0}")]
    DeletedProjectNotFound(String),
    /// Something about a project's own certificate authorities stands against it.
    #[error(transparent)]
    External(#[from] ExternalAuthorityError),
    /// Something about provider roles stands against it.
    #[error(transparent)]
    ProviderRole(#[from] ProviderRoleError),
    /// Something about private endpoints stands against it.
    #[error(transparent)]
    PrivateEndpoint(#[from] PrivateEndpointError),
    /// Something about alerts stands against it.
    #[error(transparent)]
    Alert(#[from] AlertError),
    /// Something about master keys stands against it.
    #[error(transparent)]
    MasterKey(#[from] MasterKeyError),
    /// Something about projects or organizations stands against it.
    #[error(transparent)]
    Project(#[from] ProjectError),
    /// The organization has a project of that name.
    #[error("create a second project {0}")]
    ProjectNameTaken(String),
    /// The project still has clusters.
    #[error("delete project {0}, which has clusters")]
    ProjectHasClusters(ProjectId),
    /// The project still has private endpoints.
    #[error("delete project {0}, which has private endpoints")]
    ProjectHasPrivateEndpoints(ProjectId),
    /// Private networking stops the cluster, or there is no endpoint where its nodes would be.
    #[error("run cluster {name} so, while key calls are private")]
    ClusterPlacementRefused {
        /// The cluster.
        name: ClusterName,
        /// What stands against it.
        refusal: PlacementRefusal,
    },
    /// No such event in that project.
    #[error("find event {0}")]
    EventNotFound(EventId),
    /// No such event of that organization's own.
    #[error("find event {0} of an organization")]
    OrgEventNotFound(EventId),
    /// The caller sees the project but lacks a role in it.
    #[error("act without the role {}", .needed.name())]
    ProjectRoleMissing {
        /// What is needed.
        needed: ProjectRole,
    },
    /// The caller sees the organization but lacks a role in it.
    #[error("act without the role {}", .needed.name())]
    OrgRoleMissing {
        /// What is needed.
        needed: OrgRole,
    },
    /// The change mentions no provider and no flag.
    #[error("change nothing")]
    NothingMentioned,
    /// Fields are missing or malformed.
    #[error("accept fields that break the rules")]
    Violations(Vec<Violation>),
    /// Roles do not work in that environment of Azure.
    #[error("use a role in {}", .0.name())]
    EnvironmentNotSupported(AzureEnvironment),
    /// The provider holds no keys in that region.
    #[error("use a region that {} has no keys in", .0.title())]
    RegionNotSupported(ProviderKind),
    /// Static credentials are not taken.
    #[error("take static credentials for {}", .provider.title())]
    StaticCredentialsRefused {
        /// The provider they were sent for.
        provider: ProviderKind,
        /// Whether that is because a role is configured already.
        role_in_use: bool,
    },
    /// The role is not one of the project's, or was never authorized.
    #[error("use provider role {0}, which is not authorized")]
    RoleNotAuthorized(ProviderRoleId),
    /// Another change of the same project is under way.
    #[error("change a setting that is being changed")]
    UpdateInProgress,
    /// Somebody else's change came first.
    #[error("change a setting that somebody else changed meanwhile")]
    Conflict,

    // -- the customer's key --
    /// The project has no customer key of that provider.
    #[error("use a customer key of {}, which project {project} has not enabled", .provider.title())]
    CustomerKeyNotEnabled {
        /// The project.
        project: ProjectId,
        /// The provider.
        provider: ProviderKind,
    },
    /// The project's customer key is not known to work now.
    #[error("use a customer key of {} that is not proven", .0.provider.title())]
    CustomerKeyNotProven(Box<NotProven>),
    /// Clusters use the customer key that was to go.
    #[error("disable {}, whose customer key clusters use", .provider.title())]
    CustomerKeyInUse {
        /// The provider.
        provider: ProviderKind,
        /// The clusters.
        clusters: Vec<ClusterName>,
    },
    /// The present key is invalid, so it cannot be exchanged, nor disabled while something depends on it.
    #[error("exchange or disable the present key of {}, which is invalid", .0.title())]
    PresentKeyInvalid(ProviderKind),
    /// The project has private endpoints to the provider, which therefore cannot be disabled.
    #[error("disable {}, to which the project has private endpoints", .0.title())]
    PrivateEndpointsExist(ProviderKind),
    /// The project has private endpoints, which therefore cannot be given up as the only way.
    #[error("give up private networking to {}, to which the project has private endpoints", provider.title())]
    PrivateNetworkingInUse {
        /// The provider.
        provider: ProviderKind,
        /// Where the endpoints are.
        regions: Vec<String>,
    },
    /// The project has private endpoints, whose target therefore stays where it is.
    #[error("move what private endpoints to {} lead to", provider.title())]
    PrivateEndpointFieldsImmutable {
        /// The provider.
        provider: ProviderKind,
        /// The fields that were to change.
        fields: Vec<&'static str>,
    },
    /// The project was set inactive, and so cannot take up private networking.
    #[error("take up private networking to {} in an inactive project", .0.title())]
    PrivateNetworkingInactiveProject(ProviderKind),
    /// The candidate could not encrypt and decrypt.
    #[error("use the candidate key of {}", .0.provider.title())]
    CandidateRefused(Box<CandidateRefused>),

    // -- us --
    /// The store cannot be reached now.
    #[error("reach the store")]
    StoreAway(#[source] StoreError),
    /// The store failed.
    #[error("use the store")]
    Store(#[source] StoreError),
    /// What cannot happen did.
    #[error(transparent)]
    Bug(#[from] Bug),
}

/// A customer key that is not known to work now.
#[derive(Debug)]
pub struct NotProven {
    /// The provider.
    pub provider: ProviderKind,
    /// What stands between us and a working key, if anything was found.
    pub failure: Option<Failure>,
}

/// A candidate that could not encrypt and decrypt, or could not be asked.
#[derive(Debug)]
pub struct CandidateRefused {
    /// The provider.
    pub provider: ProviderKind,
    /// The project.
    pub project: ProjectId,
    /// The role it was to be reached with, if with one.
    pub role: Option<ProviderRoleId>,
    /// Where the candidate's key was looked for, as the settings name it.
    pub place: String,
    /// What the provider said.
    pub failure: Failure,
}

impl Error {
    /// Gives the error for a log line, which prints its causes too.
    #[must_use]
    pub fn chain(&self) -> &(dyn std::error::Error + 'static) {
        self
    }
}

impl From<StoreError> for Error {
    /// The store is ours: whatever goes wrong there is never the caller's fault.
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Shared(ref shared) if shared.retry() == Retry::Later => Self::StoreAway(error),
            StoreError::Busy { .. } | StoreError::Unreachable { .. } => Self::StoreAway(error),
            StoreError::Database { .. }
            | StoreError::Open(_)
            | StoreError::Corrupt { .. }
            | StoreError::Sealed { .. }
            | StoreError::Backup { .. }
            | StoreError::ReadOnly { .. }
            | StoreError::Shared(_)
            | StoreError::Bug(_) => Self::Store(error),
        }
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Empty => Self::NothingMentioned,
            Refusal::Violations(violations) => Self::Violations(violations),
            Refusal::EnvironmentNotSupported(environment) => Self::EnvironmentNotSupported(environment),
            Refusal::RegionNotSupported(provider) => Self::RegionNotSupported(provider),
            Refusal::StaticCredentials { provider, role_in_use } => {
                Self::StaticCredentialsRefused { provider, role_in_use }
            }
            Refusal::PresentKeyInvalid(provider) => Self::PresentKeyInvalid(provider),
            Refusal::PrivateEndpointsExist(provider) => Self::PrivateEndpointsExist(provider),
            Refusal::PrivateNetworkingInUse { provider, regions } => Self::PrivateNetworkingInUse { provider, regions },
            Refusal::FieldsImmutable { provider, fields } => Self::PrivateEndpointFieldsImmutable { provider, fields },
            Refusal::InactiveProject(provider) => Self::PrivateNetworkingInactiveProject(provider),
        }
    }
}
