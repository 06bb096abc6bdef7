//! Tables `alert_configs` and `alert_defaults`: which alerts a project wants, and which it was given by itself. Every
//! write has the project's alerts looked at. Must not know what an alert is raised by.

mod body_text;

use std::collections::BTreeMap;

use aws_lc_rs::rand;
use domain::Bug;
use domain::alert::{AlertConfig, AlertKind};
use domain::event::Event;
use domain::id::{AlertConfigId, NotifierId, ProjectId};
use domain::secret::SecretText;
use domain::time::Timestamp;

use crate::engine::Tx;
use crate::error::Result;
use crate::projects::{self, count};
use crate::seal::{Place, Sealer};
use crate::sql::{Row, Sql, values};
use crate::store::transact;
use crate::{Outcome, Store, WorkKind, events, work};

/// Where a webhook is, and what signs for it.
#[derive(Debug)]
pub struct Webhook {
    /// Its address.
    pub url: SecretText,
    /// What requests to it are signed with.
    pub secret: Option<SecretText>,
}

/// The webhooks of a configuration, by the way of telling that names them.
pub type Webhooks = BTreeMap<NotifierId, Webhook>;

/// What became of a new configuration.
#[must_use]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AlertConfigOutcome {
    /// It is durable.
    Saved,
    /// Nothing was written: the project is gone.
    Conflict,
    /// Nothing was written: the project has as many as it may have.
    TooMany,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, project_id, kind, enabled, body, created_at, updated_at, revision FROM alert_configs WHERE ",
            $rest
        )
    };
}

static FIND: Sql = Sql::same("find an alert configuration", select!("project_id = $1 AND id = $2"));
static PAGE: Sql =
    Sql::same("list alert configurations", select!("project_id = $1 ORDER BY created_at, id LIMIT $2 OFFSET $3"));
static ALL: Sql = Sql::same("list all alert configurations", select!("project_id = $1 ORDER BY created_at, id"));
static COUNT: Sql = Sql::same("count alert configurations", "SELECT COUNT(*) FROM alert_configs WHERE project_id = $1");
static INSERT: Sql = Sql::same(
    "insert an alert configuration",
    "INSERT INTO alert_configs (id, project_id, kind, enabled, body, sealed_webhooks, created_at, updated_at, revision)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
);
static UPDATE: Sql = Sql::same(
    "save an alert configuration",
    "UPDATE alert_configs SET kind = $3, enabled = $4, body = $5, sealed_webhooks = $6, updated_at = $7,
         revision = revision + 1
     WHERE id = $1 AND revision = $2",
);
static DELETE: Sql =
    Sql::same("delete an alert configuration", "DELETE FROM alert_configs WHERE project_id = $1 AND id = $2");
static SEALED: Sql = Sql::same(
    "read the sealed webhooks of an alert configuration",
    "SELECT project_id, sealed_webhooks FROM alert_configs WHERE id = $1",
);
static MARK: Sql = Sql::same(
    "note that a project was given an alert configuration",
    "INSERT INTO alert_defaults (project_id, kind) VALUES ($1, $2) ON CONFLICT DO NOTHING",
);
static ALL_SEALED: Sql = Sql::same(
    "read sealed webhooks",
    "SELECT id, project_id, sealed_webhooks FROM alert_configs WHERE sealed_webhooks IS NOT NULL ORDER BY id",
);
static SET_SEALED: Sql = Sql::same("reseal webhooks", "UPDATE alert_configs SET sealed_webhooks = $2 WHERE id = $1");

impl Store {
    /// Lists a page of a project's configurations, oldest first, and counts them all.
    pub async fn alert_configs(&self, project: ProjectId, offset: i64, limit: i64) -> Result<(Vec<AlertConfig>, i64)> {
        let total = self.read_one(&COUNT, values![project]).await?.map_or(Ok(0), |row| count(&row))?;
        let rows = self.read(&PAGE, values![project, limit, offset]).await?;
        Ok((rows.iter().map(config).collect::<Result<_>>()?, total))
    }

    /// Lists all of a project's configurations, oldest first.
    pub async fn all_alert_configs(&self, project: ProjectId) -> Result<Vec<AlertConfig>> {
        self.read(&ALL, values![project]).await?.iter().map(config).collect()
    }

    /// Finds a configuration.
    pub async fn alert_config(&self, project: ProjectId, id: AlertConfigId) -> Result<Option<AlertConfig>> {
        self.read_one(&FIND, values![project, id]).await?.as_ref().map(config).transpose()
    }

    /// Opens the webhooks of a configuration; none if it is gone.
    /// Errors: `Sealed` if they do not open.
    pub async fn webhooks_of(&self, id: AlertConfigId) -> Result<Webhooks> {
        let Some(row) = self.read_one(&SEALED, values![id]).await? else { return Ok(Webhooks::new()) };
        let mut fields = row.fields("alert_configs");
        let (project, sealed) = (fields.text()?, fields.blob_if_any()?);
        let Some(sealed) = sealed else { return Ok(Webhooks::new()) };
        let opened = self.sealer().open(place(&id.to_string(), &project), sealed)?;
        body_text::read_webhooks(&opened)
    }

    /// Opens one webhook; none if it, or its configuration, is gone.
    /// Errors: `Sealed` if it does not open.
    pub async fn webhook(&self, id: AlertConfigId, notifier: NotifierId) -> Result<Option<Webhook>> {
        Ok(self.webhooks_of(id).await?.remove(&notifier))
    }

    /// Adds a configuration, if the project has fewer than `most`, and has the project's alerts looked at.
    /// Cancel: it took place or it did not.
    pub async fn create_alert_config(
        &self,
        new: &AlertConfig,
        webhooks: &Webhooks,
        most: i64,
        told: &[Event],
    ) -> Result<AlertConfigOutcome> {
        let sealer = self.sealer();
        transact!(self, "create an alert configuration", &[], |tx| create(tx, sealer, new, webhooks, most, told).await)
    }

    /// Saves a configuration over the revision it carries, with all of its webhooks, and has the project's alerts
    /// looked at. A conflict means that it changed or is gone.
    /// Cancel: it took place or it did not.
    pub async fn save_alert_config(&self, next: &AlertConfig, webhooks: &Webhooks, told: &[Event]) -> Result<Outcome> {
        let sealer = self.sealer();
        transact!(self, "save an alert configuration", &[], |tx| save(tx, sealer, next, webhooks, told).await)
    }

    /// Deletes a configuration, and has the project's alerts looked at. A conflict means that it is gone.
    /// Cancel: it took place or it did not.
    pub async fn delete_alert_config(
        &self,
        project: ProjectId,
        id: AlertConfigId,
        at: Timestamp,
        told: &[Event],
    ) -> Result<Outcome> {
        transact!(self, "delete an alert configuration", &[], |tx| delete(tx, project, id, at, told).await)
    }
}

async fn create(
    tx: &mut Tx,
    sealer: &Sealer,
    new: &AlertConfig,
    webhooks: &Webhooks,
    most: i64,
    told: &[Event],
) -> Result<AlertConfigOutcome> {
    if !projects::take(tx, new.project).await? {
        return Ok(AlertConfigOutcome::Conflict);
    }
    // A statement of its own after the lock, so that it sees what the lock waited for.
    let rows = tx.fetch(&COUNT, values![new.project]).await?;
    if rows.first().map_or(Ok(0), count)? >= most {
        return Ok(AlertConfigOutcome::TooMany);
    }
    let sealed = seal(sealer, new, webhooks)?;
    insert(tx, new, sealed.as_deref()).await?;
    events::insert(tx, told).await?;
    look_anew(tx, new.project, new.updated_at).await?;
    Ok(AlertConfigOutcome::Saved)
}

async fn save(
    tx: &mut Tx,
    sealer: &Sealer,
    next: &AlertConfig,
    webhooks: &Webhooks,
    told: &[Event],
) -> Result<Outcome> {
    let sealed = seal(sealer, next, webhooks)?;
    let values = values![
        next.id,
        next.revision,
        next.kind.name(),
        next.enabled,
        body_text::write(next)?,
        sealed.as_deref(),
        next.updated_at,
    ];
    if tx.execute(&UPDATE, values).await? == 0 {
        return Ok(Outcome::Conflict);
    }
    events::insert(tx, told).await?;
    look_anew(tx, next.project, next.updated_at).await?;
    Ok(Outcome::Saved)
}

async fn delete(tx: &mut Tx, project: ProjectId, id: AlertConfigId, at: Timestamp, told: &[Event]) -> Result<Outcome> {
    if tx.execute(&DELETE, values![project, id]).await? == 0 {
        return Ok(Outcome::Conflict);
    }
    events::insert(tx, told).await?;
    look_anew(tx, project, at).await?;
    Ok(Outcome::Saved)
}

/// Has a project's alerts looked at. Whoever looks now has read the configurations as they were: his claim ends.
async fn look_anew(tx: &mut Tx, project: ProjectId, at: Timestamp) -> Result<()> {
    work::put(tx, WorkKind::Alerts, &project.to_string(), at).await
}

/// Gives a project the configurations of these kinds, each once in its life.
pub(crate) async fn make_defaults(tx: &mut Tx, project: ProjectId, kinds: &[AlertKind], at: Timestamp) -> Result<()> {
    for kind in kinds {
        if tx.execute(&MARK, values![project, kind.name()]).await? == 0 {
            continue;
        }
        let id = AlertConfigId::from_random(random_id()?);
        let notifier = NotifierId::from_random(random_id()?);
        let made = AlertConfig::by_default(id, notifier, project, *kind, at);
        insert(tx, &made, None).await?;
    }
    Ok(())
}

/// Seals all webhooks under another root key, and counts the configurations that have some.
pub(crate) async fn reseal_all(tx: &mut Tx, old: &Sealer, new: &Sealer) -> Result<u64> {
    let mut resealed: u64 = 0;
    for row in tx.fetch(&ALL_SEALED, &[]).await? {
        let mut fields = row.fields("alert_configs");
        let (id, project, sealed) = (fields.text()?, fields.text()?, fields.blob()?);
        let place = place(&id, &project);
        let sealed = new.seal(place, &old.open(place, sealed)?)?;
        tx.execute(&SET_SEALED, values![&id, &sealed]).await?;
        resealed = resealed.saturating_add(1);
    }
    Ok(resealed)
}

async fn insert(tx: &mut Tx, new: &AlertConfig, sealed: Option<&[u8]>) -> Result<()> {
    let values = values![
        new.id,
        new.project,
        new.kind.name(),
        new.enabled,
        body_text::write(new)?,
        sealed,
        new.created_at,
        new.updated_at,
        new.revision,
    ];
    tx.execute(&INSERT, values).await.map(drop)
}

fn seal(sealer: &Sealer, config: &AlertConfig, webhooks: &Webhooks) -> Result<Option<Vec<u8>>> {
    let Some(text) = body_text::write_webhooks(webhooks)? else { return Ok(None) };
    sealer.seal(place(&config.id.to_string(), &config.project.to_string()), text.as_bytes()).map(Some)
}

const fn place<'p>(id: &'p str, project: &'p str) -> Place<'p> {
    Place { table: "alert_configs", column: "sealed_webhooks", row: id, owner: project }
}

fn random_id() -> Result<[u8; 12]> {
    let mut id = [0; 12];
    rand::fill(&mut id).map_err(|_| Bug("the system has a random generator"))?;
    Ok(id)
}

fn config(row: &Row) -> Result<AlertConfig> {
    let mut fields = row.fields("alert_configs");
    let (id, project) = (fields.parsed()?, fields.parsed()?);
    let (kind, enabled) = (fields.word(AlertKind::by_name)?, fields.flag()?);
    let body = body_text::read(fields.json()?)?;
    Ok(AlertConfig {
        id,
        project,
        kind,
        enabled,
        threshold: body.threshold,
        matchers: body.matchers,
        notifications: body.notifications,
        severity_override: body.severity,
        created_at: fields.time()?,
        updated_at: fields.time()?,
        revision: fields.int()?,
    })
}
