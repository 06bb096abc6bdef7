//! Table `backup_schedules`: when backups of a cluster are to be taken. Must not know who takes them.

mod item_text;

pub(crate) use item_text::ItemText;

use domain::backup::{BackupSchedule, ExtraRetention};
use domain::event::Event;
use domain::id::{ClusterId, ProjectId};
use serde::{Deserialize, Serialize};

use crate::engine::Tx;
use crate::error::Result;
use crate::sql::{Row, Sql, to_json, values};
use crate::store::transact;
use crate::{Outcome, Store, clusters, events};

/// The column.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ScheduleText {
    items: Vec<ItemText>,
    hour: u32,
    minute: u32,
    restore_window_days: Option<u32>,
    extra_retention: Vec<(String, u32)>,
    names_in_export_prefix: bool,
}

static FIND: Sql = Sql::same(
    "find a backup schedule",
    "SELECT cluster_id, project_id, schedule, revision FROM backup_schedules WHERE project_id = $1 AND cluster_id = $2",
);
static INSERT: Sql = Sql::same(
    "set a first backup schedule",
    "INSERT INTO backup_schedules (cluster_id, project_id, schedule, revision) VALUES ($1, $2, $3, $4)
     ON CONFLICT DO NOTHING",
);
static UPDATE: Sql = Sql::same(
    "set a backup schedule",
    "UPDATE backup_schedules SET schedule = $2, revision = $3 WHERE cluster_id = $1 AND revision = $4",
);

impl Store {
    /// Finds a cluster's backup schedule, if it was ever set.
    pub async fn backup_schedule(&self, project: ProjectId, cluster: ClusterId) -> Result<Option<BackupSchedule>> {
        self.read_one(&FIND, values![project, cluster]).await?.as_ref().map(from_row).transpose()
    }

    /// Saves a cluster's backup schedule over the revision before, and records it. A conflict means that somebody else
    /// set it meanwhile, or that the cluster is gone.
    /// Cancel: it took place or it did not.
    pub async fn save_backup_schedule(&self, next: &BackupSchedule, told: &[Event]) -> Result<Outcome> {
        transact!(self, "set a backup schedule", &[], |tx| save(tx, next, told).await)
    }
}

async fn save(tx: &mut Tx, next: &BackupSchedule, told: &[Event]) -> Result<Outcome> {
    let (project, cluster, revision) = (next.project, next.cluster, next.revision);
    if !clusters::hold(tx, project, cluster).await? {
        return Ok(Outcome::Conflict);
    }
    let text = write(next)?;
    let rows = if revision == 1 {
        tx.execute(&INSERT, values![cluster, project, text, revision]).await?
    } else {
        tx.execute(&UPDATE, values![cluster, text, revision, revision.saturating_sub(1)]).await?
    };
    let outcome = Outcome::of_rows(rows);
    if outcome == Outcome::Saved {
        events::insert(tx, told).await?;
    }
    Ok(outcome)
}

fn write(schedule: &BackupSchedule) -> Result<String> {
    let BackupSchedule {
        project: _,
        cluster: _,
        items,
        hour,
        minute,
        restore_window_days,
        extra_retention,
        names_in_export_prefix,
        revision: _,
    } = schedule;
    let extra = |ExtraRetention { frequency, days }: &ExtraRetention| (frequency.clone(), *days);
    to_json(&ScheduleText {
        items: items.iter().map(ItemText::of).collect(),
        hour: *hour,
        minute: *minute,
        restore_window_days: *restore_window_days,
        extra_retention: extra_retention.iter().map(extra).collect(),
        names_in_export_prefix: *names_in_export_prefix,
    })
}

fn from_row(row: &Row) -> Result<BackupSchedule> {
    let mut fields = row.fields("backup_schedules");
    let (cluster, project) = (fields.parsed()?, fields.parsed()?);
    let ScheduleText { items, hour, minute, restore_window_days, extra_retention, names_in_export_prefix } =
        fields.json()?;
    let items: Option<_> = items.into_iter().map(ItemText::read).collect();
    Ok(BackupSchedule {
        project,
        cluster,
        items: items.ok_or_else(|| fields.corrupt("policy item"))?,
        hour,
        minute,
        restore_window_days,
        extra_retention: extra_retention
            .into_iter()
            .map(|(frequency, days)| ExtraRetention { frequency, days })
            .collect(),
        names_in_export_prefix,
        revision: fields.int()?,
    })
}
