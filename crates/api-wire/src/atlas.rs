//! The Atlas Admin API v2 as far as we speak it: one folder per resource, one file per dated
//! shape. It must not know the domain.

pub mod clusters;
pub mod encryption_at_rest;
pub mod event_types;
pub mod events;
pub mod groups;
pub mod links;
pub mod orgs;
pub mod private_endpoints;
pub mod regions;
pub mod snapshots;
pub mod system_status;
pub mod version;
