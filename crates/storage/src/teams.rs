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
static CLEAR: Sql = Sql::same("empty a team", "DELETE FROM team_members WHERE org_id = $1 AND team_id = $2");
static FILL: Sql = over_items!(
    "fill a team",
    "INSERT INTO team_members (team_id, user_id, org_id) SELECT $3, m.user_id, m.org_id FROM org_members AS m
     WHERE m.org_id = $2 AND m.user_id IN (SELECT item.value ->> 'id' FROM",
    ")"
);
static SET_ROLES: Sql = Sql::same(
    "save a team's roles in a project",
    "INSERT INTO team_roles (team_id, project_id, roles) VALUES ($1, $2, $3)
     ON CONFLICT (team_id, project_id) DO UPDATE SET roles = excluded.roles",
);
static END_ROLES: Sql =
    Sql::same("end a team's roles in a project", "DELETE FROM team_roles WHERE team_id = $1 AND project_id = $2");

impl Store {
    /// Adds a team with its members. A conflict means its organization has one of that name.
    /// Cancel: it took place or it did not.
    pub async fn insert_team(&self, team: &Team, told: &[Event]) -> Result<Outcome> {
        transact!(self, "insert a team", &[], |tx| insert(tx, team, told).await)
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

    /// Sets who is in a team; whoever is no member of the organization is left out. A conflict means that it is gone.
    /// Cancel: it took place or it did not.
    pub async fn set_team_members(
        &self,
        org: OrgId,
        id: TeamId,
        members: &BTreeSet<UserId>,
        told: &[Event],
    ) -> Result<Outcome> {
        transact!(self, "set the members of a team", &[], |tx| set_members(tx, org, id, members, told).await)
    }

    /// Sets what teams may do in a project; no role takes a team out of it. A conflict means that a team is gone.
    /// Cancel: it took place or it did not.
    pub async fn set_team_roles(
        &self,
        org: OrgId,
        project: ProjectId,
        roles: &[(TeamId, BTreeSet<ProjectRole>)],
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

async fn insert(tx: &mut Tx, team: &Team, told: &[Event]) -> Result<Outcome> {
    let Team { id, org, name, created_at, members, roles: _ } = team;
    if !owners::take(tx, *org).await? {
        return Ok(Outcome::Conflict);
    }
    if tx.execute(&INSERT, values![*id, *org, name, *created_at]).await? == 0 {
        return Ok(Outcome::Conflict);
    }
    fill(tx, *org, *id, members).await?;
    events::insert(tx, told).await?;
    Ok(Outcome::Saved)
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

async fn set_members(
    tx: &mut Tx,
    org: OrgId,
    id: TeamId,
    members: &BTreeSet<UserId>,
    told: &[Event],
) -> Result<Outcome> {
    if !owners::take(tx, org).await? {
        return Ok(Outcome::Conflict);
    }
    if !is_there(tx, org, id).await? {
        return Ok(Outcome::Conflict);
    }
    tx.execute(&CLEAR, values![org, id]).await?;
    fill(tx, org, id, members).await?;
    events::insert(tx, told).await?;
    Ok(Outcome::Saved)
}

async fn set_roles(
    tx: &mut Tx,
    org: OrgId,
    project: ProjectId,
    roles: &[(TeamId, BTreeSet<ProjectRole>)],
    told: &[Event],
) -> Result<Outcome> {
    if !owners::take(tx, org).await? {
        return Ok(Outcome::Conflict);
    }
    for (team, roles) in roles {
        if !is_there(tx, org, *team).await? {
            return Ok(Outcome::Conflict);
        }
        if roles.is_empty() {
            tx.execute(&END_ROLES, values![*team, project]).await?;
        } else {
            tx.execute(&SET_ROLES, values![*team, project, project_roles_to_text(roles)?]).await?;
        }
    }
    events::insert(tx, told).await?;
    Ok(Outcome::Saved)
}

async fn is_there(tx: &mut Tx, org: OrgId, id: TeamId) -> Result<bool> {
    static FIND: Sql = Sql::same("find a team", "SELECT id FROM teams WHERE org_id = $1 AND id = $2");
    Ok(!tx.fetch(&FIND, values![org, id]).await?.is_empty())
}

async fn fill(tx: &mut Tx, org: OrgId, id: TeamId, members: &BTreeSet<UserId>) -> Result<()> {
    let items: Vec<_> = members.iter().map(|id| serde_json::json!({ "id": id.to_string() })).collect();
    if !items.is_empty() {
        tx.execute(&FILL, values![to_json(&items)?, org, id]).await?;
    }
    Ok(())
}
