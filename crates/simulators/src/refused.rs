//! Why the customer's act on a simulated cloud was not made. It must not know any cloud.

use crate::Error;

/// Why a change was not made.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// There is no such thing to act on.
    #[error("{0}")]
    NotFound(String),
    /// Its state does not allow it.
    #[error("{0}")]
    State(String),
    /// It could not be saved.
    #[error("save the change")]
    Save(#[source] Error),
}
