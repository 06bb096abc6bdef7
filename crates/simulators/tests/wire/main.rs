//! The simulated AWS over the wire: Amazon's SDK for Rust and hand-made requests as its clients.
//! It must not reach into the simulator but through its public API.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may stop at the first surprise"
)]

mod console;
mod echo;
mod faults;
mod keys;
mod persistence;
mod policies;
mod rig;
mod roles;
mod signatures;
mod strictness;
