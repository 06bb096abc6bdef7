//! How links look in a schema. It must not know where they lead.

use crate::schema::{Field, Kind, Schema, TEXT};

/// The links of an answer.
pub static LINKS: Schema = Schema::inline(Kind::List { items: &LINK, max: 100 });

static LINK: Schema =
    Schema { name: Some("Link"), description: "A web link.", kind: Kind::Object { fields: LINK_FIELDS, open: false } };

static LINK_FIELDS: &[Field] = &[
    Field::required("href", &TEXT, "An absolute address."),
    Field::required("rel", &TEXT, "What the address is to this answer."),
];

/// Completes the description of every `links` field.
pub const DESCRIPTION: &str = "Where this answer, and what belongs to it, is found.";
