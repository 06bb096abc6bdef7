//! The handlers of our own additions.

pub mod certificate_authorities;
pub mod enrolments;
pub mod nodes;
pub mod openapi;
pub mod validity;
