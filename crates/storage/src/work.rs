//! Table `work`: what reconcilers have to do and when, and who is at it. A claim is a hold for a
//! while; its `attempt` fences whoever comes back too late. Must not know what any work is.

use std::time::Duration;

use domain::time::Timestamp;
use serde::Serialize;

use crate::Store;
use crate::engine::Tx;
use crate::error::Result;
use crate::sql::{Sql, over_items, to_json, values};

/// A kind of work; each reconciler has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WorkKind {
    /// Checking a customer key.
    ValidityCheck,
    /// Wrapping master keys again after their customer key changed.
    Rotation,
    /// Bringing a private endpoint where it is wanted; its id is the endpoint's.
    PrivateEndpoint,
    /// Telling somebody of an alert; its id is a lane of the outbox.
    Notice,
    /// Looking at the alerts of a project; its id is the project's.
    Alerts,
}

impl WorkKind {
    /// Every kind there is.
    pub const ALL: [Self; 5] = [Self::ValidityCheck, Self::Rotation, Self::PrivateEndpoint, Self::Notice, Self::Alerts];

    /// Gives its name in the table.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ValidityCheck => "validity_check",
            Self::Rotation => "rotation",
            Self::PrivateEndpoint => "private_endpoint",
            Self::Notice => "notice",
            Self::Alerts => "alerts",
        }
    }
}

/// A hold on one piece of work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// What kind of work.
    pub kind: WorkKind,
    /// Which piece.
    pub id: String,
    /// Who holds it.
    pub owner: String,
    /// Counts the claims of this piece; a later one makes this one worthless.
    pub attempt: i64,
    /// When it was due.
    pub due_at: Timestamp,
    /// Until when it is held.
    pub until: Timestamp,
}

/// How one piece of a batch ends. Without an owner it is only put off; with one, its claim ends.
#[derive(Serialize)]
pub(crate) struct Finish<'f> {
    pub(crate) id: String,
    /// When it is due next; absent to leave that as it is.
    pub(crate) due: Option<i64>,
    pub(crate) owner: Option<&'f str>,
    pub(crate) attempt: Option<i64>,
}

static CLAIM: Sql = Sql::each(
    "claim due work",
    "UPDATE work SET claimed_by = $1, claimed_until = $2, attempt = attempt + 1
     WHERE kind = $3 AND id IN (SELECT id FROM work WHERE kind = $3 AND due_at <= $4 AND claimed_until <= $4
                                ORDER BY due_at LIMIT $5)
     RETURNING id, attempt, due_at",
    "WITH due AS MATERIALIZED (
         SELECT kind, id FROM work WHERE kind = $3 AND due_at <= $4 AND claimed_until <= $4
         ORDER BY due_at LIMIT $5 FOR UPDATE SKIP LOCKED)
     UPDATE work SET claimed_by = $1, claimed_until = $2, attempt = attempt + 1
     FROM due WHERE work.kind = due.kind AND work.id = due.id
     RETURNING work.id, work.attempt, work.due_at",
);
// Materialized, or SQLite reads the batch again for each row of the table.
static FINISH: Sql = over_items!(
    "finish work",
    "WITH u AS MATERIALIZED (
         SELECT item.value ->> 'id' AS id, CAST(item.value ->> 'due' AS BIGINT) AS due,
                item.value ->> 'owner' AS claim_owner, CAST(item.value ->> 'attempt' AS BIGINT) AS of_attempt
         FROM",
    ")
     UPDATE work SET due_at = COALESCE(u.due, work.due_at),
         claimed_by = CASE WHEN u.claim_owner IS NULL THEN work.claimed_by ELSE '' END,
         claimed_until = CASE WHEN u.claim_owner IS NULL THEN work.claimed_until ELSE 0 END
     FROM u
     WHERE work.kind = $2 AND work.id = u.id
       AND (u.claim_owner IS NULL OR (work.claimed_by = u.claim_owner AND work.attempt = u.of_attempt))"
);
static PUT: Sql = Sql::same(
    "schedule work",
    "INSERT INTO work (kind, id, due_at, claimed_by, claimed_until, attempt) VALUES ($1, $2, $3, '', 0, 0)
     ON CONFLICT (kind, id) DO UPDATE SET
         due_at = excluded.due_at, claimed_by = '', claimed_until = 0, attempt = work.attempt + 1",
);
static CALL: Sql = Sql::same(
    "call for work",
    "INSERT INTO work (kind, id, due_at, claimed_by, claimed_until, attempt) VALUES ($1, $2, $3, '', 0, 0)
     ON CONFLICT (kind, id) DO UPDATE SET
         due_at = CASE WHEN work.due_at > excluded.due_at THEN excluded.due_at ELSE work.due_at END",
);
static HASTEN: Sql =
    Sql::same("hasten work", "UPDATE work SET due_at = $3 WHERE kind = $1 AND id = $2 AND due_at > $3");
static REMOVE: Sql = Sql::same("remove work", "DELETE FROM work WHERE kind = $1 AND id = $2");
static NEXT_DUE: Sql = Sql::same(
    "find when work is due next",
    "SELECT MIN(free_at) FROM (
         SELECT MIN(due_at) AS free_at FROM work WHERE kind = $1 AND claimed_until = 0
         UNION ALL
         SELECT MIN(claimed_until) AS free_at FROM work WHERE kind = $1 AND claimed_until > 0) AS first",
);
static GIVE_UP: Sql =
    Sql::same("give up all claims", "UPDATE work SET claimed_by = '', claimed_until = 0 WHERE claimed_until <> 0");

impl Store {
    /// Claims at most `limit` pieces of work that are due and that nobody holds, the longest overdue
    /// first. Two owners never hold the same piece; one whose lease ran out can be taken by another.
    pub async fn claim_due(
        &self,
        kind: WorkKind,
        now: Timestamp,
        owner: &str,
        limit: i64,
        lease: Duration,
    ) -> Result<Vec<Claim>> {
        let until = now + lease;
        let mut claims = Vec::new();
        for row in self.write(&CLAIM, values![owner, until, kind.name(), now, limit], &[]).await? {
            let mut fields = row.fields("work");
            let (id, attempt, due_at) = (fields.text()?, fields.int()?, fields.time()?);
            claims.push(Claim { kind, id, owner: owner.to_owned(), attempt, due_at, until });
        }
        claims.sort_by(|one, other| (one.due_at, &one.id).cmp(&(other.due_at, &other.id)));
        Ok(claims)
    }

    /// Ends a claim and puts the work off. Tells whether the claim still held; if not, nothing changed.
    pub async fn finish_work(&self, claim: &Claim, next_due: Timestamp) -> Result<bool> {
        self.end(claim, Some(next_due)).await
    }

    /// Ends a claim and leaves the work due. Tells whether the claim still held.
    pub async fn release_work(&self, claim: &Claim) -> Result<bool> {
        self.end(claim, None).await
    }

    /// Makes work due at a time, whoever held it before; his claim is worthless then.
    pub async fn schedule_work(&self, kind: WorkKind, id: &str, due_at: Timestamp) -> Result<()> {
        self.execute(&PUT, values![kind.name(), id, due_at], &[]).await.map(drop)
    }

    /// Tells when the next piece of work can be claimed, if there is any at all.
    pub async fn next_due(&self, kind: WorkKind) -> Result<Option<Timestamp>> {
        let row = self.read_one(&NEXT_DUE, values![kind.name()]).await?;
        row.map_or(Ok(None), |row| row.fields("work").time_if_any())
    }

    async fn end(&self, claim: &Claim, due: Option<Timestamp>) -> Result<bool> {
        let finish = Finish::of(claim, due);
        Ok(self.execute(&FINISH, values![to_json(&[finish])?, claim.kind.name()], &[]).await? > 0)
    }
}

impl<'f> Finish<'f> {
    fn of(claim: &'f Claim, due: Option<Timestamp>) -> Self {
        Self {
            id: claim.id.clone(),
            due: due.map(Timestamp::as_millis),
            owner: Some(&claim.owner),
            attempt: Some(claim.attempt),
        }
    }
}

/// Ends a claim and puts the work off. Tells whether the claim still held; if not, nothing changed.
pub(crate) async fn finish(tx: &mut Tx, claim: &Claim, next_due: Timestamp) -> Result<bool> {
    let finish = Finish::of(claim, Some(next_due));
    Ok(tx.execute(&FINISH, values![to_json(&[finish])?, claim.kind.name()]).await? > 0)
}

/// Ends the claims of a batch.
pub(crate) async fn finish_all(tx: &mut Tx, kind: WorkKind, finishes: &[Finish<'_>]) -> Result<()> {
    tx.execute(&FINISH, values![to_json(&finishes)?, kind.name()]).await.map(drop)
}

/// Makes work due at a time, whoever held it before.
pub(crate) async fn put(tx: &mut Tx, kind: WorkKind, id: &str, due_at: Timestamp) -> Result<()> {
    tx.execute(&PUT, values![kind.name(), id, due_at]).await.map(drop)
}

/// Makes work due at a time, unless it is due earlier, whether or not there was any. Whoever holds it goes on.
pub(crate) async fn call(tx: &mut Tx, kind: WorkKind, id: &str, due_at: Timestamp) -> Result<()> {
    tx.execute(&CALL, values![kind.name(), id, due_at]).await.map(drop)
}

/// Makes work that there is due at a time, unless it is due earlier. Whoever holds it goes on.
pub(crate) async fn hasten(tx: &mut Tx, kind: WorkKind, id: &str, due_at: Timestamp) -> Result<()> {
    tx.execute(&HASTEN, values![kind.name(), id, due_at]).await.map(drop)
}

pub(crate) async fn remove(tx: &mut Tx, kind: WorkKind, id: &str) -> Result<()> {
    tx.execute(&REMOVE, values![kind.name(), id]).await.map(drop)
}

/// Ends every claim, for a process that has the database to itself and has just begun.
pub(crate) async fn give_up_all_claims(store: &Store) -> Result<()> {
    store.execute(&GIVE_UP, &[], &[]).await.map(drop)
}
