//! A project's customer keys on the wire, in each dated shape. It must not know which change is
//! allowed.

pub mod google_key_file;
pub mod v2023_01_01;
