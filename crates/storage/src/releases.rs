//! Tables `releases` and `release_heads`: the record of who got which master key (product.md 3.5). Each project's
//! lines are a chain: the mac of a line covers the line before it, and the project's head names the last one.
//!
//! ```text
//!   line 1 ── mac 1 ──┐
//!   line 2 ── mac 2 = HMAC(chain key; project, 2, mac 1, line 2) ──┐
//!   line 3 ── mac 3 = HMAC(chain key; project, 3, mac 2, line 3) ◄─┘ ── head: 3, mac 3, and a mac of its own
//! ```
//!
//! Must not know which releases are worth a line, or who reads them.

mod chain;
mod keys;
mod line_text;
mod signed_head;
mod verify;

use std::collections::{BTreeMap, BTreeSet};

use aws_lc_rs::hmac;
use domain::id::ProjectId;
use domain::release::Release;
use domain::time::Timestamp;
use serde::Serialize;

use crate::Store;
use crate::engine::Tx;
use crate::error::{Result, StoreError};
use crate::sql::{Row, Sql, over_items, to_json, values};
use crate::store::transact;
use chain::{GENESIS, Mac};

pub(crate) use keys::ReleaseKeys;
pub use signed_head::{NotAHead, SignedHead};
pub use verify::{Breach, Verdict};

/// A line as it lies in the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleaseLine {
    /// Its place in the project's chain, from 1.
    pub sequence: i64,
    /// The release as JSON text.
    pub line: String,
    /// What chains it to the line before.
    pub mac: [u8; 32],
}

/// How far a project's record goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReleaseHead {
    /// The project.
    pub project: ProjectId,
    /// The number of its last line; 0 while it has none.
    pub sequence: i64,
    /// The mac of that line.
    pub mac: [u8; 32],
    /// When that line's release took place.
    pub updated_at: Timestamp,
}

/// A row to write; macs in hex.
#[derive(Serialize)]
struct LineColumns<'l> {
    p: String,
    n: i64,
    line: &'l str,
    mac: String,
}

#[derive(Serialize)]
struct HeadColumns {
    p: String,
    n: i64,
    mac: String,
    at: i64,
    head_mac: String,
}

/// The lines that a batch adds to one project's chain.
struct Addition {
    lines: Vec<String>,
    at: Timestamp,
}

/// What a run of an append came to.
enum Run {
    Appended,
    /// Nothing was written: these projects have no head yet.
    WithoutHead(Vec<ProjectId>),
}

macro_rules! head_columns {
    () => {
        "SELECT project_id, sequence, mac, updated_at, head_mac FROM release_heads"
    };
}

// In the order of their ids, so that two batches lock the heads they share in the same order.
static HOLD_HEADS: Sql = Sql::each(
    "hold the heads of the record of releases",
    concat!(
        head_columns!(),
        " WHERE project_id IN (SELECT item.value ->> 'p' FROM json_each($1) AS item) ORDER BY project_id"
    ),
    concat!(
        head_columns!(),
        " WHERE project_id IN (SELECT item.value ->> 'p' FROM json_array_elements(CAST($1 AS json)) AS item(value))
         ORDER BY project_id FOR UPDATE"
    ),
);
// A project with lines had a head: its row was taken away, and no new one may cover that up.
static BEGIN_HEADS: Sql = Sql::each(
    "begin the record of releases of projects",
    "INSERT INTO release_heads (project_id, sequence, mac, updated_at, head_mac)
     SELECT item.value ->> 'p', CAST(item.value ->> 'n' AS BIGINT), unhex(item.value ->> 'mac'),
            CAST(item.value ->> 'at' AS BIGINT), unhex(item.value ->> 'head_mac')
     FROM json_each($1) AS item
     WHERE NOT EXISTS (SELECT 1 FROM releases AS r WHERE r.project_id = item.value ->> 'p')
     ON CONFLICT DO NOTHING",
    "INSERT INTO release_heads (project_id, sequence, mac, updated_at, head_mac)
     SELECT item.value ->> 'p', CAST(item.value ->> 'n' AS BIGINT), decode(item.value ->> 'mac', 'hex'),
            CAST(item.value ->> 'at' AS BIGINT), decode(item.value ->> 'head_mac', 'hex')
     FROM json_array_elements(CAST($1 AS json)) AS item(value)
     WHERE NOT EXISTS (SELECT 1 FROM releases AS r WHERE r.project_id = item.value ->> 'p')
     ON CONFLICT DO NOTHING",
);
static APPEND: Sql = Sql::each(
    "append to the record of releases",
    "INSERT INTO releases (project_id, sequence, line, mac)
     SELECT item.value ->> 'p', CAST(item.value ->> 'n' AS BIGINT), item.value ->> 'line', unhex(item.value ->> 'mac')
     FROM json_each($1) AS item",
    "INSERT INTO releases (project_id, sequence, line, mac)
     SELECT item.value ->> 'p', CAST(item.value ->> 'n' AS BIGINT), item.value ->> 'line',
            decode(item.value ->> 'mac', 'hex')
     FROM json_array_elements(CAST($1 AS json)) AS item(value)",
);
// Materialized, or SQLite reads the batch again for each row of the table.
static MOVE_HEADS: Sql = Sql::each(
    "move the heads of the record of releases",
    "WITH u AS MATERIALIZED (
         SELECT item.value ->> 'p' AS p, CAST(item.value ->> 'n' AS BIGINT) AS n, unhex(item.value ->> 'mac') AS line_mac,
                CAST(item.value ->> 'at' AS BIGINT) AS moved_at, unhex(item.value ->> 'head_mac') AS own_mac
         FROM json_each($1) AS item)
     UPDATE release_heads SET sequence = u.n, mac = u.line_mac, updated_at = u.moved_at, head_mac = u.own_mac
     FROM u WHERE release_heads.project_id = u.p",
    "WITH u AS MATERIALIZED (
         SELECT item.value ->> 'p' AS p, CAST(item.value ->> 'n' AS BIGINT) AS n,
                decode(item.value ->> 'mac', 'hex') AS line_mac, CAST(item.value ->> 'at' AS BIGINT) AS moved_at,
                decode(item.value ->> 'head_mac', 'hex') AS own_mac
         FROM json_array_elements(CAST($1 AS json)) AS item(value))
     UPDATE release_heads SET sequence = u.n, mac = u.line_mac, updated_at = u.moved_at, head_mac = u.own_mac
     FROM u WHERE release_heads.project_id = u.p",
);
static LINES: Sql = Sql::same(
    "read the record of releases",
    "SELECT sequence, line, mac FROM releases WHERE project_id = $1 AND sequence > $2 ORDER BY sequence LIMIT $3",
);
static HEAD: Sql =
    Sql::same("read the head of a record of releases", concat!(head_columns!(), " WHERE project_id = $1"));
static HEADS_SINCE: Sql = Sql::same(
    "read the heads of the record of releases",
    concat!(head_columns!(), " WHERE updated_at >= $1 ORDER BY project_id"),
);
static PROJECTS: Sql = over_items!(
    "list the projects with a record of releases",
    "SELECT project_id FROM release_heads UNION SELECT DISTINCT project_id FROM releases
     UNION SELECT item.value ->> 'p' FROM",
    "ORDER BY 1"
);

impl Store {
    /// Appends releases to the records of their projects, all of them or none, in the order given.
    /// Errors: `Corrupt` if a project's head is not what was written; that project's record takes no more lines.
    /// Cancel: they are all written or none is.
    pub async fn append_releases(&self, releases: &[Release]) -> Result<()> {
        if releases.is_empty() {
            return Ok(());
        }
        let additions = by_project(releases)?;
        let key = self.chain_key_made().await?;
        let act = "append to the record of releases";
        let mut begun = false;
        loop {
            let run = transact!(self, act, &[], |tx| append(tx, &key, &additions).await)?;
            match run {
                Run::Appended => return Ok(()),
                Run::WithoutHead(projects) if !begun => self.begin_heads(&key, &projects).await?,
                Run::WithoutHead(_) => {
                    return Err(StoreError::Corrupt { table: "release_heads", what: "row, now gone," });
                }
            }
            begun = true;
        }
    }

    /// Reads the lines of a project after a number, in order. What is read is not verified.
    pub async fn release_lines(&self, project: ProjectId, after: i64, limit: i64) -> Result<Vec<ReleaseLine>> {
        self.read(&LINES, values![project, after, limit]).await?.iter().map(line).collect()
    }

    /// Reads how far a project's record goes; none if nothing was ever released.
    /// Errors: `Corrupt` if the head is not what was written.
    pub async fn release_head(&self, project: ProjectId) -> Result<Option<ReleaseHead>> {
        let Some(row) = self.read_one(&HEAD, values![project]).await? else { return Ok(None) };
        let key = self.chain_key().await?;
        let (_, head) = head_of(&row, key.as_ref())?;
        head.map(Some).ok_or(StoreError::Corrupt { table: "release_heads", what: "mac" })
    }

    /// Lists the heads that moved at that time or later. One that is not what was written comes without its content.
    pub async fn release_heads_since(&self, at: Timestamp) -> Result<Vec<(ProjectId, Option<ReleaseHead>)>> {
        let rows = self.read(&HEADS_SINCE, values![at]).await?;
        let key = self.chain_key().await?;
        rows.iter().map(|row| head_of(row, key.as_ref())).collect()
    }

    /// Lists the projects that have a record of releases, or a piece of one, and those named.
    pub async fn projects_with_releases(&self, named: &[ProjectId]) -> Result<Vec<ProjectId>> {
        let rows = self.read(&PROJECTS, values![projects_json(named)?]).await?;
        rows.iter().map(|row| row.fields("release_heads").parsed()).collect()
    }

    async fn begin_heads(&self, key: &hmac::Key, projects: &[ProjectId]) -> Result<()> {
        let columns = |project: &ProjectId| {
            head_columns(
                key,
                ReleaseHead { project: *project, sequence: 0, mac: GENESIS, updated_at: Timestamp::EPOCH },
            )
        };
        let rows: Vec<_> = projects.iter().map(columns).collect();
        self.execute(&BEGIN_HEADS, values![to_json(&rows)?], &[]).await.map(drop)
    }
}

fn by_project(releases: &[Release]) -> Result<BTreeMap<ProjectId, Addition>> {
    let mut additions: BTreeMap<ProjectId, Addition> = BTreeMap::new();
    for release in releases {
        let addition =
            additions.entry(release.project).or_insert_with(|| Addition { lines: Vec::new(), at: release.at });
        addition.lines.push(line_text::write(release)?);
        addition.at = addition.at.max(release.at);
    }
    Ok(additions)
}

async fn append(tx: &mut Tx, key: &hmac::Key, additions: &BTreeMap<ProjectId, Addition>) -> Result<Run> {
    let named: Vec<ProjectId> = additions.keys().copied().collect();
    let mut without: BTreeSet<ProjectId> = named.iter().copied().collect();
    let (mut lines, mut heads) = (Vec::new(), Vec::new());
    for row in tx.fetch(&HOLD_HEADS, values![projects_json(&named)?]).await? {
        let (project, head) = head_of(&row, Some(key))?;
        // Going on from a false head would bury whatever was done to it.
        let mut head = head.ok_or(StoreError::Corrupt { table: "release_heads", what: "mac" })?;
        without.remove(&project);
        let Some(addition) = additions.get(&project) else { continue };
        for line in &addition.lines {
            head.sequence = head.sequence.saturating_add(1);
            head.mac = chain::line_mac(key, project, head.sequence, &head.mac, line);
            lines.push(LineColumns { p: project.to_string(), n: head.sequence, line, mac: hex::encode(head.mac) });
        }
        head.updated_at = head.updated_at.max(addition.at);
        heads.push(head_columns(key, head));
    }
    if !without.is_empty() {
        return Ok(Run::WithoutHead(without.into_iter().collect()));
    }
    tx.execute(&APPEND, values![to_json(&lines)?]).await?;
    tx.execute(&MOVE_HEADS, values![to_json(&heads)?]).await?;
    Ok(Run::Appended)
}

fn projects_json(projects: &[ProjectId]) -> Result<String> {
    let items: Vec<_> = projects.iter().map(|id| serde_json::json!({ "p": id.to_string() })).collect();
    to_json(&items)
}

fn head_columns(key: &hmac::Key, head: ReleaseHead) -> HeadColumns {
    HeadColumns {
        p: head.project.to_string(),
        n: head.sequence,
        mac: hex::encode(head.mac),
        at: head.updated_at.as_millis(),
        head_mac: hex::encode(chain::head_mac(key, &head)),
    }
}

fn line(row: &Row) -> Result<ReleaseLine> {
    let mut fields = row.fields("releases");
    Ok(ReleaseLine { sequence: fields.int()?, line: fields.text()?, mac: fields.bytes()? })
}

/// Reads a head. Without the key, or with another mac than the key makes, it has no content.
fn head_of(row: &Row, key: Option<&hmac::Key>) -> Result<(ProjectId, Option<ReleaseHead>)> {
    let mut fields = row.fields("release_heads");
    let (project, sequence) = (fields.parsed()?, fields.int()?);
    let (mac, updated_at, head_mac) = (Mac::try_from(fields.blob()?), fields.time()?, fields.blob()?);
    let head = mac.ok().map(|mac| ReleaseHead { project, sequence, mac, updated_at });
    let genuine = |head: &ReleaseHead| key.is_some_and(|key| chain::same(&chain::head_mac(key, head), &head_mac));
    Ok((project, head.filter(genuine)))
}
