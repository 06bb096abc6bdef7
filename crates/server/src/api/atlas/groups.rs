//! `/groups`.

pub mod by_name;
pub mod create;
pub mod delete;
mod from_wire;
pub mod ip_addresses;
pub mod limits;
pub mod list;
pub mod managed_slow_ms;
pub mod mongo_db_versions;
pub mod settings;
pub(in crate::api) mod to_wire;
pub mod update;
pub mod view;
