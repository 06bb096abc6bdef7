//! Projects, which the API calls groups. It must not know the domain.

pub mod v2023_01_01;

use crate::query::QueryParameter;
use crate::schema::OBJECT_ID;

/// Names the person who is to own a new project beside the caller.
pub static PROJECT_OWNER_ID: QueryParameter = QueryParameter {
    name: "projectOwnerId",
    schema: &OBJECT_ID,
    repeated: false,
    default: None,
    description: "Accepted and ignored: the API key or service account that creates a project owns it.",
};
