//! Private endpoints to key providers: a file per operation.

pub mod create;
pub mod delete;
mod from_wire;
pub mod list;
mod to_wire;
pub mod view;

pub(in crate::api) use to_wire::status;
