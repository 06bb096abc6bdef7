//! The regions and sizes that a cluster can have. It must not know which of them anybody uses.

pub mod v2023_01_01;

use crate::query::QueryParameter;
use crate::schema::{Kind, Schema, TextRule};
use crate::text_format::UPPER_WORD;

/// Asks for some clouds only.
pub static PROVIDERS: QueryParameter = QueryParameter {
    name: "providers",
    schema: &crate::atlas::cloud_provider_access::PROVIDER_NAME,
    repeated: true,
    default: None,
    description: "The clouds to list; all of them if none is named.",
};

/// Asks for one size only.
pub static TIER: QueryParameter = QueryParameter {
    name: "tier",
    schema: &SIZE,
    repeated: false,
    default: None,
    description: "The size to list; all of them if none is named.",
};
static SIZE: Schema = Schema::inline(Kind::Text(TextRule { min: 1, max: 64, format: Some(&UPPER_WORD) }));
