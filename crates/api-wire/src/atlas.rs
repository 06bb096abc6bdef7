//! The Atlas Admin API v2 as far as we speak it: one folder per resource, one file per dated
//! shape. It must not know the domain.

pub mod access_list;
pub mod api_keys;
pub mod backup_compliance;
pub mod backup_policy;
pub mod backup_schedules;
pub mod cloud_provider_access;
pub mod cluster_configurations;
pub mod cluster_details;
pub mod cluster_status;
pub mod clusters;
pub mod containers;
pub mod control_plane_addresses;
pub mod encryption_at_rest;
pub mod event_types;
pub mod events;
pub mod flex_clusters;
pub mod groups;
pub mod links;
pub mod not_offered;
pub mod orgs;
pub mod private_endpoints;
pub mod process_arguments;
pub mod provider_regions;
pub mod rate_limits;
pub mod regions;
pub mod roles;
pub mod search_deployments;
pub mod serverless_instances;
pub mod service_accounts;
pub mod snapshots;
pub mod system_status;
pub mod teams;
pub mod users;
pub mod version;
