//! Organizations.

pub mod list;
mod to_wire;
pub mod view;
