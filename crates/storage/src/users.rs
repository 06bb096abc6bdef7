//! Tables `users`, `org_members` and `user_tokens`: people, what each is to an organization, and the tokens they
//! accept invitations with. Of a token only the SHA-256 comes here. Must not know how anybody is written to.

use std::collections::{BTreeMap, BTreeSet};

use domain::event::Event;
use domain::id::{OrgId, TeamId, UserId};
use domain::notice::NewNotice;
use domain::time::Timestamp;
use domain::user::{EmailAddress, Member, MemberState, User};

use crate::engine::Tx;
use crate::error::{Result, StoreError};
use crate::grants::{roles_from_text, roles_to_text};
use crate::sql::{Fields, Row, Sql, over_items, to_json, values};
use crate::store::transact;
use crate::{Outcome, Store, events, outbox, owners};

/// A token by which a person accepts an invitation, or sets a new password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserToken {
    /// SHA-256 of the token, which is 256 random bits.
    pub sha256: [u8; 32],
    /// The organization it was given out by.
    pub org: OrgId,
    /// Whose it is.
    pub user: UserId,
    /// When it stops working.
    pub expires_at: Timestamp,
}

/// What a person says of themselves when they use their token.
#[derive(Debug)]
pub struct Arrival<'a> {
    /// The given name, if told.
    pub first_name: Option<&'a str>,
    /// The family name, if told.
    pub last_name: Option<&'a str>,
    /// The hash of the new password, as Argon2 spells it.
    pub password_hash: &'a str,
}

macro_rules! members {
    ($rest:literal) => {
        concat!(
            "SELECT u.id, u.email, u.first_name, u.last_name, u.created_at, m.org_id, m.roles, m.state, m.invited_at, \
             m.invitation_expires_at, m.invited_by FROM org_members AS m JOIN users AS u ON u.id = m.user_id ",
            $rest
        )
    };
}

static INSERT_USER: Sql = Sql::same(
    "insert a user",
    "INSERT INTO users (id, email, first_name, last_name, created_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
);
static FIND_USER: Sql = Sql::same(
    "find a user by e-mail address",
    "SELECT id, email, first_name, last_name, created_at FROM users WHERE email = $1",
);
static HOLD_USER: Sql = Sql::each(
    "hold on to a user found by e-mail address",
    "SELECT id, email, first_name, last_name, created_at FROM users WHERE email = $1",
    "SELECT id, email, first_name, last_name, created_at FROM users WHERE email = $1 FOR KEY SHARE",
);
static TAKE_USER: Sql = Sql::each(
    "take hold of a user",
    "SELECT id FROM users WHERE id = $1",
    "SELECT id FROM users WHERE id = $1 FOR UPDATE",
);
static FORGET_USER: Sql = Sql::same(
    "forget a user who belongs nowhere",
    "DELETE FROM users WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM org_members WHERE user_id = $1)",
);
static ARRIVE: Sql = Sql::same(
    "save what a user says of themselves",
    "UPDATE users SET password_hash = $2, first_name = COALESCE($3, first_name), last_name = COALESCE($4, last_name)
     WHERE id = $1",
);
static INSERT: Sql = Sql::same(
    "insert a member",
    "INSERT INTO org_members (org_id, user_id, state, roles, invited_at, invitation_expires_at, invited_by)
     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
);
static LIST: Sql = Sql::same("list members", members!("WHERE m.org_id = $1 ORDER BY u.email, u.id"));
static FIND: Sql = Sql::same("find a member", members!("WHERE m.org_id = $1 AND m.user_id = $2"));
static CHANGE: Sql = Sql::same(
    "change a member",
    "UPDATE org_members SET state = $3, roles = $4, invited_at = $5, invitation_expires_at = $6, invited_by = $7
     WHERE org_id = $1 AND user_id = $2 AND state = $8 AND roles = $9",
);
static REMOVE: Sql = Sql::same(
    "remove a member",
    "DELETE FROM org_members WHERE org_id = $1 AND user_id = $2 AND state = $3 AND roles = $4",
);
static TEAMS: Sql =
    Sql::same("list the teams of members", "SELECT user_id, team_id FROM team_members WHERE org_id = $1");
static LEAVE_TEAMS: Sql = over_items!(
    "take a member out of teams",
    "DELETE FROM team_members WHERE org_id = $2 AND user_id = $3 AND team_id IN (SELECT item.value ->> 'id' FROM",
    ")"
);
static JOIN_TEAMS: Sql = over_items!(
    "put a member into teams",
    "INSERT INTO team_members (team_id, user_id, org_id)
     SELECT t.id, $3, t.org_id FROM teams AS t WHERE t.org_id = $2 AND t.id IN (SELECT item.value ->> 'id' FROM",
    ") ON CONFLICT DO NOTHING"
);
static INSERT_TOKEN: Sql = Sql::same(
    "insert a user's token",
    "INSERT INTO user_tokens (token_sha256, org_id, user_id, expires_at) VALUES ($1, $2, $3, $4)",
);
static FIND_TOKEN: Sql = Sql::same(
    "find a user's token",
    "SELECT token_sha256, org_id, user_id, expires_at FROM user_tokens WHERE token_sha256 = $1",
);
static END_TOKENS: Sql = Sql::same("end a user's tokens", "DELETE FROM user_tokens WHERE org_id = $1 AND user_id = $2");
static USE_TOKEN: Sql =
    Sql::same("use a user's token", "DELETE FROM user_tokens WHERE token_sha256 = $1 AND expires_at > $2");

impl Store {
    /// Finds a person by e-mail address, whatever they belong to.
    pub async fn user_by_email(&self, email: &EmailAddress) -> Result<Option<User>> {
        let rows = self.read_one(&FIND_USER, values![email.as_str()]).await?;
        rows.map(|row| user(&mut row.fields("users"))).transpose()
    }

    /// Lists an organization's members, by e-mail address.
    pub async fn members_of(&self, org: OrgId) -> Result<Vec<Member>> {
        let rows = self.read(&LIST, values![org]).await?;
        let mut teams = self.teams_by_member(org).await?;
        rows.iter().map(|row| member(row, &mut teams)).collect()
    }

    /// Finds a member of an organization.
    pub async fn member(&self, org: OrgId, user: UserId) -> Result<Option<Member>> {
        let Some(row) = self.read_one(&FIND, values![org, user]).await? else { return Ok(None) };
        let mut teams = self.teams_by_member(org).await?;
        member(&row, &mut teams).map(Some)
    }

    /// Makes a person a member, with the token of the invitation, if there is one. A conflict means that they are one
    /// already, that somebody else has their address, or that a team is gone.
    /// Cancel: it took place or it did not.
    pub async fn insert_member(
        &self,
        member: &Member,
        token: Option<&UserToken>,
        told: &[Event],
        letters: &[NewNotice],
    ) -> Result<Outcome> {
        transact!(self, "insert a member", &[], |tx| {
            let outcome = insert(tx, member, token, told).await?;
            if outcome != Outcome::Saved {
                return Ok(outcome);
            }
            outbox::enqueue(tx, self.sealer(), letters).await?;
            Ok::<_, StoreError>(outcome)
        })
    }

    /// Changes a member, with a new token for them, if there is one; tokens of before work no more. A conflict means
    /// that somebody else changed them meanwhile; in use means that the organization would have no owner left.
    /// Cancel: it took place or it did not.
    pub async fn change_member(
        &self,
        before: &Member,
        after: &Member,
        token: Option<&UserToken>,
        told: &[Event],
        letters: &[NewNotice],
    ) -> Result<Outcome> {
        transact!(self, "change a member", &[], |tx| {
            let outcome = change(tx, before, after, token, told).await?;
            if outcome != Outcome::Saved {
                return Ok(outcome);
            }
            outbox::enqueue(tx, self.sealer(), letters).await?;
            Ok::<_, StoreError>(outcome)
        })
    }

    /// Removes a member; a person who belongs nowhere is forgotten. A conflict means that somebody else changed them
    /// meanwhile; in use means that the organization would have no owner left.
    /// Cancel: it took place or it did not.
    pub async fn remove_member(&self, member: &Member, told: &[Event]) -> Result<Outcome> {
        transact!(self, "remove a member", &[], |tx| {
            let outcome = remove(tx, member, told).await?;
            if outcome != Outcome::Saved {
                return Ok(outcome);
            }
            Ok::<_, StoreError>(outcome)
        })
    }

    /// Finds a token by its hash, expired ones too.
    pub async fn user_token(&self, sha256: &[u8; 32]) -> Result<Option<UserToken>> {
        let Some(row) = self.read_one(&FIND_TOKEN, values![sha256.as_slice()]).await? else { return Ok(None) };
        let mut fields = row.fields("user_tokens");
        Ok(Some(UserToken {
            sha256: fields.bytes()?,
            org: fields.parsed()?,
            user: fields.parsed()?,
            expires_at: fields.time()?,
        }))
    }

    /// Uses up a token: the person is a member from now on, with the password they chose. A conflict means that the
    /// token was used or ended meanwhile, or is over.
    /// Cancel: it took place or it did not.
    pub async fn use_user_token(
        &self,
        token: &UserToken,
        before: &Member,
        arrival: &Arrival<'_>,
        now: Timestamp,
        told: &[Event],
    ) -> Result<Outcome> {
        transact!(self, "use a user's token", &[], |tx| {
            let outcome = arrive(tx, token, before, arrival, now, told).await?;
            if outcome != Outcome::Saved {
                return Ok(outcome);
            }
            Ok::<_, StoreError>(outcome)
        })
    }

    async fn teams_by_member(&self, org: OrgId) -> Result<BTreeMap<UserId, BTreeSet<TeamId>>> {
        let mut teams: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        for row in self.read(&TEAMS, values![org]).await? {
            let mut fields = row.fields("team_members");
            teams.entry(fields.parsed()?).or_default().insert(fields.parsed()?);
        }
        Ok(teams)
    }
}

pub(crate) async fn insert(tx: &mut Tx, member: &Member, token: Option<&UserToken>, told: &[Event]) -> Result<Outcome> {
    let Member { user: User { id, email, first_name, last_name, created_at }, grants, state, teams } = member;
    if !owners::take(tx, grants.org).await? {
        return Ok(Outcome::Conflict);
    }
    tx.execute(&INSERT_USER, values![*id, email.as_str(), first_name, last_name, *created_at]).await?;
    let known = tx.fetch(&HOLD_USER, values![email.as_str()]).await?;
    let known = known.first().map(|row| user(&mut row.fields("users"))).transpose()?;
    if known.is_none_or(|known| known.id != *id) {
        return Ok(Outcome::Conflict);
    }
    let Columns { word, invited_at, expires_at, invited_by } = Columns::of(state);
    let values = values![grants.org, *id, word, roles_to_text(grants)?, invited_at, expires_at, invited_by];
    if tx.execute(&INSERT, values).await? == 0 {
        return Ok(Outcome::Conflict);
    }
    over_teams(tx, &JOIN_TEAMS, grants.org, *id, teams).await?;
    if let Some(token) = token {
        insert_token(tx, token).await?;
    }
    events::insert(tx, told).await?;
    Ok(Outcome::Saved)
}

pub(crate) async fn change(
    tx: &mut Tx,
    before: &Member,
    after: &Member,
    token: Option<&UserToken>,
    told: &[Event],
) -> Result<Outcome> {
    let (org, id) = (before.grants.org, before.user.id);
    if !owners::take(tx, org).await? {
        return Ok(Outcome::Conflict);
    }
    let Columns { word, invited_at, expires_at, invited_by } = Columns::of(&after.state);
    let old = Columns::of(&before.state).word;
    let (roles, old_roles) = (roles_to_text(&after.grants)?, roles_to_text(&before.grants)?);
    let values = values![org, id, word, roles, invited_at, expires_at, invited_by, old, old_roles];
    if tx.execute(&CHANGE, values).await? == 0 {
        return Ok(Outcome::Conflict);
    }
    // Those of other teams are left alone: somebody else may be changing them.
    over_teams(tx, &LEAVE_TEAMS, org, id, before.teams.difference(&after.teams)).await?;
    over_teams(tx, &JOIN_TEAMS, org, id, after.teams.difference(&before.teams)).await?;
    if token.is_some() || after.state != before.state {
        tx.execute(&END_TOKENS, values![org, id]).await?;
    }
    if let Some(token) = token {
        insert_token(tx, token).await?;
    }
    let still_in = (after.state == MemberState::Active).then_some(&after.grants);
    if before.state == MemberState::Active && owners::is_lost(&before.grants, still_in) && !owners::any(tx, org).await?
    {
        return Ok(Outcome::InUse);
    }
    events::insert(tx, told).await?;
    Ok(Outcome::Saved)
}

async fn remove(tx: &mut Tx, member: &Member, told: &[Event]) -> Result<Outcome> {
    let (org, id) = (member.grants.org, member.user.id);
    if !owners::take(tx, org).await? {
        return Ok(Outcome::Conflict);
    }
    let word = Columns::of(&member.state).word;
    if tx.execute(&REMOVE, values![org, id, word, roles_to_text(&member.grants)?]).await? == 0 {
        return Ok(Outcome::Conflict);
    }
    let was_owner = member.state == MemberState::Active && owners::is_lost(&member.grants, None);
    if was_owner && !owners::any(tx, org).await? {
        return Ok(Outcome::InUse);
    }
    // Whoever invites them elsewhere at this moment is waited for, and seen by the next statement.
    tx.fetch(&TAKE_USER, values![id]).await?;
    tx.execute(&FORGET_USER, values![id]).await?;
    events::insert(tx, told).await?;
    Ok(Outcome::Saved)
}

async fn arrive(
    tx: &mut Tx,
    token: &UserToken,
    before: &Member,
    arrival: &Arrival<'_>,
    now: Timestamp,
    told: &[Event],
) -> Result<Outcome> {
    if !owners::take(tx, token.org).await? {
        return Ok(Outcome::Conflict);
    }
    if tx.execute(&USE_TOKEN, values![token.sha256.as_slice(), now]).await? == 0 {
        return Ok(Outcome::Conflict);
    }
    let Arrival { first_name, last_name, password_hash } = arrival;
    tx.execute(&ARRIVE, values![token.user, *password_hash, *first_name, *last_name]).await?;
    let after = Member { state: MemberState::Active, ..before.clone() };
    change(tx, before, &after, None, told).await
}

/// Runs a statement for a person over the teams they join or leave.
async fn over_teams(
    tx: &mut Tx,
    sql: &Sql,
    org: OrgId,
    user: UserId,
    teams: impl IntoIterator<Item = &TeamId>,
) -> Result<()> {
    let items: Vec<_> = teams.into_iter().map(|id| serde_json::json!({ "id": id.to_string() })).collect();
    if !items.is_empty() {
        tx.execute(sql, values![to_json(&items)?, org, user]).await?;
    }
    Ok(())
}

async fn insert_token(tx: &mut Tx, token: &UserToken) -> Result<()> {
    let UserToken { sha256, org, user, expires_at } = token;
    tx.execute(&INSERT_TOKEN, values![sha256.as_slice(), *org, *user, *expires_at]).await?;
    Ok(())
}

/// How a state lies in its columns.
struct Columns<'m> {
    word: &'static str,
    invited_at: Option<Timestamp>,
    expires_at: Option<Timestamp>,
    invited_by: Option<&'m str>,
}

impl<'m> Columns<'m> {
    fn of(state: &'m MemberState) -> Self {
        match state {
            MemberState::Pending { invited_at, expires_at, invited_by } => Self {
                word: "PENDING",
                invited_at: Some(*invited_at),
                expires_at: Some(*expires_at),
                invited_by: Some(invited_by),
            },
            MemberState::Active => Self { word: "ACTIVE", invited_at: None, expires_at: None, invited_by: None },
            MemberState::Disabled => Self { word: "DISABLED", invited_at: None, expires_at: None, invited_by: None },
        }
    }
}

fn user(fields: &mut Fields<'_>) -> Result<User> {
    let id = fields.parsed()?;
    let email = EmailAddress::parse(&fields.text()?).ok_or_else(|| fields.corrupt("e-mail address"))?;
    Ok(User { id, email, first_name: fields.text()?, last_name: fields.text()?, created_at: fields.time()? })
}

fn member(row: &Row, teams: &mut BTreeMap<UserId, BTreeSet<TeamId>>) -> Result<Member> {
    let mut fields = row.fields("org_members");
    let user = user(&mut fields)?;
    let org = fields.parsed()?;
    let grants = roles_from_text(org, &mut fields)?;
    let word = fields.text()?;
    let (invited_at, expires_at) = (fields.time_if_any()?, fields.time_if_any()?);
    let invited_by = fields.text_if_any()?;
    let state = match (word.as_str(), invited_at, expires_at, invited_by) {
        ("PENDING", Some(invited_at), Some(expires_at), Some(invited_by)) => {
            MemberState::Pending { invited_at, expires_at, invited_by }
        }
        ("ACTIVE", None, None, None) => MemberState::Active,
        ("DISABLED", None, None, None) => MemberState::Disabled,
        _ => return Err(fields.corrupt("state of a member")),
    };
    let teams = teams.remove(&user.id).unwrap_or_default();
    Ok(Member { user, grants, state, teams })
}
