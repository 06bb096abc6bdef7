//! Whole messages: golden bytes of real clients, there and back for every payload, and broken bytes.
//! A test may stop at the first surprise, so unwrapping is allowed here.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::as_conversions)]

mod broken;
mod clients;
mod headers;
mod peer;
mod requests;
mod responses;
mod vectors;
mod versions;
