//! Our own additions under `/api/atrest/v1`. It must not know the domain.

pub mod certificate_authorities;
pub mod enrolments;
pub mod nodes;
pub mod validity;
