//! What entries of the registry share: queries, errors, headings, and how a dated shape is put down. It must not hold an
//! entry.

use time::Date;

use crate::atlas::version::ApiVersion;
use crate::operations::VersionEntry;
use crate::paging::{INCLUDE_COUNT, ITEMS_PER_PAGE, PAGE_NUM};
use crate::query::{ENVELOPE, PRETTY, QueryParameter};
use crate::schema::{Kind, Schema};

pub(super) const TAG_ENCRYPTION_AT_REST: &str = "Encryption at Rest using Customer Key Management";
pub(super) const TAG_NODES: &str = "Nodes";

pub(super) static ONE: &[&QueryParameter] = &[&ENVELOPE, &PRETTY];
pub(super) static LIST: &[&QueryParameter] = &[&ENVELOPE, &PRETTY, &INCLUDE_COUNT, &ITEMS_PER_PAGE, &PAGE_NUM];

/// What any call with credentials can run into.
pub(super) const SIGNED_IN: &[u16] = &[400, 401, 403, 406, 429, 500, 503];
/// The same, for a path that names something.
pub(super) const NAMED: &[u16] = &[400, 401, 403, 404, 406, 429, 500, 503];
/// The same, for a change.
pub(super) const WRITE: &[u16] = &[400, 401, 403, 404, 406, 408, 409, 413, 415, 429, 500, 503];
/// The same, for a deletion.
pub(super) const DELETION: &[u16] = &[400, 401, 403, 404, 406, 409, 429, 500, 503];

pub(super) const fn dated(
    version: ApiVersion,
    request: Option<&'static Schema>,
    response: &'static Schema,
) -> VersionEntry {
    VersionEntry { version: Some(version), deprecated: None, sunset: None, request, response, success: None }
}

/// A shape that a newer date has replaced.
pub(super) const fn replaced(entry: VersionEntry, since: Date, until: Date) -> VersionEntry {
    VersionEntry { deprecated: Some(since), sunset: Some(until), ..entry }
}

/// A shape that answers success with a status of its own.
pub(super) const fn answering(entry: VersionEntry, success: u16) -> VersionEntry {
    VersionEntry { success: Some(success), ..entry }
}

pub(super) const fn own(response: &'static Schema) -> VersionEntry {
    VersionEntry { version: None, deprecated: None, sunset: None, request: None, response, success: None }
}

pub(super) const fn own_from(request: &'static Schema, response: &'static Schema) -> VersionEntry {
    VersionEntry { request: Some(request), ..own(response) }
}

/// The answer to a deletion, which says nothing.
pub(super) static NOTHING: Schema = Schema {
    name: Some("Nothing"),
    description: "An object without members.",
    kind: Kind::Object { fields: &[], open: false },
};
