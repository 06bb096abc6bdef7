//! The commands over real sockets: what is sent, what comes out on which stream, what the exit code is. The server is a
//! few lines that answer as a test says; the real one is asked by `interop/cli.py`. Knows the crate from outside.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::as_conversions)]
// reason: a test may stop at the first surprise.

mod api;
mod credentials;
mod everyday;
mod profiles;
mod server;
mod terminal;
mod watch;
