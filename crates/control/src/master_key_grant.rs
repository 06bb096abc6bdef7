//! Grants: an owner lets another node read one master key for a while, to restore. Must not know what a node may do
//! with it; that is `domain`'s.

mod create;
mod end;
mod list;

use domain::release_grant::GrantRefusal;

/// What can go wrong with grants. Ids are told as they were given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GrantError {
    /// No such grant of that master key.
    #[error("find grant {0}")]
    NotFound(String),
    /// No such master key in the project.
    #[error("find master key {0}")]
    MasterKeyNotFound(String),
    /// No such node in the project.
    #[error("find node {0}")]
    NodeNotFound(String),
    /// A rule stands against it.
    #[error("let a node read a master key: {0:?}")]
    Refused(GrantRefusal),
}
