//! Rotations and the customer keys that a project has had: reading how far a re-wrapping is, which customer key still
//! protects what, and whether it may be disabled (product.md 4.4). When it is time to
//! re-wrap is a reconciler's matter.

mod customer_keys;
mod list;
pub(crate) mod rewrap;

pub use customer_keys::CustomerKeyView;
pub use list::{RotationPage, RotationView};
