//! Projects, which the API calls groups. It must not know the domain.

pub mod ip_addresses;
pub mod limits;
pub mod mongo_db_versions;
pub mod settings;
pub mod v2023_01_01;

use crate::query::QueryParameter;
use crate::schema::{Kind, OBJECT_ID, Schema, TextRule};
use crate::text_format::ONE_LINE;

/// Names the person who is to own a new project beside the caller.
pub static PROJECT_OWNER_ID: QueryParameter = QueryParameter {
    name: "projectOwnerId",
    schema: &OBJECT_ID,
    repeated: false,
    default: None,
    description: "Accepted and ignored: the API key or service account that creates a project owns it.",
};

/// Asks for those alone whose names begin so.
pub static NAME: QueryParameter = QueryParameter {
    name: "name",
    schema: &NAME_TEXT,
    repeated: false,
    default: None,
    description: "Lists only what has a name that begins so; whether letters are capital does not count.",
};

static NAME_TEXT: Schema = Schema::inline(Kind::Text(TextRule { min: 0, max: 64, format: Some(&ONE_LINE) }));
