//! Certificate authorities that a project brings along, and which of their certificates is which node. Must not know
//! how they are described on any wire.

mod add;
mod identities;
mod list;
mod read;
mod remove;

pub use identities::{NewIdentity, identity_id};
pub use read::expiry;
pub(crate) use read::shown;

use domain::external_authority::{AuthorityRefusal, Identity};
use domain::id::{NodeId, ProjectId};

/// What can go wrong with a project's own authorities and their certificates.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExternalAuthorityError {
    /// The project has no such authority.
    #[error("find external certificate authority {id} of project {project}")]
    NotFound {
        /// The project.
        project: ProjectId,
        /// The id as it was given.
        id: String,
    },
    /// What was sent is not one certificate.
    #[error("read the certificate of an authority: {0:?}")]
    Unreadable(CertificateFault),
    /// A rule stands against it.
    #[error("take an external certificate authority: {0:?}")]
    Refused(AuthorityRefusal),
    /// Its key vouches for some project already.
    #[error("take the key of an external certificate authority twice")]
    KeyTaken,
    /// Such certificates are a node already.
    #[error("take {0} for two nodes")]
    IdentityTaken(Identity),
    /// The node has no such identity.
    #[error("find identity {id} of node {node}")]
    IdentityNotFound {
        /// The node.
        node: NodeId,
        /// The id as it was given.
        id: String,
    },
    /// The node has as many as it can have.
    #[error("give node {0} one identity more")]
    TooManyIdentities(NodeId),
}

/// What is wrong with a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CertificateFault {
    /// There is no block of PEM in it that is a certificate.
    NotPem,
    /// There are several.
    Several,
    /// The block holds something else, or more.
    Malformed,
}
