//! The handlers of our own additions.

pub mod certificate_authorities;
pub mod customer_keys;
pub mod deleted_clusters;
pub mod deleted_projects;
pub mod encryption_at_rest_check;
pub mod enrolments;
pub mod external_certificate_authorities;
pub mod grants;
pub mod groups;
pub mod master_keys;
pub mod networking;
pub mod node_certificates;
pub mod node_identities;
pub mod nodes;
pub mod openapi;
pub mod rotations;
pub mod setup_kit;
pub mod snapshots;
pub mod users;
pub mod validity;
