//! An organization as dated 2023-01-01. It must not know the domain.

use serde::Serialize;

use crate::atlas::links;
use crate::body::{Limits, parse};
use crate::fault::{Fault, FaultKind};
use crate::paging::Link;
use crate::schema::{FLAG, Field, Kind, OBJECT_ID, Schema, TEXT, TextRule};
use crate::text_format::ONE_LINE;

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
    /// A wish about alerts of the organization, of which there are none.
    pub skip_default_alerts_settings: bool,
}

/// What a PATCH says about an organization.
#[derive(Debug)]
pub struct OrgUpdate {
    /// Its name.
    pub name: String,
    /// A wish.
    pub skip_default_alerts_settings: Option<bool>,
}

impl OrgUpdate {
    /// Reads the body of a PATCH.
    /// Errors: every fault of shape, at least one.
    pub fn read(bytes: &[u8]) -> Result<Self, Vec<Fault>> {
        let mut body = parse(bytes, &UPDATE_SCHEMA, Limits::default())?;
        let name = body.text("name").map_err(|fault| vec![fault])?.value();
        let skip = body.flag("skipDefaultAlertsSettings").map_err(|fault| vec![fault])?.value();
        let name = name.ok_or_else(|| vec![Fault::at("name", FaultKind::Missing)])?;
        Ok(Self { name, skip_default_alerts_settings: skip })
    }
}

/// The shape of the body of a PATCH.
pub static UPDATE_SCHEMA: Schema = Schema {
    name: Some("OrganizationUpdate"),
    description: "What is to change of an organization.",
    kind: Kind::Object { fields: UPDATE_FIELDS, open: false },
};

static UPDATE_FIELDS: &[Field] = &[
    Field::shown("id"),
    Field::shown("isDeleted"),
    Field::shown("links"),
    Field::required("name", &NAME, "The organization's name: letters, digits, spaces and -_.(),:&@+'."),
    Field::optional("skipDefaultAlertsSettings", &FLAG, SKIP).nullable(),
];

const SKIP: &str =
    "Whether the organization goes without the usual alerts about bills. Kept as given; there are no bills.";

/// Which characters there may be is a rule of the domain: no pattern that all clients read can tell letters.
pub(in crate::atlas) static NAME: Schema =
    Schema::inline(Kind::Text(TextRule { min: 1, max: 64, format: Some(&ONE_LINE) }));

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
    Field::required("skipDefaultAlertsSettings", &FLAG, SKIP),
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
            skip_default_alerts_settings: false,
        };
        let text = serde_json::to_string(&org).unwrap();
        assert_eq!(
            text,
            r#"{"id":"32b6e34b3d91647abb20e7b8","isDeleted":false,"links":[],"name":"dev","skipDefaultAlertsSettings":false}"#
        );
        parse(text.as_bytes(), &SCHEMA, Limits::default()).unwrap();
    }
}
