//! API keys as dated 2023-01-01, and the addresses they may come from. It must not know the domain.

use serde::Serialize;

use crate::atlas::links;
use crate::atlas::roles::{ASSIGNMENTS, GROUP_ROLES, ORG_ROLES, RoleAssignment, SOME_GROUP_ROLES, SOME_ORG_ROLES};
use crate::body::{Limits, Object, allowed, needed, parse, parse_list};
use crate::fault::{Fault, FaultKind};
use crate::paging::Link;
use crate::schema::{DATE_TIME, Field, Kind, OBJECT_ID, Schema, TEXT, TextRule};
use crate::text_format::{ADDRESS, NETWORK, ONE_LINE};
use crate::wire_time::WireTime;

/// One API key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ApiKeyDetails {
    /// What people call it.
    pub desc: String,
    /// Its id.
    pub id: String,
    /// Its links.
    pub links: Vec<Link>,
    /// The private half: whole where it is shown for the one time, else all but its end masked.
    pub private_key: String,
    /// The public half.
    pub public_key: String,
    /// What it may do, as far as the caller can see that.
    pub roles: Vec<RoleAssignment>,
}

/// What a body says about an API key: one to be, or a change of one.
#[derive(Debug, PartialEq, Eq)]
pub struct KeyBody {
    /// What people call it.
    pub desc: Option<String>,
    /// The names of its roles.
    pub roles: Option<Vec<String>>,
}

impl KeyBody {
    /// Reads an API key to be. `schema` says which kind of roles.
    /// Errors: every fault of shape, at least one.
    pub fn read_new(bytes: &[u8], schema: &'static Schema) -> Result<Self, Vec<Fault>> {
        let mut body = parse(bytes, schema, Limits::default())?;
        let roles = needed(&mut body, "roles", Object::texts)?;
        Ok(Self { desc: Some(needed(&mut body, "desc", Object::text)?), roles: Some(roles) })
    }

    /// Reads a change of an API key. `schema` says which kind of roles.
    /// Errors: every fault of shape, at least one.
    pub fn read_change(bytes: &[u8], schema: &'static Schema) -> Result<Self, Vec<Fault>> {
        let mut body = parse(bytes, schema, Limits::default())?;
        let roles = allowed(&mut body, "roles", Object::texts)?;
        Ok(Self { desc: allowed(&mut body, "desc", Object::text)?, roles })
    }
}

/// Reads the roles that an API key is to have in a project: a list of sets of them, all of which it gets.
/// Errors: every fault of shape, at least one.
pub fn read_assignments(bytes: &[u8]) -> Result<Vec<String>, Vec<Fault>> {
    let items = parse_list(bytes, &ASSIGN_SCHEMA, Limits::default())?;
    let mut roles = Vec::new();
    for mut item in items {
        roles.extend(needed(&mut item, "roles", Object::texts)?);
    }
    Ok(roles)
}

/// Reads networks to be added to an access list, as texts: each an address or a network.
/// Errors: every fault of shape, at least one; an entry that has neither or both is one.
pub fn read_networks(bytes: &[u8], schema: &'static Schema) -> Result<Vec<String>, Vec<Fault>> {
    let items = parse_list(bytes, schema, Limits::default())?;
    let (mut networks, mut faults) = (Vec::new(), Vec::new());
    for (index, mut item) in items.into_iter().enumerate() {
        let address = allowed(&mut item, "ipAddress", Object::text)?;
        let network = allowed(&mut item, "cidrBlock", Object::text)?;
        match (address, network) {
            (Some(one), None) | (None, Some(one)) => networks.push(one),
            // Terraform and the Atlas UI send an address as both.
            (Some(address), Some(network)) if is_same(&address, &network) => networks.push(network),
            (Some(_), Some(_)) | (None, None) => {
                faults.push(Fault::at(format!("[{index}].ipAddress"), FaultKind::Missing));
            }
        }
    }
    if faults.is_empty() { Ok(networks) } else { Err(faults) }
}

fn is_same(address: &str, network: &str) -> bool {
    network.split_once('/').is_some_and(|(base, length)| base == address && (length == "32" || length == "128"))
}

/// One network that an API key may come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AccessListEntry {
    /// The network.
    pub cidr_block: String,
    /// When it was added.
    pub created: WireTime,
    /// The address, if the network is a single one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ip_address: Option<String>,
    /// Its links.
    pub links: Vec<Link>,
}

/// The shape of an API key.
pub static SCHEMA: Schema = Schema {
    name: Some("ApiKeyUserDetails"),
    description: "An API key.",
    kind: Kind::Object { fields: FIELDS, open: false },
};

static FIELDS: &[Field] = &[
    Field::required("desc", &TEXT, "What people call the key."),
    Field::required("id", &OBJECT_ID, "The key's id."),
    Field::required("links", &links::LINKS, links::DESCRIPTION),
    Field::required("privateKey", &TEXT, "The private half: whole in the answer that creates it, masked elsewhere."),
    Field::required("publicKey", &TEXT, "The public half."),
    Field::required("roles", &ASSIGNMENTS, "What the key may do, as far as the caller can see that."),
];

static DESC: Schema = Schema::inline(Kind::Text(TextRule { min: 1, max: 250, format: Some(&ONE_LINE) }));

/// The shape of an organization's API key to be.
pub static ORG_CREATE: Schema = Schema {
    name: Some("CreateAtlasOrganizationApiKey"),
    description: "An API key to be.",
    kind: Kind::Object {
        fields: &[
            Field::required("desc", &DESC, "What people call the key."),
            Field::required("roles", &SOME_ORG_ROLES, "Its roles in the organization."),
        ],
        open: false,
    },
};

/// The shape of a change of an organization's API key.
pub static ORG_UPDATE: Schema = Schema {
    name: Some("UpdateAtlasOrganizationApiKey"),
    description: "A change of an API key. What it does not mention stays.",
    kind: Kind::Object {
        fields: &[
            Field::optional("desc", &DESC, "What people call the key.").nullable(),
            Field::optional("roles", &ORG_ROLES, "Its roles in the organization.").nullable(),
        ],
        open: false,
    },
};

/// The shape of a project's API key to be.
pub static GROUP_CREATE: Schema = Schema {
    name: Some("CreateAtlasProjectApiKey"),
    description: "An API key to be, with roles in one project.",
    kind: Kind::Object {
        fields: &[
            Field::required("desc", &DESC, "What people call the key."),
            Field::required("roles", &SOME_GROUP_ROLES, "Its roles in the project."),
        ],
        open: false,
    },
};

/// The shape of a change of a project's API key.
pub static GROUP_UPDATE: Schema = Schema {
    name: Some("UpdateAtlasProjectApiKey"),
    description: "A change of an API key's roles in one project. What it does not mention stays.",
    kind: Kind::Object {
        fields: &[
            Field::optional("desc", &DESC, "What people call the key.").nullable(),
            Field::optional("roles", &GROUP_ROLES, "Its roles in the project.").nullable(),
        ],
        open: false,
    },
};

/// The shape of the roles an API key is to have in a project.
pub static ASSIGN_SCHEMA: Schema = Schema::inline(Kind::FilledList { items: &ASSIGNMENT, max: 100 });

static ASSIGNMENT: Schema = Schema {
    name: Some("UserAccessRoleAssignment"),
    description: "Roles for an API key.",
    kind: Kind::Object {
        fields: &[Field::required("roles", &SOME_GROUP_ROLES, "Roles in the project."), Field::shown("userId")],
        open: false,
    },
};

/// The shape of networks to be added.
pub static NETWORKS: Schema = Schema::inline(Kind::List { items: &NETWORK_REQUEST, max: 200 });

pub(in crate::atlas) static ADDRESS_TEXT: Schema =
    Schema::inline(Kind::Text(TextRule { min: 2, max: 45, format: Some(&ADDRESS) }));
pub(in crate::atlas) static NETWORK_TEXT: Schema =
    Schema::inline(Kind::Text(TextRule { min: 4, max: 49, format: Some(&NETWORK) }));

static NETWORK_REQUEST: Schema = Schema {
    name: Some("UserAccessListRequest"),
    description: "A network to be added: one of the two.",
    kind: Kind::Object {
        fields: &[
            Field::optional("cidrBlock", &NETWORK_TEXT, "A network.").nullable(),
            Field::shown("count"),
            Field::shown("created"),
            Field::optional("ipAddress", &ADDRESS_TEXT, "A single address.").nullable(),
            Field::shown("lastUsed"),
            Field::shown("lastUsedAddress"),
            Field::shown("links"),
        ],
        open: false,
    },
};

/// The shape of one network of an access list.
pub static ENTRY: Schema = Schema {
    name: Some("UserAccessListResponse"),
    description: "A network that an API key may come from.",
    kind: Kind::Object {
        fields: &[
            Field::required("cidrBlock", &TEXT, "The network."),
            Field::required("created", &DATE_TIME, "When it was added."),
            Field::optional("ipAddress", &TEXT, "The address, if the network is a single one."),
            Field::required("links", &links::LINKS, links::DESCRIPTION),
        ],
        open: false,
    },
};

#[cfg(test)]
mod tests {
    use super::*;

    fn paths<T: std::fmt::Debug>(read: Result<T, Vec<Fault>>) -> Vec<String> {
        read.unwrap_err().into_iter().map(|fault| fault.path).collect()
    }

    #[test]
    fn reads_keys_to_be_and_their_changes() {
        let key = KeyBody::read_new(br#"{"desc":"ci","roles":["ORG_MEMBER","ORG_READ_ONLY"]}"#, &ORG_CREATE).unwrap();
        assert_eq!(key.roles.unwrap(), ["ORG_MEMBER", "ORG_READ_ONLY"]);
        assert_eq!(paths(KeyBody::read_new(b"{}", &ORG_CREATE)), ["desc", "roles"]);
        assert_eq!(
            paths(KeyBody::read_new(br#"{"desc":"","roles":["GROUP_OWNER"],"x":1}"#, &ORG_CREATE)),
            ["desc", "roles[0]", "x"]
        );
        assert_eq!(paths(KeyBody::read_new(br#"{"desc":"a","roles":[]}"#, &GROUP_CREATE)), ["roles"]);
        let change = KeyBody::read_change(br#"{"roles":["GROUP_READ_ONLY"]}"#, &GROUP_UPDATE).unwrap();
        assert_eq!(change, KeyBody { desc: None, roles: Some(vec!["GROUP_READ_ONLY".to_owned()]) });
        assert_eq!(read_assignments(br#"[{"roles":["GROUP_OWNER"]}]"#).unwrap(), ["GROUP_OWNER"]);
        assert_eq!(paths(read_assignments(b"[]")), [""]);
        assert_eq!(paths(read_assignments(br#"[{}]"#)), ["[0].roles"]);
    }

    #[test]
    fn reads_networks() {
        let read = |body: &str| read_networks(body.as_bytes(), &NETWORKS);
        assert_eq!(read(r#"[{"ipAddress":"192.0.2.1"},{"cidrBlock":"2001:db8::/32"}]"#).unwrap().len(), 2);
        assert_eq!(read(r#"[{"ipAddress":"192.0.2.1","cidrBlock":"192.0.2.1/32"}]"#).unwrap(), ["192.0.2.1/32"]);
        assert_eq!(paths(read(r#"[{}]"#)), ["[0].ipAddress"]);
        assert_eq!(
            paths(read(r#"[{"ipAddress":"192.0.2"},{"cidrBlock":"192.0.2.0/33"},{"cidrBlock":"192.0.2.1"}]"#)),
            ["[0].ipAddress", "[1].cidrBlock", "[2].cidrBlock"]
        );
    }
}
