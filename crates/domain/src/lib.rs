//! The nouns of Atrest and their rules.
//!
//! Everything here is a value or a pure function over values. This room knows no I/O, no async
//! runtime, no clock, no serialisation and no SQL; time and randomness come in as parameters.

pub mod access;
pub mod alert;
pub mod api_key;
pub mod backup;
pub mod certificate_authority;
pub mod cluster;
pub mod customer_key;
pub mod event;
pub mod external_authority;
pub mod id;
pub mod master_key;
pub mod node;
pub mod notice;
pub mod organization;
pub mod private_endpoint;
pub mod project;
pub mod provider_role;
pub mod recipient;
pub mod release;
pub mod release_grant;
pub mod rotation;
pub mod search_deployment;
pub mod secret;
pub mod service_account;
pub mod snapshot;
pub mod team;
pub mod time;
pub mod user;
pub mod validity;
pub mod violation;
mod words;

/// Says that something which cannot happen did; carries what was believed.
#[derive(Debug, thiserror::Error)]
#[error("bug: {0}")]
pub struct Bug(pub &'static str);
