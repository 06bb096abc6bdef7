//! Table `alerts`, and the one transaction of a look at them: the alerts that changed, the events that were heard, the
//! notices they give rise to and the end of the claim, together or not at all. Must not know what raises an alert.

mod body_text;

use domain::alert::{Alert, AlertKind, AlertState};
use domain::customer_key::ProviderKind;
use domain::event::Event;
use domain::id::{AlertConfigId, AlertId, EventId, ProjectId};
use domain::notice::NewNotice;
use domain::time::Timestamp;

use crate::engine::Tx;
use crate::error::Result;
use crate::projects::count;
use crate::seal::Sealer;
use crate::sql::{Row, Sql, Value, over_items, to_json, values};
use crate::store::transact;
use crate::{Claim, Outcome, Store, WorkKind, alert_facts, events, outbox, work};

/// What a look at a project's alerts made of them.
#[derive(Debug)]
pub struct AlertLook<'l> {
    /// The claim it was made under. It ends here, whatever the outcome.
    pub claim: &'l Claim,
    /// The project.
    pub project: ProjectId,
    /// Alerts that began, with revision zero.
    pub begun: &'l [Alert],
    /// Alerts that changed, each over the revision it carries.
    pub changed: &'l [Alert],
    /// The events that were heard.
    pub heard: &'l [EventId],
    /// Providers whose clock of rotation starts anew, and when.
    pub clocks: &'l [(ProviderKind, Timestamp)],
    /// Whom to tell.
    pub notices: &'l [NewNotice],
    /// What to record with it.
    pub told: &'l [Event],
    /// When to look again; none if nothing is left to find, until somebody calls for a look.
    pub next_due: Option<Timestamp>,
    /// When the look is saved.
    pub at: Timestamp,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, project_id, config_id, kind, subject, state, body, created_at, updated_at, resolved_at,
                 acknowledged_until, last_notified, notices, revision FROM alerts WHERE ",
            $rest
        )
    };
}

static FIND: Sql = Sql::same("find an alert", select!("project_id = $1 AND id = $2"));
static PAGE: Sql =
    Sql::same("list alerts", select!("project_id = $1 ORDER BY created_at DESC, id DESC LIMIT $2 OFFSET $3"));
static PAGE_IN_STATE: Sql = Sql::same(
    "list alerts in a state",
    select!("project_id = $1 AND state = $2 ORDER BY created_at DESC, id DESC LIMIT $3 OFFSET $4"),
);
static PAGE_OF_CONFIG: Sql = Sql::same(
    "list alerts of a configuration",
    select!("project_id = $1 AND config_id = $2 ORDER BY created_at DESC, id DESC LIMIT $3 OFFSET $4"),
);
static COUNT: Sql = Sql::same("count alerts", "SELECT COUNT(*) FROM alerts WHERE project_id = $1");
static COUNT_IN_STATE: Sql =
    Sql::same("count alerts in a state", "SELECT COUNT(*) FROM alerts WHERE project_id = $1 AND state = $2");
static COUNT_OF_CONFIG: Sql = Sql::same(
    "count alerts of a configuration",
    "SELECT COUNT(*) FROM alerts WHERE project_id = $1 AND config_id = $2",
);
static LIVE: Sql = Sql::same(
    "list the alerts that are not over",
    select!("project_id = $1 AND state IN ('TRACKING', 'OPEN') ORDER BY created_at, id"),
);
static INSERT: Sql = Sql::same(
    "insert an alert",
    "INSERT INTO alerts (id, project_id, config_id, kind, subject, state, body, created_at, updated_at, resolved_at,
         acknowledged_until, last_notified, notices, revision)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 1) ON CONFLICT DO NOTHING",
);
static UPDATE: Sql = Sql::same(
    "save an alert",
    "UPDATE alerts SET state = $3, body = $4, updated_at = $5, resolved_at = $6, acknowledged_until = $7,
         last_notified = $8, notices = $9, revision = revision + 1
     WHERE id = $1 AND revision = $2",
);
static SEEN: Sql = over_items!(
    "look whether alerts changed meanwhile",
    "SELECT COUNT(*) FROM",
    "JOIN alerts ON alerts.id = item.value ->> 'id'
         AND alerts.revision = CAST(item.value ->> 'revision' AS BIGINT)"
);
static TRIM: Sql = Sql::same(
    "trim alerts that are long over",
    "DELETE FROM alerts WHERE id IN (SELECT id FROM alerts WHERE resolved_at < $1 LIMIT $2)",
);

impl Store {
    /// Lists a page of a project's alerts, newest first, of one state or of all, and counts those.
    pub async fn alerts_of_project(
        &self,
        project: ProjectId,
        state: Option<AlertState>,
        offset: i64,
        limit: i64,
    ) -> Result<(Vec<Alert>, i64)> {
        let Some(state) = state.map(AlertState::name) else {
            let of = values![project, limit, offset];
            return self.alert_page(&COUNT, values![project], &PAGE, of).await;
        };
        let of = values![project, state, limit, offset];
        self.alert_page(&COUNT_IN_STATE, values![project, state], &PAGE_IN_STATE, of).await
    }

    /// Lists a page of the alerts that a configuration raised, newest first, and counts them.
    pub async fn alerts_of_config(
        &self,
        project: ProjectId,
        config: AlertConfigId,
        offset: i64,
        limit: i64,
    ) -> Result<(Vec<Alert>, i64)> {
        let of = values![project, config, limit, offset];
        self.alert_page(&COUNT_OF_CONFIG, values![project, config], &PAGE_OF_CONFIG, of).await
    }

    async fn alert_page(
        &self,
        counting: &Sql,
        counted: &[Value<'_>],
        page: &Sql,
        of: &[Value<'_>],
    ) -> Result<(Vec<Alert>, i64)> {
        let total = self.read_one(counting, counted).await?.map_or(Ok(0), |row| count(&row))?;
        let rows = self.read(page, of).await?;
        Ok((rows.iter().map(alert).collect::<Result<_>>()?, total))
    }

    /// Finds an alert.
    pub async fn alert(&self, project: ProjectId, id: AlertId) -> Result<Option<Alert>> {
        self.read_one(&FIND, values![project, id]).await?.as_ref().map(alert).transpose()
    }

    /// Lists the alerts of a project that are not over, oldest first.
    pub async fn live_alerts(&self, project: ProjectId) -> Result<Vec<Alert>> {
        self.read(&LIVE, values![project]).await?.iter().map(alert).collect()
    }

    /// Saves an alert over the revision it carries, and has the project's alerts looked at. A conflict means that it
    /// changed meanwhile.
    /// Cancel: it took place or it did not.
    pub async fn save_alert(&self, next: &Alert, at: Timestamp, told: &[Event]) -> Result<Outcome> {
        transact!(self, "save an alert", &[], |tx| save_one(tx, next, at, told).await)
    }

    /// Saves a look: all of it or nothing. A conflict means that an alert changed meanwhile, then the project is due
    /// at once; or that the claim was lost.
    /// Cancel: it took place or it did not.
    pub async fn save_alert_look(&self, look: AlertLook<'_>) -> Result<Outcome> {
        let sealer = self.sealer();
        transact!(self, "save a look at alerts", &[], |tx| save(tx, sealer, &look).await)
    }

    /// Ends the claim of alerts that are no project's, and the work with it.
    /// Cancel: it took place or it did not.
    pub async fn look_no_more(&self, claim: &Claim) -> Result<()> {
        transact!(self, "look at alerts no more", &[], |tx| look_no_more(tx, claim).await)
    }

    /// Deletes alerts that were over before a time, at most `limit` of them, and counts them.
    pub async fn trim_alerts(&self, before: Timestamp, limit: i64) -> Result<u64> {
        self.execute(&TRIM, values![before, limit], &[]).await
    }
}

async fn look_no_more(tx: &mut Tx, claim: &Claim) -> Result<()> {
    if work::finish(tx, claim, claim.due_at).await? {
        work::remove(tx, claim.kind, &claim.id).await?;
    }
    Ok(())
}

async fn save_one(tx: &mut Tx, next: &Alert, at: Timestamp, told: &[Event]) -> Result<Outcome> {
    // Whoever looks now has seen the alert as it was: his claim ends, and the next one looks at once.
    work::put(tx, WorkKind::Alerts, &next.project.to_string(), at).await?;
    if !update(tx, next).await? {
        return Ok(Outcome::Conflict);
    }
    events::insert(tx, told).await?;
    Ok(Outcome::Saved)
}

async fn save(tx: &mut Tx, sealer: &Sealer, look: &AlertLook<'_>) -> Result<Outcome> {
    let AlertLook { claim, project, begun, changed, heard, clocks, notices, told, next_due, at } = look;
    // First, so that of a lost claim nothing is written; and whoever calls for a look waits for what follows.
    if !work::finish(tx, claim, next_due.unwrap_or(*at)).await? {
        return Ok(Outcome::Conflict);
    }
    // All of them are looked at before one is written: an answer of "conflict" leaves nothing to take back. Whoever
    // else writes them holds the work first, as we do.
    if !as_seen(tx, changed).await? {
        work::hasten(tx, WorkKind::Alerts, &project.to_string(), *at).await?;
        return Ok(Outcome::Conflict);
    }
    for alert in *changed {
        if !update(tx, alert).await? {
            return Err(domain::Bug("whoever writes an alert holds its project's work").into());
        }
    }
    for alert in *begun {
        insert(tx, alert).await?;
    }
    events::hear(tx, heard).await?;
    for (provider, since) in *clocks {
        alert_facts::start_clock(tx, *project, *provider, *since).await?;
    }
    events::insert(tx, *told).await?;
    outbox::enqueue(tx, sealer, notices).await?;
    if events::any_to_hear(tx, *project).await? {
        work::hasten(tx, WorkKind::Alerts, &project.to_string(), *at).await?;
    } else if next_due.is_none() {
        work::remove(tx, claim.kind, &claim.id).await?;
    }
    Ok(Outcome::Saved)
}

async fn as_seen(tx: &mut Tx, changed: &[Alert]) -> Result<bool> {
    if changed.is_empty() {
        return Ok(true);
    }
    let items: Vec<_> = changed
        .iter()
        .map(|alert| serde_json::json!({ "id": alert.id.to_string(), "revision": alert.revision }))
        .collect();
    let rows = tx.fetch(&SEEN, values![to_json(&items)?]).await?;
    let seen = rows.first().map_or(Ok(0), count)?;
    Ok(usize::try_from(seen).is_ok_and(|seen| seen == changed.len()))
}

async fn insert(tx: &mut Tx, new: &Alert) -> Result<()> {
    let values = values![
        new.id,
        new.project,
        new.config,
        new.kind.name(),
        new.subject.to_string(),
        new.state.name(),
        body_text::write(new)?,
        new.created_at,
        new.updated_at,
        new.resolved_at,
        new.acknowledgement.as_ref().map(|taken| taken.until),
        new.last_notified,
        new.notices,
    ];
    tx.execute(&INSERT, values).await.map(drop)
}

/// Writes an alert over its revision. Tells whether it still had that.
async fn update(tx: &mut Tx, next: &Alert) -> Result<bool> {
    let values = values![
        next.id,
        next.revision,
        next.state.name(),
        body_text::write(next)?,
        next.updated_at,
        next.resolved_at,
        next.acknowledgement.as_ref().map(|taken| taken.until),
        next.last_notified,
        next.notices,
    ];
    Ok(tx.execute(&UPDATE, values).await? > 0)
}

fn alert(row: &Row) -> Result<Alert> {
    let mut fields = row.fields("alerts");
    let (id, project, config) = (fields.parsed()?, fields.parsed()?, fields.parsed()?);
    let (kind, subject) = (fields.word(AlertKind::by_name)?, fields.parsed()?);
    let state = fields.word(AlertState::by_name)?;
    let body = fields.json()?;
    let (created_at, updated_at, resolved_at) = (fields.time()?, fields.time()?, fields.time_if_any()?);
    let body = body_text::read(body, fields.time_if_any()?)?;
    Ok(Alert {
        id,
        project,
        config,
        kind,
        subject,
        cluster: body.cluster,
        state,
        why: body.why,
        created_at,
        updated_at,
        resolved_at,
        acknowledgement: body.acknowledgement,
        told: body.told,
        last_notified: fields.time_if_any()?,
        notices: fields.int()?,
        revision: fields.int()?,
    })
}
