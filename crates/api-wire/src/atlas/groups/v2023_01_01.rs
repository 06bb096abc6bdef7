//! A project as dated 2023-01-01. It must not know the domain.

use serde::Serialize;

use crate::atlas::links;
use crate::paging::Link;
use crate::schema::{COUNT, DATE_TIME, Field, Kind, OBJECT_ID, Schema, TEXT};
use crate::wire_time::WireTime;

/// One project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Group {
    /// How many clusters it has.
    pub cluster_count: u64,
    /// When it was made.
    pub created: WireTime,
    /// Its id.
    pub id: String,
    /// Its links.
    pub links: Vec<Link>,
    /// Its name.
    pub name: String,
    /// The organization it belongs to.
    pub org_id: String,
}

/// The shape of a project.
pub static SCHEMA: Schema =
    Schema { name: Some("Group"), description: "A project.", kind: Kind::Object { fields: FIELDS, open: false } };

static FIELDS: &[Field] = &[
    Field::required("clusterCount", &COUNT, "How many clusters the project has."),
    Field::required("created", &DATE_TIME, "When the project was made."),
    Field::required("id", &OBJECT_ID, "The project's id."),
    Field::required("links", &links::LINKS, links::DESCRIPTION),
    Field::required("name", &TEXT, "The project's name."),
    Field::required("orgId", &OBJECT_ID, "The organization the project belongs to."),
];

#[cfg(test)]
mod tests {
    use super::{Group, SCHEMA};
    use crate::body::{Limits, parse};
    use crate::paging::Link;
    use crate::wire_time::WireTime;

    #[test]
    fn writes_a_project() {
        let id = "32b6e34b3d91647abb20e7b8".to_owned();
        let group = Group {
            cluster_count: 0,
            created: WireTime::from_epoch_millis(0),
            id: id.clone(),
            links: vec![Link::to_self("http://h/api/atlas/v2/groups/x")],
            name: "dev".to_owned(),
            org_id: id,
        };
        let text = serde_json::to_string(&group).unwrap();
        assert_eq!(
            text,
            r#"{"clusterCount":0,"created":"1970-01-01T00:00:00Z","id":"32b6e34b3d91647abb20e7b8","links":[{"href":"http://h/api/atlas/v2/groups/x","rel":"self"}],"name":"dev","orgId":"32b6e34b3d91647abb20e7b8"}"#
        );
        parse(text.as_bytes(), &SCHEMA, Limits::default()).unwrap();
    }
}
