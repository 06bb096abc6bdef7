//! The doors: they carry requests to the use cases and answers back, and decide nothing.
//!
//! `api` speaks the Admin API, `kmip` hands keys to nodes, `probes` tells operators how we are. Must not know a table,
//! a cloud or a rule.

pub mod api;
mod entrance;
pub mod kmip;
pub mod probes;
pub mod tls;
