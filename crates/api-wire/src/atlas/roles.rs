//! The names of roles, and how holders of them are told. It must not know what a role permits.

use serde::Serialize;

use crate::schema::{Field, Kind, OBJECT_ID, Schema};

/// The roles in an organization.
pub static ORG_ROLE_NAMES: &[&str] = &[
    "ORG_OWNER",
    "ORG_GROUP_CREATOR",
    "ORG_BILLING_ADMIN",
    "ORG_BILLING_READ_ONLY",
    "ORG_STREAM_PROCESSING_ADMIN",
    "ORG_READ_ONLY",
    "ORG_MEMBER",
];

/// The roles in a project.
pub static GROUP_ROLE_NAMES: &[&str] = &[
    "GROUP_OWNER",
    "GROUP_ACCESS_MANAGER",
    "GROUP_ALERTS_MANAGER",
    "GROUP_NETWORK_ACCESS_MANAGER",
    "GROUP_BACKUP_MANAGER",
    "GROUP_BACKUP_CREATOR",
    "GROUP_CLUSTER_MANAGER",
    "GROUP_CLUSTER_CREATOR",
    "GROUP_DATABASE_ACCESS_ADMIN",
    "GROUP_DATA_ACCESS_ADMIN",
    "GROUP_DATA_ACCESS_READ_WRITE",
    "GROUP_DATA_ACCESS_READ_ONLY",
    "GROUP_SEARCH_INDEX_EDITOR",
    "GROUP_STREAM_PROCESSING_OWNER",
    "GROUP_OBSERVABILITY_VIEWER",
    "GROUP_READ_ONLY",
];

/// One role in an organization.
pub static ORG_ROLE: Schema = Schema::inline(Kind::OneOf(ORG_ROLE_NAMES));
/// One role in a project.
pub static GROUP_ROLE: Schema = Schema::inline(Kind::OneOf(GROUP_ROLE_NAMES));
/// Roles in an organization.
pub static ORG_ROLES: Schema = Schema::inline(Kind::List { items: &ORG_ROLE, max: 100 });
/// Roles in a project.
pub static GROUP_ROLES: Schema = Schema::inline(Kind::List { items: &GROUP_ROLE, max: 100 });
/// Roles in the organization to give: at least one.
pub static SOME_ORG_ROLES: Schema = Schema::inline(Kind::FilledList { items: &ORG_ROLE, max: 100 });
/// Roles in a project to give: at least one.
pub static SOME_GROUP_ROLES: Schema = Schema::inline(Kind::FilledList { items: &GROUP_ROLE, max: 100 });

/// One role, and where it is held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RoleAssignment {
    /// The project, for a role in one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_id: Option<String>,
    /// The organization, for a role in one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub org_id: Option<String>,
    /// The role.
    pub role_name: String,
}

/// Roles, and where each is held.
pub static ASSIGNMENTS: Schema = Schema::inline(Kind::List { items: &ASSIGNMENT, max: 1_000_000 });

static ASSIGNMENT: Schema = Schema {
    name: Some("CloudAccessRoleAssignment"),
    description: "A role, and where it is held.",
    kind: Kind::Object { fields: ASSIGNMENT_FIELDS, open: false },
};

static ASSIGNMENT_FIELDS: &[Field] = &[
    Field::optional("groupId", &OBJECT_ID, "The project, for a role in one."),
    Field::optional("orgId", &OBJECT_ID, "The organization, for a role in one."),
    Field::required("roleName", &ROLE, "The role."),
];

static ROLE: Schema = Schema::inline(Kind::OneOf(&[
    "ORG_OWNER",
    "ORG_GROUP_CREATOR",
    "ORG_BILLING_ADMIN",
    "ORG_BILLING_READ_ONLY",
    "ORG_STREAM_PROCESSING_ADMIN",
    "ORG_READ_ONLY",
    "ORG_MEMBER",
    "GROUP_OWNER",
    "GROUP_ACCESS_MANAGER",
    "GROUP_ALERTS_MANAGER",
    "GROUP_NETWORK_ACCESS_MANAGER",
    "GROUP_BACKUP_MANAGER",
    "GROUP_BACKUP_CREATOR",
    "GROUP_CLUSTER_MANAGER",
    "GROUP_CLUSTER_CREATOR",
    "GROUP_DATABASE_ACCESS_ADMIN",
    "GROUP_DATA_ACCESS_ADMIN",
    "GROUP_DATA_ACCESS_READ_WRITE",
    "GROUP_DATA_ACCESS_READ_ONLY",
    "GROUP_SEARCH_INDEX_EDITOR",
    "GROUP_STREAM_PROCESSING_OWNER",
    "GROUP_OBSERVABILITY_VIEWER",
    "GROUP_READ_ONLY",
]));

#[cfg(test)]
mod tests {
    use super::{GROUP_ROLE_NAMES, ORG_ROLE_NAMES, ROLE};
    use crate::schema::Kind;

    #[test]
    fn every_role_can_be_told() {
        let Kind::OneOf(all) = &ROLE.kind else { panic!("words") };
        assert!(ORG_ROLE_NAMES.iter().chain(GROUP_ROLE_NAMES).eq(all.iter()));
    }
}
