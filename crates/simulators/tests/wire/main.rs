//! The simulated clouds over the wire: Amazon's SDK for Rust and hand-made requests as their clients.
//! Files without a prefix are AWS's and the console's.
//! It must not reach into the simulators but through its public API.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may stop at the first surprise"
)]

mod azure_access;
mod azure_connections;
mod azure_console;
mod azure_endpoints;
mod azure_faults;
mod azure_keys;
mod azure_network_rig;
mod azure_persistence;
mod azure_resources;
mod azure_rig;
mod azure_strictness;
mod azure_tokens;
mod console;
mod console_gcp;
mod echo;
mod faults;
mod gcp_checksums;
mod gcp_faults;
mod gcp_grants;
mod gcp_keys;
mod gcp_persistence;
mod gcp_rig;
mod gcp_roles;
mod gcp_strictness;
mod gcp_tokens;
mod keys;
mod persistence;
mod policies;
mod private_doors;
mod rig;
mod roles;
mod signatures;
mod strictness;
mod vpc_endpoints;
