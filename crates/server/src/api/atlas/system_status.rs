//! The service itself and the key that asks.

pub mod view;
