//! Providers: what a customer key can be asked, and the clouds that answer. One folder per provider,
//! one arm each in `registry.rs`.
//!
//! Must not know the store, the doors, or what is done with an answer: it says what a cloud said, in
//! our reasons and the cloud's words.

pub mod address;
pub mod aws_kms;
pub mod clock;
pub mod operator_health;
pub mod provider;
pub mod registry;

mod flight;

pub use clock::Clock;
pub use operator_health::{OperatorFault, OperatorHealth};
pub use provider::{CustomerKeyVersion, Deadline, Description, KeyProvider, Tokens, WrapContext, WrappedDataKey};
pub use registry::{ConfigFault, Providers, ProvidersConfig, RoleFault};
