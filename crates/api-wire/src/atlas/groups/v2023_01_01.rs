//! A project as dated 2023-01-01. It must not know the domain.

use serde::Serialize;

use crate::atlas::links;
use crate::body::{Limits, parse};
use crate::fault::{Fault, FaultKind};
use crate::paging::Link;
use crate::schema::{COUNT, DATE_TIME, FLAG, Field, Kind, OBJECT_ID, Schema, TEXT, TextRule};
use crate::text_format::ONE_LINE;
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

/// What a POST says about a project to be.
#[derive(Debug)]
pub struct GroupCreate {
    /// Its name.
    pub name: String,
    /// The organization it is to belong to.
    pub org_id: String,
}

impl GroupCreate {
    /// Reads the body of a POST.
    /// Errors: every fault of shape, at least one.
    pub fn read(bytes: &[u8]) -> Result<Self, Vec<Fault>> {
        let mut body = parse(bytes, &CREATE_SCHEMA, Limits::default())?;
        let mut text = |name| match body.text(name) {
            Ok(text) => text.value().ok_or_else(|| vec![Fault::at(name, FaultKind::Missing)]),
            Err(fault) => Err(vec![fault]),
        };
        Ok(Self { name: text("name")?, org_id: text("orgId")? })
    }
}

/// The shape of the body of a POST.
pub static CREATE_SCHEMA: Schema = Schema {
    name: Some("GroupCreate"),
    description: "A project to be.",
    kind: Kind::Object { fields: CREATE_FIELDS, open: false },
};

const SHOWN: &str = "Shown in answers; accepted and ignored here.";

static CREATE_FIELDS: &[Field] = &[
    Field::optional("clusterCount", &COUNT, SHOWN).nullable().read_only(),
    Field::optional("created", &DATE_TIME, SHOWN).nullable().read_only(),
    Field::optional("id", &OBJECT_ID, SHOWN).nullable().read_only(),
    Field::optional("links", &links::LINKS, SHOWN).nullable().read_only(),
    Field::required("name", &NAME, "The project's name: letters, digits, spaces and -_.(),:&@+'."),
    Field::required("orgId", &OBJECT_ID, "The organization it is to belong to."),
    Field::optional("regionUsageRestrictions", &REGIONS, "The regions it may use; all there are.").nullable(),
    Field::optional("tags", &NO_TAGS, "Projects carry no marks here.").nullable(),
    Field::optional("withDefaultAlertsSettings", &FLAG, "Accepted; every project has the same alerts.").nullable(),
];

/// Which characters there may be is a rule of the domain: no pattern that all clients read can tell letters.
static NAME: Schema = Schema::inline(Kind::Text(TextRule { min: 1, max: 64, format: Some(&ONE_LINE) }));
static REGIONS: Schema = Schema::inline(Kind::OneOf(&["COMMERCIAL_FEDRAMP_REGIONS_ONLY"]));
static NO_TAGS: Schema = Schema::inline(Kind::List { items: &TEXT, max: 0 });

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
    use super::{Group, GroupCreate, SCHEMA};
    use crate::body::{Limits, parse};
    use crate::paging::Link;
    use crate::wire_time::WireTime;

    #[test]
    fn reads_a_project_to_be() {
        let body = r#"{"name":"dev","orgId":"32b6e34b3d91647abb20e7b8","created":null,"tags":[],"withDefaultAlertsSettings":true}"#;
        let found = GroupCreate::read(body.as_bytes()).unwrap();
        assert_eq!((found.name.as_str(), found.org_id.as_str()), ("dev", "32b6e34b3d91647abb20e7b8"));
        let paths = |body: &str| {
            let faults = GroupCreate::read(body.as_bytes()).unwrap_err();
            faults.into_iter().map(|fault| fault.path).collect::<Vec<_>>()
        };
        assert_eq!(paths("{}"), ["name", "orgId"]);
        assert_eq!(
            paths(
                r#"{"name":"","orgId":"x","tags":[{"key":"a","value":"b"}],"regionUsageRestrictions":"GOV_REGIONS_ONLY","x":1}"#
            ),
            ["name", "orgId", "tags", "regionUsageRestrictions", "x"]
        );
    }

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
