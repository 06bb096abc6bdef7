//! Alerts: a file per operation.

pub mod acknowledge;
pub mod configs;
mod from_wire;
pub mod list;
pub mod of_config;
mod to_wire;
pub mod view;
