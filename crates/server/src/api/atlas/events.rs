//! A project's events.

mod from_wire;
pub mod list;
mod to_wire;
pub mod view;
