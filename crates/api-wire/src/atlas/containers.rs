//! Network containers, by dated shape. Must not know the domain.

pub mod v2023_01_01;

use crate::query::QueryParameter;

/// The cloud whose containers are listed.
pub static PROVIDER_NAME: QueryParameter = QueryParameter {
    name: "providerName",
    schema: &crate::atlas::cloud_provider_access::PROVIDER_NAME,
    repeated: false,
    default: Some("AWS"),
    description: "The cloud whose containers are listed.",
};
