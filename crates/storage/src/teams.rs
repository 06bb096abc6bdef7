//! Tables `teams`, `team_members` and `team_roles`.

use std::collections::{BTreeMap, BTreeSet};

use domain::access::ProjectRole;
use domain::event::Event;
use domain::id::{OrgId, ProjectId, TeamId, UserId};
use domain::team::Team;

use crate::engine::Tx;
use crate::error::{Result, StoreError};
use crate::grants::{project_roles_from_text, project_roles_to_text};
use crate::sql::{Sql, over_items, to_json, values};
use crate::store::transact;
use crate::{Outcome, Store, events, owners};

static INSERT: Sql = Sql::same(
    "insert a team",
    "INSERT INTO teams (id, org_id, name, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
);
static LIST: Sql =
    Sql::same("list teams", "SELECT id, org_id, name, created_at FROM teams WHERE org_id = $1 ORDER BY name, id");
static MEMBERS: Sql =
    Sql::same("list the members of teams", "SELECT team_id, user_id FROM team_members WHERE org_id = $1");
static ROLES: Sql = Sql::same(
    "list the roles of teams",
    "SELECT r.team_id, r.project_id, r.roles FROM team_roles AS r JOIN teams AS t ON t.id = r.team_id
     JOIN projects AS p ON p.id = r.project_id AND p.deleted_at IS NULL WHERE t.org_id = $1",
);
static NAMED: Sql = Sql::same("find a team by name", "SELECT id FROM teams WHERE org_id = $1 AND name = $2");
static RENAME: Sql = Sql::same("rename a team", "UPDATE teams SET name = $3 WHERE org_id = $1 AND id = $2");
static DELETE: Sql = Sql::same("delete a team", "DELETE FROM teams WHERE org_id = $1 AND id = $2");
static IN_PROJECT: Sql = Sql::same(
    "look for a project that has a team",
    "SELECT r.project_id FROM team_roles AS r JOIN projects AS p ON p.id = r.project_id AND p.deleted_at IS NULL
     WHERE r.team_id = $1 LIMIT 1",
);
static IN_TEAM: Sql =
    Sql::same("list the members of a team", "SELECT user_id FROM team_members WHERE org_id = $1 AND team_id = $2");
static TAKE_OUT: Sql = Sql::same(
    "take a member out of a team",
    "DELETE FROM team_members WHERE org_id = $1 AND team_id = $2 AND user_id = $3",
);
static FILL: Sql = over_items!(
    "fill a team",
    "INSERT INTO team_members (team_id, user_id, org_id) SELECT $3, m.user_id, m.org_id FROM org_members AS m
     WHERE m.org_id = $2 AND m.user_id IN (SELECT item.value ->> 'id' FROM",
    ")"
);
static HELD_ROLES: Sql = Sql::same(
    "find a team's roles in a project",
    "SELECT roles FROM team_roles WHERE team_id = $1 AND project_id = $2",
);
static SET_ROLES: Sql = Sql::same(
    "save a team's roles in a project",
    "INSERT INTO team_roles (team_id, project_id, roles) VALUES ($1, $2, $3)
     ON CONFLICT (team_id, project_id) DO UPDATE SET roles = excluded.roles",
);
static END_ROLES: Sql =
    Sql::same("end a team's roles in a project", "DELETE FROM team_roles WHERE team_id = $1 AND project_id = $2");

/// What became of a team, or of who is in it.
#[must_use]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TeamOutcome {
    /// It is durable.
    Saved,
    /// Nothing was written: the name is taken, or somebody else changed the same meanwhile.
    Conflict,
    /// Nothing was written: the team or its organization is gone.
    Missing,
    /// Nothing was written: there would be more than there may be.
    TooMany,
}

/// What a team is to be able to do in a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TeamRoles {
    /// Which team.
    pub team: TeamId,
    /// What it can do there so far.
    pub before: BTreeSet<ProjectRole>,
    /// What it can do from then on; nothing takes it out of the project.
    pub after: BTreeSet<ProjectRole>,
}

impl Store {
    /// Adds a team with its members to an organization that has fewer than `max`; whoever is no member of that is left
    /// out. A conflict means it has one of that name.
    /// Cancel: it took place or it did not.
    pub async fn insert_team(&self, team: &Team, max: usize, told: &[Event]) -> Result<TeamOutcome> {
        transact!(self, "insert a team", &[], |tx| {
            let outcome = insert(tx, team, max, told).await?;
            if outcome != TeamOutcome::Saved {
                return Ok(outcome);
            }
            Ok::<_, StoreError>(outcome)
        })
    }

    /// Lists an organization's teams, by name.
    pub async fn teams_of(&self, org: OrgId) -> Result<Vec<Team>> {
        let rows = self.read(&LIST, values![org]).await?;
        let mut members: BTreeMap<TeamId, BTreeSet<UserId>> = BTreeMap::new();
        for row in self.read(&MEMBERS, values![org]).await? {
            let mut fields = row.fields("team_members");
            members.entry(fields.parsed()?).or_default().insert(fields.parsed()?);
        }
        let mut roles: BTreeMap<TeamId, BTreeMap<ProjectId, BTreeSet<ProjectRole>>> = BTreeMap::new();
        for row in self.read(&ROLES, values![org]).await? {
            let mut fields = row.fields("team_roles");
            let (team, project) = (fields.parsed()?, fields.parsed()?);
            roles.entry(team).or_default().insert(project, project_roles_from_text(&mut fields)?);
        }
        let team = |row: &crate::sql::Row| {
            let mut fields = row.fields("teams");
            let id = fields.parsed()?;
            Ok(Team {
                id,
                org: fields.parsed()?,
                name: fields.text()?,
                created_at: fields.time()?,
                members: members.remove(&id).unwrap_or_default(),
                roles: roles.remove(&id).unwrap_or_default(),
            })
        };
        rows.iter().map(team).collect()
    }

    /// Renames a team. A conflict means that its organization has another one of that name; in use, that the team is
    /// gone.
    /// Cancel: it took place or it did not.
    pub async fn rename_team(&self, org: OrgId, id: TeamId, name: &str, told: &[Event]) -> Result<Outcome> {
        transact!(self, "rename a team", &[], |tx| rename(tx, org, id, name, told).await)
    }

    /// Deletes a team that no project has. A conflict means that it is gone; in use, that a project has it.
    /// Cancel: it took place or it did not.
    pub async fn delete_team(&self, org: OrgId, id: TeamId, told: &[Event]) -> Result<Outcome> {
        transact!(self, "delete a team", &[], |tx| delete(tx, org, id, told).await)
    }

    /// Puts members of the organization into a team, which then has at most `max`. A conflict means that one of them is
    /// in it by now, or left the organization.
    /// Cancel: all are in or none.
    pub async fn put_into_team(
        &self,
        org: OrgId,
        id: TeamId,
        people: &BTreeSet<UserId>,
        max: usize,
        told: &[Event],
    ) -> Result<TeamOutcome> {
        transact!(self, "put members into a team", &[], |tx| {
            let outcome = put(tx, org, id, people, max, told).await?;
            if outcome != TeamOutcome::Saved {
                return Ok(outcome);
            }
            Ok::<_, StoreError>(outcome)
        })
    }

    /// Takes a member out of a team. A conflict means that they are not in it, or that it is gone.
    /// Cancel: it took place or it did not.
    pub async fn take_out_of_team(&self, org: OrgId, id: TeamId, person: UserId, told: &[Event]) -> Result<Outcome> {
        transact!(self, "take a member out of a team", &[], |tx| take_out(tx, org, id, person, told).await)
    }

    /// Sets what teams may do in a project. A conflict means that a team is gone, or can do something else by now than
    /// it could.
    /// Cancel: it took place or it did not.
    pub async fn set_team_roles(
        &self,
        org: OrgId,
        project: ProjectId,
        roles: &[TeamRoles],
        told: &[Event],
    ) -> Result<Outcome> {
        transact!(self, "set the roles of teams", &[], |tx| {
            let outcome = set_roles(tx, org, project, roles, told).await?;
            if outcome != Outcome::Saved {
                return Ok(outcome);
            }
            Ok::<_, StoreError>(outcome)
        })
    }
}

async fn insert(tx: &mut Tx, team: &Team, max: usize, told: &[Event]) -> Result<TeamOutcome> {
    let Team { id, org, name, created_at, members, roles: _ } = team;
    if !owners::take(tx, *org).await? {
        return Ok(TeamOutcome::Missing);
    }
    if tx.fetch(&LIST, values![*org]).await?.len() >= max {
        return Ok(TeamOutcome::TooMany);
    }
    if tx.execute(&INSERT, values![*id, *org, name, *created_at]).await? == 0 {
        return Ok(TeamOutcome::Conflict);
    }
    fill(tx, *org, *id, members).await?;
    events::insert(tx, told).await?;
    Ok(TeamOutcome::Saved)
}

async fn rename(tx: &mut Tx, org: OrgId, id: TeamId, name: &str, told: &[Event]) -> Result<Outcome> {
    if !owners::take(tx, org).await? {
        return Ok(Outcome::Conflict);
    }
    let holder = tx.fetch(&NAMED, values![org, name]).await?;
    let holder: Option<TeamId> = holder.first().map(|row| row.fields("teams").parsed()).transpose()?;
    if holder.is_some_and(|holder| holder != id) {
        return Ok(Outcome::Conflict);
    }
    if tx.execute(&RENAME, values![org, id, name]).await? == 0 {
        return Ok(Outcome::InUse);
    }
    events::insert(tx, told).await?;
    Ok(Outcome::Saved)
}

async fn delete(tx: &mut Tx, org: OrgId, id: TeamId, told: &[Event]) -> Result<Outcome> {
    if !owners::take(tx, org).await? || !is_there(tx, org, id).await? {
        return Ok(Outcome::Conflict);
    }
    if !tx.fetch(&IN_PROJECT, values![id]).await?.is_empty() {
        return Ok(Outcome::InUse);
    }
    tx.execute(&DELETE, values![org, id]).await?;
    events::insert(tx, told).await?;
    Ok(Outcome::Saved)
}

async fn put(
    tx: &mut Tx,
    org: OrgId,
    id: TeamId,
    people: &BTreeSet<UserId>,
    max: usize,
    told: &[Event],
) -> Result<TeamOutcome> {
    if !owners::take(tx, org).await? || !is_there(tx, org, id).await? {
        return Ok(TeamOutcome::Missing);
    }
    let rows = tx.fetch(&IN_TEAM, values![org, id]).await?;
    let members = rows.iter().map(|row| row.fields("team_members").parsed()).collect::<Result<BTreeSet<UserId>>>()?;
    if !members.is_disjoint(people) {
        return Ok(TeamOutcome::Conflict);
    }
    if members.len().saturating_add(people.len()) > max {
        return Ok(TeamOutcome::TooMany);
    }
    if usize::try_from(fill(tx, org, id, people).await?) != Ok(people.len()) {
        return Ok(TeamOutcome::Conflict);
    }
    events::insert(tx, told).await?;
    Ok(TeamOutcome::Saved)
}

async fn take_out(tx: &mut Tx, org: OrgId, id: TeamId, person: UserId, told: &[Event]) -> Result<Outcome> {
    if !owners::take(tx, org).await? || tx.execute(&TAKE_OUT, values![org, id, person]).await? == 0 {
        return Ok(Outcome::Conflict);
    }
    events::insert(tx, told).await?;
    Ok(Outcome::Saved)
}

async fn set_roles(
    tx: &mut Tx,
    org: OrgId,
    project: ProjectId,
    roles: &[TeamRoles],
    told: &[Event],
) -> Result<Outcome> {
    if !owners::take(tx, org).await? {
        return Ok(Outcome::Conflict);
    }
    for TeamRoles { team, before, after } in roles {
        if !is_there(tx, org, *team).await? || held(tx, *team, project).await? != *before {
            return Ok(Outcome::Conflict);
        }
        if after.is_empty() {
            tx.execute(&END_ROLES, values![*team, project]).await?;
        } else {
            tx.execute(&SET_ROLES, values![*team, project, project_roles_to_text(after)?]).await?;
        }
    }
    events::insert(tx, told).await?;
    Ok(Outcome::Saved)
}

async fn is_there(tx: &mut Tx, org: OrgId, id: TeamId) -> Result<bool> {
    static FIND: Sql = Sql::same("find a team", "SELECT id FROM teams WHERE org_id = $1 AND id = $2");
    Ok(!tx.fetch(&FIND, values![org, id]).await?.is_empty())
}

async fn held(tx: &mut Tx, team: TeamId, project: ProjectId) -> Result<BTreeSet<ProjectRole>> {
    let rows = tx.fetch(&HELD_ROLES, values![team, project]).await?;
    rows.first().map_or_else(|| Ok(BTreeSet::new()), |row| project_roles_from_text(&mut row.fields("team_roles")))
}

/// Puts those of `people` into a team who are members of the organization, and counts them.
async fn fill(tx: &mut Tx, org: OrgId, id: TeamId, people: &BTreeSet<UserId>) -> Result<u64> {
    let items: Vec<_> = people.iter().map(|id| serde_json::json!({ "id": id.to_string() })).collect();
    if items.is_empty() {
        return Ok(0);
    }
    tx.execute(&FILL, values![to_json(&items)?, org, id]).await
}
