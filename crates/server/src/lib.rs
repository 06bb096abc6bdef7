//! The doors: they carry requests to the use cases and answers back, and decide nothing.
//!
//! `api` speaks the Admin API, `probes` tells operators how we are. Must not know a table, a cloud or
//! a rule.

pub mod api;
pub mod probes;
pub mod tls;
