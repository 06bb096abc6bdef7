//! The service and the key that asks, as dated 2023-01-01. It must not know the domain.

use serde::Serialize;

use crate::atlas::links;
use crate::paging::Link;
use crate::schema::{FLAG, Field, Kind, OBJECT_ID, Schema, TEXT};

/// The name the service answers with. Generated clients accept no other.
/// Source: contract.md, the schema's only value.
pub const APP_NAME: &str = "MongoDB Atlas";

/// The service and the key that asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SystemStatus {
    /// The API key that asks; null for a service account.
    pub api_key: Option<ApiKey>,
    /// `APP_NAME`.
    pub app_name: &'static str,
    /// Which build answers.
    pub build: String,
    /// Links into the API.
    pub links: Vec<Link>,
    /// Whether calls are being slowed down.
    pub throttling: bool,
}

/// An API key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ApiKey {
    /// The addresses it may call from; empty means from anywhere.
    pub access_list: Vec<AccessListItem>,
    /// Its id.
    pub id: String,
    /// Its public half.
    pub public_key: String,
    /// What it may do.
    pub roles: Vec<RoleAssignment>,
}

/// One entry of an access list: a network, an address, or both spellings of one address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AccessListItem {
    /// A network.
    pub cidr_block: Option<String>,
    /// An address.
    pub ip_address: Option<String>,
}

/// A role in a project or an organization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RoleAssignment {
    /// The project, for a project role.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_id: Option<String>,
    /// The organization, for an organization role.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub org_id: Option<String>,
    /// The role, as in `GROUP_OWNER`.
    pub role_name: String,
}

/// The shape of the answer.
pub static SCHEMA: Schema = Schema {
    name: Some("SystemStatus"),
    description: "The service and the key that asks.",
    kind: Kind::Object { fields: FIELDS, open: false },
};

static FIELDS: &[Field] = &[
    Field::required("apiKey", &API_KEY, "The API key that asks; null for a service account.").nullable(),
    Field::required("appName", &APP, "The name that clients expect."),
    Field::required("build", &TEXT, "Which build answers."),
    Field::required("links", &links::LINKS, links::DESCRIPTION),
    Field::required("throttling", &FLAG, "Whether calls are being slowed down."),
];

static APP: Schema = Schema::inline(Kind::OneOf(&[APP_NAME]));
static API_KEY: Schema = Schema {
    name: Some("ApiKey"),
    description: "An API key.",
    kind: Kind::Object { fields: API_KEY_FIELDS, open: false },
};
static API_KEY_FIELDS: &[Field] = &[
    Field::required("accessList", &ACCESS_LIST, "The addresses the key may call from; empty means anywhere."),
    Field::required("id", &OBJECT_ID, "The key's id."),
    Field::required("publicKey", &TEXT, "The key's public half."),
    Field::required("roles", &ROLES, "What the key may do."),
];
static ACCESS_LIST: Schema = Schema::inline(Kind::List { items: &ACCESS_LIST_ITEM, max: 10_000 });
static ACCESS_LIST_ITEM: Schema = Schema::inline(Kind::Object { fields: ACCESS_LIST_ITEM_FIELDS, open: false });
static ACCESS_LIST_ITEM_FIELDS: &[Field] = &[
    Field::required("cidrBlock", &TEXT, "A network.").nullable(),
    Field::required("ipAddress", &TEXT, "An address.").nullable(),
];
static ROLES: Schema = Schema::inline(Kind::List { items: &ROLE, max: 10_000 });
static ROLE: Schema = Schema::inline(Kind::Object { fields: ROLE_FIELDS, open: false });
static ROLE_FIELDS: &[Field] = &[
    Field::optional("groupId", &OBJECT_ID, "The project, for a project role."),
    Field::optional("orgId", &OBJECT_ID, "The organization, for an organization role."),
    Field::required("roleName", &TEXT, "The role."),
];

#[cfg(test)]
mod tests {
    use super::{APP_NAME, AccessListItem, ApiKey, RoleAssignment, SCHEMA, SystemStatus};
    use crate::body::{Limits, parse};

    fn check(api_key: Option<ApiKey>, expected: &str) {
        let status =
            SystemStatus { api_key, app_name: APP_NAME, build: "b".to_owned(), links: Vec::new(), throttling: false };
        let text = serde_json::to_string(&status).unwrap();
        assert_eq!(text, expected);
        parse(text.as_bytes(), &SCHEMA, Limits::default()).unwrap();
    }

    #[test]
    fn writes_the_service_and_the_key() {
        check(None, r#"{"apiKey":null,"appName":"MongoDB Atlas","build":"b","links":[],"throttling":false}"#);
        let id = "32b6e34b3d91647abb20e7b8".to_owned();
        let key = ApiKey {
            access_list: vec![AccessListItem { cidr_block: Some("10.0.0.0/8".into()), ip_address: None }],
            id: id.clone(),
            public_key: "abcdefgh".to_owned(),
            roles: vec![RoleAssignment { group_id: None, org_id: Some(id), role_name: "ORG_OWNER".to_owned() }],
        };
        check(
            Some(key),
            r#"{"apiKey":{"accessList":[{"cidrBlock":"10.0.0.0/8","ipAddress":null}],"id":"32b6e34b3d91647abb20e7b8","publicKey":"abcdefgh","roles":[{"orgId":"32b6e34b3d91647abb20e7b8","roleName":"ORG_OWNER"}]},"appName":"MongoDB Atlas","build":"b","links":[],"throttling":false}"#,
        );
    }
}
