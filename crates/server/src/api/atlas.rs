//! The handlers of the Atlas API, one folder per resource, one file per operation.

pub mod clusters;
pub mod encryption_at_rest;
pub mod event_types;
pub mod events;
pub mod groups;
pub mod orgs;
pub mod private_endpoints;
pub mod snapshots;
pub mod system_status;
