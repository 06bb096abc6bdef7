//! The HTTP spelling of both Admin APIs: operations, versions, bodies, queries, errors, OpenAPI.
//!
//! Pure: bytes and values in, bytes and values out. It must not know the domain, a database, a
//! clock, a socket or a web framework; the server translates between this spelling and the domain.

pub mod atlas;
pub mod atrest;
pub mod body;
pub mod error_body;
pub mod fault;
pub mod header;
pub mod openapi;
pub mod operations;
pub mod paging;
pub mod patch;
pub mod presentation;
pub mod query;
pub mod schema;
pub mod secret;
pub mod text_format;
pub mod wire_time;
