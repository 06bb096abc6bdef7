//! Table `notices`: what is to be told, and what was. A notice is written in the transaction of the change it tells
//! of. Notices of one lane, an alert and a target, go out one after the other: the lane is the piece of work, so one
//! holder sends at a time, and its claim fences whoever comes back too late. Must not know how anything is sent.

mod content_text;
mod target_text;

use aws_lc_rs::digest;
use domain::event::Event;
use domain::id::{AlertId, NoticeId, OrgId, ProjectId};
use domain::notice::{NewNotice, NoticeContent, NoticeKind, Target};
use domain::secret::SecretText;
use domain::time::Timestamp;
use serde::Serialize;

use crate::engine::Tx;
use crate::error::{Result, StoreError};
use crate::seal::{Place, Sealer};
use crate::sql::{Row, Sql, over_items, to_json, values};
use crate::store::transact;
use crate::work::{self, WorkKind};
use crate::{Claim, Store, events};

/// A notice that is still to be sent.
#[derive(Debug)]
pub struct PendingNotice {
    /// Its id.
    pub id: NoticeId,
    /// The organization it comes from.
    pub org: OrgId,
    /// The project it comes from, if from one.
    pub project: Option<ProjectId>,
    /// The alert it tells of; none for a letter.
    pub alert: Option<AlertId>,
    /// Its place among those of its alert.
    pub sequence: i64,
    /// What kind of news it is.
    pub kind: NoticeKind,
    /// Whom it goes to.
    pub to: Target,
    /// What it says.
    pub content: NoticeContent,
    /// When it was written.
    pub at: Timestamp,
    /// How often it was tried.
    pub attempts: i64,
    /// When it was tried first.
    pub first_tried_at: Option<Timestamp>,
    /// The mail addresses that have it already.
    pub delivered: Vec<String>,
}

/// How a try ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoticeEnd {
    /// Everybody has it.
    Sent,
    /// Nobody will ever get it, or not everybody. Why.
    Failed(String),
    /// It is not to be told any more: something newer says it all, or nobody is there to be told. Why.
    Dropped(&'static str),
    /// It is to be tried again. Why, and when.
    Later(String, Timestamp),
}

/// One try, to be written down.
#[derive(Debug, Clone, Copy)]
pub struct NoticeStep<'s> {
    /// The claim of the lane. It ends here, whatever the outcome.
    pub claim: &'s Claim,
    /// The notice that was tried.
    pub notice: NoticeId,
    /// How that ended.
    pub end: &'s NoticeEnd,
    /// All mail addresses that have it now.
    pub delivered: &'s [String],
    /// Notices of the lane that it makes needless.
    pub superseded: &'s [NoticeId],
    /// What to record with it.
    pub told: &'s [Event],
    /// When it was tried.
    pub at: Timestamp,
}

#[derive(Serialize)]
struct Columns {
    id: String,
    lane: String,
    sequence: i64,
    org: String,
    project: Option<String>,
    alert: Option<String>,
    kind: &'static str,
    target: String,
    content: String,
    letter: Option<String>,
    created_at: i64,
}

static INSERT: Sql = {
    macro_rules! insert {
        ($letter:literal, $items:literal) => {
            concat!(
                "INSERT INTO notices (id, lane, sequence, org_id, project_id, alert_id, kind, target, content,
                     sealed_letter, created_at, state, attempts, delivered)
                 SELECT item.value ->> 'id', item.value ->> 'lane', CAST(item.value ->> 'sequence' AS BIGINT),
                        item.value ->> 'org', item.value ->> 'project', item.value ->> 'alert', item.value ->> 'kind',
                        item.value ->> 'target', item.value ->> 'content', ",
                $letter,
                ", CAST(item.value ->> 'created_at' AS BIGINT), 'PENDING', 0, '[]' FROM ",
                $items,
                // SQLite would take ON for a join's.
                " WHERE true ON CONFLICT DO NOTHING"
            )
        };
    }
    Sql::each(
        "enqueue notices",
        insert!("unhex(item.value ->> 'letter')", "json_each($1) AS item"),
        insert!("decode(item.value ->> 'letter', 'hex')", "json_array_elements(CAST($1 AS json)) AS item(value)"),
    )
};
// An update that changes nothing still locks the row, so that nobody takes a lane for finished meanwhile.
static CALL: Sql = over_items!(
    "call for a lane",
    "INSERT INTO work (kind, id, due_at, claimed_by, claimed_until, attempt)
     SELECT $2, item.value ->> 0, $3, '', 0, 0 FROM",
    "WHERE true ON CONFLICT (kind, id) DO UPDATE SET due_at = work.due_at"
);
static HOLD: Sql = Sql::same(
    "hold a lane",
    "UPDATE work SET due_at = due_at WHERE kind = $1 AND id = $2 AND claimed_by = $3 AND attempt = $4",
);
static PENDING: Sql = Sql::same(
    "read what a lane has to tell",
    "SELECT id, org_id, project_id, alert_id, sequence, kind, target, content, sealed_letter, created_at, attempts,
            first_tried_at, delivered
     FROM notices WHERE lane = $1 AND state = 'PENDING' ORDER BY sequence LIMIT $2",
);
static ANY_PENDING: Sql = Sql::same(
    "look whether a lane has more to tell",
    "SELECT 1 FROM notices WHERE lane = $1 AND state = 'PENDING' LIMIT 1",
);
static END: Sql = Sql::same(
    "end a notice",
    "UPDATE notices SET state = $2, error = $3, ended_at = $4, delivered = $5, sealed_letter = NULL,
         attempts = attempts + $6, first_tried_at = COALESCE(first_tried_at, $4)
     WHERE id = $1 AND state = 'PENDING'",
);
static PUT_OFF: Sql = Sql::same(
    "put a notice off",
    "UPDATE notices SET error = $2, delivered = $3, attempts = attempts + 1,
         first_tried_at = COALESCE(first_tried_at, $4)
     WHERE id = $1 AND state = 'PENDING'",
);
static COUNT: Sql = Sql::same("count notices", "SELECT state, COUNT(*) FROM notices GROUP BY state ORDER BY state");
static TRIM: Sql = Sql::same("forget old notices", "DELETE FROM notices WHERE ended_at < $1");
static LETTERS: Sql = Sql::same(
    "read sealed letters",
    "SELECT id, org_id, sealed_letter FROM notices WHERE sealed_letter IS NOT NULL ORDER BY id",
);
static SET_LETTER: Sql = Sql::same("reseal a letter", "UPDATE notices SET sealed_letter = $2 WHERE id = $1");

/// How many notices of a lane are looked at together. More wait for the next turn.
const LOOK: i64 = 64;

impl Store {
    /// Enqueues notices that come with no change. One that is there already is left alone.
    pub async fn enqueue_notices(&self, notices: &[NewNotice]) -> Result<()> {
        transact!(self, "enqueue notices", &[], |tx| enqueue(tx, self.sealer(), notices).await)
    }

    /// Reads what a lane has still to tell, in order.
    pub async fn pending_notices(&self, lane: &str) -> Result<Vec<PendingNotice>> {
        self.read(&PENDING, values![lane, LOOK]).await?.iter().map(|row| pending(self.sealer(), row)).collect()
    }

    /// Writes one try down and ends its claim: the lane is due again at once if it has more to tell, and gone if it has
    /// not. Tells whether the claim still held; if not, nothing changed.
    pub async fn save_notice_step(&self, step: NoticeStep<'_>) -> Result<bool> {
        transact!(self, "save a notice", &[], |tx| save(tx, &step).await)
    }

    /// Ends the claim of a lane that has nothing to tell. Tells whether the claim still held.
    pub async fn finish_lane(&self, claim: &Claim, at: Timestamp) -> Result<bool> {
        transact!(self, "finish a lane", &[], |tx| finish(tx, claim, at).await)
    }

    /// Counts notices by state.
    pub async fn count_notices(&self) -> Result<Vec<(String, i64)>> {
        let rows = self.read(&COUNT, &[]).await?;
        rows.iter()
            .map(|row| {
                let mut fields = row.fields("notices");
                Ok((fields.text()?, fields.int()?))
            })
            .collect()
    }

    /// Forgets notices that were over before a time, and counts them.
    pub async fn trim_notices(&self, before: Timestamp) -> Result<u64> {
        self.execute(&TRIM, values![before], &[]).await
    }
}

/// Enqueues notices in the transaction of what they tell of.
pub(crate) async fn enqueue(tx: &mut Tx, sealer: &Sealer, notices: &[NewNotice]) -> Result<()> {
    let Some(at) = notices.iter().map(|notice| notice.at).min() else { return Ok(()) };
    let rows = notices.iter().map(|notice| to_columns(sealer, notice)).collect::<Result<Vec<_>>>()?;
    tx.execute(&INSERT, values![to_json(&rows)?]).await?;
    // In one order everywhere, so that two never wait for each other.
    let lanes: std::collections::BTreeSet<&str> = rows.iter().map(|row| row.lane.as_str()).collect();
    let lanes: Vec<[&str; 1]> = lanes.into_iter().map(|lane| [lane]).collect();
    tx.execute(&CALL, values![to_json(&lanes)?, WorkKind::Notice.name(), at]).await.map(drop)
}

/// Seals what is sealed here under another root key, and counts it.
pub(crate) async fn reseal_all(tx: &mut Tx, old: &Sealer, new: &Sealer) -> Result<u64> {
    let mut count: u64 = 0;
    for row in tx.fetch(&LETTERS, &[]).await? {
        let mut fields = row.fields("notices");
        let (id, org) = (fields.text()?, fields.text()?);
        let place = letter_place(&id, &org);
        let sealed = new.seal(place, &old.open(place, fields.blob()?)?)?;
        tx.execute(&SET_LETTER, values![&id, &sealed]).await?;
        count = count.saturating_add(1);
    }
    Ok(count)
}

async fn save(tx: &mut Tx, step: &NoticeStep<'_>) -> Result<bool> {
    let NoticeStep { claim, notice, end, delivered, superseded, told, at } = step;
    // First, so that what is enqueued meanwhile either is seen below or calls for the lane again afterwards.
    if !hold(tx, claim).await? {
        return Ok(false);
    }
    let (id, delivered) = (notice.to_string(), to_json(delivered)?);
    let (state, error) = match end {
        NoticeEnd::Sent => ("SENT", None),
        NoticeEnd::Failed(words) => ("FAILED", Some(words.as_str())),
        NoticeEnd::Dropped(words) => ("DROPPED", Some(*words)),
        NoticeEnd::Later(words, due) => {
            tx.execute(&PUT_OFF, values![&id, words, &delivered, *at]).await?;
            work::finish(tx, claim, *due).await?;
            events::insert(tx, told.iter()).await?;
            return Ok(true);
        }
    };
    tx.execute(&END, values![&id, state, error, *at, &delivered, 1]).await?;
    for id in superseded.iter() {
        let words = Some("something newer says it all");
        tx.execute(&END, values![id.to_string(), "DROPPED", words, *at, "[]", 0]).await?;
    }
    go_on_or_go(tx, claim, *at).await?;
    events::insert(tx, told.iter()).await?;
    Ok(true)
}

async fn finish(tx: &mut Tx, claim: &Claim, at: Timestamp) -> Result<bool> {
    let held = hold(tx, claim).await?;
    if held {
        go_on_or_go(tx, claim, at).await?;
    }
    Ok(held)
}

async fn hold(tx: &mut Tx, claim: &Claim) -> Result<bool> {
    Ok(tx.execute(&HOLD, values![claim.kind.name(), &claim.id, &claim.owner, claim.attempt]).await? > 0)
}

async fn go_on_or_go(tx: &mut Tx, claim: &Claim, at: Timestamp) -> Result<()> {
    if tx.fetch(&ANY_PENDING, values![&claim.id]).await?.is_empty() {
        return work::remove(tx, claim.kind, &claim.id).await;
    }
    work::finish(tx, claim, at).await.map(drop)
}

fn to_columns(sealer: &Sealer, notice: &NewNotice) -> Result<Columns> {
    let NewNotice { id, org, project, alert, sequence, kind, to, content, at } = notice;
    let (id, org, target) = (id.to_string(), org.to_string(), target_text::write(to)?);
    let (content, letter) = match content {
        NoticeContent::Alert(alert) => (content_text::write_alert(alert)?, None),
        NoticeContent::Letter { subject, text } => {
            let sealed = sealer.seal(letter_place(&id, &org), text.expose().as_bytes())?;
            (content_text::write_letter(subject)?, Some(hex::encode(sealed)))
        }
    };
    let lane = match alert {
        Some(alert) => lane(*alert, &target),
        None => id.clone(),
    };
    let (project, alert) = (project.map(|id| id.to_string()), alert.map(|id| id.to_string()));
    let created_at = at.as_millis();
    Ok(Columns {
        id,
        lane,
        sequence: *sequence,
        org,
        project,
        alert,
        kind: kind.name(),
        target,
        content,
        letter,
        created_at,
    })
}

/// Names a lane: the alert, and enough of a hash of the target to tell its targets apart.
fn lane(alert: AlertId, target: &str) -> String {
    let hash = hex::encode(digest::digest(&digest::SHA256, target.as_bytes()));
    format!("{alert}.{}", hash.get(..24).unwrap_or(&hash))
}

const fn letter_place<'p>(id: &'p str, org: &'p str) -> Place<'p> {
    Place { table: "notices", column: "sealed_letter", row: id, owner: org }
}

fn pending(sealer: &Sealer, row: &Row) -> Result<PendingNotice> {
    let mut fields = row.fields("notices");
    let (id, org): (NoticeId, OrgId) = (fields.parsed()?, fields.parsed()?);
    let (project, alert, sequence) = (fields.parsed_if_any()?, fields.parsed_if_any()?, fields.int()?);
    let kind = fields.word(NoticeKind::by_name)?;
    let (target, content, letter) = (fields.text()?, fields.text()?, fields.blob_if_any()?);
    let (at, attempts, first_tried_at) = (fields.time()?, fields.int()?, fields.time_if_any()?);
    let delivered = fields.json()?;
    let corrupt = |what| StoreError::Corrupt { table: "notices", what };
    let to = target_text::read(&target).ok_or_else(|| corrupt("target"))?;
    let content = match (kind, letter) {
        (NoticeKind::Letter, Some(letter)) => {
            let (row, owner) = (id.to_string(), org.to_string());
            let text: SecretText = sealer.open_text(letter_place(&row, &owner), letter)?;
            let subject = content_text::read_letter(&content).ok_or_else(|| corrupt("content"))?;
            NoticeContent::Letter { subject, text }
        }
        (NoticeKind::Letter, None) => return Err(corrupt("letter")),
        (NoticeKind::Opened | NoticeKind::Reminder | NoticeKind::Resolved, _) => {
            let alert = content_text::read_alert(&content).ok_or_else(|| corrupt("content"))?;
            NoticeContent::Alert(Box::new(alert))
        }
    };
    Ok(PendingNotice { id, org, project, alert, sequence, kind, to, content, at, attempts, first_tried_at, delivered })
}
