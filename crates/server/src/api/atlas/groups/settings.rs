//! `/groups/{groupId}/settings`.

pub mod update;
pub mod view;
