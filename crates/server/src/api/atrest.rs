//! The handlers of our own additions.

pub mod openapi;
pub mod validity;
