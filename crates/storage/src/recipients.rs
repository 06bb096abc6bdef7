//! Who is told something: looks up what a description of people comes to. It reads the tables of people and teams.

use std::collections::BTreeSet;

use domain::access::{OrgRole, ProjectRole};
use domain::id::ProjectId;
use domain::recipient::{Recipient, Recipients};
use domain::team::Team;
use domain::user::Member;

use crate::Store;
use crate::error::Result;

impl Store {
    /// Gives the people that a description comes to for a project, by e-mail address; nobody who was shut out. An owner
    /// of the organization counts as an owner of the project. A project that was deleted has its people still.
    pub async fn recipients(&self, project: ProjectId, to: &Recipients) -> Result<Vec<Recipient>> {
        let Some(org) = self.org_of_project(project).await? else { return Ok(Vec::new()) };
        let (members, teams) = (self.members_of(org).await?, self.teams_of(org).await?);
        let told = members.iter().filter(|member| member.state.is_told() && is_meant(member, &teams, project, to));
        Ok(told.map(recipient).collect())
    }
}

fn is_meant(member: &Member, teams: &[Team], project: ProjectId, to: &Recipients) -> bool {
    match to {
        Recipients::ProjectRoles(wanted) => {
            let held = roles_in(member, teams, project);
            if wanted.is_empty() { !held.is_empty() } else { wanted.iter().any(|role| held.contains(role)) }
        }
        Recipients::OrgRoles(wanted) => {
            wanted.is_empty() || wanted.iter().any(|role| member.grants.org_roles.contains(role))
        }
        Recipients::Team(team) => member.teams.contains(team),
        Recipients::User(email) => member.user.email.as_str() == email.to_lowercase(),
    }
}

fn roles_in(member: &Member, teams: &[Team], project: ProjectId) -> BTreeSet<ProjectRole> {
    let own = member.grants.project_roles.get(&project).into_iter().flatten();
    let theirs = teams.iter().filter(|team| team.members.contains(&member.user.id));
    let theirs = theirs.filter_map(|team| team.roles.get(&project)).flatten();
    let owner = member.grants.org_roles.contains(&OrgRole::Owner).then_some(ProjectRole::Owner);
    own.chain(theirs).copied().chain(owner).collect()
}

fn recipient(member: &Member) -> Recipient {
    let (first_name, last_name) = member.names();
    let name = format!("{first_name} {last_name}");
    Recipient { email: member.user.email.as_str().to_owned(), name: name.trim().to_owned() }
}
