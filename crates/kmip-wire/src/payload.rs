//! What each operation asks and answers: one file per operation, each with `Request` and
//! `Response`. They must not know who carries the operation out.

pub mod activate;
pub mod add_attribute;
pub mod check;
pub mod create;
pub mod decrypt;
pub mod delete_attribute;
pub mod destroy;
pub mod discover_versions;
pub mod encrypt;
pub mod get;
pub mod get_attribute_list;
pub mod get_attributes;
pub mod locate;
pub mod modify_attribute;
pub mod query;
pub mod register;
pub mod revoke;
