//! Network containers, by dated shape. Must not know the domain.

pub mod v2023_01_01;

use crate::query::QueryParameter;
use crate::schema::{Kind, Schema};

/// The cloud whose containers are listed.
pub static PROVIDER_NAME: QueryParameter = QueryParameter {
    name: "providerName",
    schema: &PROVIDER,
    repeated: false,
    default: Some("AWS"),
    description: "The cloud whose containers are listed.",
};

static PROVIDER: Schema = Schema::inline(Kind::OneOf(&["AWS", "AZURE", "GCP"]));
