//! Network containers. A file per operation.

pub mod list;
mod to_wire;
pub mod view;
