//! The organization: owner of projects, API keys and service accounts.

use crate::id::OrgId;
use crate::time::Timestamp;

/// An organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organization {
    /// Its id.
    pub id: OrgId,
    /// Its name, as people gave it.
    pub name: String,
    /// When it was created.
    pub created_at: Timestamp,
}
