//! What we say of people beyond what Atlas does: who was shut out, and the way in by a token. It must not know the
//! domain.

use serde::Serialize;

use crate::atlas::roles::ORG_ROLES;
use crate::body::{Limits, Object, allowed, needed, parse};
use crate::fault::Fault;
use crate::schema::{DATE_TIME, Field, Kind, OBJECT_ID, Schema, TEXT, TextRule};
use crate::secret::WireSecret;
use crate::text_format::ONE_LINE;
use crate::wire_time::WireTime;

/// One person and their standing.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UserStanding {
    /// When we first heard of them.
    pub created_at: WireTime,
    /// Their id.
    pub id: String,
    /// Until when they can accept, for one who was invited.
    pub invitation_expires_at: Option<WireTime>,
    /// The names of their roles in the organization.
    pub org_roles: Vec<String>,
    /// Their standing.
    pub state: &'static str,
    /// Their address.
    pub username: String,
}

/// What a person sends who has a token.
#[derive(Debug)]
pub struct Acceptance {
    /// The token.
    pub token: WireSecret,
    /// The password they chose.
    pub password: WireSecret,
    /// Their given name.
    pub first_name: Option<String>,
    /// Their family name.
    pub last_name: Option<String>,
}

impl Acceptance {
    /// Reads the body of a POST.
    /// Errors: every fault of shape, at least one.
    pub fn read(bytes: &[u8]) -> Result<Self, Vec<Fault>> {
        let mut body = parse(bytes, &ACCEPTANCE, Limits::default())?;
        Ok(Self {
            token: needed(&mut body, "token", Object::secret)?,
            password: needed(&mut body, "password", Object::secret)?,
            first_name: allowed(&mut body, "firstName", Object::text)?,
            last_name: allowed(&mut body, "lastName", Object::text)?,
        })
    }
}

static NAME: Schema = Schema::inline(Kind::Text(TextRule { min: 1, max: 100, format: Some(&ONE_LINE) }));
static TOKEN: Schema = Schema::inline(Kind::Text(TextRule { min: 1, max: 200, format: None }));
static PASSWORD: Schema = Schema::inline(Kind::Text(TextRule { min: 12, max: 1000, format: None }));
static STATE: Schema = Schema::inline(Kind::OneOf(&["PENDING", "INVITATION_EXPIRED", "ACTIVE", "DISABLED"]));

/// The shape of what a person sends who has a token.
pub static ACCEPTANCE: Schema = Schema {
    name: Some("AtrestInvitationAcceptance"),
    description: "A token from a letter, and the password that its receiver chose.",
    kind: Kind::Object {
        fields: &[
            Field::optional("firstName", &NAME, "The given name.").nullable(),
            Field::optional("lastName", &NAME, "The family name.").nullable(),
            Field::required("password", &PASSWORD, "The password: 12 to 1000 characters.").write_only(),
            Field::required("token", &TOKEN, "The token.").write_only(),
        ],
        open: false,
    },
};

/// The shape of a person and their standing.
pub static SCHEMA: Schema = Schema {
    name: Some("AtrestUser"),
    description: "A person of the organization, and their standing.",
    kind: Kind::Object {
        fields: &[
            Field::required("createdAt", &DATE_TIME, "When we first heard of them."),
            Field::required("id", &OBJECT_ID, "Their id."),
            Field::required("invitationExpiresAt", &DATE_TIME, "Until when they can accept, or null.").nullable(),
            Field::required("orgRoles", &ORG_ROLES, "Their roles in the organization."),
            Field::required("state", &STATE, "Their standing."),
            Field::required("username", &TEXT, "Their address."),
        ],
        open: false,
    },
};
