//! Alerts: reading them, taking note of them, and bringing them in line with what happened. Must not know how a notice
//! is sent.

mod acknowledge;
mod list;
mod look;
mod notices;
mod standing;

pub use acknowledge::Acknowledging;
pub use list::{AlertPage, AlertView};
