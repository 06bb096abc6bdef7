//! Teams as dated 2023-01-01. It must not know the domain.

use serde::Serialize;

use crate::atlas::links;
use crate::atlas::roles::{GROUP_ROLES, SOME_GROUP_ROLES};
use crate::body::{Limits, Object, allowed, needed, parse, parse_list};
use crate::fault::Fault;
use crate::paging::Link;
use crate::schema::{Field, Kind, OBJECT_ID, Schema, TEXT, TextRule};
use crate::text_format::{EMAIL, ONE_LINE};

/// One team.
#[derive(Debug, Clone, Serialize)]
pub struct Team {
    /// Its id.
    pub id: String,
    /// Its links.
    pub links: Vec<Link>,
    /// Its name.
    pub name: String,
    /// The addresses of its people, in the answer that creates it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usernames: Option<Vec<String>>,
}

/// What a team may do in one project.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TeamRole {
    /// Its links.
    pub links: Vec<Link>,
    /// The names of its roles.
    pub role_names: Vec<String>,
    /// The team.
    pub team_id: String,
}

/// A team to be.
#[derive(Debug, PartialEq, Eq)]
pub struct TeamCreate {
    /// Its name.
    pub name: String,
    /// The addresses of its people.
    pub usernames: Vec<String>,
}

impl TeamCreate {
    /// Reads the body of a POST.
    /// Errors: every fault of shape, at least one.
    pub fn read(bytes: &[u8]) -> Result<Self, Vec<Fault>> {
        let mut body = parse(bytes, &CREATE, Limits::default())?;
        let usernames = needed(&mut body, "usernames", Object::texts)?;
        Ok(Self { name: needed(&mut body, "name", Object::text)?, usernames })
    }
}

/// Reads a team's new name.
/// Errors: every fault of shape, at least one.
pub fn read_name(bytes: &[u8]) -> Result<String, Vec<Fault>> {
    needed(&mut parse(bytes, &RENAME, Limits::default())?, "name", Object::text)
}

/// Reads what teams are to be able to do in a project.
/// Errors: every fault of shape, at least one.
pub fn read_roles(bytes: &[u8]) -> Result<Vec<(String, Vec<String>)>, Vec<Fault>> {
    let items = parse_list(bytes, &ROLES_OF_TEAMS, Limits::default())?;
    let read = |mut item: Object| {
        let roles = needed(&mut item, "roleNames", Object::texts)?;
        Ok((needed(&mut item, "teamId", Object::text)?, roles))
    };
    items.into_iter().map(read).collect()
}

/// Reads what one team is to be able to do in a project.
/// Errors: every fault of shape, at least one.
pub fn read_role(bytes: &[u8]) -> Result<Vec<String>, Vec<Fault>> {
    let mut body = parse(bytes, &ROLES_OF_TEAM, Limits::default())?;
    needed(&mut body, "roleNames", Object::texts)
}

/// Reads the ids of people who are to join a team.
/// Errors: every fault of shape, at least one.
pub fn read_people(bytes: &[u8]) -> Result<Vec<String>, Vec<Fault>> {
    let items = parse_list(bytes, &PEOPLE, Limits::default())?;
    items.into_iter().map(|mut item| needed(&mut item, "id", Object::text)).collect()
}

/// Reads the id of a person who is to join or leave a team.
/// Errors: every fault of shape, at least one.
pub fn read_person(bytes: &[u8]) -> Result<String, Vec<Fault>> {
    needed(&mut parse(bytes, &PERSON, Limits::default())?, "id", Object::text)
}

/// Reads the ids of teams, if a body names them.
pub(crate) fn team_ids(body: &mut Object) -> Result<Option<Vec<String>>, Vec<Fault>> {
    allowed(body, "teamIds", Object::texts)
}

static NAME: Schema = Schema::inline(Kind::Text(TextRule { min: 1, max: 64, format: Some(&ONE_LINE) }));
static ADDRESS: Schema = Schema::inline(Kind::Text(TextRule { min: 3, max: 254, format: Some(&EMAIL) }));
static ADDRESSES: Schema = Schema::inline(Kind::List { items: &ADDRESS, max: 250 });

/// The shape of a team to be.
pub static CREATE: Schema = Schema {
    name: Some("TeamCreate"),
    description: "A team to be.",
    kind: Kind::Object {
        fields: &[
            Field::shown("id"),
            Field::shown("links"),
            Field::required("name", &NAME, "The team's name."),
            Field::required(
                "usernames",
                &ADDRESSES,
                "Its people, by the addresses they belong to the organization with.",
            ),
        ],
        open: false,
    },
};

/// The shape of a team's new name.
pub static RENAME: Schema = Schema {
    name: Some("TeamUpdate"),
    description: "A team's new name.",
    kind: Kind::Object {
        fields: &[Field::shown("links"), Field::required("name", &NAME, "The team's name.")],
        open: false,
    },
};

/// The shape of a team.
pub static SCHEMA: Schema = Schema {
    name: Some("TeamResponse"),
    description: "A team.",
    kind: Kind::Object {
        fields: &[
            Field::required("id", &OBJECT_ID, "The team's id."),
            Field::required("links", &links::LINKS, links::DESCRIPTION),
            Field::required("name", &TEXT, "The team's name."),
        ],
        open: false,
    },
};

/// The shape of a team that was just created.
pub static CREATED: Schema = Schema {
    name: Some("Team"),
    description: "A team and its people.",
    kind: Kind::Object {
        fields: &[
            Field::required("id", &OBJECT_ID, "The team's id."),
            Field::required("links", &links::LINKS, links::DESCRIPTION),
            Field::required("name", &TEXT, "The team's name."),
            Field::required("usernames", &TEXTS, "Its people, by their addresses."),
        ],
        open: false,
    },
};

static TEXTS: Schema = Schema::inline(Kind::List { items: &TEXT, max: 250 });

/// The shape of what a team may do in one project.
pub static ROLE_SCHEMA: Schema = Schema {
    name: Some("TeamRole"),
    description: "What a team may do in one project.",
    kind: Kind::Object {
        fields: &[
            Field::required("links", &links::LINKS, links::DESCRIPTION),
            Field::required("roleNames", &GROUP_ROLES, "Its roles."),
            Field::required("teamId", &OBJECT_ID, "The team."),
        ],
        open: false,
    },
};

/// The shape of what teams are to be able to do in a project.
pub static ROLES_OF_TEAMS: Schema = Schema::inline(Kind::List { items: &ROLE_REQUEST, max: 250 });

static ROLE_REQUEST: Schema = Schema {
    name: Some("TeamRoleCreate"),
    description: "What a team is to be able to do in one project.",
    kind: Kind::Object {
        fields: &[
            Field::shown("links"),
            Field::required("roleNames", &SOME_GROUP_ROLES, "Its roles; at least one."),
            Field::required("teamId", &OBJECT_ID, "The team."),
        ],
        open: false,
    },
};

/// The shape of what one team is to be able to do in a project.
pub static ROLES_OF_TEAM: Schema = Schema {
    name: Some("TeamRoleUpdate"),
    description: "What a team is to be able to do in one project.",
    kind: Kind::Object {
        fields: &[
            Field::shown("links"),
            Field::required("roleNames", &SOME_GROUP_ROLES, "Its roles; at least one."),
            Field::shown("teamId"),
        ],
        open: false,
    },
};

/// The shape of people who are to join a team.
pub static PEOPLE: Schema = Schema::inline(Kind::List { items: &PERSON, max: 250 });

/// The shape of a person who is to join or leave a team.
pub static PERSON: Schema = Schema {
    name: Some("AddUserToTeam"),
    description: "A person of the organization.",
    kind: Kind::Object { fields: &[Field::required("id", &OBJECT_ID, "The person's id.")], open: false },
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_teams_and_their_roles() {
        let team = TeamCreate::read(br#"{"name":"dba","usernames":["ada@example.com"]}"#).unwrap();
        assert_eq!(team.usernames, ["ada@example.com"]);
        let paths = |faults: Vec<Fault>| faults.into_iter().map(|fault| fault.path).collect::<Vec<_>>();
        let faults = TeamCreate::read(br#"{"usernames":["ada"],"x":1}"#).unwrap_err();
        assert_eq!(paths(faults), ["usernames[0]", "x", "name"]);
        let id = "32b6e34b3d91647abb20e7b8";
        let body = format!(r#"[{{"teamId":"{id}","roleNames":["GROUP_OWNER"]}}]"#);
        assert_eq!(read_roles(body.as_bytes()).unwrap(), [(id.to_owned(), vec!["GROUP_OWNER".to_owned()])]);
        assert_eq!(paths(read_roles(br#"[{"teamId":"x","roleNames":["ORG_OWNER"]}]"#).unwrap_err()).len(), 2);
        assert_eq!(paths(read_role(br#"{"roleNames":[]}"#).unwrap_err()), ["roleNames"]);
        assert_eq!(paths(read_people(br#"[{"id":"x"}]"#).unwrap_err()), ["[0].id"]);
    }
}
