//! Whether a cluster's last change is done, as dated 2023-01-01. It must not know the domain.

use serde::Serialize;

use crate::atlas::links;
use crate::paging::Link;
use crate::schema::{Field, Kind, Schema};

/// How far a cluster's last change is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ClusterStatus {
    /// `PENDING` or `APPLIED`.
    pub change_status: &'static str,
    /// Its links.
    pub links: Vec<Link>,
}

/// The shape of the answer.
pub static SCHEMA: Schema = Schema {
    name: Some("ClusterStatus"),
    description: "How far a cluster's last change is.",
    kind: Kind::Object { fields: FIELDS, open: false },
};

static FIELDS: &[Field] = &[
    Field::required("changeStatus", &STATUS, "Whether the last change is done."),
    Field::required("links", &links::LINKS, links::DESCRIPTION),
];

static STATUS: Schema = Schema::inline(Kind::OneOf(&["PENDING", "APPLIED"]));
