//! One suite for every provider, run on every cloud we can get hold of. What a cloud cannot do is told
//! as data and still run: it has to fail as told, so that the list cannot outlive its reasons.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test stops at the first surprise and prints what it did"
)]

mod aws;
mod azure;
mod azure_network;
mod canary;
mod cloud;
mod gcp;
mod ministack;
mod simulator;
mod suite;
