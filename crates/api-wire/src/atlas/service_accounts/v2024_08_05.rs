//! Service accounts and their secrets as dated 2024-08-05. It must not know the domain.

use serde::Serialize;

use crate::atlas::api_keys::v2023_01_01::{ADDRESS_TEXT, NETWORK_TEXT};
use crate::atlas::roles::{GROUP_ROLES, ORG_ROLES, SOME_GROUP_ROLES, SOME_ORG_ROLES};
use crate::body::{Limits, Object, allowed, needed, parse};
use crate::fault::Fault;
use crate::schema::{DATE_TIME, FLAG, Field, Kind, OBJECT_ID, Schema, TEXT, TextRule};
use crate::text_format::ONE_LINE;
use crate::wire_time::WireTime;

/// How a secret is shown that is not shown. Source: contract.md 7.2.
pub const MASK: &str = "mdb_sa_sk_...";

/// One service account.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ServiceAccount {
    /// Its client id.
    pub client_id: String,
    /// When it was created.
    pub created_at: WireTime,
    /// What it is for.
    pub description: String,
    /// What people call it.
    pub name: String,
    /// The names of its roles, in the organization or in the project.
    pub roles: Vec<String>,
    /// Its secrets.
    pub secrets: Vec<Secret>,
    /// Whether it is ours and not the customer's: never here. Source: clients.md 1.6.
    pub system_managed: bool,
}

/// One secret.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Secret {
    /// When it was created.
    pub created_at: WireTime,
    /// When it stops working.
    pub expires_at: WireTime,
    /// Its id.
    pub id: String,
    /// When a token was last asked for with it.
    pub last_used_at: Option<WireTime>,
    /// How it is shown where it is not shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub masked_secret_value: Option<String>,
    /// The secret, in the one answer that shows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<Shown>,
}

/// A secret on its way out. It cannot be printed.
#[derive(Clone, Serialize)]
#[serde(transparent)]
pub struct Shown(pub String);

impl std::fmt::Debug for Shown {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Shown(..)")
    }
}

/// A project in which a service account has roles.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AccountGroup {
    /// The project.
    pub group_id: String,
    /// The names of its roles there.
    pub roles: Vec<String>,
}

/// One network that a service account may come from.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AccessListEntry {
    /// The network.
    pub cidr_block: String,
    /// When it was added.
    pub created_at: WireTime,
    /// The address, if the network is a single one.
    pub ip_address: Option<String>,
}

/// A service account to be.
#[derive(Debug, PartialEq, Eq)]
pub struct AccountCreate {
    /// What people call it.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// The names of its roles.
    pub roles: Vec<String>,
    /// How long its first secret lasts.
    /// Unit: hours.
    pub secret_expires_after_hours: i64,
}

impl AccountCreate {
    /// Reads the body of a POST. `schema` says which kind of roles.
    /// Errors: every fault of shape, at least one.
    pub fn read(bytes: &[u8], schema: &'static Schema) -> Result<Self, Vec<Fault>> {
        let mut body = parse(bytes, schema, Limits::default())?;
        Ok(Self {
            name: needed(&mut body, "name", Object::text)?,
            description: needed(&mut body, "description", Object::text)?,
            roles: needed(&mut body, "roles", Object::texts)?,
            secret_expires_after_hours: needed(&mut body, "secretExpiresAfterHours", Object::integer)?,
        })
    }
}

/// A change of a service account.
#[derive(Debug, PartialEq, Eq)]
pub struct AccountUpdate {
    /// What people call it.
    pub name: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// The names of its roles.
    pub roles: Option<Vec<String>>,
}

impl AccountUpdate {
    /// Reads the body of a PATCH. `schema` says which kind of roles.
    /// Errors: every fault of shape, at least one.
    pub fn read(bytes: &[u8], schema: &'static Schema) -> Result<Self, Vec<Fault>> {
        let mut body = parse(bytes, schema, Limits::default())?;
        Ok(Self {
            name: allowed(&mut body, "name", Object::text)?,
            description: allowed(&mut body, "description", Object::text)?,
            roles: allowed(&mut body, "roles", Object::texts)?,
        })
    }
}

/// Reads how long a new secret lasts.
/// Unit: hours.
/// Errors: every fault of shape, at least one.
pub fn read_secret_hours(bytes: &[u8]) -> Result<i64, Vec<Fault>> {
    needed(&mut parse(bytes, &SECRET_CREATE, Limits::default())?, "secretExpiresAfterHours", Object::integer)
}

/// Reads the roles that a service account is to have in a project.
/// Errors: every fault of shape, at least one.
pub fn read_invitation(bytes: &[u8]) -> Result<Vec<String>, Vec<Fault>> {
    needed(&mut parse(bytes, &INVITE, Limits::default())?, "roles", Object::texts)
}

static NAME: Schema = Schema::inline(Kind::Text(TextRule { min: 1, max: 64, format: Some(&ONE_LINE) }));
static DESCRIPTION: Schema = Schema::inline(Kind::Text(TextRule { min: 1, max: 250, format: Some(&ONE_LINE) }));
static HOURS: Schema = Schema::inline(Kind::Integer { min: 1, max: 2_147_483_647 });

const NAME_WORDS: &str = "What people call the account.";
const DESCRIPTION_WORDS: &str = "What the account is for.";
const ORG_ROLES_WORDS: &str = "Its roles in the organization.";
const GROUP_ROLES_WORDS: &str = "Its roles in the project.";
const HOURS_WORDS: &str = "How many hours the secret lasts: 8, up to what the organization's settings allow.";
/// The shape of an organization's service account to be.
pub static ORG_CREATE: Schema = Schema {
    name: Some("OrgServiceAccountRequest"),
    description: "A service account to be.",
    kind: Kind::Object {
        fields: &[
            Field::required("description", &DESCRIPTION, DESCRIPTION_WORDS),
            Field::required("name", &NAME, NAME_WORDS),
            Field::required("roles", &SOME_ORG_ROLES, ORG_ROLES_WORDS),
            Field::required("secretExpiresAfterHours", &HOURS, HOURS_WORDS),
        ],
        open: false,
    },
};

/// The shape of a change of an organization's service account.
pub static ORG_UPDATE: Schema = Schema {
    name: Some("OrgServiceAccountUpdateRequest"),
    description: "A change of a service account. What it does not mention stays.",
    kind: Kind::Object {
        fields: &[
            Field::optional("description", &DESCRIPTION, DESCRIPTION_WORDS).nullable(),
            Field::optional("name", &NAME, NAME_WORDS).nullable(),
            Field::optional("roles", &ORG_ROLES, ORG_ROLES_WORDS).nullable(),
        ],
        open: false,
    },
};

/// The shape of a project's service account to be.
pub static GROUP_CREATE: Schema = Schema {
    name: Some("GroupServiceAccountRequest"),
    description: "A service account to be, with roles in one project.",
    kind: Kind::Object {
        fields: &[
            Field::required("description", &DESCRIPTION, DESCRIPTION_WORDS),
            Field::required("name", &NAME, NAME_WORDS),
            Field::required("roles", &SOME_GROUP_ROLES, GROUP_ROLES_WORDS),
            Field::required("secretExpiresAfterHours", &HOURS, HOURS_WORDS),
        ],
        open: false,
    },
};

/// The shape of a change of a project's service account.
pub static GROUP_UPDATE: Schema = Schema {
    name: Some("GroupServiceAccountUpdateRequest"),
    description: "A change of a service account and its roles in one project. What it does not mention stays.",
    kind: Kind::Object {
        fields: &[
            Field::optional("description", &DESCRIPTION, DESCRIPTION_WORDS).nullable(),
            Field::optional("name", &NAME, NAME_WORDS).nullable(),
            Field::optional("roles", &GROUP_ROLES, GROUP_ROLES_WORDS).nullable(),
        ],
        open: false,
    },
};

/// The shape of the roles that a service account is to have in a project.
pub static INVITE: Schema = Schema {
    name: Some("GroupServiceAccountRoleAssignment"),
    description: "Roles in a project for a service account of its organization.",
    kind: Kind::Object { fields: &[Field::required("roles", &SOME_GROUP_ROLES, GROUP_ROLES_WORDS)], open: false },
};

/// The shape of a secret to be.
pub static SECRET_CREATE: Schema = Schema {
    name: Some("ServiceAccountSecretRequest"),
    description: "A secret to be.",
    kind: Kind::Object { fields: &[Field::required("secretExpiresAfterHours", &HOURS, HOURS_WORDS)], open: false },
};

/// The shape of a secret.
pub static SECRET: Schema = Schema {
    name: Some("ServiceAccountSecret"),
    description: "A secret of a service account.",
    kind: Kind::Object {
        fields: &[
            Field::required("createdAt", &DATE_TIME, "When it was created."),
            Field::required("expiresAt", &DATE_TIME, "When it stops working."),
            Field::required("id", &OBJECT_ID, "The secret's id."),
            Field::required("lastUsedAt", &DATE_TIME, "When a token was last asked for with it, or null.").nullable(),
            Field::optional("maskedSecretValue", &TEXT, "How the secret is shown where it is not shown."),
            Field::optional("secret", &TEXT, "The secret, in the one answer that shows it."),
        ],
        open: false,
    },
};

static SECRETS: Schema = Schema::inline(Kind::List { items: &SECRET, max: 100 });

/// The shape of an organization's service account.
pub static ORG_SCHEMA: Schema = Schema {
    name: Some("OrgServiceAccount"),
    description: "A service account, and its roles in the organization.",
    kind: Kind::Object {
        fields: &[
            Field::required("clientId", &TEXT, "The client id."),
            Field::required("createdAt", &DATE_TIME, "When it was created."),
            Field::required("description", &TEXT, DESCRIPTION_WORDS),
            Field::required("name", &TEXT, NAME_WORDS),
            Field::required("roles", &ORG_ROLES, ORG_ROLES_WORDS),
            Field::required("secrets", &SECRETS, "Its secrets, expired ones too."),
            Field::required("systemManaged", &FLAG, "Whether the service made it for itself: always false."),
        ],
        open: false,
    },
};

/// The shape of a project's service account.
pub static GROUP_SCHEMA: Schema = Schema {
    name: Some("GroupServiceAccount"),
    description: "A service account, and its roles in the project.",
    kind: Kind::Object {
        fields: &[
            Field::required("clientId", &TEXT, "The client id."),
            Field::required("createdAt", &DATE_TIME, "When it was created."),
            Field::required("description", &TEXT, DESCRIPTION_WORDS),
            Field::required("name", &TEXT, NAME_WORDS),
            Field::required("roles", &GROUP_ROLES, GROUP_ROLES_WORDS),
            Field::required("secrets", &SECRETS, "Its secrets, expired ones too."),
            Field::required("systemManaged", &FLAG, "Whether the service made it for itself: always false."),
        ],
        open: false,
    },
};

/// The shape of a project in which a service account has roles.
pub static ACCOUNT_GROUP: Schema = Schema {
    name: Some("ServiceAccountGroup"),
    description: "A project in which a service account has roles.",
    kind: Kind::Object {
        fields: &[
            Field::required("groupId", &OBJECT_ID, "The project."),
            Field::required("roles", &GROUP_ROLES, "Its roles there."),
        ],
        open: false,
    },
};

/// The shape of networks to be added.
pub static NETWORKS: Schema = Schema::inline(Kind::List { items: &NETWORK_REQUEST, max: 200 });

static NETWORK_REQUEST: Schema = Schema {
    name: Some("ServiceAccountIPAccessListEntryRequest"),
    description: "A network to be added: one of the two.",
    kind: Kind::Object {
        fields: &[
            Field::optional("cidrBlock", &NETWORK_TEXT, "A network.").nullable(),
            Field::shown("createdAt"),
            Field::optional("ipAddress", &ADDRESS_TEXT, "A single address.").nullable(),
            Field::shown("lastUsedAddress"),
            Field::shown("lastUsedAt"),
            Field::shown("requestCount"),
        ],
        open: false,
    },
};

/// The shape of one network of an access list.
pub static ENTRY: Schema = Schema {
    name: Some("ServiceAccountIPAccessListEntry"),
    description: "A network that a service account may come from.",
    kind: Kind::Object {
        fields: &[
            Field::required("cidrBlock", &TEXT, "The network."),
            Field::required("createdAt", &DATE_TIME, "When it was added."),
            Field::required("ipAddress", &TEXT, "The address, if the network is a single one, or null.").nullable(),
        ],
        open: false,
    },
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_accounts_to_be_and_tells_every_fault() {
        let good = br#"{"name":"ci","description":"runs ci","roles":["ORG_MEMBER"],"secretExpiresAfterHours":8}"#;
        assert_eq!(AccountCreate::read(good, &ORG_CREATE).unwrap().secret_expires_after_hours, 8);
        let paths = |body: &str, schema| -> Vec<String> {
            let faults = AccountCreate::read(body.as_bytes(), schema).unwrap_err();
            faults.into_iter().map(|fault| fault.path).collect()
        };
        assert_eq!(paths("{}", &ORG_CREATE), ["description", "name", "roles", "secretExpiresAfterHours"]);
        let bad = r#"{"name":"","description":"a","roles":["ORG_KING"],"secretExpiresAfterHours":0,"secret":"x"}"#;
        assert_eq!(paths(bad, &ORG_CREATE), ["name", "roles[0]", "secretExpiresAfterHours", "secret"]);
        let none = r#"{"name":"a","description":"a","roles":[],"secretExpiresAfterHours":8}"#;
        assert_eq!(paths(none, &GROUP_CREATE), ["roles"]);
    }

    #[test]
    fn a_secret_cannot_be_printed() {
        assert_eq!(format!("{:?}", Shown("mdb_sa_sk_x".to_owned())), "Shown(..)");
    }
}
