//! People of an organization, and what they may do in its projects.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use domain::access::{Grants, OrgRole, ProjectRole};
use domain::event::{Event, EventKind};
use domain::id::{OrgId, ProjectId, TeamId, UserId};
use domain::organization::Organization;
use domain::team::MEMBERS_MAX;
use domain::user::{EmailAddress, Member, MemberState, User};
use storage::{Outcome, UserToken};

use super::letters::Occasion;
use super::tokens::{INVITATION_LASTS, RESET_LASTS, is_over};
use super::{
    AccessError, belonging, member_with, org_role_names, project_role_names, require_difference, saved, with_roles,
};
use crate::{Caller, Control, Error, Identity, random_id};

/// A person to be invited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMember {
    /// The address they are written to.
    pub email: EmailAddress,
    /// Their roles in the organization.
    pub org_roles: BTreeSet<OrgRole>,
    /// Their roles in its projects.
    pub project_roles: BTreeMap<ProjectId, BTreeSet<ProjectRole>>,
    /// The teams they are put into, by ids as they were given.
    pub teams: Vec<String>,
}

/// A change of a member; what it does not mention stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MemberChange {
    /// Other roles in the organization.
    pub org_roles: Option<BTreeSet<OrgRole>>,
    /// Other roles in projects; a project that is not mentioned then is one they leave.
    pub project_roles: Option<BTreeMap<ProjectId, BTreeSet<ProjectRole>>>,
    /// Other teams, by ids as they were given.
    pub teams: Option<Vec<String>>,
}

/// A member as a project sees them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectMember {
    /// The member.
    pub member: Member,
    /// Their own roles there.
    pub own: BTreeSet<ProjectRole>,
    /// Roles there that they have by a team.
    pub through_teams: BTreeSet<ProjectRole>,
    /// What their role in the organization amounts to there.
    pub implied: Option<ProjectRole>,
}

impl Control {
    /// Lists an organization's members, by e-mail address.
    /// Errors: `OrganizationNotFound`.
    pub async fn members(&self, caller: &Caller, org: OrgId) -> Result<Vec<Member>, Error> {
        self.org_for(caller, org, OrgRole::Member).await?;
        Ok(self.store().members_of(org).await?)
    }

    /// Finds a member of an organization. The id is as it was given.
    /// Errors: `OrganizationNotFound`, `Access(UserNotFound)`.
    pub async fn member_of(&self, caller: &Caller, org: OrgId, id: &str) -> Result<Member, Error> {
        self.org_for(caller, org, OrgRole::Member).await?;
        self.find_member(org, id).await
    }

    /// Lists everybody who may do something in a project, by e-mail address, and why.
    /// Errors: `ProjectNotFound`.
    pub async fn members_in(&self, caller: &Caller, project: ProjectId) -> Result<Vec<ProjectMember>, Error> {
        let snapshot = self.project_for(caller, project, ProjectRole::ReadOnly).await?;
        let org = snapshot.project.org;
        let teams = self.store().teams_of(org).await?;
        let members = self.store().members_of(org).await?.into_iter().map(|member| {
            let theirs = teams.iter().filter(|team| team.members.contains(&member.user.id));
            ProjectMember {
                own: member.grants.project_roles.get(&project).cloned().unwrap_or_default(),
                through_teams: theirs.filter_map(|team| team.roles.get(&project)).flatten().copied().collect(),
                implied: member.grants.org_roles.iter().find_map(|role| role.in_every_project()),
                member,
            }
        });
        Ok(members.filter(ProjectMember::may_do_something).collect())
    }

    /// Finds a member as a project sees them. The id is as it was given.
    /// Errors: `ProjectNotFound`, `Access(UserNotFound)`.
    pub async fn member_in(&self, caller: &Caller, project: ProjectId, id: &str) -> Result<ProjectMember, Error> {
        let members = self.members_in(caller, project).await?;
        let found = members.into_iter().find(|one| one.member.user.id.to_string() == id);
        Ok(found.ok_or_else(|| AccessError::UserNotFound(id.to_owned()))?)
    }

    /// Invites a person to an organization. Whose invitation is over can be invited again.
    /// Errors: `OrganizationNotFound`, `OrgRoleMissing`, `ProjectNotFound`,
    /// `Access(RoleNotHeld, TeamNotFound, TooManyInTeam, UserTaken)`, `Conflict`.
    /// Cancel: they are invited or they are not; the letter goes out if they are.
    pub async fn invite(&self, caller: &Caller, org: OrgId, new: NewMember) -> Result<Member, Error> {
        let org = self.org_for(caller, org, OrgRole::Owner).await?;
        let NewMember { email, org_roles, project_roles, teams } = new;
        let grants = Grants { org: org.id, org_roles: belonging(org_roles), project_roles };
        self.require_projects(org.id, &grants).await?;
        let teams = self.known_teams(org.id, &teams, &BTreeSet::new()).await?;
        self.make_member(caller, &org, email, grants, teams).await
    }

    /// Gives a person roles in a project, inviting them to its organization if they do not belong to it.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`, `Access(RoleNotHeld, UserTaken)`, `Conflict`.
    /// Cancel: they are given them or they are not.
    pub async fn put_member_in(
        &self,
        caller: &Caller,
        project: ProjectId,
        email: EmailAddress,
        roles: BTreeSet<ProjectRole>,
    ) -> Result<ProjectMember, Error> {
        let snapshot = self.project_for(caller, project, ProjectRole::AccessManager).await?;
        let org = snapshot.project.org;
        let known = match self.store().user_by_email(&email).await? {
            Some(user) => self.store().member(org, user.id).await?,
            None => None,
        };
        let member = match known {
            Some(before) if before.grants.project_roles.contains_key(&project) => {
                return Err(AccessError::UserTaken(email.to_string()).into());
            }
            Some(before) => {
                let grants = with_roles(before.grants.clone(), project, roles);
                let after = Member { grants, ..before.clone() };
                self.save_member(caller, &before, after).await?
            }
            None => {
                let organization = self.store().organization(org).await?.ok_or(Error::OrganizationNotFound(org))?;
                let grants = member_with(org, project, roles);
                self.make_member(caller, &organization, email, grants, BTreeSet::new()).await?
            }
        };
        self.member_in(caller, project, &member.user.id.to_string()).await
    }

    /// Changes what a member may do, and the teams they are in.
    /// Errors: as for `invite`; `Access(UserNotFound, NoRoleLeft, LastOwner)`.
    /// Cancel: it is changed or it is not.
    pub async fn change_member(
        &self,
        caller: &Caller,
        org: OrgId,
        id: &str,
        change: MemberChange,
    ) -> Result<Member, Error> {
        self.org_for(caller, org, OrgRole::Owner).await?;
        let before = self.find_member(org, id).await?;
        let mut after = before.clone();
        if let Some(roles) = change.org_roles {
            after.grants.org_roles = roles;
        }
        if let Some(roles) = change.project_roles {
            after.grants.project_roles = roles;
            self.require_projects(org, &after.grants).await?;
        }
        if let Some(teams) = change.teams {
            after.teams = self.known_teams(org, &teams, &before.teams).await?;
        }
        self.save_member(caller, &before, after).await
    }

    /// Gives a member a role in the organization, or takes it from them.
    /// Errors: as for `change_member`.
    /// Cancel: it is changed or it is not.
    pub async fn set_org_role(
        &self,
        caller: &Caller,
        org: OrgId,
        id: &str,
        role: OrgRole,
        held: bool,
    ) -> Result<Member, Error> {
        self.org_for(caller, org, OrgRole::Owner).await?;
        let before = self.find_member(org, id).await?;
        let mut after = before.clone();
        if held {
            after.grants.org_roles.insert(role);
        } else {
            after.grants.org_roles.remove(&role);
        }
        self.save_member(caller, &before, after).await
    }

    /// Gives a member a role in a project, or takes it from them. Whoever loses the last one leaves the project.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`, `Access(UserNotFound, RoleNotHeld)`, `Conflict`.
    /// Cancel: it is changed or it is not.
    pub async fn set_project_role(
        &self,
        caller: &Caller,
        project: ProjectId,
        id: &str,
        role: ProjectRole,
        held: bool,
    ) -> Result<ProjectMember, Error> {
        let snapshot = self.project_for(caller, project, ProjectRole::AccessManager).await?;
        let before = self.find_member(snapshot.project.org, id).await?;
        let mut roles = before.grants.project_roles.get(&project).cloned();
        let roles = roles.get_or_insert_default();
        if held {
            roles.insert(role);
        } else if roles.remove(&role) && roles.is_empty() {
            return Err(AccessError::NoRoleLeft.into());
        }
        if roles.is_empty() {
            return Err(AccessError::UserNotFound(id.to_owned()).into());
        }
        let grants = with_roles(before.grants.clone(), project, roles.clone());
        let after = Member { grants, ..before.clone() };
        self.save_member(caller, &before, after).await?;
        self.member_in(caller, project, id).await
    }

    /// Takes a member out of a project. They stay in the organization, and in their teams.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`, `Access(UserNotFound, RoleNotHeld)`, `Conflict`.
    /// Cancel: they are taken out or they are not.
    pub async fn take_member_out(&self, caller: &Caller, project: ProjectId, id: &str) -> Result<(), Error> {
        let snapshot = self.project_for(caller, project, ProjectRole::AccessManager).await?;
        let before = self.find_member(snapshot.project.org, id).await?;
        if !before.grants.project_roles.contains_key(&project) {
            return Err(AccessError::UserNotFound(id.to_owned()).into());
        }
        let grants = with_roles(before.grants.clone(), project, BTreeSet::new());
        let after = Member { grants, ..before.clone() };
        self.save_member(caller, &before, after).await.map(drop)
    }

    /// Removes a member from an organization; an invitation ends.
    /// Errors: `OrganizationNotFound`, `OrgRoleMissing`, `Access(UserNotFound, LastOwner)`, `Conflict`.
    /// Cancel: they are removed or they are not.
    pub async fn remove_member(&self, caller: &Caller, org: OrgId, id: &str) -> Result<(), Error> {
        self.org_for(caller, org, OrgRole::Owner).await?;
        let member = self.find_member(org, id).await?;
        let detail = Some(member.user.email.to_string());
        let told = [self.event_in_org(caller, org, EventKind::UserRemoved, detail)?];
        saved(self.store().remove_member(&member, &told).await?, org)
    }

    /// Shuts a member out, or lets one in again who was. Whoever has not come yet cannot be shut out; remove them.
    /// Errors: `OrganizationNotFound`, `OrgRoleMissing`, `Access(UserNotFound, WrongStanding, LastOwner)`, `Conflict`.
    /// Cancel: it is done or it is not.
    pub async fn set_disabled(&self, caller: &Caller, org: OrgId, id: &str, disabled: bool) -> Result<Member, Error> {
        self.org_for(caller, org, OrgRole::Owner).await?;
        let before = self.find_member(org, id).await?;
        let (state, kind) = match (&before.state, disabled) {
            (MemberState::Active, true) => (MemberState::Disabled, EventKind::UserDisabled),
            (MemberState::Disabled, false) => (MemberState::Active, EventKind::UserEnabled),
            (MemberState::Active, false) | (MemberState::Disabled, true) => return Ok(before),
            (MemberState::Pending { .. }, _) => return Err(AccessError::WrongStanding.into()),
        };
        let after = Member { state, ..before.clone() };
        let told = [self.event_in_org(caller, org, kind, Some(before.user.email.to_string()))?];
        saved(self.store().change_member(&before, &after, None, &told, &[]).await?, org)?;
        Ok(after)
    }

    /// Sends a member a new token: to set a new password, or to accept the invitation. Tokens of before work no more.
    /// Errors: `OrganizationNotFound`, `OrgRoleMissing`, `Access(UserNotFound, WrongStanding)`, `Conflict`.
    /// Cancel: it is on its way or it is not.
    pub async fn send_token(&self, caller: &Caller, org: OrgId, id: &str) -> Result<Member, Error> {
        let organization = self.org_for(caller, org, OrgRole::Owner).await?;
        let before = self.find_member(org, id).await?;
        match &before.state {
            MemberState::Pending { .. } => self.invite_again(caller, &organization, &before, None).await,
            MemberState::Active => {
                let (token, letter) = self.token_and_letter(&organization, &before, Occasion::Reset, RESET_LASTS)?;
                let detail = Some(before.user.email.to_string());
                let told = [self.event_in_org(caller, org, EventKind::UserResetRequested, detail)?];
                let outcome = self.store().change_member(&before, &before, Some(&token), &told, &[letter]).await?;
                saved(outcome, org)?;
                Ok(before)
            }
            MemberState::Disabled => Err(AccessError::WrongStanding.into()),
        }
    }

    pub(super) async fn find_member(&self, org: OrgId, id: &str) -> Result<Member, Error> {
        let not_found = || AccessError::UserNotFound(id.to_owned());
        let known: UserId = id.parse().map_err(|_| not_found())?;
        Ok(self.store().member(org, known).await?.ok_or_else(not_found)?)
    }

    async fn make_member(
        &self,
        caller: &Caller,
        org: &Organization,
        email: EmailAddress,
        grants: Grants,
        teams: BTreeSet<TeamId>,
    ) -> Result<Member, Error> {
        Self::require_all_of(caller, &grants)?;
        let known = self.store().user_by_email(&email).await?;
        if let Some(user) = &known
            && let Some(before) = self.store().member(org.id, user.id).await?
        {
            if !is_over(&before.state, self.now()) {
                return Err(AccessError::UserTaken(email.to_string()).into());
            }
            return self.invite_again(caller, org, &before, Some((grants, teams))).await;
        }
        let new = || -> Result<User, Error> {
            let id = UserId::from_random(random_id()?);
            let (first_name, last_name) = (String::new(), String::new());
            Ok(User { id, email, first_name, last_name, created_at: self.now() })
        };
        let user = known.map_or_else(new, Ok)?;
        let member = Member { user, grants, state: self.invited(caller), teams };
        let by = caller_name(caller);
        let (token, letter) = self.token_and_letter(org, &member, Occasion::Invitation(&by), INVITATION_LASTS)?;
        let told = self.told_of_invitation(caller, &member)?;
        match self.store().insert_member(&member, Some(&token), &told, &[letter]).await? {
            Outcome::Saved => Ok(member),
            Outcome::Conflict | Outcome::InUse => Err(AccessError::UserTaken(member.user.email.to_string()).into()),
        }
    }

    async fn invite_again(
        &self,
        caller: &Caller,
        org: &Organization,
        before: &Member,
        other: Option<(Grants, BTreeSet<TeamId>)>,
    ) -> Result<Member, Error> {
        let (grants, teams) = other.unwrap_or_else(|| (before.grants.clone(), before.teams.clone()));
        let after = Member { user: before.user.clone(), grants, state: self.invited(caller), teams };
        let by = caller_name(caller);
        let (token, letter) = self.token_and_letter(org, &after, Occasion::Invitation(&by), INVITATION_LASTS)?;
        let told = self.told_of_invitation(caller, &after)?;
        saved(self.store().change_member(before, &after, Some(&token), &told, &[letter]).await?, org.id)?;
        Ok(after)
    }

    fn invited(&self, caller: &Caller) -> MemberState {
        let now = self.now();
        MemberState::Pending { invited_at: now, expires_at: now + INVITATION_LASTS, invited_by: caller_name(caller) }
    }

    fn token_and_letter(
        &self,
        org: &Organization,
        member: &Member,
        occasion: Occasion<'_>,
        lasts: Duration,
    ) -> Result<(UserToken, domain::notice::NewNotice), Error> {
        let (kept, token) = self.user_token(org.id, member.user.id, lasts)?;
        let letter = self.letter((org.id, &org.name), &member.user.email, occasion, &token, kept.expires_at)?;
        Ok((kept, letter))
    }

    fn told_of_invitation(&self, caller: &Caller, member: &Member) -> Result<Vec<Event>, Error> {
        let (org, email) = (member.grants.org, member.user.email.to_string());
        let mut told = vec![self.event_in_org(caller, org, EventKind::UserInvited, Some(email.clone()))?];
        for (project, roles) in &member.grants.project_roles {
            let detail = format!("{email}: {}", project_role_names(roles));
            told.push(self.event_by(caller, org, *project, EventKind::UserJoinedProject, Some(detail))?);
        }
        Ok(told)
    }

    async fn save_member(&self, caller: &Caller, before: &Member, after: Member) -> Result<Member, Error> {
        if after.grants.org_roles.is_empty() {
            return Err(AccessError::NoRoleLeft.into());
        }
        require_difference(caller, &before.grants, &after.grants)?;
        if *before == after {
            return Ok(after);
        }
        let told = self.told_of_member(caller, before, &after)?;
        saved(self.store().change_member(before, &after, None, &told, &[]).await?, before.grants.org)?;
        Ok(after)
    }

    fn told_of_member(&self, caller: &Caller, before: &Member, after: &Member) -> Result<Vec<Event>, Error> {
        let (org, email) = (before.grants.org, after.user.email.to_string());
        let (was, is) = (&before.grants, &after.grants);
        let mut told = Vec::new();
        if was.org_roles != is.org_roles {
            let detail = format!("{email}: {}", org_role_names(&is.org_roles));
            told.push(self.event_in_org(caller, org, EventKind::UserRolesChanged, Some(detail))?);
        }
        let projects: BTreeSet<_> = was.project_roles.keys().chain(is.project_roles.keys()).copied().collect();
        for project in projects {
            let (had, has) = (was.project_roles.get(&project), is.project_roles.get(&project));
            let kind = match (had, has) {
                (None, Some(_)) => EventKind::UserJoinedProject,
                (Some(_), None) => EventKind::UserLeftProject,
                (Some(had), Some(has)) if had != has => EventKind::UserRolesChanged,
                (None, None) | (Some(_), Some(_)) => continue,
            };
            let detail = has.map_or_else(|| email.clone(), |has| format!("{email}: {}", project_role_names(has)));
            told.push(self.event_by(caller, org, project, kind, Some(detail))?);
        }
        for team in after.teams.difference(&before.teams) {
            let detail = Some(format!("{email}: team {team}"));
            told.push(self.event_in_org(caller, org, EventKind::TeamJoined, detail)?);
        }
        for team in before.teams.difference(&after.teams) {
            let detail = Some(format!("{email}: team {team}"));
            told.push(self.event_in_org(caller, org, EventKind::TeamLeft, detail)?);
        }
        Ok(told)
    }

    /// Refuses roles in projects that are not the organization's.
    async fn require_projects(&self, org: OrgId, grants: &Grants) -> Result<(), Error> {
        let ids: Vec<_> = grants.project_roles.keys().copied().collect();
        let known = self.store().projects(&ids).await?;
        let missing = ids.iter().find(|id| !known.iter().any(|project| project.id == **id && project.org == org));
        missing.map_or(Ok(()), |id| Err(Error::ProjectNotFound(*id)))
    }

    /// Finds the teams that somebody is to be in, who is in those of `before`.
    async fn known_teams(
        &self,
        org: OrgId,
        ids: &[String],
        before: &BTreeSet<TeamId>,
    ) -> Result<BTreeSet<TeamId>, Error> {
        if ids.is_empty() {
            return Ok(BTreeSet::new());
        }
        let teams = self.store().teams_of(org).await?;
        let find = |id: &String| {
            let found = teams.iter().find(|team| team.id.to_string() == *id);
            let team = found.ok_or_else(|| AccessError::TeamNotFound(id.clone()))?;
            if team.members.len() >= MEMBERS_MAX && !before.contains(&team.id) {
                return Err(AccessError::TooManyInTeam.into());
            }
            Ok(team.id)
        };
        ids.iter().map(find).collect()
    }
}

impl ProjectMember {
    fn may_do_something(&self) -> bool {
        !self.own.is_empty() || !self.through_teams.is_empty() || self.implied.is_some()
    }
}

/// Names a caller as people would.
fn caller_name(caller: &Caller) -> String {
    match &caller.identity {
        Identity::ApiKey { public_key, .. } => public_key.clone(),
        Identity::ServiceAccount { id } => format!("{}{id}", domain::service_account::CLIENT_ID_PREFIX),
    }
}
