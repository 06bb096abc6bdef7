//! Table `backup_compliance_policies`: what a project demands of its backups. While it demands a customer key of every
//! cluster, no transaction ends with a cluster that has none. Must not know who may set it.

use domain::backup::{CompliancePolicy, Person};
use domain::cluster::ClusterName;
use domain::event::Event;
use domain::id::ProjectId;
use serde::{Deserialize, Serialize};

use crate::backup_schedules::ItemText;
use crate::engine::Tx;
use crate::error::Result;
use crate::sql::{Row, Sql, to_json, values};
use crate::store::transact;
use crate::{Outcome, Store, events, projects};

/// What became of a compliance policy.
#[must_use]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ComplianceOutcome {
    /// It is durable, its events too.
    Saved,
    /// Nothing was written: the project is gone.
    Conflict,
    /// Nothing was written: these clusters have no customer key, the first of them by name.
    Unencrypted(Vec<ClusterName>),
    /// Nothing was written: the project has no provider enabled that a cluster could use.
    NothingEnabled,
}

/// The column.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct PolicyText {
    email: String,
    first_name: Option<String>,
    last_name: Option<String>,
    copy_protection: bool,
    on_demand: Option<ItemText>,
    point_in_time: bool,
    restore_window_days: Option<u32>,
    scheduled: Vec<ItemText>,
}

static FIND: Sql = Sql::same(
    "find a backup compliance policy",
    "SELECT project_id, encryption_at_rest, policy, updated_at FROM backup_compliance_policies WHERE project_id = $1",
);
static PUT: Sql = Sql::same(
    "set a backup compliance policy",
    "INSERT INTO backup_compliance_policies (project_id, encryption_at_rest, policy, updated_at) VALUES ($1, $2, $3, $4)
     ON CONFLICT (project_id) DO UPDATE SET encryption_at_rest = excluded.encryption_at_rest, policy = excluded.policy,
         updated_at = excluded.updated_at",
);
static DELETE: Sql =
    Sql::same("end a backup compliance policy", "DELETE FROM backup_compliance_policies WHERE project_id = $1");
static DEMANDS: Sql = Sql::same(
    "ask a backup compliance policy",
    "SELECT encryption_at_rest FROM backup_compliance_policies WHERE project_id = $1 AND encryption_at_rest = 1",
);
static UNENCRYPTED: Sql = Sql::same(
    "list the clusters without a customer key",
    "SELECT name FROM clusters WHERE project_id = $1 AND encryption_provider IS NULL AND deleted_at IS NULL
     ORDER BY name LIMIT 20",
);
static ENABLED: Sql =
    Sql::same("look for an enabled provider", "SELECT provider FROM customer_keys WHERE project_id = $1 LIMIT 1");

impl Store {
    /// Finds a project's backup compliance policy.
    pub async fn compliance_policy(&self, project: ProjectId) -> Result<Option<CompliancePolicy>> {
        self.read_one(&FIND, values![project]).await?.as_ref().map(from_row).transpose()
    }

    /// Sets a project's backup compliance policy, and records it.
    /// Cancel: it took place or it did not.
    pub async fn save_compliance_policy(&self, next: &CompliancePolicy, told: &[Event]) -> Result<ComplianceOutcome> {
        transact!(self, "set a backup compliance policy", &[], |tx| save(tx, next, told).await)
    }

    /// Ends a project's backup compliance policy, and records it. A conflict means there is none.
    /// Cancel: it took place or it did not.
    pub async fn delete_compliance_policy(&self, project: ProjectId, told: &[Event]) -> Result<Outcome> {
        transact!(self, "end a backup compliance policy", &[], |tx| delete(tx, project, told).await)
    }
}

async fn save(tx: &mut Tx, next: &CompliancePolicy, told: &[Event]) -> Result<ComplianceOutcome> {
    // Nobody creates or changes a cluster, or the settings, of the project until the transaction ends.
    if !projects::take(tx, next.project).await? {
        return Ok(ComplianceOutcome::Conflict);
    }
    if next.encryption_at_rest {
        let rows = tx.fetch(&UNENCRYPTED, values![next.project]).await?;
        if !rows.is_empty() {
            let names = rows.iter().map(|row| row.fields("clusters").word(ClusterName::parse));
            return Ok(ComplianceOutcome::Unencrypted(names.collect::<Result<_>>()?));
        }
        if tx.fetch(&ENABLED, values![next.project]).await?.is_empty() {
            return Ok(ComplianceOutcome::NothingEnabled);
        }
    }
    let values = values![next.project, next.encryption_at_rest, write(next)?, next.updated_at];
    tx.execute(&PUT, values).await?;
    events::insert(tx, told).await?;
    Ok(ComplianceOutcome::Saved)
}

async fn delete(tx: &mut Tx, project: ProjectId, told: &[Event]) -> Result<Outcome> {
    let outcome = Outcome::of_rows(tx.execute(&DELETE, values![project]).await?);
    if outcome == Outcome::Saved {
        events::insert(tx, told).await?;
    }
    Ok(outcome)
}

/// Tells whether every cluster of a project must use a customer key. Whoever asks holds on to the project.
pub(crate) async fn demands_encryption(tx: &mut Tx, project: ProjectId) -> Result<bool> {
    Ok(!tx.fetch(&DEMANDS, values![project]).await?.is_empty())
}

fn write(policy: &CompliancePolicy) -> Result<String> {
    let CompliancePolicy {
        project: _,
        authorized: Person { email, first_name, last_name },
        copy_protection,
        encryption_at_rest: _,
        on_demand,
        point_in_time,
        restore_window_days,
        scheduled,
        updated_at: _,
    } = policy;
    to_json(&PolicyText {
        email: email.clone(),
        first_name: first_name.clone(),
        last_name: last_name.clone(),
        copy_protection: *copy_protection,
        on_demand: on_demand.as_ref().map(ItemText::of),
        point_in_time: *point_in_time,
        restore_window_days: *restore_window_days,
        scheduled: scheduled.iter().map(ItemText::of).collect(),
    })
}

fn from_row(row: &Row) -> Result<CompliancePolicy> {
    let mut fields = row.fields("backup_compliance_policies");
    let (project, encryption_at_rest) = (fields.parsed()?, fields.flag()?);
    let PolicyText {
        email,
        first_name,
        last_name,
        copy_protection,
        on_demand,
        point_in_time,
        restore_window_days,
        scheduled,
    } = fields.json()?;
    let on_demand = match on_demand {
        None => None,
        Some(item) => Some(item.read().ok_or_else(|| fields.corrupt("policy item"))?),
    };
    let scheduled: Option<_> = scheduled.into_iter().map(ItemText::read).collect();
    Ok(CompliancePolicy {
        project,
        authorized: Person { email, first_name, last_name },
        copy_protection,
        encryption_at_rest,
        on_demand,
        point_in_time,
        restore_window_days,
        scheduled: scheduled.ok_or_else(|| fields.corrupt("policy item"))?,
        updated_at: fields.time()?,
    })
}
