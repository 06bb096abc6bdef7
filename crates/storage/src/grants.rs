//! How roles and access lists lie in a text column. Must not know what a role permits.

use std::collections::{BTreeMap, BTreeSet};

use domain::access::{Grants, OrgRole, ProjectRole};
use domain::api_key::{AccessEntry, AccessList};
use domain::id::{OrgId, ProjectId};
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::sql::{Fields, to_json};

#[derive(Serialize, Deserialize)]
struct Roles {
    org: Vec<String>,
    projects: BTreeMap<String, Vec<String>>,
}

/// Writes the column `roles`.
pub(crate) fn roles_to_text(grants: &Grants) -> Result<String> {
    to_json(&Roles {
        org: grants.org_roles.iter().map(|role| role.name().to_owned()).collect(),
        projects: grants
            .project_roles
            .iter()
            .map(|(project, roles)| (project.to_string(), roles.iter().map(|role| role.name().to_owned()).collect()))
            .collect(),
    })
}

/// Reads the column `roles`.
pub(crate) fn roles_from_text(org: OrgId, fields: &mut Fields<'_>) -> Result<Grants> {
    let roles: Roles = fields.json()?;
    let known = |name: &String| OrgRole::by_name(name).ok_or_else(|| fields.corrupt("organization role"));
    let org_roles = roles.org.iter().map(known).collect::<Result<BTreeSet<_>>>()?;
    let known = |name: &String| ProjectRole::by_name(name).ok_or_else(|| fields.corrupt("project role"));
    let mut project_roles = BTreeMap::new();
    for (project, roles) in &roles.projects {
        let project: ProjectId = project.parse().map_err(|_| fields.corrupt("project of a role"))?;
        project_roles.insert(project, roles.iter().map(known).collect::<Result<BTreeSet<_>>>()?);
    }
    Ok(Grants { org, org_roles, project_roles })
}

/// Adds the ownership of a project of the same organization. Gives nothing if it is there by another role.
pub(crate) fn with_project(mut grants: Grants, project: ProjectId) -> Option<Grants> {
    if grants.allow_in_project(project, grants.org, ProjectRole::Owner) {
        return None;
    }
    grants.project_roles.entry(project).or_default().insert(ProjectRole::Owner);
    Some(grants)
}

/// Reads a list of project roles.
pub(crate) fn project_roles_from_text(fields: &mut Fields<'_>) -> Result<BTreeSet<ProjectRole>> {
    let names: Vec<String> = fields.json()?;
    let known = |name: &String| ProjectRole::by_name(name).ok_or_else(|| fields.corrupt("project role"));
    names.iter().map(known).collect()
}

/// Writes a list of project roles.
pub(crate) fn project_roles_to_text(roles: &BTreeSet<ProjectRole>) -> Result<String> {
    to_json(&roles.iter().map(|role| role.name()).collect::<Vec<_>>())
}

/// An entry of the column `access_list`; rows of old hold networks alone.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Entry {
    Bare(String),
    Dated { network: String, since: i64 },
}

/// Writes the column `access_list`.
pub(crate) fn access_list_to_text(list: &AccessList) -> Result<String> {
    let dated =
        |entry: &AccessEntry| Entry::Dated { network: entry.network.to_string(), since: entry.since.as_millis() };
    to_json(&list.0.iter().map(dated).collect::<Vec<_>>())
}

/// Reads the column `access_list`.
pub(crate) fn access_list_from_text(fields: &mut Fields<'_>) -> Result<AccessList> {
    let entries: Vec<Entry> = fields.json()?;
    let read = |entry: &Entry| {
        let (network, since) = match entry {
            Entry::Bare(network) => (network, Timestamp::EPOCH),
            Entry::Dated { network, since } => (network, Timestamp::from_millis(*since)),
        };
        network.parse().map(|network| AccessEntry { network, since })
    };
    let entries = entries.iter().map(read).collect::<std::result::Result<_, _>>();
    entries.map(AccessList).map_err(|_| fields.corrupt("network of an access list"))
}
