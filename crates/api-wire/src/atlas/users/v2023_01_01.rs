//! People as dated 2023-01-01. It must not know the domain.

use serde::Serialize;

use crate::atlas::links;
use crate::atlas::roles::{ASSIGNMENTS, RoleAssignment};
use crate::paging::Link;
use crate::schema::{DATE_TIME, Field, Kind, OBJECT_ID, Schema, TEXT};
use crate::wire_time::WireTime;

/// One person.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AppUser {
    /// When we first heard of them.
    pub created_at: WireTime,
    /// Their address.
    pub email_address: String,
    /// Their given name.
    pub first_name: String,
    /// Their id.
    pub id: String,
    /// Their family name.
    pub last_name: String,
    /// Their links.
    pub links: Vec<Link>,
    /// What they may do, as far as the caller can see that.
    pub roles: Vec<RoleAssignment>,
    /// The teams they are in.
    pub team_ids: Vec<String>,
    /// Their address again.
    pub username: String,
}

static IDS: Schema = Schema::inline(Kind::List { items: &OBJECT_ID, max: 1000 });

/// The shape of a person.
pub static SCHEMA: Schema = Schema {
    name: Some("CloudAppUser"),
    description: "A person.",
    kind: Kind::Object {
        fields: &[
            Field::required("createdAt", &DATE_TIME, "When we first heard of them."),
            Field::required("emailAddress", &TEXT, "Their address."),
            Field::required("firstName", &TEXT, "Their given name; empty until they told it."),
            Field::required("id", &OBJECT_ID, "Their id."),
            Field::required("lastName", &TEXT, "Their family name; empty until they told it."),
            Field::required("links", &links::LINKS, links::DESCRIPTION),
            Field::required("roles", &ASSIGNMENTS, "What they may do, as far as the caller can see that."),
            Field::required("teamIds", &IDS, "The teams they are in."),
            Field::required("username", &TEXT, "Their address."),
        ],
        open: false,
    },
};
