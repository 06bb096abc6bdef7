//! Deleted projects that can be brought back: a file per operation.

pub mod bring_back;
pub mod list;
