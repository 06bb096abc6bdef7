//! Flex clusters: there are none, and clients that look for one are told by the codes they know. A file per kind of
//! question.

pub mod create;
pub mod list;
pub mod view;
