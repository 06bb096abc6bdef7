//! Roles between the wire's names and the domain's words. All who hold roles are told by these.

use std::collections::BTreeSet;

use api_wire::atlas::roles::RoleAssignment;
use control::Caller;
use domain::access::{Grants, OrgRole, ProjectRole};
use domain::id::ProjectId;

use crate::api::Api;
use crate::api::error::Refused;

/// Reads roles in an organization.
/// Errors: `Bug` if the schema admits a name that the domain does not know.
pub(in crate::api) fn org_roles(names: &[String]) -> Result<BTreeSet<OrgRole>, Refused> {
    names.iter().map(|name| org_role(name)).collect()
}

/// Reads a role in an organization.
/// Errors: as for `org_roles`.
pub(super) fn org_role(name: &str) -> Result<OrgRole, Refused> {
    OrgRole::by_name(name).ok_or(Refused::Bug("the schema admits only roles of an organization"))
}

/// Reads roles in a project.
/// Errors: as for `org_roles`.
pub(super) fn project_roles(names: &[String]) -> Result<BTreeSet<ProjectRole>, Refused> {
    names.iter().map(|name| project_role(name)).collect()
}

/// Reads a role in a project.
/// Errors: as for `org_roles`.
pub(super) fn project_role(name: &str) -> Result<ProjectRole, Refused> {
    ProjectRole::by_name(name).ok_or(Refused::Bug("the schema admits only roles of a project"))
}

/// Names roles in an organization.
pub(in crate::api) fn org_role_names(roles: &BTreeSet<OrgRole>) -> Vec<String> {
    roles.iter().map(|role| role.name().to_owned()).collect()
}

/// Names roles in a project.
pub(super) fn project_role_names(roles: &BTreeSet<ProjectRole>) -> Vec<String> {
    roles.iter().map(|role| role.name().to_owned()).collect()
}

/// Tells which of the projects that some hold roles in are there, and are the caller's to see.
/// Errors: those of the store.
pub(super) async fn seen_projects<'g>(
    api: &Api,
    caller: &Caller,
    held: impl Iterator<Item = &'g Grants>,
) -> Result<BTreeSet<ProjectId>, Refused> {
    let ids: BTreeSet<_> = held
        .flat_map(|grants| grants.project_roles.keys().map(|project| (*project, grants.org)))
        .filter(|(project, org)| caller.grants.can_see(*project, *org))
        .map(|(project, _)| project)
        .collect();
    Ok(api.control().live_projects(&ids).await?)
}

/// Tells roles and where each is held, as far as the caller can see that.
pub(super) fn assignments(grants: &Grants, seen: &BTreeSet<ProjectId>) -> Vec<RoleAssignment> {
    let org = grants.org_roles.iter().map(|role| RoleAssignment {
        group_id: None,
        org_id: Some(grants.org.to_string()),
        role_name: role.name().to_owned(),
    });
    let projects = grants.project_roles.iter().filter(|(project, _)| seen.contains(project));
    let projects = projects.flat_map(|(project, roles)| {
        roles.iter().map(|role| RoleAssignment {
            group_id: Some(project.to_string()),
            org_id: None,
            role_name: role.name().to_owned(),
        })
    });
    org.chain(projects).collect()
}

#[cfg(test)]
mod tests {
    use api_wire::atlas::roles::{GROUP_ROLE_NAMES, ORG_ROLE_NAMES};
    use domain::access::{OrgRole, ProjectRole};

    #[test]
    fn wire_and_domain_know_the_same_roles() {
        assert!(OrgRole::ALL.iter().map(|role| role.name()).eq(ORG_ROLE_NAMES.iter().copied()));
        assert!(ProjectRole::ALL.iter().map(|role| role.name()).eq(GROUP_ROLE_NAMES.iter().copied()));
    }
}
