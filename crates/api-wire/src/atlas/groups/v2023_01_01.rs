//! A project as dated 2023-01-01. It must not know the domain.

use serde::Serialize;

use crate::atlas::clusters::v2024_08_05::parts::TAG_TEXT;
use crate::atlas::links;
use crate::body::{Limits, Object, parse};
use crate::fault::{Fault, FaultKind};
use crate::paging::Link;
use crate::patch::Patch;
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
    /// The regions it may use, if its creator named them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region_usage_restrictions: Option<&'static str>,
    /// Its marks.
    pub tags: Vec<Tag>,
    /// Whether it was made with the usual alert configurations.
    pub with_default_alerts_settings: bool,
}

/// A mark.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tag {
    /// Its key.
    pub key: String,
    /// Its value.
    pub value: String,
}

/// What a POST says about a project to be.
#[derive(Debug)]
pub struct GroupCreate {
    /// Its name.
    pub name: String,
    /// The organization it is to belong to.
    pub org_id: String,
    /// Whether it names the regions it may use.
    pub names_regions: bool,
    /// Its marks.
    pub tags: Vec<Tag>,
    /// Whether it gets the usual alert configurations.
    pub with_default_alerts_settings: bool,
}

impl GroupCreate {
    /// Reads the body of a POST.
    /// Errors: every fault of shape, at least one.
    pub fn read(bytes: &[u8]) -> Result<Self, Vec<Fault>> {
        let mut body = parse(bytes, &CREATE_SCHEMA, Limits::default())?;
        Self::take(&mut body).map_err(|fault| vec![fault])
    }

    fn take(body: &mut Object) -> Result<Self, Fault> {
        let mut text = |name| body.text(name)?.value().ok_or_else(|| Fault::at(name, FaultKind::Missing));
        let (name, org_id) = (text("name")?, text("orgId")?);
        Ok(Self {
            name,
            org_id,
            names_regions: body.text("regionUsageRestrictions")?.value().is_some(),
            tags: tags(body)?.value().unwrap_or_default(),
            with_default_alerts_settings: body.flag("withDefaultAlertsSettings")?.value().unwrap_or(true),
        })
    }
}

/// What a PATCH says about a project.
#[derive(Debug)]
pub struct GroupUpdate {
    /// Another name.
    pub name: Patch<String>,
    /// Other marks, all of them.
    pub tags: Patch<Vec<Tag>>,
    /// Whether the usual alert configurations are wanted.
    pub with_default_alerts_settings: Patch<bool>,
}

impl GroupUpdate {
    /// Reads the body of a PATCH.
    /// Errors: every fault of shape, at least one.
    pub fn read(bytes: &[u8]) -> Result<Self, Vec<Fault>> {
        let mut body = parse(bytes, &UPDATE_SCHEMA, Limits::default())?;
        Self::take(&mut body).map_err(|fault| vec![fault])
    }

    fn take(body: &mut Object) -> Result<Self, Fault> {
        Ok(Self {
            name: body.text("name")?,
            tags: tags(body)?,
            with_default_alerts_settings: body.flag("withDefaultAlertsSettings")?,
        })
    }
}

fn tags(body: &mut Object) -> Result<Patch<Vec<Tag>>, Fault> {
    let one = |mut tag: Object| {
        let mut text = |name| tag.text(name)?.value().ok_or_else(|| Fault::at(name, FaultKind::Missing));
        Ok(Tag { key: text("key")?, value: text("value")? })
    };
    body.many("tags", one)
}

/// The shape of the body of a POST.
pub static CREATE_SCHEMA: Schema = Schema {
    name: Some("GroupCreate"),
    description: "A project to be.",
    kind: Kind::Object { fields: CREATE_FIELDS, open: false },
};

static CREATE_FIELDS: &[Field] = &[
    Field::shown("clusterCount"),
    Field::shown("created"),
    Field::shown("id"),
    Field::shown("links"),
    Field::required("name", &NAME, "The project's name: letters, digits, spaces and -_.(),:&@+'."),
    Field::required("orgId", &OBJECT_ID, "The organization it is to belong to."),
    Field::optional("regionUsageRestrictions", &REGIONS, "The regions it may use; all there are.").nullable(),
    Field::optional("tags", &TAGS, TAGS_ARE).nullable(),
    Field::optional("withDefaultAlertsSettings", &FLAG, ALERTS_ARE).nullable(),
];

/// The shape of the body of a PATCH.
pub static UPDATE_SCHEMA: Schema = Schema {
    name: Some("GroupUpdate"),
    description: "What is to change of a project. What is left out stays.",
    kind: Kind::Object {
        fields: &[
            Field::optional("name", &NAME, "Another name.").nullable(),
            Field::optional("tags", &TAGS, TAGS_ARE).nullable(),
            Field::optional("withDefaultAlertsSettings", &FLAG, ALERTS_ARE).nullable(),
        ],
        open: false,
    },
};

const TAGS_ARE: &str = "The project's marks, all of them; each key once.";
const ALERTS_ARE: &str = "Whether a new project gets the usual alert configurations. Kept as given.";

/// Which characters there may be is a rule of the domain: no pattern that all clients read can tell letters.
static NAME: Schema = Schema::inline(Kind::Text(TextRule { min: 1, max: 64, format: Some(&ONE_LINE) }));
static REGIONS: Schema = Schema::inline(Kind::OneOf(&[REGION_USAGE]));
static TAGS: Schema = Schema::inline(Kind::List { items: &TAG, max: 50 });
static TAG: Schema = Schema {
    name: Some("ResourceTag"),
    description: "A mark.",
    kind: Kind::Object {
        fields: &[
            Field::required("key", &TAG_TEXT, "The mark's key."),
            Field::required("value", &TAG_TEXT, "The mark's value."),
        ],
        open: false,
    },
};
/// The only word for regions: all that there are.
pub const REGION_USAGE: &str = "COMMERCIAL_FEDRAMP_REGIONS_ONLY";

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
    Field::optional("regionUsageRestrictions", &REGIONS, "The regions it may use, if its creator named them."),
    Field::required("tags", &TAGS, "The project's marks."),
    Field::required("withDefaultAlertsSettings", &FLAG, "Whether it was made with the usual alert configurations."),
];

#[cfg(test)]
mod tests {
    use super::{Group, GroupCreate, GroupUpdate, SCHEMA, Tag};
    use crate::body::{Limits, parse};
    use crate::paging::Link;
    use crate::patch::Patch;
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
            paths(r#"{"name":"","orgId":"x","tags":[{"key":""}],"regionUsageRestrictions":"GOV_REGIONS_ONLY","x":1}"#),
            ["name", "orgId", "tags[0].key", "tags[0].value", "regionUsageRestrictions", "x"]
        );
    }

    #[test]
    fn reads_a_change_of_a_project() {
        let change = GroupUpdate::read(br#"{"name":"new","tags":[{"key":"a","value":"b"}]}"#).unwrap();
        assert_eq!((change.name, change.tags.value().unwrap().len()), (Patch::Value("new".to_owned()), 1));
        assert!(change.with_default_alerts_settings.is_absent());
        assert_eq!(GroupUpdate::read(br#"{"orgId":"x"}"#).unwrap_err()[0].path, "orgId");
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
            region_usage_restrictions: None,
            tags: vec![Tag { key: "a".to_owned(), value: "b".to_owned() }],
            with_default_alerts_settings: true,
        };
        let text = serde_json::to_string(&group).unwrap();
        assert_eq!(
            text,
            r#"{"clusterCount":0,"created":"1970-01-01T00:00:00Z","id":"32b6e34b3d91647abb20e7b8","links":[{"href":"http://h/api/atlas/v2/groups/x","rel":"self"}],"name":"dev","orgId":"32b6e34b3d91647abb20e7b8","tags":[{"key":"a","value":"b"}],"withDefaultAlertsSettings":true}"#
        );
        parse(text.as_bytes(), &SCHEMA, Limits::default()).unwrap();
    }
}
