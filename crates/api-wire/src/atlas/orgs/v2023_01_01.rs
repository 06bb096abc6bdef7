//! An organization as dated 2023-01-01. It must not know the domain.

use serde::Serialize;

use crate::atlas::links;
use crate::paging::Link;
use crate::schema::{FLAG, Field, Kind, OBJECT_ID, Schema, TEXT};

/// One organization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Org {
    /// Its id.
    pub id: String,
    /// Whether it was deleted.
    pub is_deleted: bool,
    /// Its links.
    pub links: Vec<Link>,
    /// Its name.
    pub name: String,
}

/// The shape of an organization.
pub static SCHEMA: Schema = Schema {
    name: Some("Organization"),
    description: "An organization.",
    kind: Kind::Object { fields: FIELDS, open: false },
};

static FIELDS: &[Field] = &[
    Field::required("id", &OBJECT_ID, "The organization's id."),
    Field::required("isDeleted", &FLAG, "Whether the organization was deleted."),
    Field::required("links", &links::LINKS, links::DESCRIPTION),
    Field::required("name", &TEXT, "The organization's name."),
];

#[cfg(test)]
mod tests {
    use super::{Org, SCHEMA};
    use crate::body::{Limits, parse};

    #[test]
    fn writes_an_organization() {
        let org = Org {
            id: "32b6e34b3d91647abb20e7b8".to_owned(),
            is_deleted: false,
            links: Vec::new(),
            name: "dev".to_owned(),
        };
        let text = serde_json::to_string(&org).unwrap();
        assert_eq!(text, r#"{"id":"32b6e34b3d91647abb20e7b8","isDeleted":false,"links":[],"name":"dev"}"#);
        parse(text.as_bytes(), &SCHEMA, Limits::default()).unwrap();
    }
}
