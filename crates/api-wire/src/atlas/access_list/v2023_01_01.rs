//! Entries of a project's IP access list as dated 2023-01-01. It must not know the domain.

use serde::Serialize;

use crate::atlas::links;
use crate::body::{Limits, Object, parse_list};
use crate::fault::Fault;
use crate::paging::Link;
use crate::schema::{DATE_TIME, Field, Kind, OBJECT_ID, Schema, TextRule};
use crate::text_format::{ONE_LINE, parse_date_time};
use crate::wire_time::WireTime;

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NetworkPermissionEntry {
    /// The network.
    pub cidr_block: String,
    /// What people wrote about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// When it goes by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delete_after_date: Option<WireTime>,
    /// The project.
    pub group_id: String,
    /// The address, if it is a single one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ip_address: Option<String>,
    /// Its links.
    pub links: Vec<Link>,
}

/// What a POST says about an entry to be.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct EntryBody {
    /// A group of machines at AWS.
    pub aws_security_group: Option<String>,
    /// A network.
    pub cidr_block: Option<String>,
    /// What people write about it.
    pub comment: Option<String>,
    /// When it goes by itself.
    pub delete_after_date: Option<time::OffsetDateTime>,
    /// A single address.
    pub ip_address: Option<String>,
}

impl EntryBody {
    /// Reads the body of a POST: a bare list of entries.
    /// Errors: every fault of shape, at least one.
    pub fn read_all(bytes: &[u8]) -> Result<Vec<Self>, Vec<Fault>> {
        let items = parse_list(bytes, &CREATE_SCHEMA, Limits::default())?;
        items.into_iter().map(Self::take).collect::<Result<_, _>>().map_err(|fault| vec![fault])
    }

    fn take(mut body: Object) -> Result<Self, Fault> {
        Ok(Self {
            aws_security_group: body.text("awsSecurityGroup")?.value(),
            cidr_block: body.text("cidrBlock")?.value(),
            comment: body.text("comment")?.value(),
            delete_after_date: body.text("deleteAfterDate")?.value().as_deref().and_then(parse_date_time),
            ip_address: body.text("ipAddress")?.value(),
        })
    }
}

/// How an entry stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EntryStatus {
    /// Whether it is on the list.
    #[serde(rename = "STATUS")]
    pub status: &'static str,
}

impl EntryStatus {
    /// It is on the list.
    pub const ACTIVE: Self = Self { status: "ACTIVE" };
}

/// The shape of the body of a POST.
pub static CREATE_SCHEMA: Schema = Schema {
    name: Some("NetworkPermissionEntries"),
    description: "Entries for a project's IP access list.",
    kind: Kind::List { items: &SCHEMA, max: 1000 },
};

/// The shape of an entry, in a POST and in answers.
pub static SCHEMA: Schema = Schema {
    name: Some("NetworkPermissionEntry"),
    description: "An entry of a project's IP access list. It is written down and shown; Atrest gives it to nobody.",
    kind: Kind::Object { fields: FIELDS, open: false },
};

/// The shape of how an entry stands.
pub static STATUS_SCHEMA: Schema = Schema {
    name: Some("NetworkPermissionEntryStatus"),
    description: "How an entry stands: whatever is on the list is active there.",
    kind: Kind::Object { fields: &[Field::required("STATUS", &STATUS, "How it stands.")], open: false },
};

static STATUS: Schema = Schema::inline(Kind::OneOf(&["PENDING", "FAILED", "ACTIVE"]));
/// Which texts are networks is a rule with codes of its own.
static SHORT: Schema = Schema::inline(Kind::Text(TextRule { min: 0, max: 100, format: Some(&ONE_LINE) }));
static COMMENT: Schema = Schema::inline(Kind::Text(TextRule { min: 0, max: 80, format: Some(&ONE_LINE) }));

static FIELDS: &[Field] = &[
    Field::optional("awsSecurityGroup", &SHORT, "Security groups need a peering, which is not offered.").nullable(),
    Field::optional("cidrBlock", &SHORT, "A network: an address, a slash, and how many bits of it count.").nullable(),
    Field::optional("comment", &COMMENT, "What people write about it.").nullable(),
    Field::optional("deleteAfterDate", &DATE_TIME, "When it goes by itself, within a week.").nullable(),
    Field::optional("groupId", &OBJECT_ID, "The project.").read_only(),
    Field::optional("ipAddress", &SHORT, "A single address.").nullable(),
    Field::optional("links", &links::LINKS, links::DESCRIPTION).read_only(),
];

#[cfg(test)]
mod tests {
    use super::EntryBody;

    #[test]
    fn reads_entries() {
        let body = br#"[{"groupId":"x","ipAddress":"203.0.113.7","comment":"me"},{"cidrBlock":"10.0.0.0/8","deleteAfterDate":"2026-08-10T03:04:14Z"}]"#;
        let read = EntryBody::read_all(body).unwrap();
        assert_eq!((read[0].ip_address.as_deref(), read[0].comment.as_deref()), (Some("203.0.113.7"), Some("me")));
        assert!(read[1].delete_after_date.is_some() && read[1].ip_address.is_none());
        let faults = EntryBody::read_all(br#"[{"comment":7,"deleteAfterDate":"soon"},{"x":1}]"#).unwrap_err();
        let paths: Vec<_> = faults.iter().map(|fault| fault.path.as_str()).collect();
        assert_eq!(paths, ["[0].comment", "[0].deleteAfterDate", "[1].x"]);
    }
}
