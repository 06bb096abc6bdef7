//! The handlers of the Atlas API, one folder per resource, one file per operation.

pub mod access_list;
pub mod alert_configs;
pub mod alerts;
pub mod api_keys;
pub mod backup_compliance;
pub mod backup_schedules;
pub mod cloud_provider_access;
pub mod cluster_status;
pub mod clusters;
pub mod containers;
pub mod control_plane_addresses;
pub mod encryption_at_rest;
pub mod event_types;
pub mod events;
pub mod flex_clusters;
pub mod groups;
pub mod not_offered;
pub mod orgs;
pub mod private_endpoints;
pub mod process_arguments;
pub mod rate_limits;
mod roles;
pub mod search_deployments;
pub mod service_accounts;
pub mod snapshots;
pub mod system_status;
pub mod teams;
pub mod users;
pub mod webhook_body;

pub(in crate::api) use roles::org_role_names;
