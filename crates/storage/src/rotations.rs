//! Table `rotations`: the re-wrapping of master keys, one row per change of a customer key. What is left of one is
//! counted in `master_keys`, so a row never has to be written while it goes on. Must not know how a key is wrapped.

use domain::customer_key::{CustomerKeyNumber, ProviderKind};
use domain::event::Event;
use domain::id::{ProjectId, RotationId};
use domain::rotation::Rotation;
use domain::time::Timestamp;

use crate::engine::Tx;
use crate::error::Result;
use crate::projects::count;
use crate::sql::{Row, Sql, values};
use crate::store::transact;
use crate::{Outcome, Store, WorkKind, events, validity_work_id, work};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, project_id, provider, from_number, to_number, started_at, total, finished_at, superseded_at, \
             last_failure FROM rotations WHERE ",
            $rest
        )
    };
}

macro_rules! under_way {
    () => {
        "finished_at IS NULL AND superseded_at IS NULL"
    };
}

static SUPERSEDE: Sql = Sql::same(
    "supersede a rotation",
    concat!("UPDATE rotations SET superseded_at = $3 WHERE project_id = $1 AND provider = $2 AND ", under_way!()),
);
static INSERT: Sql = Sql::same(
    "begin a rotation",
    "INSERT INTO rotations (id, project_id, provider, from_number, to_number, started_at, total)
     SELECT $1, $2, $3, $4, $5, $6, COUNT(*) FROM master_keys
     WHERE project_id = $2 AND provider = $3 AND customer_key <> $5 AND purged_at IS NULL",
);
static LIST: Sql =
    Sql::same("list rotations", select!("project_id = $1 ORDER BY started_at DESC, id DESC LIMIT $2 OFFSET $3"));
static COUNT: Sql = Sql::same("count rotations", "SELECT COUNT(*) FROM rotations WHERE project_id = $1");
static FIND: Sql = Sql::same("find a rotation", select!("project_id = $1 AND id = $2"));
static FIND_UNDER_WAY: Sql =
    Sql::same("find the rotation under way", concat!(select!("project_id = $1 AND provider = $2 AND "), under_way!()));
static TAKE: Sql = Sql::each(
    "take hold of a rotation",
    concat!("SELECT project_id, provider, to_number FROM rotations WHERE id = $1 AND ", under_way!()),
    concat!("SELECT project_id, provider, to_number FROM rotations WHERE id = $1 AND ", under_way!(), " FOR UPDATE"),
);
static LEFT: Sql = Sql::same(
    "count the master keys under other customer keys",
    "SELECT COUNT(*) FROM master_keys
     WHERE project_id = $1 AND provider = $2 AND customer_key <> $3 AND purged_at IS NULL",
);
static FINISH: Sql =
    Sql::same("finish a rotation", "UPDATE rotations SET finished_at = $2, last_failure = NULL WHERE id = $1");
static NOTE: Sql = Sql::same(
    "note what holds a rotation up",
    concat!("UPDATE rotations SET last_failure = $2 WHERE id = $1 AND ", under_way!()),
);

impl Store {
    /// Lists a page of a project's rotations, newest first, and counts them all.
    pub async fn rotations_of_project(
        &self,
        project: ProjectId,
        offset: i64,
        limit: i64,
    ) -> Result<(Vec<Rotation>, i64)> {
        let total = self.read_one(&COUNT, values![project]).await?.map_or(Ok(0), |row| count(&row))?;
        let rows = self.read(&LIST, values![project, limit, offset]).await?;
        Ok((rows.iter().map(from_row).collect::<Result<_>>()?, total))
    }

    /// Finds a rotation of a project.
    pub async fn rotation(&self, project: ProjectId, id: RotationId) -> Result<Option<Rotation>> {
        self.read_one(&FIND, values![project, id]).await?.as_ref().map(from_row).transpose()
    }

    /// Finds the rotation of a provider that is neither finished nor superseded.
    pub async fn unfinished_rotation(&self, project: ProjectId, provider: ProviderKind) -> Result<Option<Rotation>> {
        let row = self.read_one(&FIND_UNDER_WAY, values![project, provider.name()]).await?;
        row.as_ref().map(from_row).transpose()
    }

    /// Counts the master keys of a project at a provider that are under another customer key than this one. Purged
    /// ones do not count.
    pub async fn master_keys_left(
        &self,
        project: ProjectId,
        provider: ProviderKind,
        current: CustomerKeyNumber,
    ) -> Result<i64> {
        let row = self.read_one(&LEFT, values![project, provider.name(), current]).await?;
        row.map_or(Ok(0), |row| count(&row))
    }

    /// Notes what holds a rotation up, or that nothing does any more. A conflict means it is over.
    pub async fn note_rotation_failure(&self, id: RotationId, failure: Option<&str>) -> Result<Outcome> {
        self.execute(&NOTE, values![id, failure], &[]).await.map(Outcome::of_rows)
    }

    /// Ends a rotation that has nothing left to do, with its piece of work, and records it. It is in use while a
    /// master key is under another customer key; a conflict means that it is over.
    /// Cancel: it took place or it did not.
    pub async fn finish_rotation(&self, id: RotationId, at: Timestamp, told: &[Event]) -> Result<Outcome> {
        transact!(self, "finish a rotation", &[], |tx| finish(tx, id, at, told).await)
    }
}

/// Begins a rotation in the transaction that changes the customer key; the one under way, if any, is superseded. Its
/// total is counted here.
pub(crate) async fn begin(tx: &mut Tx, rotation: &Rotation) -> Result<()> {
    let Rotation { id, project, provider, from, to, started_at, .. } = rotation;
    supersede(tx, *project, *provider, *started_at).await?;
    tx.execute(&INSERT, values![*id, *project, provider.name(), *from, *to, *started_at]).await.map(drop)
}

/// Ends the rotation of a provider that is under way, if there is one, where it is.
pub(crate) async fn supersede(tx: &mut Tx, project: ProjectId, provider: ProviderKind, at: Timestamp) -> Result<()> {
    tx.execute(&SUPERSEDE, values![project, provider.name(), at]).await.map(drop)
}

async fn finish(tx: &mut Tx, id: RotationId, at: Timestamp, told: &[Event]) -> Result<Outcome> {
    let rows = tx.fetch(&TAKE, values![id]).await?;
    let Some(row) = rows.first() else { return Ok(Outcome::Conflict) };
    let mut fields = row.fields("rotations");
    let (project, provider): (ProjectId, _) = (fields.parsed()?, fields.word(ProviderKind::by_name)?);
    let to = CustomerKeyNumber::from_stored(fields.int()?);
    // A statement of its own after the lock, so that it sees what the lock waited for.
    let left = tx.fetch(&LEFT, values![project, provider.name(), to]).await?;
    if left.first().map_or(Ok(0), count)? > 0 {
        return Ok(Outcome::InUse);
    }
    tx.execute(&FINISH, values![id, at]).await?;
    work::remove(tx, WorkKind::Rotation, &validity_work_id(project, provider)).await?;
    events::insert(tx, told).await?;
    Ok(Outcome::Saved)
}

fn from_row(row: &Row) -> Result<Rotation> {
    let mut fields = row.fields("rotations");
    Ok(Rotation {
        id: fields.parsed()?,
        project: fields.parsed()?,
        provider: fields.word(ProviderKind::by_name)?,
        from: CustomerKeyNumber::from_stored(fields.int()?),
        to: CustomerKeyNumber::from_stored(fields.int()?),
        started_at: fields.time()?,
        total: fields.int()?,
        finished_at: fields.time_if_any()?,
        superseded_at: fields.time_if_any()?,
        last_failure: fields.text_if_any()?,
    })
}
