//! Our own additions under `/api/atrest/v1`. It must not know the domain.

pub mod certificate_authorities;
pub mod customer_keys;
pub mod deleted_clusters;
pub mod enrolments;
pub mod grants;
pub mod master_keys;
pub mod nodes;
pub mod rotations;
pub mod snapshots;
pub mod validity;
