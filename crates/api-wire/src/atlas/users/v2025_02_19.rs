//! People as dated 2025-02-19: what an organization and what a project says of them. It must not know the domain.

use serde::Serialize;

use crate::atlas::roles::{GROUP_ROLE, GROUP_ROLES, ORG_ROLE, ORG_ROLES, SOME_GROUP_ROLES, SOME_ORG_ROLES};
use crate::atlas::teams::v2023_01_01::team_ids;
use crate::body::{Limits, Object, allowed, needed, parse};
use crate::fault::Fault;
use crate::query::QueryParameter;
use crate::schema::{DATE_TIME, FLAG, Field, Kind, OBJECT_ID, Schema, TEXT, TextRule};
use crate::text_format::EMAIL;
use crate::wire_time::WireTime;

/// What is said of a person everywhere.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Person {
    /// When we first heard of them, for one who came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_at: Option<WireTime>,
    /// Their given name, for one who came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    /// Their id.
    pub id: String,
    /// When they were invited, for one who did not come.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invitation_created_at: Option<WireTime>,
    /// Until when they can come.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invitation_expires_at: Option<WireTime>,
    /// Who invited them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inviter_username: Option<String>,
    /// Their family name, for one who came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
    /// Whether they came.
    pub org_membership_status: &'static str,
    /// Their address.
    pub username: String,
}

/// What an organization says of a person.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OrgUser {
    /// The person.
    #[serde(flatten)]
    pub person: Person,
    /// What they may do.
    pub roles: OrgUserRoles,
    /// The teams they are in.
    pub team_ids: Vec<String>,
}

/// What a person may do in an organization and in its projects.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OrgUserRoles {
    /// In its projects, as far as the caller can see them.
    pub group_role_assignments: Vec<GroupRoles>,
    /// In the organization.
    pub org_roles: Vec<String>,
}

/// Roles in one project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GroupRoles {
    /// The project.
    pub group_id: String,
    /// The names of the roles.
    pub group_roles: Vec<String>,
}

/// What a project says of a person.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GroupUser {
    /// The person.
    #[serde(flatten)]
    pub person: Person,
    /// The names of their roles there.
    pub roles: Vec<String>,
}

/// A person to be invited, or a change of what one may do.
#[derive(Debug, PartialEq, Eq)]
pub struct OrgUserBody {
    /// Their address; only of somebody new.
    pub username: Option<String>,
    /// The names of their roles in the organization.
    pub org_roles: Option<Vec<String>>,
    /// Their roles in its projects.
    pub group_roles: Option<Vec<GroupRoles>>,
    /// The teams they are put into.
    pub team_ids: Option<Vec<String>>,
}

impl OrgUserBody {
    /// Reads the body of a POST.
    /// Errors: every fault of shape, at least one.
    pub fn read_new(bytes: &[u8]) -> Result<Self, Vec<Fault>> {
        let mut body = parse(bytes, &ORG_CREATE, Limits::default())?;
        let mut roles = needed(&mut body, "roles", Object::object)?;
        let org_roles = needed(&mut roles, "orgRoles", Object::texts)?;
        Ok(Self {
            username: Some(needed(&mut body, "username", Object::text)?),
            org_roles: Some(org_roles),
            group_roles: Some(group_roles(&mut roles)?.unwrap_or_default()),
            team_ids: team_ids(&mut body)?,
        })
    }

    /// Reads the body of a PATCH.
    /// Errors: every fault of shape, at least one.
    pub fn read_change(bytes: &[u8]) -> Result<Self, Vec<Fault>> {
        let mut body = parse(bytes, &ORG_UPDATE, Limits::default())?;
        let (mut org_roles, mut groups) = (None, None);
        if let Some(mut roles) = allowed(&mut body, "roles", Object::object)? {
            org_roles = Some(needed(&mut roles, "orgRoles", Object::texts)?);
            groups = group_roles(&mut roles)?;
        }
        Ok(Self { username: None, org_roles, group_roles: groups, team_ids: team_ids(&mut body)? })
    }
}

fn group_roles(roles: &mut Object) -> Result<Option<Vec<GroupRoles>>, Vec<Fault>> {
    let Some(items) = allowed(roles, "groupRoleAssignments", Object::objects)? else { return Ok(None) };
    let read = |mut item: Object| {
        let group_id = needed(&mut item, "groupId", Object::text)?;
        let group_roles = needed(&mut item, "groupRoles", Object::texts)?;
        Ok(GroupRoles { group_id, group_roles })
    };
    items.into_iter().map(read).collect::<Result<_, _>>().map(Some)
}

/// Reads who is to be given which roles in a project.
/// Errors: every fault of shape, at least one.
pub fn read_group_user(bytes: &[u8]) -> Result<(String, Vec<String>), Vec<Fault>> {
    let mut body = parse(bytes, &GROUP_CREATE, Limits::default())?;
    let roles = needed(&mut body, "roles", Object::texts)?;
    Ok((needed(&mut body, "username", Object::text)?, roles))
}

/// Reads one role in an organization.
/// Errors: every fault of shape, at least one.
pub fn read_org_role(bytes: &[u8]) -> Result<String, Vec<Fault>> {
    needed(&mut parse(bytes, &ONE_ORG_ROLE, Limits::default())?, "orgRole", Object::text)
}

/// Reads one role in a project.
/// Errors: every fault of shape, at least one.
pub fn read_group_role(bytes: &[u8]) -> Result<String, Vec<Fault>> {
    needed(&mut parse(bytes, &ONE_GROUP_ROLE, Limits::default())?, "groupRole", Object::text)
}

/// Only the person of this address.
pub static USERNAME_FILTER: QueryParameter = QueryParameter {
    name: "username",
    schema: &TEXT,
    repeated: false,
    default: None,
    description: "Lists only the person of this e-mail address.",
};

/// Only the person of this id.
pub static USER_ID_FILTER: QueryParameter = QueryParameter {
    name: "userId",
    schema: &TEXT,
    repeated: false,
    default: None,
    description: "Lists only the person of this id.",
};

/// Only those who came, or only those who did not.
pub static STATUS_FILTER: QueryParameter = QueryParameter {
    name: "orgMembershipStatus",
    schema: &STATUS,
    repeated: false,
    default: None,
    description: "Lists only people of this standing.",
};

/// The same, for several standings.
pub static STATUSES_FILTER: QueryParameter = QueryParameter {
    name: "orgMembershipStatuses",
    schema: &STATUS,
    repeated: true,
    default: None,
    description: "Shows only people of one of these standings.",
};

/// Also those who have their roles by a team.
pub static FLATTEN_TEAMS: QueryParameter = QueryParameter {
    name: "flattenTeams",
    schema: &FLAG,
    repeated: false,
    default: Some("false"),
    description: "Lists people who have roles in the project by a team, too.",
};

/// Also those who have their roles by the organization.
pub static INCLUDE_ORG_USERS: QueryParameter = QueryParameter {
    name: "includeOrgUsers",
    schema: &FLAG,
    repeated: false,
    default: Some("false"),
    description: "Lists people whose role in the organization reaches into the project, too.",
};

static STATUS: Schema =
    Schema::inline(Kind::OneOf(&["ACTIVE", "PENDING", "INVITATION_EXPIRED", "INVITATION_REJECTED"]));
static ADDRESS: Schema = Schema::inline(Kind::Text(TextRule { min: 3, max: 254, format: Some(&EMAIL) }));
static IDS: Schema = Schema::inline(Kind::List { items: &OBJECT_ID, max: 1000 });
static ASSIGNMENTS: Schema = Schema::inline(Kind::List { items: &ASSIGNMENT, max: 1000 });

static ASSIGNMENT: Schema = Schema {
    name: Some("GroupRoleAssignment"),
    description: "Roles in one project.",
    kind: Kind::Object {
        fields: &[
            Field::required("groupId", &OBJECT_ID, "The project."),
            Field::required("groupRoles", &GROUP_ROLES, "The roles."),
        ],
        open: false,
    },
};

static ASSIGNMENTS_REQUEST: Schema = Schema::inline(Kind::List { items: &ASSIGNMENT_REQUEST, max: 1000 });

static ASSIGNMENT_REQUEST: Schema = Schema {
    name: Some("GroupRoleAssignmentRequest"),
    description: "Roles to give in one project.",
    kind: Kind::Object {
        fields: &[
            Field::required("groupId", &OBJECT_ID, "The project."),
            Field::required("groupRoles", &SOME_GROUP_ROLES, "The roles; at least one."),
        ],
        open: false,
    },
};

static ROLES_REQUEST: Schema = Schema {
    name: Some("OrgUserRolesRequest"),
    description: "What a person is to be able to do.",
    kind: Kind::Object {
        fields: &[
            Field::optional("groupRoleAssignments", &ASSIGNMENTS_REQUEST, "Roles in projects of the organization.")
                .nullable(),
            Field::required("orgRoles", &SOME_ORG_ROLES, "Roles in the organization; at least one."),
        ],
        open: false,
    },
};

static ROLES_RESPONSE: Schema = Schema {
    name: Some("OrgUserRolesResponse"),
    description: "What a person may do.",
    kind: Kind::Object {
        fields: &[
            Field::required("groupRoleAssignments", &ASSIGNMENTS, "Roles in projects, as far as the caller sees them."),
            Field::required("orgRoles", &ORG_ROLES, "Roles in the organization."),
        ],
        open: false,
    },
};

/// The shape of a person to be invited.
pub static ORG_CREATE: Schema = Schema {
    name: Some("OrgUserRequest"),
    description: "A person to be invited.",
    kind: Kind::Object {
        fields: &[
            Field::required("roles", &ROLES_REQUEST, "What they are to be able to do."),
            Field::optional("teamIds", &IDS, "The teams they are put into.").nullable(),
            Field::required("username", &ADDRESS, "The address they are written to."),
        ],
        open: false,
    },
};

/// The shape of a change of what a person may do.
pub static ORG_UPDATE: Schema = Schema {
    name: Some("OrgUserUpdateRequest"),
    description: "A change of what a person may do. What it does not mention stays.",
    kind: Kind::Object {
        fields: &[
            Field::optional("roles", &ROLES_REQUEST, "What they are to be able to do.").nullable(),
            Field::optional("teamIds", &IDS, "The teams they are in from then on.").nullable(),
        ],
        open: false,
    },
};

/// The shape of a person who is to be given roles in a project.
pub static GROUP_CREATE: Schema = Schema {
    name: Some("GroupUserRequest"),
    description: "A person who is to be given roles in a project.",
    kind: Kind::Object {
        fields: &[
            Field::required("roles", &SOME_GROUP_ROLES, "The roles; at least one."),
            Field::required("username", &ADDRESS, "Their address."),
        ],
        open: false,
    },
};

/// The shape of one role in an organization.
pub static ONE_ORG_ROLE: Schema = Schema {
    name: Some("AddOrRemoveOrgRole"),
    description: "A role in the organization.",
    kind: Kind::Object { fields: &[Field::required("orgRole", &ORG_ROLE, "The role.")], open: false },
};

/// The shape of one role in a project.
pub static ONE_GROUP_ROLE: Schema = Schema {
    name: Some("AddOrRemoveGroupRole"),
    description: "A role in the project.",
    kind: Kind::Object { fields: &[Field::required("groupRole", &GROUP_ROLE, "The role.")], open: false },
};

const CREATED: Field = Field::optional("createdAt", &DATE_TIME, "When we first heard of them; only of one who came.");
const FIRST: Field = Field::optional("firstName", &TEXT, "Their given name; only of one who came.");
const ID: Field = Field::required("id", &OBJECT_ID, "Their id.");
const INVITED: Field = Field::optional("invitationCreatedAt", &DATE_TIME, "When they were invited.");
const EXPIRES: Field = Field::optional("invitationExpiresAt", &DATE_TIME, "Until when they can accept.");
const INVITER: Field = Field::optional("inviterUsername", &TEXT, "Who invited them.");
const LAST: Field = Field::optional("lastName", &TEXT, "Their family name; only of one who came.");
const STANDING: Field = Field::required("orgMembershipStatus", &STATUS, "Whether they came.");
const USERNAME: Field = Field::required("username", &TEXT, "Their address.");

/// The shape of what an organization says of a person.
pub static ORG_SCHEMA: Schema = Schema {
    name: Some("OrgUserResponse"),
    description: "A person of the organization.",
    kind: Kind::Object {
        fields: &[
            CREATED,
            FIRST,
            ID,
            INVITED,
            EXPIRES,
            INVITER,
            LAST,
            STANDING,
            Field::required("roles", &ROLES_RESPONSE, "What they may do."),
            Field::required("teamIds", &IDS, "The teams they are in."),
            USERNAME,
        ],
        open: false,
    },
};

/// The shape of what a project says of a person.
pub static GROUP_SCHEMA: Schema = Schema {
    name: Some("GroupUserResponse"),
    description: "A person of the project.",
    kind: Kind::Object {
        fields: &[
            CREATED,
            FIRST,
            ID,
            INVITED,
            EXPIRES,
            INVITER,
            LAST,
            STANDING,
            Field::required("roles", &GROUP_ROLES, "Their roles in the project."),
            USERNAME,
        ],
        open: false,
    },
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_people_to_be_invited_and_changes() {
        let id = "32b6e34b3d91647abb20e7b8";
        let body = format!(
            r#"{{"username":"ada@example.com","roles":{{"orgRoles":["ORG_MEMBER"],"groupRoleAssignments":[{{"groupId":"{id}","groupRoles":["GROUP_OWNER"]}}]}}}}"#
        );
        let read = OrgUserBody::read_new(body.as_bytes()).unwrap();
        assert_eq!(read.group_roles.unwrap()[0].group_roles, ["GROUP_OWNER"]);
        let paths = |faults: Vec<Fault>| faults.into_iter().map(|fault| fault.path).collect::<Vec<_>>();
        assert_eq!(paths(OrgUserBody::read_new(b"{}").unwrap_err()), ["roles", "username"]);
        let bad = br#"{"username":"ada","roles":{"orgRoles":["GROUP_OWNER"],"groupRoleAssignments":[{}]},"x":1}"#;
        assert_eq!(
            paths(OrgUserBody::read_new(bad).unwrap_err()),
            [
                "username",
                "roles.orgRoles[0]",
                "roles.groupRoleAssignments[0].groupId",
                "roles.groupRoleAssignments[0].groupRoles",
                "x"
            ]
        );
        let none = br#"{"username":"a@b","roles":{"orgRoles":[]}}"#;
        assert_eq!(paths(OrgUserBody::read_new(none).unwrap_err()), ["roles.orgRoles"]);
        let none = format!(
            r#"{{"username":"a@b","roles":{{"orgRoles":[],"groupRoleAssignments":[{{"groupId":"{id}","groupRoles":[]}}]}}}}"#
        );
        assert_eq!(
            paths(OrgUserBody::read_new(none.as_bytes()).unwrap_err()),
            ["roles.orgRoles", "roles.groupRoleAssignments[0].groupRoles"]
        );
        let change = OrgUserBody::read_change(br#"{"teamIds":[]}"#).unwrap();
        assert_eq!((change.org_roles, change.team_ids), (None, Some(Vec::new())));
        assert_eq!(paths(read_group_user(br#"{"roles":[]}"#).unwrap_err()), ["roles", "username"]);
        assert_eq!(paths(read_org_role(br#"{"orgRole":"x"}"#).unwrap_err()), ["orgRole"]);
    }
}
