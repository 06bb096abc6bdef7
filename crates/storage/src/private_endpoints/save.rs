//! The transactions that write endpoints: a creation, a deletion that was asked for, and a step of the reconciler. Each
//! keeps the project's path in step with its active endpoints. Must not know why something is saved.

use domain::Bug;
use domain::event::Event;
use domain::id::ProjectId;
use domain::private_endpoint::{EndpointState, PrivateEndpoint};
use domain::project::Activity;
use domain::time::Timestamp;

use super::{cloud_text, provider};
use crate::cache::Touched;
use crate::engine::Tx;
use crate::error::Result;
use crate::sql::{Row, Sql, values};
use crate::store::transact;
use crate::work::{self, WorkKind};
use crate::{Claim, Outcome, Store, encryption_at_rest, events, private_paths, projects, validity_work_id};

/// What became of an endpoint's creation.
#[must_use]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndpointOutcome {
    /// It is durable, its events too.
    Saved,
    /// Nothing was written: the setting changed meanwhile, or its project is gone or inactive.
    Conflict,
    /// Nothing was written: the region has a row that is not being deleted.
    RegionTaken,
    /// Nothing was written: the project has as many as it may have.
    TooMany,
}

/// One step of the reconciler.
#[derive(Debug)]
pub struct EndpointStep<'s> {
    /// The claim it is taken under. It ends here, whatever the outcome.
    pub claim: &'s Claim,
    /// The row as it was when the step was decided on.
    pub seen: &'s PrivateEndpoint,
    /// The row as it is to be, whatever its revision says; none if it goes. One that equals `seen` is not written.
    pub next: Option<&'s PrivateEndpoint>,
    /// The row that takes over from a rejected one.
    pub successor: Option<&'s PrivateEndpoint>,
    /// When to look again.
    pub next_due: Timestamp,
    /// What to record with it.
    pub told: &'s [Event],
    /// When the step is taken.
    pub at: Timestamp,
    /// When the customer key is to be checked, if because of this step; a check under way does not count then.
    pub check_at: Option<Timestamp>,
}

pub(super) static ALIVE: Sql = Sql::same(
    "list the private endpoints that are not being deleted",
    "SELECT provider, region FROM private_endpoints WHERE project_id = $1 AND state <> 'DELETING'",
);
static INSERT: Sql = Sql::same(
    "insert a private endpoint",
    "INSERT INTO private_endpoints (id, project_id, provider, region, state, predecessor, rejections, created_at,
         start_at, since, cloud, error_message, revision)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
);
pub(super) static UPDATE: Sql = Sql::same(
    "save a private endpoint",
    "UPDATE private_endpoints SET state = $3, rejections = $4, start_at = $5, since = $6, cloud = $7,
         error_message = $8, revision = revision + 1
     WHERE id = $1 AND revision = $2",
);
pub(super) static REMOVE: Sql =
    Sql::same("remove a private endpoint", "DELETE FROM private_endpoints WHERE id = $1 AND revision = $2");
pub(super) static REVISION: Sql = Sql::same(
    "read a private endpoint's revision",
    "SELECT revision FROM private_endpoints WHERE id = $1 AND revision = $2",
);

impl Store {
    /// Adds an endpoint and makes its work due when it may start, if the setting still has `expected_setting_revision`,
    /// the region has no other row that is not being deleted and the project fewer than `most` of them.
    /// Cancel: it took place or it did not.
    pub async fn create_private_endpoint(
        &self,
        new: &PrivateEndpoint,
        expected_setting_revision: i64,
        most: usize,
        told: &[Event],
    ) -> Result<EndpointOutcome> {
        let expected = expected_setting_revision;
        transact!(self, "create a private endpoint", &[], |tx| create(tx, new, expected, most, told).await)
    }

    /// Saves endpoints of one project as ones that are being deleted, each over the revision it carries, and makes their
    /// work due at that moment; whoever holds it goes on, and finds a conflict. A conflict here means that one of them
    /// was changed; then nothing was written.
    /// Cancel: it took place or it did not.
    pub async fn delete_private_endpoints(&self, rows: &[PrivateEndpoint], told: &[Event]) -> Result<Outcome> {
        let Some(project) = rows.first().map(|row| row.project) else { return Ok(Outcome::Saved) };
        if rows.iter().any(|row| row.state != EndpointState::Deleting || row.project != project) {
            return Err(Bug("what is deleted together is of one project and says so").into());
        }
        let touched = [Touched::Project(project)];
        transact!(self, "delete private endpoints", &touched, |tx| delete(tx, project, rows, told).await)
    }

    /// Saves one step of the reconciler: the row, its successor, the path as it is now, events and the end of the claim
    /// together. A conflict means that the row changed meanwhile, then it is due at once; or that the claim was lost.
    /// Nothing else was written then.
    /// Cancel: it took place or it did not.
    pub async fn save_private_endpoint_step(&self, step: EndpointStep<'_>) -> Result<Outcome> {
        let EndpointStep { claim, seen, next, successor, .. } = &step;
        if claim.kind != WorkKind::PrivateEndpoint || claim.id != seen.id.to_string() {
            return Err(Bug("a step is taken under the claim of its endpoint").into());
        }
        if next.is_some_and(|next| next.id != seen.id || next.project != seen.project || next.region != seen.region)
            || successor.is_some_and(|new| new.project != seen.project || new.region != seen.region)
        {
            return Err(Bug("a step leaves its endpoint where it is").into());
        }
        let touched = if shows(&step) { vec![Touched::Project(seen.project)] } else { Vec::new() };
        transact!(self, "save a step of a private endpoint", &touched, |tx| save(tx, &step).await)
    }
}

async fn create(
    tx: &mut Tx,
    new: &PrivateEndpoint,
    expected: i64,
    most: usize,
    told: &[Event],
) -> Result<EndpointOutcome> {
    if projects::hold_activity(tx, new.project).await? != Some(Activity::Active) {
        return Ok(EndpointOutcome::Conflict);
    }
    if encryption_at_rest::take(tx, new.project).await? != Some(expected) {
        return Ok(EndpointOutcome::Conflict);
    }
    // A statement of its own after the lock, so that it sees what the lock waited for.
    let alive = tx.fetch(&ALIVE, values![new.project]).await?;
    let taken = |row: &Row| {
        let mut fields = row.fields("private_endpoints");
        Ok(provider(&mut fields)? == new.region.provider() && fields.text()? == new.region.as_str())
    };
    if alive.iter().map(taken).collect::<Result<Vec<bool>>>()?.contains(&true) {
        return Ok(EndpointOutcome::RegionTaken);
    }
    if alive.len() >= most {
        return Ok(EndpointOutcome::TooMany);
    }
    insert(tx, new).await?;
    events::insert(tx, told).await?;
    Ok(EndpointOutcome::Saved)
}

async fn delete(tx: &mut Tx, project: ProjectId, rows: &[PrivateEndpoint], told: &[Event]) -> Result<Outcome> {
    encryption_at_rest::take(tx, project).await?;
    // All of them are looked at before one is written: nobody else writes them while the setting is held.
    for row in rows {
        if tx.fetch(&REVISION, values![row.id, row.revision]).await?.is_empty() {
            return Ok(Outcome::Conflict);
        }
    }
    for row in rows {
        update(tx, row, row.revision).await?;
        work::hasten(tx, WorkKind::PrivateEndpoint, &row.id.to_string(), row.since).await?;
    }
    let mut providers: Vec<_> = rows.iter().map(|row| row.region.provider()).collect();
    providers.dedup();
    for provider in providers {
        private_paths::keep_in_step(tx, project, provider).await?;
    }
    events::insert(tx, told).await?;
    Ok(Outcome::Saved)
}

async fn save(tx: &mut Tx, step: &EndpointStep<'_>) -> Result<Outcome> {
    let EndpointStep { claim, seen, next, successor, next_due, told, at, check_at } = step;
    let (id, expected) = (seen.id.to_string(), seen.revision);
    let written = writes(step);
    if written {
        encryption_at_rest::take(tx, seen.project).await?;
    }
    // First, so that of a lost claim nothing is written; and whoever hastens the work waits for what follows.
    if !work::finish(tx, claim, *next_due).await? {
        return Ok(Outcome::Conflict);
    }
    let stands = match next {
        None => tx.execute(&REMOVE, values![seen.id, expected]).await? > 0,
        Some(next) if written => update(tx, next, expected).await?,
        Some(_) => !tx.fetch(&REVISION, values![seen.id, expected]).await?.is_empty(),
    };
    if !stands {
        work::hasten(tx, WorkKind::PrivateEndpoint, &id, *at).await?;
        return Ok(Outcome::Conflict);
    }
    if next.is_none() {
        work::remove(tx, WorkKind::PrivateEndpoint, &id).await?;
    }
    if let Some(successor) = successor {
        insert(tx, successor).await?;
    }
    if let Some(predecessor) = seen.predecessor.filter(|_| written) {
        // It waits for this one.
        work::hasten(tx, WorkKind::PrivateEndpoint, &predecessor.to_string(), *at).await?;
    }
    let provider = seen.region.provider();
    if written && was_or_is_active(step) {
        private_paths::keep_in_step(tx, seen.project, provider).await?;
    }
    if let Some(check_at) = check_at {
        let check = validity_work_id(seen.project, provider.provider());
        work::put(tx, WorkKind::ValidityCheck, &check, *check_at).await?;
    }
    events::insert(tx, *told).await?;
    Ok(Outcome::Saved)
}

async fn insert(tx: &mut Tx, new: &PrivateEndpoint) -> Result<()> {
    let PrivateEndpoint {
        id,
        project,
        region,
        state,
        predecessor,
        rejections,
        created_at,
        start_at,
        since,
        cloud,
        error_message,
        revision,
    } = new;
    let predecessor = predecessor.map(|id| id.to_string());
    let values = values![
        *id,
        *project,
        region.provider().provider().name(),
        region.as_str(),
        state.name(),
        predecessor.as_deref(),
        i64::from(*rejections),
        *created_at,
        *start_at,
        *since,
        cloud_text::write(cloud)?,
        error_message.as_deref(),
        *revision,
    ];
    tx.execute(&INSERT, values).await?;
    work::put(tx, WorkKind::PrivateEndpoint, &id.to_string(), *start_at).await
}

/// Writes what can change of a row over a revision. Tells whether the row still had it.
async fn update(tx: &mut Tx, next: &PrivateEndpoint, expected: i64) -> Result<bool> {
    let PrivateEndpoint {
        id,
        project: _,
        region: _,
        state,
        predecessor: _,
        rejections,
        created_at: _,
        start_at,
        since,
        cloud,
        error_message,
        revision: _,
    } = next;
    let values = values![
        *id,
        expected,
        state.name(),
        i64::from(*rejections),
        *start_at,
        *since,
        cloud_text::write(cloud)?,
        error_message.as_deref(),
    ];
    Ok(tx.execute(&UPDATE, values).await? > 0)
}

/// Tells whether a step changes rows of endpoints.
fn writes(step: &EndpointStep<'_>) -> bool {
    let differs =
        |next: &PrivateEndpoint| PrivateEndpoint { revision: step.seen.revision, ..next.clone() } != *step.seen;
    step.successor.is_some() || step.next.is_none_or(differs)
}

/// Tells whether a step may change what a project's snapshot shows.
fn shows(step: &EndpointStep<'_>) -> bool {
    step.check_at.is_some() || (writes(step) && was_or_is_active(step))
}

fn was_or_is_active(step: &EndpointStep<'_>) -> bool {
    std::iter::once(step.seen).chain(step.next).any(|row| row.state == EndpointState::Active)
}
