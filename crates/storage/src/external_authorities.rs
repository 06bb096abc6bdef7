//! Table `external_authorities`: certificate authorities that a project brought along. A removed one keeps its row and
//! gives its key free. Must not know X.509, nor which authority is taken.

use domain::event::Event;
use domain::external_authority::ExternalAuthority;
use domain::id::{ExternalAuthorityId, ProjectId};
use domain::time::Timestamp;

use crate::cache::Touched;
use crate::engine::Tx;
use crate::error::Result;
use crate::sql::{Row, Sql, values};
use crate::store::transact;
use crate::{Outcome, Store, events, external_identities};

macro_rules! columns {
    () => {
        "a.id, a.project_id, a.name, a.certificate, a.fingerprint, a.public_key, a.created_at"
    };
}

static INSERT: Sql = Sql::same(
    "insert an external certificate authority",
    "INSERT INTO external_authorities (id, project_id, name, certificate, fingerprint, public_key, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
);
static LIST: Sql = Sql::same(
    "list external certificate authorities",
    concat!(
        "SELECT ",
        columns!(),
        " FROM external_authorities AS a WHERE a.project_id = $1 AND a.removed_at IS NULL ORDER BY a.created_at, a.id"
    ),
);
static FIND: Sql = Sql::same(
    "find an external certificate authority",
    concat!(
        "SELECT ",
        columns!(),
        " FROM external_authorities AS a WHERE a.project_id = $1 AND a.id = $2 AND a.removed_at IS NULL"
    ),
);
static ALL: Sql = Sql::same(
    "list all external certificate authorities",
    concat!(
        "SELECT ",
        columns!(),
        " FROM external_authorities AS a JOIN projects AS p ON p.id = a.project_id AND p.deleted_at IS NULL
         WHERE a.removed_at IS NULL ORDER BY a.id"
    ),
);
static REMOVE: Sql = Sql::same(
    "remove an external certificate authority",
    "UPDATE external_authorities SET removed_at = $3 WHERE project_id = $1 AND id = $2 AND removed_at IS NULL",
);
static HOLD: Sql = Sql::each(
    "hold on to an external certificate authority",
    "SELECT id FROM external_authorities WHERE project_id = $1 AND id = $2 AND removed_at IS NULL",
    "SELECT id FROM external_authorities WHERE project_id = $1 AND id = $2 AND removed_at IS NULL FOR SHARE",
);

impl Store {
    /// Adds an authority to its project, and records it. A conflict means that its key vouches for some project
    /// already.
    /// Cancel: it took place or it did not.
    pub async fn insert_external_authority(&self, authority: &ExternalAuthority, told: &[Event]) -> Result<Outcome> {
        transact!(self, "insert an external certificate authority", &[Touched::AllNodes], |tx| {
            insert(tx, authority, told).await
        })
    }

    /// Lists a project's authorities, oldest first.
    pub async fn external_authorities(&self, project: ProjectId) -> Result<Vec<ExternalAuthority>> {
        self.read(&LIST, values![project]).await?.iter().map(from_row).collect()
    }

    /// Finds an authority of a project.
    pub async fn external_authority(
        &self,
        project: ProjectId,
        id: ExternalAuthorityId,
    ) -> Result<Option<ExternalAuthority>> {
        self.read_one(&FIND, values![project, id]).await?.as_ref().map(from_row).transpose()
    }

    /// Lists the authorities of all projects that were not deleted.
    pub async fn all_external_authorities(&self) -> Result<Vec<ExternalAuthority>> {
        self.read(&ALL, &[]).await?.iter().map(from_row).collect()
    }

    /// Removes an authority with all that said which of its certificates are which node, and records it. A conflict
    /// means it was removed already.
    /// Cancel: it took place or it did not.
    pub async fn remove_external_authority(
        &self,
        authority: &ExternalAuthority,
        at: Timestamp,
        told: &[Event],
    ) -> Result<Outcome> {
        transact!(self, "remove an external certificate authority", &[Touched::AllNodes], |tx| {
            remove(tx, authority, at, told).await
        })
    }
}

async fn insert(tx: &mut Tx, authority: &ExternalAuthority, told: &[Event]) -> Result<Outcome> {
    let ExternalAuthority { id, project, name, certificate, fingerprint, public_key, created_at } = authority;
    let (print, key) = (fingerprint.as_slice(), public_key.as_slice());
    let values = values![*id, *project, name, certificate, print, key, *created_at];
    let outcome = Outcome::of_rows(tx.execute(&INSERT, values).await?);
    if outcome == Outcome::Saved {
        events::insert(tx, told).await?;
    }
    Ok(outcome)
}

async fn remove(tx: &mut Tx, authority: &ExternalAuthority, at: Timestamp, told: &[Event]) -> Result<Outcome> {
    let outcome = Outcome::of_rows(tx.execute(&REMOVE, values![authority.project, authority.id, at]).await?);
    if outcome == Outcome::Saved {
        external_identities::forget_all(tx, authority.id).await?;
        events::insert(tx, told).await?;
    }
    Ok(outcome)
}

/// Keeps an authority as it is until the transaction ends. Tells whether the project has it.
pub(crate) async fn hold(tx: &mut Tx, project: ProjectId, id: ExternalAuthorityId) -> Result<bool> {
    Ok(!tx.fetch(&HOLD, values![project, id]).await?.is_empty())
}

fn from_row(row: &Row) -> Result<ExternalAuthority> {
    let mut fields = row.fields("external_authorities");
    Ok(ExternalAuthority {
        id: fields.parsed()?,
        project: fields.parsed()?,
        name: fields.text()?,
        certificate: fields.blob()?,
        fingerprint: fields.bytes()?,
        public_key: fields.bytes()?,
        created_at: fields.time()?,
    })
}
