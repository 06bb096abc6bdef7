//! Providers: what a customer key can be asked, and the clouds that answer. One folder per provider,
//! one arm each in `registry.rs`.
//!
//! Must not know the store, the doors, or what is done with an answer: it says what a cloud said, in
//! our reasons and the cloud's words.

pub mod address;
pub mod aws_kms;
pub mod azure_key_vault;
pub mod clock;
pub mod gcp_kms;
pub mod operator_health;
pub mod private_endpoint;
pub mod provider;
pub mod registry;

mod endpoint;
mod flight;
mod pin;
mod refused;
mod resolver;
mod session;
#[cfg(test)]
mod stub;
mod transport;
mod trusted_roots;

pub use clock::Clock;
pub use operator_health::{OperatorFault, OperatorHealth};
pub use private_endpoint::{Asked, AwsPlace, AzurePlace, EndpointTrouble, Found, Seen, Wanted};
pub use provider::{Candidate, Deadline, Description, KeyProvider, Tokens, WrapContext};
pub use registry::{ConfigFault, Providers, ProvidersConfig, RoleFault};
pub use trusted_roots::TrustedRoots;
