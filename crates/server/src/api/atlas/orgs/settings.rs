//! `/orgs/{orgId}/settings`.

pub mod update;
pub mod view;
