//! Table `validities`: where each customer key stands, as the last checks left it. Must not know what
//! a state means; it comes and goes exactly as `domain` made it.

use std::collections::BTreeSet;

use domain::customer_key::ProviderKind;
use domain::event::Event;
use domain::id::ProjectId;
use domain::time::Timestamp;
use domain::validity::{Definite, Failure, ForeignText, Reason, State, Validity};
use serde::Serialize;

use crate::cache::Touched;
use crate::engine::Tx;
use crate::error::{Result, StoreError};
use crate::sql::{Fields, Row, Sql, over_items, to_json, values};
use crate::store::transact;
use crate::work::{Finish, WorkKind};
use crate::{Claim, Store, customer_keys, events, work};

/// What a check made of a validity.
#[derive(Debug)]
pub struct ValidityUpdate {
    /// The project.
    pub project: ProjectId,
    /// The provider.
    pub provider: ProviderKind,
    /// The row as it was when the check was decided on.
    pub expected_row_revision: i64,
    /// The key that was checked, by the revision at which it came.
    pub key_revision: i64,
    /// The validity as it is to be.
    pub next: Validity,
    /// When to check next.
    pub next_check_at: Timestamp,
    /// The claim this check was made under, if under one. It ends here, whatever the outcome.
    pub claim: Option<Claim>,
    /// What to record with it.
    pub events: Vec<Event>,
}

/// What became of an update.
#[must_use]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValidityOutcome {
    /// It is durable, its events too.
    Saved,
    /// The key or its validity changed meanwhile; nothing of it was written.
    Stale,
}

/// A validity as columns, and as a row of a batch.
#[derive(Serialize)]
pub(crate) struct Columns<'v> {
    p: String,
    k: &'static str,
    expected: i64,
    key_revision: i64,
    state: &'static str,
    reason: Option<&'static str>,
    code: Option<&'v str>,
    message: Option<&'v str>,
    request: Option<&'v str>,
    was: Option<&'static str>,
    since: Option<i64>,
    checked_at: Option<i64>,
    network_denied: i64,
    awaiting_proof: i64,
    generation: i64,
    /// The last definite answer.
    definite: Option<&'static str>,
}

/// The beginning of a statement over a batch of [`Columns`], each a row of `u`. Materialized, so that SQLite reads the
/// batch once, whatever it thinks of its size.
macro_rules! batch_columns {
    () => {
        "WITH u AS MATERIALIZED (
         SELECT item.value ->> 'p' AS p, item.value ->> 'k' AS k,
                CAST(item.value ->> 'expected' AS BIGINT) AS expected,
                CAST(item.value ->> 'key_revision' AS BIGINT) AS of_key,
                item.value ->> 'state' AS state, item.value ->> 'reason' AS reason,
                item.value ->> 'code' AS code, item.value ->> 'message' AS message,
                item.value ->> 'request' AS request, item.value ->> 'was' AS was,
                CAST(item.value ->> 'since' AS BIGINT) AS since_at,
                CAST(item.value ->> 'checked_at' AS BIGINT) AS checked,
                CAST(item.value ->> 'network_denied' AS BIGINT) AS denied,
                CAST(item.value ->> 'awaiting_proof' AS BIGINT) AS awaiting,
                CAST(item.value ->> 'generation' AS BIGINT) AS gen, item.value ->> 'definite' AS definite
         FROM"
    };
}
pub(crate) use batch_columns;

/// Since when the last definite answer has been `$definite`, which was found `$at`, as the row in `$table` knows.
macro_rules! definite_since {
    ($definite:expr, $at:expr, $table:expr) => {
        concat!(
            "definite_since = CASE WHEN ",
            $definite,
            " IS NULL THEN NULL WHEN ",
            $definite,
            " = CASE ",
            $table,
            ".state WHEN 'valid' THEN 'valid' WHEN 'invalid' THEN 'invalid' ELSE ",
            $table,
            ".was END THEN COALESCE(",
            $table,
            ".definite_since, ",
            $at,
            ") ELSE ",
            $at,
            " END"
        )
    };
}
pub(crate) use definite_since;

/// What an update sets from a row of `u`.
macro_rules! set_columns {
    ($table:literal) => {
        concat!(
            "state = u.state, reason = u.reason, provider_code = u.code, provider_message = u.message,
             provider_request_id = u.request, was = u.was, since = u.since_at, checked_at = u.checked,
             network_denied = u.denied, awaiting_proof = u.awaiting, generation = u.gen, revision = revision + 1, ",
            $crate::validities::definite_since!("u.definite", "u.checked", $table)
        )
    };
}
pub(crate) use set_columns;

static UPDATE: Sql = over_items!(
    "save validities",
    batch_columns!(),
    concat!(
        ") UPDATE validities SET ",
        set_columns!("validities"),
        " FROM u
          WHERE validities.project_id = u.p AND validities.provider = u.k
            AND validities.revision = u.expected AND validities.key_revision = u.of_key
          RETURNING project_id, provider"
    )
);
static PUT: Sql = over_items!(
    "save a validity",
    "INSERT INTO validities (project_id, provider, state, reason, provider_code, provider_message,
         provider_request_id, was, since, checked_at, network_denied, awaiting_proof, generation, key_revision, revision,
         definite_since)
     SELECT item.value ->> 'p', item.value ->> 'k', item.value ->> 'state', item.value ->> 'reason',
            item.value ->> 'code', item.value ->> 'message', item.value ->> 'request', item.value ->> 'was',
            CAST(item.value ->> 'since' AS BIGINT), CAST(item.value ->> 'checked_at' AS BIGINT),
            CAST(item.value ->> 'network_denied' AS BIGINT), CAST(item.value ->> 'awaiting_proof' AS BIGINT),
            CAST(item.value ->> 'generation' AS BIGINT), CAST(item.value ->> 'key_revision' AS BIGINT), 1,
            CASE WHEN item.value ->> 'definite' IS NOT NULL THEN CAST(item.value ->> 'checked_at' AS BIGINT) END
     FROM",
    concat!(
        "WHERE true
     ON CONFLICT (project_id, provider) DO UPDATE SET
         state = excluded.state, reason = excluded.reason, provider_code = excluded.provider_code,
         provider_message = excluded.provider_message, provider_request_id = excluded.provider_request_id,
         was = excluded.was, since = excluded.since, checked_at = excluded.checked_at,
         network_denied = excluded.network_denied, awaiting_proof = excluded.awaiting_proof,
         generation = CASE
             WHEN excluded.generation > validities.generation THEN excluded.generation
             WHEN excluded.state = validities.state THEN validities.generation
             WHEN excluded.generation = validities.generation
                 AND (excluded.state NOT IN ('valid', 'invalid') OR validities.state NOT IN ('valid', 'invalid'))
                 THEN validities.generation
             ELSE validities.generation + 1 END,
         key_revision = excluded.key_revision, revision = validities.revision + 1, ",
        definite_since!(
            "CASE excluded.state WHEN 'valid' THEN 'valid' WHEN 'invalid' THEN 'invalid' ELSE excluded.was END",
            "excluded.checked_at",
            "validities"
        )
    )
);

/// Names the check of a customer key in the table of work.
#[must_use]
pub fn validity_work_id(project: ProjectId, provider: ProviderKind) -> String {
    customer_keys::row_id(project, provider)
}

/// Reads back whose check a piece of work is.
#[must_use]
pub fn validity_work(id: &str) -> Option<(ProjectId, ProviderKind)> {
    let (project, provider) = id.split_once('/')?;
    Some((project.parse().ok()?, ProviderKind::by_name(provider)?))
}

static COUNT: Sql = Sql::same(
    "count validities",
    "SELECT provider, state, COUNT(*) FROM validities GROUP BY provider, state ORDER BY provider, state",
);

impl Store {
    /// Counts the validities in each state, by the state's name in the store.
    pub async fn count_validities(&self) -> Result<Vec<(ProviderKind, &'static str, i64)>> {
        let rows = self.read(&COUNT, &[]).await?;
        let count = |row: &Row| {
            let mut fields = row.fields("validities");
            Ok((fields.word(ProviderKind::by_name)?, fields.word(state_name)?, fields.int()?))
        };
        rows.iter().map(count).collect()
    }

    /// Saves what a batch of checks found, in one transaction, and ends their claims. Each update
    /// stands for itself: a stale one holds up no other.
    /// Cancel: all of it took place or nothing did.
    pub async fn save_validities(&self, updates: &[ValidityUpdate]) -> Result<Vec<ValidityOutcome>> {
        if updates.is_empty() {
            return Ok(Vec::new());
        }
        let touched: Vec<_> = updates.iter().map(|update| Touched::Project(update.project)).collect();
        transact!(self, "save validities", &touched, |tx| save_all(tx, updates).await)
    }
}

async fn save_all(tx: &mut Tx, updates: &[ValidityUpdate]) -> Result<Vec<ValidityOutcome>> {
    // Ordered by key, so that two batches lock their rows in the same order; and one update a key,
    // for of two only the first can have seen the row as it is.
    let mut order: Vec<usize> = (0..updates.len()).collect();
    order.sort_by_key(|index| updates.get(*index).map(|update| (update.project, update.provider)));
    let mut firsts = BTreeSet::new();
    let mut batch = Vec::with_capacity(updates.len());
    let mut tried = BTreeSet::new();
    for index in order {
        let Some(update) = updates.get(index) else { continue };
        if firsts.insert((update.project, update.provider)) {
            tried.insert(index);
            batch.push(columns(update));
        }
    }
    let mut saved = BTreeSet::new();
    for row in tx.fetch(&UPDATE, values![to_json(&batch)?]).await? {
        let mut fields = row.fields("validities");
        saved.insert((fields.parsed::<ProjectId>()?, fields.word(ProviderKind::by_name)?));
    }
    let mut outcomes = Vec::with_capacity(updates.len());
    let mut finishes = Vec::with_capacity(updates.len());
    let mut recorded = Vec::new();
    for (index, update) in updates.iter().enumerate() {
        let won = tried.contains(&index) && saved.contains(&(update.project, update.provider));
        outcomes.push(if won { ValidityOutcome::Saved } else { ValidityOutcome::Stale });
        finishes.push(Finish {
            id: validity_work_id(update.project, update.provider),
            due: won.then(|| update.next_check_at.as_millis()),
            owner: update.claim.as_ref().map(|claim| claim.owner.as_str()),
            attempt: update.claim.as_ref().map(|claim| claim.attempt),
        });
        if won {
            recorded.extend(update.events.iter());
        }
    }
    work::finish_all(tx, WorkKind::ValidityCheck, &finishes).await?;
    events::insert(tx, recorded).await?;
    Ok(outcomes)
}

/// Writes a validity over whatever is there. The generation never repeats for another answer, even if
/// a check changed the row after the caller read it.
pub(crate) async fn put(
    tx: &mut Tx,
    project: ProjectId,
    provider: ProviderKind,
    key_revision: i64,
    validity: &Validity,
) -> Result<()> {
    let row = to_columns(project, provider, 0, key_revision, validity);
    tx.execute(&PUT, values![to_json(&[row])?]).await.map(drop)
}

fn columns(update: &ValidityUpdate) -> Columns<'_> {
    to_columns(update.project, update.provider, update.expected_row_revision, update.key_revision, &update.next)
}

pub(crate) fn to_columns(
    project: ProjectId,
    provider: ProviderKind,
    expected: i64,
    key_revision: i64,
    validity: &Validity,
) -> Columns<'_> {
    let Validity { state, checked_at, network_denied, awaiting_proof, generation } = validity;
    let (name, failure, was, since) = match state {
        State::Unknown { failure, was } => ("unknown", failure.as_ref(), *was, None),
        State::Valid => ("valid", None, None, None),
        State::Suspect { failure, was, since } => ("suspect", Some(failure), *was, Some(*since)),
        State::Held { failure, was, since } => ("held", Some(failure), *was, Some(*since)),
        State::Invalid { failure } => ("invalid", Some(failure), None, None),
    };
    let foreign = |text: fn(&Failure) -> &Option<ForeignText>| {
        failure.and_then(|failure| text(failure).as_ref()).map(ForeignText::as_str)
    };
    Columns {
        p: project.to_string(),
        k: provider.name(),
        expected,
        key_revision,
        state: name,
        reason: failure.map(|failure| failure.reason.code()),
        code: foreign(|failure| &failure.provider_code),
        message: foreign(|failure| &failure.provider_message),
        request: foreign(|failure| &failure.provider_request_id),
        was: was.map(definite_name),
        since: since.map(Timestamp::as_millis),
        checked_at: checked_at.map(Timestamp::as_millis),
        network_denied: i64::from(*network_denied),
        awaiting_proof: i64::from(*awaiting_proof),
        generation: *generation,
        definite: validity.last_definite().map(definite_name),
    }
}

const fn definite_name(definite: Definite) -> &'static str {
    match definite {
        Definite::Valid => "valid",
        Definite::Invalid => "invalid",
    }
}

/// The columns that [`validity`] reads, in its order.
macro_rules! validity_columns {
    () => {
        "v.state, v.reason, v.provider_code, v.provider_message, v.provider_request_id, v.was, v.since, v.checked_at, \
         v.network_denied, v.awaiting_proof, v.generation"
    };
}
pub(crate) use validity_columns;

/// Reads the columns of a validity.
pub(crate) fn validity(fields: &mut Fields<'_>) -> Result<Validity> {
    let name = fields.text()?;
    let reason = fields.word_if_any(Reason::by_code)?;
    let mut foreign = || fields.text_if_any().map(|text| text.map(|text| ForeignText::tame(&text, &[])));
    let (provider_code, provider_message, provider_request_id) = (foreign()?, foreign()?, foreign()?);
    let failure = reason.map(|reason| Failure { reason, provider_code, provider_message, provider_request_id });
    let was = fields.word_if_any(|word| match word {
        "valid" => Some(Definite::Valid),
        "invalid" => Some(Definite::Invalid),
        _ => None,
    })?;
    let since = fields.time_if_any()?;
    let state = match (name.as_str(), failure, since) {
        ("unknown", failure, None) => State::Unknown { failure, was },
        ("valid", None, None) => State::Valid,
        ("suspect", Some(failure), Some(since)) => State::Suspect { failure, was, since },
        ("held", Some(failure), Some(since)) => State::Held { failure, was, since },
        ("invalid", Some(failure), None) => State::Invalid { failure },
        _ => return Err(StoreError::Corrupt { table: "validities", what: "state" }),
    };
    Ok(Validity {
        state,
        checked_at: fields.time_if_any()?,
        network_denied: fields.flag()?,
        awaiting_proof: fields.flag()?,
        generation: fields.int()?,
    })
}

/// Finds the name of a state.
fn state_name(name: &str) -> Option<&'static str> {
    ["unknown", "valid", "suspect", "held", "invalid"].into_iter().find(|known| *known == name)
}
