//! Cloud provider access: a file per operation.

pub mod authorize;
pub mod create;
pub mod delete;
mod from_wire;
pub mod list;
mod to_wire;
pub mod view;

pub(in crate::api) use from_wire::named_provider;
