//! Provider roles: identities in the customer's cloud, or made for him in ours, that a project's customer keys are
//! reached with. A role resolves in its own project only, and is used only once its provider proved it safe.
//! Source: product.md 1.6. Must not know a cloud's words, nor how the Admin API spells a role.

mod authorize;
mod create;
mod delete;
mod kit;
mod seed;
mod view;

use domain::customer_key::ProviderKind;
use domain::id::{ProjectId, ProviderRoleId};
use domain::provider_role::RoleIdentity;
use domain::validity::Failure;

pub use authorize::RoleAuthorization;
pub use create::NewRole;
pub use kit::SetupFacts;
pub use view::ProviderRoleView;

/// What can go wrong with a provider role.
#[derive(Debug, thiserror::Error)]
pub enum ProviderRoleError {
    /// No such role in that project. The id is told as it was given.
    #[error("find provider role {id} of project {project}")]
    NotFound {
        /// The project.
        project: ProjectId,
        /// The id.
        id: String,
    },
    /// The role is one of another provider than the caller says.
    #[error("take provider role {id} for one of {}", .named.title())]
    Elsewhere {
        /// The role.
        id: ProviderRoleId,
        /// Which provider it is one of.
        provider: ProviderKind,
        /// Which one the caller says.
        named: ProviderKind,
    },
    /// The operator is nobody at that provider, so that there is nobody to let in.
    #[error("make a provider role of {}, where the operator has no identity", .0.title())]
    NotConfigured(ProviderKind),
    /// The project has as many roles as it can have.
    #[error("make one more provider role")]
    TooMany,
    /// A customer key is reached with the role.
    #[error("delete provider role {0}, which is in use")]
    InUse(ProviderRoleId),
    /// Somebody else changed or deleted the role first.
    #[error("change provider role {0}, which somebody else changed meanwhile")]
    Conflict(ProviderRoleId),
    /// No authorized role of the project has that ARN.
    #[error("find an authorized provider role by its ARN")]
    NoneOfThatArn(String),
    /// The provider did not prove the role safe to use.
    #[error("authorize provider role {} of {}", .0.role, .0.identity.provider().title())]
    NotProved(Box<NotProved>),
    /// The role's service account could not be made or deleted.
    #[error("have a service account in the operator's project")]
    Account(Box<Failure>),
}

/// A role that its provider did not prove safe to use.
#[derive(Debug)]
pub struct NotProved {
    /// The role.
    pub role: ProviderRoleId,
    /// The identity that it was to stand for.
    pub identity: RoleIdentity,
    /// What the provider said.
    pub failure: Failure,
}
