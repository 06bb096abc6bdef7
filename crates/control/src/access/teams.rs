//! Teams of an organization, and what they may do in its projects.

use std::collections::{BTreeMap, BTreeSet};

use domain::access::{OrgRole, ProjectRole};
use domain::event::EventKind;
use domain::id::{OrgId, ProjectId, TeamId};
use domain::team::{MEMBERS_MAX, TEAMS_MAX, Team};
use domain::user::{EmailAddress, Member};
use storage::{Outcome, TeamOutcome, TeamRoles};

use super::{AccessError, member_with, project_role_names, require_difference};
use crate::{Caller, Control, Error, random_id};

impl Control {
    /// Lists an organization's teams, by name.
    /// Errors: `OrganizationNotFound`.
    pub async fn teams(&self, caller: &Caller, org: OrgId) -> Result<Vec<Team>, Error> {
        self.org_for(caller, org, OrgRole::Member).await?;
        Ok(self.store().teams_of(org).await?)
    }

    /// Finds a team of an organization. The id is as it was given.
    /// Errors: `OrganizationNotFound`, `Access(TeamNotFound)`.
    pub async fn team(&self, caller: &Caller, org: OrgId, id: &str) -> Result<Team, Error> {
        self.org_for(caller, org, OrgRole::Member).await?;
        self.find_team(org, id).await
    }

    /// Finds a team of an organization by its name.
    /// Errors: `OrganizationNotFound`, `Access(TeamNotFound)`.
    pub async fn team_by_name(&self, caller: &Caller, org: OrgId, name: &str) -> Result<Team, Error> {
        let teams = self.teams(caller, org).await?;
        let found = teams.into_iter().find(|team| team.name == name);
        Ok(found.ok_or_else(|| AccessError::TeamNotFound(name.to_owned()))?)
    }

    /// Creates a team of members of the organization.
    /// Errors: `OrganizationNotFound`, `OrgRoleMissing`, `Access(UserNotFound, TeamNameTaken, TooManyTeams,
    /// TooManyInTeam)`.
    /// Cancel: it is created or it is not.
    pub async fn add_team(
        &self,
        caller: &Caller,
        org: OrgId,
        name: String,
        people: &[EmailAddress],
    ) -> Result<Team, Error> {
        self.org_for(caller, org, OrgRole::Owner).await?;
        let known = self.store().members_of(org).await?;
        let find = |email: &EmailAddress| {
            let found = known.iter().find(|member| member.user.email == *email).map(|member| member.user.id);
            found.ok_or_else(|| AccessError::UserNotFound(email.to_string()))
        };
        let members = people.iter().map(find).collect::<Result<BTreeSet<_>, _>>()?;
        if members.len() > MEMBERS_MAX {
            return Err(AccessError::TooManyInTeam.into());
        }
        let id = TeamId::from_random(random_id()?);
        let team = Team { id, org, name, created_at: self.now(), members, roles: [].into() };
        let told = [self.event_in_org(caller, org, EventKind::TeamCreated, Some(shown(&team)))?];
        match self.store().insert_team(&team, TEAMS_MAX, &told).await? {
            TeamOutcome::Saved => Ok(team),
            TeamOutcome::Conflict => Err(AccessError::TeamNameTaken(team.name).into()),
            TeamOutcome::Missing => Err(Error::OrganizationNotFound(org)),
            TeamOutcome::TooMany => Err(AccessError::TooManyTeams.into()),
        }
    }

    /// Renames a team.
    /// Errors: `OrganizationNotFound`, `OrgRoleMissing`, `Access(TeamNotFound, TeamNameTaken)`.
    /// Cancel: it is renamed or it is not.
    pub async fn rename_team(&self, caller: &Caller, org: OrgId, id: &str, name: String) -> Result<Team, Error> {
        self.org_for(caller, org, OrgRole::Owner).await?;
        let before = self.find_team(org, id).await?;
        let detail = Some(format!("{}: {name}", shown(&before)));
        let told = [self.event_in_org(caller, org, EventKind::TeamRenamed, detail)?];
        match self.store().rename_team(org, before.id, &name, &told).await? {
            Outcome::Saved => Ok(Team { name, ..before }),
            Outcome::Conflict => Err(AccessError::TeamNameTaken(name).into()),
            Outcome::InUse => Err(AccessError::TeamNotFound(id.to_owned()).into()),
        }
    }

    /// Deletes a team that no project has. Its people stay.
    /// Errors: `OrganizationNotFound`, `OrgRoleMissing`, `Access(TeamNotFound, TeamInProject)`.
    /// Cancel: it is deleted or it is not.
    pub async fn delete_team(&self, caller: &Caller, org: OrgId, id: &str) -> Result<(), Error> {
        self.org_for(caller, org, OrgRole::Owner).await?;
        let team = self.find_team(org, id).await?;
        let told = [self.event_in_org(caller, org, EventKind::TeamDeleted, Some(shown(&team)))?];
        match self.store().delete_team(org, team.id, &told).await? {
            Outcome::Saved => Ok(()),
            Outcome::InUse => Err(AccessError::TeamInProject(id.to_owned()).into()),
            Outcome::Conflict => Err(AccessError::TeamNotFound(id.to_owned()).into()),
        }
    }

    /// Lists the people of a team, by e-mail address.
    /// Errors: `OrganizationNotFound`, `Access(TeamNotFound)`.
    pub async fn team_members(&self, caller: &Caller, org: OrgId, id: &str) -> Result<Vec<Member>, Error> {
        let team = self.team(caller, org, id).await?;
        let members = self.store().members_of(org).await?;
        Ok(members.into_iter().filter(|member| team.members.contains(&member.user.id)).collect())
    }

    /// Puts members of the organization into a team.
    /// Errors: `OrganizationNotFound`, `OrgRoleMissing`, `Access(TeamNotFound, UserNotFound, InTeam,
    /// TooManyInTeam)`, `Conflict`.
    /// Cancel: all are in or none.
    pub async fn put_into_team(
        &self,
        caller: &Caller,
        org: OrgId,
        id: &str,
        people: &[String],
    ) -> Result<Vec<Member>, Error> {
        self.org_for(caller, org, OrgRole::Owner).await?;
        let team = self.find_team(org, id).await?;
        let known = self.store().members_of(org).await?;
        let (mut ids, mut told, mut put) = (BTreeSet::new(), Vec::new(), Vec::new());
        for person in people {
            let member = known.iter().find(|member| member.user.id.to_string() == *person);
            let member = member.ok_or_else(|| AccessError::UserNotFound(person.clone()))?;
            if team.members.contains(&member.user.id) || !ids.insert(member.user.id) {
                return Err(AccessError::InTeam(person.clone()).into());
            }
            let detail = Some(format!("{}: {}", shown(&team), member.user.email));
            told.push(self.event_in_org(caller, org, EventKind::TeamJoined, detail)?);
            put.push(member.clone());
        }
        match self.store().put_into_team(org, team.id, &ids, MEMBERS_MAX, &told).await? {
            TeamOutcome::Saved => {}
            TeamOutcome::Conflict => return Err(Error::Conflict),
            TeamOutcome::Missing => return Err(AccessError::TeamNotFound(id.to_owned()).into()),
            TeamOutcome::TooMany => return Err(AccessError::TooManyInTeam.into()),
        }
        for member in &mut put {
            member.teams.insert(team.id);
        }
        Ok(put)
    }

    /// Takes a person out of a team.
    /// Errors: `OrganizationNotFound`, `OrgRoleMissing`, `Access(TeamNotFound, UserNotFound, NotInTeam)`.
    /// Cancel: they are out or they are not.
    pub async fn take_out_of_team(&self, caller: &Caller, org: OrgId, id: &str, person: &str) -> Result<Member, Error> {
        self.org_for(caller, org, OrgRole::Owner).await?;
        let team = self.find_team(org, id).await?;
        let mut member = self.find_member(org, person).await?;
        let not_in_team = || AccessError::NotInTeam(person.to_owned());
        if !team.members.contains(&member.user.id) {
            return Err(not_in_team().into());
        }
        let detail = Some(format!("{}: {}", shown(&team), member.user.email));
        let told = [self.event_in_org(caller, org, EventKind::TeamLeft, detail)?];
        match self.store().take_out_of_team(org, team.id, member.user.id, &told).await? {
            Outcome::Saved => {}
            Outcome::Conflict | Outcome::InUse => return Err(not_in_team().into()),
        }
        member.teams.remove(&team.id);
        Ok(member)
    }

    /// Lists the teams that may do something in a project, by name.
    /// Errors: `ProjectNotFound`.
    pub async fn teams_in(&self, caller: &Caller, project: ProjectId) -> Result<Vec<Team>, Error> {
        let snapshot = self.project_for(caller, project, ProjectRole::ReadOnly).await?;
        let teams = self.store().teams_of(snapshot.project.org).await?;
        Ok(teams.into_iter().filter(|team| team.roles.contains_key(&project)).collect())
    }

    /// Finds a team that may do something in a project. The id is as it was given.
    /// Errors: `ProjectNotFound`, `Access(TeamNotFound)`.
    pub async fn team_in(&self, caller: &Caller, project: ProjectId, id: &str) -> Result<Team, Error> {
        let teams = self.teams_in(caller, project).await?;
        let found = teams.into_iter().find(|team| team.id.to_string() == id);
        Ok(found.ok_or_else(|| AccessError::TeamNotFound(id.to_owned()))?)
    }

    /// Sets what teams of the organization may do in a project, and lists all teams of the project then.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`, `Access(TeamNotFound, RoleNotHeld, NoRoleLeft)`,
    /// `Conflict`.
    /// Cancel: all is set or nothing.
    pub async fn put_teams_in(
        &self,
        caller: &Caller,
        project: ProjectId,
        roles: Vec<(String, BTreeSet<ProjectRole>)>,
    ) -> Result<Vec<Team>, Error> {
        let snapshot = self.project_for(caller, project, ProjectRole::AccessManager).await?;
        let org = snapshot.project.org;
        let teams = self.store().teams_of(org).await?;
        // A team that is named twice gets all the roles.
        let mut asked: BTreeMap<String, BTreeSet<ProjectRole>> = BTreeMap::new();
        for (id, roles) in roles {
            asked.entry(id).or_default().extend(roles);
        }
        let (mut wanted, mut told) = (Vec::new(), Vec::new());
        for (id, after) in asked {
            let team = teams.iter().find(|team| team.id.to_string() == id);
            let team = team.ok_or_else(|| AccessError::TeamNotFound(id.clone()))?;
            if after.is_empty() {
                return Err(AccessError::NoRoleLeft.into());
            }
            let before = team.roles.get(&project).cloned().unwrap_or_default();
            require_roles(caller, org, project, &before, &after)?;
            let kind = if before.is_empty() { EventKind::TeamAddedToProject } else { EventKind::TeamRolesChanged };
            let detail = Some(format!("{}: {}", shown(team), project_role_names(&after)));
            told.push(self.event_by(caller, org, project, kind, detail)?);
            wanted.push(TeamRoles { team: team.id, before, after });
        }
        match self.store().set_team_roles(org, project, &wanted, &told).await? {
            Outcome::Saved => self.teams_in(caller, project).await,
            Outcome::Conflict | Outcome::InUse => Err(Error::Conflict),
        }
    }

    /// Takes a team out of a project.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`, `Access(TeamNotFound, RoleNotHeld)`, `Conflict`.
    /// Cancel: it is out or it is not.
    pub async fn take_team_out(&self, caller: &Caller, project: ProjectId, id: &str) -> Result<(), Error> {
        let snapshot = self.project_for(caller, project, ProjectRole::AccessManager).await?;
        let org = snapshot.project.org;
        let team = self.team_in(caller, project, id).await?;
        let before = team.roles.get(&project).cloned().unwrap_or_default();
        require_roles(caller, org, project, &before, &BTreeSet::new())?;
        let told = [self.event_by(caller, org, project, EventKind::TeamRemovedFromProject, Some(shown(&team)))?];
        let nothing = [TeamRoles { team: team.id, before, after: BTreeSet::new() }];
        match self.store().set_team_roles(org, project, &nothing, &told).await? {
            Outcome::Saved => Ok(()),
            Outcome::Conflict | Outcome::InUse => Err(Error::Conflict),
        }
    }

    async fn find_team(&self, org: OrgId, id: &str) -> Result<Team, Error> {
        let teams = self.store().teams_of(org).await?;
        let found = teams.into_iter().find(|team| team.id.to_string() == id);
        Ok(found.ok_or_else(|| AccessError::TeamNotFound(id.to_owned()))?)
    }
}

/// Refuses whoever does not hold a role themselves that a team gets or loses in a project.
fn require_roles(
    caller: &Caller,
    org: OrgId,
    project: ProjectId,
    before: &BTreeSet<ProjectRole>,
    after: &BTreeSet<ProjectRole>,
) -> Result<(), Error> {
    let grants = |roles: &BTreeSet<ProjectRole>| member_with(org, project, roles.clone());
    require_difference(caller, &grants(before), &grants(after))
}

fn shown(team: &Team) -> String {
    format!("team {} ({})", team.name, team.id)
}
